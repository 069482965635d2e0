"""What the desk answers: a published contract, exported as `shared/contracts/desk-openapi.json`.

Every field is always there; what is not known is null. Instants are RFC 3339 in UTC.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.casework.commitments import State
from shared.models import ContactKind, Instant


class Part(BaseModel):
    """A piece of the contract."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class By(Part):
    """Who did it."""

    subject: str = Field(description="The token's own.")
    department: str | None = Field(description="In whose name.")


class Kept(Part):
    """What was written down."""

    id: str = Field(description="The same for every repetition of the request.")
    identity: str = Field(description="Which of the customer's identities it is written to.")
    at: Instant = Field(description="When it was done first.")
    by: By
    why: str = Field(description="Empty when nobody said.")


class Note(Kept):
    """Something that colleagues should know."""

    text: str
    escalation_id: str | None


class Need(Kept):
    """Something that the customer asks for and the company does not do yet."""

    topic: str
    text: str
    event_key: str | None


class Consent(Kept):
    """What the customer allowed or forbade for one purpose."""

    purpose: str
    given: bool
    evidence: str


class End(Part):
    """What became of a commitment."""

    at: Instant
    by: By
    outcome: Literal["kept", "withdrawn"]


class Commitment(Part):
    """Something that the company told the customer, as it stands now."""

    id: str
    identity: str
    stance: Literal["promise", "refusal"]
    matter: str
    text: str
    made_at: Instant
    by: By
    until: Instant | None = Field(description="The instant that counts now; null for a refusal.")
    state: State
    ended: End | None
    escalation_id: str | None


class Conflict(Part):
    """Another commitment on the same matter that does not go together with this one; the lookup shows it whole."""

    kind: Literal["contradiction", "both_open"] = Field(
        description="contradiction: a promise and a refusal both stand. both_open: two departments promise it."
    )
    department: str | None = Field(description="Whose commitment it is.")
    commitment_id: str | None = Field(description="Null when the token does not reach that department.")


class Committed(Commitment):
    """A commitment, and what it does not go together with."""

    conflicts: tuple[Conflict, ...]


class Pair(Part):
    """Two identities."""

    one: str
    other: str


class Group(Part):
    """One customer, by all their identities."""

    id: str
    identities: tuple[str, ...]


class Decision(Kept):
    """What was said of pairs of identities, and whom they make now."""

    decision: Literal["linked", "unlinked", "dismissed"]
    pairs: tuple[Pair, ...]
    despite: ContactKind | None = Field(description="The kind of evidence that spoke against it.")
    customers: tuple[Group, ...] = Field(description="The customers whom it is about, as they are now.")
