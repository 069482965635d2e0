"""Keys: one for each thing, the same for ever, within what DynamoDB takes, and in the order of time."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from shared.models import Delivery, Message, PersonalEvent
from shared.store import keys
from shared.store.keys import Key
from tests import strategies
from tests.conftest import NOW

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
LONGEST_PARTITION_KEY = 2048
LONGEST_SORT_KEY = 1024

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONG = "ñ" * 3000

dated = strategies.events(
    dated=st.just(True), identity=st.sampled_from(("a", "b")), external_id=st.sampled_from(("1", "2", "1#2"))
)


def message(*, dated: bool = True, external_id: str = "1", identity: str = "a", at: datetime = NOW) -> Message:
    return Message(
        external_id=external_id,
        occurred_at=at,
        dated=dated,
        identity=identity,
        account="shop",
        channel="counter",
    )


def test_keys_stay_what_they_are() -> None:
    """These are kept in tables of running systems: a change here is a migration."""
    said = message(external_id="12", identity="telegram:teleprado_bot:4711")
    delivery = Delivery("telegram", "teleprado_bot", b"{}", {"x-b": "2", "X-A": "1"}, NOW)
    assert keys.event(said) == (
        "identity#telegram:teleprado_bot:4711",
        "event#2026-11-22T12:00:00.000000Z#12",
    )
    assert keys.event(said.model_copy(update={"dated": False})).sk == "event#undated#12"
    assert keys.conversation(said).sk == "conversation#counter#direct"
    assert keys.about("a") == ("identity#a", "about")
    assert keys.escalation(identity_name="a", escalation_id="esc_1") == ("identity#a", "escalation#esc_1")
    assert keys.membership(customer_id="cus_1", identity_name="a") == ("customer#cus_1", "identity#a")
    assert keys.contact(kind="phone", value="+34600000000", identity_name="a") == (
        "contact#phone#+34600000000",
        "identity#a",
    )
    assert keys.delivery(keys.delivery_id(delivery)) == (f"delivery#{keys.delivery_id(delivery)}", "delivery")
    assert keys.said(channel="a", account="b", external_id="c") == ("said#a#b#c", "said")
    assert keys.copy_of(Key("identity#a", "event#undated#1")) == "copy#identity#a#event#undated#1"
    assert keys.copied("copy#identity#a#event#undated#1", sk="event#undated#1") == ("identity#a", "event#undated#1")
    assert keys.shard("delivery", "delivery#1") in keys.shards("delivery")


# ---------------------------------------------------------------------------------------------------------- instants


@given(strategies.instants, strategies.instants)
@example(datetime(999, 12, 31, tzinfo=UTC), datetime(1000, 1, 1, tzinfo=UTC))
@example(NOW, NOW + timedelta(microseconds=1))
@example(NOW, NOW.astimezone(timezone(timedelta(hours=-5))))
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (keys.instant(one) < keys.instant(other)) == (one < other)
    assert (keys.instant(one) == keys.instant(other)) == (one == other)


@given(strategies.instants)
@example(datetime(1, 1, 1, tzinfo=UTC))
def test_an_instant_reads_back_as_itself(at: datetime) -> None:
    assert datetime.fromisoformat(keys.instant(at)) == at
    assert len(keys.instant(at)) == len("2026-11-22T12:00:00.000000Z")


# ------------------------------------------------------------------------------------------------------------ events


@given(dated, dated)
def test_dated_events_share_a_key_only_when_they_are_the_same(one: PersonalEvent, other: PersonalEvent) -> None:
    same = all(getattr(one, name) == getattr(other, name) for name in ("identity", "occurred_at", "external_id"))
    assert (keys.event(one) == keys.event(other)) == same


@given(strategies.events(), strategies.instants, strategies.texts)
def test_nothing_but_identity_instant_and_id_takes_part(event: PersonalEvent, at: datetime, thread: str) -> None:
    """A redelivery may come with another envelope, on another day, read by newer code."""
    assume(thread)
    again = event.model_copy(update={"thread": thread, "channel": thread, "account": thread, "author": None})
    assert keys.event(again) == keys.event(event)
    if not event.dated:
        assert keys.event(again.model_copy(update={"occurred_at": at})) == keys.event(event)


@given(strategies.recent_instants, strategies.recent_instants, strategies.identifiers, strategies.identifiers)
def test_a_persons_events_sort_by_time(one: datetime, other: datetime, first: str, second: str) -> None:
    assume(one < other)
    earlier, later = message(at=one, external_id=first), message(at=other, external_id=second)
    assert keys.event(earlier).sk < keys.event(later).sk
    assert keys.event(later).sk < keys.event(message(dated=False, external_id=first)).sk


@given(strategies.events())
def test_no_dated_key_is_an_undated_one(event: PersonalEvent) -> None:
    assert keys.event(event).sk.startswith(keys.UNDATED_PREFIX) == (not event.dated)


# ------------------------------------------------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    "key",
    [
        keys.event(message(external_id=LONG, identity=LONG)),
        keys.event(message(external_id=LONG, identity=LONG, dated=False)),
        keys.about(LONG),
        keys.conversation(message(identity=LONG).model_copy(update={"thread": LONG, "channel": "instagram_comment"})),
        keys.escalation(identity_name=LONG, escalation_id="esc_" + "a" * 26),
        keys.contact(kind="email", value=LONG, identity_name=LONG),
        keys.membership(customer_id="cus_" + "a" * 26, identity_name=LONG),
        keys.seen(keys.identity(LONG), at=NOW, request_id=LONG),
        keys.said(channel="instagram_comment", account=LONG, external_id=LONG),
        Key(keys.copy_of(keys.event(message(external_id=LONG, identity=LONG))), ""),
    ],
    ids=lambda key: key.sk[:12],
)
def test_keys_of_long_names_fit_the_table(key: Key) -> None:
    assert len(key.pk.encode()) <= LONGEST_PARTITION_KEY
    assert len(key.sk.encode()) <= LONGEST_SORT_KEY


@pytest.mark.parametrize("field", ["external_id", "identity", "thread"])
def test_long_names_that_differ_at_their_end_have_different_keys(field: str) -> None:
    def key(value: str) -> tuple[Key, Key]:
        said = message().model_copy(update={field: value})
        return keys.event(said), keys.conversation(said)

    assert key(LONG + "a") != key(LONG + "b")
    assert key(LONG + "a") == key(LONG + "a")


def test_nobody_can_name_something_by_anothers_digest() -> None:
    digest = f"sha256:{sha256(LONG.encode()).hexdigest()}"
    assert keys.event(message(external_id=digest)) != keys.event(message(external_id=LONG))
    assert keys.about(digest) != keys.about(LONG)


# -------------------------------------------------------------------------------------------------------- deliveries


@given(strategies.deliveries(), strategies.deliveries())
@example(Delivery("p", "a", b"x:y\0rest", {}, NOW), Delivery("p", "a", b"rest", {"x": "y"}, NOW))
@example(Delivery("p", "a\0b", b"", {}, NOW), Delivery("p\0a", "b", b"", {}, NOW))
@example(Delivery("p", "a", b"", {"x": "1\0z:2"}, NOW), Delivery("p", "a", b"", {"x": "1", "z": "2"}, NOW))
@example(Delivery("p", "a", b"", {"x:": "y"}, NOW), Delivery("p", "a", b"", {"x": ":y"}, NOW))
def test_a_delivery_is_its_owner_headers_and_bytes(one: Delivery, other: Delivery) -> None:
    same = (one.platform, one.account, dict(one.headers), one.body) == (
        other.platform,
        other.account,
        dict(other.headers),
        other.body,
    )
    assert (keys.delivery_id(one) == keys.delivery_id(other)) == same


def test_a_delivery_is_the_same_whenever_it_comes_and_however_its_headers_are_written() -> None:
    first = Delivery("p", "a", b"{}", {"X-B": "2", "x-a": "1"}, NOW)
    again = Delivery("p", "a", b"{}", {"X-A": "1", "x-b": "2"}, NOW + timedelta(days=1))
    assert keys.delivery_id(first) == keys.delivery_id(again)


# ------------------------------------------------------------------------------------------------------------ shards


@given(strategies.identifiers)
def test_a_partition_is_always_listed_in_the_same_shard(pk: str) -> None:
    assert keys.shard("waiting", pk) == keys.shard("waiting", pk)
    assert keys.shard("waiting", pk) in keys.shards("waiting")


def test_open_work_is_spread_over_all_shards() -> None:
    used = {keys.shard("waiting", keys.identity(f"counter:shop:{number}")) for number in range(100)}
    assert used == set(keys.shards("waiting"))
