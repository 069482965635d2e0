"""The next case of a department: one for each who asks, the same for each who asks again, and none lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from services.desk import asked_cases as asked
from services.desk import claiming
from services.desk.claiming import Claiming
from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.ids import customer_id
from shared.projection.cases import urgency
from shared.store import choices
from shared.store.choices import CHOICE_PREFIX, Choice
from tests.double import Answer as Outcome
from tests.double.wire import Arguments
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK, Answer
from tests.services.desk.office import BILLING, CARE, EVERYTHING, HERS, Office
from tests.services.desk.test_cases import OTHER_BILLING, moves, path
from tests.services.desk.test_cases_once import writer
from tests.services.desk.test_desk import case as only_case

BEN = Agent(subject="ben", department="billing")


def claim(office: Office, *, name: str = "billing", claims: object = BILLING, key: str | None = None) -> Answer:
    return office.ask(f"/departments/{name}/claims", {}, claims=claims, key=key)


def claimed(office: Office) -> list[Choice]:
    found = [item for key, item in office.items().items() if key.sk.startswith(CHOICE_PREFIX)]
    return [Choice.model_validate_json(item["state"]["S"]) for item in found]


# --- which


def test_the_one_to_be_seen_to_first_is_taken_and_answered_whole(office: Office) -> None:
    office.offer("2", identity=LUIS)
    urgent = office.offer("3", identity=LUIS, priority="urgent")
    office.offer("4", identity=LUIS, priority="urgent", department="care")
    answer = claim(office)
    case = answer.json["case"]
    assert (answer.status, answer.json["act"], answer.json["number"]) == (201, "accepted", 1)
    assert (case["id"], case["state"], case["customer_id"]) == (urgent.id, "accepted", customer_id(LUIS))
    assert case["held_by"] == answer.json["by"] == {"subject": "bill", "department": "billing"}
    assert len(case["others"]) == 2
    shown = office.see(f"/customers/{case['customer_id']}/escalations/{case['id']}", claims=BILLING)
    assert shown.json == case


def test_one_after_the_other_is_taken_until_there_is_none(office: Office) -> None:
    wanted = [only_case(office), *(office.offer(str(number), identity=LUIS).id for number in range(3))]
    taken = [claim(office).json["case"]["id"] for _ in wanted]
    assert sorted(taken) == sorted(wanted)
    assert taken[0] == wanted[0], "the one that waits longest"
    nothing = claim(office)
    assert (nothing.status, nothing.text, nothing.headers["cache-control"]) == (204, "", "no-store")
    assert len(claimed(office)) == 4


def test_what_is_accepted_or_answered_already_is_not_taken(office: Office) -> None:
    for act in ("accepted", "answered"):
        office.cases.take(office.cases.do(ANA, only_case(office), Doing(act, office.clock, BEN)))
        assert claim(office).status == 204


def test_a_request_that_found_nothing_may_find_something_later(office: Office) -> None:
    assert claim(office, name="care", claims=CARE, key="k").status == 204
    case = office.offer("2", department="care")
    assert claim(office, name="care", claims=CARE, key="k").json["case"]["id"] == case.id


# --- the same again


def test_the_same_key_has_the_same_case_whatever_became_of_it(office: Office) -> None:
    office.offer("2", identity=LUIS)
    first = claim(office, key="k")
    before = office.items()
    assert claim(office, key="k").json == first.json
    assert office.items() == before
    case = first.json["case"]["id"]
    office.ask(f"{path(office, case)}/handed-over", {"to": "care", "why": "x"}, claims=BILLING)
    office.offer("3", identity=LUIS, priority="urgent")
    again = claim(office, key="k")
    assert (again.status, again.json["id"], again.json["case"]["id"]) == (201, first.json["id"], case)
    assert (again.json["number"], again.json["case"]["department"]) == (1, "care")
    assert claim(office, key="other").json["case"]["id"] != case


def test_a_key_is_its_authors_own_and_of_one_department(office: Office) -> None:
    office.offer("2", identity=LUIS)
    office.offer("3", department="care")
    taken = [
        claim(office, name=name, claims=who, key="k").json["case"]["id"]
        for name, who in (("billing", BILLING), ("billing", OTHER_BILLING), ("care", {**EVERYTHING, "sub": "bill"}))
    ]
    assert len(set(taken)) == 3


def test_a_key_that_was_given_to_other_words_is_refused(office: Office) -> None:
    claim(office, key="k")
    before = office.items()
    answer = office.ask("/departments/billing/claims", {"why": "Otra cosa."}, claims=BILLING, key="k")
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")
    assert office.items() == before


def test_a_claim_can_be_repeated_for_a_week(office: Office) -> None:
    claim(office, key="k")
    (note,) = [item for key, item in office.items().items() if key.sk.startswith(CHOICE_PREFIX)]
    assert int(note["expires_at"]["N"]) == int((office.clock + timedelta(days=7)).timestamp())
    assert note["pk"]["S"] == "department#billing"


# --- several at once


class Before:
    """Does something just before one of the desk's writes of a kind (a hook of the double), so many times."""

    def __init__(self, office: Office, sk: str, does: Callable[[], object], times: int = 1) -> None:
        self.office, self.sk, self.does, self.times = office, sk, does, times
        office.cloud.hooks.append(self)

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if operation == "PutItem" and self.times and arguments["Item"]["sk"]["S"].startswith(self.sk):
            self.times -= 1
            self.office.cloud.hooks.remove(self)
            self.does()
            self.office.cloud.hooks.append(self)

    def after(self, service: str, operation: str, arguments: Arguments, answer: Outcome) -> None: ...


