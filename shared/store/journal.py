"""The journal: what a delivery becomes, decided without any call, and then written in exactly one.

- one event that belongs to a person: the event itself, with the exact bytes it came in;
- many, none, or bytes that our code cannot read: one `delivery` item with the bytes; the projector expands it;
- more than an item can hold: one object in the delivery bucket, whose arrival is announced on the spill queue.

Nothing is asked before the write: the key is a pure function of the payload, so the condition on the write is the
deduplication. When the key is another request's, a second write notes that the same has come again: nothing is left to
do for it, and the ledger has it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote, unquote_plus

import orjson

from shared.errors import UnreadableDelivery
from shared.ledger import Outcomes, reason_to_ignore
from shared.media.copies import files
from shared.models import Delivery, Event, Ignored, PersonalEvent, event_adapter
from shared.platforms import Platform
from shared.store import codec, keys
from shared.store.elsewhere import Elsewhere
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OBJECT_PREFIX = "delivery/"

_ITEM_LIMIT = 400 * 1024 - 8 * 1024
"""An item holds 400 KB, names and keys included (DynamoDB limits); what is packed may take all but the rest's share."""

type Kept = Literal["event", "delivery", "object", "duplicate"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the journal keeps it, and the delivery that brought it.

    The delivery's bytes and headers are there unless `delivery_id` names what has them, or the event is a copy.
    """

    key: Key
    event: PersonalEvent
    delivery: Delivery
    delivery_id: str | None = None

    @property
    def received_at(self) -> datetime:
        return self.delivery.received_at


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
        units = [platform.read(unit) for unit in platform.units(delivery)]
        reasons = [reason_to_ignore(events) for events in units]
        if None not in reasons:
            return delivery_item(delivery, (len(units), Outcomes.of(ignored=filter(None, reasons))))
        if len(units) == len(units[0]) == 1 and not isinstance(event := units[0][0], Ignored):
            packed = _packed(delivery, event)
            if len(packed) <= _ITEM_LIMIT:
                return _event_item(delivery, event, packed)
    except Exception:
        return delivery_item(delivery)
    return delivery_item(delivery)


def delivery_item(delivery: Delivery, found: tuple[int, Outcomes] | None = None) -> Item | Object:
    """Return a delivery with its bytes: open work for the projector unless the number and the outcomes of its units
    are known already."""
    name = keys.delivery_id(delivery)
    metadata = {
        "platform": delivery.platform,
        "account": delivery.account,
        "received-at": keys.instant(delivery.received_at),
        "request": delivery.request_id,
        "headers": json.dumps(dict(delivery.headers)),
    }
    packed = codec.pack(b"", delivery.body)
    if len(packed) > _ITEM_LIMIT:
        return Object(f"{OBJECT_PREFIX}{name}/{quote(delivery.request_id, safe='')}", delivery.body, metadata)
    return _delivery_item(name, metadata, {"packed": {"B": packed}}, found)


def id_in(object_name: str) -> str:
    """Return the id of the delivery that an object of the bucket holds."""
    return object_name.removeprefix(OBJECT_PREFIX).partition("/")[0]


def object_item(stored: Object) -> Item:
    """Return the `delivery` item that points to an object in the delivery bucket."""
    return _delivery_item(id_in(stored.name), stored.metadata, {"object": {"S": stored.name}}, None)


def _delivery_item(name: str, metadata: Mapping[str, str], content: Item, found: tuple[int, Outcomes] | None) -> Item:
    key = keys.delivery(name)
    platform, account, received_at = (metadata[field] for field in ("platform", "account", "received-at"))
    at = datetime.fromisoformat(received_at)
    return {
        "pk": {"S": key.pk},
        "sk": {"S": key.sk},
        "platform": {"S": platform},
        "account": {"S": account},
        "received_at": {"S": received_at},
        "request": {"S": metadata["request"]},
        "ledger": {"S": keys.ledger(platform=platform, account=account, received_at=at, pk=key.pk)},
        "headers": {"S": metadata["headers"]},
        **content,
        **(
            settled(*found) if found else {"open": {"S": keys.shard("delivery", key.pk)}, "open_at": {"S": received_at}}
        ),
    }


def settled(units: int, outcomes: Outcomes) -> Item:
    """Return the attributes by which a `delivery` item says how many units it has and what became of them."""
    return {"units": {"N": str(units)}, "outcomes": {"S": outcomes.to_json()}}


def expanded_item(delivery: Delivery, event: PersonalEvent) -> Item:
    """Return the item of one event out of a kept delivery; its bytes stay with the delivery.

    Raises `UnreadableDelivery` when the event alone is more than an item can hold.
    """
    packed = _packed(delivery, event, with_raw=False)
    if len(packed) > _ITEM_LIMIT:
        raise UnreadableDelivery("the event is larger than an item can hold")
    item = _event_item(delivery, event, packed)
    return item | {"ledger": {"S": keys.ledger_of(keys.delivery_id(delivery))}}


def _packed(delivery: Delivery, event: Event, *, with_raw: bool = True) -> bytes:
    head = {
        "platform": delivery.platform,
        "account": delivery.account,
        "event": event.model_dump(mode="json", exclude_defaults=True) | {"kind": event.kind},
    }
    if with_raw and delivery.headers:
        head["headers"] = dict(delivery.headers)
    return codec.pack(orjson.dumps(head), delivery.body if with_raw else b"")


def _event_item(delivery: Delivery, event: PersonalEvent, packed: bytes) -> Item:
    key, at = keys.event(event), delivery.received_at
    ledger = keys.ledger(platform=delivery.platform, account=delivery.account, received_at=at, pk=key.pk)
    return {
        "pk": {"S": key.pk},
        "sk": {"S": key.sk},
        "received_at": {"S": keys.instant(at)},
        "request": {"S": delivery.request_id},
        "ledger": {"S": ledger},
        "packed": {"B": packed},
        **files(event),
    }


def repetition(item: Item) -> Item:
    """Return the note that a request has brought again what another one had brought before."""
    at = datetime.fromisoformat(item["received_at"]["S"])
    key = keys.repeated(key_of(item), received_at=at, request_id=item["request"]["S"])
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "received_at": item["received_at"], "ledger": item["ledger"]}


def entry(item: Item) -> Entry:
    """Return the event that a journal item holds; the inverse of what `record` and `expanded_item` wrote."""
    head, raw = codec.unpack(bytes(item["packed"]["B"]))
    said = orjson.loads(head)
    event = event_adapter.validate_python(said["event"], strict=False, extra="ignore")
    if isinstance(event, Ignored):
        raise TypeError("the journal keeps no ignored events")
    brought_by = Delivery(
        platform=said["platform"],
        account=said["account"],
        body=raw,
        headers=said.get("headers", {}),
        received_at=datetime.fromisoformat(item["received_at"]["S"]),
        request_id=item["request"]["S"],
    )
    return Entry(key_of(item), event, brought_by, _delivery_of(item))


def _delivery_of(item: Item) -> str | None:
    listed: str = item["ledger"]["S"]
    return listed.removeprefix(keys.DELIVERY_PREFIX) if listed.startswith(keys.DELIVERY_PREFIX) else None


def delivery(item: Item, *, body: bytes | None = None) -> Delivery:
    """Return the delivery that a `delivery` item keeps; `body` where its bytes are in the bucket."""
    return Delivery(
        platform=item["platform"]["S"],
        account=item["account"]["S"],
        body=codec.unpack(bytes(item["packed"]["B"]))[1] if body is None else body,
        headers=orjson.loads(item["headers"]["S"]),
        received_at=datetime.fromisoformat(item["received_at"]["S"]),
        request_id=item["request"]["S"],
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


class Journal:
    """The table and the bucket behind one door."""

    def __init__(self, table: Table, bucket: "Bucket") -> None:
        self._table = table
        self._bucket = bucket

    def keep(self, what: Item | Object) -> Kept:
        """Write what `record` decided, in one call, and say what it became.

        When another request has brought the same before, that is noted in a second call. Dying in between is no loss:
        who was not answered comes again, and that is noted. What has the same key and does not say the same keeps its
        bytes: a bug in how keys are made must not cost a message.
        """
        if isinstance(what, Object):
            self._bucket.put(what)
            return "object"
        there = self._table.insert(what)
        if there is None or there["request"] == what["request"]:
            return "event" if _is_event(what) else "delivery"
        if _is_event(what) and not _says_the_same((said := entry(what)).event, entry(there).event):
            self.keep(delivery_item(said.delivery, (1, Outcomes(duplicate=1))))
        else:
            self._table.insert(repetition(what))
        return "duplicate"


def _says_the_same(event: PersonalEvent, there: PersonalEvent) -> bool:
    """Return whether two events are one; what the platform does not date has the instant of whichever request brought
    it."""
    return event == there or (not event.dated and event.model_copy(update={"occurred_at": there.occurred_at}) == there)


def _is_event(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.EVENT_PREFIX)


class Bucket(Elsewhere):
    """The bucket of deliveries that no item can hold, and, to be read only, those of what lies elsewhere."""

    def __init__(self, client: "S3Client", name: str, *, places: Mapping[str, str] | None = None) -> None:
        super().__init__(client, places or {})
        self._name = name

    def put(self, stored: Object) -> None:
        """Keep an object; its name is a digest of its content, so a second time changes nothing."""
        # S3 keeps metadata in ASCII only.
        metadata = {name: quote(value) for name, value in stored.metadata.items()}
        self._client.put_object(Bucket=self._name, Key=stored.name, Body=stored.body, Metadata=metadata)

    def names(self, *, since: datetime, of: str | None = None) -> Iterator[str]:
        """Yield the names of the deliveries that were written at or after an instant; `of` one, only its copies."""
        prefix = f"{OBJECT_PREFIX}{of}/" if of else OBJECT_PREFIX
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", []):
                if found["LastModified"] >= since.replace(microsecond=0):  # S3 dates in whole seconds
                    yield found["Key"]

    def get(self, name: str) -> Object:
        answer: Any = self._client.get_object(Bucket=self._name, Key=name)
        metadata = {name: unquote(value) for name, value in answer["Metadata"].items()}
        return Object(name, answer["Body"].read(), metadata)
