"""A department's cases: accepted, handed back and on, answered, closed; once each, and by one of two."""

from typing import Any

import pytest

from shared.casework.steps import CaseMove, Corrections
from shared.escalation import Escalation
from shared.ids import customer_id
from shared.store import keys
from tests.services.customer360.counter import ANA, ANA_ON_X, PLAYBOOK, Answer
from tests.services.desk.office import BILLING, CARE, EVERYTHING, HERS, HIS, ON_X, Office
from tests.services.desk.test_desk import case as only_case

OTHER_BILLING = {"sub": "ben", "scope": "desk/write department/billing"}
BY_BILL = {"subject": "bill", "department": "billing"}
UNKNOWN = "esc_" + "a" * 26

ACTS: dict[str, dict[str, Any]] = {
    "accepted": {},
    "returned": {"why": "No es nuestro."},
    "handed-over": {"to": "technical", "why": "Es una avería."},
    "answered": {"how": "por teléfono"},
    "closed": {},
    "corrected": {"priority": "urgent", "why": "Es una persona dependiente."},
    "withdrawn": {"why": "Dice que ya está."},
}
FIRST = {"answered": ("accepted",), "closed": ("accepted",)}
"""What has to be done before, where an offer does not allow something."""


def path(office: Office, case: str | None = None, of: str = HERS) -> str:
    return f"{of}/escalations/{case or only_case(office)}"


def do(office: Office, act: str, *, claims: object = BILLING, key: str | None = None, **said: Any) -> Answer:
    return office.ask(f"{path(office)}/{act}", ACTS[act] | said, claims=claims, key=key)


def prepared(office: Office, act: str) -> None:
    for first in FIRST.get(act, ()):
        assert do(office, first).status == 201


def kept(office: Office, case: str | None = None) -> Escalation:
    key = keys.escalation(identity_name=ANA, escalation_id=case or only_case(office))
    return Escalation.model_validate_json(office.items()[key]["state"]["S"])


def moves(office: Office) -> list[CaseMove]:
    return [step for step in office.steps() if isinstance(step, CaseMove)]


# --- what is done, and what is shown of it


def test_a_case_is_accepted_shown_and_listed_for_the_watch_to_find_out_when_it_is_to_be_resolved(
    office: Office,
) -> None:
    office.later(minutes=5)
    answer = do(office, "accepted", why="Lo miro.")
    case = answer.json["case"]
    assert (answer.status, answer.json["act"], answer.json["number"], answer.json["to"]) == (201, "accepted", 1, None)
    assert (answer.json["at"], answer.json["by"]) == ("2026-11-22T12:05:00Z", BY_BILL)
    assert (answer.json["why"], answer.json["identity"]) == ("Lo miro.", ANA)
    assert (case["state"], case["number"], case["held_by"]) == ("accepted", 1, BY_BILL)
    assert (case["accepted_at"], case["overdue"], case["others"]) == ("2026-11-22T12:05:00Z", False, [])
    assert (case["customer_id"], case["opened_at"]) == (customer_id(ANA), "2026-11-20T12:00:00Z")
    assert office.see(path(office), claims=BILLING).json == case
    item = office.items()[keys.escalation(identity_name=ANA, escalation_id=only_case(office))]
    assert item["open"]["S"].startswith("accepted#")
    assert (item["desk"]["S"], item["open_at"]["S"][:19]) == ("billing", case["accepted_at"][:19])
    assert case["due_by"][:16] == "2026-11-22T16:05", "what it is to be answered by, it says itself"


def test_the_whole_way_of_a_case(office: Office) -> None:
    shown = []
    for act in ("returned", "accepted", "corrected", "answered", "handed-over", "accepted", "closed"):
        office.later(minutes=1)
        answer = do(office, act, claims=EVERYTHING)
        assert answer.status == 201, answer.text
        case = answer.json["case"]
        shown.append((case["department"], case["state"], case["priority"], answer.json["by"]["department"]))
    assert shown == [
        ("care", "offered", "normal", "billing"),
        ("care", "accepted", "normal", "care"),
        ("care", "accepted", "urgent", "care"),
        ("care", "answered", "urgent", "care"),
        ("technical", "offered", "urgent", "care"),
        ("technical", "accepted", "urgent", "technical"),
        ("technical", "closed", "urgent", "technical"),
    ]
    assert [(stop["department"], stop["act"], stop["why"]) for stop in case["path"]] == [
        ("billing", "returned", "No es nuestro."),
        ("care", "handed_over", "Es una avería."),
    ]
    assert (case["due_by"], case["ended_at"]) == (None, "2026-11-22T12:07:00Z")
    last = {"at": "2026-11-22T12:07:00Z", "by": answer.json["by"], "act": "closed", "why": ""}
    assert case["last"] == last | {"evidence": None, "evidence_of": None}
    key = keys.escalation(identity_name=ANA, escalation_id=only_case(office))
    assert {"open", "desk", "urgency"}.isdisjoint(office.items()[key])


