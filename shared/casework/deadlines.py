"""Until when the customer of a case is to be answered, as far as the case itself knows.

It is what is shown of a case, and moves none: a department that has accepted it has time of its own (`answer_by`), and
whoever sees to customers that wait asks the whole conversation (`shared/projection/waits.py`).
"""

from collections.abc import Iterator
from datetime import datetime

from shared.clocks.clock import due
from shared.clocks.runs import Run, Stretch
from shared.clocks.targets import targets
from shared.escalation import ENDED, Escalation
from shared.playbook import ClockKind, Playbook


def customer_due(case: Escalation, playbook: Playbook) -> datetime | None:
    """Return until when the customer is to be answered, by the playbook's clock for their channel, their group, the
    priority and the department; none when they have been, or it is no question of theirs.

    It counts from when they asked, in the open time of whichever department had it. A case does not know whether it
    is their first question of a matter: of the two clocks the sooner counts.
    """
    if case.asked_at is None or case.is_answered or case.state in ENDED:
        return None
    kinds: tuple[ClockKind, ...] = ("next_answer",) if case.asked_on_at else ("first_answer", "next_answer")
    of = {"channel": case.channel, "group": case.group, "department": case.department}
    within = min(found for kind in kinds if (found := targets(playbook, kind, priority=case.priority, **of)))
    stretches = list(_stretches(case, case.asked_on_at or case.asked_at))
    return due(Run(kinds[0], case.priority, stretches), within, playbook.calendar)


def first_look(case: Escalation, playbook: Playbook) -> datetime | None:
    """Return when somebody has to look until when an escalation is to be resolved: at once, for when its matter began,
    and for how long we waited for the customer since, it does not know.

    None when nobody has accepted it, when it was raised for that already, and by a playbook without such a clock.
    """
    is_asked = case.state == "accepted" and not case.unresolved_at and not case.commitment_id
    return case.last.at if is_asked and case.last and resolves(playbook) else None


def resolves(playbook: Playbook) -> bool:
    """Return whether a playbook says of any matter within which time it is to be resolved."""
    return any(target.kind == "resolve" for target in playbook.clocks)


def _stretches(case: Escalation, since: datetime) -> Iterator[Stretch]:
    """Yield from when on which department had it, since the customer asked, or asked on."""
    for stop in case.path:
        if stop.at > since:
            yield Stretch(since, stop.department)
            since = stop.at
    yield Stretch(since, case.department)
