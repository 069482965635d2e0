"""Clocks of one conversation: a pure fold of what happened, by targets and calendars that are handed in.

Since these are arguments, any past period can be computed once more under another version of the playbook, and what is
told late changes what it should have changed from the start. Where a clock stood still, and why, is never lost: a new
priority has another target, which counts from when the clock began, over the same intervals.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from shared.clocks.calendar import after, open_time, parts
from shared.clocks.happenings import Happening, Screen
from shared.clocks.runs import Ending, Run, Stretch, runs
from shared.clocks.targets import Targets
from shared.models import Frozen, Instant
from shared.playbook import Calendar, ClockKind, Priority

type Calendars = Callable[[str | None], Calendar]
"""The calendar of a department, and of what is with none: `Playbook.calendar`."""

Why = Literal["counted", "closed", "holiday", "waiting_for_customer", "not_started"]


class Interval(Frozen):
    """A part of a clock's time, with whom it was, and whether it counted.

    What did not was `closed` or a `holiday` by the calendar, a time in which we were `waiting_for_customer`, or before
    the first opening (`not_started`).
    """

    since: Instant
    until: Instant
    counted: bool
    why: Why
    department: str | None
    calendar: str


class Clock(Frozen):
    """How long something took, or takes, in open time.

    `target` is how long it may take, by the last `priority` and with the last `department`; `due_at` the instant at
    which that is over, or would have been; none while we wait for the customer. `spent` is what counted until it
    stopped, or until now; the `intervals` are all the time from `started_at` until then. It is `late` when it ran on
    after it was due.

    `ended` is what stopped it, `screen` on which one it was answered; `unreached` is when the customer was answered
    meanwhile by what did not reach them. A clock of kind `accept` is of one offer of a `case`.
    """

    kind: ClockKind
    case: str | None = None
    started_at: Instant
    due_at: Instant | None
    stopped_at: Instant | None = None
    ended: Ending | None = None
    screen: Screen | None = None
    unreached: tuple[Instant, ...] = ()
    target: timedelta
    priority: Priority
    department: str | None
    calendar: str
    spent: timedelta
    late: bool
    intervals: tuple[Interval, ...]


def clocks(
    happenings: Iterable[Happening],
    targets: Targets,
    calendars: Calendars,
    now: datetime,
    *,
    quiet: timedelta | None = None,
) -> tuple[Clock, ...]:
    """Return the clocks of one conversation as they stand, or stood, at `now`, in the order in which they began.

    Happenings may come in any order and more than once; what is later than `now` counts for nothing. Something without
    a target has no clock. With `quiet`, what has no open case is taken for closed so long after our last answer. What
    each kind times is said in `shared/clocks/runs.py`.
    """
    found = []
    for run in runs(happenings, now, quiet=quiet):
        target = targets(run.kind, run.priority, run.stretches[-1].department)
        if target is not None:
            found.append(_clock(run, target, calendars, now))
    return tuple(found)


def _clock(run: Run, target: timedelta, calendars: Calendars, now: datetime) -> Clock:
    end = now if run.stopped_at is None else run.stopped_at
    intervals = tuple(_intervals(run.stretches, calendars, end))
    due_at = due(run, target, calendars)
    department = run.stretches[-1].department
    return Clock(
        kind=run.kind,
        case=run.case,
        started_at=run.started_at,
        due_at=due_at,
        stopped_at=run.stopped_at,
        ended=run.ended,
        screen=run.screen,
        unreached=tuple(run.unreached),
        target=target,
        priority=run.priority,
        department=department,
        calendar=calendars(department).name,
        spent=sum((each.until - each.since for each in intervals if each.counted), timedelta(0)),
        late=due_at is not None
        and any(each.until > due_at for each in intervals if each.why != "waiting_for_customer"),
        intervals=intervals,
    )


def due(run: Run, target: timedelta, calendars: Calendars) -> datetime | None:
    """Return when so much of a run's time is over, or would have been; none while we wait for the customer."""
    return _due_at(_as_it_ran(run), target, calendars)


def _until(stretches: Sequence[Stretch], end: datetime) -> Iterator[tuple[Stretch, datetime]]:
    ends = [each.since for each in stretches[1:]]
    return zip(stretches, [*ends, end], strict=True)


