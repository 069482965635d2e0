"""Within how much open time something is to be done, as a playbook has it."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from shared.models import ContactPoint
from shared.playbook import ClockKind, Playbook, Priority

type Targets = Callable[[ClockKind, Priority, str | None], timedelta | None]
"""Within how much open time something of this kind and priority is to be done by a department; none where nobody
says."""


def targets(
    playbook: Playbook,
    kind: ClockKind,
    *,
    priority: Priority,
    channel: str | None = None,
    group: str | None = None,
    department: str | None = None,
) -> timedelta | None:
    """Return within how much open time something is to be done: by the playbook's most particular clock for it, or
    else by its deadlines for answers and for accepting; none for resolving, which has no others.

    A group counts for more than a channel, and a channel for more than a department. Of a department that this version
    does not have, the default one's time to accept counts.
    """
    asked = {"group": group, "channel": channel, "department": department}
    fitting = [
        target
        for target in playbook.clocks
        if target.kind == kind and all(getattr(target, field) in (None, value) for field, value in asked.items())
    ]
    if fitting:
        return max(fitting, key=lambda target: target.rank).within.of(priority)
    match kind:
        case "first_answer" | "next_answer":
            return playbook.priorities.answer_within.of(priority)
        case "accept":
            return playbook.department_or_default(department).accept_within.of(priority)
        case "resolve":
            return None


def targets_for(playbook: Playbook, *, channel: str | None = None, group: str | None = None) -> Targets:
    """Return a playbook's targets for what comes on one channel from customers of one group."""

    def within(kind: ClockKind, priority: Priority, department: str | None) -> timedelta | None:
        return targets(playbook, kind, priority=priority, channel=channel, group=group, department=department)

    return within


def group_of(playbook: Playbook, contacts: Iterable[ContactPoint]) -> str | None:
    """Return the name of the first of the playbook's groups that one of somebody's contact points is a member of.

    Those that are merely claimed make nobody a member. Case does not count.
    """
    verified = [(contact.kind, contact.value.casefold()) for contact in contacts if contact.verified]
    for group in playbook.groups:
        for member in group.contacts:
            begins, ends = (member.begins or "").casefold(), (member.ends or "").casefold()
            for kind, value in verified:
                if kind == member.kind and value.startswith(begins) and value.endswith(ends):
                    return group.name
    return None
