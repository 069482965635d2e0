"""Who is there: the company's departments and people as they are at an instant, who is on call, and who may promise
what. Pure functions of a playbook."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Literal

from shared.clocks.calendar import is_open, next_opening, open_spans
from shared.errors import Forbidden, InvalidParameter
from shared.models import Frozen, Instant
from shared.playbook import Calendar, Department, Person, Playbook
from shared.playbook.calendars import DayHours, Week
from shared.playbook.people import ANYTHING, Shift
from shared.words import words

AHEAD = timedelta(days=35)
"""How far the directory looks ahead."""

_MOST_NAMED = 5


class Duty(Frozen):
    """People who are on call together, by their subjects. `since` is none where it began before the instant that was
    asked about, `until` where it does not end within five weeks from then."""

    people: tuple[str, ...]
    since: Instant | None = None
    until: Instant | None = None


class DepartmentNow(Frozen):
    """A department at an instant: whether somebody is there by its calendar, and when that changes next. `opens_at` is
    there while it is closed, `closes_at` while it is open, unless it stays so for five weeks. `on_call` is who is on
    call then, `next_on_call` whoever is next."""

    name: str
    title: str
    time_zone: str
    fallback: str | None
    is_open: bool
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    on_call: Duty | None = None
    next_on_call: Duty | None = None


class Colleague(Frozen):
    """Somebody of the company, what they may promise (matters; `*` is whatever it is), for at most how many days, and
    in which departments they are on call at the instant."""

    subject: str
    name: str
    departments: tuple[str, ...]
    languages: tuple[str, ...] = ()
    may_promise: tuple[str, ...] = ()
    until_at_most_days: int | None = None
    on_call: tuple[str, ...] = ()


class Directory(Frozen):
    """The departments and people of a playbook, `at` an instant."""

    at: Instant
    departments: tuple[DepartmentNow, ...]
    people: tuple[Colleague, ...] = ()


def directory(playbook: Playbook, now: datetime) -> Directory:
    """Return the departments and people of a playbook as they are at an instant, in the playbook's order."""
    return Directory(
        at=now,
        departments=tuple(_department(department, playbook, now) for department in playbook.departments),
        people=tuple(_colleague(person, playbook, now) for person in playbook.people),
    )


def _department(department: Department, playbook: Playbook, now: datetime) -> DepartmentNow:
    calendar = playbook.calendar(department.name)
    ends = next((span.until for span in open_spans(calendar, now, now + AHEAD)), now + AHEAD)
    open_now = is_open(calendar, now)
    duties = _duties(department, now)
    present = next(duties)
    return DepartmentNow(
        name=department.name,
        title=department.title,
        time_zone=department.time_zone,
        fallback=department.fallback,
        is_open=open_now,
        opens_at=None if open_now else next_opening(calendar, now),
        closes_at=ends if open_now and ends < now + AHEAD else None,
        on_call=present if present.people else None,
        next_on_call=next((duty for duty in duties if duty.people), None),
    )


def _colleague(person: Person, playbook: Playbook, now: datetime) -> Colleague:
    said = person.model_dump(include=set(Colleague.model_fields))
    return Colleague.model_validate(said | {"on_call": _on_call_in(person, playbook, now)})


def _on_call_in(person: Person, playbook: Playbook, now: datetime) -> tuple[str, ...]:
    """Return the departments in which somebody is on call at an instant."""
    return tuple(each.name for each in playbook.departments if person.subject in on_call(each, now))


def on_call(department: Department, at: datetime) -> tuple[str, ...]:
    """Return who is on call in a department at an instant, by their subjects, in the order of the rota."""
    holding = [shift for shift in department.on_call if is_open(_calendar(shift, department.time_zone), at)]
    counting = [shift for shift in holding if shift.is_dated] or holding
    return tuple(dict.fromkeys(subject for shift in counting for subject in shift.people))


def _duties(department: Department, now: datetime) -> Iterator[Duty]:
    """Yield the duties from an instant on, nobody's as well, in order and without gaps; no two neighbours are the
    same."""
    since, people = None, on_call(department, now)
    for at in _changes(department, now):
        if (others := on_call(department, at)) != people:
            yield Duty(people=people, since=since, until=at)
            since, people = at, others
    yield Duty(people=people, since=since)


def _changes(department: Department, now: datetime) -> list[datetime]:
    """Return the instants at which a shift begins or ends."""
    end = now + AHEAD
    spans = (open_spans(_calendar(shift, department.time_zone), now, end) for shift in department.on_call)
    return sorted({at for found in spans for span in found for at in span if now < at < end})


@lru_cache(maxsize=1024)
def _calendar(shift: Shift, time_zone: str) -> Calendar:
    """Return the calendar that is open while a shift holds, on the clock of its department."""
    if shift.is_dated:
        days = tuple(DayHours(day=day, hours=hours) for day in shift.days if (hours := shift.hours_of(day)))
        return Calendar(name="on_call", time_zone=time_zone, hours_on=days)
    return Calendar(name="on_call", time_zone=time_zone, always=shift.hours is None, hours=shift.hours or Week())


type Hindrance = Literal["not_listed", "other_department", "other_matter", "term_too_long"]


class MayNot(Frozen):
    """Why somebody may not promise something: a code for machines, the `field` of the request that is at fault, and a
    sentence that says what to do.

    `latest` is until when they may promise it, where only the term is too long. `who_may` are the others who may: who
    is on call in the department in whose name it was to be, then who is on call elsewhere, then the rest of that
    department. The sentence names some of them: it is for whoever asked, and for no log.
    """

    code: Hindrance
    field: Literal["matter", "department", "until"]
    sentence: str
    latest: Instant | None = None
    who_may: tuple[Colleague, ...] = ()


