"""What the lookup answers about a customer: a published contract, with the other `contract_*.py`
exported as `shared/contracts/customer360-openapi.json`.

What is not known is null. Of a customer only the parts are there that were asked for and that the token may see; of
everything else, every field always is. Instants are RFC 3339 in UTC.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from services.customer360.contract_cases import Correction, Escalation, OtherCase
from services.customer360.contract_parts import By, Part
from shared.casework.commitments import State as CommitmentState
from shared.models import ContactKind, Direction, Instant, Proof, Visibility


class Contact(Part):
    """One way to reach or to know the customer."""

    kind: ContactKind
    value: str = Field(
        description="A phone in E.164, an e-mail address, a handle without @, the company's number or a platform's id."
    )
    platform: str | None = Field(description="For a handle and a platform's id, the platform on which it is one.")
    verified: bool = Field(description="True when there is a proof of it, false when it is merely claimed.")
    proof: Proof | None = Field(
        description="platform: the platform attests it. contact_share: they shared it as their own. dmarc: the mail "
        "passed DMARC. app_session: they were signed in at the company's app."
    )
    since: Instant = Field(description="Since when it is known.")
    until: Instant | None = Field(description="When they gave it up; from then on it may be somebody else's.")


class Identity(Part):
    """The customer's address on a channel, as the platform scopes it, and what they call themselves there."""

    identity: str = Field(description="namespace:account:id")
    id: str = Field(description="This identity's own id, for ever; it answers for the whole customer too.")
    account: str = Field(description="The company's own presence that they wrote to.")
    first_seen: Instant
    name: str | None
    handle: str | None = Field(description="Without @.")
    language: str | None = Field(description="BCP 47 tag, as the platform says it.")


class Way(Part):
    """A way to speak to the customer, and whether it is open now."""

    channel: str = Field(description="The channel of a conversation, or phone and email for a contact point.")
    identity: str | None = Field(description="Whom to answer; null for a contact point.")
    account: str | None = Field(description="As which account of the company's.")
    value: str | None = Field(description="The phone or e-mail address; null for an identity.")
    verified: bool = Field(description="False for a contact point that they merely claimed.")
    open: bool = Field(description="Whether something may be written freely there now.")
    open_until: Instant | None = Field(description="Until when, or since when no more; null where there is no window.")
    code: Literal["always", "within_window", "window_closed", "never_wrote", "not_served"] = Field(
        description="Why, for machines: the platform has no window; it is open; it is over; it never opened; or no "
        "platform serves the channel any more."
    )


class HeardBy(Part):
    """By what the company's listening heard something that nobody said to it; of several messages the last that a
    department was offered, else the last."""

    at: Instant
    by: str = Field(description="The playbook's listening, by its name.")
    words: tuple[str, ...] = Field(description="The company's words that stand in it.")
    without: tuple[str, ...] = Field(description="What excludes it: it is taken not to be about the company.")
    taken_up: bool = Field(description="Whether a department was offered it.")


class Thread(Part):
    """Another conversation of the customer's."""

    identity: str
    channel: str
    thread: str


class Conversation(Part):
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
    heard: Literal["addressed", "listening"] = Field(
        description="addressed: somebody spoke to the other side. listening: it was only said in public, and heard."
    )
    heard_by: HeardBy | None = Field(description="By what it was heard; null where the playbook listens for nothing.")
    goes_on_from: tuple[Thread, ...] = Field(
        (), description="The public ones that were answered in this one, in private: with them it is one conversation."
    )
    goes_on_in: tuple[Thread, ...] = Field(
        (), description="The private ones in which this public one was answered: with them it is one conversation."
    )


class LastContact(Part):
    """The last message or call on a channel, in either direction."""

    channel: str
    identity: str
    at: Instant
    direction: Direction
    kind: Literal["message", "call"]
    status: str | None = Field(description="How far a call got; null for a message.")
    duration: int | None = Field(description="Of a call, in seconds, where the platform says it.")


class Tone(Part):
    """How the customer felt on one day, by the strongest of what they wrote; a day without any is not listed."""

    day: date = Field(description="In UTC.")
    name: Literal["angry", "unhappy", "pleased"]
    channel: str
    at: Instant = Field(description="When they wrote it.")
    evidence: tuple[str, ...] = Field(description="The words that say so.")
    corrected: Correction | None = Field(description="What somebody says of that message instead, and who.")


class CommitmentEnding(Part):
    """What became of a commitment."""

    at: Instant
    by: By
    outcome: Literal["kept", "withdrawn"]


