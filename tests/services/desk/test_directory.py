"""The directory: who is there, who is on call, who may promise what; and nobody promises what they may not."""

from typing import Any

import pytest

from shared.playbook import Playbook, parse
from tests.services.customer360.counter import PLAYBOOK
from tests.services.desk.office import HERS, Office, ahead
from tests.template import ROOT

PEOPLE = """
[[people]]
subject = "ana.torres"
name = "Ana Torres"
departments = ["billing"]
languages = ["es", "en"]
may_promise = ["abono", "devolución"]
until_at_most_days = 30

[[people]]
subject = "luis.vega"
name = "Luis Vega"
departments = ["billing", "care"]
may_promise = ["*"]

[[people]]
subject = "pau"
name = "Pau Soler"
departments = ["care"]
"""
ON_CALL = """
[[departments.on_call]]
people = ["luis.vega"]
hours = { mon-sun = ["08:00-22:00"] }

"""
PROMISE = {"stance": "promise", "matter": "Abono del cobro duplicado", "text": "El lunes.", "until": ahead(days=20)}


def staffed() -> Playbook:
    written = (ROOT / "infra" / "playbook.example.toml").read_text()
    billing = written.index('name = "billing"')
    phrases = written.index("[departments.phrases]", billing)
    return parse(written[:phrases] + ON_CALL.lstrip() + written[phrases:] + PEOPLE)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return staffed()


@pytest.fixture
def shop(playbook: Playbook) -> Office:
    return Office(playbook=playbook).with_people()


def claims(subject: str, *departments: str) -> dict[str, str]:
    return {"sub": subject, "scope": " ".join(["desk/write", *(f"department/{name}" for name in departments)])}


def test_departments_and_people_are_told_as_they_are_now(shop: Office) -> None:
    answer = shop.see("/directory", claims=claims("ana.torres", "billing"))
    found = {department["name"]: department for department in answer.json["departments"]}
    assert (answer.status, set(found)) == (200, {department.name for department in PLAYBOOK.departments})
    assert found["billing"]["on_call"]["people"] == ["luis.vega"]
    assert (found["billing"]["is_open"], found["care"]["on_call"]) == (True, None)
    ana, luis, pau = answer.json["people"]
    assert (ana["may_promise"], ana["until_at_most_days"], ana["on_call"]) == (["abono", "devolución"], 30, [])
    assert (luis["may_promise"], luis["on_call"], pau["may_promise"]) == (["*"], ["billing"], [])
    assert shop.see("/directory", headers={"if-none-match": answer.headers["etag"]}).status == 304
    shop.later(hours=12)
    assert shop.see("/directory", headers={"if-none-match": answer.headers["etag"]}).status == 200, "nobody is on call"


def test_a_department_is_told_with_its_people_those_on_call_first(shop: Office) -> None:
    answer = shop.see("/departments/billing", claims=claims("pau", "care"))
    assert (answer.status, answer.json["title"]) == (200, PLAYBOOK.department("billing").title)
    assert [person["subject"] for person in answer.json["people"]] == ["luis.vega", "ana.torres"]
    assert answer.json["on_call"]["until"] == "2026-11-22T21:00:00Z"


@pytest.mark.parametrize("name", ["bank", "Billing", "b" * 32])
def test_a_department_that_there_is_not(shop: Office, name: str) -> None:
    answer = shop.see(f"/departments/{name}")
    assert (answer.status, answer.json["field"]) == (422, "name")


def test_a_playbook_without_people_has_departments_all_the_same(office: Office) -> None:
    answer = office.see("/directory")
    assert (answer.status, answer.json["people"]) == (200, [])
    assert office.see("/departments/care").json["people"] == []


@pytest.mark.parametrize(("token", "status"), [(None, 401), ({"sub": "m", "scope": "customers/read"}, 403)])
def test_who_may_not_look(shop: Office, token: object, status: int) -> None:
    assert [shop.see(path, claims=token).status for path in ("/directory", "/departments/billing")] == [status] * 2


# --- who may promise what


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("matter=Abono%20del%20cobro", ["luis.vega", "ana.torres"]),
        ("matter=abono&until=2026-12-21T10:00:00Z", ["luis.vega", "ana.torres"]),
        ("matter=abono&until=2027-03-01T10:00:00%2B01:00", ["luis.vega"]),
        ("matter=un%20router%20gratis", ["luis.vega"]),
    ],
)
def test_who_may_promise_something_is_looked_up_those_on_call_first(shop: Office, query: str, who: list[str]) -> None:
    answer = shop.see("/directory", query, claims=claims("pau", "care"))
    assert (answer.status, [person["subject"] for person in answer.json["people"]]) == (200, who)
    assert (answer.json["anybody_may_promise"], bool(answer.json["departments"])) == (False, True)
    shop.later(hours=12)
    assert {person["subject"] for person in shop.see("/directory", query).json["people"]} == set(who)


