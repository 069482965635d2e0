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
from tests.shared.platforms.discourse.cases import DISCOURSE, MEANINGS, RECEIVED, SAMPLES, events
from tests.shared.platforms.discourse.sender import event_of

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted(DISCOURSE.events)) | TEXT


def fields(value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from fields(inner)


IDS = {"id", "user_id", "topic_id", "post_number", "reply_to_post_number", "version"}


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_may_come_as_text(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, field in list(fields(body)):
        if field in IDS and holder[field] is not None:
            holder[field] = str(holder[field])
    assert events(orjson.dumps(body), event=event_of(SAMPLES[name])) == MEANINGS[name]


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


@given(order=st.permutations(["edited", "edited_at_once", "edited"]))
def test_edits_without_a_new_version_are_edits_of_their_own(order: list[str]) -> None:
    found = {keys.event(event) for name in order for event in events(SAMPLES[name]) if not isinstance(event, Ignored)}
    assert len(found) == 2


def read_or_refused(body: Any, event: str) -> None:
    with suppress(UnreadableDelivery):
        found = events(orjson.dumps(body), event=event)
        assert found
        assert all(isinstance(each, Event) for each in found)


@given(kind=st.sampled_from(["post", "like", "topic"]) | TEXT, value=JSON, event=NAMES)
def test_any_json_is_read_or_refused(kind: str, value: Any, event: str) -> None:
    read_or_refused({kind: value}, event)


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    body = orjson.loads(SAMPLES[name])
    holder, field = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[field] = data.draw(JSON)
    else:
        del holder[field]
    read_or_refused(body, data.draw(NAMES | st.just(event_of(SAMPLES[name]))))
