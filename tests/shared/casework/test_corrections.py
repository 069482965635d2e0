"""What people say of the triage: the last word on each part, in the order of what was done, and never an empty one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.corrections import Correction, fold, must_change
from shared.casework.steps import Agent, CaseMove, Corrections
from shared.errors import InvalidParameter
from shared.playbook import PRIORITIES, Priority

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LENA, IDA = (Agent(subject=name, department="billing") for name in ("lena", "ida"))
ANGRY, CALM, TROLL = Corrections(tone="angry"), Corrections(tone="neutral"), Corrections(speaker="agitator")


def said(
    number: int, what: Corrections | None = None, *, priority: Priority | None = None, by: Agent = LENA, why: str = ""
) -> CaseMove:
    return CaseMove(
        id=f"stp_{number}",
        identity="telegram:shop:1",
        at=AT + timedelta(minutes=number),
        by=by,
        why=why,
        escalation_id="esc_1",
        number=number,
        act="corrected",
        priority=priority,
        corrections=what,
    )


def test_the_last_word_on_each_part_counts_with_whose_it_is_and_why() -> None:
    kept = fold((), said(1, ANGRY, priority="urgent", why="she means it"))
    kept = fold(kept, said(2, CALM, by=IDA, why="that was a joke"))
    kept = fold(kept, said(3, TROLL))
    assert [(each.part, each.value, each.by, each.why) for each in kept] == [
        ("priority", "urgent", LENA, "she means it"),
        ("speaker", "agitator", LENA, ""),
        ("tone", "neutral", IDA, "that was a joke"),
    ]
    assert [each.at for each in kept] == [AT + timedelta(minutes=number) for number in (1, 3, 2)]


def test_what_else_is_done_with_a_case_says_nothing_of_the_triage() -> None:
    kept = fold((), said(1, ANGRY))
    reminded = said(2, priority="urgent").model_copy(update={"act": "reminded"})
    assert fold(kept, reminded) == kept


@pytest.mark.parametrize(
    ("priority", "what", "field"),
    [
        (None, None, "priority"),
        ("normal", None, "priority"),
        (None, ANGRY, "tone"),
        (None, TROLL, "speaker"),
        ("normal", Corrections(tone="angry", speaker="agitator"), "priority"),
    ],
)
def test_what_is_so_already_is_no_correction(priority: Priority | None, what: Corrections | None, field: str) -> None:
    kept = fold(fold((), said(1, ANGRY, priority="urgent")), said(2, TROLL))
    with pytest.raises(InvalidParameter) as refused:
        must_change(kept, priority, what, was="normal")
    assert refused.value.field == field


def test_one_part_that_is_otherwise_is_enough() -> None:
    kept = fold((), said(1, ANGRY))
    must_change(kept, "normal", CALM, was="normal")
    must_change(kept, "high", ANGRY, was="normal")
    must_change((), None, CALM, was="normal")  # the triage itself may have said otherwise


@given(st.lists(st.tuples(st.none() | st.sampled_from(PRIORITIES), st.none() | st.builds(Corrections)), max_size=8))
def test_each_part_is_what_was_said_of_it_last(history: list[tuple[Priority | None, Corrections | None]]) -> None:
    kept: tuple[Correction, ...] = ()
    for number, (priority, what) in enumerate(history, 1):
        kept = fold(kept, said(number, what, priority=priority))
    for part in ("priority", "tone", "speaker"):
        words = [priority if part == "priority" else what and getattr(what, part) for priority, what in history]
        assert [each.value for each in kept if each.part == part] == [each for each in words if each][-1:]
    assert [each.part for each in kept] == sorted({each.part for each in kept})
