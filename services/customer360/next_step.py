"""The one thing to do next for a customer; pure.

The order: an offer that no department accepted in time (the longest overdue first), a case that was accepted and not
answered in time, a promise that was not kept (the longest broken), an offer that waits to be accepted (the first due
first), a promise and a refusal of the same thing, a conversation in which the customer waits (the longest first).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from services.customer360.contract import NextStep, Place
from shared.casework.commitments import CommitmentHead, Conflict
from shared.escalation import Escalation
from shared.projection.conversation import Conversation

_REASONS = {
    "overdue_offer": "{department} has not accepted a case in time.",
    "overdue_answer": "{department} has accepted a case and not answered it in time.",
    "promise_broken": "{department} has not kept a promise in time.",
    "open_offer": "A case waits for {department} to accept it.",
    "contradiction": "{department} and {other} have told the customer two different things.",
    "customer_waits": "The customer waits for an answer on {channel}.",
}
_ORDER = tuple(_REASONS)


def next_step(
    conversations: Iterable[Conversation],
    cases: Iterable[Escalation],
    commitments: Mapping[str, CommitmentHead],
    conflicts: Iterable[Conflict],
    now: datetime,
) -> NextStep | None:
    """Return what to do first among these conversations, cases, commitments (by id) and what does not go together of
    them, or `None` when nobody waits for anything."""
    steps = (
        *_with_cases(cases, now),
        *_with_promises(commitments.values(), now),
        *_with_conflicts(conflicts, commitments),
        *_with_conversations(conversations),
    )
    return min(steps, key=_urgency, default=None)


def _urgency(step: NextStep) -> tuple[int, datetime, str]:
    return _ORDER.index(step.code), step.due_at or step.since, step.escalation_id or step.model_dump_json()


def _with_cases(cases: Iterable[Escalation], now: datetime) -> Iterator[NextStep]:
    for case in cases:
        overdue = case.due_by is not None and case.due_by < now
        found = _TO_DO.get((case.state, overdue))
        if found is None:
            continue
        action, code = found
        yield _step(
            action,
            code,
            department=case.department,
            since=case.accepted_at or case.offered_at,
            due_at=case.due_by,
            overdue=overdue,
            escalation_id=case.id,
        )


_TO_DO = {
    ("offered", True): ("accept", "overdue_offer"),
    ("offered", False): ("accept", "open_offer"),
    ("accepted", True): ("answer", "overdue_answer"),
}
"""What is to be done with a case first, by its state and whether its time is over; of any other, nothing."""


def _with_promises(commitments: Iterable[CommitmentHead], now: datetime) -> Iterator[NextStep]:
    for head in commitments:
        if head.made and head.state(now) == "broken":
            department = head.made.by.department or "somebody"
            yield _step(
                "keep",
                "promise_broken",
                department=department,
                since=head.made.at,
                due_at=head.until,
                overdue=True,
                commitment_ids=(head.id,),
            )


def _with_conflicts(conflicts: Iterable[Conflict], commitments: Mapping[str, CommitmentHead]) -> Iterator[NextStep]:
    for found in conflicts:
        if found.kind == "contradiction":
            made = (commitments[each].made for each in found.commitments if each in commitments)
            one, other = (department or "somebody" for department in found.departments)
            yield _step(
                "settle",
                "contradiction",
                department=one,
                other=other,
                since=max(each.at for each in made if each),
                commitment_ids=tuple(each for each in found.commitments if each in commitments),
            )


def _with_conversations(conversations: Iterable[Conversation]) -> Iterator[NextStep]:
    for head in conversations:
        if head.waiting_since is not None:
            yield _step(
                "answer",
                "customer_waits",
                channel=head.channel,
                since=head.waiting_since,
                conversation=Place.model_validate(head),
            )


def _step(action: str, code: str, **what: Any) -> NextStep:
    said: dict[str, Any] = {"due_at": None, "overdue": False, "escalation_id": None, "commitment_ids": ()}
    reason = _REASONS[code].format_map(what)
    return NextStep.model_validate(
        said | {"conversation": None, "action": action, "code": code, "reason": reason} | what
    )
