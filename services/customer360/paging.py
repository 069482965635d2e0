"""A page of something that happened to several identities, the newest first; pure.

Everything is ordered by its instant, then by its key. A page ends at a place in that order, and the next one begins
below it: what arrives meanwhile neither moves nor repeats anything.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple, Self

from pydantic import BaseModel

from shared.store import keys
from shared.store.keys import Key

MOST_BYTES = 2_500_000
"""Lambda answers with at most 6 MB, in which our JSON is quoted once more; a page ends before that."""


class Place(NamedTuple):
    """Where something stands in the order: its instant as keys write it, its sort key, and a digest of whose it is."""

    at: str
    key: str
    whose: str

    @classmethod
    def of(cls, at: datetime, key: Key) -> Self:
        return cls(keys.instant(at), key.sk, sha256(key.pk.encode()).hexdigest()[:16])


@dataclass(frozen=True, slots=True)
class Stretch[T]:
    """What was read of one identity, by its places; `floor` is the lowest when there may be more below, or none."""

    placed: Mapping[Place, T]
    floor: Place | None = None


def page[T](
    stretches: Iterable[Stretch[T]], *, below: Place | None, fits: Callable[[T], bool], limit: int
) -> tuple[list[tuple[Place, T]], Place | None]:
    """Return the next `limit` things that fit below a place, and the place to go on from, or none at the end.

    Nothing below the highest floor is taken: another identity may have something in between that was not read yet.
    """
    stretches = list(stretches)
    floor = max((stretch.floor for stretch in stretches if stretch.floor), default=None)
    placed = {place: thing for stretch in stretches for place, thing in stretch.placed.items()}
    found = [
        (place, placed[place])
        for place in sorted(placed, reverse=True)
        if (below is None or place < below) and (floor is None or place >= floor) and fits(placed[place])
    ]
    return found[:limit], found[limit - 1][0] if len(found) > limit else floor


def how_many_fit(entries: Iterable[BaseModel]) -> int:
    """Return how many of the first entries one answer can hold, at least one."""
    sizes = accumulate(len(entry.model_dump_json().encode()) for entry in entries)
    return max(1, sum(size <= MOST_BYTES for size in sizes))
