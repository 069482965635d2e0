"""What is done with a case is done once, by one of several, whenever they ask and whoever dies."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk import asked_cases as asked
from services.desk.cases import Escalations
from services.desk.refusals import CaseConflict
from services.desk.writer import Writer
from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.ids import customer_id
from shared.playbook import Priority
from tests.double import Answer as Outcome
from tests.double.wire import Arguments
from tests.services.customer360.counter import ANA, PLAYBOOK
from tests.services.desk.office import BILLING, EVERYTHING, HERS, Office
from tests.services.desk.test_cases import ACTS, OTHER_BILLING, do, kept, moves, path, prepared
from tests.services.desk.test_desk import case as only_case

BILL, BEN = Agent(subject="bill", department="billing"), Agent(subject="ben", department="billing")


# --- the same request again


@pytest.mark.parametrize("act", ACTS)
def test_the_same_under_the_same_key_is_done_once_and_answered_again(office: Office, act: str) -> None:
    prepared(office, act)
    first = do(office, act, key="k")
    before = office.items()
    again = do(office, act, key="k", number=0)
    assert (again.status, again.json) == (201, first.json)
    assert office.items() == before


@pytest.mark.parametrize("act", ACTS)
def test_it_is_answered_again_whatever_became_of_the_case(office: Office, act: str) -> None:
    prepared(office, act)
    first = do(office, act, key="k")
    if first.json["case"]["ended_at"] is None:
        office.later(hours=1)
        assert do(office, "handed-over", claims=EVERYTHING, to="delivery_and_orders").status == 201
    again = do(office, act, key="k")
    assert again.status == 201
    assert {name: again.json[name] for name in again.json if name != "case"} == {
        name: first.json[name] for name in first.json if name != "case"
    }, "what was done is the same, the case as it stands now"
    assert again.json["case"]["number"] == kept(office).number


@pytest.mark.parametrize(("act", "other"), [(one, other) for one in ACTS for other in ACTS if one != other])
def test_a_key_that_was_given_to_another_act_is_refused(office: Office, act: str, other: str) -> None:
    prepared(office, act)
    assert do(office, act, key="k").status == 201
    before = office.items()
    answer = do(office, other, key="k")
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")
    assert office.items() == before


@pytest.mark.parametrize(
    ("act", "said"),
    [
        *((act, {"why": "Otra cosa."}) for act in ACTS),
        *(("handed-over", {"to": "care"}), ("returned", {"to": "technical"})),
        *(("corrected", {"priority": "high"}), ("answered", {"how": "por carta"})),
    ],
)
def test_a_key_that_was_given_to_the_same_with_other_words_is_refused(
    office: Office, act: str, said: dict[str, Any]
) -> None:
    prepared(office, act)
    do(office, act, key="k", **({"to": "delivery_and_orders"} if act == "returned" and "to" in said else {}))
    before = office.items()
    answer = do(office, act, key="k", **said)
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")
    assert office.items() == before


def test_a_key_is_its_authors_own_and_of_one_case(office: Office) -> None:
    other = office.offer("2")
    first = do_on(office, only_case_of(office, but=other.id), key="k")
    assert do_on(office, other.id, key="k") != first
    with_it = office.ask(f"{path(office, other.id)}/accepted", {}, claims=OTHER_BILLING, key="k")
    assert (with_it.status, with_it.json["stands"]["held_by"]["subject"]) == (409, "bill")
    assert len(moves(office)) == 2


def only_case_of(office: Office, *, but: str) -> str:
    (found,) = {key.sk.partition("#")[2] for key in office.items() if key.sk.startswith("escalation#")} - {but}
    return found


def do_on(office: Office, case: str, *, key: str) -> str:
    answer = office.ask(f"{path(office, case)}/accepted", {}, claims=BILLING, key=key)
    assert (answer.status, answer.json["case"]["id"]) == (201, case)
    return str(answer.json["id"])


# --- two at once


class Meanwhile:
    """Does something at the instant at which the desk is about to journal (a hook of the double), so many times."""

    def __init__(self, office: Office, does: Callable[[], object], times: int = 1) -> None:
        self.office, self.does, self.times = office, does, times
        office.cloud.hooks.append(self)

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if operation != "PutItem" or not self.times or "step#" not in arguments["Item"]["sk"]["S"]:
            return
        self.times -= 1
        self.office.cloud.hooks.remove(self)
        self.does()
        self.office.cloud.hooks.append(self)

    def after(self, service: str, operation: str, arguments: Arguments, answer: Outcome) -> None: ...


def meanwhile(office: Office, act: Any, by: Agent = BEN, **said: Any) -> Meanwhile:
    case = only_case(office)
    return Meanwhile(office, lambda: office.cases.do(ANA, case, Doing(act, office.clock, by, **said)))


def test_of_two_who_accept_at_once_the_second_is_told_who_was_first(office: Office) -> None:
    meanwhile(office, "accepted")
    answer = do(office, "accepted", number=0)
    assert (answer.status, answer.json["field"]) == (409, "number")
    assert "accepted by ben of billing" in answer.json["detail"]
    assert answer.json["stands"]["held_by"] == {"subject": "ben", "department": "billing"}
    assert [move.by.subject for move in moves(office)] == ["ben"]


@pytest.mark.parametrize("to", ["care", "technical"])
@pytest.mark.parametrize("act", ["accepted", "returned", "handed-over", "corrected", "withdrawn"])
def test_a_case_that_leaves_at_the_same_time_is_not_taken_from_another_department(
    office: Office, act: str, to: str
) -> None:
    meanwhile(office, "handed_over", to=to)
    answer = do(office, act)
    assert (answer.status, answer.json["stands"]["department"]) == (409, to)
    assert len(moves(office)) == 1


@pytest.mark.parametrize(("act", "status"), [("accepted", 201), ("withdrawn", 201), ("closed", 409)])
def test_what_still_goes_after_what_somebody_did_at_the_same_time_is_done(
    office: Office, act: str, status: int
) -> None:
    meanwhile(office, "corrected", priority="high")
    answer = do(office, act)
    assert answer.status == status, answer.text
    assert len(moves(office)) == (2 if status == 201 else 1) or status == 409


def test_the_same_request_at_the_same_time_is_done_once(office: Office) -> None:
    said = asked.Accepted()
    Meanwhile(office, lambda: escalations(office).act(customer_id(ANA), only_case(office), said, writer("bill", "k")))
    answer = do(office, "accepted", key="k")
    assert (answer.status, answer.json["number"]) == (201, 1)
    assert len(moves(office)) == 1


def test_a_case_with_which_others_always_do_something_is_given_up(office: Office) -> None:
    case = only_case(office)
    ways: Iterator[Priority] = cycle(("low", "high"))

    def correct() -> None:
        office.cases.do(ANA, case, Doing("corrected", office.clock, BEN, priority=next(ways)))

    Meanwhile(office, correct, times=50)
    answer = do(office, "accepted")
    assert (answer.status, answer.json["stands"]["last"]["by"]["subject"]) == (409, "ben")
    assert "look at it again" in answer.json["detail"]


def writer(subject: str, key: str, *departments: str) -> Writer:
    return Writer(subject, frozenset(departments) or None, None, key)


def escalations(office: Office) -> Escalations:
    return office.part(Escalations)


@pytest.mark.parametrize("act", ["accepted", "handed_over", "withdrawn"])
def test_of_a_crowd_of_threads_one_does_it_and_all_others_learn_who(office: Office, act: str) -> None:
    said: asked.CaseAct = {
        "accepted": asked.Accepted(),
        "handed_over": asked.HandedOver(to="care", why="x"),
        "withdrawn": asked.Withdrawn(why="x"),
    }[act]
    case, desk = only_case(office), escalations(office)

    def one(number: int) -> str | CaseConflict:
        try:
            return desk.act(customer_id(ANA), case, said, writer(f"agent-{number}", "k", "billing")).by.subject
        except CaseConflict as error:
            return error

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(one, range(12)))
    (move,) = moves(office)
    assert [each for each in found if isinstance(each, str)] == [move.by.subject]
    for error in (each for each in found if isinstance(each, CaseConflict)):
        assert error.extensions["stands"]["last"] == {
            **{"at": "2026-11-22T12:00:00Z", "act": act, "why": move.why},
            **{"evidence": None, "evidence_of": None},
            "by": {"subject": move.by.subject, "department": "billing"},
        }
        assert f"{act} by {move.by.subject} of billing" in str(error)
    assert kept(office) == office.cases.read(ANA, case)


# --- whoever dies


@pytest.mark.parametrize("act", ACTS)
def test_dying_between_journal_and_projection_loses_nothing(
    office: Office, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = Office().with_people()
    for each in (office, calm):
        prepared(each, act)
    first = do(calm, act, key="k")

    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    before = kept(office)
    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.casework.take", die)
        assert do(office, act, key="k").status == 500
    assert kept(office) == before
    again = do(office, act, key="k")
    assert (again.status, again.json) == (201, first.json)
    assert kept(office) == kept(calm)


# --- whatever is asked, in whatever order


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 3), st.sampled_from(["bill", "ben"])), max_size=14)
)
def test_whatever_is_asked_in_whatever_order_the_item_is_the_fold_of_what_was_answered(
    asked_for: list[tuple[str, int, str]],
) -> None:
    office = Office().with_people()
    done: dict[tuple[str, int], str] = {}
    for act, key, subject in asked_for:
        office.later(minutes=1)
        claims = {"sub": subject, "scope": "desk/write"}
        said = {"priority": "high"} if act == "corrected" else {}
        answer = do(office, act, claims=claims, key=f"k{key}", **said)
        assert answer.status in (201, 409, 422), answer.text
        if answer.status == 201:
            assert done.setdefault((subject, key), answer.json["id"]) == answer.json["id"]
    found = moves(office)
    assert [move.number for move in found] == list(range(1, len(found) + 1))
    assert {move.id for move in found} == set(done.values())
    assert kept(office) == office.cases.read(ANA, only_case(office))
    assert {kept(office).department} <= {department.name for department in PLAYBOOK.departments}
    assert office.see(f"{HERS}/escalations/{only_case(office)}").json["number"] == len(found)
