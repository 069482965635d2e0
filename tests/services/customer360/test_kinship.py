"""Who somebody might be besides, why they are who they are, and what a link would bring together."""

from typing import Any

import pytest

from shared.casework.steps import Agent, Commitment, LinkDecision, pair
from shared.ids import customer_id
from shared.models import Author, ContactPoint
from shared.playbook import Purpose
from tests.conftest import NOW
from tests.services.customer360 import counter as counters
from tests.services.customer360.counter import ANA, ANA_ON_X, EVERYTHING, LUIS, PLAYBOOK, Counter, ago, said

HERS, ON_X, HIS = (f"/customers/{customer_id(who)}" for who in (ANA, ANA_ON_X, LUIS))
CARE_ONLY = {"sub": "carla", "scope": "customers/link department/care"}
CHARGED = "No reconozco este cobro duplicado"


def _proven(kind: str, value: str) -> dict[str, Any]:
    return {
        "author": Author(contacts=(ContactPoint.model_validate({"kind": kind, "value": value, "proof": "platform"}),))
    }


def _numbered(number: str) -> dict[str, Any]:
    return {"author": Author(contacts=(ContactPoint(kind="customer_number", value=number, proof="app_session"),))}


def _told(counter: Counter, who: str, department: str, stance: str) -> None:
    until, at = (NOW.replace(year=2027), ago(hours=2)) if stance == "promise" else (None, ago(hours=1))
    by = Agent(subject=department, department=department)
    counter.take(Commitment, who, at=at, by=by, stance=stance, matter="la tarifa", text="...", until=until)


def _links(counter: Counter, path: str = HERS, claims: object = EVERYTHING) -> Any:
    answer = counter.ask(f"{path}/links", claims=claims, request=path)
    assert answer.status == 200, answer.text
    return answer.json


def test_who_only_typed_a_number_that_somebody_proves_is_a_question_with_its_evidence(counter: Counter) -> None:
    counter.hear(said("1", at=ago(days=2)), said("2", who=ANA_ON_X, at=ago(days=1)))
    shown = _links(counter)
    assert (shown["joined"], shown["parted"]) == ([], [])
    (question,) = shown["questions"]
    assert (question["one"], question["other"], question["bond"]) == (ANA, ANA_ON_X, "suggested")
    assert (question["decided_by"], question["refused"], question["words"]) == ("rules", "claimed", [])
    assert question["evidence"] == [
        {
            "kind": "phone",
            "value": "+34600111222",
            "proofs": ["platform", None],
            "since": "2026-11-21T12:00:00Z",
        }
    ]
    assert _links(counter, ON_X)["questions"] == [question]


def test_who_both_prove_a_number_are_one_and_it_says_why(counter: Counter) -> None:
    counter.hear(said("1", at=ago(days=2)), said("2", who=LUIS, at=ago(days=1), **_proven("phone", "+34600111222")))
    for path in (HERS, HIS):
        shown = _links(counter, path)
        assert (shown["id"], shown["identities"]) == (customer_id(ANA), [ANA, LUIS])
        (tie,) = shown["joined"]
        assert (tie["decided_by"], tie["bond"], tie["playbook_version"]) == ("rules", "linked", PLAYBOOK.version)
        assert shown["questions"] == []


def test_who_was_parted_is_shown_with_every_word_that_was_said(counter: Counter) -> None:
    counter.hear(said("1", at=ago(days=2)), said("2", who=LUIS, at=ago(days=1), **_proven("phone", "+34600111222")))
    counter.link(ANA, LUIS, at=ago(hours=3))
    pairs = (pair(ANA, LUIS),)
    counter.take(LinkDecision, ANA, at=ago(hours=2), decision="unlinked", pairs=pairs, why="Es el de su madre.")
    shown = _links(counter)
    assert (shown["identities"], shown["joined"], shown["questions"]) == ([ANA], [], [])
    (tie,) = shown["parted"]
    assert [(word["decision"], word["why"]) for word in tie["words"]] == [
        ("unlinked", "Es el de su madre."),
        ("linked", ""),
    ]
    assert (tie["since"], tie["decided_by"]) == ("2026-11-22T10:00:00Z", "people")


