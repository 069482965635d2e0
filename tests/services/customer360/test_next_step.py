from datetime import timedelta
from typing import Any

import pytest

from services.customer360.next_step import next_step
from shared.casework.commitments import CommitmentHead, Ended, Made, conflicts
from shared.casework.steps import Agent
from shared.escalation import Escalation
from shared.projection.conversation import Conversation
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ago


def _case(name: str, *, state: str = "offered", minutes_left: int = 60) -> Escalation:
    return Escalation.model_validate(
        {
            "id": name,
            "state": state,
            "department": "billing",
            "priority": "high",
            "reasons": (),
            "offered_at": ago(hours=2),
            "accept_by": NOW + timedelta(minutes=minutes_left),
            "next_by": None if state == "offered" else NOW + timedelta(minutes=minutes_left),
            "identity": ANA,
            "event_key": "event#undated#1",
            "customer_id": "cus_",
            "playbook_version": 1,
        }
    )


def _head(thread: str, *, waiting_hours: float | None) -> Conversation:
    return Conversation(
        identity=ANA,
        account="tienda_bot",
        channel="telegram",
        thread=thread,
        visibility="private",
        opened_at=ago(days=9),
        waiting_since=None if waiting_hours is None else ago(hours=waiting_hours),
    )


@pytest.mark.parametrize(
    ("conversations", "cases", "expected"),
    [
        ([], [], None),
        ([_head("a", waiting_hours=None)], [], None),
        ([_head("a", waiting_hours=1), _head("b", waiting_hours=3)], [], ("answer", "customer_waits", "b")),
        ([_head("b", waiting_hours=1), _head("a", waiting_hours=1)], [], ("answer", "customer_waits", "a")),
        ([], [_case("x", minutes_left=9), _case("y", minutes_left=5)], ("accept", "open_offer", "y")),
        ([_head("a", waiting_hours=99)], [_case("x")], ("accept", "open_offer", "x")),
        ([], [_case("x", minutes_left=-5), _case("y", minutes_left=-9)], ("accept", "overdue_offer", "y")),
        ([], [_case("x", state="accepted", minutes_left=9)], None),
        ([], [_case("x", state="accepted", minutes_left=-9)], ("answer", "overdue_answer", "x")),
        (
            [],
            [_case("x", state="accepted", minutes_left=-9), _case("y", minutes_left=-1)],
            ("accept", "overdue_offer", "y"),
        ),
        ([], [_case("x", state="answered", minutes_left=-9)], None),
        ([_head("a", waiting_hours=1)], [_case("x", state="accepted")], ("answer", "customer_waits", "a")),
    ],
)
def test_the_one_thing_to_do_next(
    conversations: list[Conversation], cases: list[Escalation], expected: tuple[str, ...] | None
) -> None:
    for found in (
        next_step(conversations, cases, {}, [], NOW),
        next_step(reversed(conversations), reversed(cases), {}, [], NOW),
    ):
        place = found and (found.escalation_id or (found.conversation and found.conversation.thread))
        assert (found and (found.action, found.code, place)) == expected


@pytest.mark.parametrize(("minutes_left", "overdue"), [(1, False), (0, False), (-1, True)])
def test_an_offer_is_overdue_when_its_time_is_over(minutes_left: int, overdue: bool) -> None:
    found = next_step([], [_case("x", minutes_left=minutes_left)], {}, [], NOW)
    assert found is not None
    assert found.overdue is overdue
    assert found.due_at == NOW + timedelta(minutes=minutes_left)
    assert "billing" in found.reason


def test_whoever_waits_is_named_with_the_place_to_answer() -> None:
    found: Any = next_step([_head("post-1", waiting_hours=2)], [], {}, [], NOW)
    assert found.conversation.model_dump() == {"identity": ANA, "channel": "telegram", "thread": "post-1"}
    assert (found.since, found.due_at) == (ago(hours=2), None)


def _told(name: str, department: str, *, stance: str = "promise", hours_left: float | None = 9) -> CommitmentHead:
    made = Made.model_validate(
        {
            "at": ago(days=1, minutes=-ord(name)),
            "by": {"subject": "lena", "department": department},
            "stance": stance,
            "matter": "la tarifa",
            "text": "Sí." if stance == "promise" else "No.",
            "until": None if stance == "refusal" else NOW + timedelta(hours=hours_left or 0),
        }
    )
    return CommitmentHead(id=name, identity=ANA, made=made)


def _next(*heads: CommitmentHead, cases: tuple[Escalation, ...] = (), waits: bool = False) -> Any:
    mine = {head.id: head for head in heads}
    conversations = [_head("a", waiting_hours=1)] if waits else []
    return next_step(conversations, cases, mine, conflicts(heads, NOW), NOW)


def test_an_open_promise_is_nothing_to_do_yet() -> None:
    assert _next(_told("a", "billing")) is None


def test_a_broken_promise_comes_before_all_but_an_overdue_case() -> None:
    broken = _told("a", "billing", hours_left=-1), _told("b", "care", hours_left=-5)
    found = _next(*broken, cases=(_case("x"), _case("y", state="accepted")), waits=True)
    assert (found.action, found.code, found.commitment_ids, found.overdue) == ("keep", "promise_broken", ("b",), True)
    assert (found.due_at, found.since) == (NOW - timedelta(hours=5), broken[1].made and broken[1].made.at)
    assert "care" in found.reason
    assert _next(*broken, cases=(_case("x", minutes_left=-1),)).code == "overdue_offer"
    late = _case("y", state="accepted", minutes_left=-1)
    assert _next(*broken, cases=(late,)).code == "overdue_answer"


def test_what_was_kept_late_is_over() -> None:
    end = Ended(at=NOW, step_id="stp_x", by=Agent(subject="lena"), outcome="kept")
    assert _next(_told("a", "billing", hours_left=-1).model_copy(update={"ended": end})) is None


def test_two_departments_that_say_two_things_are_to_settle_it_before_anybody_answers() -> None:
    found = _next(_told("a", "billing"), _told("b", "care", stance="refusal"), waits=True)
    assert (found.action, found.code, found.commitment_ids) == ("settle", "contradiction", ("a", "b"))
    assert "billing and care" in found.reason
    assert _next(_told("a", "billing"), _told("b", "care"), waits=True).code == "customer_waits", "both may be kept"


def test_of_a_contradiction_only_the_side_in_reach_is_named() -> None:
    heads = _told("a", "billing"), _told("b", "care", stance="refusal")
    found = next_step([], [], {"b": heads[1]}, conflicts(heads, NOW), NOW)
    assert found is not None
    assert found.commitment_ids == ("b",)
