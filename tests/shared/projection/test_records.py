"""Batches: one bad record holds nobody up, and nothing that fails is forgotten."""

import random
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest
from botocore.config import Config
from hypothesis import given

from shared.models import Delivery, Ignored, Message, PersonalEvent
from shared.playbook import parse
from shared.projection import records
from shared.projection.projector import Projector
from shared.queues import Departments, spilled
from shared.store import journal, keys
from shared.store.journal import Bucket, Journal, Object
from shared.store.keys import Key
from shared.store.table import Item, Table
from tests import counter, strategies
from tests.conftest import NOW, TABLE
from tests.injection import Injected, refusal
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
THROTTLED = refusal("ThrottlingException")
NO_FAILURES: records.Failures = {"batchItemFailures": []}


def message(person: str, number: int) -> Message:
    return Message(
        external_id=str(number),
        occurred_at=NOW + timedelta(seconds=number),
        identity=f"counter:shop:{person}",
        account="shop",
        channel="counter",
        text="Hola",
    )


def item_of(event: PersonalEvent) -> Item:
    what = journal.record(counter.delivery(event), counter.COUNTER)
    assert isinstance(what, dict)
    return what


def key_of(item: Item) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])


def corrupt(item: Item) -> Item:
    return item | {"packed": {"B": item["packed"]["B"][:-3]}}


def streamed(item: Item, number: int) -> dict[str, Any]:
    """Return an item's insertion as Lambda hands it over (Lambda Developer Guide, DynamoDB example event)."""
    return {
        "eventID": f"{number:032}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "Keys": {name: item[name] for name in ("pk", "sk")},
            "NewImage": {
                name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()
            },
            "SequenceNumber": f"{number}00000000000000000000",
            "StreamViewType": "NEW_IMAGE",
        },
    }


def batch(*items: Item) -> list[dict[str, Any]]:
    return [streamed(item, number) for number, item in enumerate(items, start=1)]


def returned(*identifiers: str) -> records.Failures:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


@pytest.fixture
def client(dynamodb: "DynamoDBClient") -> "Iterator[DynamoDBClient]":
    """A client that tries once."""
    made = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    yield made
    made.close()


