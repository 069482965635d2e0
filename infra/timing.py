"""How punctual a company was: the clocks of many customers by channel, under any version of the playbook; pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles

from shared.clocks.clock import Clock, clocks
from shared.clocks.targets import group_of, targets_for
from shared.playbook import Playbook
from shared.projection.about import About
from shared.projection.timing import talks
from shared.store import keys
from shared.store.table import Item

HEAD = ("channel", "clock", "begun", "running", "late", "in time", "median", "nine in ten")


@dataclass(slots=True)
class Kind:
    """The clocks of one kind on one channel that began within a time."""

    found: list[Clock] = field(default_factory=list)

    def cells(self) -> tuple[object, ...]:
        late = sum(clock.late for clock in self.found)
        stopped = sorted(clock.spent for clock in self.found if clock.stopped_at is not None)
        share = f"{100 * (1 - late / len(self.found)):.1f} %"
        return (
            len(self.found),
            len(self.found) - len(stopped),
            late,
            share,
            _length(_quantile(stopped, 5)),
            _length(_quantile(stopped, 9)),
        )


def punctuality(
    people: Iterable[Sequence[Item]], playbook: Playbook, *, since: datetime, until: datetime
) -> Iterator[tuple[object, ...]]:
    """Yield a row of `HEAD` for each channel and kind of clock: of those that began within a time, as they stood at
    its end. `people` has all items of each identity; the group of customers is found for each identity by itself."""
    found: dict[tuple[str, str], Kind] = defaultdict(Kind)
    for items in people:
        abouts = [About.stored(item["state"]["S"]) for item in items if item["sk"]["S"] == keys.ABOUT]
        group = group_of(playbook, (contact for about in abouts for contact in about.contacts))
        for talk, happenings in talks(items, playbook).items():
            within = targets_for(playbook, channel=talk.channel, group=group)
            quiet = playbook.hand_offs.close_after
            for clock in clocks(happenings, within, playbook.calendar, until, quiet=quiet):
                if since <= clock.started_at < until:
                    found[talk.channel, clock.kind].found.append(clock)
    for (channel, kind), clocks_found in sorted(found.items()):
        yield (channel, kind, *clocks_found.cells())


def _quantile(ordered: Sequence[timedelta], tenth: int) -> timedelta | None:
    if len(ordered) < 2:
        return ordered[0] if ordered else None
    return timedelta(seconds=quantiles([each.total_seconds() for each in ordered], n=10, method="inclusive")[tenth - 1])


def _length(length: timedelta | None) -> str:
    if length is None:
        return "-"
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
