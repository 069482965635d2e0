"""Projections that were damaged, forgotten or made by a bug are what the journal says again; nothing else changes."""

from typing import Any

import pytest

from shared.models import Author, ContactPoint, Deletion, Edit
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item
from tests.conftest import NOW
from tests.shared.repair.house import COMPLAINT, House, said

AUTHOR = Author(
    name="Ana Torres",
    handle="anatorres",
    contacts=(ContactPoint(kind="phone", value="+34600000000", proof="platform"),),
)
REVISED: dict[str, Any] = {
    "occurred_at": NOW.replace(minute=9),
    "identity": "counter:shop:ana",
    "account": "shop",
    "channel": "counter",
    "target": "1",
}
STORY = (
    said(1, COMPLAINT, author=AUTHOR),
    said(2, direction="outbound"),
    said(3, "¿Hola?"),
    Edit.model_validate(REVISED | {"external_id": "4", "text": "Me han cobrado tres veces"}),
    Deletion.model_validate(REVISED | {"external_id": "5"}),
)


@pytest.fixture
def told(house: House) -> House:
    for event in STORY:
        house.take(event)
    return house


def projections(house: House) -> dict[Key, Item]:
    return {
        key: {name: value for name, value in item.items() if name != "projected_at"}
        for key, item in house.items().items()
        if not key.sk.startswith(("event#", "delivery", "repeated#"))
    }


def test_what_is_right_is_left_alone(told: House) -> None:
    before = told.items()
    assert told.reproject("ana", do=True) == []
    assert told.items() == before


def test_each_projection_that_is_forgotten_is_made_again(told: House) -> None:
    before = projections(told)
    own = [key for key in before if not key.pk.startswith("playbook") and not key.sk.startswith("escalation#")]
    assert {key.pk.partition("#")[0] for key in own} == {"identity", "contact", "customer"}
    assert {key.sk.partition("#")[0] for key in own} == {"about", "conversation", "revision", "identity"}
    for key in own:
        told.forget(key)
        (planned,) = told.reproject("ana", do=False)
        assert (planned.change, planned.done) == ("new", False)
        assert projections(told).keys() == before.keys() - {key}, "a dry run changes nothing"
        (done,) = told.reproject("ana", do=True)
        assert done.done
        assert projections(told) == before


def test_each_projection_that_is_wrong_is_set_right(told: House) -> None:
    before = projections(told)
    head = Key(keys.identity("counter:shop:ana"), "conversation#counter#direct")
    told.table.set(head, {"state": {"S": before[head]["state"]["S"].replace("Ana Torres", "Bea")}}, remove=["open"])
    (found,) = told.reproject("ana", do=True)
    assert (found.what, found.change, found.fields) == ("conversation", "changed", ("known", "open"))
    assert projections(told) == before


def test_rows_and_heads_that_nothing_speaks_for_go(told: House) -> None:
    before = projections(told)
    pk = keys.identity("counter:shop:ana")
    about = Key(pk, keys.ABOUT)
    extra = '"contacts":[{"kind":"email","value":"no@example.com","since":"2026-11-22T12:00:00Z"},'
    told.table.set(about, {"state": {"S": before[about]["state"]["S"].replace('"contacts":[', extra)}})
    row = keys.contact(kind="email", value="no@example.com", identity_name="counter:shop:ana")
    told.table.raise_to(row, rank=0, state='{"proof":null}')
    head = before[Key(pk, "conversation#counter#direct")]["state"]["S"].replace('"direct"', '"nowhere"')
    told.table.replace(Key(pk, "conversation#counter#nowhere"), state=head, seen=None)
    found = {(each.what, each.change) for each in told.reproject("ana", do=True)}
    assert found == {("contact", "gone"), ("about", "changed"), ("conversation", "gone")}
    assert projections(told) == before


def test_a_claimed_contact_that_was_taken_for_verified_is_claimed_again(told: House) -> None:
    before = projections(told)
    key = next(key for key in before if key.pk.startswith("contact#phone"))
    told.forget(key)
    told.table.raise_to(key, rank=7, state='{"proof":"platform"}')
    assert [each.fields for each in told.reproject("ana", do=True)] == [("rank",)]
    assert projections(told) == before


def test_an_offer_that_was_forgotten_is_made_only_while_somebody_waits(house: House) -> None:
    house.take(said(1, COMPLAINT))
    (key,) = (key for key in house.items() if key.sk.startswith("escalation#"))
    offer = house.items()[key]
    house.forget(key)
    assert [(found.what, found.change) for found in house.reproject("ana", do=True)] == [("escalation", "new")]
    assert house.items()[key] == offer
    house.forget(key)
    house._done.add(key)
    house.take(said(2, direction="outbound"))
    assert house.reproject("ana", do=True) == []


@pytest.mark.parametrize("state", ["accepted", "answered", "closed", "returned", "expired"])
def test_what_a_department_has_taken_is_not_touched(house: House, state: str) -> None:
    house.take(said(1, COMPLAINT))
    (key,) = (key for key in house.items() if key.sk.startswith("escalation#"))
    was = house.items()[key]["state"]["S"]
    taken = was.replace('{"id"', f'{{"state":"{state}","id"')
    house.table.set(key, {"state": {"S": taken}}, remove=["open", "open_at"])
    assert house.reproject("ana", do=True) == []


def test_who_is_unknown_has_nothing_to_repair(house: House) -> None:
    assert house.reproject("nobody", do=True) == []


def test_a_projector_that_is_faster_is_let_go_first(told: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = projections(told)
    head = Key(keys.identity("counter:shop:ana"), "conversation#counter#direct")
    told.forget(head)
    change = told.table.change
    raced: list[Key] = []

    def race(key: Key, **items: Any) -> bool:
        if not raced:
            raced.append(key)
            told.table.replace(head, state=before[head]["state"]["S"].replace("Ana", "Bea"), seen=None)
        return change(key, **items)

    monkeypatch.setattr(told.table, "change", race)
    assert [found.change for found in told.reproject("ana", do=True)] == ["changed"]
    assert projections(told) == before
