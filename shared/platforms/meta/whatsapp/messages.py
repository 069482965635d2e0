"""What is said on WhatsApp: by customers, and by the company on a screen that is not ours.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_message_echoes
"""

import re
from functools import partial
from typing import Any, Protocol

from pydantic import AliasChoices, AliasPath, AwareDatetime, Field

from shared.models import Attachment, Deletion, Direction, Edit, Event, Message, ProfileChange, Reaction
from shared.platforms import Handler, Unit
from shared.platforms.meta.reading import Frame, Id, Wire, ignore
from shared.platforms.meta.whatsapp import people
from shared.platforms.meta.whatsapp.content import CONTENTS, content


class _Referral(Wire):
    source_id: Id = None
    source_url: Id = None
    text: Id = Field(None, validation_alias=AliasChoices("headline", "body"))


class _Message(Wire):
    id: str
    timestamp: AwareDatetime
    sender: str | None = Field(None, alias="from")
    from_user_id: str | None = None
    from_parent_user_id: str | None = None
    to: str | None = None
    to_user_id: str | None = None
    to_parent_user_id: str | None = None
    group_id: str | None = None
    reply_to: Id = Field(None, validation_alias=AliasPath("context", "id"))
    product: Id = Field(None, validation_alias=AliasPath("context", "referred_product", "product_retailer_id"))
    referral: _Referral | None = None


class _Edit(_Message):
    target: str = Field(validation_alias=AliasPath("edit", "original_message_id"))
    message: dict[str, Any] = Field(validation_alias=AliasPath("edit", "message"))


class _Revocation(_Message):
    target: str = Field(validation_alias=AliasPath("revoke", "original_message_id"))


class _Reaction(_Message):
    target: str = Field(validation_alias=AliasPath("reaction", "message_id"))
    emoji: Id = Field(None, validation_alias=AliasPath("reaction", "emoji"))


class _Permission(_Message):
    response: str = Field(validation_alias=AliasPath("interactive", "call_permission_reply", "response"))


class _Phone(Wire):
    phone: str = ""


class _Card(Wire):
    origin: str | None = None
    phones: tuple[_Phone, ...] = ()


class _Cards(_Message):
    origin: str | None = None
    contacts: tuple[_Card, ...]
    forwarded: bool = Field(False, validation_alias=AliasPath("context", "forwarded"))
    often_forwarded: bool = Field(False, validation_alias=AliasPath("context", "frequently_forwarded"))


class _Reader(Protocol):
    def __call__(self, unit: Unit, *, direction: Direction) -> list[Event]: ...


def _said(unit: Unit, *, direction: Direction) -> list[Event]:
    message = _Message.model_validate(unit.value)
    return [_message(unit, message, direction, _frame(unit, message, direction))]


def _introduced(unit: Unit, *, direction: Direction) -> list[Event]:
    cards = _Cards.model_validate(unit.value)
    frame = _frame(unit, cards, direction)
    # A card is a third party's, and no contact point of the sender's, unless it answers our request for their number
    # (a REQUEST_CONTACT_INFO button): which neither we ourselves do, nor who passes on another's answer.
    if direction == "inbound" and not (cards.forwarded or cards.often_forwarded):
        requested = [card for card in cards.contacts if (card.origin or cards.origin) == "contact_request"]
        numbers = [re.sub(r"\D", "", phone.phone) for card in requested for phone in card.phones]
        frame["author"] = people.describe(frame["author"], people.phones(*numbers, proof="contact_share"))
    return [_message(unit, cards, direction, frame)]


def _message(unit: Unit, message: _Message, direction: Direction, frame: Frame) -> Message:
    text, attachments = content(unit.value, errors=unit.context["errors"])
    said = {
        **frame,
        "external_id": message.id,
        "direction": direction,
        "text": text,
        "attachments": (*attachments, *_brought_by(message)),
        "reply_to": message.reply_to,
    }
    return Message.model_validate(said)


def _answered(unit: Unit, *, direction: Direction) -> list[Event]:
    match unit.value:
        case {"interactive": {"type": "call_permission_reply"}}:
            message = _Permission.model_validate(unit.value)
            frame = _frame(unit, message, direction)
            return [ProfileChange(**frame, external_id=message.id, field="call_permission", current=message.response)]
        case _:
            return _said(unit, direction=direction)


def _edited(unit: Unit, *, direction: Direction) -> list[Event]:
    edit = _Edit.model_validate(unit.value)
    text, attachments = content(edit.message)
    return [
        Edit(
            **_frame(unit, edit, direction),
            external_id=f"{edit.target}:edit:{edit.id}",
            direction=direction,
            target=edit.target,
            text=text,
            attachments=attachments,
        )
    ]


def _revoked(unit: Unit, *, direction: Direction) -> list[Event]:
    gone = _Revocation.model_validate(unit.value)
    frame = _frame(unit, gone, direction)
    return [Deletion(**frame, external_id=f"{gone.target}:deleted", direction=direction, target=gone.target)]


def _reacted(unit: Unit, *, direction: Direction) -> list[Event]:
    sign = _Reaction.model_validate(unit.value)
    return [
        Reaction(
            **_frame(unit, sign, direction),
            external_id=sign.id,
            direction=direction,
            target=sign.target,
            emoji=sign.emoji,
            removed=sign.emoji is None,  # of a removal the emoji is "" or absent
        )
    ]


def _frame(unit: Unit, message: _Message, direction: Direction) -> Frame:
    by_us = direction == "outbound"
    person = people.find(
        unit.context,
        parent=message.to_parent_user_id if by_us else message.from_parent_user_id,
        user=message.to_user_id if by_us else message.from_user_id,
        number=message.to if by_us else message.sender,
    )
    return people.frame(unit, person, message.timestamp, thread=message.group_id)


def _brought_by(message: _Message) -> list[Attachment]:
    """Return the advertisement and the product from which the person came."""
    found = []
    if ad := message.referral:
        found.append(Attachment(type="referral", id=ad.source_id, url=ad.source_url, text=ad.text))
    if message.product:
        found.append(Attachment(type="product", id=message.product))
    return found


_READERS: dict[str, _Reader] = {
    **{kind: _said for kind in CONTENTS if kind != "template"},
    "contacts": _introduced,
    "interactive": _answered,
    "edit": _edited,
    "revoke": _revoked,
    "reaction": _reacted,
}

EVENTS: dict[str, Handler] = {
    **{f"messages.{kind}": partial(reader, direction="inbound") for kind, reader in _READERS.items()},
    **{f"message_echoes.{kind}": partial(reader, direction="outbound") for kind, reader in _READERS.items()},
    # A kind of message that WhatsApp adds tomorrow is still somebody who waits for an answer.
    "messages.*": partial(_said, direction="inbound"),
    "message_echoes.*": partial(_said, direction="outbound"),
    "message_echoes.template": partial(_said, direction="outbound"),  # which only the company can send
    "messages.request_welcome": ignore("the chat was opened for the first time, and nothing written"),
}
