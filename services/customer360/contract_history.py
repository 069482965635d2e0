"""What the lookup answers of a customer's history: the timeline, and who read and changed what."""

from typing import Annotated, Literal

from pydantic import Field

from services.customer360.contract_cases import Escalation
from services.customer360.contract_parts import By, Part
from shared.casework.replies import State
from shared.casework.seen import Look
from shared.casework.steps import Step
from shared.media import copies
from shared.media.scanning import Verdict
from shared.models import Count, Instant, PersonalEvent

ENTRY_KINDS = (
    *("message", "edit", "deletion", "reaction", "receipt", "profile_change", "call"),
    *("note", "commitment", "commitment_end", "commitment_move", "need", "consent", "link", "case", "reply"),
    *("reply_move", "escalation"),
)
"""What an entry can be: an event's kinds, a step's, and an escalation."""


class Reply(Part):
    """How something stands that was said to the customer, by what became of it and the platform's own words."""

    id: str
    state: State = Field(
        description="queued and sending are seen to; unconfirmed may have been sent; refused was not taken, and failed "
        "did not reach the customer."
    )
    sent_at: Instant | None
    delivered_at: Instant | None = Field(description="Null where the platform has not told, or does not tell.")
    read_at: Instant | None = Field(description="Null where the platform has not told, or does not tell.")
    error: str | None = Field(
        description="The platform's own: why it did not reach the customer or, of what did, that they complained of it."
    )


class Stored(Part):
    """What became of a file that came with a message: our own copy of it, or why there is none."""

    attachment: Count = Field(description="Its place among the event's attachments, from 0; a call's recording is 0.")
    state: copies.State = Field(
        description="copied is kept; refused is not to be had from us, for what it is; gone was not to be had from the "
        "platform; later is being tried again."
    )
    reason: str = Field(description="Why it is not copied, or not shown; empty where there is nothing to say.")
    type: str | None = Field(description="The media type by its bytes, whatever the platform said.")
    size: Count | None = Field(description="In bytes.")
    verdict: Verdict | None = Field(
        description="What a scanner for malware found; not_scanned says that nobody has looked."
    )
    url: str | None = Field(
        repr=False,
        description="From where it can be had for five minutes, by whoever has this URL. Null where there is no copy, "
        "or it may not be given to people.",
    )


class Entry(Part):
    """One thing that happened: an event, with what was later done to it folded in; a step that somebody of the company
    took; or an escalation, as it stands now. Exactly one of the three is there, unless it is withheld."""

    at: Instant
    kind: str = Field(description="The event's kind, the step's kind, or escalation.")
    identity: str
    department: str | None = Field(description="Whose step or case it is; null for an event.")
    event_key: str = Field(description="With the identity, it names the entry.")
    received_at: Instant = Field(description="When it reached the company.")
    edited: bool = Field(description="The message was edited; event has its last content.")
    deleted: bool = Field(description="The message was taken back or hidden; event has no content.")
    revised_at: Instant | None = Field(description="When it was last edited or deleted.")
    withheld: bool = Field(
        description="The token does not reach the department: an event has no content, anything else is not there."
    )
    event: Annotated[PersonalEvent, Field(discriminator="kind")] | None
    step: Annotated[Step, Field(discriminator="kind")] | None
    escalation: Escalation | None
    stored: tuple[Stored, ...] = Field(description="The files among the event's attachments that were asked for.")
    reply: Reply | None = Field(
        description="How the reply stands, of an entry that asks for one and of a message that is one."
    )


class Timeline(Part):
    """A page of what happened on all the customer's channels, and of what the company did, the newest first.

    What was said through the desk is there once, as the reply; the platform's own word of it is among kind=message."""

    entries: tuple[Entry, ...] = Field(description="May be fewer than asked for, even none, with a next_cursor.")
    next_cursor: str | None = Field(description="Pass it as cursor for the next page; null on the last.")


class Done(Part):
    """Somebody read or changed something of this customer's."""

    at: Instant
    kind: Literal["read", "change"]
    what: (
        Look
        | Literal["note", "commitment", "commitment_end", "commitment_move", "need", "consent", "link"]
        | Literal["case", "reply", "reply_move"]
    )
    by: By
    why: str = Field(description="As it was given; empty when it was not.")
    purposes: tuple[str, ...] = Field(description="Those that limited the token.")
    parts: tuple[str, ...] = Field(description="Of a customer, those that were shown; none when it was all.")
    id: str = Field(description="Of the request or the step; one request may have read several identities.")
    identity: str


class Audit(Part):
    """A page of who read and changed what, the newest first."""

    entries: tuple[Done, ...] = Field(description="May be fewer than asked for, even none, with a next_cursor.")
    next_cursor: str | None = Field(description="Pass it as cursor for the next page; null on the last.")
