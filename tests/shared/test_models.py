"""The product's words keep what they hold, refuse what they do not know, and do not quote what they refuse."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from shared.errors import UnreadableDelivery
from shared.headers import Headers
from shared.models import Delivery, Event, Frozen, Message, ProfileChange, Request, event_adapter
from shared.platforms import Unit
from tests import counter, strategies
from tests.conftest import NOW

CANARY = "canary-4711"
SAID: dict[str, Any] = {
    "external_id": "1",
    "occurred_at": NOW,
    "identity": "counter:shop:ana",
    "account": "shop",
    "channel": "counter",
}


# ----------------------------------------------------------------------------------------------------------- headers


def test_headers_are_read_without_regard_to_case() -> None:
    headers = Headers({"X-Hub-Signature-256": "sha256=0", "content-TYPE": "application/json"})
    assert headers["x-hub-signature-256"] == headers["X-HUB-SIGNATURE-256"] == "sha256=0"
    assert headers.get("Content-Type") == "application/json"
    assert "CONTENT-type" in headers
    assert dict(headers) == {"x-hub-signature-256": "sha256=0", "content-type": "application/json"}
    assert len(headers) == 2


def test_a_header_that_is_not_there_is_missing() -> None:
    headers = Headers({"a": "1"})
    assert headers.get("b") is None
    assert "b" not in headers
    with pytest.raises(KeyError):
        headers["b"]


@pytest.mark.parametrize(
    "made",
    [
        Request("POST", "https://door.invalid/webhooks/x/1", {"X-Secret": CANARY}, {"q": CANARY}, CANARY.encode()),
        Delivery("x", "shop", CANARY.encode(), {"X-Secret": CANARY}, NOW),
    ],
)
def test_what_came_in_is_not_printed(made: Request | Delivery) -> None:
    assert made.headers["x-secret"] == CANARY
    assert CANARY not in repr(made)


# ------------------------------------------------------------------------------------------------------------ events


@given(strategies.events() | strategies.ignored)
def test_an_event_survives_json(event: Event) -> None:
    assert event_adapter.validate_json(event_adapter.dump_json(event)) == event
    assert event_adapter.validate_python(event.model_dump(mode="json")) == event


@given(strategies.instants)
def test_instants_are_in_utc(at: datetime) -> None:
    event = Message.model_validate(SAID | {"occurred_at": at})
    assert event.occurred_at == at
    assert event.occurred_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22, 12),
        "2026-11-22T12:00:00",
        "yesterday",
        None,
    ],
)
def test_an_instant_without_its_offset_is_none(at: object) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate(SAID | {"occurred_at": at})


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_an_instant_that_utc_cannot_say_is_unreadable(at: str) -> None:
    said = SAID | {"kind": "message", "occurred_at": at}
    with pytest.raises(UnreadableDelivery):
        counter.COUNTER.read(Unit("message", said, "shop", NOW))


@pytest.mark.parametrize("field", ["external_id", "identity", "account", "channel", "thread"])
def test_an_empty_identifier_names_nothing(field: str) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate(SAID | {field: ""})


def test_a_foreign_id_is_text() -> None:
    """A platform sends the same id as a number here and as a string there: its folder says which text it is."""
    with pytest.raises(ValidationError):
        Message.model_validate(SAID | {"external_id": 4711})


@pytest.mark.parametrize(
    "more", [{"colour": CANARY}, {"direction": CANARY}, {"text": None}, {"author": {"age": CANARY}}]
)
def test_what_an_event_does_not_know_it_refuses_without_quoting_it(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        event_adapter.validate_python(SAID | {"kind": "message"} | more)
    assert CANARY not in str(refused.value)


class _Inner(Frozen):
    name: str


class _Outer(Frozen):
    inner: tuple[_Inner, ...]


def test_what_a_newer_version_kept_is_read_without_what_it_added_and_nobody_else_may_add() -> None:
    newer = '{"inner": [{"name": "a", "added": 1}], "added": {"deep": []}}'
    assert _Outer.stored(newer) == _Outer(inner=(_Inner(name="a"),))
    for wrong in (newer, '{"inner": [], "added": 1}', '{"inner": [{"name": "a", "added": 1}]}'):
        with pytest.raises(ValidationError, match="added"):
            _Outer.model_validate_json(wrong)
    with pytest.raises(ValidationError, match="name"):
        _Outer.stored('{"inner": [{}]}')


def test_an_event_is_never_changed() -> None:
    event = Message.model_validate(SAID)
    with pytest.raises(ValidationError):
        event.text = "something else"  # type: ignore[misc]
    assert event == Message.model_validate(SAID)


@pytest.mark.parametrize(
    ("identity", "account", "names"),
    [
        ("counter:shop:ana", "shop", True),
        ("counter:shop:shop", "shop", False),
        ("counter:shop:shop:shop", "shop", True),
        ("counter:other:shop", "shop", True),
        ("shop", "shop", True),
    ],
)
def test_the_companys_own_presence_is_no_customer(identity: str, account: str, names: bool) -> None:
    event = ProfileChange.model_validate(SAID | {"identity": identity, "account": account, "field": "name"})
    assert event.names_a_customer is names


def test_utc_is_what_instants_are_compared_in() -> None:
    madrid = datetime(2026, 11, 22, 13, tzinfo=timezone(timedelta(hours=1)))
    assert Message.model_validate(SAID | {"occurred_at": madrid}).occurred_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
