"""Notes of who looked: beside what was looked at, the newest first."""

from datetime import datetime, timedelta

import pytest

from shared.casework.seen import Seen
from shared.store import keys, seen
from shared.store.table import Table
from tests.conftest import NOW

ANA, LUIS = keys.identity("telegram:tienda_bot:1"), keys.identity("telegram:tienda_bot:2")


def _look(minutes: int, name: str = "r") -> Seen:
    return Seen(id=f"{name}-{minutes}", at=_ago(minutes), by="marta", what="customer", why="Reclama la factura")


def _ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_a_look_at_several_is_noted_with_each(table: Table) -> None:
    look = _look(1).model_copy(update={"purposes": ("delivery",), "parts": ("contacts", "next")})
    seen.keep(table, [ANA, LUIS], look)
    for partition in (ANA, LUIS):
        key = keys.seen(partition, at=look.at, request_id=look.id)
        assert seen.newest(table, partition, upto=None, count=9) == [(key, look)]


@pytest.mark.parametrize(
    ("upto", "minutes"),
    [
        (None, [1, 2, 3]),
        ((keys.instant(_ago(2)), f"seen#{keys.instant(_ago(2))}#r-2"), [2, 3, 4]),
        ((keys.instant(_ago(2)), f"seen#{keys.instant(_ago(2))}#r-1"), [3, 4]),
        ((keys.instant(_ago(2)), "step#stp_a"), [2, 3, 4]),
        ((keys.instant(_ago(9)), "step#stp_a"), []),
    ],
)
def test_looks_are_read_from_a_place_on(table: Table, upto: tuple[str, str] | None, minutes: list[int]) -> None:
    for number in (4, 1, 3, 2):
        seen.keep(table, [ANA], _look(number))
    seen.keep(table, [LUIS], _look(2))
    assert [look for _, look in seen.newest(table, ANA, upto=upto, count=3)] == [_look(each) for each in minutes]
