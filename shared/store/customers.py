"""The rows that a customer is assembled from: one call for each partition, all of them at once.

An identity's partition sorts what is known of the person, the conversations and the escalations before the journal's
events (`event#...`), so one query reads all of that, however long the history. All reads are strongly consistent.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import batched, chain, islice

import orjson

from shared.casework.links import Link
from shared.casework.replies import ReplyHead
from shared.casework.seen import Seen
from shared.casework.steps import Step
from shared.media.copies import Copy
from shared.projection.revision import Revision
from shared.store import journal, keys, media, revisions, seen, steps
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table

PARALLEL = 10
"""How many reads run at once: as many as botocore keeps connections (`max_pool_connections`)."""

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class History:
    """A piece of one identity's history: its newest dated events up to some place, and all its undated ones.

    `floor` is the oldest dated event of the piece when there may be more below it, or none when there are not.
    """

    entries: Sequence[Entry]
    floor: Entry | None


class Customers:
    """The table, read for customers. Partitions are named by their keys (`identity#...`)."""

    def __init__(self, table: Table, pool: Executor) -> None:
        self._table = table
        self._pool = pool

    def members(self, customer_ids: Iterable[str]) -> list[list[str]]:
        """Return the partitions of the identities that are one customer with the one that each id was made of, sorted;
        none for an id that nobody has."""
        return [_partitions(items) for items in self._of_customers(customer_ids)]

    def links(self, customer_ids: Iterable[str]) -> list[Link]:
        """Return what is known of all pairs of which one is an identity that these ids were made of; sorted."""
        rows = (item for items in self._of_customers(customer_ids) for item in items)
        found = [Link.stored(row["state"]["S"]) for row in rows if _is_link(row)]
        return list({link.pair: link for link in sorted(found, key=lambda link: link.pair)}.values())

    def _of_customers(self, customer_ids: Iterable[str]) -> list[list[Item]]:
        own = (keys.customer(customer_id) for customer_id in customer_ids)
        return self._at_once(partial(self._items, pk, first=keys.IDENTITY_PREFIX, last=keys.MEMBERS) for pk in own)

    def holders(self, *, kind: str, value: str) -> dict[str, bool]:
        """Return the partitions of the identities with this contact point, and whether it is verified as theirs."""
        # Beside them stands the mark of a contact point that too many have (`crowded`).
        first, last = keys.IDENTITY_PREFIX, f"{keys.IDENTITY_PREFIX}{_LAST}"
        rows = self._table.query(keys.contact_partition(kind=kind, value=value), first=first, last=last)
        return {item["sk"]["S"]: orjson.loads(item["state"]["S"])["proof"] is not None for item in rows}

    def cards(self, partitions: Iterable[str]) -> list[list[Item]]:
        """Return what is kept of each of these identities, its events excepted."""
        return self._at_once(partial(self._items, pk, last=keys.EVENT_PREFIX) for pk in partitions)

    def escalations(self, partitions: Iterable[str]) -> list[list[Item]]:
        """Return the escalations of each of these identities, whatever their state."""
        return self._under(keys.ESCALATION_PREFIX, partitions)

    def steps(self, partitions: Iterable[str]) -> list[list[Step]]:
        """Return all that the company did about each of these identities."""
        return [list(map(steps.read, items)) for items in self._under(keys.STEP_PREFIX, partitions)]

    def replies(self, partitions: Iterable[str]) -> list[ReplyHead]:
        """Return all that was said to these identities through the desk, as it stands."""
        rows = (row for items in self._under(keys.REPLY_PREFIX, partitions) for row in items)
        return [ReplyHead.stored(row["state"]["S"]) for row in rows]

    def whole(self, partitions: Iterable[str]) -> list[list[Item]]:
        """Return what is kept of each of these identities, its events and steps included."""
        partitions = list(partitions)
        last = f"{keys.EVENT_PREFIX}{_LAST}"
        known = self._at_once(partial(self._items, pk, last=last) for pk in partitions)
        return [[*items, *done] for items, done in zip(known, self._under(keys.STEP_PREFIX, partitions), strict=True)]

    def timed(self, partitions: Iterable[str]) -> list[list[Item]]:
        """Return what clocks go by of each of these identities: what `whole` does, how replies to it stand, and which
        of the platform's ids are theirs."""
        events, done = f"{keys.EVENT_PREFIX}{_LAST}", f"{keys.STEP_PREFIX}{_LAST}"
        ranges = (("\0", events), (keys.REPLY_PREFIX, f"{keys.REPLY_PREFIX}{_LAST}"), (keys.SENT_PREFIX, done))
        reads = [partial(self._items, pk, first=first, last=last) for pk in partitions for first, last in ranges]
        return [list(chain(*parts)) for parts in batched(self._at_once(reads), len(ranges), strict=True)]

    def looks(
        self, partitions: Iterable[str], *, upto: tuple[str, str] | None, count: int
    ) -> list[list[tuple[Key, Seen]]]:
        """Return who looked at each of these identities, as `seen.newest` does."""
        return self._at_once(partial(seen.newest, self._table, pk, upto=upto, count=count) for pk in partitions)

    def history(self, partitions: Sequence[str], *, upto: tuple[str, str] | None, count: int) -> list[History]:
        """Return a piece of each identity's history: at most `count` dated events up to and with a place.

        `upto` is that place, or none for the newest: an instant, as keys write it, and the sort key of what stands
        there, an event's or another.
        Undated events have no time in their keys, and can only be read all together.
        """
        last = _last_dated(*upto) if upto else keys.LAST_DATED
        newest = [partial(self._newest, pk, last=last, count=count) for pk in partitions]
        undated = [partial(self._undated, pk) for pk in partitions]
        found = self._at_once([*newest, *undated])
        return [
            History((*dated, *others), floor=dated[-1] if len(dated) == count else None)
            for dated, others in zip(found[: len(newest)], found[len(newest) :], strict=True)
        ]

    def revisions(self, messages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Revision]:
        """Return the last revision of those among these messages (partition, external id) that have one."""
        places = {revisions.key(partition=pk, target=target): (pk, target) for pk, target in messages}
        found = self._table.get_many(places)
        return {places[key]: revisions.read(item) for key, item in found.items()}

    def entries(self, wanted: Iterable[Key]) -> dict[Key, Entry]:
        """Return the journal's entries that exist among these keys."""
        return {key: journal.entry(item) for key, item in self._table.get_many(wanted).items()}

    def copies(self, files: Iterable[tuple[Key, int]]) -> dict[tuple[Key, int], Copy]:
        """Return what became of those of these files (an event's key, an attachment's number) of which something is
        known."""
        return media.copies(self._table, files)

    def _under(self, prefix: str, partitions: Iterable[str]) -> list[list[Item]]:
        return self._at_once(partial(self._items, pk, first=prefix, last=f"{prefix}{_LAST}") for pk in partitions)

    def _items(self, pk: str, *, first: str = "\0", last: str) -> list[Item]:
        return list(self._table.query(pk, first=first, last=last))

    def _newest(self, pk: str, *, last: str, count: int) -> list[Entry]:
        items = self._table.query(pk, first=keys.EVENT_PREFIX, last=last, newest_first=True, limit=count)
        return [journal.entry(item) for item in islice(items, count)]

    def _undated(self, pk: str) -> list[Entry]:
        first = keys.UNDATED_PREFIX
        return [journal.entry(item) for item in self._table.query(pk, first=first, last=f"{first}{_LAST}")]

    def _at_once[T](self, reads: Iterable[Callable[[], T]]) -> list[T]:
        reads = list(reads)
        at_once = self._pool.map if len(reads) > 1 else map  # a single one is not worth another thread
        return list(at_once(lambda read: read(), reads))


def _last_dated(at: str, key: str) -> str:
    """Return the highest sort key that a dated event up to and with a place may have."""
    first = f"{keys.EVENT_PREFIX}{at}"
    if key < keys.EVENT_PREFIX:
        return first  # whatever sorts before events stands below those of the same instant
    return min(key, f"{first}#{_LAST}")


def _partitions(items: Sequence[Item]) -> list[str]:
    own = [item["sk"]["S"] for item in items if item["sk"]["S"].startswith(keys.IDENTITY_PREFIX)]
    listed = [orjson.loads(item["state"]["S"])["identities"] for item in items if item["sk"]["S"] == keys.MEMBERS]
    return sorted({*own, *(keys.identity(name) for names in listed for name in names)}) if own else []


def _is_link(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.LINK_PREFIX)
