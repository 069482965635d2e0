"""Derived ids: the same for the same parts, for ever, and for no others."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import customer_id, escalation_id

parts = st.tuples(st.text(), st.text(), st.text())


def test_ids_stay_what_they_are() -> None:
    """These are kept in tables and queues of running systems: a change here is a migration."""
    assert customer_id("telegram:teleprado_bot:4711") == "cus_6uzuj6x4gcz5deflhh5gbcx5ft"
    escalation = escalation_id(identity="telegram:teleprado_bot:4711", external_id="12", department="billing")
    assert escalation == "esc_vkxje4xmqlmipkdpxxhxdt4adl"


@given(parts)
def test_ids_fit_queues_and_paths(named: tuple[str, str, str]) -> None:
    assert re.fullmatch("esc_[a-z2-7]{26}", _escalation(named))
    assert re.fullmatch("cus_[a-z2-7]{26}", customer_id(named[0]))


@given(parts, parts)
def test_different_parts_have_different_ids(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (_escalation(one) == _escalation(other)) == (one == other)


def test_a_boundary_moved_is_another_id() -> None:
    rows = [
        ("ab", "c", "d"),
        ("a", "bc", "d"),
        ("a", "b", "cd"),
        ("a,1:b", "c", "d"),
        ("a", "1:b,c", "d"),
        ("", "ab", "cd"),
    ]
    ids = sorted(_escalation(row) for row in rows)
    assert all(one != other for one, other in pairwise(ids))


def _escalation(named: tuple[str, str, str]) -> str:
    identity, external_id, department = named
    return escalation_id(identity=identity, external_id=external_id, department=department)
