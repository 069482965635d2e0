"""What a delivery becomes, in how many calls, and that everything kept comes back as it was."""

import random
from bisect import bisect
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import boto3
import orjson
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from bench.capacity import item_size
from shared.errors import UnreadableDelivery
from shared.ledger import Outcomes
from shared.models import Delivery, Event, Ignored, Message, PersonalEvent
from shared.platforms import Platform, load
from shared.store import codec, journal, keys
from shared.store.journal import Bucket, Journal, Object
from shared.store.table import Item, Table, key_of
from tests import counter, strategies
from tests.conftest import NOW, TABLE
from tests.injection import Injected, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
LARGEST_ITEM = 400 * 1024

MESSAGE = Message(
    external_id="1",
    occurred_at=NOW,
    identity="counter:shop:ana",
    account="shop",
    channel="counter",
    text="¿Dónde está mi pedido?",
)
OTHER = MESSAGE.model_copy(update={"external_id": "2"})
IGNORED = Ignored(external_id="3", occurred_at=NOW, reason="unknown kind: sticker")


def noise(size: int) -> bytes:
    """Return bytes that no compression makes smaller."""
    return random.Random(size).randbytes(size)


def as_item(what: Item | Object) -> Item:
    assert isinstance(what, dict)
    return what


def as_object(what: Item | Object) -> Object:
    assert isinstance(what, Object)
    return what


def delivery(
    body: bytes,
    *,
    account: str = "shop",
    headers: Mapping[str, str] = MappingProxyType({}),
    received_at: datetime = NOW,
    request_id: str = "first",
) -> Delivery:
    return Delivery(counter.NAME, account, body, headers, received_at, request_id)


# ---------------------------------------------------------------------------------------------------------- inverses


@given(strategies.deliveries(), strategies.events())
def test_an_event_and_its_bytes_come_back_as_they_were(kept: Delivery, event: PersonalEvent) -> None:
    entry = journal.entry(as_item(journal.record(kept, counter.saying(event))))
    assert entry.event == event
    assert entry.key == keys.event(event)
    assert entry.delivery == kept
    assert (entry.received_at, entry.delivery_id) == (kept.received_at, None)


@given(strategies.deliveries(), strategies.events())
def test_what_a_newer_version_adds_to_an_event_is_left_out(kept: Delivery, event: PersonalEvent) -> None:
    item = as_item(journal.record(kept, counter.saying(event)))
    head, raw = codec.unpack(bytes(item["packed"]["B"]))
    said = orjson.loads(head)
    newer = said | {"event": said["event"] | {"added": {"by": ["a newer version"]}}}
    assert journal.entry(item | {"packed": {"B": codec.pack(orjson.dumps(newer), raw)}}).event == event


@given(strategies.deliveries(), strategies.events())
def test_an_expanded_event_is_the_same_event_and_names_the_delivery_that_has_its_bytes(
    kept: Delivery, event: PersonalEvent
) -> None:
    whole, expanded = (
        journal.entry(item)
        for item in (
            as_item(journal.record(kept, counter.saying(event))),
            journal.expanded_item(kept, event),
        )
    )
    assert (expanded.key, expanded.event, expanded.received_at) == (whole.key, whole.event, whole.received_at)
    assert (expanded.delivery.body, expanded.delivery_id) == (b"", keys.delivery_id(kept))


@given(strategies.deliveries(), st.none() | st.lists(strategies.texts))
def test_a_kept_delivery_comes_back_as_it_was(kept: Delivery, reasons: list[str] | None) -> None:
    found = None if reasons is None else (len(reasons), Outcomes.of(ignored=reasons))
    assert journal.delivery(as_item(journal.delivery_item(kept, found))) == kept


@given(strategies.deliveries())
def test_a_delivery_in_the_bucket_comes_back_as_it_was(kept: Delivery) -> None:
    large = Delivery(kept.platform, kept.account, noise(500_000), kept.headers, kept.received_at, kept.request_id)
    stored = as_object(journal.delivery_item(large))
    assert journal.delivery(journal.object_item(stored), body=stored.body) == large


# ------------------------------------------------------------------------------------------- what a delivery becomes


