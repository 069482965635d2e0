"""Short words for what happens in a conversation, in a week of the clock on Madrid's wall."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from shared.clocks.happenings import Happening, What
from shared.clocks.targets import Targets
from shared.playbook import Calendar, ClockKind, Priority
from shared.playbook.calendars import WEEKDAYS, Holidays, Week

MONDAY = date(2026, 11, 23)
MADRID = ZoneInfo("Europe/Madrid")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

_numbers = count()


def at(when: str) -> datetime:
    """Return the instant of words like `tue 16:30`; `tue+1` is that of the week after."""
    day, _, clock = when.partition(" ")
    weekday, _, weeks = day.partition("+")
    on = MONDAY + timedelta(days=WEEKDAYS.index(weekday), weeks=int(weeks or 0))
    return datetime.combine(on, datetime.strptime(clock, "%H:%M").time(), MADRID).astimezone(UTC)


def did(what: What, when: str, **more: Any) -> Happening:
    return Happening(**{"id": f"h{next(_numbers)}", "at": at(when), "what": what, **more})


def moved(what: What, when: str, number: int = 0, *, case: str = "esc_1", **more: Any) -> Happening:
    return did(what, when, case=case, number=number, **more)


def open_on(name: str = "office", **hours: list[str]) -> Calendar:
    week = {key.replace("_", "-"): spans for key, spans in hours.items()}
    return Calendar(name=name, time_zone="Europe/Madrid", hours=Week.model_validate(week))


NINE_TO_FIVE = open_on(mon_fri=["09:00-17:00"])
SPLIT = open_on("split", mon_fri=["09:00-14:00", "16:00-19:00"])
ALWAYS = Calendar(name="always", time_zone="Europe/Madrid", always=True)


def shut_on(calendar: Calendar, *days: date) -> Calendar:
    return calendar.model_copy(update={"holidays": Holidays(country="ES", days=days)})


def within(
    minutes: Mapping[ClockKind, int], *, by_priority: Mapping[Priority, int] | None = None, **of_departments: int
) -> Targets:
    """Return targets: minutes by kind, other minutes for some priorities or departments."""

    def targets(kind: ClockKind, priority: Priority, department: str | None) -> timedelta | None:
        if kind not in minutes:
            return None
        by_default = (by_priority or {}).get(priority, minutes[kind])
        return of_departments.get(department or "", by_default) * MINUTE

    return targets
