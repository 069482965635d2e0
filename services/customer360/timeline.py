"""A page of a customer's history; pure.

Entries are ordered by their instant, then by their key, the newest first. A page ends at a place in that order, and the
next one begins below it: what arrives meanwhile neither moves nor repeats anything.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple, Self

from services.customer360 import contract
from shared.store import keys
from shared.store.customers import Stretch
from shared.store.journal import Entry

MOST_BYTES = 2_500_000
"""Lambda answers with at most 6 MB, in which our JSON is quoted once more; a page ends before that."""


class Place(NamedTuple):
    """Where an entry stands in the order: its instant as keys write it, its sort key, and a digest of whose it is."""

    at: str
    key: str
    whose: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        whose = sha256(entry.key.pk.encode()).hexdigest()[:16]
        return cls(keys.instant(entry.event.occurred_at), entry.key.sk, whose)


def page(
    stretches: Sequence[Stretch], *, below: Place | None, channel: str | None, limit: int
) -> tuple[list[Entry], Place | None]:
    """Return the next `limit` entries below a place, and the place to go on from, or none at the end.

    No entry below the highest floor is taken: another identity may have some in between that were not read yet.
    """
    floor = max((Place.of(stretch.floor) for stretch in stretches if stretch.floor), default=None)
    placed = {Place.of(entry): entry for stretch in stretches for entry in stretch.entries}
    found = [
        place
        for place in sorted(placed, reverse=True)
        if (below is None or place < below)
        and (floor is None or place >= floor)
        and channel in (None, placed[place].event.channel)
    ]
    return [placed[place] for place in found[:limit]], found[limit - 1] if len(found) > limit else floor


def how_many_fit(entries: Iterable[contract.Entry]) -> int:
    """Return how many of the first entries one answer can hold, at least one."""
    sizes = accumulate(len(entry.model_dump_json().encode()) for entry in entries)
    return max(1, sum(size <= MOST_BYTES for size in sizes))
