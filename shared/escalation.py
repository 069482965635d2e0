"""A request that a department take over what a customer said: when there is one, for whom, and until when."""

from datetime import datetime
from typing import Literal

from shared.ids import customer_id, escalation_id
from shared.models import Frozen, Identifier, Instant, Message
from shared.playbook import Playbook, Priority
from shared.triage import Reason, assess

State = Literal["offered", "accepted", "answered", "returned", "closed", "expired", "withdrawn"]


class Escalation(Frozen):
    """One request to one department, from its offer to its end.

    `event_key` is the journal's key of the message, within its identity's partition. `offered_at` is the instant at
    which our door received that message, so that the same message makes the same escalation however often and however
    late it is projected; `accept_by` is the department's own deadline for this priority.
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
