"""A step: one thing that somebody in the company did about a customer, as the journal keeps it.

Its id is derived from who did it and the idempotency key that they gave, so that a request which is repeated names the
same step; the instant is our own clock's, at the first of these requests.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from shared.models import Frozen, Identifier, Instant
from shared.playbook import DepartmentName

Pair = tuple[Identifier, Identifier]
"""Two identities, the lesser name first."""


class Agent(Frozen):
    """Who did it: the token's subject, and the department in whose name, if it was in one's."""

    subject: Identifier
    department: DepartmentName | None = None


class _Step(Frozen):
    """`identity` is whose partition has it; `why` is the reason that its author gave."""

    id: Identifier
    identity: Identifier
    at: Instant
    by: Agent
    why: str = ""


class Note(_Step):
    """Something that colleagues should know; `escalation_id` where it belongs to a case."""

    kind: Literal["note"] = "note"
    text: Identifier
    escalation_id: str | None = None


class Commitment(_Step):
    """Something that the company told this customer: that it will do a thing until an instant, or that it will not.

    `matter` is what it is about in a few words, the same for all that concerns the same thing. A refusal has no
    `until`.
    """

    kind: Literal["commitment"] = "commitment"
    stance: Literal["promise", "refusal"] = "promise"
    matter: Identifier
    text: Identifier
    until: Instant | None = None
    escalation_id: str | None = None


class CommitmentEnd(_Step):
    """What became of a commitment: it was kept, or taken back."""

    kind: Literal["commitment_end"] = "commitment_end"
    commitment_id: Identifier
    outcome: Literal["kept", "withdrawn"]


class CommitmentMove(_Step):
    """A new instant, agreed with the customer, until which a promise is to be kept."""

    kind: Literal["commitment_move"] = "commitment_move"
    commitment_id: Identifier
    until: Instant


class Need(_Step):
    """Something that the customer asks for and the company does not do yet; `topic` groups the same need of many.

    `event_key` is the journal's key of the message in which they asked for it, within the identity's partition.
    """

    kind: Literal["need"] = "need"
    topic: Identifier
    text: Identifier
    event_key: str | None = None


class Consent(_Step):
    """What the customer allowed or forbade, for one purpose, and how we know (`evidence`, in words)."""

    kind: Literal["consent"] = "consent"
    purpose: Identifier
    given: bool
    evidence: Identifier


class LinkDecision(_Step):
    """A person's word on which pairs of identities are one customer.

    `linked` joins them, `unlinked` parts them, `dismissed` says of a suggestion that they are two people. The last word
    on a pair counts, and counts for more than any rule. `despite` names the conflict of evidence that its author knew
    of.
    """

    kind: Literal["link"] = "link"
    decision: Literal["linked", "unlinked", "dismissed"]
    pairs: tuple[Pair, ...] = Field(min_length=1)
    despite: str | None = None


Step = Note | Commitment | CommitmentEnd | CommitmentMove | Need | Consent | LinkDecision

step_adapter: TypeAdapter[Step] = TypeAdapter(
    Annotated[Step, Field(discriminator="kind")], config=ConfigDict(hide_input_in_errors=True, defer_build=True)
)


def pair(one: str, other: str) -> Pair:
    """Return two identities in the order in which a pair names them; raises `ValueError` when they are the same."""
    if one == other:
        raise ValueError("a pair is of two identities")
    return (one, other) if one < other else (other, one)