@pytest.mark.parametrize("at", [CHOICE_PREFIX, "step#esc_"])
def test_who_is_too_late_for_one_case_gets_the_next(office: Office, at: str) -> None:
    first, other = only_case(office), office.offer("2", identity=LUIS)
    Before(office, at, lambda: office.cases.do(ANA, first, Doing("accepted", office.clock, BEN)))
    answer = claim(office, key="k")
    assert (answer.status, answer.json["case"]["id"]) == (201, other.id)
    assert [note.escalation_id for note in claimed(office)] == [other.id]
    assert claim(office, key="k").json == answer.json


@pytest.mark.parametrize("act", ["handed_over", "withdrawn", "corrected"])
def test_what_anything_was_done_with_meanwhile_is_not_taken_as_it_was(office: Office, act: str) -> None:
    case = only_case(office)
    what = {"handed_over": {"to": "care"}, "corrected": {"priority": "low"}}.get(act, {})
    Before(office, "step#esc_", lambda: office.cases.do(ANA, case, Doing(act, office.clock, BEN, **what)))  # type: ignore[arg-type]
    answer = claim(office, key="k")
    assert answer.status == 204
    assert len(moves(office)) == 1
    office.settle()
    assert claim(office, key="k").status == (201 if act == "corrected" else 204), "it waits again, as it is now"


def test_who_is_too_late_for_the_last_case_gets_none_and_holds_none(office: Office) -> None:
    case = only_case(office)
    Before(office, "step#esc_", lambda: office.cases.do(ANA, case, Doing("accepted", office.clock, BEN)))
    assert claim(office, key="k").status == 204
    back = office.cases.do(ANA, case, Doing("returned", office.clock, BEN, to="care"))
    office.cases.take(office.cases.do(ANA, case, Doing("returned", office.clock, BEN, to="billing")))
    assert back.to == "care"
    again = claim(office, key="k")
    assert (again.status, again.json["case"]["id"], again.json["number"]) == (201, case, 4)


def test_the_same_request_at_the_same_time_takes_one_case(office: Office) -> None:
    """Between choosing and noting, and between noting and accepting, the other one does all of it."""
    office.offer("2", identity=LUIS, priority="urgent")
    for number, at in enumerate((CHOICE_PREFIX, "step#esc_")):
        key = f"k{number}"
        Before(
            office, at, partial(office.part(Claiming).claim, "billing", asked.Claim(), writer("bill", key, "billing"))
        )
        assert claim(office, key=key).status == 201
        assert len(moves(office)) == number + 1
        assert len(claimed(office)) == number + 1


def test_a_slow_repetition_never_takes_a_second_case_under_one_key(office: Office) -> None:
    """It chose a case, somebody else took that, the repetition of the request took another one, and then the first case
    waits again when the slow one goes on."""
    first, other = only_case(office), office.offer("2", identity=LUIS)

    def all_of_that() -> None:
        office.cases.take(office.cases.do(ANA, first, Doing("accepted", office.clock, BEN)))
        done = office.part(Claiming).claim("billing", asked.Claim(), writer("bill", "k", "billing"))
        assert done is not None
        assert done.case.id == other.id
        office.cases.do(ANA, first, Doing("handed_over", office.clock, BEN, to="care"))
        office.cases.take(office.cases.do(ANA, first, Doing("handed_over", office.clock, BEN, to="billing")))

    Before(office, "step#esc_", all_of_that)
    answer = claim(office, key="k")
    assert (answer.status, answer.json["case"]["id"]) == (201, other.id)
    assert [move.escalation_id for move in moves(office) if move.by.subject == "bill"] == [other.id]


def test_who_is_always_too_late_is_told_to_come_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_MOST_TRIED", 3)
    cases = iter(sorted((office.offer(str(number), department="care") for number in range(9)), key=urgency))
    carl = Agent(subject="carl", department="care")

    def take() -> None:
        office.cases.do(ANA, next(cases).id, Doing("accepted", office.clock, carl))

    Before(office, CHOICE_PREFIX, take, times=9)
    answer = claim(office, name="care", claims=CARE)
    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert "under the same key" in answer.json["detail"]


