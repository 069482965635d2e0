"""The rows that a customer is assembled from: one call for each partition, all of them at once.

An identity's partition sorts what is known of the person, the conversations and the escalations before the journal's
events (`event#...`), so one query reads all of that, however long the history. All reads are strongly consistent.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import islice

import orjson

from shared.projection.revision import Revision
from shared.store import journal, keys, revisions
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table

LINKED = "customer"
"""The sort key, in an identity's partition, of the customer's id where several identities are one customer. An identity
without such a row is a customer of its own, whose id derives from it."""

PARALLEL = 10
"""How many reads run at once: as many as botocore keeps connections (`max_pool_connections`)."""

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Stretch:
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
        """Return the partitions of each customer's identities; none for a customer who does not exist."""
        found = self._under(keys.IDENTITY_PREFIX, map(keys.customer, customer_ids))
        return [[item["sk"]["S"] for item in items] for items in found]

    def holders(self, *, kind: str, value: str) -> dict[str, bool]:
        """Return the partitions of the identities with this contact point, and whether it is verified as theirs."""
        rows = self._table.query(keys.contact_partition(kind=kind, value=value))
        return {item["sk"]["S"]: orjson.loads(item["state"]["S"])["verified"] for item in rows}

    def cards(self, partitions: Iterable[str]) -> list[list[Item]]:
        """Return what is kept of each of these identities, its events excepted."""
        return self._at_once(partial(self._items, pk, last=keys.EVENT_PREFIX) for pk in partitions)

    def escalations(self, partitions: Iterable[str]) -> list[list[Item]]:
        """Return the escalations of each of these identities, whatever their state."""
        return self._under(keys.ESCALATION_PREFIX, partitions)

    def history(self, partitions: Sequence[str], *, upto: tuple[str, str] | None, count: int) -> list[Stretch]:
        """Return a stretch of each identity's history: at most `count` dated events up to and with a place.

        `upto` is that place, or none for the newest: the instant of an event, as keys write it, and its sort key.
        Undated events have no time in their keys, and can only be read all together.
        """
        last = min(upto[1], f"{keys.EVENT_PREFIX}{upto[0]}#{_LAST}") if upto else keys.LAST_DATED
        newest = [partial(self._newest, pk, last=last, count=count) for pk in partitions]
        undated = [partial(self._undated, pk) for pk in partitions]
        found = self._at_once([*newest, *undated])
        return [
            Stretch((*dated, *others), floor=dated[-1] if len(dated) == count else None)
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
        return list(self._pool.map(lambda read: read(), reads))
