"""What holds for every delivery: redelivered, reordered, renumbered or broken."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from html import escape
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored, Message
from shared.store import keys
from tests.shared.platforms.mastodon.cases import MASTODON, MEANINGS, RECEIVED, SAMPLES, events

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PRINTED = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


def fields(value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_may_come_as_numbers(name: str) -> None:
    """As they do from some forks; ours are small enough for any reader."""
    body = orjson.loads(SAMPLES[name])
    for holder, field in list(fields(body)):
        if (field == "id" or field.endswith("_id")) and holder[field]:
            holder[field] = int(holder[field])
    assert events(orjson.dumps(body)) == MEANINGS[name]


def personal(at: datetime) -> list[Any]:
    found = [event for name in MEANINGS for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing() -> None:
    assert personal(RECEIVED) == personal(RECEIVED + timedelta(days=1))


def test_two_things_never_share_a_key() -> None:
    found = [keys.event(event) for event in personal(RECEIVED)]
    assert len(set(found)) == len(found)


@given(lines=st.lists(PRINTED, min_size=1, max_size=4))
def test_what_was_written_comes_back_paragraph_by_paragraph(lines: list[str]) -> None:
    body = orjson.loads(SAMPLES["text"])
    body["object"]["content"] = "".join(f"<p>{escape(line)}</p>" for line in lines)
    (found,) = events(orjson.dumps(body))
    assert isinstance(found, Message)
    assert found.text.split("\n") == lines


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        found = events(orjson.dumps(body))
        assert found
        assert all(isinstance(each, Event) for each in found)


@given(event=st.sampled_from(sorted(MASTODON.events)) | TEXT, what=JSON, at=JSON)
def test_any_json_is_read_or_refused(event: str, what: Any, at: Any) -> None:
    read_or_refused({"event": event, "created_at": at, "object": what})


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, field = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[field] = data.draw(JSON)
    else:
        del holder[field]
    read_or_refused(body)
