"""The ledger as the table keeps it: which requests an account's platform made, and what became of their units.

The index names requests; what it does not know of one (how many units a delivery has that nobody has expanded yet) is
found in the request's own bytes, by the function that the journal itself splits them with.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from shared.errors import UnreadableDelivery
from shared.ledger import Balance, Outcomes, Row, balance
from shared.models import Delivery
from shared.platforms import load
from shared.store import journal, keys
from shared.store.journal import Bucket, Object
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Span:
    """An account's requests of a time: `since <= received_at < until`, aware instants."""

    platform: str
    account: str
    since: datetime
    until: datetime

    def has(self, delivery: Delivery) -> bool:
        whose = (delivery.platform, delivery.account) == (self.platform, self.account)
        return whose and self.since <= delivery.received_at < self.until


def balance_of(span: Span, *, table: Table, bucket: Bucket) -> Balance:
    """Return the balance of an account's requests of a time."""
    return balance(_rows(span, table, bucket), in_bucket=_in_bucket(span, table, bucket))


def requests(span: Span, table: Table) -> Iterator[Item]:
    """Yield what the index `ledger` lists of a span."""
    since, until = keys.instant(span.since), keys.instant(span.until)
    for day in keys.days(span.since, span.until):
        for partition in keys.ledger_shards(platform=span.platform, account=span.account, day=day):
            yield from table.requests(partition, since=since, before=until)


def units_of(delivery: Delivery) -> int:
    """Return how many units a delivery has; one that cannot be cut into units is one."""
    try:
        return len(load(delivery.platform).units(delivery))
    except UnreadableDelivery:
        return 1


def delivery_of(item: Item, bucket: Bucket) -> Delivery:
    """Return the delivery that a `delivery` item keeps, wherever its bytes are."""
    return journal.delivery(item, body=bucket.get(item["object"]["S"]).body if "object" in item else None)


def _rows(span: Span, table: Table, bucket: Bucket) -> Iterator[Row]:
    for listed in batched(requests(span, table), _AT_ONCE, strict=False):
        whole = table.get_many(filter(None, map(_to_be_read, listed)))
        units = {key.pk: _units(item, bucket) for key, item in whole.items()}
        yield from (_row(item, units) for item in listed)


def _to_be_read(listed: Item) -> Key | None:
    """Return which item says how many units a request has, if the index does not."""
    of_delivery = listed["pk"]["S"].startswith(keys.DELIVERY_PREFIX)
    return Key(listed["pk"]["S"], keys.DELIVERY) if of_delivery and "units" not in listed else None


def _units(item: Item, bucket: Bucket) -> int:
    return int(item["units"]["N"]) if "units" in item else units_of(delivery_of(item, bucket))


def _row(listed: Item, units: dict[str, int]) -> Row:
    key, received_at = key_of(listed), datetime.fromisoformat(listed["received_at"]["S"])
    number = int(listed["units"]["N"]) if "units" in listed else units.get(key.pk, 1)
    if key.sk.startswith(keys.REPEATED_PREFIX):
        return Row(received_at=received_at, units=number, outcomes=None, repeated=True)
    if key.sk.startswith(keys.EVENT_PREFIX):
        return Row(received_at=received_at, units=1, outcomes=Outcomes(journalled=1))
    outcomes = Outcomes.stored(listed["outcomes"]["S"]) if "outcomes" in listed else None
    return Row(received_at=received_at, units=number, outcomes=outcomes)


def _in_bucket(span: Span, table: Table, bucket: Bucket) -> Iterator[Row]:
    for stored in unjournalled(table, bucket, since=span.since):
        delivery = journal.delivery(journal.object_item(stored), body=stored.body)
        if span.has(delivery):
            yield Row(received_at=delivery.received_at, units=units_of(delivery), outcomes=None)


def unjournalled(table: Table, bucket: Bucket, *, since: datetime) -> Iterator[Object]:
    """Yield what the bucket has got since an instant and the table does not know yet: its announcement is under way, or
    was lost."""
    for name in unknown(bucket.names(since=since), table):
        stored = bucket.get(name)
        if table.get(key_of(journal.repetition(journal.object_item(stored)))) is None:
            yield stored


def unknown(names: Iterable[str], table: Table) -> Iterator[str]:
    """Yield those objects whose own request is not the one that the table keeps the delivery of."""
    for some in batched(names, _AT_ONCE, strict=False):
        items = table.get_many(keys.delivery(journal.id_in(name)) for name in some)
        known = {item["object"]["S"] for item in items.values() if "object" in item}
        yield from (name for name in some if name not in known)
