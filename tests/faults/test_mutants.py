"""The matrix can fail: every mutant of the product is caught by it, but for those that a reason is given for."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from tests.faults import figures
from tests.faults.figures import Figures
from tests.faults.lab import FULL, Lab
from tests.faults.mutants import (
    AT_THE_DESK,
    DESIGNS,
    WRONG_EVEN_WHEN_CALM,
    WRONG_ONLY_AT_ONCE,
    Neighbours,
    Noting,
    Patch,
    Swapped,
    Without,
    kind_of,
)
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Explorer, same
from tests.faults.stories import A_CONVERSATION, ASKS, AT_LAST, STORIES, one, together
from tests.faults.test_interleavings import LINKING, SCENES, calm_picture, follow
from tests.faults.test_orders import people
from tests.faults.wire import Call, Way, modes_of

pytestmark = pytest.mark.timeout(2400)

type Modes = Callable[[Call], list[str]]

_LEFT_OUT = {*AT_LAST, "two are linked, and parted", "two prove the same address"}
"""Stories that would only tell again what another one tells, and those of links, which are written row by row under a
condition on the whole row: what becomes of those without it is told by the designs that are worse."""

_SLOW = {
    "three projectors, one person",
    "two watches",
    "two watches, a promise that is nearly due",
    *LINKING,
    *(() if FULL else ("the projector and the watch, one person",)),
}
_OVERLAPPING = [one(A_CONVERSATION[0]), together("all", *A_CONVERSATION, ASKS), one(A_CONVERSATION[1])]


_SMALL = "nothing but a receipt"
TWICE = f"{_SMALL}, 2 calls failing"


class Matrix:
    """As much of the matrix as a mutant has to get through; what is expected was found without one."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.stories = {name: self._calm(story) for name, story in STORIES.items() if name not in _LEFT_OUT}
        self.scenes = {name: self._calm(SCENES[name][0]) for name in SCENES if name not in _SLOW}
        self.overlapping = self._calm(_OVERLAPPING)
        self.calls: dict[str, int] = {}
        """How many each part makes, as far as that is known: a mutant is looked for in what is cheap first."""

    @property
    def calm(self) -> set[str]:
        """The parts in which nothing fails, and nothing goes on at once."""
        return {"deliveries that overlap", *(f"{name}, 0 calls failing" for name in self.stories)}

    @property
    def alone(self) -> set[str]:
        """The parts in which nothing goes on at once."""
        return {name for name, _ in self.checks(modes_of)} - set(self.scenes)

    def _calm(self, story: Any) -> Picture:
        world = self.lab.world(story)
        world.run()
        return picture(world)

    def catches(self, modes: Modes, *, where: Callable[[str], bool] = lambda _: True) -> str | None:
        """Return what it was that came to something else, or `None` when all came to the same; looks only `where` it
        says."""
        for name, check in sorted(self.checks(modes), key=lambda part: self.calls.get(part[0], 0)):
            try:
                if where(name):
                    check()
            except AssertionError:
                return name
        return None

    def checks(self, modes: Modes) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "deliveries that overlap", self._overlaps
        for faults in (0, 1):
            for name, expected in self.stories.items():
                yield f"{name}, {faults} calls failing", partial(self._faults, name, expected, modes, faults)
        yield TWICE, partial(self._faults, _SMALL, self.stories[_SMALL], modes, 2)
        for name, expected in self.scenes.items():
            yield name, partial(follow, self.lab, SCENES[name], expected, Figures(), deaths=0)

    def _overlaps(self) -> None:
        for order in (_OVERLAPPING, _OVERLAPPING[::-1]):
            assert people(without_claims(self._calm(order))) == people(self.overlapping)

    def _faults(self, name: str, expected: Picture, modes: Modes, faults: int) -> None:
        world = self.lab.world(STORIES[name])
        Explorer(world, self.lab.engine, expected, same_but_for_claims, Figures(), modes).explore(faults)


def same_but_for_claims(found: Picture, expected: Picture) -> None:
    same(without_claims(found), expected)


def without_claims(found: Picture) -> Picture:
    """Return a picture without a mutant's own markers, which are no difference in what was kept."""
    return found | {"table": {key: item for key, item in found["table"].items() if not key[0].startswith("claim#")}}


