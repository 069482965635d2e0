"""A place in one of a customer's lists as opaque text, good for that list with these filters only."""

import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

import orjson

from services.customer360.paging import Place
from shared.errors import InvalidParameter

LONGEST = 2048

_LONGEST_KEY = 1024  # bytes in a sort key (DynamoDB limits)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_KEY = re.compile(r"(event|step|escalation|seen)#", re.ASCII)
_WHOSE = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listing:
    """One of a customer's lists with its filters, which is all that a cursor of it is good for; `of` names the list."""

    customer_id: str
    of: str
    filters: tuple[str | None, ...] = ()

    def cursor(self, place: Place) -> str:
        """Return a place in the list as a cursor; the inverse of `place`."""
        said = place._asdict() | {"check": self._check(place)}
        return urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")

    def place(self, cursor: str) -> Place:
        """Return the place that a cursor names; raises `InvalidParameter` for one that was not given out for this."""
        try:
            said = orjson.loads(b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
            place = Place(at=said["at"], key=said["key"], whose=said["whose"])
            if said["check"] == self._check(place) and _exists(place):
                return place
        except (ValueError, TypeError, KeyError):
            pass
        raise InvalidParameter(
            "cursor", f"is none of this {self.of}; pass next_cursor as it came, with the same customer and filters"
        )

    def _check(self, place: Place) -> str:
        # No secret: it finds mistakes. Whoever makes up a place stays within the customer whom they may read anyway.
        return sha256(orjson.dumps([*place, self.customer_id, self.of, *self.filters])).hexdigest()[:16]


def _exists(place: Place) -> bool:
    inside = _KEY.match(place.key) is not None and len(place.key.encode()) <= _LONGEST_KEY
    return inside and _INSTANT.fullmatch(place.at) is not None and _WHOSE.fullmatch(place.whose) is not None
