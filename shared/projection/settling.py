"""Writing a projection: fold what is there, write what comes of it if nobody else wrote meanwhile, and fold again until
nothing changes."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from shared.errors import StoreUnavailable
from shared.models import Frozen
from shared.store.keys import Key
from shared.store.table import Item, Table, state_of

_CONTENTION_LIMIT = 20
"""How often a projection is folded again because another process wrote it meanwhile, before the record is given
back."""


def settle[S: Frozen](
    table: Table,
    key: Key,
    seen: Item | None,
    model: type[S],
    fold: Callable[[S | None], S | None],
    extra: Callable[[S], Item],
) -> S | None:
    """Write a projection as `fold` makes it of what is there, and return it as it stands; `seen` is what was read
    already, `None` for no item.

    Folding again after the write sees what was journalled between the fold's questions and the write. `extra` are
    further attributes of the item. Raises `StoreUnavailable` when other processes keep writing the same.
    """
    before = state_of(seen)
    for _ in range(_CONTENTION_LIMIT):
        folded = fold(model.stored(before) if before else None)
        if folded is None or (after := folded.model_dump_json(exclude_defaults=True)) == before:
            return folded
        written = table.replace(key, state=after, seen=before, extra=extra(folded))
        before = after if written else state_of(table.get(key))
    raise StoreUnavailable("another process kept writing the same projection")


class Change(NamedTuple):
    """One item as it was read and as it should be; `None` is no item."""

    key: Key
    before: Item | None
    after: Item | None


def settle_all(table: Table, changes: Callable[[], Sequence[Change]]) -> None:
    """Write projections that depend on one another: make the changes in their order until asking again finds none.

    At the first item that is not any more what was read, everything is read again. Raises `StoreUnavailable` when other
    processes keep writing the same.
    """
    for _ in range(_CONTENTION_LIMIT):
        found = changes()
        if not found:
            return
        all(table.change(each.key, before=each.before, after=each.after) for each in found)
    raise StoreUnavailable("other processes kept writing the same projections")
