"""What is stuck is listed with all that helps and nothing that is personal."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.repair.dead import Stuck, stuck
from shared.repair.difference import digest
from shared.store import journal, keys
from shared.store.journal import Journal, record
from shared.store.keys import Key
from tests import counter
from tests.conftest import NOW
from tests.shared.repair.house import COMPLAINT, House, said

if TYPE_CHECKING:
    from shared.models import Delivery

MINUTE = timedelta(minutes=1)
STRANGE = {"kind": "message", "text": "canary-of-a-customer 34600999888"}


def told(house: House, *, most: int = 100, after: timedelta = timedelta(0)) -> list[Stuck]:
    return stuck(house.table, now=NOW + after, most=most)[0]


def unprojected(house: House, key: Key) -> None:
    house.projector().postpone(key, kind="unprojected", attempts=2)


def key_of_delivery(delivery: "Delivery") -> Key:
    return keys.delivery(keys.delivery_id(delivery))


def test_a_quiet_house_has_nothing_stuck(house: House) -> None:
    house.take(said(1, COMPLAINT))
    house.take(said(2), said(3, person="bea"))
    assert stuck(house.table, now=NOW + timedelta(days=1), most=10) == ([], False)


def test_a_delivery_that_cannot_be_read_says_why_how_often_and_by_which_code(house: House) -> None:
    delivery = house.take(said(1), STRANGE, STRANGE, {"kind": "call"})
    (found,) = told(house)
    assert found.name == digest(key_of_delivery(delivery))
    assert (found.kind, found.what, found.platform, found.account) == ("unreadable", "delivery", "counter", "shop")
    assert (found.received_at, found.due_at, found.attempts, found.read_by) == (NOW, NOW + MINUTE, 1, "1")
    assert sum(found.reasons.values()) == 3
    assert all(reason.startswith("counter ") for reason in found.reasons)


def test_nothing_personal_is_told(house: House) -> None:
    house.take(said(1, "canary-of-a-customer", person="canary"), STRANGE)
    house.take(said(2, COMPLAINT, person="canary"))
    for key in list(house.items()):
        if key.sk.startswith((keys.EVENT_PREFIX, keys.ESCALATION_PREFIX)):
            unprojected(house, key)
    found = told(house)
    assert {(each.kind, each.what) for each in found} == {
        ("unreadable", "delivery"),
        ("unprojected", "event"),
        ("unprojected", "escalation"),
    }
    assert "canary" not in str(found)
    assert "34600999888" not in str(found)


def test_an_answer_that_is_kept_once_more_is_told_without_whose_it_is(house: House) -> None:
    common = {"channel": "facebook_comment", "thread": "post"}
    answer = said(9, person="shop", direction="outbound", reply_to="1", **common)
    house.take(said(1, **common))
    house.take(answer)
    unprojected(house, keys.event(answer.model_copy(update={"identity": "counter:shop:ana"})))
    assert [(each.kind, each.what, each.platform, each.account) for each in told(house)] == [
        ("unprojected", "event", None, None)
    ]


def test_an_event_is_told_with_the_account_that_it_came_by(house: House) -> None:
    """One event came by itself, another out of a kept delivery, whose own item says whose it is."""
    house.take(said(1))
    house.take(said(2, person="bea"), said(3, person="eva"))
    for event in (said(1), said(2, person="bea")):
        unprojected(house, keys.event(event))
    found = told(house)
    assert [(each.kind, each.what, each.platform, each.account, each.attempts) for each in found] == [
        ("unprojected", "event", "counter", "shop", 3)
    ] * 2
    assert all(each.received_at == NOW and not each.reasons and each.read_by is None for each in found)


def test_an_event_whose_bytes_are_broken_is_told_all_the_same(house: House) -> None:
    item = record(counter.delivery(said(1)), counter.COUNTER)
    assert isinstance(item, dict)
    house.table.insert(item | {"packed": {"B": b"\x01 not what was written"}})
    unprojected(house, keys.event(said(1)))
    (found,) = told(house)
    assert (found.platform, found.account) == ("counter", "shop")


def test_a_delivery_is_left_to_the_projector_for_two_minutes(house: House) -> None:
    delivery = counter.delivery(said(1), said(2))
    Journal(house.table, house.bucket).keep(record(delivery, counter.COUNTER))
    assert told(house, after=2 * MINUTE - timedelta(microseconds=1)) == []
    (found,) = told(house, after=2 * MINUTE)
    assert (found.kind, found.received_at, found.attempts, found.read_by) == ("delivery", NOW, 0, None)


def test_a_delivery_in_the_bucket_is_told_like_any_other(house: House) -> None:
    item = journal.object_item(
        journal.Object(
            f"{journal.OBJECT_PREFIX}abc/1",
            b"",
            {"platform": "x", "account": "9", "received-at": keys.instant(NOW), "request": "1", "headers": "{}"},
        )
    )
    house.table.insert(item)
    (found,) = told(house, after=2 * MINUTE)
    assert (found.what, found.platform, found.account) == ("delivery", "x", "9")


@pytest.mark.parametrize(("most", "number", "more"), [(1, 1, True), (24, 24, True), (25, 25, False), (99, 25, False)])
def test_a_long_list_is_cut_and_says_so(house: House, most: int, number: int, more: bool) -> None:
    for place in range(25):
        house.take(said(place % 60, person=f"p{place}"), {**STRANGE, "text": f"{place}"})
    found, there_is_more = stuck(house.table, now=NOW, most=most)
    assert (len(found), there_is_more) == (number, more)
    assert len({each.name for each in found}) == number


def test_each_kind_comes_by_when_it_is_due(house: House) -> None:
    for place in range(6):
        house.take(said(place, person=f"p{place}"))
        house.projector().postpone(keys.event(said(place, person=f"p{place}")), kind="unprojected", attempts=5 - place)
    house.take(said(9, person="eva"), STRANGE)
    found = told(house)
    assert [each.kind for each in found] == ["unreadable"] + ["unprojected"] * 6
    due = [each.due_at for each in found[1:]]
    assert due == sorted(due)
    assert len(set(due)) == 6


def test_what_the_index_still_lists_and_the_table_no_longer_has_open_is_not_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = house.take(said(1), STRANGE)
    before = list(house.table.listed(keys.shard("unreadable", key_of_delivery(delivery).pk)))
    house.table.set(key_of_delivery(delivery), {}, remove=["open", "open_at"])
    monkeypatch.setattr(type(house.table), "listed", lambda _, shard: before if shard.endswith("0") else [])
    assert told(house) == []