def may_promise(
    playbook: Playbook, *, subject: str, department: str, matter: str, until: datetime | None, now: datetime
) -> MayNot | None:
    """Return why a token's subject may not promise a matter in the name of a department, or none.

    Where the playbook has no people everybody may. A person may promise what has one of their phrases in it: whole
    words, one after the other, case and accents aside. What is refused to a customer needs nobody's leave, and is not
    asked about here.
    """
    if not playbook.people:
        return None
    person = next((each for each in playbook.people if each.subject == subject), None)
    code = _hindrance(person, department, matter, until, now)
    if code is None:
        return None
    others = [each for each in playbook.people if each.subject != subject]
    may = [each for each in others if _hindrance(each, each.departments[0], matter, until, now) is None]
    colleagues = [_colleague(each, playbook, now) for each in may]
    who_may = sorted(colleagues, key=lambda each: _last_to_be_asked(each, department))
    longest = person.longest_term if person and code == "term_too_long" else None
    latest = now.astimezone(UTC) + longest if longest else None
    return MayNot(
        code=code,
        field=_FIELDS[code],
        sentence=f"{_says(code, person, department)}; {_remedy(latest, who_may, playbook)}",
        latest=latest,
        who_may=tuple(who_may),
    )


def who_may_promise(playbook: Playbook, *, matter: str, until: datetime | None, now: datetime) -> list[Colleague]:
    """Return who may promise a matter, until an instant where one is said, each in the name of a department of theirs;
    who is on call first.

    Raises `InvalidParameter` where nobody may: for a `matter` that has none of the playbook's phrases in it, which it
    names, and for an `until` that is later than anybody's. Where the playbook has no people everybody may, and nobody
    is named.
    """
    may = [each for each in playbook.people if _hindrance(each, each.departments[0], matter, None, now) is None]
    in_time = [each for each in may if _hindrance(each, each.departments[0], matter, until, now) is None]
    if playbook.people and not may:
        raise InvalidParameter("matter", f"nobody may promise this; {_promisable(playbook)}")
    if may and not in_time:
        latest = now.astimezone(UTC) + max(filter(None, (each.longest_term for each in may)))
        raise InvalidParameter(
            "until", f"nobody may promise it for so long; name {latest:%Y-%m-%dT%H:%M:%SZ} or before"
        )
    return sorted((_colleague(each, playbook, now) for each in in_time), key=lambda each: not each.on_call)


def _promisable(playbook: Playbook) -> str:
    phrases = dict.fromkeys(chain.from_iterable(person.may_promise for person in playbook.people))
    return f"what may be promised has one of these in it: {', '.join(phrases)}" if phrases else "nor anything else"


def must_be_allowed(
    playbook: Playbook, *, subject: str, department: str | None, matter: str, until: datetime | None, now: datetime
) -> None:
    """Raise `Forbidden` when the playbook does not let somebody promise a matter until an instant; what is refused to a
    customer has none, and needs nobody's leave."""
    if until is None or department is None:
        return
    found = may_promise(playbook, subject=subject, department=department, matter=matter, until=until, now=now)
    if found is not None:
        raise Forbidden(found.sentence, field=found.field)


_FIELDS: dict[Hindrance, Literal["matter", "department", "until"]] = {
    "not_listed": "matter",
    "other_department": "department",
    "other_matter": "matter",
    "term_too_long": "until",
}


def _hindrance(
    person: Person | None, department: str, matter: str, until: datetime | None, now: datetime
) -> Hindrance | None:
    if person is None:
        return "not_listed"
    if department not in person.departments:
        return "other_department"
    said = words(matter)
    if not any(phrase == ANYTHING or _stands_in(words(phrase), said) for phrase in person.may_promise):
        return "other_matter"
    if until is not None and person.longest_term is not None and until > now + person.longest_term:
        return "term_too_long"
    return None


def _stands_in(phrase: Sequence[str], said: Sequence[str]) -> bool:
    return any(said[start : start + len(phrase)] == phrase for start in range(len(said) - len(phrase) + 1))


def _last_to_be_asked(colleague: Colleague, department: str) -> tuple[bool, bool, bool]:
    return department not in colleague.on_call, not colleague.on_call, department not in colleague.departments


def _says(code: Hindrance, person: Person | None, department: str) -> str:
    match code:
        case "other_department" if person:
            return f"you are not of {department}, but of {' and '.join(person.departments)}"
        case "other_matter":
            return "the playbook does not let you promise this"
        case "term_too_long" if person:
            return f"you may promise it for at most {person.until_at_most_days} days"
        case _:
            return "only the people of the playbook may promise, and you are none of them"


def _remedy(latest: datetime | None, who_may: Sequence[Colleague], playbook: Playbook) -> str:
    shorter = f"promise it until {latest:%Y-%m-%dT%H:%M:%SZ} or before" if latest else None
    ask = f"ask {_names(who_may, playbook)}" if who_may else None
    return ", or ".join(filter(None, (shorter, ask))) or "nobody else may; ask whoever keeps the playbook"


def _names(colleagues: Sequence[Colleague], playbook: Playbook) -> str:
    titles = {department.name: department.title for department in playbook.departments}
    named = [
        f"{each.name} ({', '.join(titles[name] for name in each.departments)}{'; on call' if each.on_call else ''})"
        for each in colleagues[:_MOST_NAMED]
    ]
    more = len(colleagues) - len(named)
    return ", ".join(named) + (f" or {more} more" if more else "")
