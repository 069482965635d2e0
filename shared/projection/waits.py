"""How somebody's wait stands by the clocks themselves, as the fold over what happened has them.

The fold reads all that is kept of an identity. So whoever writes a head lists it for the earliest instant at which any
clock could be over (`earliest`), and whoever looks then asks the fold.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain, product
from typing import NamedTuple

from shared.casework import steps as casework
from shared.casework.steps import OURSELVES, CaseMove
from shared.clocks.calendar import after
from shared.clocks.clock import due
from shared.clocks.happenings import Happening
from shared.clocks.runs import Run, runs
from shared.clocks.targets import group_of, targets
from shared.escalation import Escalation
from shared.playbook import ClockKind, Playbook
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.links import members
from shared.projection.timing import Talk, talks
from shared.store import keys, steps
from shared.store.table import Item, Table

ANSWERS: tuple[ClockKind, ...] = ("first_answer", "next_answer")
MATTER: tuple[ClockKind, ...] = ("resolve",)


class Wait(NamedTuple):
    """A wait by the fold: whose, on which channel, and its clock's run; none where the fold knows of none, since what
    it was about was closed. `unpressed` is the same run without the priorities that we gave the matter by ourselves."""

    channel: str
    group: str | None
    run: Run | None
    unpressed: Run | None

    def due(self, playbook: Playbook, *, times: float = 1) -> datetime | None:
        """Return until when the customer is to be answered, within so many times what they are to be; none without a
        run.

        More than once that does not come sooner for being pressed by us: a stage that is reached must not bring the
        next one with it.
        """
        run = self.run if times <= 1 else self.unpressed
        if run is None:
            return None
        within = targets(
            playbook,
            run.kind,
            priority=run.priority,
            channel=self.channel,
            group=self.group,
            department=run.stretches[-1].department,
        )
        return None if within is None else due(run, within * times, playbook.calendar)


def read(
    table: Table,
    where: Conversation | casework.Talk,
    playbook: Playbook,
    now: datetime,
    *,
    kinds: Collection[ClockKind] = ANSWERS,
) -> Wait:
    """Return how the wait in a conversation stands, or the matter; `now` is aware. One query of all that is kept of the
    identity, and where the playbook has groups a look at whom else they are."""
    items = list(table.query(keys.identity(where.identity)))
    own = next((item for item in items if item["sk"]["S"] == keys.ABOUT), None)
    about = About.stored(own["state"]["S"]) if own else None
    return of(items, where, playbook, now, group=group(table, where.identity, about, playbook), kinds=kinds)


def of(
    items: Sequence[Item],
    where: Conversation | casework.Talk,
    playbook: Playbook,
    now: datetime,
    *,
    group: str | None,
    kinds: Collection[ClockKind] = ANSWERS,
) -> Wait:
    """Return how the wait in a conversation stands, or the matter, by all the items of its identity."""
    happened = talks(items, playbook).get(Talk(where.channel, where.thread), [])
    ours = _ours(items)
    unpressed = [each.model_copy(update={"priority": None}) if each.id in ours else each for each in happened]
    return Wait(where.channel, group, *(_running(each, kinds, playbook, now) for each in (happened, unpressed)))


def _running(
    happened: Iterable[Happening], kinds: Collection[ClockKind], playbook: Playbook, now: datetime
) -> Run | None:
    found = runs(happened, now, quiet=playbook.hand_offs.close_after)
    return next((run for run in reversed(found) if run.kind in kinds and run.stopped_at is None), None)


def _ours(items: Iterable[Item]) -> set[str]:
    """Return the ids of what we did with cases by ourselves, and of those that we made because nobody answered."""
    found = set()
    for item in items:
        if item["sk"]["S"].startswith(keys.STEP_PREFIX):
            step = steps.read(item)
            found |= {step.id} if isinstance(step, CaseMove) and step.by.subject == OURSELVES else set()
        elif item["sk"]["S"].startswith(keys.ESCALATION_PREFIX):
            case = Escalation.stored(item["state"]["S"])
            found |= {case.id} if case.unanswered else set()
    return found


def group(table: Table, identity: str, about: About | None, playbook: Playbook) -> str | None:
    """Return which of the playbook's groups a customer is of, by what is known of any identity of theirs: `about` is
    what is known of this one. Where the playbook has groups, two reads at most."""
    if not playbook.groups:
        return None
    others = [keys.about(each) for each in members(table.get(keys.members(identity))) if each != identity]
    known = table.get_many(others).values() if others else ()
    abouts = [*([about] if about else []), *(About.stored(item["state"]["S"]) for item in known)]
    return group_of(playbook, chain.from_iterable(each.contacts for each in abouts))


def earliest(playbook: Playbook, head: Conversation) -> datetime:
    """Return the instant before which no clock of a wait can be over: whoever the customer is, however pressing it is
    or becomes, and whichever departments have it. It is never later than what the fold says, but where the customer has
    waited for longer than the head knows: an answer did not reach them."""
    assert head.waiting_since is not None, "nobody waits"
    kinds = ANSWERS if head.last_outbound_at else ANSWERS[:1]
    groups = (None, *(group.name for group in playbook.groups))
    departments = (None, *(department.name for department in playbook.departments))
    found = (
        targets(playbook, kind, priority="urgent", channel=head.channel, group=group, department=department)
        for kind, group, department in product(kinds, groups, departments)
    )
    within = min(each for each in found if each is not None)
    calendars = [playbook.calendar(department) for department in departments]
    same = all(each.name == calendars[0].name for each in calendars)
    return after(calendars[0], head.waiting_since, within) if same else head.waiting_since + within