def without(subject: str, playbook: Playbook) -> Office:
    departments = tuple(each.model_copy(update={"on_call": ()}) for each in playbook.departments)
    people = tuple(person for person in playbook.people if person.subject != subject)
    return Office(playbook=playbook.model_copy(update={"people": people, "departments": departments}))


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("matter=router", "matter", "what may be promised has one of these in it: abono, devolución"),
        ("matter=abonos", "matter", "abono, devolución"),
        ("matter=abono&until=2027-03-01T10:00:00Z", "until", "name 2026-12-22T12:00:00Z or before"),
        ("matter=abono&until=2026-11-22T12:00:00Z", "until", "is not in the future"),
        ("matter=abono&until=manana", "until", "is no instant"),
        ("until=2026-12-01T10:00:00Z", "until", "goes with matter"),
        ("matter=", "matter", ""),
        ("matter=abono&matter=router", "matter", "give it once"),
        ("kind=abono", "kind", ""),
    ],
)
def test_what_nobody_may_promise_is_refused_by_its_name(playbook: Playbook, query: str, field: str, told: str) -> None:
    answer = without("luis.vega", playbook).see("/directory", query)
    assert (answer.status, answer.json["field"]) == (422, field)
    assert told in answer.json["detail"]


def test_where_nobody_may_promise_anything_that_is_said(playbook: Playbook) -> None:
    nobody = playbook.model_copy(update={"people": (playbook.people[-1],)})
    refusal = without("luis.vega", nobody).see("/directory", "matter=abono").json
    assert (refusal["field"], "nor anything else" in refusal["detail"]) == ("matter", True)


def test_where_the_playbook_names_nobody_anybody_may_promise_whatever_it_is(office: Office) -> None:
    answer = office.see("/directory", "matter=router&until=2030-01-01T10:00:00Z")
    assert (answer.status, answer.json["people"], answer.json["anybody_may_promise"]) == (200, [], True)


@pytest.mark.parametrize(
    ("subject", "departments", "change", "status", "field", "told"),
    [
        ("ana.torres", ("billing",), {}, 201, None, ""),
        ("luis.vega", ("billing",), {"matter": "Lo que sea", "until": ahead(days=300)}, 201, None, ""),
        ("ana.torres", ("billing",), {"matter": "Router gratis"}, 403, "matter", "ask Luis Vega"),
        ("ana.torres", ("billing",), {"until": ahead(days=31)}, 403, "until", "promise it until 2026-12-22"),
        ("pau", ("care",), {}, 403, "matter", "ask Luis Vega"),
        ("ana.torres", ("care",), {}, 403, "department", "not of care, but of billing"),
        ("somebody", ("billing",), {}, 403, "matter", "you are none of them"),
        ("somebody", (), {"department": "billing"}, 403, "matter", "Ana Torres"),
    ],
)
def test_nobody_promises_what_the_playbook_does_not_let_them(
    shop: Office,
    subject: str,
    departments: tuple[str, ...],
    change: dict[str, Any],
    status: int,
    field: str | None,
    told: str,
) -> None:
    answer = shop.ask(f"{HERS}/commitments", PROMISE | change, claims=claims(subject, *departments))
    assert answer.status == status, answer.text
    assert len(shop.steps()) == (status == 201)
    if status == 403:
        assert (answer.json["code"], answer.json["field"]) == ("forbidden", field)
        assert told in answer.json["detail"]


def test_a_refusal_needs_nobody_s_leave(shop: Office) -> None:
    refusal = {"stance": "refusal", "matter": "Router gratis", "text": "No."}
    assert shop.ask(f"{HERS}/commitments", refusal, claims=claims("pau", "care")).status == 201


def test_a_promise_is_moved_no_further_than_its_mover_may_promise(shop: Office) -> None:
    made = shop.ask(f"{HERS}/commitments", PROMISE, claims=claims("luis.vega", "billing")).json["id"]
    moved = f"{HERS}/commitments/{made}/moved"
    far = {"until": ahead(days=90)}
    for who in (claims("ana.torres", "billing"), claims("somebody")):
        answer = shop.ask(moved, far, claims=who)
        assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert shop.ask(moved, {"until": ahead(days=29)}, claims=claims("ana.torres", "billing")).status == 201
    assert shop.ask(moved, far, claims=claims("luis.vega", "billing")).status == 201


def test_the_same_promise_again_is_answered_again_though_its_author_may_no_more(shop: Office) -> None:
    who = claims("ana.torres", "billing")
    first = shop.ask(f"{HERS}/commitments", PROMISE, claims=who, key="k")
    shop.playbook = shop.playbook.model_copy(update={"people": shop.playbook.people[1:]})
    assert shop.ask(f"{HERS}/commitments", PROMISE, claims=who, key="k").json == first.json
    assert shop.ask(f"{HERS}/commitments", PROMISE, claims=who).status == 403


def test_nobody_who_may_is_named_in_the_log(shop: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    shop.ask(f"{HERS}/commitments", PROMISE | {"matter": "x"}, claims=claims("ana.torres", "billing"))
    assert "Luis" not in "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
