"""The counts of what was not kept are counts: also of a run in which something is doubled."""

from collections.abc import Callable

import pytest

from bench import kept
from tests.faults import figures
from tests.faults.test_sending import EVERYTHING
from tests.faults.wire import Call


@pytest.fixture(autouse=True)
def a_part_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The part of the bench is not told among the suite's."""
    parts = figures._parts
    monkeypatch.setattr(figures, "_parts", parts.__class__(figures.Figures))


def test_what_is_counted_is_every_call_of_the_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "EVERYTHING", [("one reply", "telegram")])
    found = kept.send()
    assert found.runs == sum(found.points.values()) > 100
    assert (found.doubled, found.lost) == (0, 0)


def test_what_is_doubled_is_counted_though_it_fails_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubling(name: str, channel: str, part: str, wanted: Callable[[Call], bool]) -> int:
        figures.of(part).doubled += 1
        raise AssertionError(name, channel, wanted)

    monkeypatch.setattr(kept, "explore", doubling)
    assert kept.send().doubled == len(EVERYTHING)
