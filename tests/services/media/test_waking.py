"""The stream asks for files: each attachment once for each time that its event is given, and none is forgotten."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from services.media.waking import wake
from shared.queues import Media, MediaWaiting, waiting_file
from shared.store.keys import Key
from tests.services.media.darkroom import Darkroom, delivery


class Sqs:
    """A queue that takes some of what it is sent; `refused` are the numbers of those it does not take, in all."""

    def __init__(self, refused: frozenset[int] = frozenset(), dies_at: int = -1) -> None:
        self.taken: list[MediaWaiting] = []
        self._refused = refused
        self._dies_at = dies_at
        self.calls = 0
        self._seen = 0

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert 1 <= len(Entries) <= 10
        assert len({each["Id"] for each in Entries}) == len(Entries)
        self.calls += 1
        if self.calls == self._dies_at:
            raise ReadTimeoutError(endpoint_url="https://sqs")
        failed = []
        for each in Entries:
            if self._seen in self._refused:
                failed.append({"Id": each["Id"]})
            else:
                self.taken.append(waiting_file(each["MessageBody"]))
            self._seen += 1
        return {"Failed": failed} if failed else {}


def record(number: int, files: int) -> dict[str, Any]:
    image = {"pk": {"S": "identity#a"}, "sk": {"S": f"event#{number}"}, "files": {"N": str(files)}}
    return {"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image, "SequenceNumber": str(1000 + number)}}


def asked(*counts: int) -> list[MediaWaiting]:
    return [
        MediaWaiting(Key("identity#a", f"event#{number}"), file)
        for number, count in enumerate(counts)
        for file in range(count)
    ]


def woken(sqs: Sqs, *counts: int) -> list[str]:
    records = [record(number, count) for number, count in enumerate(counts)]
    found = wake(records, Media(sqs, "q"))  # type: ignore[arg-type]
    return [each["itemIdentifier"] for each in found["batchItemFailures"]]


def test_every_attachment_is_asked_for_in_calls_of_ten() -> None:
    sqs = Sqs()
    assert woken(sqs, 1, 12, 3) == []
    assert sqs.taken == asked(1, 12, 3)
    assert sqs.calls == 2


def test_an_event_that_is_there_twice_in_a_batch_is_asked_for_once() -> None:
    sqs = Sqs()
    assert wake([record(0, 1), record(0, 1)], Media(sqs, "q")) == {"batchItemFailures": []}  # type: ignore[arg-type]
    assert sqs.taken == asked(1)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.frozensets(st.integers(0, 47)), st.integers(-1, 5))
def test_what_the_queue_did_not_take_is_given_again_from_its_record_on(
    counts: list[int], refused: frozenset[int], dies_at: int
) -> None:
    sqs = Sqs(refused, dies_at)
    failed = woken(sqs, *counts)
    assert len(failed) <= 1
    first = int(failed[0]) - 1000 if failed else len(counts)
    done = [each for each in asked(*counts) if int(each.event.sk.removeprefix("event#")) < first]
    assert set(done) <= set(sqs.taken), "whatever is not given again was taken"


def test_the_function_hears_of_events_with_files_alone() -> None:
    room = Darkroom()
    event = room.journal()
    room.journal(delivery(sample="text"))
    assert [each["dynamodb"]["Keys"]["sk"]["S"] for each in room.stream()] == [event.sk]
    assert room.wake() == []
    assert room.waiting() == [0]


@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, 50))
def test_a_message_says_what_was_asked_for(pk: str, sk: str, number: int) -> None:
    sqs = Sqs()
    what = MediaWaiting(Key(pk, sk), number)
    assert Media(sqs, "q").ask([what]) == []  # type: ignore[arg-type]
    assert sqs.taken == [what]


@pytest.mark.parametrize("said", ["", "{}", '{"pk": "a", "sk": "b"}'])
def test_a_message_that_says_less_is_refused(said: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        waiting_file(said)
