"""What a bug misread is set right from the kept bytes, together with all that was computed from it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.errors import StoreUnavailable
from shared.models import Event, Ignored, Message
from shared.projection.unnamed import is_copy
from shared.repair import reproject as reprojection
from shared.repair.replay import Replay
from shared.store import keys
from shared.store.keys import Key
from shared.store.ledger import balance_of
from shared.store.table import Item
from tests.conftest import NOW
from tests.double import Answer
from tests.double.wire import Arguments
from tests.shared.repair.conftest import LOADERS
from tests.shared.repair.house import COMPLAINT, SPAN, House, as_written, said


def shouting(value: dict[str, Any]) -> list[Event]:
    """A bug: the text is not the text."""
    return as_written(value | {"text": value["text"].upper()})


def of_a_stranger(value: dict[str, Any]) -> list[Event]:
    """A bug: everything is said to be somebody else's."""
    return as_written(value | {"identity": "counter:shop:stranger"})


def a_minute_late(value: dict[str, Any]) -> list[Event]:
    """A bug: the clock is read wrong."""
    return as_written(value | {"occurred_at": NOW.replace(hour=13).isoformat()})


def nothing(value: dict[str, Any]) -> list[Event]:
    """A bug: what somebody said is ignored."""
    return [Ignored(external_id=value["external_id"], occurred_at=NOW, reason="a bug")]


def unread(value: dict[str, Any]) -> list[Event]:
    """A bug: the reader dies."""
    raise KeyError("a bug of ours")


def twice(value: dict[str, Any]) -> list[Event]:
    """What one unit says is two events."""
    return [*as_written(value), *as_written(value | {"external_id": f"{value['external_id']}b"})]


STORIES: dict[str, list[tuple[Message, ...]]] = {
    "one message": [(said(1, COMPLAINT),)],
    "a batch": [(said(1, COMPLAINT), said(2), said(3, person="bea"))],
    "a dialogue": [(said(1),), (said(2, direction="outbound"),), (said(3, COMPLAINT),), (said(1),)],
}
BUGS = [shouting, of_a_stranger, a_minute_late, nothing, unread, twice]


class Death(BaseException):
    """The process is gone."""


@dataclass
class Reaper:
    """Kills at the call of this number of an operation, before it is made."""

    fatal: str
    number: int
    calls: int = 0

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.calls += operation == self.fatal
        if operation == self.fatal and self.calls == self.number:
            raise Death

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


@contextmanager
def dying_at(house: House, fatal: str, number: int = 1) -> Iterator[Reaper]:
    reaper = Reaper(fatal, number)
    house.cloud.hooks.append(reaper)
    try:
        yield reaper
    finally:
        house.cloud.hooks.clear()


def told(house: House, story: str) -> None:
    for delivery in STORIES[story]:
        house.take(*delivery)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_after_the_fix_everything_is_as_if_there_had_been_no_bug(house: House, story: str, bug: Any) -> None:
    house.read = bug
    told(house, story)
    house.read = as_written
    before = house.items()
    planned = house.replay(do=False)
    assert house.items() == before, "a dry run changes nothing"
    assert planned
    house.replay(do=True)
    assert house.replay(do=False) == [], "nothing is left to do"
    repaired = {key: _told(item) for key, item in house.people().items() if not _withdrawn(item)}
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).balances
    house.begin_again()
    told(house, story)
    assert repaired == {key: _told(item) for key, item in house.people().items()}


def _told(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in ("projected_at", "received_at")}


def _withdrawn(item: Item) -> bool:
    return '"withdrawn"' in item.get("state", {}).get("S", "")


@pytest.mark.parametrize("story", STORIES)
def test_what_was_read_right_is_left_alone(house: House, story: str) -> None:
    told(house, story)
    before = house.items()
    assert house.replay(do=True) == []
    assert house.items() == before


def test_a_dry_run_names_what_it_would_do_and_nobody(house: House) -> None:
    house.read = shouting
    house.take(said(1, "Hola, soy Ana Torres"))
    house.read = as_written
    (found,) = house.replay(do=False)
    assert (found.what, found.change, found.fields, found.done) == ("event", "changed", ("text",), False)
    assert "ana" not in repr(found).lower()


def test_the_offer_of_what_is_no_message_any_more_is_withdrawn(house: House) -> None:
    house.read = of_a_stranger
    house.take(said(1, COMPLAINT))
    house.read = as_written
    house.replay(do=True)
    (old,) = (item for item in house.items().values() if _withdrawn(item))
    assert old["pk"]["S"] == keys.identity("counter:shop:stranger")
    assert "open" not in old
    (new,) = (item for key, item in house.items().items() if key.sk.startswith("escalation#") and item != old)
    assert new["open"]["S"].startswith("offered#")


def test_dying_after_the_new_event_and_before_the_old_one_is_gone_is_mended_by_the_next(house: House) -> None:
    house.read = of_a_stranger
    house.take(said(1))
    house.read = as_written

    with dying_at(house, "DeleteItem"), pytest.raises(Death):
        house.replay(do=True)
    house.settle()
    house.replay(do=True)
    people = {key.pk for key in house.people() if key.pk.startswith("identity#")}
    assert people == {keys.identity("counter:shop:ana")}
    found = balance_of(SPAN, table=house.table, bucket=house.bucket)
    assert found.balances


def test_what_an_operator_refused_stays_refused_until_it_can_be_read(house: House) -> None:
    house.read = unread
    delivery = house.take(said(1))
    key = keys.delivery(keys.delivery_id(delivery))
    refused = {"outcomes": {"S": orjson.dumps({"refused": {"spam": 1}}).decode()}}
    house.table.set(key, refused, remove=["open", "open_at", "attempts"])
    assert house.replay(do=True) == []
    house.read = as_written
    assert {found.what for found in house.replay(do=True)} >= {"event", "delivery"}
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).journalled == 1


