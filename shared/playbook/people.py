"""The people of the company: who they are, who may promise what, and who is on call in which department.

A playbook without people leaves all that open: whoever has a token may promise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from shared.languages import LanguageTag
from shared.models import Frozen
from shared.playbook.calendars import Day, Hours, Week
from shared.playbook.parts import DepartmentName, Text
from shared.words import words

if TYPE_CHECKING:
    from shared.playbook import Playbook
    from shared.playbook.departments import Department

ANYTHING = "*"

LONGEST_SHIFT = timedelta(days=366)

_DAY_AND_NIGHT = ("00:00-24:00",)

Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
"""Whom a token names as its `sub` (RFC 7519, section 4.1.2)."""


class Person(Frozen):
    """Somebody of the company, by their token's `subject`.

    `may_promise` are matters, as phrases: they may promise what has one of them in it, `*` whatever it is; and nothing
    whose term ends later than in `until_at_most_days`, where that is said.
    """

    subject: Subject
    name: Text
    departments: Annotated[tuple[DepartmentName, ...], Field(min_length=1)]
    languages: tuple[LanguageTag, ...] = ()
    may_promise: tuple[Text, ...] = ()
    until_at_most_days: Annotated[int, Field(strict=True, ge=1, le=3660)] | None = None

    @property
    def longest_term(self) -> timedelta | None:
        return None if self.until_at_most_days is None else timedelta(days=self.until_at_most_days)


class Shift(Frozen):
    """People who are on call together, by their subjects, in the week's `hours` on the clock of their department; at
    any time without.

    One with `since` and `until` holds from the first of these days to the last. While it does, only such shifts count:
    whoever swaps a shift for a day, or leaves it to nobody, changes none of the others.
    """

    people: tuple[Subject, ...]
    hours: Week | None = None
    since: Day | None = None
    until: Day | None = None

    @property
    def is_dated(self) -> bool:
        return self.since is not None

    @property
    def days(self) -> list[date]:
        """The days of one with `since` and `until`."""
        assert self.since is not None
        assert self.until is not None
        return [self.since + timedelta(days=step) for step in range((self.until - self.since).days + 1)]

    def hours_of(self, day: date) -> tuple[Hours, ...]:
        """Return the hours that begin on a day, whatever days the shift is for."""
        return _DAY_AND_NIGHT if self.hours is None else self.hours.days[day.weekday()]


def _people(playbook: "Playbook") -> Iterator[str]:
    names = [department.name for department in playbook.departments]
    for place, person in enumerate(playbook.people, start=1):
        setting = f"people[{place}]"
        for name in person.departments:
            if name not in names:
                yield f"{setting}.departments: there is no department {name!r}; name one of: {', '.join(names)}"
        for field in ("departments", "languages", "may_promise"):
            if twice := _twice(getattr(person, field)):
                yield f"{setting}.{field}: {', '.join(map(repr, twice))} stands there twice; keep one"
        yield from (f"{setting}.{problem}" for problem in _matters(person))
    for subject in _twice(person.subject for person in playbook.people):
        places = [f"people[{place}]" for place, each in enumerate(playbook.people, start=1) if each.subject == subject]
        yield f"{places[-1]}.subject: is that of {places[0]} as well; keep one of them, with all its departments"


def _matters(person: Person) -> Iterator[str]:
    for place, matter in enumerate(person.may_promise, start=1):
        if matter != ANYTHING and not words(matter):
            yield f'may_promise[{place}]: has no words; write what it is about, or "*" for whatever it is'
    if ANYTHING in person.may_promise and len(person.may_promise) > 1:
        yield 'may_promise: "*" says all that the others say; keep it alone, or take it out'
    if person.until_at_most_days is not None and not person.may_promise:
        yield "until_at_most_days: limits nothing that they may promise; write may_promise as well, or take it out"


def _on_call(playbook: "Playbook") -> Iterator[str]:
    of = {person.subject: person.departments for person in playbook.people}
    for department in playbook.departments:
        for place, shift in enumerate(department.on_call, start=1):
            setting = f"departments[{department.name}].on_call[{place}]"
            yield from (f"{setting}.{problem}" for problem in (*_whom(shift, department, of), *_when(shift)))


def _whom(shift: Shift, department: "Department", of: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for place, subject in enumerate(shift.people, start=1):
        if subject not in of:
            yield f"people[{place}]: is the subject of nobody in people; correct it, or add the person"
        elif department.name not in of[subject]:
            yield f"people[{place}]: is not of this department; add {department.name!r} to the person's departments"
    if _twice(shift.people):
        yield "people: somebody stands there twice; keep one"
    if not shift.people and not shift.is_dated:
        yield "people: names nobody; remove the shift, or say with since and until when nobody is on call"


def _when(shift: Shift) -> Iterator[str]:
    if shift.hours is not None and not any(shift.hours.days):
        yield "hours: has none; write some, or leave it out where somebody is on call day and night"
    if shift.since is None and shift.until is None:
        return
    if shift.since is None or shift.until is None:
        missing = "since" if shift.since is None else "until"
        yield f"{missing}: is missing; a shift of certain days has both, for a single one the same"
    elif shift.until < shift.since:
        yield f"until: {shift.until} is before {shift.since}; let it be no earlier than since"
    elif shift.until - shift.since >= LONGEST_SHIFT:
        yield f"until: is more than a year after {shift.since}; leave both out of what goes on for ever"
    elif not any(shift.hours_of(day) for day in shift.days):
        yield "hours: none of them is on a day from since to until; correct them"


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, uses in Counter(values).items() if uses > 1]


CHECKS = (_people, _on_call)
"""What a playbook's people are looked through for; each yields a sentence for each setting at fault, which names nobody
but by their place."""
