"""Every call of a poll, refused, unanswered or the last that a process made: nothing is lost, nothing doubled."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.store.journal import Bucket
from shared.store.keys import CURSOR_PREFIX, EVENT_PREFIX
from shared.store.table import Item, Table
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.services.poller.newsstand import Stand, feed, texts
from tests.template import table_definition

HOST = "a.example.com"
ENTRIES = ("eva", "ana", "luis")


class Death(BaseException):
    """The process is gone."""


class At:
    """Does something to the so-manieth call, before or after it is carried out; and looks at every one."""

    def __init__(self, number: int, when: str, what: Callable[[], None], look: Callable[[], None]) -> None:
        self._number = number
        self._when = when
        self._what = what
        self._look = look
        self.calls = 0

    def before(self, *_: Any) -> None:
        self.calls += 1
        self._do("before")

    def after(self, *_: Any) -> None:
        self._look()
        self._do("after")

    def _do(self, when: str) -> None:
        if (self.calls, self._when) == (self._number, when):
            self._what()


class World:
    """A table, a feed of three entries, and a poller."""

    def __init__(self) -> None:
        self.cloud = Cloud(now=lambda: NOW)
        self.cloud.create_table(**table_definition(TABLE))
        self.stand = Stand(Table(self.cloud.client("dynamodb"), TABLE), Bucket(self.cloud.client("s3"), "deliveries"))
        self.stand.feeds[HOST] = feed(*ENTRIES)

    def items(self) -> list[Item]:
        return list(self.cloud.look().items(TABLE))

    def cursors(self) -> list[Item]:
        return [item for item in self.items() if item["sk"]["S"].startswith(CURSOR_PREFIX)]

    def assert_not_ahead(self) -> None:
        """The cursor never knows more than the journal does."""
        if self.cursors():
            assert texts(self.items()) == sorted(f"said by {name}" for name in ENTRIES)

    def assert_as_after_a_calm_run(self) -> None:
        events = [item for item in self.items() if item["sk"]["S"].startswith(EVENT_PREFIX)]
        assert texts(events) == sorted(f"said by {name}" for name in ENTRIES)
        assert len(events) == len(ENTRIES)
        (cursor,) = self.cursors()
        assert '\\"seen\\"' in cursor["state"]["S"]


def calls_of_a_round() -> int:
    world, calls = World(), At(0, "", lambda: None, lambda: None)
    world.cloud.hooks.append(calls)
    assert world.stand.round() == {"polled": 1}
    world.assert_as_after_a_calm_run()
    return calls.calls


CALLS = calls_of_a_round()


def test_a_round_looks_what_is_due_reads_the_cursor_writes_each_find_and_then_the_cursor() -> None:
    assert CALLS - len(ENTRIES) == 3


def _raises(error: BaseException) -> Callable[[], None]:
    def what() -> None:
        raise error

    return what


WAYS: dict[str, tuple[str, Callable[[], None]]] = {
    "it dies before": ("before", _raises(Death())),
    "it dies after": ("after", _raises(Death())),
    "nobody answers, and nothing was done": ("before", _raises(ReadTimeoutError(endpoint_url="https://dynamodb"))),
    "nobody answers, and it was done": ("after", _raises(ReadTimeoutError(endpoint_url="https://dynamodb"))),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_whatever_becomes_of_a_call_nothing_is_lost_and_nothing_doubled(number: int, way: str) -> None:
    world = World()
    when, what = WAYS[way]
    world.cloud.hooks.append(At(number, when, what, world.assert_not_ahead))
    with suppress(Death, ReadTimeoutError):
        world.stand.round()
    world.cloud.hooks.clear()
    world.assert_not_ahead()
    world.stand.round()
    world.assert_as_after_a_calm_run()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_another_poller_in_between_any_two_calls_changes_nothing(number: int, when: str) -> None:
    world = World()
    rounds: list[dict[str, int]] = []

    def another() -> None:
        world.cloud.hooks.clear()
        rounds.append(world.stand.round())

    world.cloud.hooks.append(At(number, when, another, world.assert_not_ahead))
    rounds.append(world.stand.round())
    assert [found.get("polled", 0) for found in rounds].count(1) == 1, "one of the two moved the cursor"
    world.assert_as_after_a_calm_run()


def test_a_poller_that_moves_its_cursor_first_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.cloud.hooks.append(At(4, "before", _raises(Death()), lambda: None))
    with pytest.raises(Death):
        world.stand.round()
    world.cloud.hooks.clear()
    world.cloud.client("dynamodb").put_item(
        TableName=TABLE,
        Item={"pk": {"S": "account#feeds/prensa"}, "sk": {"S": f"{CURSOR_PREFIX}x"}, "state": {"S": ""}},
    )
    with pytest.raises(AssertionError):
        world.assert_not_ahead()
