"""What a playbook's calendars are looked through for."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from shared.playbook.calendars import DAY_MINUTES, WEEKDAYS, Calendar, Week, minutes
from shared.playbook.time_zones import UNKNOWN, is_time_zone

if TYPE_CHECKING:
    from shared.playbook import Playbook

_WEEK_MINUTES = 7 * DAY_MINUTES
_LEAST_MINUTES_A_WEEK = 60  # with the longest target that there may be, due within two centuries


def unknown_time_zones(playbook: "Playbook") -> Iterator[str]:
    for calendar in playbook.calendars:
        if not is_time_zone(calendar.time_zone):
            yield f"{_setting(calendar, 'time_zone')}: {UNKNOWN}"


def _setting(calendar: Calendar, field: str) -> str:
    return f"calendars[{calendar.name}].{field}"


def _named(playbook: "Playbook") -> Iterator[str]:
    names = [calendar.name for calendar in playbook.calendars]
    for department in playbook.departments:
        if department.calendar is not None and department.calendar not in names:
            remedy = f"name one of: {', '.join(names)}" if names else "add it to calendars"
            yield f"departments[{department.name}].calendar: there is no calendar {department.calendar!r}; {remedy}"


def _weeks(playbook: "Playbook") -> Iterator[str]:
    for calendar in playbook.calendars:
        setting, spelt = _setting(calendar, "hours"), [*_spelt_out(calendar.hours)]
        following = [(begin + _WEEK_MINUTES, end, where) for begin, end, where in spelt[:1]]
        yield from (
            f"{setting}: {one} and {other} overlap; let one end where the other begins"
            for (_, end, one), (begin, _, other) in pairwise([*spelt, *following])
            if begin < end
        )
        if calendar.always:
            others = ("hours", "holidays", "closed", "open", "hours_on")
            if said := [field for field in others if getattr(calendar, field) not in (Week(), None, ())]:
                yield f"{_setting(calendar, 'always')}: is said beside {', '.join(said)}; keep one of the two"
        elif sum(end - begin for begin, end, _ in spelt) < _LEAST_MINUTES_A_WEEK:
            yield f"{setting}: is open for less than an hour a week; add hours, or say always = true"


def _spelt_out(week: Week) -> Iterator[tuple[int, int, str]]:
    """Yield a week's spans in order, in minutes after its first midnight, each with the words for it."""
    for place, (name, hours) in enumerate(zip(WEEKDAYS, week.days, strict=True)):
        for written in sorted(hours):
            begin, end = minutes(written)
            yield place * DAY_MINUTES + begin, place * DAY_MINUTES + end, f"{name} {written}"


def _single_days(playbook: "Playbook") -> Iterator[str]:
    for calendar in playbook.calendars:
        said = [(day, "closed") for day in {*calendar.closed}] + [(day, "open") for day in {*calendar.open}]
        said += [(each.day, "hours_on") for each in calendar.hours_on]
        for day, uses in Counter(day for day, _ in said).items():
            if uses > 1:
                fields = ", ".join(dict.fromkeys(field for found, field in said if found == day))
                yield f"{_setting(calendar, fields)}: {day} stands there {uses} times; keep one"
        for day in calendar.open:
            if not calendar.hours.days[day.weekday()]:
                weekday = WEEKDAYS[day.weekday()]
                yield f"{_setting(calendar, 'open')}: {day} is a {weekday}, without hours; write them in hours_on"


def _years(playbook: "Playbook") -> Iterator[str]:
    for calendar in playbook.calendars:
        if calendar.always:
            continue
        shut, exceptions, week = calendar.shut, calendar.exceptions, calendar.hours.days
        for year in sorted({day.year for day in shut}):
            days = (date(year, 1, 1) + timedelta(days=step) for step in range(365))
            if not any(exceptions.get(day, () if day in shut else week[day.weekday()]) for day in days):
                yield f"{_setting(calendar, 'closed')}: leaves no day of {year} open; take some out"


CHECKS = (_named, _weeks, _single_days, _years)
"""What a playbook's calendars are looked through for; each yields a sentence for each setting at fault."""
