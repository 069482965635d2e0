from base64 import urlsafe_b64encode
from datetime import UTC
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.customer360.cursor import Listing
from services.customer360.paging import Place
from shared.errors import InvalidParameter
from shared.store import keys

_CUSTOMERS = st.from_regex("cus_[a-z2-7]{26}", fullmatch=True)
_FILTERS = st.tuples(*[st.none() | st.text("abc_", min_size=1, max_size=8)] * 3)
_LISTINGS = st.builds(Listing, _CUSTOMERS, st.sampled_from(["timeline", "audit"]), _FILTERS)
_PLACES = st.builds(
    Place,
    at=st.datetimes(timezones=st.just(UTC)).map(keys.instant),
    key=st.builds(
        "{}#{}".format,
        st.sampled_from(["event", "event#undated", "step", "escalation", "seen"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    ),
    whose=st.text("0123456789abcdef", min_size=16, max_size=16),
)
PLACE = Place("2026-11-22T12:00:00.000000Z", "event#2026-11-22T12:00:00.000000Z#42", "0123456789abcdef")
HERS = Listing("cus_bqs23nczpvgejugxtszi46ljus", "timeline", (None, None, None))


@given(_PLACES, _LISTINGS)
def test_a_cursor_is_the_place_again(place: Place, listing: Listing) -> None:
    assert listing.place(listing.cursor(place)) == place


@given(_PLACES, st.lists(_LISTINGS, min_size=2, max_size=2, unique=True))
def test_a_cursor_is_good_for_its_list_and_filters_only(place: Place, listings: list[Listing]) -> None:
    mine, other = listings
    with pytest.raises(InvalidParameter) as refused:
        other.place(mine.cursor(place))
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    "other",
    [
        Listing(HERS.customer_id, "audit", HERS.filters),
        Listing(HERS.customer_id, "timeline", ("x_mention", None, None)),
        Listing(HERS.customer_id, "timeline", (None, "x_mention", None)),
        Listing(HERS.customer_id, "timeline", (None, None, "x_mention")),
        Listing(HERS.customer_id, "timeline", (None,)),
        Listing(HERS.customer_id.replace("b", "c"), "timeline", HERS.filters),
    ],
)
def test_a_cursor_does_not_change_its_list(other: Listing) -> None:
    for one, another in ((HERS, other), (other, HERS)):
        with pytest.raises(InvalidParameter):
            another.place(one.cursor(PLACE))


@given(st.data())
def test_a_changed_cursor_is_refused(data: st.DataObject) -> None:
    text = HERS.cursor(PLACE)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.characters(codec="utf-8")) + text[at + 1 :]
    assume(changed != text)
    try:
        place = HERS.place(changed)
    except InvalidParameter:
        return
    assert place == PLACE, "only bits that encode nothing may differ"


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        HERS.place(text)


def _forged(**changes: Any) -> str:
    """Return a cursor made up by somebody who read this project's code."""
    place = PLACE._replace(**changes)
    try:
        return HERS.cursor(place)
    except (TypeError, orjson.JSONEncodeError):
        said = place._asdict() | {"check": "0123456789abcdef"}
        return urlsafe_b64encode(orjson.dumps(said)).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "about"},
        {"key": ""},
        {"key": "revision#1"},
        {"key": "events#1"},
        {"key": "event#" + "a" * 1019},
        {"key": "event#" + "ñ" * 600},
        {"key": 7},
        {"key": None},
        {"at": ""},
        {"at": "2026-11-22"},
        {"at": "9" * 1000},
        {"at": "2026-11-22T12:00:00.000000Z\n"},
        {"at": "٢٠٢٦-11-22T12:00:00.000000Z"},
        {"at": ["2026"]},
        {"whose": None},
    ],
)
def test_a_place_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        HERS.place(_forged(**changes))


@pytest.mark.parametrize("said", ["[]", "7", "null", '"text"', "{}", '{"at":1,"key":2,"whose":3,"check":4}', "{"])
def test_other_json_is_refused(said: str) -> None:
    with pytest.raises(InvalidParameter):
        HERS.place(urlsafe_b64encode(said.encode()).decode())