@pytest.mark.parametrize(
    ("events", "outcomes"),
    [
        ((MESSAGE, OTHER), None),
        ((MESSAGE, IGNORED), None),
        ((MESSAGE, MESSAGE), None),
        ((IGNORED,), {"ignored": {"unknown kind: sticker": 1}}),
        ((IGNORED, IGNORED), {"ignored": {"unknown kind: sticker": 2}}),
        ((), {}),
    ],
)
def test_anything_but_one_event_is_kept_as_a_delivery(
    events: tuple[Event, ...], outcomes: dict[str, dict[str, int]] | None
) -> None:
    """Whatever has to be expanded is open work; what needs nothing is settled by the write itself."""
    item = as_item(journal.record(delivery(b"[]"), counter.saying(*events)))
    assert item["sk"] == {"S": "delivery"}
    if (settled := item.get("outcomes")) is None:
        assert outcomes is None
        assert item["open"]["S"] in keys.shards("delivery")
        assert item["open_at"] == item["received_at"] == {"S": keys.instant(NOW)}
    else:
        assert orjson.loads(settled["S"]) == outcomes
        assert item["units"] == {"N": str(len(events))}
        assert not item.keys() & {"open", "open_at"}


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{}", b'[{"kind": "message"}]', b"[" * 2000])
def test_what_cannot_be_read_is_open_work_with_its_bytes(body: bytes) -> None:
    item = as_item(journal.record(delivery(body), counter.COUNTER))
    assert journal.delivery(item).body == body
    assert item["open"]["S"] in keys.shards("delivery")


@pytest.mark.parametrize("number", [str(2**63), str(10**30), "-" + str(10**30)])
def test_a_number_that_the_journal_cannot_write_does_not_keep_the_delivery_out(number: str) -> None:
    """orjson writes 64 bits; a platform may send any run of digits as text."""
    said = MESSAGE.model_dump(mode="json") | {"author": {"reach": number}}
    kept = counter.delivery(said)
    assert journal.delivery(as_item(journal.record(kept, counter.COUNTER))) == kept


# -------------------------------------------------------------------------------------------------------------- size


def largest_item(make: Callable[[bytes], Item | Object]) -> tuple[bytes, Item]:
    """Return the most bytes that still become an item, and that item."""
    sizes = range(380_000, 420_000)
    body = noise(sizes[bisect(sizes, 0, key=lambda size: isinstance(make(noise(size)), Object)) - 1])
    return body, as_item(make(body))


LONG = {"external_id": "i" * 3000, "identity": "a" * 3000}


@pytest.mark.parametrize(
    "platform", [counter.saying(MESSAGE.model_copy(update=LONG)), counter.saying(MESSAGE, OTHER), counter.COUNTER]
)
def test_whatever_becomes_an_item_fits_into_one(platform: Platform) -> None:
    def make(body: bytes) -> Item | Object:
        kept = Delivery("p" * 30, "a" * 500, body, {"x-kept": "a" * 2000}, NOW)
        return journal.record(kept, platform)

    body, item = largest_item(make)
    assert len(body) > 390_000
    assert item_size(item) <= LARGEST_ITEM
    assert isinstance(make(body * 3), Object)


def test_one_event_with_too_many_bytes_around_it_is_kept_whole_and_expanded_small() -> None:
    body, _ = largest_item(lambda body: journal.delivery_item(delivery(body)))
    what = as_item(journal.record(delivery(body), counter.saying(MESSAGE)))
    assert what["sk"] == {"S": "delivery"}
    assert journal.entry(journal.expanded_item(delivery(body), MESSAGE)).event == MESSAGE


def test_what_is_as_usual_takes_no_room() -> None:
    head, _ = codec.unpack(as_item(journal.record(delivery(b""), counter.saying(MESSAGE)))["packed"]["B"])
    said = orjson.loads(head)["event"]
    assert said.keys() == {"kind", "external_id", "occurred_at", "identity", "account", "channel", "text"}


def test_an_event_that_no_item_can_hold_is_unreadable_and_not_cut() -> None:
    text = noise(600_000).hex()
    with pytest.raises(UnreadableDelivery) as refused:
        journal.expanded_item(delivery(b""), MESSAGE.model_copy(update={"text": text}))
    assert text[:20] not in str(refused.value)


# ------------------------------------------------------------------------------------------------------- the journal


@pytest.fixture
def kept(table: Table, bucket: Bucket) -> Journal:
    return Journal(table, bucket)


@pytest.mark.parametrize(
    ("events", "became"),
    [((MESSAGE,), "event"), ((MESSAGE, OTHER), "delivery"), ((IGNORED,), "delivery"), ((), "delivery")],
)
def test_the_second_time_is_a_duplicate(kept: Journal, table: Table, events: tuple[Event, ...], became: str) -> None:
    first = as_item(journal.record(delivery(b"[]"), counter.saying(*events)))
    later = delivery(b"[]", received_at=NOW + timedelta(days=30), request_id="second")
    again = as_item(journal.record(later, counter.saying(*events)))
    assert kept.keep(first) == became
    assert kept.keep(again) == "duplicate"
    assert table.get(key_of(first)) == first
    note = keys.repeated(key_of(first), received_at=later.received_at, request_id="second")
    assert table.get(note) == journal.repetition(again)
    assert journal.repetition(again)["ledger"]["S"].startswith("counter/shop#2026-12-22#")


def test_what_the_platform_does_not_date_is_the_same_whenever_it_comes_again(kept: Journal, table: Table) -> None:
    undated = MESSAGE.model_copy(update={"dated": False})
    first = journal.record(delivery(b"[]"), counter.saying(undated))
    kept.keep(first)
    later = undated.model_copy(update={"occurred_at": undated.occurred_at + timedelta(days=1)})
    again = as_item(journal.record(delivery(b"[]", request_id="second"), counter.saying(later)))
    assert kept.keep(again) == "duplicate"
    assert not list(table.query(keys.delivery(keys.delivery_id(delivery(b"[]"))).pk)), "it is noted, and not kept again"
    assert table.get(keys.repeated(key_of(again), received_at=NOW, request_id="second")) == journal.repetition(again)
    assert table.get(key_of(again)) == first


def test_the_same_request_is_no_repetition(kept: Journal, table: Table) -> None:
    """The SDK tries again after a time-out, and a spilled delivery may be journalled twice."""
    item = as_item(journal.record(delivery(b"[]"), counter.saying(MESSAGE)))
    assert [kept.keep(item), kept.keep(item)] == ["event", "event"]
    assert [key_of(found) for found in table.query(item["pk"]["S"])] == [key_of(item)]


def test_a_repetition_that_is_noted_twice_is_one(kept: Journal, table: Table) -> None:
    kept.keep(journal.record(delivery(b"[]"), counter.saying(MESSAGE)))
    for _ in range(2):
        kept.keep(journal.record(delivery(b"[]", request_id="second"), counter.saying(MESSAGE)))
    assert len(list(table.query(keys.event(MESSAGE).pk))) == 2


def test_another_envelope_around_the_same_event_is_a_duplicate(kept: Journal) -> None:
    other = delivery(b'{ "id": 1 }', request_id="second")
    assert kept.keep(journal.record(delivery(b'{"id": 1}'), counter.saying(MESSAGE))) == "event"
    assert kept.keep(journal.record(other, counter.saying(MESSAGE))) == "duplicate"


@pytest.mark.parametrize("account", ["shop", "peluquería", "店"])
def test_a_large_delivery_is_an_object_from_which_its_item_is_made(
    kept: Journal, table: Table, bucket: Bucket, account: str
) -> None:
    large = delivery(noise(500_000), account=account, headers={"x-shop": "¿ñ?"})
    what = as_object(journal.record(large, counter.COUNTER))
    assert kept.keep(what) == "object"
    assert kept.keep(what) == "object"
    stored = bucket.get(what.name)
    item = journal.object_item(stored)
    assert [kept.keep(item), kept.keep(item)] == ["delivery", "delivery"]
    assert item["object"] == {"S": what.name}
    assert item["open"]["S"] in keys.shards("delivery")
    assert journal.delivery(item, body=stored.body) == large


def test_a_refused_write_is_never_a_duplicate(dynamodb: "DynamoDBClient", bucket: Bucket) -> None:
    client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    Injected(client, "PutItem", refusal("ThrottlingException"))
    kept, what = Journal(Table(client, TABLE), bucket), journal.record(delivery(b"[]"), counter.saying(MESSAGE))
    with pytest.raises(ClientError):
        kept.keep(what)
    assert kept.keep(what) == "event"
    client.close()


def test_a_large_delivery_that_comes_again_is_another_object_and_a_repetition(
    kept: Journal, table: Table, bucket: Bucket
) -> None:
    what = [delivery(noise(500_000), request_id=request) for request in ("first", "second/=")]
    stored = [as_object(journal.record(each, counter.COUNTER)) for each in what]
    for each in stored:
        kept.keep(each)
    items = [journal.object_item(bucket.get(each.name)) for each in stored]
    assert [kept.keep(item) for item in items] == ["delivery", "duplicate"]
    assert table.get(key_of(items[0])) == items[0]


def test_keeping_is_one_call_and_noting_a_repetition_another(kept: Journal, dynamodb: "DynamoDBClient") -> None:
    calls: list[str] = []
    dynamodb.meta.events.register_first("before-send", lambda event_name, **_: calls.append(event_name))
    put = "before-send.dynamodb.PutItem"
    for what, expected in [
        (journal.record(delivery(b"[]"), counter.saying(MESSAGE)), [put]),
        (journal.record(delivery(b"[]", request_id="second"), counter.saying(MESSAGE)), [put, put]),
        (journal.record(delivery(b"[]"), counter.saying(MESSAGE, OTHER)), [put]),
    ]:
        calls.clear()
        kept.keep(what)
        assert calls == expected


# ----------------------------------------------------------------------------------------------------- announcements


def announcement(*names: str) -> str:
    """Return what S3 puts on a queue (S3 User Guide, event message structure), keys URL-encoded as it does."""
    records = [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "eu-west-1",
            "eventTime": "2026-11-22T12:00:00.000Z",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {"name": "deliveries", "arn": "arn:aws:s3:::deliveries"},
                "object": {"key": name, "size": 500000, "eTag": "0", "sequencer": "0"},
            },
        }
        for name in names
    ]
    return orjson.dumps({"Records": records}).decode()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (announcement("delivery/0a"), ["delivery/0a"]),
        (announcement("delivery/0a", "delivery/0b"), ["delivery/0a", "delivery/0b"]),
        (announcement("delivery/a+b%2Bc%C3%B1"), ["delivery/a b+cñ"]),
        ('{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-22T12:00:00.000Z","Bucket":"deliveries"}', []),
        ('{"platform": "counter"}', None),
    ],
)
def test_a_bucket_announces_objects(body: str, names: list[str] | None) -> None:
    assert journal.parse_announcement(body) == names


