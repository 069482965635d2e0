"""A place in a list as opaque text, good for that list with these filters only."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

import orjson

LONGEST = 2048


def written(place: Mapping[str, str], of: Sequence[str | None]) -> str:
    """Return a place as a cursor of a list; `of` names the list with its filters. The inverse of `read`."""
    return urlsafe_b64encode(orjson.dumps({**place, "check": _check(place, of)})).decode().rstrip("=")


def read(cursor: str, names: Sequence[str], of: Sequence[str | None]) -> dict[str, str] | None:
    """Return the place that a cursor names, by the names of its parts in order; none for one that was not given out for
    this list."""
    try:
        said = orjson.loads(b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        place = {name: said[name] for name in names}
        if said["check"] == _check(place, of) and all(isinstance(part, str) for part in place.values()):
            return place
    except (ValueError, TypeError, KeyError):
        pass
    return None


def _check(place: Mapping[str, str], of: Sequence[str | None]) -> str:
    # No secret: it finds mistakes. Whoever makes up a place stays within a list that they may read anyway.
    return sha256(orjson.dumps([*place.values(), *of])).hexdigest()[:16]
