"""Until when a customer is to be answered, at which stage their wait is, and what is raised of it: always the same."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.escalation import Unanswered
from shared.playbook import Playbook
from shared.projection.conversation import Conversation
from shared.projection.unanswered import (
    STAGES,
    answer_due,
    is_answered,
    next_look,
    own_id,
    priority,
    raised,
    stage,
    stage_due,
    waiting,
    why,
)
from shared.store import keys
from shared.store.keys import Key
from tests.conftest import NOW
from tests.world import playbook

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
ANA = "whatsapp:shop:34600000000"
KEY = Key(keys.identity(ANA), "conversation#whatsapp#direct")


def within(hours: int) -> dict[str, int]:
    return dict.fromkeys(("low", "normal", "high", "urgent"), hours * 60)


def with_(**changes: Any) -> Playbook:
    """Return the example playbook with no clocks but these."""
    return Playbook.model_validate(playbook().model_dump() | {"clocks": ()} | changes)


PLAYBOOK = with_(clocks=[{"kind": "first_answer", "within": within(4)}, {"kind": "next_answer", "within": within(6)}])


def head(**changes: Any) -> Conversation:
    plain = {"identity": ANA, "account": "shop", "channel": "whatsapp", "thread": "direct", "visibility": "private"}
    return Conversation.model_validate(plain | {"opened_at": NOW, "waiting_since": NOW} | changes)


# --- when ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clocks", "changes", "expected"),
    [
        ([], {}, "normal of priorities.answer_within"),
        ([{"kind": "first_answer", "within": within(4)}], {}, 4 * HOUR),
        ([{"kind": "next_answer", "within": within(4)}], {"last_outbound_at": NOW - HOUR}, 4 * HOUR),
        ([{"kind": "first_answer", "within": within(4), "channel": "whatsapp"}], {}, 4 * HOUR),
        ([{"kind": "first_answer", "within": within(4), "department": "care"}], {}, 4 * HOUR),
        (
            [{"kind": "first_answer", "within": within(4), "channel": "telegram"}],
            {},
            "normal of priorities.answer_within",
        ),
        (
            [{"kind": "first_answer", "within": within(4), "department": "billing"}],
            {},
            "normal of priorities.answer_within",
        ),
        ([{"kind": "accept", "within": within(4)}], {}, "normal of priorities.answer_within"),
    ],
)
def test_the_clock_that_counts(clocks: list[Any], changes: dict[str, Any], expected: Any) -> None:
    ordinary = playbook().priorities.answer_within.of("normal")
    due = answer_due(with_(clocks=clocks), head(**changes))
    assert due - NOW == (ordinary if isinstance(expected, str) else expected)


def test_it_runs_in_the_open_time_of_the_default_department() -> None:
    """NOW is a Sunday."""
    office = {"name": "weekdays", "time_zone": "Europe/Madrid", "hours": {"mon-fri": ["09:00-17:00"]}}
    departments = [
        each.model_dump() | {"calendar": "weekdays" if each.name == "care" else None} for each in playbook().departments
    ]
    said = with_(calendars=[office], departments=departments, clocks=[{"kind": "first_answer", "within": within(6)}])
    assert answer_due(said, head()) == datetime.fromisoformat("2026-11-23T14:00:00Z")
    assert stage_due(said, head(), "long_overdue") == datetime.fromisoformat("2026-11-24T12:00:00Z")


def test_the_stages_come_one_after_the_other_and_each_only_once_its_time_is_over() -> None:
    first, second = NOW + 4 * HOUR, NOW + 8 * HOUR
    assert [stage_due(PLAYBOOK, head(), at) for at in STAGES] == [first, second]
    instants = (NOW, first, first + TICK, second, second + TICK, second + 999 * HOUR)
    assert [stage(head(), at, PLAYBOOK) for at in instants] == [
        None,
        None,
        "overdue",
        "overdue",
        "long_overdue",
        "long_overdue",
    ]
    assert [next_look(head(), seen, PLAYBOOK) for seen in (None, *STAGES)] == [first, second, None]


def test_whoever_does_not_wait_is_at_no_stage_and_not_listed() -> None:
    nobody = head(waiting_since=None)
    assert stage(nobody, NOW + 999 * HOUR, PLAYBOOK) is None
    assert next_look(nobody, None, PLAYBOOK) is None
    assert waiting(KEY, nobody, PLAYBOOK) == {}


def test_whoever_waits_is_listed_for_the_next_stage_and_after_the_last_one_by_how_long() -> None:
    shard = {"S": keys.shard("waiting", KEY.pk)}
    assert waiting(KEY, head(), PLAYBOOK) == {"open": shard, "open_at": {"S": keys.instant(NOW + 4 * HOUR)}}
    seen = waiting(KEY, head(), PLAYBOOK, seen_to="overdue")
    assert seen == {"open": shard, "open_at": {"S": keys.instant(NOW + 8 * HOUR)}}
    long = {"open": {"S": keys.shard("long_waiting", KEY.pk)}, "open_at": {"S": keys.instant(NOW)}}
    assert waiting(KEY, head(), PLAYBOOK, seen_to="long_overdue") == long, "there the longest wait is the first"
    assert waiting(KEY, head(waiting_since=None), PLAYBOOK, seen_to="long_overdue") == {}


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_wait_never_goes_back_a_stage(one: int, other: int) -> None:
    def place(seconds: int) -> int:
        found = stage(head(), NOW + timedelta(seconds=seconds / 1000), PLAYBOOK)
        return -1 if found is None else STAGES.index(found)

    assert place(min(one, other)) <= place(max(one, other))


# --- what is raised --------------------------------------------------------------------------------------------------


def test_what_is_raised_says_since_when_and_by_when_and_is_to_be_accepted_from_now_on() -> None:
    now, asked = NOW + 20 * HOUR, head(waiting_since=NOW + HOUR)
    case = raised(
        asked, "overdue", head=head(), key=KEY, event_key="event#1", department="care", playbook=PLAYBOOK, now=now
    )
    assert (case.department, case.priority, case.offered_at, case.event_key) == ("care", "high", now, "event#1")
    assert case.accept_by == now + PLAYBOOK.department("care").accept_within.of("high")
    assert case.unanswered == Unanswered(conversation=KEY.sk, since=NOW)
    (reason,) = case.reasons
    assert reason == why(asked, "overdue", PLAYBOOK)
    assert reason.text.endswith("waiting since 2026-11-22T13:00:00Z, and were to hear by 2026-11-22T17:00:00Z.")
    assert case.as_first_offered == case
    assert type(case).model_validate_json(case.model_dump_json(exclude_defaults=True)) == case


def test_each_stage_of_each_wait_of_each_conversation_has_an_id_of_its_own_and_always_the_same() -> None:
    ids = {
        own_id(found, at, key)
        for at in STAGES
        for found in (head(), head(waiting_since=NOW + TICK), head(identity="whatsapp:shop:34600000001"))
        for key in (KEY, Key(KEY.pk, "conversation#whatsapp#other"))
    }
    assert len(ids) == 12
    assert own_id(head(), "overdue", KEY) == own_id(head(last_outbound_at=NOW - HOUR), "overdue", KEY)
    assert [priority(at) for at in STAGES] == ["high", "urgent"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, True),
        (head(waiting_since=None), True),
        (head(waiting_since=NOW + TICK), True),
        (head(), False),
        (head(waiting_since=NOW - HOUR), False),
    ],
    ids=["no head", "nobody waits", "answered, and asked again", "still waits", "has waited longer than was known"],
)
def test_who_was_answered(found: Conversation | None, expected: bool) -> None:
    assert is_answered(NOW, found) is expected
