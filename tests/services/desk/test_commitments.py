"""What the customer was promised or refused: made, moved, kept, withdrawn, and set against what others said."""

from datetime import timedelta
from typing import Any

import pytest

from services.desk import commitments
from shared.casework.commitments import CommitmentHead
from shared.ids import customer_id
from shared.store import keys
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X
from tests.services.desk.office import BILLING, CARE, EVERYTHING, HERS, HIS, ON_X, Office, ahead
from tests.services.desk.test_desk import case

MATTER = "Fibra 600 al precio de alta nueva"
PROMISE = {"stance": "promise", "matter": MATTER, "text": "La tendrá en un mes.", "until": ahead(days=30)}
REFUSAL = {"stance": "refusal", "matter": "fibra 600, al precio de alta NUEVA", "text": "No es posible."}


def made(office: Office, body: dict[str, Any] = PROMISE, *, path: str = HERS, claims: object = BILLING) -> str:
    answer = office.ask(f"{path}/commitments", body, claims=claims)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def head(office: Office, commitment: str, identity: str = ANA) -> CommitmentHead:
    key = keys.commitment(identity_name=identity, commitment_id=commitment)
    return CommitmentHead.model_validate_json(office.items()[key]["state"]["S"])


def test_a_promise_is_kept_shown_and_listed_for_when_it_is_due(office: Office) -> None:
    answer = office.ask(f"{HERS}/commitments", PROMISE | {"escalation_id": case(office)}, claims=BILLING)
    shown = answer.json
    assert answer.status == 201
    assert shown["id"].startswith("com_")
    assert (shown["stance"], shown["state"], shown["made_at"]) == ("promise", "open", "2026-11-22T12:00:00Z")
    assert (shown["until"], shown["ended"], shown["conflicts"]) == ("2026-12-22T12:00:00Z", None, [])
    assert (shown["by"], shown["escalation_id"]) == ({"subject": "bill", "department": "billing"}, case(office))
    assert head(office, shown["id"]).state(NOW) == "open"
    item = office.items()[keys.commitment(identity_name=ANA, commitment_id=shown["id"])]
    assert item["open"]["S"].startswith("promised#")


def test_a_contradiction_is_told_at_once_and_of_a_department_in_reach_with_its_words(office: Office) -> None:
    promise = made(office)
    unlimited = {"sub": "marta", "scope": "desk/write"}
    answer = office.ask(f"{HERS}/commitments", REFUSAL | {"department": "care"}, claims=unlimited)
    (found,) = answer.json["conflicts"]
    assert found == {"kind": "contradiction", "department": "billing", "commitment_id": promise}


def test_of_a_department_out_of_reach_only_its_name_and_the_kind_are_told(office: Office) -> None:
    made(office)
    answer = office.ask(f"{HERS}/commitments", REFUSAL, claims=CARE)
    assert answer.json["conflicts"] == [{"kind": "contradiction", "department": "billing", "commitment_id": None}]
    assert "un mes" not in answer.text


def test_two_departments_promises_on_one_matter_are_both_open(office: Office) -> None:
    made(office)
    answer = office.ask(f"{HERS}/commitments", PROMISE, claims=CARE)
    assert [found["kind"] for found in answer.json["conflicts"]] == ["both_open"]


def test_what_another_identity_of_theirs_was_told_counts_and_what_somebody_else_was_does_not(office: Office) -> None:
    made(office)
    made(office, path=HIS)
    assert office.ask(f"{ON_X}/commitments", REFUSAL, claims=CARE).json["conflicts"] == []
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    answer = office.ask(f"{ON_X}/commitments", REFUSAL, claims=CARE)
    assert [found["department"] for found in answer.json["conflicts"]] == ["billing"]


def test_only_conflicts_with_what_was_just_said_are_told(office: Office) -> None:
    made(office)
    made(office, REFUSAL, claims=CARE)
    other = {"stance": "refusal", "matter": "Router gratis", "text": "No."}
    assert office.ask(f"{HERS}/commitments", other, claims=BILLING).json["conflicts"] == []


def test_the_same_promise_under_the_same_key_is_made_once(office: Office) -> None:
    first = office.ask(f"{HERS}/commitments", PROMISE, key="k", claims=BILLING)
    office.later(days=40)
    again = office.ask(f"{HERS}/commitments", PROMISE, key="k", claims=BILLING)
    in_z = office.ask(f"{HERS}/commitments", PROMISE | {"until": "2026-12-22T12:00:00Z"}, key="k", claims=BILLING)
    assert (again.status, in_z.status) == (201, 201), "even when its instant has passed meanwhile"
    assert again.json == in_z.json == first.json | {"state": "broken"}
    other = office.ask(f"{HERS}/commitments", PROMISE | {"until": ahead(days=90)}, key="k", claims=BILLING)
    assert (other.status, other.json["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": None}, "until"),
        ({"until": "2026-11-22T12:00:00Z"}, "until"),
        ({"until": "2026-12-22T12:00:00"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"until": 1_800_000_000}, "until"),
        ({"until": ""}, "until"),
        ({"until": "9999-12-31T23:59:59Z"}, "until"),
        ({"stance": "refusal"}, "until"),
        ({"stance": "maybe"}, "stance"),
        ({"matter": ""}, "matter"),
        ({"matter": "two\nlines"}, "matter"),
        ({"text": " "}, "text"),
        ({"escalation_id": "esc_nobody"}, "escalation_id"),
    ],
)
def test_what_cannot_be_promised(office: Office, change: dict[str, Any], field: str) -> None:
    answer = office.ask(f"{HERS}/commitments", PROMISE | change, claims=BILLING)
    assert (answer.status, answer.json["field"]) == (422, field)
    assert office.steps() == []


