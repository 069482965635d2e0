"""Every call of the copying, refused, unanswered or the last that a process made: no file is lost, none is doubled, and
nothing lies in the bucket of which no row knows."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.media.scanning import GuardDuty
from shared.store import media
from shared.store.keys import Key
from tests.services.media.darkroom import JPEG, Darkroom

CLEAN = {"GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}


class Death(BaseException):
    """The process is gone."""


class At:
    """Does something to the so-manieth call, before or after it is carried out."""

    def __init__(self, number: int, when: str, what: Callable[[], None]) -> None:
        self._number = number
        self._when = when
        self._what = what
        self.calls: list[str] = []

    def before(self, _service: str, operation: str, *_: Any) -> None:
        self.calls.append(operation)
        self._do("before")

    def after(self, *_: Any) -> None:
        self._do("after")

    def _do(self, when: str) -> None:
        if (len(self.calls), self._when) == (self._number, when):
            self._what()


def whole(room: Darkroom) -> None:
    """Do all that the function does for what is journalled: once from the stream, then from the queue."""
    room.wake()
    room.work()


def calls_of_a_calm_run() -> list[str]:
    room, calls = Darkroom(), At(0, "", lambda: None)
    room.journal()
    room.cloud.hooks.append(calls)
    whole(room)
    return calls.calls


CALLS = calls_of_a_calm_run()


def test_the_object_is_put_before_the_row_says_so_in_one_write() -> None:
    assert [
        *("SendMessageBatch", "ReceiveMessage"),
        *("BatchGetItem", "GetItem", "PutObject", "PutItem"),
        "DeleteMessage",
    ] == CALLS


def _raises(error: BaseException) -> Callable[[], None]:
    def what() -> None:
        raise error

    return what


WAYS: dict[str, tuple[str, Callable[[], None]]] = {
    "it dies before": ("before", _raises(Death())),
    "it dies after": ("after", _raises(Death())),
    "nobody answers, and nothing was done": ("before", _raises(ReadTimeoutError(endpoint_url="https://aws"))),
    "nobody answers, and it was done": ("after", _raises(ReadTimeoutError(endpoint_url="https://aws"))),
}


def faulty(number: int, way: str) -> tuple[Darkroom, Key]:
    """Return a darkroom in which one call had this fault; Lambda gives again what it was not told is done."""
    room = Darkroom()
    event = room.journal()
    when, what = WAYS[way]
    room.cloud.hooks.append(At(number, when, what))
    with suppress(Death, ReadTimeoutError):
        whole(room)
    room.cloud.hooks.clear()
    room.later()
    return room, event


def assert_as_after_a_calm_run(room: Darkroom, event: Key) -> None:
    copy = room.copy(event)
    assert copy is not None
    assert (copy.state, copy.size) == ("copied", len(JPEG))
    assert room.objects() == {copy.object: JPEG}
    assert (len(room.rows()), room.waiting()) == (1, [])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(1, len(CALLS) + 1))
def test_whatever_becomes_of_a_call_the_file_is_there_once(number: int, way: str) -> None:
    room, event = faulty(number, way)
    room.wake()
    room.settle()
    assert_as_after_a_calm_run(room, event)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(1, len(CALLS) + 1))
def test_when_the_link_is_over_by_then_it_is_there_or_it_is_said_to_be_gone(number: int, way: str) -> None:
    """Whoever died had the bytes put by before the row, or had nothing; a row and an object always agree."""
    room, event = faulty(number, way)
    had = bool(room.objects())
    room.telegram.file = None
    room.wake()
    room.settle()
    if had:
        assert_as_after_a_calm_run(room, event)
    else:
        copy = room.copy(event)
        assert copy is not None
        assert (copy.state, room.objects(), room.waiting()) == ("gone", {}, [])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("asked", [1, 2])
def test_a_death_while_the_platform_is_asked_leaves_nothing(asked: int, when: str) -> None:
    room = Darkroom()
    event = room.journal()
    calm, calls = room.telegram, 0

    def platform(request: Any) -> Any:
        nonlocal calls
        calls += 1
        if (calls, when) == (asked, "before"):
            raise Death
        answer = calm(request)
        if calls == asked:
            raise Death
        return answer

    room.platform = platform
    with pytest.raises(Death):
        whole(room)
    assert (room.rows(), room.objects()) == ([], {})
    room.platform = calm
    room.later()
    room.settle()
    assert_as_after_a_calm_run(room, event)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(3, len(CALLS) + 1))
def test_another_one_in_between_any_two_calls_changes_nothing(number: int, when: str) -> None:
    """The queue may give a message out twice, and the stream's record come again."""
    room = Darkroom()
    event = room.journal()

    def another() -> None:
        room.cloud.hooks.clear()
        room.wake()
        room.work()

    room.cloud.hooks.append(At(number, when, another))
    whole(room)
    room.cloud.hooks.clear()
    room.settle()
    assert_as_after_a_calm_run(room, event)


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_over_a_scan_leaves_it_to_the_next(number: int, when: str) -> None:
    tags: dict[str, str] = {}
    room = Darkroom(scanner=GuardDuty(lambda _: tags))
    event = room.journal()
    whole(room)
    room.later()
    tags |= CLEAN
    room.cloud.hooks.append(At(number, when, _raises(Death())))
    with suppress(Death):
        room.work()
    room.cloud.hooks.clear()
    room.later()
    room.settle()
    copy = room.copy(event)
    assert copy is not None
    assert (copy.verdict, room.telegram.asked) == ("clean", ["getFile", "file_1.jpg"])


def test_a_design_that_writes_the_row_first_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests can fail: with the row before the object, a death in between is a row of nothing."""
    room = Darkroom()
    event = room.journal()
    keep = media.keep
    waiting: list[Callable[[], None]] = []
    put = room.bucket.put
    monkeypatch.setattr(room.bucket, "put", lambda *said: waiting.append(lambda: put(*said)))

    def first_the_row(*said: Any, **more: Any) -> bool:
        kept = keep(*said, **more)
        waiting.pop()()
        return kept

    monkeypatch.setattr(media, "keep", first_the_row)
    room.cloud.hooks.append(At(CALLS.index("PutObject") + 2, "before", _raises(Death())))
    with suppress(Death):
        whole(room)
    room.cloud.hooks.clear()
    monkeypatch.undo()
    room.later()
    room.settle()
    with pytest.raises(AssertionError):
        assert_as_after_a_calm_run(room, event)
