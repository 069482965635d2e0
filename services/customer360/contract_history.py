"""What the lookup answers of a customer's history: the timeline, and who read and changed what."""

from typing import Annotated, Literal

from pydantic import Field

from services.customer360.contract import By, Escalation, Part
from shared.casework.seen import Look
from shared.casework.steps import Step
from shared.models import Instant, PersonalEvent

ENTRY_KINDS = (
    *("message", "edit", "deletion", "reaction", "receipt", "profile_change", "call"),
    *("note", "commitment", "commitment_end", "commitment_move", "need", "consent", "link", "escalation"),
)
"""What an entry can be: an event's kinds, a step's, and an escalation."""


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


class Timeline(Part):
    """A page of what happened on all the customer's channels, and of what the company did, the newest first."""

    entries: tuple[Entry, ...] = Field(description="May be fewer than asked for, even none, with a next_cursor.")
    next_cursor: str | None = Field(description="Pass it as cursor for the next page; null on the last.")


class Done(Part):
    """Somebody read or changed something of this customer's."""

    at: Instant
    kind: Literal["read", "change"]
    what: Look | Literal["note", "commitment", "commitment_end", "commitment_move", "need", "consent", "link"]
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
