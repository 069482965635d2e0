"""A request that a department take over what a customer said: when there is one, for whom, and until when."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple, Self

from shared.casework.corrections import Correction
from shared.casework.steps import Act, Agent, Talk
from shared.clocks.calendar import after
from shared.clocks.targets import targets
from shared.ids import customer_id, escalation_id
from shared.listening import Route, is_overheard, route_overheard
from shared.models import Frozen, Identifier, Instant, Message
from shared.playbook import ClockKind, Playbook, Priority
from shared.triage import Assessment, Reason, assess

State = Literal["offered", "accepted", "answered", "closed", "withdrawn"]

ENDED: frozenset[State] = frozenset({"closed", "withdrawn"})


class Passage(Frozen):
    """A department that had an escalation before: since when, until when, and who did what to take it from there."""

    department: Identifier
    offered_at: Instant
    at: Instant
    by: Agent
    act: Act
    why: str = ""


class Offer(Frozen):
    """What of an escalation was otherwise when it was offered first."""

    department: Identifier
    priority: Priority
    offered_at: Instant
    accept_by: Instant


class Done(Frozen):
    """What was last done with an escalation."""

    at: Instant
    by: Agent
    act: Act
    why: str = ""
    evidence: str | None = None
    evidence_of: str | None = None


class Unanswered(Frozen):
    """A customer who waits for an answer: in which conversation (the sort key of its head), and since when."""

    conversation: Identifier
    since: Instant


class Escalation(Frozen):
    """A request that a department take something over, from its first offer to its end, wherever it passes.

    `event_key` is the journal's key of the message, within its identity's partition. `offered_at` is the instant at
    which our door received that message, so that the same message makes the same escalation however often and however
    late it is projected; `accept_by` is the department's own deadline for this priority.

    What was done with it since is folded in (`shared/casework/cases.py`): `number` is how many things that were,
    `offer` the number of the last by which it was put on a queue (0 for the first offer), `first` what it was like
    then, `returns` how often it was handed back, or came to a department that had it before, `reminders` how often its
    department was reminded of it as it stands, `path` the departments that had it before, the last of them, and
    `path_left_out` how many there were before these. `department`, `priority`, `offered_at` and `accept_by` are those
    of the last offer. `next_by` is until when it is to be answered once it is accepted, and when it is taken for closed
    once it is answered. `reopened_at` is when it was last taken up again after it was answered, `solved_event_key` the
    journal's key of the message in which the customer said since that it is solved, and `solved_event_of` under which
    other identity of theirs they said it. `corrections` are the last words on
    what the triage got wrong. `unresolved_at` is when it was raised, once, for not being resolved in time.

    `is_answered` is whether the customer's question was answered, whoever has the case since, and `asked_on_at` when
    they were found to have asked on after that; both stay when it is offered to another department. `answered_in` is
    the other conversation in which they were answered last, such as a private one below a public post: what they say
    there is about this case, too.

    `asked_at` is since when the customer waits, as far as it was known when it was offered, `channel` where they do,
    and `group` the one of the playbook's groups that they were of by then; all three are none where it is no question
    of theirs.

    One that reminds of a promise has its `commitment_id`. It rests on the event that the promise was about, as far as
    that is known, and its `offered_at` is the instant from which on the promise was nearly due, or was broken. One that
    is for somebody whom nobody has answered in time says so in `unanswered`; it rests on the message that waits. One
    for an answer that did not reach the customer, or may not have, has its `reply_id`.
    """

    id: Identifier
    state: State = "offered"
    department: Identifier
    priority: Priority
    reasons: tuple[Reason, ...]
    offered_at: Instant
    accept_by: Instant
    identity: Identifier
    event_key: Identifier
    customer_id: Identifier
    playbook_version: int
    asked_at: Instant | None = None
    channel: str | None = None
    group: str | None = None
    commitment_id: str | None = None
    unanswered: Unanswered | None = None
    reply_id: str | None = None
    first: Offer | None = None
    number: int = 0
    offer: int = 0
    returns: int = 0
    reminders: int = 0
    held_by: Agent | None = None
    accepted_at: Instant | None = None
    answered_at: Instant | None = None
    reopened_at: Instant | None = None
    asked_on_at: Instant | None = None
    is_answered: bool = False
    answered_in: Talk | None = None
    solved_event_key: str | None = None
    solved_event_of: str | None = None
    next_by: Instant | None = None
    ended_at: Instant | None = None
    unresolved_at: Instant | None = None
    last: Done | None = None
    corrections: tuple[Correction, ...] = ()
    path: tuple[Passage, ...] = ()
    path_left_out: int = 0

    @property
    def as_first_offered(self) -> Self:
        """Return it as it was before anything was done with it."""
        if self.first is None:
            return self
        return self.model_validate(self.model_dump(include=set(_OF_THE_OFFER)) | self.first.model_dump())

    @property
    def opened_at(self) -> datetime:
        """Return when it was offered first."""
        return self.first.offered_at if self.first else self.offered_at

    @property
    def own_evidence(self) -> str | None:
        """Return the key of the event for which something was last done with it, if that is within its partition."""
        return self.last.evidence if self.last and self.last.evidence_of is None else None

    @property
    def due_by(self) -> datetime | None:
        """Return until when the next thing is to be done; none when it has ended."""
        return self.accept_by if self.state == "offered" else self.next_by


_OF_THE_OFFER = frozenset(
    {
        "id",
        "reasons",
        "identity",
        "event_key",
        "customer_id",
        "playbook_version",
        "asked_at",
        "channel",
        "group",
        "commitment_id",
        "unanswered",
        "reply_id",
    }
)


class Due(NamedTuple):
    """Who is to do something, and how pressing it is; `channel` and `group` are the customer's, where that is known."""

    department: str
    priority: Priority
    channel: str | None = None
    group: str | None = None


