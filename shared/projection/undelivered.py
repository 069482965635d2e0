"""What tells somebody of an answer that did not reach the customer is taken back once nobody has to look any more."""

from collections.abc import Iterable

from shared.casework.replies import ReplyHead
from shared.casework.undelivered import IS_SETTLED, past_occasions
from shared.escalation import Escalation
from shared.projection.cases import Cases
from shared.store import keys


def take_back(heads: Iterable[ReplyHead], cases: Cases) -> None:
    """Take back what asks somebody to look at replies that nobody has to look at any more, unless somebody has accepted
    it; costs a call only where there was something to be looked at before."""
    for head in heads:
        raised = (keys.escalation(identity_name=head.identity, escalation_id=own) for own in past_occasions(head))
        for item in cases.table.get_many(raised).values():
            case = Escalation.stored(item["state"]["S"])
            if case.state == "offered":
                cases.withdraw(case, IS_SETTLED)
