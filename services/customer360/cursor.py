"""A place in a customer's timeline as opaque text, good for that customer and channel only."""

import re
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256

import orjson

from services.customer360.timeline import Place
from shared.errors import InvalidParameter
from shared.store.keys import EVENT_PREFIX

LONGEST = 2048

_LONGEST_KEY = 1024  # bytes in a sort key (DynamoDB limits)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def write(place: Place, *, customer_id: str, channel: str | None) -> str:
    """Return a place as a cursor; the inverse of `read`."""
    said = place._asdict() | {"check": _check(place, customer_id, channel)}
    return urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


def read(cursor: str, *, customer_id: str, channel: str | None) -> Place:
    """Return the place that a cursor names; raises `InvalidParameter` for one that was not given out for this."""
    try:
        said = orjson.loads(b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        place = Place(at=said["at"], key=said["key"], whose=said["whose"])
        if said["check"] == _check(place, customer_id, channel) and _exists(place):
            return place
    except (ValueError, TypeError, KeyError):
        pass
    raise InvalidParameter("cursor", "is none of this timeline's; pass next_cursor as it came, with the same channel")


def _check(place: Place, customer_id: str, channel: str | None) -> str:
    # No secret: it finds mistakes. Whoever makes up a place stays within the customer whom they may read anyway.
    return sha256("\0".join((*place, customer_id, channel or "")).encode()).hexdigest()[:16]


def _exists(place: Place) -> bool:
    inside = place.key.startswith(EVENT_PREFIX) and len(place.key.encode()) <= _LONGEST_KEY
    return inside and _INSTANT.fullmatch(place.at) is not None
