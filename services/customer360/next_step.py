"""The one thing to do next for a customer; pure.

The order: an offer that no department accepted in time (the longest overdue first), a case that no department has, an
offer that waits to be accepted (the first due first), a conversation in which the customer waits (the longest first).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.customer360.contract import NextStep, Place
from shared.escalation import Escalation
from shared.projection.conversation import Conversation

_ACTIONS = {"offered": "accept", "returned": "reassign", "expired": "reassign"}
"""What is to be done with a case, by its state. In every other one, a department has it."""

_ORDER = ("overdue_offer", "case_without_department", "open_offer", "customer_waits")

_REASONS = {
    "overdue_offer": "{department} has not accepted a case in time.",
    "case_without_department": "No department has a case that {department} did not take.",
    "open_offer": "A case waits for {department} to accept it.",
    "customer_waits": "The customer waits for an answer on {channel}.",
}


def next_step(conversations: Iterable[Conversation], cases: Iterable[Escalation], now: datetime) -> NextStep | None:
    """Return what to do first among these conversations and cases, or `None` when nobody waits for anything."""
    return min((*_with_cases(cases, now), *_with_conversations(conversations)), key=_urgency, default=None)


def _urgency(step: NextStep) -> tuple[int, datetime, str]:
    return _ORDER.index(step.code), step.due_at or step.since, step.escalation_id or step.model_dump_json()


def _with_cases(cases: Iterable[Escalation], now: datetime) -> Iterator[NextStep]:
    for case in cases:
        action = _ACTIONS.get(case.state)
        if action is None:
            continue
        overdue = case.accept_by < now
        code = "case_without_department" if action == "reassign" else "overdue_offer" if overdue else "open_offer"
        yield NextStep.model_validate(
            {
                "action": action,
                "code": code,
                "reason": _REASONS[code].format(department=case.department),
                "since": case.offered_at,
                "due_at": case.accept_by,
                "overdue": overdue,
                "escalation_id": case.id,
                "conversation": None,
            }
        )


def _with_conversations(conversations: Iterable[Conversation]) -> Iterator[NextStep]:
    for head in conversations:
        if head.waiting_since is not None:
            yield NextStep(
                action="answer",
                code="customer_waits",
                reason=_REASONS["customer_waits"].format(channel=head.channel),
                since=head.waiting_since,
                due_at=None,
                overdue=False,
                escalation_id=None,
                conversation=Place.model_validate(head),
            )
