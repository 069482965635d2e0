"""A place in one of a customer's lists as opaque text, good for that list with these filters only."""

import re
from dataclasses import dataclass

from services.customer360.paging import Place
from shared.errors import InvalidParameter
from shared.http import cursor as cursors
from shared.http.cursor import LONGEST

__all__ = ["LONGEST", "Listing"]

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
        return cursors.written(place._asdict(), self._whole)

    def place(self, cursor: str) -> Place:
        """Return the place that a cursor names; raises `InvalidParameter` for one that was not given out for this."""
        said = cursors.read(cursor, Place._fields, self._whole)
        if said is not None and _exists(place := Place(**said)):
            return place
        raise InvalidParameter(
            "cursor", f"is none of this {self.of}; pass next_cursor as it came, with the same customer and filters"
        )

    @property
    def _whole(self) -> tuple[str | None, ...]:
        return (self.customer_id, self.of, *self.filters)


def _exists(place: Place) -> bool:
    inside = _KEY.match(place.key) is not None and len(place.key.encode()) <= _LONGEST_KEY
    return inside and _INSTANT.fullmatch(place.at) is not None and _WHOSE.fullmatch(place.whose) is not None
