"""What each of Chatwoot's events means.

Identities are the account's contacts. What an agent writes is the company's word to the conversation's contact.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import TypedDict

from pydantic import ConfigDict, TypeAdapter

from shared.errors import UnreadableDelivery
from shared.models import (
    Attachment,
    Author,
    ContactPoint,
    Deletion,
    Direction,
    Edit,
    Event,
    Message,
    ProfileChange,
)
from shared.platforms import Handler, Unit, ignored
from shared.platforms.chatwoot.payload import Address, Change, Changed, Contact, Instant, Sent

CHANNEL = "chatwoot_conversation"


class Whose(TypedDict):
    """What every event says of the person it belongs to, and where."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None


def _whose(unit: Unit, sent: Sent) -> Whose:
    """Return whose conversation a message is in. What an agent says to somebody who is not told is kept under the
    company's own identity; raises `UnreadableDelivery` for what nobody says."""
    address, contact = sent.conversation.contact_inbox, sent.contact
    person = contact.id if contact else address.contact_id if address else None
    if not person and sent.is_the_customers:
        raise UnreadableDelivery("a customer's message without its contact")
    person = person or unit.account
    return Whose(
        identity=f"chatwoot:{unit.account}:{person}",
        account=unit.account,
        channel=CHANNEL,
        thread=sent.conversation.id,
        author=_author(contact, address) if contact and sent.is_the_customers else None,
    )


def _author(contact: Contact, address: Address | None = None) -> Author:
    """Return what the address book says of somebody. Agents type there, and so do visitors of a website: it proves
    nothing."""
    source = address.source_id if address and address.contact_id == contact.id else None
    return Author(
        name=contact.name or None,
        contacts=(
            *([ContactPoint(kind="email", value=contact.email)] if contact.email else []),
            *([ContactPoint(kind="phone", value=contact.phone_number)] if contact.phone_number else []),
            *([ContactPoint(kind="platform_id", value=source)] if source else []),
        ),
    )


def _aside(sent: Sent) -> str | None:
    """Return why a message is neither a customer's word nor one to them."""
    if sent.message_type == "activity":
        return "a line of Chatwoot's own about the conversation: nobody said anything"
    if sent.private:
        return "a private note: not said to the customer"
    if sent.was_made_by_machine and not sent.own_reply_id:
        return "said by a bot, a rule or a campaign of Chatwoot's: nobody has answered"
    return "a call, of which no more is told than that there is one" if sent.content_type == "voice_call" else None


def _direction(sent: Sent) -> Direction:
    return "inbound" if sent.is_incoming else "outbound"


def _attachments(sent: Sent) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(type=file.file_type, id=file.id, url=file.data_url or None, text=file.fallback_title or None)
        for file in sent.attachments or ()
    )


def created(unit: Unit) -> list[Event]:
    sent = Sent.model_validate(unit.value)
    if reason := _aside(sent):
        return [ignored(unit, reason, sent.id)]
    return [
        Message(
            **_whose(unit, sent),
            external_id=sent.id,
            occurred_at=sent.created_at,
            direction=_direction(sent),
            title=sent.title,
            text=sent.content or "",
            attachments=_attachments(sent),
            reply_to=sent.attributes.in_reply_to or None,
            reply_id=sent.own_reply_id,
        )
    ]


def updated(unit: Unit) -> list[Event]:
    """A message as it is now; what of it has changed is not told, and neither is when."""
    sent = Sent.model_validate(unit.value)
    if sent.filled_in:
        return [_filled_in(unit, sent)]
    if reason := _aside(sent):
        return [ignored(unit, reason, sent.id)]
    if sent.attributes.deleted:
        return [
            Deletion(
                **_whose(unit, sent),
                external_id=f"{sent.id}:deleted",
                occurred_at=unit.at,
                dated=False,
                direction=_direction(sent),
                target=sent.id,
            )
        ]
    if not sent.is_incoming:  # agents cannot edit
        return [ignored(unit, "what became of a message of the company's: nothing new was said", sent.id)]
    attachments = _attachments(sent)
    state = _digest(sent.content or "", *(file.id or file.url or "" for file in attachments))
    return [
        Edit(
            **_whose(unit, sent),
            external_id=f"{sent.id}:edit:{state}",
            occurred_at=unit.at,
            dated=False,
            target=sent.id,
            text=sent.content or "",
            attachments=attachments,
        )
    ]


def _filled_in(unit: Unit, sent: Sent) -> Message:
    """What a customer chose, filled in or rated on a message of the company's, which stands there as part of it."""
    return Message(
        **_whose(unit, sent),
        external_id=f"{sent.id}:filled_in:{_digest(sent.filled_in)}",
        occurred_at=unit.at,
        dated=False,
        text=sent.filled_in,
        reply_to=sent.id,
    )


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


_FIELDS = {"name": "name", "email": "email", "phone_number": "phone"}

_instant: TypeAdapter[datetime] = TypeAdapter(Instant, config=ConfigDict(defer_build=True))


def contact_updated(unit: Unit) -> list[Event]:
    """What of somebody's entry in the address book is otherwise now."""
    contact = Changed.model_validate(unit.value)
    changes = {name: change for each in contact.changed_attributes or () for name, change in each.items()}
    at = _changed_at(changes.get("updated_at"))
    return list(_changed(unit, contact, changes, at)) or [
        ignored(unit, "nothing that we keep of a contact", contact.id)
    ]


def _changed(unit: Unit, contact: Changed, changes: Mapping[str, object], at: datetime | None) -> Iterator[Event]:
    for name, field in _FIELDS.items():
        if name not in changes:
            continue
        change = Change.model_validate(changes[name])
        yield ProfileChange(
            identity=f"chatwoot:{unit.account}:{contact.id}",
            account=unit.account,
            channel=CHANNEL,
            author=_author(contact),
            external_id=f"{contact.id}:{field}:{_digest(change.previous or '', change.current or '')}",
            occurred_at=at or unit.at,
            dated=at is not None,
            field=field,
            previous=change.previous or None,
            current=change.current or None,
        )


def _changed_at(change: object) -> datetime | None:
    with suppress(ValueError):
        return _instant.validate_python(Change.model_validate(change).current)
    return None


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


_CONVERSATION = _ignore("how a conversation is worked on: what is said in it comes with its messages")
_TYPING = _ignore("somebody is typing")
_INBOX = _ignore("how an inbox is set up: nothing was said")

EVENTS: Mapping[str, Handler] = {
    "message_created": created,
    "message_updated": updated,
    **{
        f"conversation_{what}": _CONVERSATION for what in ("created", "updated", "status_changed", "opened", "resolved")
    },
    "conversation_typing_on": _TYPING,
    "conversation_typing_off": _TYPING,
    "contact_created": _ignore("an entry in the address book: nothing was said"),
    "contact_updated": contact_updated,
    "inbox_created": _INBOX,
    "inbox_updated": _INBOX,
    "webwidget_triggered": _ignore("a visitor has opened the chat: nothing was said"),
}
