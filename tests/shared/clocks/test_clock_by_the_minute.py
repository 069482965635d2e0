"""The fold, whatever happens: it depends on nothing else, its parts add up, and it says what somebody says who looks at
the clock every minute."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clocks.calendar import is_open
from shared.clocks.clock import clocks, why_late
from shared.clocks.happenings import Happening, What
from shared.playbook import Calendar, ClockKind, Priority
from tests.shared.clocks.saying import MINUTE, SPLIT, at, open_on, shut_on

DEPARTMENTS = ("billing", "technical")
CALENDARS: dict[str | None, Calendar] = {
    None: shut_on(open_on("care", mon_sat=["08:00-22:00"]), date(2026, 11, 24)),
    "billing": SPLIT,
    "technical": open_on("nights", mon_sun=["22:00-06:00", "12:00-12:45"]),
}
LIMITS: dict[Priority, int] = {"low": 300, "normal": 90, "high": 45, "urgent": 10}


def limit(kind: ClockKind, priority: Priority, department: str | None) -> timedelta | None:
    if kind == "resolve" and department == "technical":
        return None
    return MINUTE * LIMITS[priority] * (2 if department == "billing" else 1)


ACTS: tuple[What, ...] = ("accepted", "returned", "handed_over", "expired", "reminded", "corrected", "answered")
PRIORITIES = st.none() | st.sampled_from(sorted(LIMITS))


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[Happening], datetime]:
    """Anything that may happen in four days, on whole minutes, and an instant at which somebody looks."""
    begin = at("mon 07:00")
    minutes = st.integers(0, 4 * 24 * 60)
    happenings = []
    for number, minute in enumerate(draw(st.lists(minutes, max_size=8))):
        what = draw(st.sampled_from(("spoke", "spoke", "spoke", "thanked", "talked", "answered", "acknowledged")))
        priority = draw(PRIORITIES) if what == "spoke" else None
        happenings.append(Happening(id=f"m{number}", at=begin + minute * MINUTE, what=what, priority=priority))
    for case in draw(st.lists(st.sampled_from(("a", "b", "aside")), unique=True)):
        times = sorted(draw(st.lists(minutes, min_size=1, max_size=6)))
        aside = case == "aside"
        for number, minute in enumerate(times):
            what = "offered" if number == 0 else draw(st.sampled_from((*ACTS, "closed", "withdrawn")))
            goes = what in ("offered", "returned", "handed_over", "expired")
            happenings.append(
                Happening(
                    id=f"{case}{number}",
                    at=begin + minute * MINUTE,
                    what=what,
                    case=case,
                    number=number,
                    department=draw(st.sampled_from(DEPARTMENTS)) if goes else None,
                    priority=draw(PRIORITIES),
                    aside=aside,
                    only_taken=what == "closed" and draw(st.booleans()),
                )
            )
            if what in ("closed", "withdrawn"):
                break
    return happenings, begin + draw(minutes) * MINUTE


@settings(max_examples=300, deadline=None)
@given(conversations(), st.randoms(), st.sampled_from((None, timedelta(hours=9))))
def test_it_depends_on_what_happened_and_not_on_how_often_or_in_what_order_it_is_told(
    found: tuple[list[Happening], datetime], chance: Random, quiet: timedelta | None
) -> None:
    happenings, now = found
    once = clocks(happenings, limit, CALENDARS.__getitem__, now, quiet=quiet)
    told = happenings + happenings[::2]
    chance.shuffle(told)
    assert clocks(told, limit, CALENDARS.__getitem__, now, quiet=quiet) == once
    before = [each for each in happenings if each.at <= now]
    assert clocks(before, limit, CALENDARS.__getitem__, now, quiet=quiet) == once


@settings(max_examples=300, deadline=None)
@given(conversations(), st.sampled_from((None, timedelta(hours=9))))
def test_intervals_are_all_the_time_and_what_counted_is_what_was_spent(
    found: tuple[list[Happening], datetime], quiet: timedelta | None
) -> None:
    happenings, now = found
    for clock in clocks(happenings, limit, CALENDARS.__getitem__, now, quiet=quiet):
        end = clock.stopped_at or now
        edges = [clock.started_at, *(each.until for each in clock.intervals)]
        assert [each.since for each in clock.intervals] == edges[:-1]
        assert edges[-1] == end
        assert all(each.since < each.until for each in clock.intervals)
        assert sum((each.until - each.since for each in clock.intervals if each.counted), timedelta(0)) == clock.spent
        assert {each.counted == (each.why == "counted") for each in clock.intervals} <= {True}
        if clock.late:
            assert clock.due_at is not None
            assert clock.due_at < end
            assert clock.spent >= clock.target
            parted = why_late(clock)
            assert (parted[0].since, parted[-1].until) == (clock.started_at, end)
            assert next(each.since for each in parted if each.over) == clock.due_at
        elif clock.due_at is not None and clock.kind != "resolve":
            assert clock.due_at >= end
        if clock.spent > clock.target:
            assert clock.late


@dataclass
class Watched:
    """A clock as somebody has it who looks every minute, and writes down what they see."""

    kind: ClockKind
    case: str | None
    started: datetime
    department: str | None
    priority: Priority
    stopped: datetime | None = None
    ended: str | None = None
    minutes: list[datetime] = field(default_factory=list)


def watch(happenings: Sequence[Happening], now: datetime, quiet: timedelta | None) -> list[Watched]:
    """Go through the minutes one by one, and count."""
    ranks = {"spoke": 1, "thanked": 1}

    def place(each: Happening) -> tuple[datetime, int, str, int, str]:
        return each.at, 0 if each.case else ranks.get(each.what, 2), each.case or "", each.number, each.id

    todo = sorted(happenings, key=place)
    seen: list[Watched] = []
    running: dict[str, Watched] = {}
    held: dict[str, str] = {}
    asked: dict[str, Priority] = {}
    priority: Priority = "normal"
    holder: str | None = None
    rest: datetime | None = None

    def begin(name: str, kind: ClockKind, minute: datetime, department: str | None, case: str | None = None) -> None:
        running[name] = Watched(kind, case, minute, department, asked.get(case or "", priority))
        seen.append(running[name])

    def end(name: str, minute: datetime, how: str) -> None:
        if name in running:
            running[name].stopped, running[name].ended = minute, how
            del running[name]

    def close(minute: datetime, how: str) -> None:
        nonlocal priority, holder, rest
        end("answer", minute, how)
        end("matter", minute, how)
        priority, holder, rest = "normal", None, None

    minute = min((each.at for each in happenings), default=now)
    while minute <= now:
        if quiet and rest and not held and rest + quiet == minute:
            close(minute, "quiet")
        while todo and todo[0].at == minute:
            each = todo.pop(0)
            name = f"case {each.case}"
            if each.what in ("spoke", "talked") and (each.what == "spoke" or "matter" not in running):
                if each.priority and LIMITS[each.priority] < LIMITS[priority]:
                    priority = each.priority
                if "answer" not in running:
                    kind: ClockKind = "next_answer" if "matter" in running else "first_answer"
                    begin("answer", kind, minute, holder)
                if "matter" not in running:
                    begin("matter", "resolve", minute, holder)
                rest = None
            if each.what in ("answered", "talked"):
                end("answer", minute, "answered")
                rest = minute if "matter" in running else None
            if each.what in ("accepted", "returned", "handed_over", "expired", "withdrawn", "closed"):
                end(name, minute, each.what)
            if each.department:
                begin(name, "accept", minute, each.department, each.case)
            if each.case and not each.aside:
                if each.department or each.what in ("closed", "withdrawn"):
                    held.pop(each.case, None)
                    rest = minute if rest else None
                if each.department:
                    held[each.case] = each.department
                holder = list(held.values())[-1] if held else holder
                if each.what == "closed" and not held and not (each.only_taken and "answer" in running):
                    close(minute, "closed")
            if each.case and each.priority:
                asked[each.case] = each.priority
                if name in running:
                    running[name].priority = each.priority
                if not each.aside and (each.what != "offered" or LIMITS[each.priority] < LIMITS[priority]):
                    priority = each.priority
            for mine in ("answer", "matter"):
                if mine in running:
                    running[mine].department, running[mine].priority = holder, priority
        for name, one in running.items():
            stands_still = name == "matter" and "answer" not in running
            if minute < now and not stands_still and is_open(CALENDARS[one.department], minute):
                one.minutes.append(minute)
        minute += MINUTE
    return seen


@settings(max_examples=60, deadline=None)
@given(conversations(), st.sampled_from((None, timedelta(hours=9))))
def test_it_says_what_somebody_says_who_looks_every_minute(
    found: tuple[list[Happening], datetime], quiet: timedelta | None
) -> None:
    happenings, now = found
    past = [each for each in happenings if each.at <= now]
    seen = sorted(watch(past, now, quiet), key=lambda one: (one.started, one.kind, one.case or ""))
    seen = [one for one in seen if limit(one.kind, one.priority, one.department) is not None]
    told = clocks(past, limit, CALENDARS.__getitem__, now, quiet=quiet)
    told = tuple(sorted(told, key=lambda clock: (clock.started_at, clock.kind, clock.case or "")))
    assert [(clock.kind, clock.case, clock.started_at, clock.stopped_at, clock.ended) for clock in told] == [
        (one.kind, one.case, one.started, one.stopped, one.ended) for one in seen
    ]
    for clock, one in zip(told, seen, strict=True):
        assert (clock.priority, clock.department) == (one.priority, one.department)
        assert clock.spent == len(one.minutes) * MINUTE
        allowed = int(clock.target / MINUTE)
        if len(one.minutes) >= allowed:
            assert clock.due_at == one.minutes[allowed - 1] + MINUTE
        elif clock.due_at is not None:
            assert clock.due_at > (one.minutes[-1] if one.minutes else one.started)
