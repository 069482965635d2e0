"""What Twilio sends as JSON: events of Event Streams, one or a batch, or a form's parameters as an object.

https://www.twilio.com/docs/events/webhook-quickstart
https://www.twilio.com/docs/events/event-types/messaging/inbound-message
https://www.twilio.com/docs/events/event-types/messaging/outbound-message
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from shared.errors import UnreadableDelivery

RECEIVED = "com.twilio.messaging.inbound-message.received"
_STATUS = re.compile(r"com\.twilio\.messaging\.message\.([a-z]{1,40})")
_TYPE = re.compile(r"com\.[a-z0-9.-]{1,100}")

NOTHING_KNOWN, MAY_BE_WORDS = "json", "json.words"
"""The names of what is none of both: of what holds nobody's words, and of what may hold a customer's."""

_OF_WORDS = ("body", "from")
"""By these names, however they are written, Twilio tells what somebody wrote, and who."""


class Told(NamedTuple):
    """One thing that JSON tells of: the parameters of the form that says the same, when it was and what it is, where
    that is told; what has no such form has a name alone. `is_streamed` is whether it is of Event Streams."""

    parameters: dict[str, str]
    at: datetime | None = None
    name: str = ""
    is_streamed: bool = False


def is_json(body: bytes) -> bool:
    """Return whether a body is to be read as JSON. The first byte decides, and alone: a customer's words inside JSON
    could look like a form, and no form of Twilio's begins so."""
    return body[:1] in (b"{", b"[")


def told(body: bytes) -> list[Told]:
    """Return what JSON tells of, in its order: each element of an array is a thing of its own.

    Raises `UnreadableDelivery` for what is no JSON, or an array of nothing.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("twilio: not JSON") from error
    elements = said if isinstance(said, list) else [said]
    if not elements:
        raise UnreadableDelivery("twilio: a batch of nothing")
    return [_told(each) for each in elements]


def _told(element: Any) -> Told:
    match element:
        case {"specversion": str(), "type": str(kind)} if _TYPE.fullmatch(kind):
            return _event(kind, element.get("data"))
        case {"AccountSid": str()}:
            return Told(_scalars(element))
        case dict():
            is_of_words = any(name.lower() in _OF_WORDS for name in _names(element))
            return Told({}, name=MAY_BE_WORDS if is_of_words else NOTHING_KNOWN)
    return Told({}, name=MAY_BE_WORDS)


def _names(said: Mapping[str, Any]) -> Iterator[str]:
    """Yield all names in an object, at any depth."""
    left: list[Any] = [said]
    while left:
        match left.pop():
            case dict() as part:
                yield from part
                left += part.values()
            case list() as parts:
                left += parts


def _event(kind: str, data: Any) -> Told:
    status = _STATUS.fullmatch(kind)
    if kind != RECEIVED and not status:
        return Told({}, name=kind)
    # A message of another shape is one without parameters: it is unreadable, and its neighbours are not.
    said = _scalars(data) if isinstance(data, dict) else {}
    form = {f"{name[:1].upper()}{name[1:]}": text for name, text in said.items()}
    word = status[1] if status else "received"
    return Told(form, instant(form.get("Timestamp")), f"message.{word}", is_streamed=True)


def _scalars(said: Mapping[str, Any]) -> dict[str, str]:
    """Return names and values as a form has them: what is `null`, or has parts of its own, is in none."""
    plain = {name: value for name, value in said.items() if isinstance(value, str | int | float)}
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in plain.items()}


def instant(text: str | None) -> datetime | None:
    """Return the instant that a text names by ISO 8601, or none where it does not, or leaves the offset open."""
    try:
        said = datetime.fromisoformat(text or "")
        return said.astimezone(UTC) if said.tzinfo else None
    except (ValueError, OverflowError):
        return None
