"""What is said in private: direct messages, and XChat's, which X itself cannot read."""

import re

from shared.models import Attachment, Direction, Event, Message, Receipt
from shared.platforms import Unit, ignored
from shared.platforms.x import wire
from shared.platforms.x.people import whose

CHANNEL = "x_dm"

_BETWEEN_TWO = re.compile(r"(\d+)[:-](\d+)")


def message(unit: Unit) -> list[Event]:
    sent = wire.DirectMessage.model_validate(unit.value)
    own = sent.sender_id == unit.account
    person = sent.recipient_id if own else sent.sender_id
    if person == unit.account:
        return [ignored(unit, "a note to oneself", sent.id)]
    link = sent.attachment and sent.attachment.media and sent.attachment.media.link
    return [
        Message(
            **whose(unit, person, channel=CHANNEL),
            external_id=sent.id,
            occurred_at=sent.created_timestamp,
            direction="outbound" if own else "inbound",
            text=sent.text.replace(link, "").strip() if link else sent.text,
            attachments=(sent.attachment.attachment,) if sent.attachment else (),
        )
    ]


def read(unit: Unit) -> list[Event]:
    seen = wire.DirectMessageRead.model_validate(unit.value)
    if seen.sender_id == unit.account:
        return [ignored(unit, "we have read a message", seen.last_read_event_id)]
    return [
        Receipt(
            **whose(unit, seen.sender_id, channel=CHANNEL),
            external_id=f"{seen.last_read_event_id}:read",
            occurred_at=seen.created_timestamp,
            target=seen.last_read_event_id,
            status="read",
        )
    ]


def chat(unit: Unit) -> list[Event]:
    """A message of XChat: ciphertext to X and to us (https://docs.x.com/xchat/real-time-events), but somebody waits."""
    sent = wire.ChatEvent.model_validate(unit.value)
    own = sent.sender_id == unit.account
    between = _BETWEEN_TWO.fullmatch(sent.conversation_id)
    person = _other(between, unit.account) if own else sent.sender_id
    if person is None:
        return [ignored(unit, "own message to a group", sent.id)]
    direction: Direction = "outbound" if own else "inbound"
    return [
        Message(
            **whose(unit, person, channel=CHANNEL),
            external_id=sent.id,
            occurred_at=sent.created_at_msec,
            thread="direct" if between else sent.conversation_id,
            direction=direction,
            attachments=(Attachment(type="encrypted"),),
        )
    ]


def _other(between: re.Match[str] | None, account: str) -> str | None:
    return next((person for person in between.groups() if person != account), None) if between else None
