"""Cursors: a place again, for its list and filters only."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.http import cursor

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_PLACES = st.builds(lambda at, key: {"at": at, "key": key}, _TEXTS, _TEXTS)
_LISTS = st.lists(st.none() | _TEXTS, max_size=4)


@given(_PLACES, _LISTS)
def test_a_cursor_is_the_place_again(place: dict[str, str], of: list[str | None]) -> None:
    assert cursor.read(cursor.written(place, of), ("at", "key"), of) == place


@given(_PLACES, _LISTS, _LISTS)
def test_a_cursor_is_good_for_its_list_only(
    place: dict[str, str], of: list[str | None], other: list[str | None]
) -> None:
    assume(of != other)
    assert cursor.read(cursor.written(place, of), ("at", "key"), other) is None


@given(_PLACES, _LISTS)
def test_a_cursor_of_other_parts_is_none(place: dict[str, str], of: list[str | None]) -> None:
    assert cursor.read(cursor.written(place, of), ("at", "name"), of) is None
    assert cursor.read(cursor.written(place, of), ("key", "at"), of) in (None, place)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_nonsense_is_none(text: str) -> None:
    assert cursor.read(text, ("at",), ()) is None


@pytest.mark.parametrize("said", ["[]", "7", "null", "{}", '{"at":1,"check":2}', '{"at":{},"check":"x"}', "{"])
def test_other_json_is_none(said: str) -> None:
    assert cursor.read(urlsafe_b64encode(said.encode()).decode(), ("at",), ()) is None


@pytest.mark.parametrize("part", [7, None, ["x"], {"x": 1}, True])
def test_a_part_that_is_no_text_is_none(part: object) -> None:
    assert cursor.read(cursor.written({"at": part}, ()), ("at",), ()) is None  # type: ignore[dict-item]