# -------------------------------------------------------------------------------------------------------- corruption


def test_an_ignored_unit_is_no_journal_entry() -> None:
    head = orjson.dumps({"platform": "counter", "account": "shop", "event": IGNORED.model_dump(mode="json")})
    item = as_item(journal.record(delivery(b"[]"), counter.saying(MESSAGE))) | {"packed": {"B": codec.pack(head, b"")}}
    with pytest.raises(TypeError):
        journal.entry(item)


def test_a_word_of_any_length_still_makes_an_item_that_can_be_kept(table: Table) -> None:
    body = orjson.dumps({"update_id": 1, "x" * 420_000: {}})
    item = journal.record(Delivery("telegram", "shop", body, {}, NOW), load("telegram"))
    assert isinstance(item, dict)
    assert item_size(item) < 400 * 1024
    assert table.insert(item) is None


def test_what_has_the_key_of_another_and_says_something_else_keeps_its_bytes(kept: Journal, table: Table) -> None:
    """A bug of ours that gives two messages one key must not cost the second."""
    other = MESSAGE.model_copy(update={"text": "¿Y el mío?"})
    kept.keep(journal.record(delivery(b"[1]"), counter.saying(MESSAGE)))
    for number, request in enumerate(("second", "third", "third")):
        second = delivery(b"[2]", request_id=request)
        assert kept.keep(journal.record(second, counter.saying(other))) == "duplicate", number
    pk = keys.delivery(keys.delivery_id(delivery(b"[2]"))).pk
    whole, note = table.query(pk)
    assert (journal.delivery(whole).body, whole["outcomes"]["S"]) == (b"[2]", '{"duplicate":1}')
    assert "open" not in whole
    assert note["sk"]["S"].startswith(keys.REPEATED_PREFIX)