def _as_it_ran(run: Run) -> Sequence[Stretch]:
    """Return a run's stretches; of one that stopped while it stood still, those before that, in which it would have
    been due."""
    last = len(run.stretches)
    while run.stopped_at is not None and run.stretches[last - 1].paused and last > 1:
        last -= 1
    return run.stretches[:last]


def _due_at(stretches: Sequence[Stretch], target: timedelta, calendars: Calendars) -> datetime | None:
    """Return when so much time has counted; the last stretch goes on for ever, unless the clock stands still in it."""
    *before, last = stretches
    for stretch, until in _until(before, last.since) if before else ():
        if stretch.paused:
            continue
        calendar = calendars(stretch.department)
        counted = open_time(calendar, stretch.since, until)
        if counted >= target:
            return after(calendar, stretch.since, target)
        target -= counted
    return None if last.paused else after(calendars(last.department), last.since, target)


def _intervals(stretches: Sequence[Stretch], calendars: Calendars, end: datetime) -> Iterator[Interval]:
    """Yield what the time until the end consists of, without gaps; what is alike and meets is one."""
    last: Interval | None = None
    started = False
    for each in _parts(stretches, calendars, end):
        started = started or each.counted
        why: Why = "not_started" if each.why == "closed" and not started else each.why
        if last and (last.why, last.department, last.calendar) == (why, each.department, each.calendar):
            last = last.model_copy(update={"until": each.until})
            continue
        if last:
            yield last
        last = each.model_copy(update={"why": why})
    if last:
        yield last


def _parts(stretches: Sequence[Stretch], calendars: Calendars, end: datetime) -> Iterator[Interval]:
    for (since, department, paused), until in _until(stretches, end):
        calendar = calendars(department)
        whose = {"department": department, "calendar": calendar.name}
        if paused and since < until:
            yield Interval(since=since, until=until, counted=False, why="waiting_for_customer", **whose)
        elif not paused:
            for begin, finish, found in parts(calendar, since, until):
                why: Why = "counted" if found == "open" else found
                yield Interval(since=begin, until=finish, counted=why == "counted", why=why, **whose)


class Because(NamedTuple):
    """Where a part of a late clock's time went; `over` is what went after it was due."""

    since: datetime
    until: datetime
    why: Why
    over: bool
    sentence: str


def why_late(clock: Clock) -> list[Because]:
    """Return where all the time of a late clock went, in order, parted at the instant at which it was due; nothing for
    one that is not late. The sentences are for people, their instants in UTC."""
    if not clock.late or clock.due_at is None:
        return []
    found = []
    for each in clock.intervals:
        inside = each.since < clock.due_at < each.until
        edges = [each.since, clock.due_at, each.until] if inside else [each.since, each.until]
        for since, until in pairwise(edges):
            over = since >= clock.due_at
            said = _sentence(each, since, until, over=over) + _in_vain(clock.unreached, since, until)
            found.append(Because(since, until, each.why, over, said))
    return found


def _sentence(interval: Interval, since: datetime, until: datetime, *, over: bool) -> str:
    whose = f"with {interval.department}" if interval.department else "with nobody yet"
    said = _SAYS[interval.why].format(length=_length(until - since), calendar=interval.calendar, whose=whose)
    return f"{since:%Y-%m-%dT%H:%M:%SZ} to {until:%Y-%m-%dT%H:%M:%SZ}: {said}{', after it was due' if over else ''}"


def _in_vain(unreached: Iterable[datetime], since: datetime, until: datetime) -> str:
    """Return what is said of the answers within a part of a clock's time that did not reach the customer."""
    return "".join(
        f"; the answer of {at:%Y-%m-%dT%H:%M:%SZ} did not reach the customer" for at in unreached if since <= at < until
    )


_SAYS: dict[Why, str] = {
    "counted": "{length} {whose}",
    "closed": "closed by the calendar {calendar!r}, {whose}",
    "holiday": "a holiday or closed day of the calendar {calendar!r}, {whose}",
    "waiting_for_customer": "we waited for the customer",
    "not_started": "it came outside the hours of the calendar {calendar!r}",
}


def _length(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in units if number) or "0 s"
