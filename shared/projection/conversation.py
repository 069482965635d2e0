"""The head of a conversation: who spoke first and last, and since when the customer waits.

Every field is a minimum or a maximum over the journal, so events may come late, twice and in any order. One question a
maximum cannot answer, "which was the first message after the company's last one", is put to the journal itself, and
only when a late answer makes it a question. Whoever folds writes the result and folds again until nothing changes: a
message that was journalled between the question and the write is then seen by the second question.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.models import Call, Frozen, Instant, Message, PersonalEvent, Visibility
from shared.projection.known import Known, join, said

type FirstInboundAfter = Callable[[datetime], datetime | None]
"""Ask the journal for the instant of this conversation's first inbound message after an instant."""


class Conversation(Frozen):
    """A conversation's head. `waiting_since` is the instant of the first message that nobody has answered yet, or
    none; `visibility` is public as soon as one message was."""

    identity: str
    account: str
    channel: str
    thread: str
    visibility: Visibility
    opened_at: Instant
    last_inbound_at: Instant | None = None
    last_outbound_at: Instant | None = None
    waiting_since: Instant | None = None
    known: dict[str, Known] = Field(default_factory=dict)


def speaks(event: PersonalEvent) -> Literal["inbound", "outbound"] | None:
    """Return who spoke, if the event is one that opens, continues or answers a conversation.

    A missed call waits for an answer like any message; an answered one answers itself.
    """
    match event:
        case Message(direction=direction):
            return direction
        case Call(direction="inbound", status="missed" | "rejected" | "failed"):
            return "inbound"
        case Call(status="answered" | "completed"):
            return "outbound"
        case _:
            return None


def fold(
    head: Conversation | None, event: PersonalEvent, first_inbound_after: FirstInboundAfter
) -> Conversation | None:
    """Return the head with one more event in it; the same head for an event that is in it already."""
    direction = speaks(event)
    if direction is None:
        return head
    at = event.occurred_at
    head = head or Conversation(
        identity=event.identity,
        account=event.account,
        channel=event.channel,
        thread=event.thread,
        visibility="private",
        opened_at=at,
    )
    changes: dict[str, object] = {"opened_at": min(head.opened_at, at), "known": join(head.known, said(event))}
    if isinstance(event, Message) and event.visibility == "public":
        changes["visibility"] = "public"
    if direction == "inbound":
        changes["last_inbound_at"] = _latest(head.last_inbound_at, at)
        if head.last_outbound_at is None or at > head.last_outbound_at:
            changes["waiting_since"] = _earliest(head.waiting_since, at)
    elif head.last_outbound_at is None or at >= head.last_outbound_at:
        changes["last_outbound_at"] = at
        answered = head.last_inbound_at is None or head.last_inbound_at <= at
        changes["waiting_since"] = None if answered else first_inbound_after(at)
    return head.model_copy(update=changes)


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
