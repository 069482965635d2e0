"""Who is one person with whom, on somebody's word; and taken back exactly."""

from typing import Any

import pytest

from shared.casework.links import Link
from shared.casework.steps import LinkDecision
from shared.ids import customer_id
from shared.models import Author, ContactPoint
from shared.playbook import Linking
from shared.store import keys
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK, ago, said
from tests.services.desk.office import HERS, HIS, ON_X, Office, with_number

LINK = {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo por teléfono"}
UNLINK = {"identity": ANA_ON_X, "why": "Es su hermana"}

TOGETHER = {(ANA, ANA_ON_X)}
APART = {(ANA,), (ANA_ON_X,)}


def of_people(office: Office) -> dict[Any, Any]:
    """Return the lists of who is one with whom."""
    return {key: item["state"] for key, item in office.items().items() if key.sk == keys.MEMBERS}


def linked(office: Office, other: str, *, path: str = HERS) -> None:
    """Make two one, a minute ago."""
    answer = office.ask(f"{path}/links", {"identity": other, "decision": "linked", "why": "Lo dijo"})
    assert answer.status == 201, answer.text
    office.later(minutes=1)


def link(office: Office, one: str, other: str) -> Link:
    return Link.model_validate_json(office.items()[keys.link(of=one, other=other)]["state"]["S"])


@pytest.mark.parametrize("other", [{"identity": ANA_ON_X}, {"customer": customer_id(ANA_ON_X)}])
def test_two_are_one_and_both_sides_know_who_said_so_and_why(office: Office, other: dict[str, str]) -> None:
    answer = office.ask(f"{HERS}/links", {**other, "decision": "linked", "why": "Lo dijo"})
    assert (answer.status, answer.json["decision"], answer.json["despite"]) == (201, "linked", None)
    assert answer.json["pairs"] == [{"one": ANA, "other": ANA_ON_X}]
    assert answer.json["customers"] == [{"id": customer_id(ANA), "identities": [ANA, ANA_ON_X]}]
    assert office.groups(ANA, ANA_ON_X) == TOGETHER
    for word in (link(office, ANA, ANA_ON_X).last_word, link(office, ANA_ON_X, ANA).last_word):
        assert word is not None
        assert (word.by.subject, word.why, word.at) == ("marta", "Lo dijo", office.clock)


def test_what_was_joined_is_parted_exactly(office: Office) -> None:
    before = of_people(office)
    linked(office, ANA_ON_X)
    assert of_people(office) != before
    answer = office.ask(f"{HERS}/unlinks", UNLINK)
    assert (answer.status, answer.json["decision"]) == (201, "unlinked")
    assert {tuple(group["identities"]) for group in answer.json["customers"]} == APART
    assert of_people(office) == before
    assert office.groups(ANA, ANA_ON_X) == APART


def test_parting_the_middle_of_a_chain_names_every_pair_that_it_is_joined_by(office: Office) -> None:
    linked(office, ANA_ON_X)
    linked(office, LUIS, path=ON_X)
    assert office.groups(ANA, LUIS) == {(ANA, LUIS, ANA_ON_X)}
    answer = office.ask(f"{HIS}/unlinks", UNLINK)
    assert [tuple(found.values()) for found in answer.json["pairs"]] == [(ANA, ANA_ON_X), (LUIS, ANA_ON_X)]
    assert office.groups(ANA, ANA_ON_X, LUIS) == {(ANA,), (ANA_ON_X,), (LUIS,)}


def test_parting_two_of_a_chain_leaves_the_others(office: Office) -> None:
    linked(office, ANA_ON_X)
    linked(office, LUIS, path=ON_X)
    through = office.ask(f"{HERS}/unlinks", {"identity": ANA, "from": LUIS, "why": "x"})
    assert (through.status, through.json["code"]) == (409, "conflict")
    answer = office.ask(f"{HERS}/unlinks", {"identity": ANA_ON_X, "from": LUIS, "why": "x"})
    assert answer.status == 201
    assert office.groups(ANA, ANA_ON_X, LUIS) == {(ANA, ANA_ON_X), (LUIS,)}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("links", LINK),
        ("links", {**LINK, "decision": "dismissed"}),
        ("unlinks", {"identity": LUIS, "why": "x"}),
        ("unlinks", {"identity": LUIS, "from": ANA, "why": "x"}),
    ],
)
def test_the_same_under_the_same_key_is_said_once(office: Office, path: str, body: dict[str, Any]) -> None:
    linked(office, LUIS)
    first = office.ask(f"{HERS}/{path}", body, key="k")
    assert first.status == 201, first.text
    office.later(hours=1)
    before = office.items()
    again = office.ask(f"{HERS}/{path}", body, key="k")
    assert (again.status, again.json) == (201, first.json)
    assert office.items() == before
    for change in ({"why": "otra cosa"}, {"identity": ANA_ON_X if path == "unlinks" else LUIS}):
        other = office.ask(f"{HERS}/{path}", body | change, key="k")
        assert other.status == 422
    assert office.items() == before


