"""Every call of every function fails in every way, alone and in pairs, and all comes to what a calm run comes to."""

from collections.abc import Callable, Sequence

import pytest

from shared.store import journal
from tests.faults import figures
from tests.faults.arrivals import Arriving
from tests.faults.lab import FULL, Lab
from tests.faults.picture import Picture, picture, whoever_was_first
from tests.faults.sequential import Explorer, same
from tests.faults.stories import AT_LAST, LARGE, STORIES, UP_TO_THREE, again

_LONG = {"a batch"}
"""Stories with so many calls that two faults in them take minutes: explored at full depth."""


def calm_picture(lab: Lab, story: Sequence[Arriving]) -> Picture:
    world = lab.world(story)
    world.run()
    return picture(world)


def explore(lab: Lab, story: str, part: str, *, faults: int) -> int:
    expected = calm_picture(lab, STORIES[story])
    otherwise = calm_picture(lab, AT_LAST.get(story, STORIES[story]))
    told = figures.of(part)
    world = lab.world(STORIES[story])
    runs = Explorer(world, lab.engine, expected, either(otherwise), told).explore(faults)
    told.runs += runs
    return runs


def either(otherwise: Picture) -> Callable[[Picture, Picture], None]:
    """Return the comparison for which the other picture will do as well."""
    return lambda found, expected: None if found == otherwise else same(found, expected)


@pytest.mark.parametrize("story", STORIES)
def test_any_one_fault_leaves_what_a_calm_run_leaves(lab: Lab, story: str) -> None:
    runs = explore(lab, story, "one fault", faults=1)
    assert runs > len(STORIES[story]) * len(lab.stack.functions), "a matrix of so few runs proves nothing"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("story", [story for story in UP_TO_THREE if FULL or story not in _LONG])
def test_any_two_faults_leave_what_a_calm_run_leaves(lab: Lab, story: str) -> None:
    assert explore(lab, story, "two faults", faults=2) > 1000


def test_what_no_item_can_hold_is_kept_whole_whatever_fails(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_ITEM_LIMIT", 1000)  # bytes: less than the delivery, more than any one event of it
    story = (LARGE, again(LARGE))
    expected = calm_picture(lab, story)
    (bucket,) = lab.stack.announcements
    assert len(lab.engine.objects(bucket)) == 2
    told = figures.of("one fault, by way of the bucket")
    told.runs += Explorer(lab.world(story), lab.engine, expected, whoever_came_first, told).explore(1)


def whoever_came_first(found: Picture, expected: Picture) -> None:
    same(whoever_was_first(found), whoever_was_first(expected))
