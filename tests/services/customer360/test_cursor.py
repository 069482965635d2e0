from base64 import urlsafe_b64encode
from datetime import UTC
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.customer360 import cursor
from services.customer360.timeline import Place
from shared.errors import InvalidParameter
from shared.store import keys

_CUSTOMERS = st.from_regex("cus_[a-z2-7]{26}", fullmatch=True)
_CHANNELS = st.none() | st.text("abc_", min_size=1, max_size=8)
_PLACES = st.builds(
    Place,
    at=st.datetimes(timezones=st.just(UTC)).map(keys.instant),
    key=st.text(st.characters(exclude_categories=["Cs"]), max_size=100).map(lambda name: f"event#undated#{name}"),
    whose=st.text("0123456789abcdef", min_size=16, max_size=16),
)
PLACE = Place("2026-11-22T12:00:00.000000Z", "event#2026-11-22T12:00:00.000000Z#42", "0123456789abcdef")
CUSTOMER = "cus_bqs23nczpvgejugxtszi46ljus"


@given(_PLACES, _CUSTOMERS, _CHANNELS)
def test_a_cursor_is_the_place_again(place: Place, customer: str, channel: str | None) -> None:
    text = cursor.write(place, customer_id=customer, channel=channel)
    assert cursor.read(text, customer_id=customer, channel=channel) == place


@given(_PLACES, st.lists(st.tuples(_CUSTOMERS, _CHANNELS), min_size=2, max_size=2, unique=True))
def test_a_cursor_is_good_for_its_customer_and_channel_only(place: Place, ask: list[tuple[str, str | None]]) -> None:
    (customer, channel), (other, elsewhere) = ask
    text = cursor.write(place, customer_id=customer, channel=channel)
    with pytest.raises(InvalidParameter) as refused:
        cursor.read(text, customer_id=other, channel=elsewhere)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(("channel", "another"), [(None, "x_mention"), ("x_mention", None), ("x_mention", "telegram")])
def test_a_cursor_does_not_change_its_channel(channel: str | None, another: str | None) -> None:
    text = cursor.write(PLACE, customer_id=CUSTOMER, channel=channel)
    with pytest.raises(InvalidParameter):
        cursor.read(text, customer_id=CUSTOMER, channel=another)


@given(st.data())
def test_a_changed_cursor_is_refused(data: st.DataObject) -> None:
    text = cursor.write(PLACE, customer_id=CUSTOMER, channel=None)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.characters(codec="utf-8")) + text[at + 1 :]
    assume(changed != text)
    try:
        place = cursor.read(changed, customer_id=CUSTOMER, channel=None)
    except InvalidParameter:
        return
    assert place == PLACE, "only bits that encode nothing may differ"


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        cursor.read(text, customer_id=CUSTOMER, channel=None)


def _forged(**changes: Any) -> str:
    """Return a cursor made up by somebody who read this project's code."""
    place = PLACE._replace(**changes)
    try:
        return cursor.write(place, customer_id=CUSTOMER, channel=None)
    except (TypeError, orjson.JSONEncodeError):
        said = place._asdict() | {"check": "0123456789abcdef"}
        return urlsafe_b64encode(orjson.dumps(said)).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "about"},
        {"key": ""},
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
        cursor.read(_forged(**changes), customer_id=CUSTOMER, channel=None)


@pytest.mark.parametrize("said", ["[]", "7", "null", '"text"', "{}", '{"at":1,"key":2,"whose":3,"check":4}', "{"])
def test_other_json_is_refused(said: str) -> None:
    with pytest.raises(InvalidParameter):
        cursor.read(urlsafe_b64encode(said.encode()).decode(), customer_id=CUSTOMER, channel=None)
