"""What each of TikTok's events means."""

from collections.abc import Mapping
from typing import TypedDict

from shared.errors import UnreadableDelivery
from shared.models import Attachment, Author, ContactPoint, Deletion, Direction, Edit, Event, Message, Receipt
from shared.platforms import Handler, Unit, ignored
from shared.platforms.tiktok.payload import COMMENT, Comment, Direct, Envelope, Media, Read, content_of

DIRECT, PUBLIC = "tiktok_dm", "tiktok_comment"


class Whose(TypedDict):
    """What every event says of the person it belongs to, and where."""

    identity: str
    account: str
    channel: str
    thread: str


def _whose(unit: Unit, person: str, *, channel: str, thread: str) -> Whose:
    return Whose(identity=f"tiktok:{unit.account}:{person}", account=unit.account, channel=channel, thread=thread)


def message(unit: Unit) -> list[Event]:
    """A direct message. TikTok sends the account's own as well, on whatever screen they were written."""
    sent = Envelope[Direct].model_validate(unit.value).content
    to_us = sent.recipient.id == unit.account
    own = sent.sender.id == unit.account or (unit.name == "im_send_msg" and not to_us)
    person, name = (sent.recipient, sent.recipient_name) if own else (sent.sender, sent.sender_name)
    if person.id == unit.account:
        return [ignored(unit, "a note to oneself", sent.message_id)]
    return [
        Message(
            **_whose(unit, person.id, channel=DIRECT, thread=sent.conversation_id),
            external_id=sent.message_id,
            occurred_at=sent.timestamp,
            author=_author(name),
            direction="outbound" if own else "inbound",
            text=sent.text.body if sent.text else "",
            attachments=_attachments(unit, sent),
            reply_to=sent.referenced.id if sent.referenced else None,
        )
    ]


def _author(handle: str | None) -> Author | None:
    if not handle:
        return None
    return Author(handle=handle, contacts=(ContactPoint(kind="handle", value=handle, proof="platform"),))


def _attachments(unit: Unit, sent: Direct) -> tuple[Attachment, ...]:
    if sent.type == "text":
        return ()
    media = Media.model_validate(content_of(unit.value).get(sent.type) or {})
    return (Attachment(type=sent.type, id=media.media_id or media.video_id, url=media.embed_url),)


def read(unit: Unit) -> list[Event]:
    """A watermark: everything in the conversation up to an instant was read."""
    seen = Envelope[Read].model_validate(unit.value).content
    if seen.reader.id == unit.account:
        return [ignored(unit, "we have read a message", seen.conversation_id)]
    at = seen.read.at or seen.timestamp
    return [
        Receipt(
            **_whose(unit, seen.reader.id, channel=DIRECT, thread=seen.conversation_id),
            external_id=f"{seen.conversation_id}:read",
            occurred_at=at or unit.at,
            dated=at is not None,
            status="read",
        )
    ]


def _comment(unit: Unit) -> tuple[Comment, Whose, Direction]:
    told = Envelope[Comment].model_validate(unit.value).content
    whose = _whose(unit, told.author, channel=PUBLIC, thread=told.video_id)
    return told, whose, "outbound" if told.author == unit.account else "inbound"


def comment(unit: Unit) -> list[Event]:
    told, whose, direction = _comment(unit)
    return [
        Message(
            **whose,
            external_id=told.comment_id,
            occurred_at=told.timestamp,
            direction=direction,
            visibility="public",
            text=told.text,
            reply_to=told.parent_comment_id or None,
        )
    ]


def comment_deleted(unit: Unit) -> list[Event]:
    told, whose, direction = _comment(unit)
    external_id = f"{told.comment_id}:deleted"
    return [
        Deletion(
            **whose,
            external_id=external_id,
            occurred_at=told.timestamp,
            direction=direction,
            target=told.comment_id,
        )
    ]


def comment_hidden(unit: Unit) -> list[Event]:
    """Whoever hides is the account, or TikTok on its behalf; the author has taken nothing back."""
    told, whose, _ = _comment(unit)
    return [
        Deletion(
            **whose,
            external_id=f"{told.comment_id}:hidden",
            occurred_at=told.timestamp,
            direction="outbound",
            target=told.comment_id,
        )
    ]


def comment_shown(unit: Unit) -> list[Event]:
    """Visible again. The one word that takes a deletion back is what the comment says."""
    told, whose, direction = _comment(unit)
    if not told.text:
        return [ignored(unit, "visible again, without saying what it says", told.comment_id)]
    return [
        Edit(
            **whose,
            external_id=f"{told.comment_id}:shown",
            occurred_at=told.timestamp,
            direction=direction,
            target=told.comment_id,
            text=told.text,
        )
    ]


def _without_action(unit: Unit) -> list[Event]:  # noqa: ARG001 - nothing in it can be read
    raise UnreadableDelivery("a comment without its action")


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


EVENTS: Mapping[str, Handler] = {
    "im_receive_msg": message,
    "im_receive_msg_eu": message,
    "im_send_msg": message,
    "im_mark_read_msg": read,
    COMMENT: _without_action,
    f"{COMMENT}.insert": comment,
    f"{COMMENT}.delete": comment_deleted,
    f"{COMMENT}.set_to_hidden": comment_hidden,
    f"{COMMENT}.set_to_friends_only": comment_hidden,
    f"{COMMENT}.set_to_public": comment_shown,
    "authorization.removed": _ignore("AUTHORISATION REMOVED: nothing more will come for this account"),
    "post.*": _ignore("what became of a post of the account's own"),
    "video.*": _ignore("what became of a video of the account's own"),
    "portability.*": _ignore("an export of data is ready to be fetched"),
    "API_SERVICE_STATUS": _ignore("how TikTok's own services are doing"),
}
