"""The row that names the last revision of a message, beside the events in its identity's partition."""

from hashlib import sha256

from shared.models import Deletion, Edit, PersonalEvent
from shared.projection.revision import Revision, revision
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table

REVISION_PREFIX = "revision#"


def key(*, partition: str, target: str) -> Key:
    """Return where the last revision of a message is kept; `target` is the message's external id."""
    return Key(partition, f"{REVISION_PREFIX}{sha256(target.encode()).hexdigest()[:40]}")


def keep(table: Table, event: PersonalEvent) -> None:
    """Keep an event as its message's last revision, if it is a revision and no later one is kept.

    One conditional write, which may be repeated and come in any order.
    """
    if isinstance(event, Edit | Deletion):
        last = revision(event)
        place = key(partition=keys.identity(event.identity), target=event.target)
        table.raise_to(place, rank=last.rank, state=last.model_dump_json())


def read(item: Item) -> Revision:
    """Return the revision that a row names."""
    return Revision.stored(item["state"]["S"])