def test_dying_between_journal_and_projection_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.casework.take", die)
        assert office.ask(f"{HERS}/links", LINK, key="k").status == 500, "Mangum outlives it, and nothing else does"
    assert office.groups(ANA, ANA_ON_X) == APART
    answer = office.ask(f"{HERS}/links", LINK, key="k")
    assert answer.status == 201
    assert office.groups(ANA, ANA_ON_X) == TOGETHER


# --- what may not be said


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"identity": ANA}, 422, "identity"),
        ({"customer": customer_id(ANA)}, 422, "customer"),
        ({"identity": "telegram:tienda_bot:nobody"}, 422, "identity"),
        ({"customer": customer_id("telegram:tienda_bot:nobody")}, 422, "customer"),
        ({"customer": "cus_x"}, 422, "customer"),
        ({}, 422, "identity"),
        ({"identity": LUIS, "customer": customer_id(LUIS)}, 422, "identity"),
        ({"identity": LUIS, "decision": "unlinked"}, 422, "decision"),
        ({"identity": LUIS, "why": None}, 422, "why"),
        ({"identity": LUIS, "despite": "shoe_size"}, 422, "despite"),
        ({"identity": LUIS, "despite": "phone"}, 409, "despite"),
        ({"identity": LUIS, "decision": "dismissed", "despite": "phone"}, 422, "despite"),
        ({"identity": LUIS, "from": ANA}, 422, "from"),
    ],
)
def test_what_cannot_be_linked(office: Office, body: dict[str, Any], status: int, field: str) -> None:
    answer = office.ask(f"{HERS}/links", {"decision": "linked", "why": "x", **body})
    assert (answer.status, answer.json["field"]) == (status, field), answer.text
    assert office.steps() == []


def test_who_are_one_are_not_made_one_again(office: Office) -> None:
    linked(office, ANA_ON_X)
    for decision in ("linked", "dismissed"):
        answer = office.ask(f"{HERS}/links", {**LINK, "decision": decision})
        assert (answer.status, answer.json["code"], answer.json["field"]) == (409, "conflict", "identity")
        assert "unlinks" in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"identity": LUIS}, 422, "identity"),
        ({"identity": "nobody"}, 422, "identity"),
        ({"identity": ANA_ON_X, "from": ANA_ON_X}, 422, "from"),
        ({"identity": ANA_ON_X, "from": LUIS}, 422, "from"),
        ({"identity": ANA_ON_X, "why": ""}, 422, "why"),
        ({}, 422, "identity"),
    ],
)
def test_what_cannot_be_parted(office: Office, body: dict[str, Any], status: int, field: str) -> None:
    linked(office, ANA_ON_X)
    answer = office.ask(f"{HERS}/unlinks", {"why": "x", **body})
    assert (answer.status, answer.json["field"]) == (status, field), answer.text
    assert office.groups(ANA, ANA_ON_X) == TOGETHER


def test_who_is_alone_is_parted_from_nobody(office: Office) -> None:
    answer = office.ask(f"{HERS}/unlinks", {"identity": ANA, "why": "x"})
    assert (answer.status, answer.json["field"]) == (409, "identity")
    assert office.steps() == []


# --- evidence


def numbered(office: Office) -> None:
    office.customers.hear(
        said("10", who=ANA, at=ago(minutes=3), **with_number("C-1")),
        said("11", who=LUIS, at=ago(minutes=2), **with_number("C-2")),
    )


def test_evidence_that_conflicts_refuses_and_says_which_and_what_to_do(office: Office) -> None:
    numbered(office)
    body = {"identity": LUIS, "decision": "linked", "why": "Cambió de contrato"}
    refused = office.ask(f"{HERS}/links", body)
    assert (refused.status, refused.json["code"], refused.json["field"]) == (409, "conflict", "despite")
    assert '"despite": "customer_number"' in refused.json["detail"]
    assert "C-1" not in refused.text
    assert office.steps() == []
    accepted = office.ask(f"{HERS}/links", body | {"despite": "customer_number"})
    assert (accepted.status, accepted.json["despite"]) == (201, "customer_number")
    assert office.groups(ANA, LUIS) == {(ANA, LUIS)}
    (step,) = office.steps()
    assert isinstance(step, LinkDecision)
    assert step.despite == "customer_number"


