"""The journal: what a delivery becomes, decided without any call, and then written in exactly one.

- one event that belongs to a person: the event itself, with the exact bytes it came in;
- many, none, or bytes that our code cannot read: one `delivery` item with the bytes; the projector expands it;
- more than an item can hold: one object in the delivery bucket, whose arrival is announced on the spill queue.

Nothing is asked before the write: the key is a pure function of the payload, so the condition on the write is the
deduplication.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote, unquote_plus

import orjson

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Event, Ignored, PersonalEvent, event_adapter
from shared.platforms import Platform
from shared.store import codec, keys
from shared.store.keys import Key
from shared.store.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OBJECT_PREFIX = "delivery/"

_ITEM_LIMIT = 400 * 1024 - 8 * 1024
"""An item holds 400 KB, names and keys included (DynamoDB limits); what is packed may take all but the rest's share."""

_LONGEST_OUTCOME = 200
_MOST_OUTCOMES = 100

type Outcome = Literal["event", "delivery", "object", "duplicate"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the journal keeps it: `raw` are the bytes it came in, empty when `delivery_id` names the delivery
    that has them."""

    key: Key
    event: PersonalEvent
    platform: str
    account: str
    received_at: datetime
    raw: bytes = field(repr=False)
    delivery_id: str | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """A delivery that no item can hold, as the delivery bucket keeps it."""

    name: str
    body: bytes = field(repr=False)
    metadata: Mapping[str, str] = field(repr=False)


def record(delivery: Delivery, platform: Platform) -> Item | Object:
    """Return the one thing to write for a verified delivery.

    Whatever goes wrong in reading it, its bytes are written: the projector meets the same error again, and says so.
    """
    try:
        events = platform.normalise(delivery)
        if all(isinstance(event, Ignored) for event in events):
            return delivery_item(delivery, outcomes=count(events))
        if len(events) == 1 and not isinstance(event := events[0], Ignored):
            packed = _packed(delivery, event)
            if len(packed) <= _ITEM_LIMIT:
                return _event_item(event, packed, delivery.received_at)
    except Exception:
        return delivery_item(delivery)
    return delivery_item(delivery)


def delivery_item(delivery: Delivery, outcomes: Mapping[str, int] | None = None) -> Item | Object:
    """Return a delivery with its bytes: open work for the projector unless its outcomes are known already."""
    name = keys.delivery_id(delivery)
    metadata = {
        "platform": delivery.platform,
        "account": delivery.account,
        "received-at": keys.instant(delivery.received_at),
        "headers": json.dumps(dict(delivery.headers)),
    }
    packed = codec.pack(b"", delivery.body)
    if len(packed) > _ITEM_LIMIT:
        return Object(f"{OBJECT_PREFIX}{name}", delivery.body, metadata)
    return _delivery_item(name, metadata, {"packed": {"B": packed}}, outcomes)


def object_item(stored: Object) -> Item:
    """Return the `delivery` item that points to an object in the delivery bucket."""
    name = stored.name.removeprefix(OBJECT_PREFIX)
    return _delivery_item(name, stored.metadata, {"object": {"S": stored.name}}, None)


def _delivery_item(name: str, metadata: Mapping[str, str], content: Item, outcomes: Mapping[str, int] | None) -> Item:
    key = keys.delivery(name)
    received_at = metadata["received-at"]
    return {
        "pk": {"S": key.pk},
        "sk": {"S": key.sk},
        "platform": {"S": metadata["platform"]},
        "account": {"S": metadata["account"]},
        "received_at": {"S": received_at},
        "headers": {"S": metadata["headers"]},
        **content,
        **(
            {"outcomes": outcomes_value(outcomes)}
            if outcomes is not None
            else {"open": {"S": keys.shard("delivery", key.pk)}, "open_at": {"S": received_at}}
        ),
    }


def expanded_item(delivery: Delivery, event: PersonalEvent) -> Item:
    """Return the item of one event out of a kept delivery; its bytes stay with the delivery.

    Raises `UnreadableDelivery` when the event alone is more than an item can hold.
    """
    packed = _packed(delivery, event, with_raw=False)
    if len(packed) > _ITEM_LIMIT:
        raise UnreadableDelivery("the event is larger than an item can hold")
    item = _event_item(event, packed, delivery.received_at)
    return item | {"delivery": {"S": keys.delivery_id(delivery)}}


def _packed(delivery: Delivery, event: Event, *, with_raw: bool = True) -> bytes:
    head = {
        "platform": delivery.platform,
        "account": delivery.account,
        "event": event.model_dump(mode="json", exclude_defaults=True) | {"kind": event.kind},
    }
    return codec.pack(orjson.dumps(head), delivery.body if with_raw else b"")


def _event_item(event: PersonalEvent, packed: bytes, received_at: datetime) -> Item:
    key = keys.event(event)
    return {
        "pk": {"S": key.pk},
        "sk": {"S": key.sk},
        "received_at": {"S": keys.instant(received_at)},
        "packed": {"B": packed},
    }


def entry(item: Item) -> Entry:
    """Return the event that a journal item holds; the inverse of what `record` and `expanded_item` wrote."""
    head, raw = codec.unpack(bytes(item["packed"]["B"]))
    said = orjson.loads(head)
    event = event_adapter.validate_python(said["event"], strict=False)
    if isinstance(event, Ignored):
        raise TypeError("the journal keeps no ignored events")
    return Entry(
        key=Key(item["pk"]["S"], item["sk"]["S"]),
        event=event,
        platform=said["platform"],
        account=said["account"],
        received_at=datetime.fromisoformat(item["received_at"]["S"]),
        raw=raw,
        delivery_id=item.get("delivery", {}).get("S"),
    )


def delivery(item: Item, *, body: bytes | None = None) -> Delivery:
    """Return the delivery that a `delivery` item keeps; `body` where its bytes are in the bucket."""
    return Delivery(
        platform=item["platform"]["S"],
        account=item["account"]["S"],
        body=codec.unpack(bytes(item["packed"]["B"]))[1] if body is None else body,
        headers=orjson.loads(item["headers"]["S"]),
        received_at=datetime.fromisoformat(item["received_at"]["S"]),
    )


def parse_announcement(body: str) -> list[str] | None:
    """Return the names of the objects that a bucket announces (S3 event notification), or `None` for another message.

    The bucket's test event, sent when the notification is set up, announces none.
    """
    said = orjson.loads(body)
    if said.get("Event") == "s3:TestEvent":
        return []
    if "Records" not in said:
        return None
    return [unquote_plus(record["s3"]["object"]["key"]) for record in said["Records"]]


def outcome(event: Event) -> str:
    """Return the word under which a unit is accounted for."""
    return f"ignored: {event.reason}" if isinstance(event, Ignored) else event.kind


def count(events: Iterable[Event]) -> Counter[str]:
    """Return how many units ended in which outcome."""
    return Counter(outcome(event) for event in events)


def outcomes_value(outcomes: Mapping[str, int]) -> Item:
    """Return outcomes as a `delivery` item keeps them: JSON, outcome to number of units.

    A payload can make any number of outcomes of any length, and an item holds 400 KB: each is cut, and the rarest are
    counted together.
    """
    short: Counter[str] = Counter()
    for outcome, number in outcomes.items():
        short[outcome[:_LONGEST_OUTCOME]] += number
    kept = dict(short.most_common(_MOST_OUTCOMES))
    if others := short.total() - sum(kept.values()):
        kept["others"] = others
    return {"S": orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()}


class Journal:
    """The table and the bucket behind one door."""

    def __init__(self, table: Table, bucket: "Bucket") -> None:
        self._table = table
        self._bucket = bucket

    def keep(self, what: Item | Object) -> Outcome:
        """Write what `record` decided, in one call, and say what it became; nothing changes when it was there
        already."""
        if isinstance(what, Object):
            self._bucket.put(what)
            return "object"
        if not self._table.insert(what):
            return "duplicate"
        return "event" if what["sk"]["S"].startswith(keys.EVENT_PREFIX) else "delivery"


class Bucket:
    """The bucket of deliveries that no item can hold."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, stored: Object) -> None:
        """Keep an object; its name is a digest of its content, so a second time changes nothing."""
        # S3 keeps metadata in ASCII only.
        metadata = {name: quote(value) for name, value in stored.metadata.items()}
        self._client.put_object(Bucket=self._name, Key=stored.name, Body=stored.body, Metadata=metadata)

    def get(self, name: str) -> Object:
        answer: Any = self._client.get_object(Bucket=self._name, Key=name)
        metadata = {name: unquote(value) for name, value in answer["Metadata"].items()}
        return Object(name, answer["Body"].read(), metadata)
