"""The ledger of what was really kept: by account and time, with what is pending where."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from shared.errors import UnreadableDelivery
from shared.ledger import Balance, Pending
from shared.models import Delivery, Event, Ignored, Message
from shared.projection.expansion import expand
from shared.store import journal, keys, ledger
from shared.store.journal import Bucket, Journal, Object, record
from shared.store.ledger import Span, balance_of
from shared.store.table import Table, key_of
from tests import counter
from tests.conftest import NOW

SPAN = Span(counter.NAME, counter.ACCOUNT, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
IGNORED = Ignored(external_id="0", occurred_at=NOW, reason="a sticker")
STRANGE = {"kind": "message", "from": "a version of the platform that is yet to come"}


def message(number: int, person: str = "ana") -> Message:
    return Message(
        external_id=str(number),
        occurred_at=NOW + timedelta(seconds=number),
        identity=f"counter:shop:{person}",
        account="shop",
        channel="counter",
    )


class Shop:
    """A door and an expanding projector, each step by hand."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self.table, self.bucket = table, bucket
        self._journal = Journal(table, bucket)
        self._requests = 0

    def take(self, *events: Event | dict[str, str], after: timedelta = timedelta(0)) -> Delivery:
        return self.keep(counter.delivery(*events, received_at=NOW + after))

    def keep(self, delivery: Delivery) -> Delivery:
        """Keep a delivery as the door does, by a request of its own."""
        self._requests += 1
        delivery = replace(delivery, request_id=str(self._requests))
        self._journal.keep(record(delivery, counter.COUNTER))
        return delivery

    def announce(self, delivery: Delivery) -> None:
        """Journal a delivery that the bucket has."""
        stored = journal.delivery_item(delivery)
        assert isinstance(stored, Object)
        self._journal.keep(journal.object_item(self.bucket.get(stored.name)))

    def expand(self, delivery: Delivery) -> None:
        found = expand(delivery, counter.COUNTER, self.table)
        key = keys.delivery(keys.delivery_id(delivery))
        self.table.set(key, journal.settled(*found), remove=["open", "open_at"])

    def balance(self, span: Span = SPAN) -> Balance:
        found = balance_of(span, table=self.table, bucket=self.bucket)
        assert found.balances
        return found


@pytest.fixture
def shop(table: Table, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(ledger, "load", counter.load)
    return Shop(table, bucket)


def test_of_an_account_that_nothing_came_to_there_is_nothing_to_say(shop: Shop) -> None:
    assert shop.balance() == Balance()


def test_every_unit_is_counted_where_it_is(shop: Shop) -> None:
    shop.take(message(1))
    shop.take(message(1))
    shop.take(IGNORED, IGNORED)
    shop.expand(shop.take(message(1), message(2), IGNORED, STRANGE))
    shop.take(message(3), message(4), STRANGE)
    found = shop.balance()
    assert found.model_copy(update={"pending": {}, "ignored": {}}) == Balance(
        deliveries=5, received=11, journalled=2, duplicate=2
    )
    assert found.ignored == {"unknown kind: ignored": 3}
    assert found.pending == {"reader": Pending(units=1, since=NOW), "projector": Pending(units=3, since=NOW)}


def test_a_batch_that_comes_again_is_as_many_duplicates_as_it_has_units(shop: Shop) -> None:
    first = shop.take(message(1), message(2), IGNORED)
    shop.take(message(1), message(2), IGNORED)
    waiting = shop.balance()
    assert (waiting.duplicate, waiting.pending["projector"].units) == (3, 3)
    shop.expand(first)
    assert shop.balance() == Balance(
        deliveries=2, received=6, journalled=2, duplicate=3, ignored={"unknown kind: ignored": 1}
    )


def test_the_same_event_twice_in_a_batch_is_one_and_a_duplicate(shop: Shop) -> None:
    delivery = shop.take(message(1), message(1))
    for _ in range(2):
        shop.expand(delivery)
        assert (shop.balance().journalled, shop.balance().duplicate) == (1, 1)


def test_an_expansion_that_died_half_way_is_no_duplicate_of_itself(shop: Shop) -> None:
    delivery = shop.take(message(1), message(2))
    shop.table.insert(journal.expanded_item(delivery, message(1)))
    shop.expand(delivery)
    assert (shop.balance().journalled, shop.balance().duplicate) == (2, 0)


def test_only_the_span_of_the_account_is_counted(shop: Shop) -> None:
    shop.take(message(1), after=timedelta(days=-1))
    shop.take(message(2))
    shop.take(message(1), after=timedelta(days=1))
    assert shop.balance().received == 1
    assert shop.balance(replace(SPAN, since=NOW - timedelta(days=2), until=NOW + timedelta(days=2))).received == 3
    assert shop.balance(replace(SPAN, since=NOW, until=NOW + timedelta(microseconds=1))).received == 1
    assert shop.balance(replace(SPAN, until=NOW)).received == 0
    assert shop.balance(replace(SPAN, account="another")).received == 0


def test_what_the_bucket_has_and_the_table_does_not_know_is_pending_there(shop: Shop) -> None:
    large = shop.keep(replace(counter.delivery(message(1), message(2)), body=Random(1).randbytes(500_000)))
    assert shop.balance().pending["bucket"].units == 1, "bytes that cannot be cut are one unit"
    again = shop.keep(large)
    assert shop.balance().received == 2
    for delivery in (large, again):
        shop.announce(delivery)
    found = shop.balance()
    assert (found.received, found.duplicate, found.pending["projector"].units) == (2, 1, 1)
    assert "bucket" not in found.pending


def test_more_requests_than_a_page_or_a_read_takes(shop: Shop) -> None:
    for number in range(130):
        shop.take(message(number), message(number, "bea"))
    assert shop.balance().pending["projector"].units == 260


def test_a_sum_that_does_not_meet_shows(shop: Shop) -> None:
    delivery = shop.take(message(1), message(2))
    shop.expand(delivery)
    shop.table.set(keys.delivery(keys.delivery_id(delivery)), {"outcomes": {"S": '{"journalled":1}'}})
    assert not balance_of(SPAN, table=shop.table, bucket=shop.bucket).balances


def test_bytes_that_cannot_be_cut_into_units_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "load", counter.load)
    with pytest.raises(UnreadableDelivery):
        counter.COUNTER.units(replace(counter.delivery(), body=b"{"))
    assert ledger.units_of(replace(counter.delivery(), body=b"{")) == 1
    assert ledger.units_of(counter.delivery()) == 0


def test_an_expanded_event_is_listed_with_its_delivery_and_not_with_the_account(shop: Shop) -> None:
    delivery = shop.take(message(1), message(2))
    shop.expand(delivery)
    listed = {key_of(item) for item in shop.table.requests(keys.ledger_of(keys.delivery_id(delivery)))}
    assert listed == {keys.event(message(1)), keys.event(message(2))}
    assert {item["sk"]["S"] for item in ledger.requests(SPAN, shop.table)} == {keys.DELIVERY}
