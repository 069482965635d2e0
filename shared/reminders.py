"""A request that a department see to what was promised: when there is one, for whom, and until when."""

from datetime import datetime
from typing import Literal, NamedTuple

from shared.casework.commitments import CommitmentHead, remind_at
from shared.escalation import Due, Escalation, accept_by
from shared.ids import customer_id, reminder_id
from shared.playbook import Playbook, Priority
from shared.triage import Reason

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


def remind(head: CommitmentHead, at: Stage, *, event_key: str, playbook: Playbook, now: datetime) -> Escalation:
    """Return the offer that raises a promise which is still to be kept: to the department that made it when it is
    nearly due, to that department's fallback when it is broken.

    What no department of this playbook promised is offered to the default one. However late it is raised, there is the
    whole time to accept it.
    """
    term = head.to_be_kept
    assert term is not None
    assert head.made is not None
    promised_by = {each.name: each for each in playbook.departments}.get(head.made.by.department or "")
    name = promised_by and (promised_by.name if at == "due" else promised_by.fallback)
    department = playbook.department(name or playbook.default_department)
    priority, reason = _RAISED[at]
    offered_at = remind_at(term, playbook.commitments.notice) if at == "due" else term.until
    by = accept_by(playbook, Due(department.name, priority), max(offered_at, now))
    return Escalation(
        id=reminder_id(term_id=term.id, stage=at),
        department=department.name,
        priority=priority,
        reasons=(reason,),
        offered_at=offered_at,
        accept_by=min(by, term.until) if at == "due" else by,
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