@pytest.mark.parametrize(
    ("said", "why"), [({}, "por teléfono"), ({"why": "Se abona el lunes."}, "por teléfono: Se abona el lunes.")]
)
def test_an_answer_elsewhere_says_how(office: Office, said: dict[str, str], why: str) -> None:
    prepared(office, "answered")
    assert do(office, "answered", **said).json["why"] == why


def test_another_priority_sets_another_deadline_and_the_one_it_has_is_none(office: Office) -> None:
    before = office.see(path(office)).json
    after = do(office, "corrected").json["case"]
    assert (before["priority"], after["priority"]) == ("normal", "urgent")
    assert after["due_by"] < before["due_by"]
    again = do(office, "corrected")
    assert (again.status, again.json["field"]) == (422, "priority")


def test_what_the_triage_read_wrong_is_corrected_with_who_said_so_and_moves_no_deadline(office: Office) -> None:
    before = office.see(path(office)).json
    what = {"priority": None, "tone": "angry", "speaker": "agitator", "why": "Arenga a los demás."}
    answer = do(office, "corrected", key="k", **what)
    assert (answer.status, answer.json["act"]) == (201, "corrected")
    case = answer.json["case"]
    assert (case["due_by"], case["priority"]) == (before["due_by"], before["priority"])
    assert [(each["part"], each["value"], each["by"]["subject"], each["why"]) for each in case["corrections"]] == [
        ("speaker", "agitator", "bill", "Arenga a los demás."),
        ("tone", "angry", "bill", "Arenga a los demás."),
    ]
    assert do(office, "corrected", key="k", **what).json["number"] == 1, "the same request is done once"
    other = do(office, "corrected", key="k", **what | {"tone": "unhappy"})
    assert (other.status, other.json["field"]) == (422, "Idempotency-Key")
    nothing_new = do(office, "corrected", priority=None, tone="angry")
    assert (nothing_new.status, nothing_new.json["field"]) == (422, "tone")
    (move,) = moves(office)
    assert move.corrections == Corrections(tone="angry", speaker="agitator"), "which is there to be learned from"


@pytest.mark.parametrize("said", [{"tone": "furious"}, {"speaker": "troll"}, {"tone": 7}, {"speaker": ""}])
def test_a_correction_that_nobody_can_mean(office: Office, said: dict[str, Any]) -> None:
    answer = do(office, "corrected", **said)
    assert (answer.status, answer.json["field"]) == (422, next(iter(said)))
    assert moves(office) == []


def test_handed_back_without_a_department_it_goes_to_the_fallback_and_too_often_to_the_owner(office: Office) -> None:
    most = PLAYBOOK.hand_offs.most_returns
    ways = ["technical", "billing", "technical", "billing"][: most - 1]
    for to in ways:
        assert do(office, "returned", claims=EVERYTHING, to=to).json["to"] == to
    last = do(office, "returned", claims=EVERYTHING, to="delivery_and_orders", key="k")
    assert (last.status, last.json["to"], last.json["case"]["returns"]) == (201, PLAYBOOK.owner, most)
    assert [stop["department"] for stop in last.json["case"]["path"]] == ["billing", *ways]
    again = do(office, "returned", claims=EVERYTHING, to="delivery_and_orders", key="k")
    assert again.json == last.json


@pytest.mark.parametrize(
    ("to", "told"), [("bank", "name one of: billing"), ("billing", "billing has it already"), ("Care", "must match")]
)
@pytest.mark.parametrize("act", ["returned", "handed-over"])
def test_where_a_case_cannot_go(office: Office, act: str, to: str, told: str) -> None:
    answer = do(office, act, to=to)
    assert (answer.status, answer.json["field"]) == (422, "to")
    assert told in answer.json["detail"]
    assert moves(office) == []


@pytest.mark.parametrize("to", ["care", "technical", "delivery_and_orders"])
def test_a_department_hands_over_to_any_other(office: Office, to: str) -> None:
    assert do(office, "handed-over", to=to).json["case"]["department"] == to


