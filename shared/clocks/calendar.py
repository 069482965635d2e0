"""Arithmetic in open time: whether somebody is there, how much of a span somebody is, and when so much of it is over.

Hours are read from the clock on the wall. A time that it shows twice, in the night in which it is put back, counts from
its first showing (RFC 5545, 3.3.5); one that it leaves out is the instant at which it leaps. So a span from 01:00 to
04:00 is two hours of real time in the one night and four in the other, and spans that meet still meet.

All instants are aware; what is returned is in UTC. Spans are half-open: nobody is there at the instant of closing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from shared.errors import ConfigurationError
from shared.playbook.calendars import Calendar, minutes

_DAY = timedelta(days=1)
_DAYS_KEPT = 1000
_INSTANT = timedelta(microseconds=1)
_FAR = timedelta(days=200 * 366)
"""Further than any target reaches in a calendar that a playbook may have."""


class Span(NamedTuple):
    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


Why = Literal["open", "closed", "holiday"]


class Part(NamedTuple):
    """A span in which it is open, or closed, or closed for a holiday or a day that is named as closed."""

    since: datetime
    until: datetime
    why: Why


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether somebody is there at an instant."""
    return any(open_spans(calendar, at, at + _INSTANT))


def open_spans(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Span]:
    """Yield the spans in which somebody is there, from one instant to another, in order; spans that meet are one."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    last: Span | None = None
    for begin, end in _from(calendar, since, until) if since < until else ():
        clipped = Span(begin, min(end, until))
        if last and last.until == begin:
            last = Span(last.since, clipped.until)
            continue
        if last:
            yield last
        last = clipped
    if last:
        yield last


def after(calendar: Calendar, at: datetime, open_time: timedelta) -> datetime:
    """Return the first instant, no earlier than `at`, by which somebody was there for so long.

    What would be over at closing time is over then, and not at the next opening. Raises `ConfigurationError` for a
    calendar that does not open for so long within two centuries.
    """
    at = at.astimezone(UTC)
    if open_time <= timedelta(0):
        return at
    for span in _from(calendar, at, at + _FAR):
        if open_time <= span.length:
            return span.since + open_time
        open_time -= span.length
    raise _never(calendar)


def open_time(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """Return for how long somebody is there from one instant to another."""
    return sum((span.length for span in open_spans(calendar, since, until)), timedelta(0))


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Return the first instant, no earlier than `at`, at which somebody is there; raises as `after` does."""
    for span in _from(calendar, at.astimezone(UTC), at + _FAR):
        return span.since
    raise _never(calendar)


def parts(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Part]:
    """Yield what a span consists of, in order and without gaps: the parts that are open, and those that are not, each
    of these within one day."""
    at = since.astimezone(UTC)
    for span in open_spans(calendar, since, until):
        yield from _closed(calendar, at, span.since)
        yield Part(span.since, span.until, "open")
        at = span.until
    yield from _closed(calendar, at, until.astimezone(UTC))


def _closed(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Part]:
    if since >= until:
        return
    plan = _plan(calendar)
    day = since.astimezone(plan.zone).date() - _DAY
    while since < until:
        end = min(until, plan.instant(day + _DAY, 0))
        if since < end:
            yield Part(since, end, "holiday" if day in plan.shut else "closed")
            since = end
        day += _DAY


def _never(calendar: Calendar) -> ConfigurationError:
    return ConfigurationError(f"calendar {calendar.name!r} is not open for so long in two centuries; give it hours")


class _Plan:
    """A calendar, made ready for arithmetic."""

    def __init__(self, calendar: Calendar) -> None:
        self._known: dict[date, Sequence[Span]] = {}
        self.zone = _zone(calendar.time_zone)
        self.week = [_in_minutes(hours) for hours in calendar.hours.days]
        self.shut = calendar.shut
        self.special = dict.fromkeys(self.shut, ()) | {
            day: _in_minutes(hours) for day, hours in calendar.exceptions.items()
        }

    def spans(self, day: date) -> Sequence[Span]:
        """Return the spans that begin on a day, in order."""
        known = self._known.get(day)
        if known is None:
            special = self.special.get(day)
            hours = self.week[day.weekday()] if special is None else special
            known = [Span(self.instant(day, begin), self.instant(day, end)) for begin, end in hours]
            if len(self._known) < _DAYS_KEPT:
                self._known[day] = known
        return known

    def instant(self, day: date, minute: int) -> datetime:
        """Return the instant at which the clock on the wall shows so many minutes after a day's midnight."""
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        at = wall.replace(tzinfo=self.zone).astimezone(UTC)
        return at if at.astimezone(self.zone).replace(tzinfo=None) == wall else _leap(wall, self.zone)


def _leap(wall: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the clock leaps over a time that it never shows."""
    # Read by the offset from after the leap it is before it, and the other way round (PEP 495).
    before, behind = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = behind.astimezone(zone).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(behind - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            behind = middle
        else:
            before = middle
    return behind


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Whoever published knew it, so it is newer than this machine's zone data: hours that are late by an offset
        # are better than nothing that waits being found at all.
        return UTC


def _in_minutes(hours: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(map(minutes, hours)))


@lru_cache(maxsize=128)
def _plan(calendar: Calendar) -> _Plan:
    return _Plan(calendar)


def _from(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Span]:
    """Yield the spans in order from `since` on that begin before `until`, none over another, whole at their end."""
    if calendar.always:
        if since < until:
            yield Span(since, until)
        return
    plan = _plan(calendar)
    at = since
    # From the day before, whose last span may still go on, to the day after, in case the clock is put back at midnight.
    day = since.astimezone(plan.zone).date() - _DAY
    last = until.astimezone(plan.zone).date() + _DAY
    while day <= last:
        for begin, end in plan.spans(day):
            if begin < until and max(begin, at) < end:
                yield Span(max(begin, at), end)
                at = end
        day += _DAY
