"""What an item costs, by the rules of DynamoDB's documentation."""

from typing import Any

import pytest

from bench.capacity import index_write_units, item_size, read_units, write_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "ñ€"}, 5),
        ({"B": b"\x00\xff"}, 2),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "12"}, 2),
        ({"N": "123"}, 3),
        ({"N": "-1.5"}, 2),
        ({"N": "1000000"}, 2),
        ({"N": "0.0012"}, 2),
        ({"N": "12E20"}, 2),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "22"]}, 4),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"NULL": True}]}, 3 + (1 + 2) + (1 + 1)),
        ({"M": {"key": {"S": "ab"}}}, 3 + 1 + len("key") + 2),
    ],
)
def test_the_size_of_a_value_and_its_name(value: dict[str, Any], size: int) -> None:
    assert item_size({"año": value}) == len("año".encode()) + size


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="no type X"):
        item_size({"a": {"X": "1"}})


@pytest.mark.parametrize(("length", "units"), [(0, 1), (1023, 1), (1024, 2), (2047, 2), (2048, 3)])
def test_a_write_is_billed_by_the_kilobyte(length: int, units: int) -> None:
    assert write_units({"a": {"S": "x" * length}}) == units


def test_a_read_is_billed_by_four_kilobytes_of_all_its_items_together() -> None:
    kilobyte = {"a": {"S": "x" * 1023}}
    assert [read_units(*[kilobyte] * number) for number in (0, 1, 4, 5, 8, 9)] == [1, 1, 1, 2, 2, 3]


ENTRY = {"pk": {"S": "p"}, "sk": {"S": "s"}, "open": {"S": "waiting#1"}, "open_at": {"S": "2026"}, "state": {"S": "{}"}}
UNLISTED = {name: value for name, value in ENTRY.items() if name not in ("open", "open_at")}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (ENTRY, ENTRY | {"state": {"S": "changed, and projected"}}, 1),
        (ENTRY, ENTRY | {"state": {"S": "x" * 1024}}, 2),
        (ENTRY, ENTRY | {"open_at": {"S": "2027"}, "state": {"S": "changed, and projected"}}, 2),
        (UNLISTED, UNLISTED | {"state": {"S": "changed, and projected"}}, 0),
    ],
)
def test_an_index_is_billed_for_what_it_shows(before: dict[str, Any], after: dict[str, Any], units: int) -> None:
    assert index_write_units(before, after, key=("open", "open_at"), projected=("state",)) == units


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, UNLISTED, 0),
        (UNLISTED, UNLISTED, 0),
        (None, ENTRY, 1),
        (UNLISTED, ENTRY, 1),
        (ENTRY, UNLISTED, 1),
        (ENTRY, None, 1),
        (ENTRY, ENTRY | {"state": {"S": "changed, but not projected"}}, 0),
        (ENTRY, ENTRY | {"open_at": {"S": "2027"}}, 2),
        (ENTRY | {"open": {"S": "x" * 1024}}, ENTRY, 2 + 1),
    ],
)
def test_an_index_is_billed_for_entries_that_come_go_or_move(
    before: dict[str, Any] | None, after: dict[str, Any] | None, units: int
) -> None:
    assert index_write_units(before, after, key=("open", "open_at")) == units