def test_evidence_of_the_whole_customers_counts(office: Office) -> None:
    numbered(office)
    linked(office, ANA_ON_X)
    answer = office.ask(f"{ON_X}/links", {"identity": LUIS, "decision": "linked", "why": "x"})
    assert (answer.status, answer.json["field"]) == (409, "despite")


def test_nobody_has_more_identities_than_the_playbook_allows(office: Office) -> None:
    linked(office, ANA_ON_X)
    office.playbook = PLAYBOOK.model_copy(update={"linking": Linking(most_identities=2)})
    answer = office.ask(f"{HERS}/links", {"identity": LUIS, "decision": "linked", "why": "x"})
    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert "allows 2" in answer.json["detail"]


def test_dismissing_answers_every_question_between_the_two(office: Office) -> None:
    assert link(office, ANA, ANA_ON_X).bond == "suggested", "she typed on X the telephone that Telegram attests"
    linked(office, LUIS)
    answer = office.ask(f"{HIS}/links", {"identity": ANA_ON_X, "decision": "dismissed", "why": "Son dos"}, key="k")
    again = office.ask(f"{HIS}/links", {"identity": ANA_ON_X, "decision": "dismissed", "why": "Son dos"}, key="k")
    assert (answer.status, again.json) == (201, answer.json)
    assert [tuple(found.values()) for found in answer.json["pairs"]] == [(ANA, ANA_ON_X), (LUIS, ANA_ON_X)]
    for one in (ANA, LUIS):
        word = link(office, one, ANA_ON_X).last_word
        assert word is not None
        assert (word.decision, link(office, one, ANA_ON_X).bond) == ("dismissed", "apart")
    assert office.groups(ANA, ANA_ON_X) == {(ANA, LUIS), (ANA_ON_X,)}


# --- what a link would not do as it says


def proven(office: Office, number: str, who: str, *contacts: tuple[str, str]) -> None:
    """Let somebody write again, with contact points that are proven."""
    points = tuple(
        ContactPoint.model_validate({"kind": kind, "value": value, "proof": "app_session"}) for kind, value in contacts
    )
    office.customers.hear(said(number, who=who, at=office.clock, author=Author(contacts=points)))
    office.later(minutes=1)


@pytest.mark.parametrize("said_apart", [True, False])
def test_nobody_falls_out_of_a_customer_unseen_because_of_a_link(office: Office, said_apart: bool) -> None:
    proven(office, "20", ANA, ("email", "ana@example.com"))
    proven(office, "21", LUIS, ("email", "ana@example.com"), ("customer_number", "C-2"))
    assert office.groups(ANA, LUIS) == {(ANA, LUIS)}, "by the rules"
    if said_apart:
        dismissed = {"identity": ANA_ON_X, "decision": "dismissed", "why": "x"}
        assert office.ask(f"{HIS}/links", dismissed).status == 201
        office.later(minutes=1)
    else:
        proven(office, "22", ANA_ON_X, ("customer_number", "C-1"))
    before = office.items()
    despite = {} if said_apart else {"despite": "customer_number"}
    refused = office.ask(f"{HERS}/links", LINK | despite)
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert "1 of their identities would fall out" in refused.json["detail"]
    assert office.items() == before
    shown = office.customers.ask(f"{HERS}/links/preview", f"identity={ANA_ON_X}").json
    assert shown["left_out"] == [LUIS]


def test_two_of_whom_somebody_said_that_they_are_two_do_not_become_one_by_a_third(office: Office) -> None:
    assert office.ask(f"{HERS}/links", LINK | {"decision": "dismissed"}).status == 201
    office.later(minutes=1)
    linked(office, LUIS)
    refused = office.ask(f"{HIS}/links", LINK)
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert "two people" in refused.json["detail"]
    shown = office.customers.ask(f"{HIS}/links/preview", f"identity={ANA_ON_X}").json
    assert shown["told_apart"] == [[ANA, ANA_ON_X]]
    office.later(minutes=1)
    assert office.ask(f"{HERS}/links", LINK).status == 201, "who knows better says so of these two"
    assert office.groups(ANA, LUIS, ANA_ON_X) == {(ANA, LUIS, ANA_ON_X)}


def test_two_that_would_go_on_being_one_by_others_are_not_parted_from_each_other(office: Office) -> None:
    linked(office, ANA_ON_X)
    linked(office, LUIS, path=ON_X)
    for number, who in (("20", ANA), ("21", LUIS)):
        proven(office, number, who, ("email", "ana@example.com"))
    assert link(office, ANA, LUIS).bond == "linked", "by the rules, too"
    refused = office.ask(f"{HERS}/unlinks", {"identity": ANA, "from": LUIS, "why": "x"})
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert office.groups(ANA, LUIS) == {(ANA, LUIS, ANA_ON_X)}
