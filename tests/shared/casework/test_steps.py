"""Steps: what may be one, what may not, and that each is kept and read again."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.casework.steps import Step, pair, step_adapter
from tests.shared.casework.strategies import steps
from tests.strategies import identifiers

COMMON = {"id": "stp_1", "identity": "x:1:2", "at": "2026-11-22T12:00:00Z", "by": {"subject": "u1"}}
GOOD: dict[str, dict[str, Any]] = {
    "note": {"text": "Prefiere que le llamen."},
    "commitment": {"matter": "la devolución", "text": "Se lo devolvemos.", "until": "2026-11-30T12:00:00+01:00"},
    "commitment_end": {"commitment_id": "com_1", "outcome": "kept"},
    "commitment_move": {"commitment_id": "com_1", "until": "2026-11-30T12:00:00Z"},
    "need": {"topic": "eSIM", "text": "¿tenéis eSIM?"},
    "consent": {"purpose": "news", "given": False, "evidence": "escribió BAJA"},
    "link": {"decision": "linked", "pairs": [["x:1:2", "x:1:3"]]},
}


def said(kind: str, /, **changes: Any) -> dict[str, Any]:
    return COMMON | {"kind": kind} | GOOD[kind] | changes


@given(steps())
def test_a_step_is_kept_and_read_again(step: Step) -> None:
    kept = step.model_dump(mode="json", exclude_defaults=True) | {"kind": step.kind}
    assert step_adapter.validate_json(orjson.dumps(kept)) == step


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_is_read_by_its_name(kind: str) -> None:
    assert step_adapter.validate_python(said(kind)).kind == kind


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("identity", ""),
        ("at", "2026-11-22T12:00:00"),
        ("at", None),
        ("by", {}),
        ("by", {"subject": ""}),
        ("by", {"subject": "u1", "department": "Billing"}),
        ("kind", "wish"),
        ("colour", "red"),
    ],
)
def test_no_step_goes_without_who_whose_and_when(kind: str, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        step_adapter.validate_python(said(kind, **{field: value}))
    assert any(field in map(str, error["loc"]) or field in error["msg"] for error in refused.value.errors())


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("note", "text", ""),
        ("commitment", "stance", "perhaps"),
        ("commitment", "matter", ""),
        ("commitment", "text", None),
        ("commitment", "until", "2026-11-30"),
        ("commitment_end", "outcome", "broken"),  # nobody says so: time does
        ("commitment_end", "commitment_id", ""),
        ("commitment_move", "until", None),
        ("need", "topic", ""),
        ("consent", "given", None),
        ("consent", "evidence", ""),
        ("link", "decision", "maybe"),
        ("link", "pairs", []),
        ("link", "pairs", [["x:1:2"]]),
        ("link", "pairs", [["x:1:2", ""]]),
    ],
)
def test_what_a_step_may_not_say(kind: str, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        step_adapter.validate_python(said(kind, **{field: value}))
    assert any(field in map(str, error["loc"]) for error in refused.value.errors())


def test_errors_do_not_tell_what_was_said() -> None:
    with pytest.raises(ValidationError) as refused:
        step_adapter.validate_python(said("note", text=["canary-7351"]))
    assert "canary-7351" not in str(refused.value)


@given(st.lists(identifiers, min_size=2, max_size=2, unique=True))
def test_a_pair_is_the_same_whoever_is_named_first(two: list[str]) -> None:
    assert pair(*two) == pair(*two[::-1]) == tuple(sorted(two))


@given(identifiers)
def test_nobody_is_a_pair(one: str) -> None:
    with pytest.raises(ValueError, match="two"):
        pair(one, one)