@pytest.fixture(scope="module")
def matrix(lab: Lab) -> Matrix:
    return Matrix(lab)


@pytest.fixture(scope="module")
def noted(lab: Lab, matrix: Matrix) -> dict[str, Noting]:
    """The conditions and the neighbours of the calls that the product makes in each part of the matrix."""
    found = {}
    for name, check in matrix.checks(telling):
        if name == TWICE:
            continue
        found[name] = lab.wire.way = Noting()
        check()
        matrix.calls[name] = found[name].calls
    lab.wire.way = Way()
    found[TWICE] = found[f"{_SMALL}, 1 calls failing"]
    return found


def telling(call: Call) -> list[str]:
    """Return the ways of going wrong that tell most mutants: what was done is not known to be done, or is not done."""
    return ["dies after", "answer lost, tried again", "fails"] if call.writes else ["fails"]


def around(pair: Neighbours) -> Modes:
    """Return the ways of going wrong that tell whether two calls may change places."""
    deaths = ["dies before", "dies after"]
    return lambda call: ["fails", *(deaths if kind_of(call) in (pair.first, pair.second) else ())]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.__name__)
def test_a_bad_design_is_caught(matrix: Matrix, design: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    design(monkeypatch)
    at_once = {*matrix.calm, *matrix.scenes}
    caught = matrix.catches(modes_of, where=lambda name: design not in WRONG_ONLY_AT_ONCE or name in at_once)
    assert caught
    assert (caught in matrix.calm) is (design in WRONG_EVEN_WHEN_CALM), (
        f"caught by {caught}: is it what it is said to be?"
    )
    figures.of("mutants").mutants += 1


_ENOUGH = {"a promise is nearly due, broken, and kept late": 3, "two are linked, and parted": 3}
"""How much of a story shows what a worse design does when a call fails; what comes later is followed first."""


@pytest.mark.parametrize(("design", "where"), AT_THE_DESK, ids=lambda each: getattr(each, "__name__", each))
def test_a_bad_design_of_what_the_company_does_is_caught(
    lab: Lab, design: Patch, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calm run of its own is what a run with faults is compared with, unless that is wrong already."""
    arrivals = STORIES[where] if where in STORIES else SCENES[where][0]
    right = calm_picture(lab, arrivals)
    design(monkeypatch)
    own = calm_picture(lab, arrivals)
    if design in WRONG_EVEN_WHEN_CALM:
        assert own != right
    elif where in STORIES:
        enough = arrivals[: _ENOUGH.get(where)]
        own = calm_picture(lab, enough)
        with pytest.raises(AssertionError):
            Explorer(lab.world(enough), lab.engine, own, same, Figures()).explore(1)
    else:
        with pytest.raises(AssertionError):
            follow(lab, SCENES[where], own, Figures(), deaths=0)
    figures.of("mutants").mutants += 1


type Mutants = Mapping[Any, tuple[Way, Modes]]


def all_are_caught(
    matrix: Matrix, mutants: Mutants, where: Callable[[Any, str], bool], reasons: Mapping[str, str]
) -> None:
    """Check that each mutant is caught, but for those that a reason is given for, and that no reason is given for what
    is not there.

    One that lives has to get through all of the matrix: whether those that a reason is given for do live is asked at
    full depth only (`make faults`).
    """
    told = {str(mutant): [row for row in reasons if re.fullmatch(row, str(mutant))] for mutant in mutants}
    missing = set(reasons) - {row for rows in told.values() for row in rows}
    assert not missing, f"a reason is given for what there is not: {'; '.join(missing)}"
    asked = {mutant: how for mutant, how in mutants.items() if FULL or not told[str(mutant)]}
    living = survivors(matrix, asked, where)
    untold = sorted(name for name in living if not told[name])
    assert not untold, f"not caught, and nobody said why: {'; '.join(untold)}"
    needless = set(reasons) - {row for name in living for row in told[name]}
    assert not FULL or not needless, f"a reason is given for what is caught: {'; '.join(needless)}"


def survivors(matrix: Matrix, mutants: Mutants, where: Callable[[Any, str], bool]) -> set[str]:
    """Return which mutants the matrix does not catch."""
    found = set()
    for mutant, (way, modes) in mutants.items():
        matrix.lab.wire.way = way
        try:
            caught = matrix.catches(modes, where=partial(where, mutant))
        finally:
            matrix.lab.wire.way = Way()
        if caught is None:
            found.add(str(mutant))
        figures.of("mutants").mutants += caught is not None
    return found


_OPERATIONS = ("PutItem", "UpdateItem")
"""What can have a condition; each operation is a test of its own, that none takes too long."""


@pytest.mark.parametrize("operation", _OPERATIONS)
def test_any_condition_deleted_is_caught(matrix: Matrix, noted: dict[str, Noting], operation: str) -> None:
    conditions = {found for part in noted.values() for found in part.conditions}
    assert {found.kind.split()[0] for found in conditions} == {*_OPERATIONS}
    ours = sorted((found for found in conditions if found.kind.startswith(operation)), key=str)
    mutants = {found: (Without(found), telling) for found in ours}
    reasons = {row: reason for row, reason in NO_DIFFERENCE_WITHOUT.items() if row.startswith(operation)}
    all_are_caught(matrix, mutants, lambda mutant, name: name != TWICE and mutant in noted[name].conditions, reasons)


def test_any_neighbours_swapped_are_caught(matrix: Matrix, noted: dict[str, Noting]) -> None:
    pairs = {found for part in noted.values() for found in part.neighbours}
    mutants = {found: (Swapped(found), around(found)) for found in sorted(pairs, key=str)}
    all_are_caught(
        matrix,
        mutants,
        lambda mutant, name: mutant in noted[name].neighbours and name in matrix.alone,
        NO_DIFFERENCE_SWAPPED,
    )


_SAME_CONTENT = "Its content is a function of its key: written again, it is the same."
_NOBODY_ACCEPTS = (
    "In no story of the matrix does anybody accept what is offered; that theirs stays theirs is tested with the watch."
)
_BROUGHT_AGAIN = "The stream brings what comes later once more, and it is folded in then."
_AT_ONE_INSTANT = (
    "The desk looks before it keeps; that the first of two requests counts that come at once under one key, each with "
    "an instant of its own, is tested with the store."
)
_NOTHING_GOES = "In no story of the matrix is anything taken away; repair, which does that, has tests of its own."

_LEFT_BEHIND = "delivery/delivery|identity/(commitment|conversation|escalation|event|step)"

NO_DIFFERENCE_WITHOUT = {
    r"PutItem customer/identity, if attribute_not_exists\(pk\) OR rank < :rank": _SAME_CONTENT,
    r"PutItem (delivery|identity)/repeated, if attribute_not_exists\(pk\)": _SAME_CONTENT,
    r"PutItem identity/escalation, if (state = :seen|a0 = :a0 AND .*)": _NOBODY_ACCEPTS,
    r"PutItem identity/commitment, if attribute_not_exists\(pk\)": _BROUGHT_AGAIN,
    r"PutItem identity/step, if attribute_not_exists\(pk\)": _AT_ONE_INSTANT,
    rf"UpdateItem ({_LEFT_BEHIND}), if attribute_exists\(pk\)": _NOTHING_GOES,
}
"""The conditions without which nothing comes out differently, and why they are there, or why that is no matter."""

_A_READ = "(Query.*|GetItem .*|BatchGetItem)"
_GIVEN_AGAIN = "The record is given again until all that it calls for is written, in whatever order."
_LISTED_STILL = "What is still listed as open work is done again, and comes to the same."

NO_DIFFERENCE_SWAPPED = {
    rf"PutItem identity/(about|brief|commitment|conversation|revision|escalation) after {_A_READ}": _GIVEN_AGAIN,
    r"PutItem identity/(about|conversation) after PutItem identity/(conversation|escalation|revision)": _GIVEN_AGAIN,
    rf"UpdateItem ({_LEFT_BEHIND}) after {_A_READ}": _LISTED_STILL,
    r"UpdateItem identity/(step after UpdateItem identity/escalation|escalation after UpdateItem identity/step)": (
        _LISTED_STILL
    ),
    r"UpdateItem delivery/delivery after (PutItem identity/event|the end)": _LISTED_STILL,
}
"""The neighbours that may change places, and why."""
