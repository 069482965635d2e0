"""A page of a list that is read whole, the newest first, and the cursor of the next one; pure.

A page ends at a place in the order, and the next one begins below it: what arrives meanwhile neither moves nor repeats
anything.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import orjson

from shared.errors import InvalidParameter
from shared.http import cursor as cursors
from shared.store import keys


class Place(NamedTuple):
    """Where something stands in the order: its instant as keys write it, and a digest of what tells it from all else
    of that instant."""

    at: str
    what: str

    @classmethod
    def of(cls, at: datetime, *names: str | None) -> "Place":
        return cls(keys.instant(at), sha256(orjson.dumps(names)).hexdigest()[:16])


class Page[T](NamedTuple):
    """`omitted` is how many there are below it; they follow with `next_cursor`, which is none where there are none."""

    things: list[T]
    omitted: int
    next_cursor: str | None


def page[T](
    things: Iterable[T], placed: Callable[[T], Place], *, cursor: str | None, of: Sequence[str | None], limit: int
) -> Page[T]:
    """Return the next `limit` things; `of` names the list with its filters, which is all that a cursor of it is good
    for. Raises `InvalidParameter` for a cursor that was not given out for it."""
    below = _place(cursor, of) if cursor is not None else None
    by_place = {placed(thing): thing for thing in things}
    order = [place for place in sorted(by_place, reverse=True) if below is None or place < below]
    shown, omitted = order[:limit], max(len(order) - limit, 0)
    further = cursors.written(shown[-1]._asdict(), of) if omitted else None
    return Page([by_place[place] for place in shown], omitted, further)


def _place(cursor: str, of: Sequence[str | None]) -> Place:
    said = cursors.read(cursor, Place._fields, of)
    if said is None:
        raise InvalidParameter("cursor", "is none of this list; pass next_cursor as it came, with the same filters")
    return Place(**said)
