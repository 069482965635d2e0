"""The company's own configuration: its departments, the phrases that route to them, how long people may wait, and the
accounts on which it is to be reached.

An operator writes it as TOML (`infra/playbook.example.toml` explains every setting). `parse` reads that;
`to_json` and `from_json` are how it is kept.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from shared import accounts
from shared.accounts import Account
from shared.advice import advice
from shared.errors import ConfigurationError
from shared.models import ContactKind, Frozen
from shared.words import words

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")

DepartmentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Minutes = Annotated[int, Field(strict=True, ge=1, le=366 * 24 * 60)]

_LONGEST_PHRASE = 12


def _of_some_words(phrase: str) -> str:
    if not 1 <= len(words(phrase)) <= _LONGEST_PHRASE:
        raise ValueError(f"must have 1 to {_LONGEST_PHRASE} words; links, addresses and @handles are none")
    return phrase


_Phrase = Annotated[_Text, AfterValidator(_of_some_words)]


class Phrases(Frozen):
    """Phrases per language, as customers write them."""

    es: tuple[_Phrase, ...] = ()
    en: tuple[_Phrase, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return self.es + self.en


class Deadlines(Frozen):
    """How many minutes something may take, for each priority; never more for what is more pressing."""

    low: _Minutes
    normal: _Minutes
    high: _Minutes
    urgent: _Minutes

    def of(self, priority: Priority) -> timedelta:
        return timedelta(minutes=getattr(self, priority))

    @model_validator(mode="after")
    def _shorter_when_more_pressing(self) -> Self:
        if not self.low >= self.normal >= self.high >= self.urgent:
            raise ValueError("contradicts itself; low must be the longest, then normal, high and urgent")
        return self


class Department(Frozen):
    """A team with a queue of its own.

    `fallback` names the department that gets what this one did not accept within `accept_within`; only the default
    department has none. `time_zone` is an IANA name. A department without phrases receives only what others hand over.
    """

    name: DepartmentName
    title: _Text
    fallback: DepartmentName | None = None
    time_zone: _Text
    accept_within: Deadlines
    phrases: Phrases = Phrases()


class PriorityRule(Frozen):
    """Phrases that make a message more pressing, and the sentence that tells a person why."""

    priority: Literal["high", "urgent"]
    reason: _Text
    phrases: Phrases


class Priorities(Frozen):
    """What raises a message's priority, and within how many minutes a conversation that waits is to be answered."""

    answer_within: Deadlines
    raised_by: tuple[PriorityRule, ...] = ()


class Accounting(Frozen):
    """How long what was received may stay without an outcome before somebody is told."""

    pending_at_most_minutes: _Minutes = 15


class Commitments(Frozen):
    """How long before a promise is due its department is reminded of it."""

    remind_before_minutes: _Minutes = 120

    @property
    def notice(self) -> timedelta:
        return timedelta(minutes=self.remind_before_minutes)


class Linking(Frozen):
    """By which evidence two identities are one customer without anybody being asked.

    A contact point of an `automatic` kind links when it is verified for both; any other that two share is a suggestion.
    `blocked` values prove nothing, however many have them; a value that more than `most_identities_per_value` have
    proves nothing either. Two identities with proven values of a kind in `one_per_person`, and none of them in common,
    are two people.
    """

    automatic: tuple[ContactKind, ...] = ("phone", "email", "customer_number", "platform_id")
    blocked: tuple[_Text, ...] = ()
    most_identities_per_value: Annotated[int, Field(strict=True, ge=2, le=50)] = 5
    most_identities: Annotated[int, Field(strict=True, ge=2, le=100)] = 100
    one_per_person: tuple[ContactKind, ...] = ("customer_number", "platform_id")


class Purpose(Frozen):
    """What somebody may want to look at a customer for, and the parts of the answer that this takes: names of fields of
    the lookup's answer. A token with the scope `purpose/<name>` is shown these and no others."""

    name: DepartmentName
    title: _Text
    fields: Annotated[tuple[DepartmentName, ...], Field(min_length=1)]


class Playbook(Frozen):
    """One version of a company's configuration; whoever holds one may rely on it being free of contradiction."""

    version: Annotated[int, Field(strict=True, ge=1)]
    company: _Text
    default_department: DepartmentName
    departments: Annotated[tuple[Department, ...], Field(min_length=1)]
    priorities: Priorities
    accounts: tuple[Account, ...] = ()
    accounting: Accounting = Accounting()
    commitments: Commitments = Commitments()
    linking: Linking = Linking()
    purposes: tuple[Purpose, ...] = ()

    def department(self, name: str) -> Department:
        """Return the department of that name; raises `ConfigurationError` when this version has none."""
        for department in self.departments:
            if department.name == name:
                return department
        raise ConfigurationError(f"playbook version {self.version} has no department {name!r}; add it to departments")

    def to_json(self) -> str:
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the playbook that `to_json` wrote; raises `ConfigurationError` for anything else."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _unusable(advice(error, None)) from error

    @model_validator(mode="after")
    def _free_of_contradiction(self) -> Self:
        if problems := [problem for check in _CHECKS for problem in check(self)]:
            raise ValueError("\n".join(problems))
        return self