# --- what else is open about the same person


def test_the_other_open_cases_of_a_customer_are_shown_on_whichever_identity(office: Office) -> None:
    own = only_case(office)
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    urgent = office.offer("2", identity=ANA_ON_X, department="technical", priority="urgent")
    low = office.offer("3", identity=ANA_ON_X, department="care", priority="low")
    closed = office.offer("4", identity=ANA_ON_X)
    for act in ("accepted", "closed"):
        assert office.ask(f"{path(office, closed.id, ON_X)}/{act}", {}, claims=BILLING).status == 201
    for of in (HERS, ON_X):
        shown = {case: office.see(path(office, case, of)).json for case in (own, urgent.id)}
        assert [each["id"] for each in shown[own]["others"]] == [urgent.id, low.id], "the urgent one first"
        assert [each["id"] for each in shown[urgent.id]["others"]] == [own, low.id]
        assert [shown[case]["identity"] for case in shown] == [ANA, ANA_ON_X]
    (told, _) = office.see(path(office, own), claims=BILLING).json["others"]
    assert told == {
        "id": urgent.id,
        "department": "technical",
        "state": "offered",
        "priority": "urgent",
        "due_by": "2026-11-22T12:10:00Z",
    }, "with whom there is to talk, whoever asks"


def test_a_case_that_stays_the_same_is_not_sent_again(office: Office) -> None:
    first = office.see(path(office))
    again = office.see(path(office), headers={"if-none-match": first.headers["etag"]})
    assert (first.status, again.status, again.text) == (200, 304, "")
    do(office, "accepted")
    assert office.see(path(office), headers={"if-none-match": first.headers["etag"]}).status == 200


# --- what does not go


@pytest.mark.parametrize(
    ("before", "act", "remedy"),
    [
        ((), "answered", "accept it first"),
        ((), "closed", "accept it first"),
        (("accepted",), "accepted", "ask whoever has it"),
        (("accepted", "answered"), "answered", "close it"),
        *((("withdrawn",), act, "it is over") for act in ACTS),
        *((("accepted", "closed"), act, "it is over") for act in ACTS),
    ],
)
def test_what_a_case_does_not_allow_as_it_stands(
    office: Office, before: tuple[str, ...], act: str, remedy: str
) -> None:
    for each in before:
        assert do(office, each).status == 201
    office.later(minutes=1)
    answer = do(office, act, claims=OTHER_BILLING)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (409, "conflict", None)
    assert remedy in answer.json["detail"]
    stands = answer.json["stands"]
    assert (stands["number"], stands["department"], stands["state"]) == (len(before), "billing", kept(office).state)
    if before:
        assert stands["last"]["by"] == BY_BILL
        assert "bill of billing at 2026-11-22T12:00:00Z" in answer.json["detail"]
    assert len(moves(office)) == len(before)


@pytest.mark.parametrize("act", ACTS)
def test_who_saw_something_else_is_told_who_did_what_since(office: Office, act: str) -> None:
    prepared(office, act)
    seen = office.see(path(office)).json["number"]
    assert do(office, "corrected", priority="low").status == 201
    answer = do(office, act, number=seen, claims=OTHER_BILLING)
    assert (answer.status, answer.json["field"]) == (409, "number")
    assert "corrected by bill of billing at 2026-11-22T12:00:00Z" in answer.json["detail"]
    stands = answer.json["stands"]
    assert (stands["number"], stands["priority"], stands["last"]["act"]) == (seen + 1, "low", "corrected")
    assert stands["held_by"] == (BY_BILL if act in FIRST else None)
    assert do(office, act, number=seen + 1, claims=OTHER_BILLING).status == 201


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("of", "case"), [(HERS, UNKNOWN), (HIS, None), ("/customers/" + customer_id("telegram:tienda_bot:no"), None)]
)
def test_a_case_of_nobody_or_of_somebody_else_is_none(office: Office, act: str, of: str, case: str | None) -> None:
    answer = office.ask(f"{path(office, case, of)}/{act}", ACTS[act])
    shown = office.see(path(office, case, of))
    assert (answer.status, answer.json["code"], shown.status) == (404, "not_found", 404)
    assert shown.json == answer.json


