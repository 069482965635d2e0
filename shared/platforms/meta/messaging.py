"""Conversations of Messenger and Instagram Direct: one format for both."""

from functools import partial
from typing import Literal

from shared.ids import returned_reply_id
from shared.models import Attachment, Deletion, Direction, Edit, Event, Message, ProfileChange, Reaction, Receipt
from shared.platforms import Handler, Unit, ignored
from shared.platforms.meta import messaging_wire as wire
from shared.platforms.meta.reading import Frame, derived_id, ignore

_NAMESPACES = {"messenger": "messenger", "instagram_dm": "instagram"}


def _said(unit: Unit) -> list[Event]:
    sent = wire.Message.model_validate(unit.value["message"])
    frame, direction = _frame(unit, echo=sent.is_echo)
    attachments = [_attachment(each) for each in sent.attachments]
    if sent.quick_reply:
        attachments.append(Attachment(type="quick_reply", id=sent.quick_reply))
    if sent.story:
        attachments.append(Attachment(type="story", id=sent.story.id, url=sent.story.url))
    attachments.extend(_referral(sent.referral))
    if not sent.text and not attachments:
        # Mostly `is_unsupported`: there was something, and Meta does not say what. Somebody has to look.
        attachments.append(Attachment(type="unsupported"))
    return [
        Message(
            **frame,
            external_id=sent.mid,
            direction=direction,
            text=sent.text,
            attachments=tuple(attachments),
            reply_to=sent.reply_to,
            reply_id=returned_reply_id(sent.metadata) if sent.is_echo else None,
        )
    ]


def _unsent(unit: Unit) -> list[Event]:
    sent = wire.Message.model_validate(unit.value["message"])
    frame, direction = _frame(unit, echo=sent.is_echo)
    return [Deletion(**frame, external_id=f"{sent.mid}:deleted", direction=direction, target=sent.mid)]


def _edited(unit: Unit) -> list[Event]:
    edit = wire.MessageEdit.model_validate(unit.value["message_edit"])
    if edit.text is None:
        # While an app is in development mode, Instagram announces each new message as its edit number 0, without its
        # text and mostly without its sender.
        return [ignored(unit, "an edit without its text, as Instagram sends to apps in development", derived_id(unit))]
    frame, direction = _frame(unit)
    external_id = f"{edit.mid}:edit:{edit.num_edit}"
    return [Edit(**frame, external_id=external_id, direction=direction, target=edit.mid, text=edit.text)]


def _pressed(unit: Unit) -> list[Event]:
    pressed = wire.Postback.model_validate(unit.value["postback"])
    frame, direction = _frame(unit)
    # A postback in `standby` lacks its payload, an old one its mid and its title.
    if not pressed.title and not pressed.payload:
        raise ValueError("a postback with neither title nor payload")
    button = [Attachment(type="postback", id=pressed.payload)] if pressed.payload else []
    return [
        Message(
            **frame,
            external_id=pressed.mid or derived_id(unit),
            direction=direction,
            text=pressed.title,
            attachments=(*button, *_referral(pressed.referral)),
        )
    ]


def _reacted(unit: Unit) -> list[Event]:
    sign = wire.Reaction.model_validate(unit.value["reaction"])
    frame, direction = _frame(unit)
    removed = sign.action == "unreact"
    who = "us" if direction == "outbound" else "them"
    external_id = ":".join([sign.mid, "reaction", who, sign.emoji or "", *(["removed"] if removed else [])])
    return [
        Reaction(
            **frame,
            external_id=external_id,
            direction=direction,
            target=sign.mid,
            emoji=sign.emoji,
            removed=removed,
        )
    ]


def _received(unit: Unit, *, status: Literal["delivered", "read"]) -> list[Event]:
    marks = wire.Marks.model_validate(unit.value[unit.name])
    frame, _ = _frame(unit)
    up_to = frame if marks.watermark is None else Frame({**frame, "occurred_at": marks.watermark, "dated": True})
    mids = marks.mids or ((marks.mid,) if marks.mid else ())
    if mids:
        when = frame if frame["dated"] else up_to
        return [Receipt(**when, external_id=f"{mid}:{status}", target=mid, status=status) for mid in mids]
    if marks.watermark is None:
        raise ValueError("a receipt with neither mid nor watermark")
    return [Receipt(**up_to, external_id=f"{status}:{marks.watermark.isoformat()}", status=status)]


