"""What people said of an escalation's triage: the last word on each part of it, whose it is, and why.

What the triage itself said stays where it was (`reasons`, `first`, the conversation's tones), so that the two can be
held against each other: every correction is a step of the journal, beside the message that was read wrong.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from shared.casework.steps import Agent, CaseMove, Corrections
from shared.errors import InvalidParameter
from shared.models import Frozen, Instant

TriagePart = Literal["priority", "tone", "speaker"]


class Correction(Frozen):
    """The last word on one part of the triage: what it is (`value`), and who said so when and why."""

    part: TriagePart
    value: str
    at: Instant
    by: Agent
    why: str = ""


def fold(before: Iterable[Correction], move: CaseMove) -> tuple[Correction, ...]:
    """Return the last word on each part, in the order of their names, after one more thing was done with a case."""
    there = {each.part: each for each in before}
    if move.act == "corrected":
        there |= {part: _said(part, value, move) for part, value in _values(move.priority, move.corrections)}
    return tuple(there[part] for part in sorted(there))


def must_change(kept: Iterable[Correction], priority: str | None, said: Corrections | None, *, was: str) -> None:
    """Raise `InvalidParameter` unless something is said, and something else than before; `was` is the priority."""
    there = {**{each.part: each.value for each in kept}, "priority": was}
    named = dict(_values(priority, said))
    if not named:
        raise InvalidParameter("priority", "is missing; say what is otherwise: priority, tone or speaker")
    if all(there.get(part) == value for part, value in named.items()):
        part, value = next(iter(named.items()))
        raise InvalidParameter(part, f"it is {value} already; name another one")


def _values(priority: str | None, said: Corrections | None) -> Iterator[tuple[TriagePart, str]]:
    found: dict[TriagePart, str | None] = {
        "priority": priority,
        "tone": said.tone if said else None,
        "speaker": said.speaker if said else None,
    }
    return ((part, each) for part, each in found.items() if each is not None)


def _said(part: TriagePart, value: str, move: CaseMove) -> Correction:
    return Correction(part=part, value=value, at=move.at, by=move.by, why=move.why)
