"""The company's own configuration: its departments, the phrases that route to them, how long people may wait, and the
accounts on which it is to be reached.

An operator writes it as TOML (`infra/playbook.example.toml` explains every setting). `parse` reads that;
`to_json` and `from_json` are how it is kept.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from shared import accounts, platforms
from shared.accounts import Account
from shared.advice import advice
from shared.errors import ConfigurationError
from shared.languages import LanguageTag
from shared.models import Frozen
from shared.playbook import acknowledgement as _acknowledgement
from shared.playbook import calendar_checks as _calendars
from shared.playbook import connectors as _connectors
from shared.playbook import departments as _departments
from shared.playbook import listening as _listening
from shared.playbook import people as _people
from shared.playbook import public_holidays
from shared.playbook import targets as _targets
from shared.playbook.acknowledgement import Acknowledgement, Crisis
from shared.playbook.calendars import Calendar
from shared.playbook.departments import Department, Priorities, PriorityRule
from shared.playbook.listening import Listening
from shared.playbook.parts import PRIORITIES, Deadlines, DepartmentName, Phrases, Priority, Text
from shared.playbook.people import Person
from shared.playbook.policies import Accounting, Commitments, HandOffs, Linking, Purpose
from shared.playbook.targets import ClockKind, Group, Target

__all__ = [
    "PRIORITIES",
    "Accounting",
    "Acknowledgement",
    "Calendar",
    "ClockKind",
    "Commitments",
    "Crisis",
    "Deadlines",
    "Department",
    "DepartmentName",
    "Group",
    "HandOffs",
    "Linking",
    "Listening",
    "Person",
    "Phrases",
    "Playbook",
    "Priorities",
    "Priority",
    "PriorityRule",
    "Purpose",
    "Target",
    "parse",
]


class Playbook(Frozen):
    """One version of a company's configuration; whoever holds one may rely on it being free of contradiction."""

    version: Annotated[int, Field(strict=True, ge=1)]
    company: Text
    default_department: DepartmentName
    departments: Annotated[tuple[Department, ...], Field(min_length=1)]
    priorities: Priorities
    accounts: tuple[Account, ...] = ()
    accounting: Accounting = Accounting()
    commitments: Commitments = Commitments()
    hand_offs: HandOffs = HandOffs()
    linking: Linking = Linking()
    purposes: tuple[Purpose, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    clocks: tuple[Target, ...] = ()
    groups: tuple[Group, ...] = ()
    people: tuple[Person, ...] = ()
    default_language: LanguageTag = "es"
    acknowledgement: Acknowledgement = Acknowledgement()
    crisis: Crisis = Crisis()
    listening: tuple[Listening, ...] = ()

    def department(self, name: str) -> Department:
        """Return the department of that name; raises `ConfigurationError` when this version has none."""
        for department in self.departments:
            if department.name == name:
                return department
        raise ConfigurationError(f"playbook version {self.version} has no department {name!r}; add it to departments")

    def department_or_default(self, name: str | None) -> Department:
        """Return the department of that name, or the default one where this version has none of it: what is long past
        may be computed under any version."""
        known = {each.name: each for each in self.departments}
        return known.get(name or "") or known[self.default_department]

    @property
    def owner(self) -> str:
        """Return the department that gets what others keep handing back."""
        return self.hand_offs.owner or self.default_department

    def calendar(self, department: str | None) -> Calendar:
        """Return the calendar by which a department's clocks run; one that is always open where it has none.

        What is said of `department_or_default` holds here as well.
        """
        found = self.department_or_default(department)
        if found.calendar is None:
            return Calendar(name="always", time_zone=found.time_zone, always=True)
        return next(each for each in self.calendars if each.name == found.calendar)

    @property
    def holidays_known_until(self) -> date | None:
        """Return the last day for which the public holidays of all calendars are known; none where no calendar has any.

        Later days are taken for ordinary ones until the playbook is published again.
        """
        ends = [each.holidays.known_until for each in self.calendars if each.holidays and each.holidays.known_until]
        return min(ends, default=None)

    def to_json(self) -> str:
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the playbook that `to_json` wrote; raises `ConfigurationError` for anything else."""
        try:
            return cls.stored(text)
        except ValidationError as error:
            raise _unusable(advice(error, None)) from error

    @model_validator(mode="after")
    def _free_of_contradiction(self) -> Self:
        if problems := [problem for check in _CHECKS for problem in check(self)]:
            raise ValueError("\n".join(problems))
        return self


def parse(toml: str, *, today: date | None = None) -> Playbook:
    """Return the playbook that an operator wrote as TOML, with the public holidays of the years around today.

    Raises `ConfigurationError` that names the settings at fault and says what to do about each. Time zones, platforms
    and holidays are looked up here and not in `from_json`: a machine with older zone data must still be able to route.
    """
    try:
        written = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"the playbook is not valid TOML; correct it there: {error}") from error
    except RecursionError as error:
        raise ConfigurationError("the playbook is nested too deeply; no setting needs that") from error
    try:
        playbook = Playbook.model_validate(written)
    except ValidationError as error:
        raise _unusable(advice(error, written)) from error
    problems = [*_departments.unknown_time_zones(playbook), *_calendars.unknown_time_zones(playbook)]
    problems += accounts.unknown_to_platforms(playbook.accounts)
    problems += accounts.never_asked_by_themselves(playbook.accounts)
    problems += accounts.never_granted(playbook.accounts)
    channels = sorted(platforms.windows())
    problems += _targets.unknown_channels(playbook, channels)
    problems += _acknowledgement.unknown_channels(playbook, channels, platforms.rules())
    problems += _listening.unknown_places(playbook, channels, platforms.names())
    problems += _listening.kept_too_long(playbook, {channel: platforms.folder_of(channel) for channel in channels})
    problems += _acknowledgement.too_long(playbook, platforms.rules())
    calendars, strange = public_holidays.looked_up(playbook.calendars, today or datetime.now(UTC).date())
    if problems := [*problems, *strange]:
        raise _unusable(problems)
    return Playbook.from_json(playbook.model_copy(update={"calendars": calendars}).to_json())


def _unusable(problems: Iterable[str]) -> ConfigurationError:
    return ConfigurationError("the playbook cannot be used:\n" + "\n".join(problems))


def _owner(playbook: Playbook) -> Iterator[str]:
    names = [department.name for department in playbook.departments]
    if playbook.owner not in names and playbook.hand_offs.owner is not None:
        yield f"hand_offs.owner: there is no department {playbook.owner!r}; name one of: {', '.join(names)}"


def _accounts(playbook: Playbook) -> Iterator[str]:
    yield from accounts.named_twice(playbook.accounts)


def _names(playbook: Playbook) -> Iterator[str]:
    named: dict[str, Sequence[Department | Purpose | Calendar | Group | Listening]]
    named = {"departments": playbook.departments, "purposes": playbook.purposes, "calendars": playbook.calendars}
    named |= {"groups": playbook.groups, "listening": playbook.listening}
    for kind, found in named.items():
        for name, uses in Counter(each.name for each in found).items():
            if uses > 1:
                yield f"{kind}[{name}].name: {uses} {kind} have it; give each a name of its own"


_CHECKS = (
    *(_names, _owner, _accounts),
    *(*_departments.CHECKS, *_calendars.CHECKS, *_targets.CHECKS),
    *(*_people.CHECKS, *_acknowledgement.CHECKS, *_connectors.CHECKS, *_listening.CHECKS),
)
