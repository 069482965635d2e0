"""What can be done with an escalation, from where, and what it comes to; whatever is known of it when."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.casework import cases
from shared.casework.cases import BY_OURSELVES, OFFERING, RULES, Doing, fold, move
from shared.casework.steps import Act, Agent, CaseMove, Corrections
from shared.errors import Conflict, InvalidParameter
from shared.escalation import ENDED, Due, Escalation, State, accept_by, answer_by
from shared.playbook import PRIORITIES, Playbook, parse
from tests.template import ROOT

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
MOMENT = timedelta(microseconds=1)
OFFERED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LENA = Agent(subject="lena", department="billing")
STATES: tuple[State, ...] = get_args(State)
ACTS: tuple[Act, ...] = get_args(Act)
DEPARTMENTS = [department.name for department in PLAYBOOK.departments]


def case(**changes: Any) -> Escalation:
    said: dict[str, Any] = {
        "id": "esc_1",
        "department": "billing",
        "priority": "normal",
        "reasons": (),
        "offered_at": OFFERED,
        "accept_by": OFFERED + timedelta(hours=4),
        "identity": "x:1:2",
        "event_key": "event#1",
        "customer_id": "cus_1",
        "playbook_version": 1,
    }
    return Escalation.model_validate(said | changes)


def after(*acts: Act | tuple[Act, dict[str, Any]], of: Escalation | None = None, by: Agent = LENA) -> Escalation:
    """Return a case after these, an hour apart."""
    found = of or case()
    for hour, act in enumerate(acts, start=1):
        name, what = act if isinstance(act, tuple) else (act, {})
        doing = Doing(name, OFFERED + timedelta(hours=hour), by, **what)
        found = fold(found, [move(found, doing, PLAYBOOK)])
    return found


def done(case: Escalation, act: Act, at: datetime = OFFERED, playbook: Playbook = PLAYBOOK, **what: Any) -> CaseMove:
    return move(case, Doing(act, at, what.pop("by", LENA), **what), playbook)


WAYS: dict[State, Escalation] = {
    "offered": case(),
    "accepted": after("accepted"),
    "answered": after("accepted", "answered"),
    "closed": after("accepted", "closed"),
    "withdrawn": after("withdrawn"),
}


# --- what may be done from where -------------------------------------------------------------------------------------

ALLOWED: dict[State, set[Act]] = {
    "offered": {"accepted", "returned", "handed_over", "expired", "reminded", "corrected", "withdrawn"},
    "accepted": {
        *("returned", "handed_over", "expired", "reminded", "corrected", "said_solved", "answered", "closed"),
        "withdrawn",
    },
    "answered": {"returned", "handed_over", "corrected", "said_solved", "reopened", "closed", "withdrawn"},
    "closed": set(),
    "withdrawn": set(),
}


def test_every_act_has_its_rule_and_every_state_its_way() -> None:
    assert set(RULES) == set(ACTS)
    assert set(WAYS) == set(STATES)
    assert {state: found.state for state, found in WAYS.items()} == {state: state for state in STATES}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_it_may_be_done_from_these_states_and_no_others(state: State, act: Act) -> None:
    to: dict[str, Any] = {"to": "technical"} if act in ("returned", "handed_over") else {}
    to |= {"priority": "urgent"} if act == "corrected" else {}
    if act in ALLOWED[state]:
        assert done(WAYS[state], act, **to).number == WAYS[state].number + 1
    else:
        with pytest.raises(Conflict, match=f"it is {state} with"):
            done(WAYS[state], act, **to)


def test_whoever_comes_second_is_told_who_was_first_and_when() -> None:
    with pytest.raises(Conflict, match=r"accepted with billing: accepted by lena of billing at 2026-03-02T10:30:00Z"):
        done(WAYS["accepted"], "accepted", by=Agent(subject="ida", department="billing"))


# --- where it goes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["returned", "handed_over", "expired"])
def test_it_is_never_without_a_department(act: Act) -> None:
    found = after((act, {"to": "technical"}) if act != "expired" else "expired")
    assert (found.state, found.department) == ("offered", "care" if act == "expired" else "technical")
    assert found.accept_by > found.offered_at == OFFERED + timedelta(hours=1)
    assert [(stop.department, stop.act) for stop in found.path] == [("billing", act)]


def test_handed_back_without_a_better_address_it_goes_to_the_fallback() -> None:
    assert after("returned").department == "care"


def test_what_was_handed_over_is_to_be_accepted_anew() -> None:
    found = after("accepted", "answered", ("handed_over", {"to": "technical"}))
    assert (found.held_by, found.accepted_at, found.answered_at, found.next_by) == (None, None, None, None)
    with pytest.raises(Conflict, match="accept it first"):
        done(found, "answered")


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("legal", "no such department; name one of: billing, delivery_and_orders, technical, care"),
        ("billing", "has it already; name another"),
    ],
)
@pytest.mark.parametrize("act", ["returned", "handed_over"])
def test_a_department_that_is_none_or_has_it_already_is_refused_by_field(act: Act, to: str, says: str) -> None:
    with pytest.raises(InvalidParameter, match=says) as refused:
        done(case(), act, to=to)
    assert refused.value.field == "to"


def test_the_last_resort_cannot_hand_back_to_nobody() -> None:
    with pytest.raises(InvalidParameter, match="care has it already; name another department"):
        done(case(department="care"), "returned")


def test_what_is_handed_back_again_and_again_goes_to_the_owner_with_the_whole_path() -> None:
    owned = PLAYBOOK.model_copy(
        update={"hand_offs": PLAYBOOK.hand_offs.model_copy(update={"owner": "technical", "most_returns": 3})}
    )
    found = case()
    for hour, to in enumerate(("delivery_and_orders", "billing", "delivery_and_orders")):
        at = OFFERED + timedelta(hours=hour)
        found = fold(found, [move(found, Doing("returned", at, LENA, "No es nuestro.", to=to), owned)])
    assert (found.department, found.returns) == ("technical", 3)
    assert [stop.department for stop in found.path] == ["billing", "delivery_and_orders", "billing"]
    again = move(found, Doing("returned", OFFERED, LENA, to="billing"), owned)
    assert again.to == "billing", "the owner decides"


def test_what_goes_on_to_those_who_never_had_it_does_not_go_back() -> None:
    assert after(("handed_over", {"to": "technical"}), "expired", "accepted").returns == 0


def to_and_fro(times: int, *, most: int = 3) -> Escalation:
    hand_offs = PLAYBOOK.hand_offs.model_copy(update={"owner": "delivery_and_orders", "most_returns": most})
    owned = PLAYBOOK.model_copy(update={"hand_offs": hand_offs})
    found = case()
    for hour in range(times):
        to = "technical" if found.department == "billing" else "billing"
        doing = Doing("handed_over", OFFERED + timedelta(hours=hour), LENA, "Es vuestro.", to=to)
        found = fold(found, [move(found, doing, owned)])
    return found


def test_what_is_handed_over_to_and_fro_goes_to_the_owner_as_well() -> None:
    assert [to_and_fro(times).returns for times in range(5)] == [0, 0, 1, 2, 2]
    assert [to_and_fro(times).department for times in range(1, 5)] == [
        "technical",
        "billing",
        "technical",
        "delivery_and_orders",
    ]
    assert len(to_and_fro(4).path) == 4


def test_time_that_passes_brings_it_back_like_anybody_else() -> None:
    found = after("expired", ("handed_over", {"to": "billing"}), "expired")
    assert (found.department, found.returns) == ("care", 2)


def test_a_path_that_is_not_whole_says_of_how_many_departments_it_is_silent() -> None:
    found = to_and_fro(20, most=20)
    assert (found.path_left_out, len(found.path), found.returns) == (0, 20, 19)
    found = found.model_copy(update={"path": found.path * 2, "path_left_out": 0})
    found = fold(found, [move(found, Doing("handed_over", OFFERED, LENA, to="care"), PLAYBOOK)])
    assert (found.path_left_out, len(found.path), found.path[-1].department) == (1, 40, "billing")


def test_what_is_taken_up_again_is_with_whom_it_was_and_has_its_time_anew() -> None:
    held = after("accepted", ("said_solved", {"evidence": "event#2"}), "answered")
    again = fold(held, [done(held, "reopened", OFFERED + timedelta(days=1), by=BY_OURSELVES, evidence="event#3")])
    assert (again.state, again.department, again.held_by, again.answered_at) == ("accepted", "billing", LENA, None)
    assert again.next_by == answer_by(PLAYBOOK, Due("billing", "normal"), OFFERED + timedelta(days=1))
    assert (again.offer, again.solved_event_key, again.returns) == (4, None, 0)
    urgent = fold(again, [done(again, "corrected", OFFERED + timedelta(days=2), priority="urgent")])
    assert urgent.next_by == answer_by(PLAYBOOK, Due("billing", "urgent"), OFFERED + timedelta(days=1))


@pytest.mark.parametrize("state", ["accepted", "answered"])
def test_that_she_says_it_is_solved_is_noted_and_moves_nothing(state: State) -> None:
    found = fold(WAYS[state], [done(WAYS[state], "said_solved", OFFERED + timedelta(days=1), evidence="event#2")])
    assert (found.state, found.due_by, found.solved_event_key) == (state, WAYS[state].due_by, "event#2")
    assert found.offer == WAYS[state].offer


# --- until when ------------------------------------------------------------------------------------------------------


def test_a_new_offer_has_the_deadline_of_the_department_that_gets_it() -> None:
    found = after(("handed_over", {"to": "technical"}))
    within = PLAYBOOK.department("technical").accept_within.of("normal")
    assert found.accept_by == found.due_by == accept_by(PLAYBOOK, Due("technical", "normal"), found.offered_at)
    assert found.accept_by >= found.offered_at + within


def test_another_priority_counts_from_when_the_clock_began() -> None:
    found = after(("corrected", {"priority": "urgent"}))
    assert (found.state, found.priority) == ("offered", "urgent")
    assert found.accept_by == accept_by(PLAYBOOK, Due("billing", "urgent"), OFFERED)
    held = after("accepted", ("corrected", {"priority": "urgent"}))
    assert held.next_by == answer_by(PLAYBOOK, Due("billing", "urgent"), OFFERED + timedelta(hours=1))
    assert held.held_by == LENA


# --- the fold --------------------------------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> list[CaseMove]:
    """Return what may be done with a case, one thing after the other, at any instants."""
    found, moves = case(), []
    for _ in range(draw(st.integers(0, 12))):
        if not (allowed := sorted(ALLOWED[found.state])):
            break
        act = draw(st.sampled_from(allowed))
        others = [name for name in DEPARTMENTS if name != found.department]
        doing = Doing(
            act,
            OFFERED + timedelta(minutes=draw(st.integers(-600, 600))),
            LENA,
            to=draw(st.sampled_from(others)) if act in ("returned", "handed_over") else None,
            priority=draw(st.sampled_from([None, *PRIORITIES])) if act == "corrected" else None,
            corrections=draw(st.builds(Corrections)) if act == "corrected" else None,
        )
        if act == "expired" and cases.is_last_resort(found, PLAYBOOK):
            continue
        try:
            moves.append(move(found, doing, PLAYBOOK))
        except InvalidParameter:
            assert act == "corrected", "which may change nothing"
            continue
        found = fold(found, moves[-1:])
    return moves


@settings(max_examples=300, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.data())
def test_it_comes_to_the_same_in_whatever_pieces_and_however_often_it_is_told(
    moves: list[CaseMove], random: Any, data: st.DataObject
) -> None:
    whole = fold(case(), moves)
    shuffled = random.sample(moves, len(moves))
    assert fold(case(), shuffled) == whole
    known = case()
    for upto in sorted(data.draw(st.lists(st.integers(0, len(moves)), max_size=4))):
        known = fold(known, moves[:upto])
    assert fold(fold(known, moves), shuffled) == whole
    assert whole.number == len(moves)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_whatever_was_done_somebody_has_it_until_it_ends(moves: list[CaseMove]) -> None:
    found = fold(case(), moves)
    assert found.department in DEPARTMENTS
    assert (found.due_by is None) == (found.state in ENDED) == (found.ended_at is not None)
    assert (found.held_by is not None) >= (found.state in ("accepted", "answered"))
    assert found.offer == max((each.number for each in moves if each.act in OFFERING), default=0)
    assert found.as_first_offered == case()
    assert found.opened_at == OFFERED


def test_one_that_is_missing_in_between_is_noticed() -> None:
    first, second = done(case(), "accepted"), done(WAYS["accepted"], "answered")
    assert fold(case(), [second, first]).state == "answered"
    with pytest.raises(ValueError, match="is missing"):
        fold(case(), [second])


def test_a_long_way_keeps_its_last_stops_and_counts_all() -> None:
    found = case()
    for _ in range(60):
        to = "technical" if found.department == "billing" else "billing"
        found = fold(found, [done(found, "handed_over", to=to)])
    assert (len(found.path), found.number) == (40, 60)
    assert found.as_first_offered == case()
