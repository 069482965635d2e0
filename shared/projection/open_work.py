"""How an item is listed in the sparse index of open work."""

from datetime import datetime
from typing import NamedTuple

from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item

LISTING = ("open", "open_at", "attempts")
"""The attributes by which an item is listed, and how often driving it has failed."""


class Anew(NamedTuple):
    """An item's state after it was seen to, and the attributes by which it is listed from then on, if by any."""

    state: str
    listing: Item


def listed(kind: str, key: Key, at: datetime) -> Item:
    """Return the attributes that list an item as work of this kind, due from an instant on."""
    return {"open": {"S": keys.shard(kind, key.pk)}, "open_at": {"S": keys.instant(at)}}


def kind_of(item: Item | None) -> str | None:
    """Return as what kind of work an item is listed; none for one that is not, or is gone."""
    return str(item["open"]["S"]).partition("#")[0] if item and "open" in item else None


def attempts_at(item: Item) -> int:
    """Return how often driving an item has failed."""
    return int(item.get("attempts", {}).get("N", "0"))
