"""What holds for every delivery: redelivered, reordered, renumbered or broken."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored
from shared.store import keys
from tests.shared.platforms.chatwoot.cases import CHATWOOT, MEANINGS, RECEIVED, SAMPLES, events

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def fields(value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_may_come_as_text(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, field in list(fields(body)):
        if (field == "id" or field.endswith("_id") or field == "in_reply_to") and isinstance(holder[field], int):
            holder[field] = str(holder[field])
    assert events(orjson.dumps(body)) == MEANINGS[name]


def personal(at: datetime) -> list[Any]:
    found = [event for name in MEANINGS for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing_but_the_instant_of_what_has_no_time() -> None:
    first, again = personal(RECEIVED), personal(RECEIVED + timedelta(days=1))
    assert [keys.event(event) for event in first] == [keys.event(event) for event in again]
    assert [
        new.model_copy(update={"occurred_at": old.occurred_at}) for new, old in zip(again, first, strict=True)
    ] == first
    assert [event for event in first if event.dated] == [event for event in again if event.dated]


def test_two_things_never_share_a_key() -> None:
    found = [keys.event(event) for event in personal(RECEIVED)]
    assert len(set(found)) == len(found)


@given(at=st.datetimes(datetime(2001, 9, 9, 2), datetime(2200, 1, 1)))
def test_an_instant_is_one_in_each_of_its_forms(at: datetime) -> None:
    at = at.replace(microsecond=0)
    body = orjson.loads(SAMPLES["text"])
    seconds = int((at - datetime(1970, 1, 1)).total_seconds())
    forms = (f"{at:%Y-%m-%d %H:%M:%S} UTC", f"{at:%Y-%m-%dT%H:%M:%S}.000Z", seconds)
    found = [events(orjson.dumps({**body, "created_at": form})) for form in forms]
    assert found[0] == found[1] == found[2]


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        found = events(orjson.dumps(body))
        assert found
        assert all(isinstance(each, Event) for each in found)


@given(event=st.sampled_from(sorted(CHATWOOT.events)) | TEXT, body=st.dictionaries(TEXT, JSON, max_size=4))
def test_any_json_is_read_or_refused(event: str, body: dict[str, Any]) -> None:
    read_or_refused({**body, "event": event})


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, field = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[field] = data.draw(JSON)
    else:
        del holder[field]
    read_or_refused(body)
