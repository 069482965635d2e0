"""What is done by itself with an escalation whose time has passed."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.casework.cases import BY_OURSELVES, fold, move
from shared.casework.overdue import overdue
from shared.escalation import ENDED, State
from shared.playbook import PRIORITIES
from tests.shared.casework.test_cases import MOMENT, OFFERED, PLAYBOOK, STATES, WAYS, after, case


def test_an_answered_case_is_closed_when_nothing_more_comes() -> None:
    found = WAYS["answered"]
    assert found.next_by == OFFERED + timedelta(hours=2) + PLAYBOOK.hand_offs.close_after
    due = overdue(found, found.next_by + MOMENT, PLAYBOOK)
    assert due is not None
    assert (due.act, due.by) == ("closed", BY_OURSELVES)


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_due_before_its_time(state: State) -> None:
    found = WAYS[state]
    if found.due_by is None:
        assert state in ENDED
        assert overdue(found, datetime(9999, 1, 1, tzinfo=UTC), PLAYBOOK) is None
        return
    assert overdue(found, found.due_by, PLAYBOOK) is None
    assert overdue(found, found.due_by + MOMENT, PLAYBOOK) is not None


def test_an_offer_that_nobody_accepts_goes_to_the_fallback() -> None:
    due = overdue(case(), OFFERED + timedelta(hours=4) + MOMENT, PLAYBOOK)
    assert due is not None
    assert (due.act, due.why) == ("expired", "billing had not accepted it by 2026-03-02T13:30:00Z")


def test_the_last_resort_is_reminded_more_pressingly_and_after_twice_as_long_each_time() -> None:
    found, waits = case(department="care"), []
    for _ in range(8):
        assert found.due_by is not None
        due = overdue(found, found.due_by + MOMENT, PLAYBOOK)
        assert due is not None
        assert due.act == "reminded"
        before, found = found, fold(found, [move(found, due, PLAYBOOK)])
        assert (found.department, found.state, found.path) == ("care", "offered", ())
        assert PRIORITIES.index(found.priority) >= PRIORITIES.index(before.priority)
        waits.append(found.reminders)
    assert waits == [1, 2, 3, 4, 5, 6, 7, 8]
    assert found.priority == "urgent"


def test_who_accepted_and_does_not_answer_is_reminded_once_and_then_relieved() -> None:
    found = WAYS["accepted"]
    acts = []
    for _ in range(2):
        assert found.due_by is not None
        due = overdue(found, found.due_by + MOMENT, PLAYBOOK)
        assert due is not None
        acts.append(due.act)
        found = fold(found, [move(found, due, PLAYBOOK)])
    assert acts == ["reminded", "expired"]
    assert (found.department, found.state, found.held_by) == ("care", "offered", None)


def test_what_a_department_has_that_is_no_more_goes_to_the_default_one() -> None:
    for found in (case(department="legal"), after("accepted").model_copy(update={"department": "legal"})):
        assert found.due_by is not None
        due = overdue(found, found.due_by + MOMENT, PLAYBOOK)
        assert due is not None
        assert fold(found, [move(found, due, PLAYBOOK)]).department == "care"
