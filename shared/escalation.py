"""A request that a department take over what a customer said, or see to what we promised them: when there is one, for
whom, and until when."""

from datetime import datetime
from typing import Literal, NamedTuple

from shared.casework.commitments import CommitmentHead, remind_at
from shared.ids import customer_id, escalation_id, reminder_id
from shared.models import Frozen, Identifier, Instant, Message
from shared.playbook import Playbook, Priority
from shared.triage import Reason, assess

State = Literal["offered", "accepted", "answered", "returned", "closed", "expired", "withdrawn"]


class Escalation(Frozen):
    """One request to one department, from its offer to its end.

    `event_key` is the journal's key of the message, within its identity's partition. `offered_at` is the instant at
    which our door received that message, so that the same message makes the same escalation however often and however
    late it is projected; `accept_by` is the department's own deadline for this priority.

    One that reminds of a promise has its `commitment_id`. It rests on the event that the promise was about, as far as
    that is known, and its `offered_at` is the instant from which on the promise was nearly due, or was broken.
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
    commitment_id: str | None = None


def escalate(message: Message, *, received_at: datetime, event_key: str, playbook: Playbook) -> Escalation | None:
    """Return the offer of a message to the department that the playbook finds for it, or none.

    What is pressing without naming a department is offered to the default one. What is neither is none: its
    conversation waits for an answer like any other.
    """
    assessment = assess(message, playbook)
    raised = assessment.priority in ("high", "urgent")
    name = assessment.department or (playbook.default_department if raised else None)
    if name is None:
        return None
    return Escalation(
        id=escalation_id(identity=message.identity, external_id=message.external_id, department=name),
        department=name,
        priority=assessment.priority,
        reasons=assessment.reasons,
        offered_at=received_at,
        accept_by=received_at + playbook.department(name).accept_within.of(assessment.priority),
        identity=message.identity,
        event_key=event_key,
        customer_id=customer_id(message.identity),
        playbook_version=playbook.version,
    )


Stage = Literal["due", "broken"]


class _Raised(NamedTuple):
    """With what priority and for what reason a promise is raised."""

    priority: Priority
    reason: Reason


_RAISED: dict[Stage, _Raised] = {
    "due": _Raised(
        "normal", Reason(code="commitment_due", text="The department promised this, and its time is nearly over.")
    ),
    "broken": _Raised(
        "high", Reason(code="commitment_broken", text="This was promised to the customer, and its time is over.")
    ),
}


def stage(head: CommitmentHead, now: datetime, playbook: Playbook) -> Stage | None:
    """Return whether a promise that is still to be kept is nearly due at an instant, or broken, or neither."""
    if head.to_be_kept is None or now < remind_at(head.to_be_kept, playbook.commitments.notice):
        return None
    return "broken" if head.state(now) == "broken" else "due"


def remind(head: CommitmentHead, at: Stage, *, event_key: str, playbook: Playbook) -> Escalation:
    """Return the offer that raises a promise which is still to be kept: to the department that made it when it is
    nearly due, to that department's fallback when it is broken.

    What no department of this playbook promised is offered to the default one.
    """
    term = head.to_be_kept
    assert term is not None
    assert head.made is not None
    promised_by = {each.name: each for each in playbook.departments}.get(head.made.by.department or "")
    name = promised_by and (promised_by.name if at == "due" else promised_by.fallback)
    department = playbook.department(name or playbook.default_department)
    priority, reason = _RAISED[at]
    offered_at = remind_at(term, playbook.commitments.notice) if at == "due" else term.until
    accept_by = offered_at + department.accept_within.of(priority)
    return Escalation(
        id=reminder_id(term_id=term.id, stage=at),
        department=department.name,
        priority=priority,
        reasons=(reason,),
        offered_at=offered_at,
        accept_by=min(accept_by, term.until) if at == "due" else accept_by,
        identity=head.identity,
        event_key=event_key,
        customer_id=customer_id(head.identity),
        playbook_version=playbook.version,
        commitment_id=head.id,
    )


def outdated(head: CommitmentHead) -> list[str]:
    """Return the ids of all escalations that could have raised this promise by a term which holds no more."""
    return [
        reminder_id(term_id=term.id, stage=each) for term in head.terms if term != head.to_be_kept for each in _RAISED
    ]
