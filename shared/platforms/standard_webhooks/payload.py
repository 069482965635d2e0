"""A delivery of the company's own app, cut into its events."""

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

BATCH = "batch"

RFC_3339 = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"


def instant(text: object) -> datetime:
    """Return an RFC 3339 instant in UTC; raises `ValueError` for anything else, be it a time without offset."""
    if not isinstance(text, str) or not re.fullmatch(RFC_3339, text):
        raise ValueError("not an RFC 3339 instant")
    return datetime.fromisoformat(text).astimezone(UTC)


def split(delivery: Delivery) -> list[Unit]:
    """Return the event of a delivery, or all events of a `batch`, each named by its `type`.

    Raises `UnreadableDelivery` for anything that is not JSON, has no `type`, or is a batch without a list of events.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("standard_webhooks: not JSON") from error
    kind = _type(body)
    if not kind:
        raise UnreadableDelivery("standard_webhooks: no object with a type")
    if kind != BATCH:
        return [_unit(body, delivery)]
    data = body.get("data")
    events = data.get("events") if isinstance(data, dict) else None
    if not isinstance(events, list):
        raise UnreadableDelivery("standard_webhooks: a batch without a list of data.events")
    return [_unit(event, delivery) for event in events]


def _unit(event: Any, delivery: Delivery) -> Unit:
    # An event without a type spoils itself, not the batch it came in.
    return Unit(_type(event) or BATCH, event, delivery.account, _published(event) or delivery.received_at)


def _type(event: Any) -> str | None:
    kind = event.get("type") if isinstance(event, dict) else None
    return kind if isinstance(kind, str) else None


def _published(event: Any) -> datetime | None:
    try:
        return instant(event["timestamp"])
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