def test_somebody_who_keeps_writing_is_not_fought_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.read = shouting
    house.take(said(1))
    house.read = as_written
    monkeypatch.setattr(house.table, "change", lambda *_, **__: False)
    with pytest.raises(StoreUnavailable):
        house.replay(do=True)
    assert reprojection._TRIES == 20


def test_an_item_that_vanished_since_it_was_listed_is_no_error(house: House) -> None:
    assert Replay(house.table, house.bucket, lambda: NOW).repairs(Key("identity#nobody", "event#1")) == []


def of_one_id(value: dict[str, Any]) -> list[Event]:
    """A bug: every message is said to be the same one."""
    return as_written(value | {"external_id": "1", "occurred_at": NOW.isoformat()})


def everybody_heard(house: House, *messages: Message) -> None:
    """Hold that each message is in the journal as it was said, and in the ledger once."""
    found = {key for key in house.items() if key.sk.startswith(keys.EVENT_PREFIX)}
    assert found == {keys.event(message) for message in messages}
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).balances


def test_two_messages_that_a_bug_took_for_one_are_two_again(house: House) -> None:
    house.read = of_one_id
    house.take(said(1, "uno"))
    house.take(said(2, "dos"))
    house.read = as_written
    house.replay(do=True)
    everybody_heard(house, said(1, "uno"), said(2, "dos"))


def test_a_bug_of_the_fix_itself_costs_no_bytes(house: House) -> None:
    """Read wrongly once more, by a replay, and then rightly: every message is there again."""
    house.take(said(1, "uno"))
    house.take(said(2, "dos"))
    house.read = of_one_id
    house.replay(do=True)
    house.read = as_written
    house.replay(do=True)
    everybody_heard(house, said(1, "uno"), said(2, "dos"))


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_one_that_stood_in_anothers_place_leaves_it_in_the_same_replay(house: House, order: tuple[int, int]) -> None:
    """What was read as the first message is the second: rightly read, both need both keys."""
    a, b = said(1, "uno"), said(2, "dos")
    swapped = {"1": b, "2": a}

    def as_the_other(value: dict[str, Any]) -> list[Event]:
        return [swapped[value["external_id"]].model_copy(update={"text": value["text"]})]

    house.read = as_the_other
    for number in order:
        house.take(*(message for message in (a, b) if message.external_id == str(number)))
    house.take(a, b)
    house.read = as_written
    house.replay(do=True)
    assert house.replay(do=False) == []
    everybody_heard(house, a, b)


def test_an_index_that_lags_behind_leads_nobody_astray(house: House) -> None:
    """An event that has come to be part of a delivery is still listed under its day."""
    house.take(said(1))
    house.read = twice
    house.cloud.index_lag = timedelta(hours=1)
    for _ in range(2):
        house.replay(do=True)
    house.clock += timedelta(hours=2)
    assert house.replay(do=False) == []
    everybody_heard(house, said(1), said(1).model_copy(update={"external_id": "1b"}))


@pytest.mark.parametrize("fatal", ["PutItem", "DeleteItem", "BatchGetItem", "Query"])
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_dying_at_any_call_is_mended_by_the_next_replay(bug: Any, fatal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 40):
        house = House()
        for place in LOADERS:
            monkeypatch.setattr(place, house.platform)
        house.read = bug
        told(house, "a dialogue")
        house.read = as_written
        with dying_at(house, fatal, number) as reaper, suppress(Death):
            house.replay(do=True)
        house.settle()
        house.replay(do=True)
        people = {key.pk for key in house.people() if key.pk.startswith("identity#") and "about" in key.sk}
        assert people == {keys.identity("counter:shop:ana")}, f"{fatal} {number}"
        everybody_heard(house, said(1), said(2), said(3))
        if reaper.calls < number:
            return
    raise AssertionError("a replay of so little makes fewer calls")


def test_a_projector_that_expands_meanwhile_is_no_disturbance(house: House) -> None:
    house.read = as_written
    house.take(said(1))
    house.read = twice

    class Racing:
        def before(self, service: str, operation: str, arguments: Arguments) -> None: ...

        def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
            if operation == "PutItem" and arguments["Item"]["sk"]["S"] == keys.DELIVERY:
                hooks, house.cloud.hooks = house.cloud.hooks, []
                house.settle()
                house.cloud.hooks = hooks

    house.cloud.hooks.append(Racing())
    house.replay(do=True)
    house.cloud.hooks.clear()
    assert house.replay(do=False) == []
    found = balance_of(SPAN, table=house.table, bucket=house.bucket)
    assert (found.received, found.journalled, found.pending) == (1, 1, {})


def test_an_answer_that_is_kept_once_more_is_not_counted_and_stays(house: House) -> None:
    """Whether it came by itself or out of a kept delivery, and also when what it answers turns out to be another's."""
    house.read = as_written
    common = {"channel": "facebook_comment", "thread": "post"}
    answer = {"person": "shop", "direction": "outbound", **common}
    house.take(said(1, COMPLAINT, **common), said(9, reply_to="1", **answer))
    house.take(said(2, **common))
    house.take(said(12, reply_to="2", **answer))
    copies = [key for key, item in house.items().items() if "packed" in item and is_copy(item)]
    assert len(copies) == 2
    found = balance_of(SPAN, table=house.table, bucket=house.bucket)
    assert (found.received, found.journalled) == (4, 4)
    assert house.replay(do=True) == []
    house.read = of_a_stranger
    house.replay(do=True)
    assert house.replay(do=False) == []
    assert copies == [key for key, item in house.items().items() if "packed" in item and is_copy(item)]
