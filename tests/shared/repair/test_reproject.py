"""Projections that were damaged, forgotten or made by a bug are what the journal says again; nothing else changes."""

from datetime import timedelta
from typing import Any

import pytest

from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.escalation import Escalation
from shared.models import Author, ContactPoint, Deletion, Edit
from shared.playbook import Playbook
from shared.projection.cases import offer
from shared.projection.conversation import Conversation
from shared.projection.open_work import listed
from shared.projection.unanswered import raised, stage_due
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item
from tests.conftest import NOW
from tests.shared.repair.house import COMPLAINT, PLAYBOOK, House, said

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
        if not key.sk.startswith(("event#", "step#", "delivery", "repeated#"))
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


DONE = (
    Doing("accepted", NOW, Agent(subject="u1", department="billing")),
    Doing("returned", NOW, Agent(subject="u1", department="billing"), "No es una factura.", to="technical"),
    Doing("accepted", NOW, Agent(subject="u2", department="technical")),
    Doing("answered", NOW, Agent(subject="u2", department="technical")),
    Doing("closed", NOW, Agent(subject="u2", department="technical")),
)
"""What departments do with a case, from its first offer to its end."""


def taken_up(house: House, *done: Doing) -> Key:
    """Let somebody complain, and departments do this about it; return where the case is."""
    house.take(said(1, COMPLAINT))
    (key,) = (key for key in house.items() if key.sk.startswith("escalation#"))
    cases = house.projector().cases
    for each in done:
        cases.take(cases.do("counter:shop:ana", key.sk.removeprefix("escalation#"), each))
    return key


@pytest.mark.parametrize("number", range(len(DONE) + 1))
def test_what_departments_did_is_in_a_case_that_is_computed_again(house: House, number: int) -> None:
    key = taken_up(house, *DONE[:number])
    right = house.items()[key]
    assert house.reproject("ana", do=True) == []
    assert house.items()[key] == right
    house.table.set(
        key, {"state": {"S": taken_up_otherwise(right)}}, remove=["open", "desk"] if "open" in right else []
    )
    (found,) = house.reproject("ana", do=True)
    assert (found.what, found.change) == ("escalation", "changed")
    assert house.items()[key] == right


def taken_up_otherwise(item: Item) -> str:
    """Return the state of a case as a bug may leave it: with somebody else, and more pressing."""
    case = Escalation.model_validate_json(item["state"]["S"])
    return case.model_copy(update={"department": "care", "priority": "urgent"}).model_dump_json(exclude_defaults=True)


def test_a_case_whose_item_is_behind_is_brought_up_to_what_was_done(house: House) -> None:
    key = taken_up(house)
    house.projector().cases.do("counter:shop:ana", key.sk.removeprefix("escalation#"), DONE[0])
    (found,) = house.reproject("ana", do=True)
    assert found.what == "escalation"
    assert house.items()[key]["open"]["S"].startswith("accepted#")


def test_a_case_that_is_left_behind_stays_listed_as_that(house: House) -> None:
    key = taken_up(house)
    house.projector().postpone(key, kind="unprojected", attempts=3)
    before = house.items()[key]
    assert house.reproject("ana", do=True) == []
    assert house.items()[key] == before


def test_a_conversation_stays_listed_as_the_watch_has_left_it(house: House) -> None:
    house.take(said(1))
    key = Key(keys.identity("counter:shop:ana"), "conversation#counter#direct")
    due, head = house.items()[key]["open_at"], _head(house)
    house.table.set(key, listed("waiting", key, stage_due(PLAYBOOK, head, "overdue")))
    assert house.reproject("ana", do=True) == [], "the watch has looked, and looks again when it is time"
    house.table.set(key, {}, remove=["open", "open_at"])
    (found,) = house.reproject("ana", do=True)
    assert found.fields == ("open", "open_at"), "nobody has seen to it, and nobody would"
    assert house.items()[key]["open_at"] == due
    house.clock = stage_due(PLAYBOOK, head, "overdue") + timedelta(minutes=1)
    house.table.set(key, listed("waiting", key, stage_due(PLAYBOOK, head, "long_overdue")))
    assert house.reproject("ana", do=True) == [], "the watch has told somebody, and looks again when it is long"
    house.clock = NOW.replace(month=12)
    house.table.set(key, listed("long_waiting", key, NOW))
    assert house.reproject("ana", do=True) == [], "the watch has done all that it does"
    house.table.set(key, {}, remove=["open", "open_at"])
    assert house.reproject("ana", do=True) == [], "or did before such were listed"


@pytest.mark.parametrize("waited", [timedelta(minutes=1), timedelta(hours=5), timedelta(days=30)])
def test_whoever_waits_is_looked_at_in_time_for_a_playbook_with_shorter_targets(
    house: House, waited: timedelta
) -> None:
    longer, shorter = (_with_targets(minutes, later) for minutes, later in ((60 * 24 * 90, 1), (60, 2)))
    house.take(said(1))
    key, head = Key(keys.identity("counter:shop:ana"), "conversation#counter#direct"), _head(house)
    by_the_longer = listed("waiting", key, stage_due(longer, head, "overdue"))
    house.table.set(key, by_the_longer)
    house.clock, house.playbook = NOW + waited, longer
    assert house.reproject("ana", do=True) == []
    house.playbook = shorter
    assert [found.fields for found in house.reproject("ana", do=True)] == [("open_at",)]
    assert house.items()[key]["open_at"]["S"] <= keys.instant(stage_due(shorter, head, "overdue"))
    assert house.reproject("ana", do=True) == [], "from there on the watch looks, and knows until when"
    house.table.set(key, by_the_longer | {"attempts": {"N": "1"}})
    assert house.reproject("ana", do=True) == [], "the watch could not look, and comes again"


def _with_targets(minutes: int, later: int) -> Playbook:
    written = PLAYBOOK.model_dump(mode="json") | {"version": PLAYBOOK.version + later, "clocks": []}
    written["priorities"]["answer_within"] = dict.fromkeys(("urgent", "high", "normal", "low"), minutes)
    return Playbook.model_validate(written)


def _head(house: House) -> Conversation:
    key = Key(keys.identity("counter:shop:ana"), "conversation#counter#direct")
    return Conversation.model_validate_json(house.items()[key]["state"]["S"])


def test_what_asks_for_an_answer_is_as_it_was_first_offered(house: House) -> None:
    house.take(said(1))
    key = Key(keys.identity("counter:shop:ana"), "conversation#counter#direct")
    head = Conversation.model_validate_json(house.items()[key]["state"]["S"])
    said_in = keys.event(said(1)).sk
    case = raised(head, "overdue", head=head, key=key, event_key=said_in, department="care", playbook=PLAYBOOK, now=NOW)
    assert offer(house.table, case)
    cases = house.projector().cases
    cases.take(cases.do(case.identity, case.id, Doing("handed_over", NOW, Agent(subject="u1"), to="billing")))
    own = keys.escalation(identity_name=case.identity, escalation_id=case.id)
    right = house.items()[own]
    assert house.reproject("ana", do=True) == []
    house.table.set(own, {"state": {"S": taken_up_otherwise(right)}})
    assert [found.what for found in house.reproject("ana", do=True)] == ["escalation"]
    assert house.items()[own] == right


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
