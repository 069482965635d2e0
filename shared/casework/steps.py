"""A step: one thing that somebody in the company did about a customer, as the journal keeps it.

Its id is derived from who did it and the idempotency key that they gave, so that a request which is repeated names the
same step; the instant is our own clock's, at the first of these requests.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from shared.ids import step_id
from shared.models import Frozen, Identifier, Instant
from shared.playbook import ClockKind, DepartmentName, Priority
from shared.replying import Template

Pair = tuple[Identifier, Identifier]
"""Two identities, the lesser name first."""


OURSELVES = "mostrador"
"""The subject of what the product does by itself, by the playbook; no token's subject is taken for it."""


class Agent(Frozen):
    """Who did it: the token's subject, and the department in whose name, if it was in one's."""

    subject: Identifier
    department: DepartmentName | None = None


class Talk(Frozen):
    """One of the customer's conversations, as the lookup names it."""

    identity: Identifier
    channel: Identifier
    thread: Identifier = "direct"


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


Act = Literal[
    "accepted",
    "returned",
    "handed_over",
    "expired",
    "reminded",
    "corrected",
    "said_solved",
    "answered",
    "reopened",
    "closed",
    "withdrawn",
]
"""What can be done with an escalation, once it was offered (`shared/casework/cases.py`)."""


Tone = Literal["angry", "unhappy", "neutral", "pleased"]
"""How a customer sounds to a person."""

Speaker = Literal["customer", "agitator"]
"""Who speaks: however angry, a customer wants something put right; an agitator wants others stirred up."""


class Corrections(Frozen):
    """What of the triage, beside the priority, somebody says is otherwise."""

    tone: Tone | None = None
    speaker: Speaker | None = None


class CaseMove(_Step):
    """One thing that was done with an escalation; `number` is its place in the order of all that was done with it.

    It is kept under that number, so that of two people who act on the same state one is first, and the other learns of
    it. `to` is the department that has it offered now, `priority` the one from now on, `due_by` until when the next
    thing is to be done, by the playbook of then. `corrections` are what else of the triage is otherwise. `evidence` is
    the journal's key of the event that brought it about, within the partition of the identity, or of the customer's
    other one that `evidence_of` names. `answered_in` is where they were answered in another conversation than its own.
    `clock` is the one that ran out, where that is not the one of the next thing, whose time stays as it is.
    """

    kind: Literal["case"] = "case"
    escalation_id: Identifier
    number: Annotated[int, Field(ge=1, le=999_999)]
    act: Act
    to: DepartmentName | None = None
    priority: Priority | None = None
    corrections: Corrections | None = None
    due_by: Instant | None = None
    evidence: str | None = None
    evidence_of: str | None = None
    answered_in: Talk | None = None
    clock: ClockKind | None = None


class ReplyAsked(_Step):
    """Something is to be said to the customer in one of their conversations, under the id `reply_id` makes of it.

    `reply_to` is the journal's key of the event that is answered, within the identity's partition. `automatic` is what
    no person wrote: it stops no clock and ends nobody's waiting.
    """

    kind: Literal["reply"] = "reply"
    channel: Identifier
    account: Identifier
    thread: Identifier = "direct"
    text: str = ""
    template: Template | None = None
    privately: bool = False
    reply_to: str | None = None
    escalation_id: str | None = None
    automatic: bool = False


class ReplyMove(_Step):
    """What became of a reply: one thing after the other, each kept under its number, so that of two who are about to
    send it one is first.

    `attempted` is written before the platform is called, everything else after it. `external_id` is the platform's own
    for what was `sent`, `sent_at` its instant where it gave one, `address` the person's private identity where a
    private answer made it known, `channel` and `thread` where such an answer can be read. `code` and `why` say of
    everything else what the platform said, and `next_at` when it is to be tried, or looked into, next.
    """

    kind: Literal["reply_move"] = "reply_move"
    reply_id: Identifier
    number: Annotated[int, Field(ge=1, le=999_999)]
    act: Literal["attempted", "sent", "refused", "later", "unknown", "not_there", "given_up"]
    external_id: str | None = None
    sent_at: Instant | None = None
    address: str | None = None
    channel: str | None = None
    thread: str | None = None
    code: str | None = None
    next_at: Instant | None = None


Step = (
    Note
    | Commitment
    | CommitmentEnd
    | CommitmentMove
    | Need
    | Consent
    | LinkDecision
    | CaseMove
    | ReplyAsked
    | ReplyMove
)

step_adapter: TypeAdapter[Step] = TypeAdapter(
    Annotated[Step, Field(discriminator="kind")], config=ConfigDict(hide_input_in_errors=True, defer_build=True)
)


def pair(one: str, other: str) -> Pair:
    """Return two identities in the order in which a pair names them; raises `ValueError` when they are the same."""
    if one == other:
        raise ValueError("a pair is of two identities")
    return (one, other) if one < other else (other, one)


def follow_id(case_identity: str, escalation_id: str, of: str) -> str:
    """Return the id of what we do with a case by ourselves because of something: a reply's id, or what names an event;
    it is done once."""
    return step_id(subject=OURSELVES, identity=case_identity, idempotency_key=f"{escalation_id}#{of}")


def reply_id(step: ReplyAsked) -> str:
    """Return the id (`rpl_` and 26 characters) under which what a step asks for is sent."""
    return f"rpl_{step.id.partition('_')[2]}"
