"""Until when a customer is to be answered, as a case shows it: the clock of the playbook, whoever had it meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.cases import Doing, fold, move
from shared.casework.deadlines import customer_due
from shared.casework.steps import Act, Agent
from shared.clocks.clock import due
from shared.clocks.happenings import Happening
from shared.clocks.runs import runs
from shared.clocks.targets import targets
from shared.escalation import Escalation
from shared.playbook import Playbook, parse
from tests.template import ROOT

EXAMPLE = parse((ROOT / "infra" / "playbook.example.toml").read_text())
ASKED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday morning, everybody's open time
MARTA = Agent(subject="marta", department="billing")
SOON = {"urgent": 10, "high": 30, "normal": 60, "low": 240}
"""What the example has for a first answer on WhatsApp, in minutes."""


def case(**changes: Any) -> Escalation:
    said: dict[str, Any] = {
        "id": "esc_1",
        "department": "billing",
        "priority": "normal",
        "reasons": (),
        "offered_at": ASKED + timedelta(seconds=2),
        "accept_by": ASKED + timedelta(hours=4),
        "identity": "whatsapp:1:2",
        "event_key": "event#1",
        "customer_id": "cus_1",
        "playbook_version": 1,
        "asked_at": ASKED,
        "channel": "whatsapp",
    }
    return Escalation.model_validate(said | changes)


def after(found: Escalation, *acts: tuple[Act, timedelta, dict[str, Any]]) -> Escalation:
    for act, later, what in acts:
        found = fold(found, [move(found, Doing(act, ASKED + later, MARTA, **what), EXAMPLE)])
    return found


def test_it_counts_from_when_they_asked_and_not_from_when_somebody_accepted() -> None:
    held = after(case(), ("accepted", timedelta(minutes=50), {}))
    assert customer_due(held, EXAMPLE) == ASKED + timedelta(minutes=SOON["normal"])
    assert held.due_by is not None
    assert held.due_by > ASKED + timedelta(minutes=SOON["normal"]), "the department has time of its own"


def test_the_customer_s_group_counts_for_more_than_their_channel() -> None:
    assert customer_due(case(group="business"), EXAMPLE) == ASKED + timedelta(minutes=30)
    assert customer_due(case(group="business", priority="high"), EXAMPLE) == ASKED + timedelta(minutes=15)


def test_what_they_ask_on_is_the_next_answer_and_counts_from_there() -> None:
    again = after(
        case(),
        ("accepted", timedelta(minutes=1), {}),
        ("answered", timedelta(minutes=2), {}),
        ("reopened", timedelta(hours=3), {}),
    )
    within = targets(EXAMPLE, "next_answer", priority="normal", channel="whatsapp", department="billing")
    assert within is not None
    assert customer_due(again, EXAMPLE) == ASKED + timedelta(hours=3) + within


def test_a_question_that_was_answered_does_not_wait_again_because_the_case_goes_on() -> None:
    answered = after(case(), ("accepted", timedelta(minutes=1), {}), ("answered", timedelta(minutes=2), {}))
    handed_over = after(answered, ("handed_over", timedelta(hours=3), {"to": "technical"}))
    assert customer_due(handed_over, EXAMPLE) is None
    asked_on = after(answered, ("reopened", timedelta(hours=3), {"evidence": "event#2"}))
    elsewhere = after(asked_on, ("handed_over", timedelta(hours=4), {"to": "technical"}))
    within = targets(EXAMPLE, "next_answer", priority="normal", channel="whatsapp", department="technical")
    assert within is not None
    assert customer_due(elsewhere, EXAMPLE) == ASKED + timedelta(hours=3) + within


@pytest.mark.parametrize(
    "found",
    [
        after(case(), ("accepted", timedelta(minutes=1), {}), ("answered", timedelta(minutes=2), {})),
        after(case(), ("accepted", timedelta(minutes=1), {}), ("closed", timedelta(minutes=2), {})),
        case(asked_at=None, channel=None, commitment_id="com_1"),
    ],
    ids=lambda found: found.state,
)
def test_nobody_waits_where_they_were_answered_or_asked_nothing(found: Escalation) -> None:
    assert customer_due(found, EXAMPLE) is None


DEPARTMENTS = [each.name for each in EXAMPLE.departments]


@given(
    st.lists(st.tuples(st.integers(1, 4000), st.sampled_from(DEPARTMENTS)), max_size=4),
    st.sampled_from([None, "business"]),
    st.sampled_from(["whatsapp", "x_mention"]),
)
def test_whoever_had_it_for_how_long_it_is_what_the_conversation_s_own_clock_says(
    passes: list[tuple[int, str]], group: str | None, channel: str
) -> None:
    """The clocks fold over what happened in the conversation: the customer spoke, and the case went round."""
    found = case(offered_at=ASKED, channel=channel, group=group)
    happened = [
        Happening(id="m", at=ASKED, what="spoke"),
        Happening(id="esc_1", at=ASKED, what="offered", case="esc_1", department="billing", priority="normal"),
    ]
    at = ASKED
    for minutes, to in passes:
        at += timedelta(minutes=minutes)
        if to == found.department:
            continue
        found = fold(found, [move(found, Doing("handed_over", at, MARTA, to=to), EXAMPLE)])
        went = Happening(
            id=f"{found.number}",
            at=at,
            what="handed_over",
            case="esc_1",
            department=found.department,
            number=found.number,
        )
        happened.append(went)
    (waiting,) = [run for run in runs(happened, at) if run.kind == "first_answer"]
    assert customer_due(found, EXAMPLE) == due(waiting, _within(EXAMPLE, found), EXAMPLE.calendar)


def _within(playbook: Playbook, found: Escalation) -> timedelta:
    of = {"channel": found.channel, "group": found.group, "department": found.department}
    first, later = (targets(playbook, kind, priority="normal", **of) for kind in ("first_answer", "next_answer"))
    assert first is not None
    assert later is not None
    return min(first, later)