def test_null_says_nothing(office: Office) -> None:
    answer = office.ask(f"{HERS}/commitments", REFUSAL | {"until": None, "why": None, "identity": None}, claims=CARE)
    assert (answer.status, answer.json["until"]) == (201, None)
    moved = office.ask(f"{HERS}/commitments/{made(office)}/moved", {"until": None}, claims=BILLING)
    assert (moved.status, moved.json["field"]) == (422, "until")


def test_nobody_promises_in_no_department_s_name(office: Office) -> None:
    answer = office.ask(f"{HERS}/commitments", PROMISE, claims=EVERYTHING)
    assert (answer.status, answer.json["field"]) == (422, "department")


# --- what becomes of it


@pytest.mark.parametrize(
    ("days", "what", "body", "state"),
    [
        (1, "kept", {}, "kept"),
        (40, "kept", {}, "kept_late"),
        (1, "withdrawn", {"why": "Se dio de baja"}, "withdrawn"),
    ],
)
def test_a_promise_ends(office: Office, days: int, what: str, body: dict[str, Any], state: str) -> None:
    own = made(office)
    office.later(days=days)
    first = office.ask(f"{HERS}/commitments/{own}/{what}", body, key="end", claims=BILLING)
    again = office.ask(f"{HERS}/commitments/{own}/{what}", body, key="end", claims=BILLING)
    assert (first.status, first.json["state"], first.json["ended"]["outcome"]) == (201, state, what)
    assert again.json == first.json
    assert head(office, own).state(office.clock) == state
    assert "open" not in office.items()[keys.commitment(identity_name=ANA, commitment_id=own)]


def test_what_has_ended_is_not_ended_again_and_who_did_it_is_told(office: Office) -> None:
    own = made(office)
    office.ask(f"{HERS}/commitments/{own}/kept", {}, claims=BILLING)
    before = office.items()
    for what, body in [("kept", {}), ("withdrawn", {"why": "x"}), ("moved", {"until": ahead(days=9)})]:
        answer = office.ask(f"{HERS}/commitments/{own}/{what}", body, claims=BILLING)
        assert (answer.status, answer.json["code"]) == (409, "conflict")
        assert "kept by billing at 2026-11-22T12:00:00Z" in answer.json["detail"]
    assert office.items() == before


def test_a_promise_is_moved(office: Office) -> None:
    own = made(office)
    first = office.ask(f"{HERS}/commitments/{own}/moved", {"until": ahead(days=60)}, key="m", claims=BILLING)
    office.later(days=70)
    again = office.ask(f"{HERS}/commitments/{own}/moved", {"until": ahead(days=60)}, key="m", claims=BILLING)
    assert (first.status, first.json["state"], first.json["until"]) == (201, "open", "2027-01-21T12:00:00Z")
    assert (again.status, again.json["state"]) == (201, "broken")
    assert head(office, own).until == NOW + timedelta(days=60)


def test_a_promise_is_not_moved_into_the_past_nor_for_ever(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    own = made(office)
    past = office.ask(f"{HERS}/commitments/{own}/moved", {"until": "2026-11-01T00:00Z"}, claims=BILLING)
    assert (past.status, past.json["field"]) == (422, "until")
    monkeypatch.setattr(commitments, "MOST_MOVES", 1)
    statuses = [
        office.ask(f"{HERS}/commitments/{own}/moved", {"until": ahead(days=days)}, claims=BILLING).status
        for days in (2, 3)
    ]
    assert statuses == [201, 409]


@pytest.mark.parametrize(("what", "body"), [("kept", {}), ("moved", {"until": ahead(days=9)})])
def test_a_refusal_is_neither_kept_nor_moved(office: Office, what: str, body: dict[str, Any]) -> None:
    own = made(office, REFUSAL)
    answer = office.ask(f"{HERS}/commitments/{own}/{what}", body, claims=BILLING)
    assert answer.status == 409
    assert "refusal" in answer.json["detail"]
    assert office.ask(f"{HERS}/commitments/{own}/withdrawn", {"why": "Ya se puede"}, claims=BILLING).status == 201


def test_to_withdraw_takes_a_reason(office: Office) -> None:
    own = made(office)
    answer = office.ask(f"{HERS}/commitments/{own}/withdrawn", {}, claims=BILLING)
    assert (answer.status, answer.json["field"]) == (422, "why")


def test_it_is_found_by_every_id_of_its_customer_and_by_no_other(office: Office) -> None:
    own = made(office)
    assert office.ask(f"{ON_X}/commitments/{own}/kept", {}, claims=BILLING).status == 404
    assert office.ask(f"{HIS}/commitments/{own}/kept", {}, claims=BILLING).status == 404
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    answer = office.ask(f"{ON_X}/commitments/{own}/kept", {}, claims=BILLING)
    assert (answer.status, answer.json["identity"]) == (201, ANA)


def test_another_department_s_promise_is_out_of_reach(office: Office) -> None:
    own = made(office)
    answer = office.ask(f"{HERS}/commitments/{own}/kept", {}, claims=CARE)
    assert answer.status == 404
    assert office.ask(f"{HERS}/commitments/{own}/kept", {}, claims=EVERYTHING).status == 201


@pytest.mark.parametrize("unknown", ["com_" + "a" * 26, "com_x", "stp_" + "a" * 26, "%00"])
def test_a_promise_that_nobody_made(office: Office, unknown: str) -> None:
    answer = office.ask(f"{HERS}/commitments/{unknown}/kept", {}, claims=BILLING)
    assert answer.status in (404, 422)
    assert office.steps() == []


def test_a_promise_to_nobody(office: Office) -> None:
    nobody = customer_id("telegram:tienda_bot:nobody")
    assert office.ask(f"/customers/{nobody}/commitments", PROMISE, claims=BILLING).status == 404
