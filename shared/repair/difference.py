"""What a repair would change, or has changed: named so that an operator sees what it is, and not whose."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import orjson

from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Item, Table

type Change = Literal["new", "changed", "gone"]

_EPHEMERAL = frozenset({"projected_at", "attempts", "read_by"})
"""Attributes that say when, how often and by which code something was written: no difference in what it says."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that is not what it should be: `where` is a digest of its key, `fields` are names of what differs, and
    `done` whether it was changed. None of it is personal."""

    what: str
    where: str
    change: Change
    fields: tuple[str, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """One item as it is and as it should be; `None` is no item."""

    key: Key
    before: Item | None
    after: Item | None

    def make(self, table: Table) -> bool:
        """Change the item if it is still what was read; return whether it was."""
        return table.change(self.key, before=self.before, after=self.after)

    def told(self, *, done: bool) -> Difference:
        kind: Change = "changed" if self.before and self.after else "new" if self.after else "gone"
        return Difference(_what(self.key), digest(self.key), kind, _fields(self.before, self.after), done)


def repair(key: Key, *, before: Item | None, after: Item | None) -> Repair | None:
    """Return what makes one item out of another, or `None` when they say the same."""
    return None if _lasting(before) == _lasting(after) else Repair(key, before, after)


def digest(key: Key) -> str:
    """Return a name for an item that says nothing of whose it is."""
    return sha256(f"{key.pk}\n{key.sk}".encode()).hexdigest()[:16]


def _what(key: Key) -> str:
    in_own_partition = key.pk.startswith((keys.IDENTITY_PREFIX, keys.DELIVERY_PREFIX))
    return (key.sk if in_own_partition else key.pk).partition("#")[0]


def _lasting(item: Item | None) -> Item | None:
    return item and {name: value for name, value in item.items() if name not in _EPHEMERAL}


def _fields(before: Item | None, after: Item | None) -> tuple[str, ...]:
    """Return the names of the attributes that differ, those inside a projection's state or an event by their own."""
    if before is None or after is None:
        return ()
    old, new = _inside(before), _inside(after)
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


def _inside(item: Item) -> Mapping[str, Any]:
    own = {name: value for name, value in item.items() if name not in (*_EPHEMERAL, "state", "packed")}
    if "state" in item:
        return {**own, **orjson.loads(item["state"]["S"])}
    if item["sk"]["S"].startswith(keys.EVENT_PREFIX):
        return own | journal.entry(item).event.model_dump()
    return own
