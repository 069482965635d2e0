"""The watch drives what was left behind: in time, oldest first, as long as there is time, and forgets nothing."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any, cast

import boto3
import orjson
import pytest
from botocore.config import Config

from services.watch.rounds import BETWEEN_ROUNDS, DRIVEN, Due, LeftBehind, drive_due_work, pending_too_long, together
from shared.errors import ConfigurationError, StoreUnavailable
from shared.models import Delivery, Message, PersonalEvent
from shared.playbook import Playbook, parse
from shared.projection.projector import Projector
from shared.queues import Departments
from shared.store import journal, keys
from shared.store.journal import Bucket
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of
from tests import counter
from tests.conftest import NOW, TABLE
from tests.injection import Injected, refusal
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
MINUTE = timedelta(minutes=1)
QUIET = dict.fromkeys(DRIVEN, 0)


class Clock:
    """An instant that moves only when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(dynamodb: "DynamoDBClient") -> "Iterator[DynamoDBClient]":
    """A client that tries once."""
    made = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    yield made
    made.close()


@pytest.fixture
def projector(client: "DynamoDBClient", clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Projector:
    monkeypatch.setattr("shared.projection.projector.load", counter.load)
    bucket = Bucket(boto3.client("s3"), "deliveries")
    return Projector(Table(client, TABLE), bucket, Departments(boto3.client("sqs"), {}), lambda: PLAYBOOK, clock)


def message(number: int, person: str = "ana") -> Message:
    return Message(
        external_id=str(number),
        occurred_at=NOW + timedelta(seconds=number),
        identity=f"counter:shop:{person}",
        account="shop",
        channel="counter",
        text="Hola",
    )


def journalled(projector: Projector, delivery: Delivery, **attributes: Any) -> Key:
    """Journal a delivery as the door does, perhaps with bytes of its own, and return its key."""
    item = journal.record(delivery, counter.COUNTER)
    assert isinstance(item, dict)
    assert projector.table.insert(item | attributes) is None
    return Key(item["pk"]["S"], item["sk"]["S"])


def left_behind(projector: Projector, *events: PersonalEvent, **attributes: Any) -> list[Key]:
    """Journal events that the projector could not project, and list them as it does: for a minute later."""
    found = [journalled(projector, counter.delivery(event), **attributes) for event in events]
    for key in found:
        projector.postpone(key, kind="unprojected", attempts=0)
    return found


def item(projector: Projector, key: Key) -> Item:
    found = projector.table.get(key)
    assert found is not None
    return found


def is_projected(projector: Projector, person: str) -> bool:
    return projector.table.get(keys.about(f"counter:shop:{person}")) is not None


def always() -> bool:
    return True


# ------------------------------------------------------------------------------------------------------------ rounds


def test_a_quiet_table_has_nothing_to_do(projector: Projector) -> None:
    assert drive_due_work(projector, time_is_left=always) == QUIET


def test_what_was_left_behind_is_driven_when_it_is_due_and_then_off_the_list(
    projector: Projector, clock: Clock
) -> None:
    (key,) = left_behind(projector, message(1))
    clock.now += MINUTE - timedelta(microseconds=1)
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == 0
    clock.now += timedelta(microseconds=1)
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == 1
    assert is_projected(projector, "ana")
    assert not item(projector, key).keys() & {"open", "open_at", "attempts"}
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == 0


def test_what_falls_due_at_once_is_driven_side_by_side_and_one_that_fails_stops_none(
    projector: Projector, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = set(left_behind(projector, *(message(number, f"person-{number}") for number in range(10))))
    all_of_them = Barrier(5)
    driven: list[Key] = []

    def drive(_: Projector, key: Key) -> None:
        all_of_them.wait(timeout=10)  # broken, and nothing is driven, unless five are at it
        driven.append(key)
        if len(driven) == 3:
            raise StoreUnavailable("this one")

    monkeypatch.setitem(cast("dict[str, Any]", DRIVEN), "unprojected", drive)
    clock.now += MINUTE
    assert drive_due_work(projector, time_is_left=always, at_once=5)["unprojected"] == 10
    assert (len(driven), set(driven)) == (10, wanted)


def test_no_more_are_begun_than_there_is_time_for(projector: Projector, clock: Clock) -> None:
    left_behind(projector, *(message(number, f"person-{number}") for number in range(10)))
    clock.now += MINUTE
    time = iter([True, True, False])
    assert drive_due_work(projector, time_is_left=lambda: next(time), at_once=4)["unprojected"] == 8
    assert drive_due_work(projector, time_is_left=always, at_once=4)["unprojected"] == 2


def test_a_delivery_is_left_to_the_projector_for_two_minutes(projector: Projector, clock: Clock) -> None:
    key = journalled(projector, counter.delivery(message(1), message(2, "bea")))
    clock.now += 2 * MINUTE - timedelta(microseconds=1)
    assert drive_due_work(projector, time_is_left=always) == QUIET
    clock.now += timedelta(microseconds=1)
    assert drive_due_work(projector, time_is_left=always) == QUIET | {"delivery": 1}
    assert orjson.loads(item(projector, key)["outcomes"]["S"]) == {"journalled": 2}
    assert projector.table.get(keys.event(message(2, "bea"))) is not None
    assert drive_due_work(projector, time_is_left=always)["delivery"] == 0


def test_what_fails_again_waits_longer_each_time_and_an_hour_at_most(projector: Projector, clock: Clock) -> None:
    (key,) = left_behind(projector, message(1), packed={"B": b"\x01 not what was written"})
    waited = []
    for attempts in range(2, 12):
        clock.now = datetime.fromisoformat(item(projector, key)["open_at"]["S"])
        assert drive_due_work(projector, time_is_left=always)["unprojected"] == 1
        assert item(projector, key)["attempts"] == {"N": str(attempts)}
        waited.append(datetime.fromisoformat(item(projector, key)["open_at"]["S"]) - clock.now)
    assert waited == [min(MINUTE * 2**attempts, timedelta(hours=1)) for attempts in range(1, 11)]


def test_what_fails_again_holds_up_nothing_else(projector: Projector, clock: Clock) -> None:
    left_behind(projector, message(1), packed={"B": b"\x01 not what was written"})
    left_behind(projector, message(2, "bea"), message(3, "eva"))
    clock.now += MINUTE
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == 3
    assert is_projected(projector, "bea")
    assert is_projected(projector, "eva")


def test_what_cannot_be_read_yet_is_driven_again_and_expanded_after_the_fix(
    projector: Projector, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = {"kind": "message", "from": "a version that is yet to come"}
    key = journalled(projector, counter.delivery(message(1), strange))
    clock.now += 2 * MINUTE
    assert drive_due_work(projector, time_is_left=always)["delivery"] == 1
    first = orjson.loads(item(projector, key)["outcomes"]["S"])
    assert first.pop("journalled") == 1
    assert [sum(reasons.values()) for reasons in first.values()] == [1]
    assert [*first] == ["unreadable"]
    assert is_projected(projector, "ana") is False
    clock.now += MINUTE
    assert drive_due_work(projector, time_is_left=always) == QUIET | {"unreadable": 1}
    assert item(projector, key)["attempts"] == {"N": "2"}
    clock.now += 2 * MINUTE
    monkeypatch.setattr("shared.projection.projector.load", lambda _: counter.saying(message(1), message(2)))
    assert drive_due_work(projector, time_is_left=always)["unreadable"] == 1
    assert orjson.loads(item(projector, key)["outcomes"]["S"]) == {"journalled": 2}
    assert not item(projector, key).keys() & {"open", "open_at", "attempts"}


def test_the_oldest_of_a_shard_is_driven_first_and_the_rest_when_there_is_time(
    projector: Projector, clock: Clock
) -> None:
    events = [message(number) for number in range(4)]
    found = []
    for event in reversed(events):  # of one person, hence of one shard
        found += left_behind(projector, event)
        clock.now += MINUTE
    clock.now += MINUTE
    answers = iter([True, True, False])
    assert drive_due_work(projector, time_is_left=lambda: next(answers))["unprojected"] == 2
    assert ["open" in item(projector, key) for key in found] == [False, False, True, True]
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == 2
    assert not any("open" in item(projector, key) for key in found)


def test_without_time_nothing_is_begun(projector: Projector, clock: Clock) -> None:
    (key,) = left_behind(projector, message(1))
    clock.now += MINUTE
    before = item(projector, key)
    assert drive_due_work(projector, time_is_left=lambda: False) == QUIET
    assert item(projector, key) == before


def test_what_was_closed_meanwhile_is_not_driven(projector: Projector, clock: Clock, client: "DynamoDBClient") -> None:
    """The index is eventually consistent: it may list what is done already, and what is gone."""
    (done,) = left_behind(projector, message(1))
    listing = {"open_at": item(projector, done)["open_at"]}
    stale = [
        {"pk": {"S": key.pk}, "sk": {"S": key.sk}} | listing for key in (done, Key("identity#nobody", "event#gone"))
    ]
    projector.table.set(done, {}, remove=["open", "open_at", "attempts"])
    Injected(client, "Query", (200, {"Items": stale}))
    clock.now += MINUTE
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == 2
    assert not is_projected(projector, "ana")
    assert projector.table.get(Key("identity#nobody", "event#gone")) is None


# ------------------------------------------------------------------------------------------------------ until the next

TICK = timedelta(milliseconds=1)


def due(*seconds: float) -> list[Due]:
    return [Due(NOW + timedelta(seconds=each), "waiting", Key(f"identity#{each}", "about")) for each in seconds]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], []),
        ([-9, -8, -7, -6], [(0, 3), (0, 1)]),
        ([-9, 10, 10, 40], [(0, 1), (10.001, 2), (40.001, 1)]),
        ([0, 0], [(0.001, 2)]),
        ([-1, 59], [(0, 1), (59.001, 1)]),
    ],
)
def test_what_falls_due_is_driven_when_its_instant_is_over_and_nothing_due_waits_for_it(
    clock: Clock, seconds: list[float], expected: list[tuple[float, int]]
) -> None:
    def wait(length: timedelta) -> None:
        assert length > timedelta(0)
        clock.now += length

    batches = together(due(*seconds), most=3, now=clock, wait=wait)
    assert [((clock.now - NOW).total_seconds(), len(batch)) for batch in batches] == expected


