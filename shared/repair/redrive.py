"""After a fix: what is stuck is done again now, what died goes back to its queue, and what nobody will ever read is
refused, by somebody who says why. None of it can lose anything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import InvalidParameter, NotFound
from shared.ledger import Outcomes
from shared.projection.open_work import LISTING
from shared.projection.projector import Projector
from shared.queues import Queue
from shared.repair.dead import KINDS, Kind, is_listed, stuck_keys
from shared.repair.difference import digest
from shared.store import journal, keys
from shared.store.journal import Journal
from shared.store.keys import Key
from shared.store.ledger import unjournalled
from shared.store.table import Item, Table, key_of

_LONGEST = 200
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Driven:
    """One item that was stuck: `settled` says whether it is done now, and is `None` when that was not tried."""

    name: str
    kind: Kind
    settled: bool | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a dead-letter queue: how many there were, and how many went back."""

    queue: str
    found: int
    moved: int


def project_again(projector: Projector, *, do: bool, failed: Callable[[Exception], None]) -> Iterator[Driven]:
    """Project all that is stuck, due or not; yield what came of each item or, unless `do`, only what there is.

    An item that fails is told to `failed`, stays listed for later, and holds up no other.
    """
    yield from _announce(projector, do=do)
    for kind, key in list(stuck_keys(projector.table, now=projector.now())):
        settled = _again(projector, key, failed) if do else None
        yield Driven(digest(key), kind, settled)


def _announce(projector: Projector, *, do: bool) -> Iterator[Driven]:
    """Journal what the bucket has and the table does not know: its announcement is under way, or was lost."""
    for stored in unjournalled(projector.table, projector.bucket, since=_EVER):
        item = journal.object_item(stored)
        if do:
            Journal(projector.table, projector.bucket).keep(item)
        yield Driven(digest(key_of(item)), "delivery", do or None)


def _again(projector: Projector, key: Key, failed: Callable[[Exception], None]) -> bool:
    try:
        projector.again(key)
    except Exception as error:
        failed(error)
        return False
    item = projector.table.get(key)
    return item is None or not any(is_listed(item, kind) for kind in KINDS)


def move_back(queue: Queue, *, do: bool) -> Moved:
    """Move a queue's dead letters back to it, or, unless `do`, count them.

    No more are moved than there were at first: one that dies again is left for another time. Those that somebody
    received within the last minute are not moved either.
    """
    found, moved = queue.backlog().dead_letters, 0
    if do:
        for letter in queue.dead_letters(most=found):
            queue.take_back(letter)
            moved += 1
    return Moved(queue.name, found, moved)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody's decision that units of a delivery will not be read."""

    reason: str
    author: str
    at: datetime

    def __post_init__(self) -> None:
        for field in ("reason", "author"):
            written: str = getattr(self, field)
            if not (written.strip() and written.isprintable() and len(written) <= _LONGEST):
                raise InvalidParameter(field, f"must be one line of 1 to {_LONGEST} characters")


def refuse(name: str, refusal: Refusal, table: Table, *, do: bool) -> int:
    """Refuse the unreadable units of the delivery that is listed under this name; return how many there are.

    The bytes stay, so that replaying reads them as soon as our code can. Raises `NotFound` when there is no such
    delivery, and when it was read or refused by somebody else meanwhile; then nothing is changed.
    """
    item = _unreadable(name, table)
    outcomes = Outcomes.stored(item["outcomes"]["S"])
    units = sum(outcomes.unreadable.values())
    if do and not table.change(key_of(item), before=item, after=_refused(item, outcomes, refusal)):
        raise NotFound(f"{name} was changed meanwhile; look again whether it is still there")
    return units


def _unreadable(name: str, table: Table) -> Item:
    for shard in keys.shards("unreadable"):
        for listed in table.listed(shard):
            key = key_of(listed)
            if digest(key) == name and (item := table.get(key)) and is_listed(item, "unreadable"):
                return item
    raise NotFound(f"there is no unreadable delivery {name}; it was read, or its name is another")


def _refused(item: Item, outcomes: Outcomes, refusal: Refusal) -> Item:
    units = outcomes.refused.get(refusal.reason, 0) + sum(outcomes.unreadable.values())
    refused = {**outcomes.refused, refusal.reason: units}
    after = outcomes.model_copy(update={"refused": dict(sorted(refused.items())), "unreadable": {}})
    kept = {name: value for name, value in item.items() if name not in LISTING}
    return kept | {
        "outcomes": {"S": after.to_json()},
        "refused_by": {"S": refusal.author},
        "refused_at": {"S": keys.instant(refusal.at)},
    }