@pytest.mark.parametrize("cases", [4, 12])
def test_a_crowd_of_threads_gets_a_case_each_as_long_as_there_are_any(office: Office, cases: int) -> None:
    for number in range(cases):
        office.offer(str(number), department="care", identity=(ANA, ANA_ON_X, LUIS)[number % 3])
    desk = office.part(Claiming)

    def one(number: int) -> str | None:
        done = desk.claim("care", asked.Claim(), writer(f"agent-{number}", "k", "care"))
        return None if done is None else done.case.id

    with ThreadPoolExecutor(8) as pool:
        found = [each for each in pool.map(one, range(8)) if each]
        assert len(found) == len(set(found)) == min(cases, 8)
        again = [each for each in pool.map(one, range(8)) if each]
    assert again == found if cases >= 8 else set(found) <= set(again)
    assert len(moves(office)) == len(found)


# --- an index that is behind, and whoever dies


def test_what_the_index_still_lists_is_read_again_and_skipped(office: Office) -> None:
    first, other = only_case(office), office.offer("2", identity=LUIS)
    office.cloud.index_lag = timedelta(seconds=30)
    office.cases.take(office.cases.do(ANA, first, Doing("handed_over", office.clock, BEN, to="care")))
    assert claim(office).json["case"]["id"] == other.id
    assert claim(office).status == 204
    assert claim(office, name="care", claims=CARE).status == 204, "not listed there yet, and not lost"
    office.later(seconds=30)
    assert claim(office, name="care", claims=CARE).json["case"]["id"] == first


def test_what_is_kept_and_not_projected_is_skipped_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.casework.take", lambda *_, **__: None)
        assert claim(office, key="k").json["case"]["state"] == "accepted"
    assert claim(office, claims=OTHER_BILLING).status == 204
    assert claim(office, key="k").json["case"]["held_by"]["subject"] == "bill"
    assert office.cases.read(ANA, only_case(office)).held_by == Agent(subject="bill", department="billing")


class Died(BaseException):
    pass


@pytest.mark.parametrize("at", [CHOICE_PREFIX, "step#esc_", "escalation#"])
@pytest.mark.parametrize("taken_by_another", [False, True])
def test_dying_in_between_loses_nothing_and_holds_nothing_back(office: Office, at: str, taken_by_another: bool) -> None:
    first, other = only_case(office), office.offer("2", identity=LUIS)

    def die() -> None:
        raise Died

    hook = Before(office, at, die)
    with pytest.raises(Died):
        office.part(Claiming).claim("billing", asked.Claim(), writer("bill", "k", "billing"))
    assert hook.times == 0
    accepted = at == "escalation#"
    assert len(moves(office)) == accepted
    if taken_by_another:
        assert claim(office, claims=OTHER_BILLING).json["case"]["id"] == (other.id if accepted else first)
    answer = claim(office, key="k")
    wanted = other.id if taken_by_another and not accepted else first
    assert (answer.status, answer.json["case"]["id"]) == (201, wanted)
    assert [move.escalation_id for move in moves(office) if move.by.subject == "bill"] == [wanted]


def test_a_case_that_is_gone_is_skipped(office: Office) -> None:
    first, other = only_case(office), office.offer("2", identity=LUIS)
    note = Choice(identity=ANA, escalation_id="esc_" + "z" * 26, number=0)
    step_id = writer("bill", "k").step_id("department#billing")
    assert choices.keep(office.table, "billing", step_id, note, instead_of=None, now=office.clock)
    assert claim(office, key="k").json["case"]["id"] == first
    assert claim(office).json["case"]["id"] == other.id


# --- who may, and what cannot be asked


@pytest.mark.parametrize("name", ["care", "bank"])
def test_a_department_out_of_reach_is_as_if_it_were_not_there(office: Office, name: str) -> None:
    answer = claim(office, name=name)
    assert (answer.status, answer.json["field"]) == (422, "name")
    assert answer.json["detail"].endswith("name one of: billing")
    unlimited = claim(office, name="bank", claims=EVERYTHING)
    assert all(department.name in unlimited.json["detail"] for department in PLAYBOOK.departments)
    assert claimed(office) == []


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        *((None, 401), ({}, 401), ({"sub": "m", "scope": "customers/link"}, 403)),
        *(
            ({"sub": "mostrador", "scope": "desk/write"}, 403),
            ({"sub": "m", "scope": "desk/write purpose/delivery"}, 403),
        ),
    ],
)
def test_who_may_not(office: Office, claims: object, status: int) -> None:
    assert claim(office, claims=claims).status == status
    assert (claimed(office), moves(office)) == ([], [])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        *(("", 400, None), ("[]", 400, None), ('{"department": "billing"}', 422, "department")),
        *(('{"why": 7}', 422, "why"), ('{"why": "a", "why": "b"}', 422, "why"), (" " * 70_000, 413, None)),
    ],
)
def test_a_body_that_cannot_be_meant(office: Office, body: str, status: int, field: str | None) -> None:
    answer = office.ask("/departments/billing/claims", body, claims=BILLING)
    assert (answer.status, answer.json["field"]) == (status, field)
    assert office.ask("/departments/billing/claims", {}, headers={"idempotency-key": ""}).status == 400
    assert claimed(office) == []


def test_a_claim_of_a_linked_customer_names_what_else_is_open(office: Office) -> None:
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    other = office.offer("2", identity=ANA_ON_X, department="technical")
    assert [each["id"] for each in claim(office).json["case"]["others"]] == [other.id]