def test_who_cannot_wait_drives_what_is_due_at_this_instant_together(clock: Clock) -> None:
    assert [len(batch) for batch in together(due(-1, 0, 0, 0), most=3, now=clock)] == [3, 1]


def test_a_round_asks_once_and_drives_what_falls_due_before_the_next_one(projector: Projector, clock: Clock) -> None:
    events = [message(number, f"person-{number}") for number in range(4)]
    found = []
    for event in events:  # due 60, 75, 90 and 105 seconds from now
        found += left_behind(projector, event)
        clock.now += timedelta(seconds=15)
    waited: list[datetime] = []

    def wait(length: timedelta) -> None:
        clock.now += length
        waited.append(clock.now - TICK)

    clock.now = start = NOW + timedelta(seconds=45)
    assert drive_due_work(projector, time_is_left=always, wait=wait)["unprojected"] == 4 - 1
    assert waited == [NOW + timedelta(seconds=each) for each in (60, 75, 90)]
    assert ["open" in item(projector, key) for key in found] == [False, False, False, True]
    clock.now = start + BETWEEN_ROUNDS
    assert drive_due_work(projector, time_is_left=always, wait=wait)["unprojected"] == 1, "that is the next one's"


def test_a_round_begins_nothing_once_the_next_one_has_begun(
    projector: Projector, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(projector, *(message(number, f"person-{number}") for number in range(6)))
    drive = Projector.again

    def slowly(self: Projector, key: Key) -> None:
        drive(self, key)
        clock.now += timedelta(seconds=25)

    def wait(length: timedelta) -> None:
        clock.now += length

    monkeypatch.setattr(Projector, "again", slowly)
    clock.now += MINUTE + TICK
    assert drive_due_work(projector, time_is_left=always, wait=wait)["unprojected"] == 3
    assert drive_due_work(projector, time_is_left=always, wait=wait)["unprojected"] == 3


def test_a_quiet_minute_is_waited_for_by_nobody(projector: Projector, clock: Clock) -> None:
    left_behind(projector, message(1))
    clock.now -= TICK

    def wait(_: timedelta) -> None:
        raise AssertionError("nothing falls due before the next round")

    assert drive_due_work(projector, time_is_left=always, wait=wait) == QUIET


# -------------------------------------------------------------------------------------------------------- left behind

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/mostrador/stream/2026-11-22T11:00:00.000"
SHARD = "shardId-00000001700000000000-a1b2c3d4"


def on_failure(first: int, last: int) -> str:
    """Return what Lambda sends (Lambda Developer Guide, retaining discarded batches for a DynamoDB event source)."""
    return orjson.dumps(
        {
            "requestContext": {
                "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
                "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:projector:live",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 6,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "1", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": "2026-11-22T12:00:00.000Z",
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": sequence(first),
                "endSequenceNumber": sequence(last),
                "approximateArrivalOfFirstRecord": "2026-11-22T11:59:00Z",
                "approximateArrivalOfLastRecord": "2026-11-22T11:59:30Z",
                "batchSize": last - first + 1,
                "streamArn": STREAM,
            },
        }
    ).decode()


def sequence(number: int) -> str:
    """Sequence numbers are compared as numbers: as texts, 10 would come before 9."""
    return f"{number}00000000003126276362"


class Stream:
    """Plays DynamoDB Streams: a shard as pages of records, of which some are empty."""

    def __init__(self, *pages: list[dict[str, Any]], closed: bool = True) -> None:
        self._pages = pages
        self._closed = closed
        self.asked: list[dict[str, Any]] = []
        self.read = 0

    def get_shard_iterator(self, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        return {"ShardIterator": "0"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - as the client names it
        self.read += 1
        page = int(ShardIterator)
        found = self._pages[page] if page < len(self._pages) else []
        if self._closed and page + 1 >= len(self._pages):
            return {"Records": found}
        return {"Records": found, "NextShardIterator": str(page + 1)}

    @property
    def client(self) -> "DynamoDBStreamsClient":
        return cast("DynamoDBStreamsClient", self)


def streamed(number: int, key: Key, event_name: str = "INSERT") -> dict[str, Any]:
    return {
        "eventName": event_name,
        "dynamodb": {"Keys": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}, "SequenceNumber": sequence(number)},
    }


KEYS = [keys.event(message(number)) for number in range(12)]


def test_an_on_failure_message_names_a_range() -> None:
    assert LeftBehind.parse(on_failure(8, 10)) == LeftBehind(STREAM, SHARD, sequence(8), sequence(10))


@pytest.mark.parametrize("message_", ["", "null", "{}", '{"DDBStreamBatchInfo": {}}', '{"KinesisBatchInfo": {}}'])
def test_any_other_message_is_refused(message_: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        LeftBehind.parse(message_)


def test_a_range_is_read_from_its_first_record() -> None:
    stream = Stream([streamed(9, KEYS[9])])
    assert list(LeftBehind.parse(on_failure(9, 9)).keys(stream.client)) == [KEYS[9]]
    assert stream.asked == [
        {
            "StreamArn": STREAM,
            "ShardId": SHARD,
            "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": sequence(9),
        }
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [[8, 9, 10]],
        [[8, 9, 10, 11]],
        [[8], [9], [10], [11]],
        [[], [8], [], [], [9, 10], [11]],
        [[8, 9], [], [10]],
        [[8, 9], [], [], [], [10, 11]],
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_a_range_is_read_to_its_last_record_however_it_is_paged(pages: list[list[int]], closed: bool) -> None:
    """A page without records is no end (DynamoDB API Reference, GetRecords: it might take multiple calls)."""
    stream = Stream(*([streamed(number, KEYS[number]) for number in page] for page in pages), closed=closed)
    assert list(LeftBehind.parse(on_failure(8, 10)).keys(stream.client)) == KEYS[8:11]
    assert stream.read <= len(pages)


def test_what_lies_behind_the_range_is_not_taken_over() -> None:
    records = [streamed(number, KEYS[number]) for number in (8, 11)]
    assert list(LeftBehind.parse(on_failure(8, 10)).keys(Stream(records).client)) == [KEYS[8]]


def test_what_was_changed_in_the_range_is_nobodys_news() -> None:
    records = [streamed(8, KEYS[8]), streamed(9, KEYS[9], "MODIFY"), streamed(10, KEYS[10], "REMOVE")]
    assert list(LeftBehind.parse(on_failure(8, 10)).keys(Stream(records).client)) == [KEYS[8]]


@pytest.mark.parametrize("closed", [False, True])
def test_a_range_that_cannot_be_read_to_its_end_is_an_error(closed: bool) -> None:
    """The message must come back: taking it as done would forget what was not read."""
    stream = Stream([streamed(8, KEYS[8])], closed=closed)
    read = LeftBehind.parse(on_failure(8, 10)).keys(stream.client)
    assert next(read) == KEYS[8]
    with pytest.raises(StoreUnavailable):
        next(read)


def test_a_range_is_listed_whole_and_driven_by_the_next_round(projector: Projector, clock: Clock) -> None:
    told = [message(1), message(2, "bea")]
    found = [journalled(projector, counter.delivery(event)) for event in told]
    found.append(journalled(projector, counter.delivery(message(3), message(4))))
    waiting = {"open": {"S": "waiting#0"}, "open_at": {"S": keys.instant(NOW)}}
    other = Key("identity#counter:shop:eva", "conversation#counter#direct")
    projector.table.replace(other, state="{}", seen=None, extra=waiting)
    stream = Stream([streamed(number, key) for number, key in enumerate((*found, other), start=1)])
    LeftBehind.parse(on_failure(1, 4)).list_all(projector, stream.client)
    assert all(item(projector, key)["open"]["S"] in keys.shards("unprojected") for key in found)
    clock.now += MINUTE
    assert drive_due_work(projector, time_is_left=always)["unprojected"] == len(found)
    assert is_projected(projector, "ana")
    assert is_projected(projector, "bea")
    assert not any("open" in item(projector, key) for key in found)
    assert orjson.loads(item(projector, found[2])["outcomes"]["S"]) == {"journalled": 2}
    assert item(projector, other)["open"] == {"S": "waiting#0"}, "a head stays listed for whoever has to answer"


class Death(BaseException):
    """The process is gone: out of memory, or out of time."""


def test_what_kills_the_process_does_not_stay_the_first_in_line(
    projector: Projector, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, *_ = left_behind(projector, message(1), message(2, "bea"), message(3, "eva"))
    clock.now += MINUTE
    project = Projector.project

    def die(self: Projector, items: Sequence[Item]) -> None:
        if key_of(items[0]) == poison:
            raise Death
        project(self, items)

    monkeypatch.setattr(Projector, "project", die)
    for _ in range(4):
        with suppress(Death):
            drive_due_work(projector, time_is_left=always)
    assert is_projected(projector, "bea")
    assert is_projected(projector, "eva")
    assert item(projector, poison)["open"]["S"] in keys.shards("unprojected")
    assert item(projector, poison)["open_at"]["S"] > keys.instant(clock.now)


def test_before_the_first_playbook_the_ordinary_limit_counts(
    projector: Projector, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpublished() -> Playbook:
        raise ConfigurationError("no playbook is published; publish one")

    journalled(projector, counter.delivery(message(1), message(2, "bea")))
    clock.now += timedelta(minutes=16)
    assert pending_too_long(replace(projector, playbook=unpublished)) == 1


def test_what_waits_for_longer_than_the_playbook_allows_is_counted_until_it_is_done(
    projector: Projector, clock: Clock
) -> None:
    journalled(projector, counter.delivery(message(1), message(2, "bea")))
    left_behind(projector, message(3, "eva"))
    limit = timedelta(minutes=projector.playbook().accounting.pending_at_most_minutes)
    clock.now = NOW + limit
    assert pending_too_long(projector) == 0
    clock.now += timedelta(microseconds=1)
    assert pending_too_long(projector) == 2
    drive_due_work(projector, time_is_left=always)
    assert pending_too_long(projector) == 0


def test_what_was_read_of_a_range_is_listed_before_the_reading_fails(projector: Projector) -> None:
    key = journalled(projector, counter.delivery(message(1)))
    with pytest.raises(StoreUnavailable):
        LeftBehind.parse(on_failure(1, 2)).list_all(projector, Stream([streamed(1, key)]).client)
    assert item(projector, key)["open"]["S"] in keys.shards("unprojected")


def test_nothing_is_driven_that_could_not_be_listed(projector: Projector, client: "DynamoDBClient") -> None:
    """Then the message comes back, and the whole range with it."""
    found = [journalled(projector, counter.delivery(message(number))) for number in (1, 2)]
    Injected(client, "UpdateItem", None, refusal("ThrottlingException"))
    stream = Stream([streamed(number, key) for number, key in enumerate(found, start=1)])
    with pytest.raises(Exception, match="ThrottlingException"):
        LeftBehind.parse(on_failure(1, 2)).list_all(projector, stream.client)
    assert not is_projected(projector, "ana")


def test_a_person_who_is_gone_is_passed_over(projector: Projector) -> None:
    LeftBehind.parse(on_failure(1, 1)).list_all(projector, Stream([streamed(1, KEYS[1])]).client)
    assert projector.table.get(KEYS[1]) is None
