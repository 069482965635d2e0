"""Notes of who looked at what, beside what was looked at; written before the answer is given."""

from collections.abc import Iterable
from itertools import islice

from shared.casework.seen import Seen
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

_LAST = "\U0010ffff"


def keep(table: Table, partitions: Iterable[str], look: Seen) -> None:
    """Note a look at each of these identities, named by their partitions; one call for each 25.

    Raises `StoreUnavailable` when a note could not be written: then nothing may be shown.
    """
    state = {"S": look.model_dump_json(exclude_defaults=True)}
    found = (keys.seen(partition, at=look.at, request_id=look.id) for partition in partitions)
    table.put_many({"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": state} for key in found)


def newest(table: Table, partition: str, *, upto: tuple[str, str] | None, count: int) -> list[tuple[Key, Seen]]:
    """Return the notes of an identity and where they are, the newest first: at most `count`, up to and with a place.

    `upto` is that place, or none for the newest: an instant, as keys write it, and the sort key of what stands there, a
    note's or another.
    """
    first = keys.SEEN_PREFIX
    last = f"{first}{_LAST}"
    if upto is not None:
        last = upto[1] if upto[1].startswith(first) else f"{first}{upto[0]}#{_LAST}"
    items = table.query(partition, first=first, last=last, newest_first=True, limit=count)
    return [(key_of(item), read(item)) for item in islice(items, count)]


def read(item: Item) -> Seen:
    return Seen.stored(item["state"]["S"])
