"""The fold of what happened into clocks, its rules one by one."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from shared.clocks.clock import Clock, clocks, why_late
from shared.clocks.happenings import Happening, What
from shared.clocks.targets import Targets
from shared.playbook import Calendar, ClockKind
from tests.shared.clocks.saying import (
    ALWAYS,
    HOUR,
    MINUTE,
    NINE_TO_FIVE,
    SPLIT,
    at,
    did,
    moved,
    shut_on,
    within,
)

EVERYTHING = within({"first_answer": 60, "next_answer": 120, "accept": 30, "resolve": 480})


def look(
    happenings: Sequence[Happening],
    now: str,
    *,
    targets: Targets = EVERYTHING,
    calendar: Calendar = NINE_TO_FIVE,
    quiet: timedelta | None = None,
) -> dict[ClockKind, list[Clock]]:
    found: dict[ClockKind, list[Clock]] = {}
    for clock in clocks(happenings, targets, lambda _: calendar, at(now), quiet=quiet):
        found.setdefault(clock.kind, []).append(clock)
    return found


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_screen_is_told_of_the_answer_that_stopped_it() -> None:
    for screen in ("ours", "native"):
        (clock,) = look([did("spoke", "mon 09:00"), did("answered", "mon 09:10", screen=screen)], "tue 09:00")[
            "first_answer"
        ]
        assert (clock.ended, clock.screen) == ("answered", screen)


def test_what_did_not_reach_the_customer_stops_nothing_and_is_why_it_was_late() -> None:
    said = [did("spoke", "mon 10:00"), did("unreached", "mon 10:20"), did("answered", "mon 11:30")]
    found = look(said, "mon 12:00")
    (first,), (matter,) = found["first_answer"], found["resolve"]
    assert (first.stopped_at, first.ended, first.late) == (at("mon 11:30"), "answered", True)
    assert first.unreached == matter.unreached == (at("mon 10:20"),)
    assert [part.sentence.partition("; ")[2] for part in why_late(first)] == [
        "the answer of 2026-11-23T09:20:00Z did not reach the customer",
        "",
    ]


def test_at_one_instant_what_did_not_reach_the_customer_comes_after_what_it_was_to_answer() -> None:
    (first,) = look([did("unreached", "mon 10:00"), did("spoke", "mon 10:00")], "mon 10:10")["first_answer"]
    assert first.unreached == (at("mon 10:00"),)


def test_what_did_not_reach_a_customer_who_was_answered_already_is_nothing() -> None:
    said = [did("spoke", "mon 10:00"), did("answered", "mon 10:10"), did("unreached", "mon 10:20")]
    assert look(said, "mon 12:00") == look(said[:2], "mon 12:00")


def test_acknowledging_answers_nothing_and_pauses_nothing() -> None:
    found = look([did("spoke", "mon 09:00"), did("acknowledged", "mon 09:00")], "mon 11:00")
    assert [clock.stopped_at for clocks in found.values() for clock in clocks] == [None, None]
    assert found["resolve"][0].spent == 2 * HOUR


def test_thanks_neither_ends_our_debt_nor_makes_a_new_one() -> None:
    owed = look([did("spoke", "mon 09:00"), did("thanked", "mon 09:05")], "mon 09:30")
    assert owed["first_answer"][0].spent == 30 * MINUTE
    assert look([did("thanked", "mon 09:00"), did("answered", "mon 09:10")], "mon 12:00") == {}


def test_what_the_customer_says_after_a_thank_you_waits_since_then() -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:10"),
            did("thanked", "mon 09:11"),
            did("spoke", "mon 15:00"),
        ],
        "mon 16:00",
    )
    assert [clock.started_at for clock in found["next_answer"]] == [at("mon 15:00")]
    assert found["resolve"][0].spent == 70 * MINUTE


def test_a_call_that_was_taken_is_answered_at_once() -> None:
    found = look([did("talked", "mon 09:00"), did("talked", "mon 09:20")], "mon 12:00")
    (first,) = found["first_answer"]
    assert (first.started_at, first.stopped_at, first.spent, first.late) == (
        at("mon 09:00"),
        at("mon 09:00"),
        timedelta(0),
        False,
    )
    assert first.intervals == ()
    assert found["resolve"][0].spent == timedelta(0)
    assert "next_answer" not in found


def test_a_call_that_was_taken_answers_what_was_written_before() -> None:
    found = look([did("spoke", "mon 09:00"), did("talked", "mon 09:20")], "mon 12:00")
    assert [clock.stopped_at for clock in found["first_answer"]] == [at("mon 09:20")]


def test_at_one_instant_an_answer_comes_after_what_it_answers() -> None:
    found = look([did("answered", "mon 09:00", id="a"), did("spoke", "mon 09:00", id="b")], "mon 09:30")
    assert [clock.stopped_at for clock in found["first_answer"]] == [at("mon 09:00")]


def test_what_is_said_at_the_instant_of_closing_begins_anew() -> None:
    happenings = [did("spoke", "mon 09:00"), did("spoke", "mon 09:10", id="a"), did("closed", "mon 09:10", id="b")]
    found = look(happenings, "mon 09:30")
    assert [clock.stopped_at for clock in found["first_answer"]] == [at("mon 09:10"), None]


def test_a_department_may_say_that_it_answered_without_a_word_in_the_conversation() -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            moved("offered", "mon 09:00", department="billing"),
            moved("accepted", "mon 09:05", 1),
            moved("answered", "mon 09:45", 2),
        ],
        "mon 12:00",
    )
    assert [clock.stopped_at for clock in found["first_answer"]] == [at("mon 09:45")]
    assert found["resolve"][0].spent == 45 * MINUTE


def test_what_is_closed_while_the_customer_waits_says_so() -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            moved("offered", "mon 09:00", department="billing"),
            moved("closed", "mon 11:00", 1),
        ],
        "tue 12:00",
    )
    assert {kind: [clock.ended for clock in found] for kind, found in found.items()} == {
        "first_answer": ["closed"],
        "accept": ["closed"],
        "resolve": ["closed"],
    }
    assert found["first_answer"][0].late


# --- cases ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["accepted", "returned", "handed_over", "expired", "withdrawn", "closed"])
def test_an_offer_waits_until_something_is_done_with_it(act: What) -> None:
    found = look(
        [moved("offered", "mon 09:00", department="billing"), moved(act, "mon 09:20", 1), moved(act, "mon 09:50", 2)],
        "tue 09:00",
    )
    (clock,) = found["accept"]
    assert (clock.ended, clock.stopped_at, clock.department, clock.case) == (
        act,
        at("mon 09:20"),
        "billing",
        "esc_1",
    )


def test_a_reminder_gives_no_new_time() -> None:
    found = look(
        [
            moved("offered", "mon 09:00", department="billing"),
            moved("reminded", "mon 09:30", 1, priority="high"),
            moved("accepted", "mon 09:40", 2),
        ],
        "mon 12:00",
    )
    (clock,) = found["accept"]
    assert (clock.due_at, clock.late, clock.priority) == (at("mon 09:30"), True, "high")


def test_moves_are_in_the_order_of_their_numbers_whatever_clocks_say() -> None:
    found = look(
        [
            moved("offered", "mon 09:00", department="billing"),
            moved("accepted", "mon 09:20", 1),
            moved("returned", "mon 09:10", 2, department="care"),  # whose clock is behind
        ],
        "mon 09:30",
    )
    assert [(clock.department, clock.started_at, clock.stopped_at) for clock in found["accept"]] == [
        ("billing", at("mon 09:00"), at("mon 09:20")),
        ("care", at("mon 09:20"), None),
    ]


def test_one_case_of_two_closes_nothing() -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            moved("offered", "mon 09:00", case="esc_1", department="billing"),
            moved("offered", "mon 09:05", case="esc_2", department="technical"),
            moved("closed", "mon 10:00", 1, case="esc_2"),
        ],
        "mon 10:30",
    )
    assert [clock.stopped_at for clock in found["resolve"]] == [None]
    assert [(each.department, each.until - each.since) for each in found["resolve"][0].intervals] == [
        ("billing", 5 * MINUTE),
        ("technical", 55 * MINUTE),
        ("billing", 30 * MINUTE),
    ]


def test_a_conversation_can_be_closed_without_a_case() -> None:
    found = look([did("spoke", "mon 09:00"), did("answered", "mon 09:10"), did("closed", "mon 10:00")], "tue 09:00")
    assert [clock.ended for clock in found["resolve"]] == ["closed"]


def test_what_reminds_of_a_promise_has_only_to_be_accepted() -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            moved("offered", "mon 09:10", case="esc_r", department="billing", priority="urgent", aside=True),
            moved("closed", "mon 09:15", 1, case="esc_r", aside=True),
        ],
        "mon 09:30",
    )
    assert [clock.stopped_at for clock in found["accept"]] == [at("mon 09:15")]
    (first,) = found["first_answer"]
    assert (first.stopped_at, first.department, first.priority) == (None, None, "normal")


@pytest.mark.parametrize("only_taken", [False, True])
def test_what_is_only_taken_for_closed_ends_nobodys_waiting(only_taken: bool) -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            moved("offered", "mon 09:00", department="billing"),
            moved("accepted", "mon 09:05", 1),
            did("answered", "mon 09:10"),
            did("spoke", "mon 10:00"),
            moved("closed", "mon 11:00", 2, only_taken=only_taken),
            did("answered", "mon 12:00"),
        ],
        "mon 12:30",
    )
    (answer,) = found["next_answer"]
    expected = ("answered", at("mon 12:00")) if only_taken else ("closed", at("mon 11:00"))
    assert (answer.ended, answer.stopped_at) == expected
    assert [clock.stopped_at for clock in found["resolve"]] == [None if only_taken else at("mon 11:00")]


def test_withdrawing_an_offer_ends_no_waiting() -> None:
    found = look(
        [
            did("spoke", "mon 09:00"),
            moved("offered", "mon 09:00", department="billing"),
            moved("withdrawn", "mon 09:10", 1),
        ],
        "mon 09:30",
    )
    assert [clock.stopped_at for clock in found["first_answer"]] == [None]
    assert [clock.department for clock in found["first_answer"]] == ["billing"]


# --- when nothing more comes ------------------------------------------------------------------------------------------


def test_what_nothing_more_comes_of_is_over_and_what_comes_later_is_new() -> None:
    happenings = [did("spoke", "mon 09:00"), did("answered", "mon 09:10"), did("spoke", "fri 09:00")]
    found = look(happenings, "fri 09:05", quiet=timedelta(days=3))
    assert [(clock.stopped_at, clock.ended) for clock in found["resolve"]] == [(at("thu 09:10"), "quiet"), (None, None)]
    assert [clock.started_at for clock in found["first_answer"]] == [at("mon 09:00"), at("fri 09:00")]
    assert "next_answer" not in found
    assert [clock.stopped_at for clock in look(happenings, "wed 09:00", quiet=timedelta(days=3))["resolve"]] == [None]


def test_an_open_case_is_not_quiet_and_one_that_ends_late_is_so_from_then_on() -> None:
    happenings = [
        did("spoke", "mon 09:00"),
        moved("offered", "mon 09:00", department="billing"),
        did("answered", "mon 09:10"),
    ]
    assert [clock.ended for clock in look(happenings, "fri+3 09:00", quiet=timedelta(days=3))["resolve"]] == [None]
    withdrawn = [*happenings, moved("withdrawn", "fri 09:00", 1)]
    (clock,) = look(withdrawn, "fri+3 09:00", quiet=timedelta(days=3))["resolve"]
    assert (clock.stopped_at, clock.spent) == (at("mon+1 09:00"), 10 * MINUTE)


# --- priorities, departments, calendars -------------------------------------------------------------------------------


BY_PRIORITY = within({"first_answer": 480, "accept": 480, "resolve": 480}, by_priority={"urgent": 30, "low": 960})


def test_a_new_priority_counts_from_when_the_clock_began() -> None:
    happenings = [
        did("spoke", "mon 09:00"),
        moved("offered", "mon 09:00", department="care", priority="normal"),
        moved("corrected", "mon 09:10", 1, priority="urgent"),
    ]
    found = look(happenings, "mon 09:20", targets=BY_PRIORITY)
    for kind in ("first_answer", "resolve", "accept"):
        (clock,) = found[kind]
        assert (clock.started_at, clock.due_at, clock.spent, clock.late) == (
            at("mon 09:00"),
            at("mon 09:30"),
            20 * MINUTE,
            False,
        )


def test_a_priority_that_is_taken_back_gives_the_time_back() -> None:
    happenings = [
        did("spoke", "mon 09:00", priority="urgent"),
        moved("offered", "mon 09:00", department="care", priority="urgent"),
        moved("corrected", "mon 10:00", 1, priority="normal"),
    ]
    (clock,) = look(happenings, "mon 10:30", targets=BY_PRIORITY)["first_answer"]
    assert (clock.due_at, clock.late, clock.priority) == (at("mon 17:00"), False, "normal")


def test_a_message_raises_a_priority_and_never_lowers_it() -> None:
    happenings = [
        did("spoke", "mon 09:00", priority="urgent"),
        did("spoke", "mon 09:05", priority="normal"),
        did("answered", "mon 09:10"),
        did("spoke", "mon 10:00", priority="low"),
    ]
    found = look(happenings, "mon 10:30", targets=within({"next_answer": 480}, by_priority={"urgent": 30}))
    assert [clock.priority for clock in found["next_answer"]] == ["urgent"]


def test_neither_does_the_offer_of_a_message() -> None:
    happenings = [
        did("spoke", "mon 09:00", priority="urgent"),
        did("spoke", "mon 09:05"),
        moved("offered", "mon 09:05", department="care", priority="normal"),
    ]
    found = look(happenings, "mon 09:10")
    assert [clock.priority for clock in (*found["first_answer"], *found["accept"])] == ["urgent", "normal"]


def test_a_case_keeps_its_priority_wherever_it_goes() -> None:
    happenings = [
        did("spoke", "mon 09:00", priority="urgent"),
        moved("offered", "mon 09:05", department="care", priority="low"),
        moved("handed_over", "mon 09:06", 1, department="billing"),
    ]
    assert [clock.priority for clock in look(happenings, "mon 09:10")["accept"]] == ["low", "low"]


def test_a_closed_matter_leaves_its_priority_and_its_department_to_no_other() -> None:
    happenings = [
        did("spoke", "mon 09:00", priority="urgent"),
        moved("offered", "mon 09:00", department="care"),
        moved("closed", "mon 09:05", 1),
        did("spoke", "mon 10:00"),
    ]
    found = look(happenings, "mon 11:00")["first_answer"]
    assert [(clock.priority, clock.department) for clock in found] == [("urgent", "care"), ("normal", None)]


def test_each_department_has_its_time_by_its_own_calendar() -> None:
    calendars = {None: ALWAYS, "night": ALWAYS, "day": NINE_TO_FIVE}
    happenings = [
        did("spoke", "mon 20:00"),
        moved("offered", "mon 21:00", department="day"),
        moved("handed_over", "mon 23:00", 1, department="night"),
        did("answered", "mon 23:30"),
    ]
    found = clocks(happenings, EVERYTHING, lambda name: calendars[name], at("tue 09:00"))
    first = next(clock for clock in found if clock.kind == "first_answer")
    assert [(each.why, each.department, each.calendar, each.until - each.since) for each in first.intervals] == [
        ("counted", None, "always", HOUR),
        ("closed", "day", "office", 2 * HOUR),
        ("counted", "night", "always", 30 * MINUTE),
    ]
    assert (first.due_at, first.spent, first.late) == (at("mon 21:00"), 90 * MINUTE, True)
    assert (first.department, first.calendar) == ("night", "always")


def test_what_is_due_at_closing_is_late_when_it_is_answered_the_next_morning_before_opening() -> None:
    happenings = [did("spoke", "mon 16:00"), did("answered", "tue 08:00")]
    (clock,) = look(happenings, "wed 09:00")["first_answer"]
    assert (clock.due_at, clock.spent, clock.late) == (at("mon 17:00"), 60 * MINUTE, True)
    (in_time,) = look([did("spoke", "mon 16:00"), did("answered", "mon 17:00")], "wed 09:00")["first_answer"]
    assert not in_time.late


def test_a_pause_that_begins_when_the_time_is_up_is_not_late() -> None:
    happenings = [did("spoke", "mon 09:00"), did("answered", "mon 17:00")]
    (clock,) = look(happenings, "fri 09:00")["resolve"]
    assert (clock.due_at, clock.spent, clock.late) == (at("mon 17:00"), 8 * HOUR, False)
    (again,) = look([*happenings, did("spoke", "fri 09:00")], "fri 09:01")["resolve"]
    assert again.late


def test_what_has_no_target_has_no_clock() -> None:
    found = look([did("spoke", "mon 09:00")], "mon 10:00", targets=within({"next_answer": 5}))
    assert found == {}


def test_a_past_period_is_computed_by_whatever_playbook_one_holds_against_it() -> None:
    happenings = [did("spoke", "mon 13:30"), did("answered", "mon 16:10")]
    was = look(happenings, "tue 09:00", calendar=NINE_TO_FIVE)["first_answer"][0]
    would_be = look(happenings, "tue 09:00", calendar=SPLIT)["first_answer"][0]
    assert (was.spent, was.late) == (160 * MINUTE, True)
    assert (would_be.spent, would_be.late) == (40 * MINUTE, False)


# --- why it was late --------------------------------------------------------------------------------------------------


def test_why_it_was_late_is_where_all_its_time_went() -> None:
    calendar = shut_on(SPLIT, date(2026, 11, 24))
    happenings = [
        did("spoke", "sun 12:00"),
        moved("offered", "sun 12:00", department="billing"),
        did("answered", "mon+1 09:10"),
        did("spoke", "mon+1 13:30"),
        moved("closed", "mon+1 16:10", 1),
    ]
    (clock,) = look(happenings, "fri+1 09:00", calendar=calendar, targets=within({"resolve": 20}))["resolve"]
    found = why_late(clock)
    assert [(each.why, each.over) for each in found] == [
        ("not_started", False),
        ("counted", False),
        ("waiting_for_customer", False),
        ("counted", False),
        ("counted", True),
        ("closed", True),
        ("counted", True),
    ]
    assert [each.sentence for each in found] == [
        "2026-11-29T11:00:00Z to 2026-11-30T08:00:00Z: it came outside the hours of the calendar 'split'",
        "2026-11-30T08:00:00Z to 2026-11-30T08:10:00Z: 10 min with billing",
        "2026-11-30T08:10:00Z to 2026-11-30T12:30:00Z: we waited for the customer",
        "2026-11-30T12:30:00Z to 2026-11-30T12:40:00Z: 10 min with billing",
        "2026-11-30T12:40:00Z to 2026-11-30T13:00:00Z: 20 min with billing, after it was due",
        "2026-11-30T13:00:00Z to 2026-11-30T15:00:00Z: closed by the calendar 'split', with billing, after it was due",
        "2026-11-30T15:00:00Z to 2026-11-30T15:10:00Z: 10 min with billing, after it was due",
    ]


def test_a_holiday_is_named_as_one() -> None:
    calendar = shut_on(NINE_TO_FIVE, date(2026, 11, 24))
    (clock,) = look([did("spoke", "mon 16:30")], "wed 10:00", calendar=calendar)["first_answer"]
    assert [each.why for each in clock.intervals] == ["counted", "closed", "holiday", "closed", "counted"]
    assert "a holiday or closed day of the calendar 'office', with nobody yet" in why_late(clock)[2].sentence


def test_what_is_not_late_has_no_reasons() -> None:
    (clock,) = look([did("spoke", "mon 09:00")], "mon 09:30")["first_answer"]
    assert why_late(clock) == []


def test_a_clock_can_be_kept_and_read_again() -> None:
    for clock in clocks([did("spoke", "mon 09:00")], EVERYTHING, lambda _: SPLIT, at("fri 09:00")):
        assert Clock.model_validate_json(clock.model_dump_json()) == clock