def parse(toml: str) -> Playbook:
    """Return the playbook that an operator wrote as TOML.

    Raises `ConfigurationError` that names the settings at fault and says what to do about each. Time zones and
    platforms are looked up here and not in `from_json`: a machine with older zone data must still be able to route.
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
    if problems := [*_time_zones(playbook), *accounts.unknown_to_platforms(playbook.accounts)]:
        raise _unusable(problems)
    return playbook


def _unusable(problems: Iterable[str]) -> ConfigurationError:
    return ConfigurationError("the playbook cannot be used:\n" + "\n".join(problems))


def _setting(department: Department, field: str) -> str:
    return f"departments[{department.name}].{field}"


def _time_zones(playbook: Playbook) -> Iterator[str]:
    for department in playbook.departments:
        try:
            ZoneInfo(department.time_zone)
        except (KeyError, ValueError, OSError):  # unknown; no path inside the database; a folder of it
            yield f'{_setting(department, "time_zone")}: is no known time zone; write an IANA name like "Europe/Madrid"'


def _names(playbook: Playbook) -> Iterator[str]:
    named: dict[str, Sequence[Department | Purpose]]
    named = {"departments": playbook.departments, "purposes": playbook.purposes}
    for kind, found in named.items():
        for name, uses in Counter(each.name for each in found).items():
            if uses > 1:
                yield f"{kind}[{name}].name: {uses} {kind} have it; give each a name of its own"


def _fallbacks(playbook: Playbook) -> Iterator[str]:
    default = playbook.default_department
    following = {department.name: department.fallback for department in playbook.departments}
    if default not in following:
        yield f"default_department: there is no department {default!r}; name one of: {', '.join(following)}"
        return
    for department in playbook.departments:
        setting, fallback = _setting(department, "fallback"), department.fallback
        if department.name == default:
            if fallback is not None:
                yield f"{setting}: the default department is everyone's last resort; remove this setting"
        elif fallback is None:
            yield f"{setting}: is missing; name the department that takes over, such as {default!r}"
        elif fallback not in following:
            yield f"{setting}: there is no department {fallback!r}; name one of: {', '.join(following)}"
        elif default not in (path := _path(department.name, following)) and path[-1] == department.name:
            yield f"{setting}: {' -> '.join(path)} never reaches {default!r}; let one of them fall back to it"


def _path(name: str, following: Mapping[str, str | None]) -> list[str]:
    """Return the departments that an offer passes from this one on, ending with the first that it meets again."""
    path = [name]
    while (step := following.get(path[-1])) is not None:
        path.append(step)
        if step in path[:-1]:
            break
    return path


def _phrases(playbook: Playbook) -> Iterator[str]:
    routing = [(_setting(department, "phrases"), department.phrases) for department in playbook.departments]
    rules = enumerate(playbook.priorities.raised_by, start=1)
    raising = [(f"priorities.raised_by[{place}].phrases", rule.phrases) for place, rule in rules]
    yield from (f"{owner}: has none; write some or remove the rule" for owner, found in raising if not found.every)
    yield from _written_twice(routing)
    yield from _written_twice(raising)


def _written_twice(lists: Iterable[tuple[str, Phrases]]) -> Iterator[str]:
    """Yield the phrases that two owners claim, or that one list has twice, by the words that they are compared by.

    One owner may write the same phrase in both languages.
    """
    seen: dict[tuple[str, ...], tuple[str, set[str]]] = {}
    for owner, phrases in lists:
        for language, found in (("es", phrases.es), ("en", phrases.en)):
            for phrase in found:
                first, languages = seen.setdefault(tuple(words(phrase)), (owner, set()))
                if first != owner:
                    yield f"{owner}.{language}: {phrase!r} also stands in {first}; keep it in one of the two"
                elif language in languages:
                    yield f"{owner}.{language}: {phrase!r} stands there twice (case and accents do not count); keep one"
                else:
                    languages.add(language)


def _accounts(playbook: Playbook) -> Iterator[str]:
    yield from accounts.named_twice(playbook.accounts)


_CHECKS = (_names, _fallbacks, _phrases, _accounts)
