"""Departments, the phrases that route to them, and what makes a message more pressing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from shared.models import Frozen
from shared.playbook.connectors import Connector
from shared.playbook.parts import Deadlines, DepartmentName, Phrases, Text
from shared.playbook.people import Shift
from shared.playbook.time_zones import UNKNOWN, is_time_zone
from shared.words import words

if TYPE_CHECKING:
    from shared.playbook import Playbook


class Department(Frozen):
    """A team with a queue of its own.

    `fallback` names the department that gets what this one did not accept within `accept_within`; only the default
    department has none. `time_zone` is an IANA name. `calendar` names the calendar by which its clocks run; without one
    they run day and night. A department without phrases receives only what others hand over. `on_call` is its rota.
    `connector` is the tool in which it works, where that is not the desk.
    """

    name: DepartmentName
    title: Text
    fallback: DepartmentName | None = None
    time_zone: Text
    calendar: DepartmentName | None = None
    accept_within: Deadlines
    phrases: Phrases = Phrases()
    on_call: tuple[Shift, ...] = ()
    connector: Connector | None = None


class PriorityRule(Frozen):
    """Phrases that make a message more pressing, and the sentence that tells a person why."""

    priority: Literal["high", "urgent"]
    reason: Text
    phrases: Phrases


class Priorities(Frozen):
    """What raises a message's priority, and within how many minutes a conversation that waits is to be answered."""

    answer_within: Deadlines
    raised_by: tuple[PriorityRule, ...] = ()


def _setting(department: Department, field: str) -> str:
    return f"departments[{department.name}].{field}"


def unknown_time_zones(playbook: "Playbook") -> Iterator[str]:
    for department in playbook.departments:
        if not is_time_zone(department.time_zone):
            yield f"{_setting(department, 'time_zone')}: {UNKNOWN}"


def _fallbacks(playbook: "Playbook") -> Iterator[str]:
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


def _phrases(playbook: "Playbook") -> Iterator[str]:
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


CHECKS = (_fallbacks, _phrases)
"""What a playbook is looked through for; each yields a sentence for each setting at fault."""
