"""What the lookup answers: a published contract, exported as `shared/contracts/customer360-openapi.json`.

Every field is always there; what is not known is null. Instants are RFC 3339 in UTC.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.escalation import State
from shared.models import Instant, PersonalEvent, Visibility
from shared.playbook import Priority


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Contact(_Part):
    """One way to reach the customer."""

    kind: Literal["phone", "email", "handle"]
    value: str = Field(description="A phone in E.164, an e-mail address, or a handle without @; all without case.")
    platform: str | None = Field(description="For a handle, the platform on which it is one; else null.")
    verified: bool = Field(description="True when the platform attests it, false when it is merely claimed.")


class Identity(_Part):
    """The customer's address on a channel, as the platform scopes it, and what they call themselves there."""

    identity: str = Field(description="namespace:account:id")
    account: str = Field(description="The company's own presence that they wrote to.")
    first_seen: Instant
    name: str | None
    handle: str | None = Field(description="Without @.")
    language: str | None = Field(description="BCP 47 tag, as the platform says it.")


class Conversation(_Part):
    """The thread of one identity with one account."""

    identity: str
    account: str
    channel: str = Field(description="The medium, such as whatsapp, x_mention or instagram_comment.")
    thread: str = Field(description="Tells apart the conversations on one channel; direct for private ones.")
    visibility: Visibility
    opened_at: Instant
    last_inbound_at: Instant | None = Field(description="When the customer last spoke.")
    last_outbound_at: Instant | None = Field(description="When the company last spoke, on any screen.")
    waiting_since: Instant | None = Field(description="Since when the customer waits; null when nobody does.")


class Why(_Part):
    """Why a case went to its department with its priority."""

    code: str = Field(description="For machines; new codes may appear.")
    text: str = Field(description="A sentence for a person.")
    evidence: str | None = Field(description="The playbook's phrase that was found in the message.")


class Escalation(_Part):
    """A request that a department take over what the customer said."""

    id: str = Field(description="The same as in the hand-off on the department's queue.")
    department: str
    state: State
    priority: Priority
    reasons: tuple[Why, ...] = Field(description="The deciding ones first.")
    offered_at: Instant
    accept_by: Instant = Field(description="Due: not accepted by then, the offer goes to the department's fallback.")
    identity: str
    event_key: str = Field(description="The timeline entry that it rests on has the same identity and event_key.")


class OtherCase(_Part):
    """An open case of a department that the token does not reach."""

    department: str
    state: State


class Place(_Part):
    """Which conversation is meant."""

    identity: str
    channel: str
    thread: str


class NextStep(_Part):
    """The one thing to do next for this customer."""

    action: Literal["accept", "reassign", "answer"]
    code: str = Field(description="Why, for machines; new codes may appear.")
    reason: str = Field(description="Why, for a person.")
    since: Instant = Field(description="Since when it is to be done.")
    due_at: Instant | None
    overdue: bool
    escalation_id: str | None = Field(description="What to accept or reassign.")
    conversation: Place | None = Field(description="What to answer.")


class Customer(_Part):
    """Everything about one person: who they are, how to reach them, and what is open."""

    id: str = Field(pattern="^cus_[a-z2-7]{26}$")
    name: str | None = Field(description="As the person last called themselves on any platform; proves nothing.")
    handle: str | None = Field(description="Without @; the latest that any platform said.")
    language: str | None = Field(description="BCP 47 tag, the latest that any platform said.")
    first_seen: Instant
    identities: tuple[Identity, ...] = Field(description="The longest known first.")
    contacts: tuple[Contact, ...] = Field(description="The verified first.")
    conversations: tuple[Conversation, ...] = Field(
        description="First those in which the customer waits, the longest first; then the most recent."
    )
    conversations_omitted: int = Field(description="How many more conversations there are than are listed.")
    escalations: tuple[Escalation, ...] = Field(description="The open ones, the first due first.")
    other_cases: tuple[OtherCase, ...] = Field(description="Open cases of departments that the token does not reach.")
    next: NextStep | None = Field(description="Null when nobody waits for anything.")


class FoundBy(_Part):
    """How the search led to this customer."""

    kind: Literal["identity", "phone", "email", "handle"]
    verified: bool = Field(description="Whether a platform attests it, or the customer merely claimed it.")
    identities: tuple[str, ...] = Field(description="The customer's identities that it belongs to.")


class Found(_Part):
    found_by: FoundBy
    customer: Customer


class Lookup(_Part):
    """The customers whom a contact point or an identity leads to, at least one."""

    customers: tuple[Found, ...] = Field(description="Those of whom it is verified first, then the longest known.")
    identities_omitted: int = Field(description="How many more identities have this contact point.")


class Entry(_Part):
    """One event of the journal, with what was later done to it folded in."""

    event_key: str = Field(description="The journal's key; with event.identity it names the entry.")
    received_at: Instant = Field(description="When it reached the company.")
    edited: bool = Field(description="The message was edited; event has its last content.")
    deleted: bool = Field(description="The message was taken back or hidden; event has no content.")
    revised_at: Instant | None = Field(description="When it was last edited or deleted.")
    withheld: bool = Field(description="A case that the token does not reach rests on it; event has no content.")
    event: Annotated[PersonalEvent, Field(discriminator="kind")]


class Timeline(_Part):
    """A page of what happened on all the customer's channels, the newest first."""

    entries: tuple[Entry, ...] = Field(description="May be fewer than asked for, even none, with a next_cursor.")
    next_cursor: str | None = Field(description="Pass it as cursor for the next page; null on the last.")
