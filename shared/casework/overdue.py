"""What is done by itself with an escalation whose time has passed; pure."""

from collections.abc import Mapping
from datetime import datetime

from shared.casework.cases import BY_OURSELVES, Doing, is_last_resort
from shared.escalation import Escalation
from shared.playbook import Playbook, Priority


def overdue(case: Escalation, now: datetime, playbook: Playbook) -> Doing | None:
    """Return what is to be done with an escalation whose time has passed, or none.

    - An offer that nobody accepted goes to the fallback; where that is nobody, its department is reminded, each time
      after twice as long, and each time it is more pressing.
    - What was accepted and not answered is raised once with the department that has it, then goes to the fallback.
    - What a department has that the playbook has no more goes to the default one.
    - What was answered, and of which nothing more came, is closed. Whether something came, whoever does it looks.
    """
    if case.due_by is None or now <= case.due_by:
        return None
    if case.state == "answered":
        return Doing("closed", now, BY_OURSELVES, "nothing more came after the answer")
    was = "accepted" if case.state == "offered" else "answered"
    why = f"{case.department} had not {was} it by {case.due_by:%Y-%m-%dT%H:%M:%SZ}"
    is_first = case.state == "accepted" and not case.reminders
    if not _is_gone(case, playbook) and (is_first or is_last_resort(case, playbook)):
        return Doing("reminded", now, BY_OURSELVES, why, priority=_RAISED[case.priority])
    return Doing("expired", now, BY_OURSELVES, why)


def unresolved(case: Escalation, resolve_by: datetime | None, now: datetime, playbook: Playbook) -> Doing | None:
    """Return what is to be done with an accepted escalation that was to be resolved by an instant, or none.

    It is raised with the department that has it, whose time to answer stays as it is; what a department has that the
    playbook has no more goes to the default one.
    """
    if resolve_by is None or now <= resolve_by:
        return None
    why = f"it was to be resolved by {resolve_by:%Y-%m-%dT%H:%M:%SZ}"
    if _is_gone(case, playbook):
        return Doing("expired", now, BY_OURSELVES, why, clock="resolve")
    return Doing("reminded", now, BY_OURSELVES, why, priority=_RAISED[case.priority], clock="resolve")


def _is_gone(case: Escalation, playbook: Playbook) -> bool:
    return case.department not in {department.name for department in playbook.departments}


_RAISED: Mapping[Priority, Priority] = {"low": "normal", "normal": "high", "high": "urgent", "urgent": "urgent"}