def _referred(unit: Unit) -> list[Event]:
    referral = wire.Referral.model_validate(unit.value["referral"])
    return [_changed(unit, "referral", referral.id or referral.text)]


def _opted_in(unit: Unit) -> list[Event]:
    return [_changed(unit, "opt_in", wire.Optin.model_validate(unit.value["optin"]).what)]


def _linked(unit: Unit) -> list[Event]:
    return [_changed(unit, "account_link", wire.AccountLinking.model_validate(unit.value["account_linking"]).status)]


def _changed(unit: Unit, field: str, current: str | None) -> ProfileChange:
    frame, _ = _frame(unit)
    return ProfileChange(**frame, external_id=derived_id(unit), field=field, current=current)


def _rated(unit: Unit) -> list[Event]:
    feedback = wire.Feedback.model_validate(unit.value["messaging_feedback"])
    frame, direction = _frame(unit)
    answers = [answer for screen in feedback.feedback_screens for answer in screen.questions.values()]
    return [
        Message(
            **frame,
            external_id=derived_id(unit),
            direction=direction,
            text="\n".join(answer.comment for answer in answers if answer.comment),
            attachments=tuple(Attachment(type=answer.type, text=answer.payload) for answer in answers),
        )
    ]


def _frame(unit: Unit, *, echo: bool = False) -> tuple[Frame, Direction]:
    """Return who the customer is, whoever of the two spoke.

    The company's side bears the entry's id, except that on Instagram it may bear an id of another kind: then only
    `is_echo` tells the two apart.
    """
    item = wire.Item.model_validate(unit.value)
    by_us = echo or item.sender == unit.account
    customer = item.recipient if by_us and item.recipient != unit.account else item.sender
    person = customer or (f"user_ref-{item.guest}" if item.guest else None)
    if person is None:
        raise ValueError("neither side is a customer")
    frame = Frame(
        identity=f"{_NAMESPACES[unit.context]}:{unit.account}:{person}",
        account=unit.account,
        channel=unit.context,
        thread="direct",
        author=None,  # nothing but the id is ever said of them
        occurred_at=item.timestamp or unit.at,
        dated=item.timestamp is not None,
    )
    return frame, "outbound" if by_us else "inbound"


def _attachment(sent: wire.Attachment) -> Attachment:
    payload = sent.payload if isinstance(sent.payload, wire.Payload) else wire.Payload()
    place = f"geo:{payload.latitude},{payload.longitude}" if payload.latitude else None  # RFC 5870
    titles = ", ".join(element.title for element in payload.elements if element.title)
    return Attachment(
        type=sent.type,
        id=payload.id,
        url=payload.url or sent.url or place,
        text=payload.text or sent.title or titles or None,
    )


def _referral(referral: wire.Referral | None) -> list[Attachment]:
    if referral is None:
        return []
    return [Attachment(type="referral", id=referral.id, url=referral.url, text=referral.text)]


_THREAD_CONTROL = ignore("which app holds the thread")
_POLICY = ignore("Facebook restricts the Page, or no longer does: the Page's support inbox tells why")
_PURCHASE = ignore("part of a purchase inside Messenger")

EVENTS: dict[str, Handler] = {
    "message": _said,
    "message.is_deleted": _unsent,
    "message_edit": _edited,
    "postback": _pressed,
    "reaction": _reacted,
    "delivery": partial(_received, status="delivered"),
    "read": partial(_received, status="read"),
    "referral": _referred,
    "optin": _opted_in,
    "account_linking": _linked,
    "messaging_feedback": _rated,
    "pass_thread_control": _THREAD_CONTROL,
    "take_thread_control": _THREAD_CONTROL,
    "request_thread_control": _THREAD_CONTROL,
    "app_roles": _THREAD_CONTROL,
    "policy_enforcement": _POLICY,
    "policy-enforcement": _POLICY,
    "checkout_update": _PURCHASE,
    "pre_checkout": _PURCHASE,
    "payment": _PURCHASE,
}
