"""JSON: a batch of Event Streams, and a form's parameters as an object.

Written by hand after Twilio's documentation.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored, Message, Receipt
from shared.platforms.twilio.streams import MOST_MEDIA, RECEIVED
from shared.store import keys
from tests.shared.platforms.twilio.cases import (
    ANA,
    MEANINGS,
    OURS,
    SAMPLES,
    TWILIO,
    UNREADABLE,
    delivered,
    events,
    form,
    sid,
)
from tests.shared.platforms.twilio.cases import RECEIVED as AT_OUR_DOOR

SAID_AT = "2026-09-21T14:13:20.250Z"
DELIVERED = "com.twilio.messaging.message.delivered"


def event(kind: str = RECEIVED, **data: Any) -> dict[str, Any]:
    told = {
        "messageSid": sid("SM", "a1"),
        "timestamp": SAID_AT,
        "accountSid": "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "eventName": kind,
        "from": ANA,
        "to": OURS,
        "numMedia": 0,
        "numSegments": 1,
        "body": "Hola, ¿abren mañana?",
        "recipients": [],
        "messagingServiceSid": None,
    }
    return {"specversion": "1.0", "type": kind, "source": "DF1", "id": "EZ1", "data": told | data}


def status(word: str, **data: Any) -> dict[str, Any]:
    ends = {"from": OURS, "to": ANA, "messageSid": sid("SM", "c9"), "messageStatus": word.upper()}
    return event(f"com.twilio.messaging.message.{word}", **ends | data)


def read(*told: Any) -> list[Any]:
    return events(orjson.dumps(told))


@pytest.mark.parametrize("body", [b"[]", b"{", b"[", b'{"a": NaN}', b"[" * 5000, b'[{"AccountSid": "AC1"}'])
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"messageSid": {"a": 1}}, {"from": [ANA], "messageSid": "SM1"}])
@pytest.mark.parametrize("kind", [RECEIVED, DELIVERED])
def test_a_message_of_another_shape_is_unreadable_and_its_neighbours_are_read(kind: str, data: Any) -> None:
    told = [event(), event(kind) | {"data": data}, status("sent")]
    first, broken, last = TWILIO.units(delivered(orjson.dumps(told)))
    with pytest.raises(UnreadableDelivery):
        TWILIO.read(broken)
    assert [found.kind for unit in (first, last) for found in TWILIO.read(unit)] == ["message", "receipt"]


def test_each_of_a_batch_is_a_thing_of_its_own() -> None:
    found = read(event(), status("sent"), {"type": "x"}, event("com.twilio.voice.insights.call-summary.complete"), 7)
    assert [each.kind for each in found] == ["message", "receipt", "ignored", "ignored", "ignored"]


def test_a_message_is_the_one_that_the_number_tells_of_by_itself() -> None:
    (streamed,) = read(event())
    (posted,) = MEANINGS["text"]
    assert keys.event(streamed) == keys.event(posted)  # type: ignore[arg-type]
    assert streamed == posted.model_copy(update={"occurred_at": datetime(2026, 9, 21, 14, 13, 20, 250_000, UTC)})


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "undelivered", "failed"])
def test_a_status_is_the_receipt_that_the_callback_is(word: str) -> None:
    (streamed,) = read(status(word, errorCode=30003))
    (posted,) = events(form("sent", MessageStatus=word, ErrorCode="30003"))
    assert isinstance(streamed, Receipt)
    assert streamed.model_copy(update={"occurred_at": posted.occurred_at}) == posted


def test_one_event_that_comes_by_itself_is_read_as_one_of_a_batch_is() -> None:
    assert events(orjson.dumps(event())) == read(event())


@pytest.mark.parametrize("said", ["", "yesterday", "2026-09-21T14:13:20", "0001-01-01T00:00:00+23:00", 7, None])
def test_an_instant_that_is_none_or_ahead_of_ours_is_the_one_at_our_door(said: Any) -> None:
    ahead = (AT_OUR_DOOR + timedelta(days=1)).isoformat()
    assert {each.occurred_at for each in read(event(timestamp=said), event(timestamp=ahead))} == {AT_OUR_DOOR}


@pytest.mark.parametrize(("number", "files"), [(0, 0), (2, 2), ("1", 1), (9999, 0), (500, MOST_MEDIA), (-1, 0)])
def test_of_files_it_says_how_many_there_are_and_no_more(number: object, files: int) -> None:
    (said,) = read(event(numMedia=number))
    assert isinstance(said, Message)
    assert [(each.type, each.url) for each in said.attachments] == [("media", None)] * files


@pytest.mark.parametrize("sample", sorted(MEANINGS.keys() - UNREADABLE))
def test_the_parameters_of_a_form_as_an_object_mean_what_the_form_means(sample: str) -> None:
    assert events(SAMPLES[sample]) == MEANINGS[sample]


def test_a_number_in_json_is_its_text_and_null_is_not_there() -> None:
    told = orjson.loads(SAMPLES["call_completed"]) | {"CallDuration": 49, "RecordingUrl": None, "Tags": {"a": 1}}
    assert events(orjson.dumps(told)) == MEANINGS["call_completed"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (event("com.twilio.conversations.message.added"), "let the number tell us itself"),
        (event("com.twilio.voice.status-callback.call.completed"), "no message"),
        (event("com.example <b>Ana</b>"), "no message"),
        ({"sid": "CA1"}, "JSON that is neither"),
        ({}, "JSON that is neither"),
        (None, "JSON that is neither"),
    ],
)
def test_everything_else_is_ignored_and_says_why(told: Any, why: str) -> None:
    (nothing,) = read(told)
    assert isinstance(nothing, Ignored)
    assert why in nothing.reason
    assert "Ana" not in nothing.external_id