def accept_by(playbook: Playbook, due: Due, at: datetime, *, times: int = 1) -> datetime:
    """Return until when a department of the playbook is to accept what it is offered at an instant; `times` is how
    often it has that long. It counts in the department's open time, as everything below."""
    return _within(playbook, "accept", due, at, times)


def answer_by(playbook: Playbook, due: Due, at: datetime, *, times: int = 1) -> datetime:
    """Return until when a department of the playbook is to answer what it accepted at an instant.

    That is the department's own time, whatever the customer's channel or group. Until when a customer is to be answered
    by those, their conversation's clock says, and whoever sees to that presses the department.
    """
    return _within(playbook, "first_answer", due._replace(channel=None, group=None), at, times)


def _within(playbook: Playbook, kind: ClockKind, due: Due, at: datetime, times: int) -> datetime:
    within = targets(playbook, kind, **due._asdict())
    assert within is not None, "there is a deadline for accepting and for answering in every playbook"
    return after(playbook.calendar(due.department), at, within * times)


def no_group() -> None:
    """Say of a customer that they are of no group."""


def escalate(
    message: Message,
    *,
    received_at: datetime,
    event_key: str,
    playbook: Playbook,
    group: Callable[[], str | None] = no_group,
) -> Escalation | None:
    """Return the offer of a message to the department that the playbook finds for it, or none. `group` is asked which
    of the playbook's groups the customer is of, once there is something to be offered.

    What is pressing without naming a department is offered to the default one. What is neither is none: its
    conversation waits for an answer like any other. Of what nobody said to the company, its listening decides.
    """
    assessment = assess(message, playbook)
    route = route_overheard if is_overheard(message) else _routed
    if (found := route(message, assessment, playbook)) is None:
        return None
    name = found.department
    due = Due(name, assessment.priority, message.channel, group())
    return Escalation(
        id=escalation_id(identity=message.identity, external_id=message.external_id, department=name),
        department=name,
        priority=assessment.priority,
        reasons=found.reasons,
        offered_at=received_at,
        accept_by=accept_by(playbook, due, received_at),
        identity=message.identity,
        event_key=event_key,
        customer_id=customer_id(message.identity),
        playbook_version=playbook.version,
        asked_at=message.occurred_at if found.asks else None,
        channel=due.channel,
        group=due.group,
    )


def _routed(_: Message, assessment: Assessment, playbook: Playbook) -> Route | None:
    raised = assessment.priority in ("high", "urgent")
    name = assessment.department or (playbook.default_department if raised else None)
    return Route(name, assessment.reasons) if name else None
