"""What Twilio sends as JSON: events of Event Streams, one or a batch, or a form's parameters as an object.

https://www.twilio.com/docs/events/webhook-quickstart
https://www.twilio.com/docs/events/event-types/messaging/inbound-message
https://www.twilio.com/docs/events/event-types/messaging/outbound-message
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from shared.errors import UnreadableDelivery

RECEIVED = "com.twilio.messaging.inbound-message.received"
_STATUS = re.compile(r"com\.twilio\.messaging\.message\.([a-z]{1,40})")
_TYPE = re.compile(r"com\.[a-z0-9.-]{1,100}")

MOST_MEDIA = 10
"""So many files a message may have (https://www.twilio.com/docs/messaging/api/message-resource)."""

_NOTHING_KNOWN = "json"


class Told(NamedTuple):
    """One thing that JSON tells of: the parameters of the form that says the same, when it was and what it is, where
    that is told; what has no such form has a name alone."""

    parameters: dict[str, str]
    at: datetime | None = None
    name: str = ""


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
        case {"specversion": str(), "type": str(kind)}:
            return _event(kind, element.get("data"))
        case {"AccountSid": str()}:
            return Told(_scalars(element))
    return Told({}, name=_NOTHING_KNOWN)


def _event(kind: str, data: Any) -> Told:
    status = _STATUS.fullmatch(kind)
    if kind != RECEIVED and not status:
        return Told({}, name=kind if _TYPE.fullmatch(kind) else "com.?")
    # A message of another shape is one without parameters: it is unreadable, and its neighbours are not.
    said = _scalars(data) if isinstance(data, dict) else {}
    form = {f"{name[:1].upper()}{name[1:]}": text for name, text in said.items()}
    word = status[1] if status else "received"
    return Told(_media(form) | form, _instant(form.get("Timestamp")), f"message.{word}")


def _media(form: Mapping[str, str]) -> dict[str, str]:
    """Return a parameter for each file, of which an event says no more than how many there are."""
    number = form.get("NumMedia", "")
    count = int(number) if re.fullmatch("[0-9]{1,3}", number) else 0
    return {f"MediaUrl{place}": "" for place in range(min(count, MOST_MEDIA))}


def _scalars(said: Mapping[str, Any]) -> dict[str, str]:
    """Return names and values as a form has them: what is `null`, or has parts of its own, is in none."""
    plain = {name: value for name, value in said.items() if isinstance(value, str | int | float)}
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in plain.items()}


def _instant(text: str | None) -> datetime | None:
    try:
        said = datetime.fromisoformat(text or "")
        return said.astimezone(UTC) if said.tzinfo else None
    except (ValueError, OverflowError):
        return None
