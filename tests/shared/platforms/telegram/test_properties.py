"""What holds for every update: redelivered, reordered, renumbered or broken."""

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
from tests.shared.platforms.telegram.cases import MEANINGS, RECEIVED, SAMPLES, TELEGRAM, events

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
    if isinstance(value, list):
        for inner in value:
            yield from fields(inner)


IDS = {"id", "update_id", "message_id", "message_thread_id", "ephemeral_message_id", "topic_id", "user_id"}


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_may_come_as_text(name: str) -> None:
    update = orjson.loads(SAMPLES[name])
    for holder, field in list(fields(update)):
        if field in IDS:
            holder[field] = str(holder[field])
        if field == "message_ids":
            holder[field] = [str(number) for number in holder[field]]
    assert events(orjson.dumps(update)) == MEANINGS[name]


def key(event: Event) -> tuple[str, datetime | None, str]:
    assert not isinstance(event, Ignored)
    return event.identity, event.occurred_at if event.dated else None, event.external_id


def personal(at: datetime) -> list[Event]:
    found = [event for name in MEANINGS for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing_but_the_instant_of_what_has_no_time() -> None:
    first, again = personal(RECEIVED), personal(RECEIVED + timedelta(days=1))
    assert [key(event) for event in first] == [key(event) for event in again]
    undated = [new.model_copy(update={"occurred_at": old.occurred_at}) for new, old in zip(again, first, strict=True)]
    assert undated == first
    assert [event for event in first if event.dated] == [event for event in again if event.dated]


def test_two_things_never_share_a_key() -> None:
    keys = [key(event) for event in personal(RECEIVED)]
    assert len(set(keys)) == len(keys)


def test_two_edits_within_a_second_are_two() -> None:
    update = orjson.loads(SAMPLES["edited"])
    later = orjson.dumps(update | {"update_id": update["update_id"] + 1})
    assert key(events(later)[0]) != key(events(SAMPLES["edited"])[0])


def read_or_refused(update: Any) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(event, Event) for event in events(orjson.dumps(update)))


@given(kind=st.sampled_from(sorted(TELEGRAM.events)) | TEXT, value=JSON)
def test_any_json_is_read_or_refused(kind: str, value: Any) -> None:
    read_or_refused({"update_id": 1, kind: value})


@given(data=st.data())
def test_any_change_of_a_real_update_is_read_or_refused(data: st.DataObject) -> None:
    update = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, name = data.draw(st.sampled_from(list(fields(update))))
    if data.draw(st.booleans()):
        holder[name] = data.draw(JSON)
    else:
        del holder[name]
    read_or_refused(update)
