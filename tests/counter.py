"""A platform of tests' own, whose words are ours: for everything that comes after the reading.

A delivery's body is a JSON list of events; what is no event of ours is ignored or, in a known kind, unreadable.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from shared.errors import SignatureError, UnreadableDelivery
from shared.models import Delivery, Event, Request, event_adapter
from shared.platforms import Platform, Unit
from tests.conftest import NOW

NAME = "counter"
ACCOUNT = "shop"
KINDS = ("message", "edit", "deletion", "reaction", "receipt", "profile_change", "call")


def delivery(*events: Event | dict[str, Any], received_at: datetime = NOW) -> Delivery:
    """Return a delivery of events, or of things that this platform cannot read."""
    units = [event if isinstance(event, dict) else event.model_dump(mode="json") for event in events]
    return Delivery(NAME, ACCOUNT, orjson.dumps(units), {}, received_at)


def saying(*events: Event) -> Platform:
    """Return a platform that reads these events out of any bytes."""

    def split(delivery: Delivery) -> list[Unit]:
        return [Unit("event", event, delivery.account, delivery.received_at) for event in events]

    return Platform(NAME, (NAME,), (), _verify, None, split, {"event": lambda unit: [unit.value]})


def _verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    raise SignatureError("this platform never calls")


def _split(delivery: Delivery) -> list[Unit]:
    said = orjson.loads(delivery.body)
    if not isinstance(said, list):
        raise UnreadableDelivery("no list")
    return [Unit(str(value.get("kind")), value, delivery.account, delivery.received_at) for value in said]


def _read(unit: Unit) -> list[Event]:
    return [event_adapter.validate_python(unit.value)]


COUNTER = Platform(NAME, (NAME,), (), _verify, None, _split, dict.fromkeys(KINDS, _read))


def load(name: str) -> Platform:
    """Stand in for `shared.platforms.load`."""
    assert name == NAME
    return COUNTER