class Commitment(Part):
    """Something that the company told the customer: that it will do a thing until an instant, or that it will not."""

    id: str = Field(pattern="^com_[a-z2-7]{26}$")
    identity: str = Field(description="Which of the customer's identities was told.")
    stance: Literal["promise", "refusal"]
    matter: str = Field(description="What it is about.")
    text: str = Field(description="What the customer was told.")
    made_at: Instant
    by: By
    until: Instant | None = Field(description="When it is to be kept by; null for a refusal.")
    moved: int = Field(description="How often that instant was moved.")
    state: CommitmentState
    ended: CommitmentEnding | None
    escalation_id: str | None = Field(description="The case in which it was said.")


class OtherCommitment(Part):
    """An open commitment of a department that the token does not reach."""

    department: str | None
    stance: Literal["promise", "refusal"]
    state: CommitmentState


class Conflict(Part):
    """Two commitments on the same matter that do not go together."""

    kind: Literal["contradiction", "both_open"] = Field(
        description="contradiction: a promise and a refusal both stand. both_open: two departments promise it."
    )
    commitments: tuple[str | None, str | None] = Field(
        description="Their ids, the earlier made first; null where the token does not reach the department."
    )
    departments: tuple[str | None, str | None]


class RaisedNeed(Part):
    """Something that the customer asks for and the company does not do yet."""

    topic: str
    text: str = Field(description="As it was last written down; of a long text the beginning.")
    first_at: Instant
    last_at: Instant
    by: By
    identity: str


class GivenConsent(Part):
    """What the customer last said to one purpose; of several identities, the last word counts."""

    purpose: str
    given: bool
    at: Instant
    by: By | None
    evidence: str = Field(description="How we know; of a long text the beginning.")
    identity: str


class KeptNote(Part):
    """Something that colleagues should know."""

    id: str
    at: Instant
    by: By
    text: str = Field(description="Of a long one the beginning; the timeline has it whole.")
    escalation_id: str | None
    identity: str


class Place(Part):
    """Which conversation is meant."""

    identity: str
    channel: str
    thread: str


class NextStep(Part):
    """The one thing to do next for this customer."""

    action: Literal["accept", "keep", "settle", "answer"]
    code: str = Field(description="Why, for machines; new codes may appear.")
    reason: str = Field(description="Why, for a person.")
    since: Instant = Field(description="Since when it is to be done.")
    due_at: Instant | None
    overdue: bool
    escalation_id: str | None = Field(description="What to accept, or to answer after it was accepted.")
    commitment_ids: tuple[str, ...] = Field(description="What to keep or settle.")
    conversation: Place | None = Field(description="What to answer.")


class Customer(Part):
    """Everything about one person: who they are, how to reach them, and what is open. Beside the id, only the parts are
    there that were asked for and that the token may see."""

    id: str = Field(pattern="^cus_[a-z2-7]{26}$", description="That of the identity that was known first.")
    name: str | None = Field(None, description="As the person last called themselves on any platform; proves nothing.")
    handle: str | None = Field(None, description="Without @; the latest that any platform said.")
    language: str | None = Field(None, description="BCP 47 tag, the latest that any platform said.")
    first_seen: Instant | None = None
    identities: tuple[Identity, ...] = Field((), description="The longest known first.")
    contacts: tuple[Contact, ...] = Field((), description="The verified first.")
    reach: tuple[Way, ...] = Field((), description="The open ones first, the last used before the others.")
    conversations: tuple[Conversation, ...] = Field(
        (), description="First those in which the customer waits, the longest first; then the most recent."
    )
    conversations_omitted: int = Field(0, description="How many more conversations there are than are listed.")
    last_contacts: tuple[LastContact, ...] = Field((), description="The last on each channel, the latest first.")
    escalations: tuple[Escalation, ...] = Field((), description="The open ones, the first due first.")
    other_cases: tuple[OtherCase, ...] = Field(
        (), description="Open cases of departments that the token does not reach."
    )
    commitments: tuple[Commitment, ...] = Field(
        (), description="First those that stand, the first due first; then those that ended, the latest first."
    )
    commitments_omitted: int = Field(0, description="How many more that ended there are than are listed.")
    other_commitments: tuple[OtherCommitment, ...] = Field(
        (), description="Commitments that stand, of departments that the token does not reach."
    )
    conflicts: tuple[Conflict, ...] = Field((), description="Commitments that do not go together.")
    tone: tuple[Tone, ...] = Field((), description="Over time, the latest day first.")
    needs: tuple[RaisedNeed, ...] = Field((), description="The last raised first.")
    consents: tuple[GivenConsent, ...] = Field((), description="By purpose.")
    notes: tuple[KeptNote, ...] = Field((), description="The newest first; the timeline has all.")
    next: NextStep | None = Field(None, description="Null when nobody waits for anything.")


PARTS = tuple(name for name in Customer.model_fields if name != "id")
"""What may be asked for, and what a playbook's purposes name, of a customer."""

OTHER_PARTS = ("timeline", "links", "audit", "clocks")
"""What a playbook's purposes name besides: the answers of the paths of that name."""
