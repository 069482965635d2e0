"""Commitments: the same head in whatever order their steps come, how it stands at any instant, and what contradicts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.commitments import (
    CommitmentHead,
    Conflict,
    Made,
    Term,
    commitment_id,
    conflicts,
    fold,
    remind_at,
)
from shared.casework.steps import Agent, Commitment, CommitmentEnd, CommitmentMove

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
ANA = "telegram:shop:ana"
ID = "com_a"

type Step = Commitment | CommitmentEnd | CommitmentMove


def made(name: str = "a", at: datetime = NOON, **said: Any) -> Commitment:
    plain = {"matter": "la devolución", "text": "Se lo devolvemos.", "until": NOON + 10 * HOUR}
    department = said.pop("department", "billing")
    return Commitment(
        id=f"stp_{name}", identity=ANA, at=at, by=Agent(subject="u1", department=department), **plain | said
    )


def moved(name: str, at: datetime, until: datetime) -> CommitmentMove:
    return CommitmentMove(id=f"stp_{name}", identity=ANA, at=at, by=Agent(subject="u2"), commitment_id=ID, until=until)


def ended(name: str, at: datetime, outcome: Any = "kept") -> CommitmentEnd:
    return CommitmentEnd(
        id=f"stp_{name}", identity=ANA, at=at, by=Agent(subject="u3"), commitment_id=ID, outcome=outcome
    )


def head(*steps: Step) -> CommitmentHead:
    found = reduce(fold, steps, None)
    assert found is not None
    return found


# -------------------------------------------------------------------------------------------------------------- folds

instants = st.integers(0, 5).map(lambda hours: NOON + hours * HOUR)
names = st.integers(0, 9).map(str)
later = st.one_of(
    st.builds(moved, names.map("m{}".format), instants, instants),
    st.builds(ended, names.map("e{}".format), instants, st.sampled_from(["kept", "withdrawn"])),
)
histories = st.lists(later, max_size=6, unique_by=lambda step: step.id).map(lambda steps: [made(), *steps])


@given(histories, st.data())
def test_any_order_and_any_repetition_come_to_the_same_head(history: list[Step], data: st.DataObject) -> None:
    expected = head(*history)
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=4))
    order = data.draw(st.permutations(history + repeated))
    assert head(*order) == expected
    assert head(*order).model_dump_json() == expected.model_dump_json()


@given(histories)
def test_a_head_is_kept_and_read_again(history: list[Step]) -> None:
    for count in range(1, len(history) + 1):
        found = head(*history[-count:])
        assert CommitmentHead.model_validate_json(found.model_dump_json(exclude_defaults=True)) == found


@given(histories)
def test_nothing_of_a_history_is_forgotten(history: list[Step]) -> None:
    found = head(*history)
    assert {move.step_id for move in found.moved} == {step.id for step in history if isinstance(step, CommitmentMove)}
    ends = [step for step in history if isinstance(step, CommitmentEnd)]
    assert (found.ended is None) is (not ends)
    assert [term.id for term in found.terms] == [ID, *(move.step_id for move in found.moved)]


def test_a_commitment_has_the_id_of_the_step_that_makes_it() -> None:
    assert commitment_id(made("b")) == "com_b"
    assert head(made()).id == ID


def test_what_is_known_of_it_before_it_is_known_to_be_made() -> None:
    only_later = head(ended("e", NOON + HOUR), moved("m", NOON, NOON + 2 * HOUR))
    assert only_later.made is None
    assert only_later.to_be_kept is None
    assert only_later.state(NOON) == "kept"
    assert list(conflicts([only_later, head(made("b", stance="refusal", until=None))], NOON)) == []


# ------------------------------------------------------------------------------------------------------- how it stands


@pytest.mark.parametrize(
    ("steps", "now", "state"),
    [
        ([made()], NOON, "open"),
        ([made()], NOON + 10 * HOUR, "open"),  # at the very instant, it may still be kept
        ([made()], NOON + 10 * HOUR + TICK, "broken"),
        ([made(until=None)], NOON + 9999 * HOUR, "open"),
        ([made(until=NOON)], NOON, "open"),
        ([made(until=NOON - HOUR)], NOON, "broken"),  # promised for a time that was over
        ([made(), ended("e", NOON + 10 * HOUR)], NOON + 11 * HOUR, "kept"),
        ([made(), ended("e", NOON + 10 * HOUR + TICK)], NOON + 11 * HOUR, "kept_late"),
        ([made(), ended("e", NOON + 20 * HOUR, "withdrawn")], NOON + 21 * HOUR, "withdrawn"),
        ([made(until=None), ended("e", NOON + 9999 * HOUR)], NOON, "kept"),
        ([made(), moved("m", NOON + HOUR, NOON + 20 * HOUR)], NOON + 20 * HOUR, "open"),
        ([made(), moved("m", NOON + HOUR, NOON + 20 * HOUR)], NOON + 20 * HOUR + TICK, "broken"),
        ([made(), moved("m", NOON + HOUR, NOON + 2 * HOUR)], NOON + 3 * HOUR, "broken"),  # brought forward
        ([made(until=None), moved("m", NOON + HOUR, NOON + 2 * HOUR)], NOON + 3 * HOUR, "broken"),
        ([made(), moved("m", NOON + 11 * HOUR, NOON + 20 * HOUR)], NOON + 12 * HOUR, "open"),  # agreed anew when broken
        # the last move counts, and none that is made after the end
        (
            [made(), moved("m", NOON + 2 * HOUR, NOON + 3 * HOUR), moved("n", NOON + HOUR, NOON)],
            NOON + 3 * HOUR,
            "open",
        ),
        ([made(), ended("e", NOON + 11 * HOUR), moved("m", NOON + 12 * HOUR, NOON + 20 * HOUR)], NOON, "kept_late"),
        ([made(), ended("e", NOON + 11 * HOUR), moved("f", NOON + 11 * HOUR, NOON + 20 * HOUR)], NOON, "kept_late"),
        ([made(), ended("e", NOON + 11 * HOUR), moved("d", NOON + 11 * HOUR, NOON + 20 * HOUR)], NOON, "kept"),
        # the first end counts
        ([made(), ended("e", NOON + HOUR), ended("f", NOON + 2 * HOUR, "withdrawn")], NOON, "kept"),
        ([made(), ended("e", NOON + HOUR, "withdrawn"), ended("f", NOON + 2 * HOUR)], NOON, "withdrawn"),
        ([made(), ended("f", NOON + HOUR), ended("e", NOON + HOUR, "withdrawn")], NOON, "withdrawn"),
        # a refusal is not due, whatever anybody moves
        ([made(stance="refusal", until=None)], NOON + 9999 * HOUR, "open"),
        ([made(stance="refusal", until=NOON)], NOON + HOUR, "open"),
        ([made(stance="refusal", until=None), moved("m", NOON, NOON)], NOON + HOUR, "open"),
    ],
)
def test_how_it_stands(steps: Sequence[Step], now: datetime, state: str) -> None:
    for order in permutations(steps):
        assert head(*order).state(now) == state


def test_a_term_is_known_by_what_set_it_so_that_moving_back_is_a_term_of_its_own() -> None:
    there_and_back = head(
        made(), moved("m", NOON + HOUR, NOON + 20 * HOUR), moved("n", NOON + 2 * HOUR, NOON + 10 * HOUR)
    )
    assert there_and_back.terms == [
        Term(NOON + 10 * HOUR, NOON, ID),
        Term(NOON + 20 * HOUR, NOON + HOUR, "stp_m"),
        Term(NOON + 10 * HOUR, NOON + 2 * HOUR, "stp_n"),
    ]
    assert there_and_back.to_be_kept == there_and_back.terms[-1]
    assert fold(there_and_back, ended("e", NOON + 3 * HOUR)).to_be_kept is None


@pytest.mark.parametrize(
    ("hours", "notice", "expected"),
    [
        (10, 2 * HOUR, 8 * HOUR),
        (4, 2 * HOUR, 2 * HOUR),
        (3, 2 * HOUR, 1.5 * HOUR),  # not at the very moment at which it is promised
        (0, 2 * HOUR, 0 * HOUR),
        (-1, 2 * HOUR, -1 * HOUR),
        (9999, 366 * 24 * HOUR, 4999.5 * HOUR),
    ],
)
def test_when_it_is_nearly_due(hours: int, notice: timedelta, expected: timedelta) -> None:
    assert remind_at(Term(NOON + hours * HOUR, NOON, ID), notice) == NOON + expected


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)), st.integers(1, 527_040))
def test_no_term_is_too_far_away_to_be_reminded_of(until: datetime, since: datetime, minutes: int) -> None:
    at = remind_at(Term(until, since, ID), timedelta(minutes=minutes))
    assert min(since, until) <= at <= until


# ------------------------------------------------------------------------------------------------------- what conflicts

PROMISE: dict[str, Any] = {"stance": "promise"}
REFUSAL: dict[str, Any] = {"stance": "refusal", "until": None}


def told(name: str, at: datetime = NOON, **said: Any) -> CommitmentHead:
    return head(made(name, at, **said))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (PROMISE, REFUSAL, "contradiction"),
        (PROMISE, REFUSAL | {"department": "technical"}, "contradiction"),
        (REFUSAL, REFUSAL | {"department": "technical"}, None),
        (PROMISE, PROMISE, None),  # one department, twice: nobody contradicts anybody
        (PROMISE, PROMISE | {"department": "technical"}, "both_open"),
        (PROMISE, PROMISE | {"department": None}, "both_open"),
        (PROMISE | {"department": None}, PROMISE | {"department": None}, None),
        # broken promises stand
        (PROMISE | {"until": NOON - HOUR}, PROMISE | {"department": "technical"}, "both_open"),
        (PROMISE | {"until": NOON - HOUR}, REFUSAL, "contradiction"),
        # the matter is what people read
        (PROMISE | {"matter": "La Devolución"}, REFUSAL | {"matter": "LA DEVOLUCION!"}, "contradiction"),
        (PROMISE | {"matter": "  la   devolución"}, REFUSAL, "contradiction"),
        (PROMISE | {"matter": "la devolucio\u0301n"}, REFUSAL, "contradiction"),
        (PROMISE | {"matter": "el router"}, REFUSAL, None),
        (PROMISE | {"matter": "el año"}, REFUSAL | {"matter": "el ano"}, None),  # ñ is a letter of its own
        (PROMISE | {"matter": "🎁"}, REFUSAL | {"matter": "📦"}, None),  # no words, and not the same
        (PROMISE | {"matter": "🎁"}, REFUSAL | {"matter": "🎁"}, "contradiction"),
    ],
)
def test_what_does_not_go_together(one: dict[str, Any], other: dict[str, Any], kind: str | None) -> None:
    heads = [told("a", **one), told("b", NOON + HOUR, **other)]
    for order in (heads, heads[::-1]):
        found = list(conflicts(order, NOON + HOUR))
        assert [(each.kind, each.commitments) for each in found] == ([(kind, ("com_a", "com_b"))] if kind else [])


@pytest.mark.parametrize("outcome", ["kept", "withdrawn"])
def test_what_is_over_conflicts_with_nothing(outcome: str) -> None:
    over = fold(told("a"), ended("e", NOON + HOUR, outcome))
    assert list(conflicts([over, told("b", **REFUSAL), told("c", department="technical")], NOON + HOUR)) == [
        Conflict(
            kind="contradiction",
            matter="la devolución",
            commitments=("com_b", "com_c"),
            departments=("billing", "technical"),
        )
    ]


def test_each_two_are_named_once_and_the_earlier_first() -> None:
    heads = [told("c", NOON), told("a", NOON, department="technical"), told("b", NOON - HOUR, **REFUSAL)]
    for order in permutations(heads):
        assert [(each.kind, each.commitments) for each in conflicts(order, NOON)] == [
            ("contradiction", ("com_b", "com_a")),
            ("contradiction", ("com_b", "com_c")),
            ("both_open", ("com_a", "com_c")),
        ]


def test_what_is_said_is_kept_as_it_was_said() -> None:
    step = made(escalation_id="esc_1")
    assert head(step).made == Made(
        at=NOON,
        by=step.by,
        stance="promise",
        matter=step.matter,
        text=step.text,
        until=step.until,
        escalation_id="esc_1",
    )
