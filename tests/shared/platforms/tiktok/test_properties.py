"""What holds for every delivery: redelivered, reordered, renumbered or broken, in the envelope and within it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored
from shared.store import keys
from tests.shared.platforms.tiktok.cases import MEANINGS, RECEIVED, SAMPLES, TIKTOK, events

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


def opened(name: str) -> tuple[dict[str, Any], Any]:
    body = orjson.loads(SAMPLES[name])
    return body, orjson.loads(body["content"])


def closed(body: dict[str, Any], content: Any) -> bytes:
    return orjson.dumps({**body, "content": orjson.dumps(content).decode()})


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_and_instants_may_come_as_text(name: str) -> None:
    body, content = opened(name)
    for holder, field in list(fields(content)):
        if field.endswith(("_id", "timestamp")):
            holder[field] = str(holder[field])
    body = {field: str(held) for field, held in body.items()}
    assert events(closed(body, content)) == MEANINGS[name]


@given(at=st.integers(10**9, 10**10), name=st.sampled_from(["text", "comment"]))
def test_an_instant_is_one_in_seconds_and_in_milliseconds(at: int, name: str) -> None:
    body, content = opened(name)
    (in_seconds,), (in_milliseconds,) = (events(closed(body, {**content, "timestamp": n})) for n in (at, at * 1000))
    assert in_seconds == in_milliseconds
    assert in_seconds.occurred_at == datetime.fromtimestamp(at, UTC)


def personal(at: datetime) -> list[Any]:
    found = [event for name in MEANINGS for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing() -> None:
    assert personal(RECEIVED) == personal(RECEIVED + timedelta(days=1))


def test_what_is_not_dated_at_all_has_one_key_whenever_it_comes() -> None:
    body, content = opened("read_undated")
    del body["create_time"]
    (first,), (again,) = (events(closed(body, content), at=RECEIVED + timedelta(days=day)) for day in (0, 1))
    assert not isinstance(first, Ignored)
    assert not isinstance(again, Ignored)
    assert keys.event(first) == keys.event(again)


def test_two_things_never_share_a_key() -> None:
    found = [keys.event(event) for event in personal(RECEIVED)]
    assert len(set(found)) == len(found)


def read_or_refused(body: bytes) -> None:
    with suppress(UnreadableDelivery):
        found = events(body)
        assert found
        assert all(isinstance(event, Event) for event in found)


@given(event=st.sampled_from(sorted(TIKTOK.events)) | TEXT, content=JSON | TEXT, at=JSON, account=JSON)
def test_any_json_is_read_or_refused(event: str, content: Any, at: Any, account: Any) -> None:
    envelope = {"event": event, "create_time": at, "user_openid": account}
    read_or_refused(orjson.dumps({**envelope, "content": content}))
    read_or_refused(closed(envelope, content))


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body, content = opened(data.draw(st.sampled_from(sorted(MEANINGS))))
    holder, name = data.draw(st.sampled_from([*fields(content), *fields(body)]))
    if data.draw(st.booleans()):
        holder[name] = data.draw(JSON)
    else:
        del holder[name]
    read_or_refused(closed(body, content))
