"""Calendars: when a department is there to answer, so that its clocks run in open time and in no other.

A version keeps the public holidays as the dates that they were looked up as (`shared/playbook/public_holidays.py`), so
that a past period is computed with the days that counted then, and nothing has to be looked up to do so.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from shared.models import Frozen
from shared.playbook.parts import DepartmentName, Text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAY_MINUTES = 24 * 60

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def _of_some_length(written: str) -> str:
    found = _SPAN.fullmatch(written)
    if found is None or found.group(1, 2) == found.group(3, 4):
        raise ValueError('must be like "09:00-14:00"; a whole day is "00:00-24:00", a night "22:00-06:00"')
    return written


Hours = Annotated[str, AfterValidator(_of_some_length)]
"""A span of the clock on the wall, such as `09:00-14:00`. One that ends no later than it begins ends on the next day,
and belongs to the day on which it begins."""


@cache
def minutes(hours: Hours) -> tuple[int, int]:
    """Return when a span begins and ends, in minutes after its day's midnight; the end may be on the next day."""
    begins, _, ends = hours.partition("-")
    first, last = (int(each[:2]) * 60 + int(each[3:]) for each in (begins, ends))
    return first, last if last > first else last + DAY_MINUTES


def _day(written: Any) -> Any:
    if isinstance(written, str):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass
    if not isinstance(written, date) or isinstance(written, datetime):
        raise ValueError("must be a day, like 2026-12-24")
    return written


Day = Annotated[date, BeforeValidator(_day)]


class Week(Frozen):
    """The hours of each day of the week; `mon-fri` may be written for several days that are alike."""

    mon: tuple[Hours, ...] = ()
    tue: tuple[Hours, ...] = ()
    wed: tuple[Hours, ...] = ()
    thu: tuple[Hours, ...] = ()
    fri: tuple[Hours, ...] = ()
    sat: tuple[Hours, ...] = ()
    sun: tuple[Hours, ...] = ()

    @property
    def days(self) -> tuple[tuple[Hours, ...], ...]:
        """The hours of Monday to Sunday."""
        return tuple(getattr(self, day) for day in WEEKDAYS)

    @model_validator(mode="before")
    @classmethod
    def _each_day_once(cls, written: Any) -> Any:
        if not isinstance(written, Mapping):
            return written
        spelt = [(day, hours) for key, hours in written.items() for day in _days(str(key))]
        if twice := [day for day, uses in Counter(day for day, _ in spelt).items() if uses > 1]:
            raise ValueError(f"{', '.join(twice)}: stands there twice; keep one")
        return dict(spelt)


def _days(key: str) -> list[str]:
    """Return the days that a key like `mon-fri` or `sat-mon` means; any other key as it is."""
    first, dash, last = key.partition("-")
    if not dash or first not in WEEKDAYS or last not in WEEKDAYS:
        return [key]
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return [WEEKDAYS[(begin + step) % 7] for step in range((end - begin) % 7 + 1)]


class Holidays(Frozen):
    """The public holidays of a country (ISO 3166) and, where it is named, of one of its subdivisions.

    `days` are those that were looked up when the version was published, and `known_until` is the last day for which
    that was done: later days are ordinary ones.
    """

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Text | None = None
    days: tuple[Day, ...] = ()
    known_until: Day | None = None


class DayHours(Frozen):
    """The hours of one day that is like no other."""

    day: Day
    hours: tuple[Hours, ...]


def _listed(written: Any) -> Any:
    """Return a table of hours by day as a list: what is frozen can be compared and hashed."""
    if isinstance(written, Mapping):
        return [{"day": day, "hours": hours} for day, hours in written.items()]
    return written


class Calendar(Frozen):
    """When somebody is there: `always`, or by the week's `hours` on the clock of the `time_zone` (an IANA name).

    On a public holiday and on a `closed` day nobody is; on an `open` day it is as on any such weekday, holiday or not.
    `hours_on` gives single days hours of their own.
    """

    name: DepartmentName
    time_zone: Text
    always: Annotated[bool, Field(strict=True)] = False
    hours: Week = Week()
    holidays: Holidays | None = None
    closed: tuple[Day, ...] = ()
    open: tuple[Day, ...] = ()
    hours_on: Annotated[tuple[DayHours, ...], BeforeValidator(_listed)] = ()

    @property
    def shut(self) -> frozenset[date]:
        """The days on which it is closed although the week says otherwise."""
        days = {*self.closed, *(self.holidays.days if self.holidays else ())} - {*self.open}
        return frozenset(day for day in days - self.exceptions.keys() if self.hours.days[day.weekday()])

    @property
    def exceptions(self) -> dict[date, tuple[Hours, ...]]:
        """The days that have hours of their own."""
        return {each.day: each.hours for each in self.hours_on}