def test_a_preview_names_exactly_what_would_come_together_and_writes_nothing_of_it(counter: Counter) -> None:
    counter.hear(
        said("1", at=ago(days=2)),
        said("3", thread="otro", at=ago(days=2)),
        said("2", CHARGED, who=ANA_ON_X, at=ago(days=1)),
    )
    _told(counter, ANA, "billing", "promise")
    _told(counter, ANA_ON_X, "care", "refusal")
    before = counter.ask(HERS).json
    answer = counter.ask(f"{HERS}/links/preview", f"identity={ANA_ON_X}")
    assert answer.status == 200
    shown = answer.json
    mine, theirs = shown["customers"]
    assert [place["thread"] for place in mine["conversations"]] == ["direct", "otro"]
    assert [place["thread"] for place in theirs["conversations"]] == ["post-1"]
    assert ([case["department"] for case in mine["escalations"]], len(theirs["escalations"])) == ([], 1)
    assert [len(side["commitments"]) for side in (mine, theirs)] == [1, 1]
    assert [found["kind"] for found in shown["conflicts"]] == ["contradiction"]
    assert (shown["id"], shown["at_odds"], shown["too_many"]) == (customer_id(ANA), None, False)
    assert [found["value"] for found in shown["evidence"]] == ["+34600111222"]
    assert counter.ask(HERS, request="after").json == before
    by_id = counter.ask(f"{HERS}/links/preview", f"customer={customer_id(ANA_ON_X)}", request="by id")
    assert by_id.json == shown
    counter.link(ANA, ANA_ON_X)
    linked = counter.ask(HERS, request="linked").json
    assert len(linked["conversations"]) == len(mine["conversations"]) + len(theirs["conversations"])
    assert [case["id"] for case in linked["escalations"]] == [case["id"] for case in theirs["escalations"]]
    assert {each["id"] for each in linked["commitments"]} == {
        each["id"] for side in (mine, theirs) for each in side["commitments"]
    }
    assert linked["conflicts"] == shown["conflicts"]


def test_a_preview_says_what_speaks_against_it(counter: Counter) -> None:
    counter.hear(said("1", **_numbered("TP-1")), said("2", who=LUIS, **_numbered("TP-2")))
    shown = counter.ask(f"{HERS}/links/preview", f"identity={LUIS}").json
    assert (shown["at_odds"], shown["evidence"]) == ("customer_number", [])


def test_of_departments_out_of_reach_a_preview_tells_that_there_is_something(counter: Counter) -> None:
    counter.hear(said("1"), said("2", CHARGED, who=LUIS))
    _told(counter, ANA, "billing", "promise")
    _told(counter, LUIS, "care", "refusal")
    answer = counter.ask(f"{HERS}/links/preview", f"identity={LUIS}", claims=CARE_ONLY)
    mine, theirs = answer.json["customers"]
    assert (mine["commitments"], mine["other_commitments"]) == (
        [],
        [{"department": "billing", "stance": "promise", "state": "open"}],
    )
    assert theirs["other_cases"] == [{"department": "billing", "state": "offered"}]
    (conflict,) = answer.json["conflicts"]
    assert conflict["commitments"][0] is None
    assert conflict["commitments"][1] == theirs["commitments"][0]["id"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        (f"identity={ANA}", 422, "identity"),
        (f"customer={customer_id(ANA)}", 422, "customer"),
        ("identity=x:1:2", 422, "identity"),
        (f"customer={customer_id('x:1:2')}", 422, "customer"),
        (f"identity={ANA_ON_X}", 409, "identity"),
        (f"customer={customer_id(ANA_ON_X)}", 409, "customer"),
    ],
)
def test_what_is_no_link_has_no_preview(counter: Counter, query: str, status: int, field: str) -> None:
    counter.hear(said("1"), said("2", who=ANA_ON_X))
    counter.link(ANA, ANA_ON_X)
    answer = counter.ask(f"{HERS}/links/preview", query)
    assert (answer.status, answer.json["field"]) == (status, field)


@pytest.mark.parametrize("path", ["links", "links/preview"])
def test_a_token_whose_purposes_do_not_take_links_is_refused(counter: Counter, path: str) -> None:
    counter.hear(said("1"), said("2", who=LUIS))
    claims = {"sub": "carla", "scope": "customers/link purpose/delivery"}
    answer = counter.ask(f"{HERS}/{path}", f"identity={LUIS}" if "preview" in path else "", claims=claims)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert "links" in answer.json["detail"]


def test_a_preview_shows_the_parts_that_the_purposes_take(monkeypatch: pytest.MonkeyPatch, counter: Counter) -> None:
    counter.hear(said("1"), said("2", CHARGED, who=ANA_ON_X))
    _told(counter, ANA, "billing", "promise")
    _told(counter, ANA_ON_X, "care", "refusal")
    purpose = Purpose(name="clerk", title="x", fields=("links", "identities"))
    monkeypatch.setattr(counters, "PLAYBOOK", PLAYBOOK.model_copy(update={"purposes": (purpose,)}))
    claims = {"sub": "x", "scope": "customers/link purpose/clerk"}
    shown = counter.ask(f"{HERS}/links/preview", f"identity={ANA_ON_X}", claims=claims).json
    assert (shown["evidence"], shown["conflicts"]) == ([], [])
    for side in shown["customers"]:
        assert side["identities"]
        assert not any(side[part] for part in side.keys() - {"id", "identities"})
