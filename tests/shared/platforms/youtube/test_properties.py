"""What holds for every delivery, however it was changed."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Message
from tests.shared.platforms.youtube.cases import SAMPLES, YOUTUBE, events

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


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(each, Event) for each in events(orjson.dumps(body)))


@given(text=TEXT.filter(str.strip))
def test_what_was_written_comes_back(text: str) -> None:
    body = orjson.loads(SAMPLES["text"])
    body["comment"]["snippet"] |= {"textDisplay": text, "textOriginal": None}
    (found,) = events(orjson.dumps(body))
    assert isinstance(found, Message)
    assert found.text == text


@given(kind=st.sampled_from(sorted(YOUTUBE.events)) | TEXT, comment=JSON, thread=JSON, channel=JSON)
def test_any_json_is_read_or_refused(kind: str, comment: Any, thread: Any, channel: Any) -> None:
    read_or_refused({"as": kind, "comment": comment, "thread": thread, "channel": channel})


@given(data=st.data())
def test_any_change_of_a_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, field = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[field] = data.draw(JSON)
    else:
        del holder[field]
    read_or_refused(body)
