"""Open time: when a target is over, against reading the clock on the wall minute by minute, which is the plain way."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from time import process_time
from zoneinfo import ZoneInfo

from bench.figures import Figure, by_turns
from shared.clocks.calendar import after
from shared.playbook.calendars import Calendar, Holidays, Week, minutes

_TURNS = 15
_TIMES = 20
_GOAL = 0.01
_AT = datetime(2026, 3, 27, 17, 20, tzinfo=UTC)  # a Friday, and the clock is put forward on Sunday
_TARGET = timedelta(hours=40)
_HOLIDAYS = Holidays(country="ES", days=(date(2026, 4, 2), date(2026, 4, 3)))
_SPLIT = Calendar(
    name="split",
    time_zone="Europe/Madrid",
    hours=Week.model_validate({"mon-fri": ["09:00-14:00", "16:00-19:00"]}),
    holidays=_HOLIDAYS,
)


def measure() -> Iterator[Figure]:
    """Yield how long finding the end of 40 open hours takes, with days that were met before and with a new calendar."""
    assert after(_SPLIT, _AT, _TARGET) == _minute_by_minute()
    names = (f"split_{number}" for number in count())
    ways = {
        "days met before": lambda: after(_SPLIT, _AT, _TARGET),
        "a calendar met for the first time": lambda: after(
            _SPLIT.model_copy(update={"name": next(names)}), _AT, _TARGET
        ),
    }
    for what, way in ways.items():
        compared = by_turns(_taken(way), _taken(_minute_by_minute), turns=_TURNS)
        low, high = compared.spread
        against = f"a loop over the minutes (quartiles {low:.2g} to {high:.2g})"
        yield Figure(f"clocks: 40 open hours, {what}", float(f"{compared.ratio:.2g}"), "times", against, _GOAL)


def _taken(way: Callable[[], object]) -> Callable[[], float]:
    def seconds() -> float:
        started = process_time()
        for _ in range(_TIMES):
            way()
        return process_time() - started

    return seconds


def _minute_by_minute() -> datetime:
    zone, at, left = ZoneInfo(_SPLIT.time_zone), _AT, _TARGET // timedelta(minutes=1)
    week, holidays = [[minutes(hours) for hours in day] for day in _SPLIT.hours.days], set(_HOLIDAYS.days)
    while left:
        wall = at.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        if wall.date() not in holidays and any(begin <= minute < end for begin, end in week[wall.weekday()]):
            left -= 1
        at += timedelta(minutes=1)
    return at