@pytest.fixture
def bucket(aws: None) -> Iterator[Bucket]:
    made = boto3.client("s3")
    made.create_bucket(Bucket="deliveries", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield Bucket(made, "deliveries")
    made.close()


@pytest.fixture
def projector(client: "DynamoDBClient", bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Projector:
    for module in ("projector", "records"):
        monkeypatch.setattr(f"shared.projection.{module}.load", counter.load)
    return Projector(Table(client, TABLE), bucket, Departments(boto3.client("sqs"), {}), lambda: PLAYBOOK, lambda: NOW)


def kept(projector: Projector, *items: Item) -> list[dict[str, Any]]:
    """Put items into the table and return the batch that its stream makes of them."""
    for item in items:
        assert projector.table.insert(item) is None
    return batch(*items)


def listed(projector: Projector, *, until: datetime = NOW + timedelta(minutes=1)) -> set[Key]:
    shards = keys.shards("unprojected")
    return {key for shard in shards for key in projector.table.open_work(shard, until=keys.instant(until))}


def waits_since(projector: Projector, person: str) -> str | None:
    item = projector.table.get(Key(f"identity#counter:shop:{person}", "conversation#counter#direct"))
    return None if item is None else str(orjson.loads(item["state"]["S"])["waiting_since"])


# ------------------------------------------------------------------------------------------------------------ images


@given(strategies.deliveries(), strategies.events())
def test_an_image_is_the_item_that_was_written(delivery: Delivery, event: PersonalEvent) -> None:
    for what in (journal.record(delivery, counter.saying(event)), journal.delivery_item(delivery)):
        assert isinstance(what, dict)
        assert records.image(streamed(what, 1)) == what


def test_bytes_that_are_no_text_already_are_left_alone() -> None:
    """Whoever reads the stream itself, and not through Lambda, gets bytes."""
    item = item_of(message("ana", 1))
    assert records.image({"dynamodb": {"NewImage": item}}) == item


# ------------------------------------------------------------------------------------------------------------ stream


def test_an_empty_batch_is_done(projector: Projector) -> None:
    assert records.stream([], projector) == NO_FAILURES


def test_neighbouring_records_of_one_person_are_read_and_written_together(
    projector: Projector, client: "DynamoDBClient"
) -> None:
    told = kept(projector, *(item_of(message(*said)) for said in (("ana", 2), ("ana", 1), ("bea", 3), ("ana", 4))))
    reads = Injected(client, "BatchGetItem")
    assert records.stream(told, projector) == NO_FAILURES
    assert reads.calls == 3
    assert waits_since(projector, "ana") == "2026-11-22T12:00:01Z"
    assert waits_since(projector, "bea") == "2026-11-22T12:00:03Z"


def test_what_fails_is_listed_for_later_and_the_batch_goes_on(projector: Projector) -> None:
    items = [item_of(message("ana", 1)), corrupt(item_of(message("bea", 2))), item_of(message("eva", 3))]
    assert records.stream(kept(projector, *items), projector) == NO_FAILURES
    assert listed(projector) == {key_of(items[1])}
    assert not listed(projector, until=NOW + timedelta(seconds=59))
    assert [waits_since(projector, person) is not None for person in ("ana", "bea", "eva")] == [True, False, True]


def test_everything_of_a_person_that_was_folded_together_is_listed(projector: Projector) -> None:
    items = [item_of(message("ana", 1)), corrupt(item_of(message("ana", 2))), item_of(message("ana", 3))]
    assert records.stream(kept(projector, *items), projector) == NO_FAILURES
    assert listed(projector) == {key_of(item) for item in items}


def test_what_cannot_even_be_listed_comes_back_and_nothing_else(projector: Projector, client: "DynamoDBClient") -> None:
    people = ("ana", "bea", "bea", "eva")
    items = [item_of(message(person, number)) for number, person in enumerate(people)]
    items[1] = corrupt(items[1])
    told = kept(projector, *items)
    Injected(client, "UpdateItem", None, THROTTLED)
    assert records.stream(told, projector) == returned(*(f"{number}00000000000000000000" for number in (2, 3)))
    assert waits_since(projector, "eva")


def test_a_table_that_refuses_everything_gives_the_whole_batch_back(
    projector: Projector, client: "DynamoDBClient"
) -> None:
    told = kept(projector, *(item_of(message(person, 1)) for person in ("ana", "bea")))
    for operation in ("BatchGetItem", "UpdateItem"):
        Injected(client, operation, THROTTLED, THROTTLED)
    assert records.stream(told, projector) == returned(*(record["dynamodb"]["SequenceNumber"] for record in told))
    assert records.stream(told, projector) == NO_FAILURES
    assert all(waits_since(projector, person) for person in ("ana", "bea"))


def test_a_batch_may_come_again(projector: Projector, client: "DynamoDBClient") -> None:
    told = kept(projector, *(item_of(message("ana", number)) for number in (1, 2)))
    records.stream(told, projector)
    writes = Injected(client, "PutItem")
    assert records.stream(told, projector) == NO_FAILURES
    assert writes.calls == 0


# ------------------------------------------------------------------------------------------------------------- spill


def queued(*bodies: str) -> list[Mapping[str, Any]]:
    return [
        {"messageId": f"message {number}", "eventSource": "aws:sqs", "body": body}
        for number, body in enumerate(bodies, start=1)
    ]


def announcement(*names: str) -> str:
    found = [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": name}}} for name in names]
    return orjson.dumps({"Records": found}).decode()


def large(number: int) -> Delivery:
    return Delivery(counter.NAME, counter.ACCOUNT, random.Random(number).randbytes(450_000), {}, NOW)


def as_object(delivery: Delivery) -> Object:
    what = journal.delivery_item(delivery)
    assert isinstance(what, Object)
    return what


@pytest.fixture
def into(projector: Projector, bucket: Bucket) -> Journal:
    return Journal(projector.table, bucket)


def test_a_spilled_delivery_becomes_what_the_door_would_have_made_of_it(projector: Projector, into: Journal) -> None:
    deliveries = [
        counter.delivery(message("ana", 1)),
        counter.delivery(message("ana", 2), message("bea", 3)),
        counter.delivery(Ignored(external_id="1", occurred_at=NOW, reason="a sticker")),
        Delivery(counter.NAME, counter.ACCOUNT, b"nonsense", {}, NOW),
    ]
    told = queued(*map(spilled, deliveries))
    assert records.spill(told, projector, into) == records.spill(told, projector, into) == NO_FAILURES
    for delivery in deliveries:
        what = journal.record(delivery, counter.COUNTER)
        assert isinstance(what, dict)
        assert projector.table.get(key_of(what)) == what


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "nonsense",
        "null",
        "[]",
        "4711",
        "{}",
        '{"Records": 4711}',
        '{"Records": [{"eventName": "ObjectCreated:Put"}]}',
        spilled(counter.delivery()).replace("received_at", "received"),
        spilled(counter.delivery()).replace('"packed": "', '"packed": "!'),
        spilled(Delivery("nobody", "shop", b"", {}, NOW)),
        announcement("delivery/gone"),
    ],
)
def test_a_message_that_cannot_be_journalled_comes_back_alone(
    projector: Projector, into: Journal, garbage: str
) -> None:
    told = queued(spilled(counter.delivery(message("ana", 1))), garbage, spilled(counter.delivery(message("bea", 2))))
    assert records.spill(told, projector, into) == returned("message 2")
    for person, number in (("ana", 1), ("bea", 2)):
        assert projector.table.get(keys.event(message(person, number))) is not None


def test_a_table_that_still_refuses_gives_the_message_back(
    projector: Projector, into: Journal, client: "DynamoDBClient"
) -> None:
    Injected(client, "PutItem", THROTTLED)
    told = queued(*(spilled(counter.delivery(message("ana", number))) for number in (1, 2)))
    assert records.spill(told, projector, into) == returned("message 1")
    assert records.spill(told, projector, into) == NO_FAILURES


def test_announced_objects_become_deliveries_that_point_to_them(projector: Projector, into: Journal) -> None:
    objects = [as_object(large(number)) for number in (1, 2)]
    for stored in objects:
        into.keep(stored)
    told = queued(announcement(*(stored.name for stored in objects)))
    assert records.spill(told, projector, into) == records.spill(told, projector, into) == NO_FAILURES
    for number, stored in enumerate(objects, start=1):
        item = projector.table.get(keys.delivery(keys.delivery_id(large(number))))
        assert item is not None
        assert item["object"] == {"S": stored.name}
        assert journal.delivery(item, body=projector.bucket.get(stored.name).body) == large(number)


def test_what_the_table_refused_and_no_item_can_hold_goes_to_the_bucket(
    projector: Projector, into: Journal, bucket: Bucket
) -> None:
    assert records.spill(queued(spilled(large(1))), projector, into) == NO_FAILURES
    assert bucket.get(as_object(large(1)).name).body == large(1).body


def test_what_the_bucket_says_of_itself_is_done(projector: Projector, into: Journal, client: "DynamoDBClient") -> None:
    writes = Injected(client, "PutItem")
    test_event = '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "deliveries"}'
    assert records.spill(queued(test_event, announcement("other/name")), projector, into) == NO_FAILURES
    assert writes.calls == 0
