"""JSON: a batch of Event Streams, and a form's parameters as an object.

Written by hand after Twilio's documentation.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored, Message, Receipt
from shared.platforms.twilio.streams import RECEIVED
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
    found = read(event(), status("sent"), {"type": "x"}, event("com.twilio.voice.insights.call-summary.complete"))
    assert [each.kind for each in found] == ["message", "receipt", "ignored", "ignored"]


def test_a_message_is_the_one_that_the_number_tells_of_by_itself() -> None:
    (streamed,) = read(event())
    (posted,) = MEANINGS["text"]
    assert keys.event(streamed) == keys.event(posted)  # type: ignore[arg-type]
    assert streamed == posted.model_copy(update={"occurred_at": datetime(2026, 9, 21, 14, 13, 20, 250_000, UTC)})


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "undelivered", "failed"])
def test_a_status_is_the_receipt_that_the_callback_is_under_a_key_of_its_own(word: str) -> None:
    (streamed,) = read(status(word, errorCode=30003))
    (posted,) = events(form("sent", MessageStatus=word, ErrorCode="30003"))
    assert isinstance(streamed, Receipt)
    assert streamed.external_id == f"{posted.external_id}:stream"
    at_the_number = {"occurred_at": posted.occurred_at, "external_id": posted.external_id}
    assert streamed.model_copy(update=at_the_number) == posted


@pytest.mark.parametrize("streamed_first", [True, False])
def test_our_id_of_what_was_delivered_comes_with_the_callback_whichever_was_first(*, streamed_first: bool) -> None:
    ours = f"rpl_{'a' * 26}"
    callback = replace(delivered(form("delivered")), headers={"?reply": ours})
    both = [read(status("delivered")), TWILIO.normalise(callback)]
    assert kept(both, streamed_first) == {None, ours}


@pytest.mark.parametrize("streamed_first", [True, False])
def test_the_files_of_a_message_come_with_the_number_whichever_was_first(*, streamed_first: bool) -> None:
    streamed = read(event(messageSid=sid("SM", "a6"), numMedia=2, body="Llegó rota"))
    told = [streamed, events(form("mms"))]
    journal = first_of_each(told if streamed_first else told[::-1])
    assert [each for each in journal if not isinstance(each, Ignored)] == MEANINGS["mms"]


def first_of_each(told: list[list[Any]]) -> list[Any]:
    """Return what the journal keeps of what comes in this order: of each key the first."""
    found: dict[Any, Any] = {}
    for each in (each for part in told for each in part):
        found.setdefault(each.external_id if isinstance(each, Ignored) else str(keys.event(each)), each)
    return list(found.values())


def kept(told: list[list[Any]], in_order: bool) -> set[str | None]:
    return {each.reply_id for each in first_of_each(told if in_order else told[::-1])}


def test_one_event_that_comes_by_itself_is_read_as_one_of_a_batch_is() -> None:
    assert events(orjson.dumps(event())) == read(event())


@pytest.mark.parametrize("said", ["", "yesterday", "2026-09-21T14:13:20", "0001-01-01T00:00:00+23:00", 7, None])
def test_an_instant_that_is_none_or_ahead_of_ours_is_the_one_at_our_door(said: Any) -> None:
    ahead = (AT_OUR_DOOR + timedelta(days=1)).isoformat()
    assert {each.occurred_at for each in read(event(timestamp=said), event(timestamp=ahead))} == {AT_OUR_DOOR}


@pytest.mark.parametrize("number", [1, 2, "1", "02", 9999])
def test_a_message_with_files_is_left_to_the_number_which_says_where_they_are(number: object) -> None:
    (nothing,) = read(event(numMedia=number))
    assert isinstance(nothing, Ignored)
    assert "the number itself does" in nothing.reason


@pytest.mark.parametrize("number", [0, "0", "00", "", None, -1, "x", [1]])
def test_a_message_that_counts_no_files_is_read(number: object) -> None:
    (said,) = read(event(numMedia=number))
    assert isinstance(said, Message)
    assert said.attachments == ()


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
        ({"sid": "CA1"}, "JSON that is neither"),
        ({}, "JSON that is neither"),
        ({"type": "x", "data": [{"a": "Ana"}]}, "JSON that is neither"),
    ],
)
def test_everything_else_is_ignored_and_says_why(told: Any, why: str) -> None:
    (nothing,) = read(told)
    assert isinstance(nothing, Ignored)
    assert why in nothing.reason
    assert "Ana" not in nothing.external_id


@pytest.mark.parametrize(
    "told",
    [
        *(None, 7, "Hola, soy Ana", ["Hola, soy Ana"]),
        *({"body": "Hola, soy Ana"}, {"From": ANA, "text": "Hola"}, {"flow": {"steps": [{"Body": "Hola, soy Ana"}]}}),
        *(event("com.example <b>Ana</b>"), event("org.example.message"), event() | {"type": None}),
    ],
)
def test_what_may_be_a_customers_word_stays_visible_and_its_neighbours_are_read(told: Any) -> None:
    first, unknown, last = TWILIO.units(delivered(orjson.dumps([event(), told, status("sent")])))
    with pytest.raises(UnreadableDelivery) as error:
        TWILIO.read(unknown)
    assert "Ana" not in f"{error.value} {unknown.name}"
    assert [found.kind for unit in (first, last) for found in TWILIO.read(unit)] == ["message", "receipt"]