@pytest.mark.parametrize("act", ACTS)
def test_a_case_out_of_reach_is_as_if_it_were_not_there(office: Office, act: str) -> None:
    hers, none = (
        office.ask(f"{path(office, case)}/{act}", ACTS[act], claims=CARE, key="k") for case in (None, UNKNOWN)
    )
    assert (hers.status, hers.json) == (404, none.json)
    assert office.see(path(office), claims=CARE).json == none.json
    assert moves(office) == []


@pytest.mark.parametrize("act", ACTS)
def test_who_gave_a_case_away_sees_where_it_is_and_does_nothing_with_it(office: Office, act: str) -> None:
    do(office, "handed-over")
    answer = do(office, act, claims=OTHER_BILLING)
    assert (answer.status, answer.json["stands"]["department"]) == (409, "technical")
    assert "handed_over by bill of billing" in answer.json["detail"]
    assert office.see(path(office), claims=BILLING).json["department"] == "technical"
    assert len(moves(office)) == 1


@pytest.mark.parametrize("number", [-1, 1.5, "1", True, 10**9, [], {}])
def test_a_number_that_is_none(office: Office, number: object) -> None:
    answer = do(office, "accepted", number=number)
    assert (answer.status, answer.json["field"]) == (422, "number")
    assert moves(office) == []


@pytest.mark.parametrize(
    ("act", "field"),
    [
        *((act, "why") for act in ("returned", "handed-over", "corrected", "withdrawn")),
        *(("handed-over", "to"), ("corrected", "priority"), ("answered", "how")),
    ],
)
def test_what_has_to_be_said(office: Office, act: str, field: str) -> None:
    prepared(office, act)
    for nothing in ({}, {field: ""}, {field: None}, {field: 7}):
        body = {name: value for name, value in ACTS[act].items() if name != field} | nothing
        answer = office.ask(f"{path(office)}/{act}", body, claims=BILLING)
        assert (answer.status, answer.json["field"]) == (422, field)


# --- who may


@pytest.mark.parametrize("subject", ["mostrador", "Mostrador", " mostrador "])
def test_nobody_acts_as_the_product_itself(office: Office, subject: str) -> None:
    claims = {"sub": subject, "scope": "desk/write customers/link"}
    told = [
        office.ask(f"{path(office)}/accepted", {}, claims=claims),
        office.ask(f"{HERS}/notes", {"text": "x"}, claims=claims),
        office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "x"}, claims=claims),
        office.see(path(office), claims=claims),
    ]
    assert {(answer.status, answer.json["field"]) for answer in told} == {(403, "sub")}
    assert office.steps() == []


@pytest.mark.parametrize("subject", ["aws:AIDAEXAMPLE", "AWS:AIDAEXAMPLE", "slack:T0SHOP:U1"])
def test_nobody_acts_as_a_principal_by_queue_or_as_somebody_in_a_tool(office: Office, subject: str) -> None:
    claims = {"sub": subject, "scope": "desk/write"}
    told = [office.ask(f"{path(office)}/accepted", {}, claims=claims), office.see(path(office), claims=claims)]
    assert {(answer.status, answer.json["field"]) for answer in told} == {(403, "sub")}
    assert "begins with" in told[0].json["detail"]
    assert office.steps() == []


def test_a_token_for_a_purpose_sees_cases_only_if_the_playbook_says_so(office: Office) -> None:
    claims = {"sub": "marta", "scope": "desk/write purpose/delivery"}
    told = [office.see(path(office), claims=claims), do(office, "accepted", claims=claims)]
    assert [answer.status for answer in told] == [403, 403]
    assert "escalations" in told[0].json["detail"]
    assert office.steps() == []


# --- out of sight


def test_what_cannot_be_projected_is_kept_and_told_of(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("No es nuestro.")

    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.casework.take", fail)
        answer = do(office, "returned")
    assert (answer.status, answer.json["case"]["department"]) == (201, "care")
    assert kept(office).department == "billing", "until the stream has brought it"
    assert office.see(path(office), claims=CARE).json["department"] == "care", "and shown as it is all the same"
    office.settle()
    assert kept(office).department == "care"
    (told,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (told.getMessage(), "nuestro" in str(vars(told))) == ("step kept and not projected", False)


def test_no_word_about_anybody_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    canary = "canary"
    for act, said in ACTS.items():
        do(office, act, **{name: canary for name in said if name in ("why", "how")})
        do(office, act, key=canary, number=77)
        office.see(path(office))
    lines = "\n".join(
        f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name[:6] != "mangum"
    )
    for personal in (canary, ANA, "5150001", customer_id(ANA), only_case(office), "bill"):
        assert personal not in lines.replace("/bill", "")
