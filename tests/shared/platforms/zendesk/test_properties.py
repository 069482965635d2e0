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
from tests.shared.platforms.zendesk.cases import MEANINGS, RECEIVED, SAMPLES, ZENDESK, events

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


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_may_come_as_numbers(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, field in list(fields(body)):
        if (field == "id" or field.endswith("_id")) and str(holder[field]).lstrip("-").isdigit():
            holder[field] = int(holder[field])
    assert events(orjson.dumps(body)) == MEANINGS[name]


def personal(at: datetime) -> list[Any]:
    found = [event for name in MEANINGS for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing() -> None:
    assert personal(RECEIVED) == personal(RECEIVED + timedelta(days=1))


def test_two_things_never_share_a_key() -> None:
    twice = 1  # a ticket, and the comment that it is
    found = [keys.event(event) for event in personal(RECEIVED)]
    assert len(set(found)) == len(found) - twice


@given(seconds=st.integers(-3600, 3600), said=st.booleans())
def test_a_first_comment_is_one_within_a_minute_and_never_after(seconds: int, said: bool) -> None:
    body = orjson.loads(SAMPLES["first_comment"])
    at = datetime.fromisoformat(body["detail"]["created_at"]) + timedelta(seconds=seconds)
    body["time"] = at.isoformat()
    body["event"]["comment"]["body"] = body["detail"]["description"] if said else "Otra cosa"
    (found,) = events(orjson.dumps(body))
    assert (found.external_id == "4711:1") is (said and abs(seconds) <= 60)


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        found = events(orjson.dumps(body))
        assert found
        assert all(isinstance(each, Event) for each in found)


@given(kind=st.sampled_from(sorted(ZENDESK.events)) | TEXT, detail=JSON, event=JSON, time=JSON)
def test_any_json_is_read_or_refused(kind: str, detail: Any, event: Any, time: Any) -> None:
    read_or_refused({"type": f"zen:event-type:{kind}", "detail": detail, "event": event, "time": time})


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, field = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[field] = data.draw(JSON)
    else:
        del holder[field]
    read_or_refused(body)
