"""What is stuck: named so that an operator can act on it, and so that nobody learns whose it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Literal, get_args

from shared.ledger import Outcomes, Reasons
from shared.projection.unnamed import is_copy
from shared.repair.difference import digest
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

Kind = Literal["unreadable", "unprojected", "delivery"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LEFT_TO_THE_PROJECTOR = timedelta(minutes=2)
"""How long a delivery may wait to be expanded; what the projector set aside is stuck from then on."""

_AT_ONCE = 20
"""Items are read whole, with up to 400 KB each; a batch may hold 16 MB (DynamoDB limits)."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One item that somebody may have to act on.

    `name` is a digest of its key. `what` it is: a delivery, an event or an escalation; of that, and of an event that is
    kept under a customer's identity besides the company's own, no account is known. `due_at` is when the watch tries it
    next, and `attempts` how often that has failed. `reasons` say why units of a delivery cannot be read, by number of
    units, and `read_by` which version of the code could not.
    """

    name: str
    kind: Kind
    what: str
    platform: str | None
    account: str | None
    received_at: datetime | None
    due_at: datetime
    attempts: int
    reasons: Reasons
    read_by: str | None


def stuck(table: Table, *, now: datetime, most: int) -> tuple[list[Stuck], bool]:
    """Return what is stuck, what is due first first and at most so many, and whether there is more."""
    found = list(islice(stuck_keys(table, now=now), most + 1))
    return list(_told(table, found[:most])), len(found) > most


def stuck_keys(table: Table, *, now: datetime) -> Iterator[tuple[Kind, Key]]:
    """Yield the keys of all that is stuck, each kind by when it is due."""
    for kind in KINDS:
        until = keys.instant(now - LEFT_TO_THE_PROJECTOR) if kind == "delivery" else None
        shards = (_listed(table, shard, until) for shard in keys.shards(kind))
        yield from ((kind, key) for _, key in merge(*shards))


def _listed(table: Table, shard: str, until: str | None) -> Iterator[tuple[str, Key]]:
    for item in table.listed(shard):
        if until is not None and item["open_at"]["S"] > until:
            return
        yield item["open_at"]["S"], key_of(item)


def _told(table: Table, found: Iterable[tuple[Kind, Key]]) -> Iterator[Stuck]:
    pending = list(found)
    for start in range(0, len(pending), _AT_ONCE):
        some = pending[start : start + _AT_ONCE]
        items = table.get_many(key for _, key in some)
        brought = table.get_many(filter(None, (_brought_by(item) for item in items.values())))
        for kind, key in some:
            # The index lags behind: what was settled a moment ago is not told any more.
            if (item := items.get(key)) is not None and is_listed(item, kind):
                delivery = brought.get(_brought_by(item) or key)
                yield _stuck(kind, item, delivery)


def is_listed(item: Item, kind: Kind) -> bool:
    """Return whether an item is open work of this kind."""
    return "open" in item and item["open"]["S"].startswith(f"{kind}#")


def _brought_by(item: Item) -> Key | None:
    """Return the kept delivery that brought an event, if one did."""
    listed = item.get("ledger", {"S": ""})["S"]
    return Key(listed, keys.DELIVERY) if listed.startswith(keys.DELIVERY_PREFIX) else None


def _stuck(kind: Kind, item: Item, delivery: Item | None) -> Stuck:
    platform, account = _whose(delivery or item)
    outcomes = Outcomes.stored(item["outcomes"]["S"]) if "outcomes" in item else Outcomes()
    return Stuck(
        name=digest(key_of(item)),
        kind=kind,
        what=item["sk"]["S"].partition("#")[0],
        platform=platform,
        account=account,
        received_at=datetime.fromisoformat(item["received_at"]["S"]) if "received_at" in item else None,
        due_at=datetime.fromisoformat(item["open_at"]["S"]),
        attempts=int(item["attempts"]["N"]) if "attempts" in item else 0,
        reasons=outcomes.unreadable,
        read_by=item["read_by"]["S"] if "read_by" in item else None,
    )


def _whose(item: Item) -> tuple[str | None, str | None]:
    """Return the platform and the account that the ledger lists a request under."""
    if "ledger" not in item or is_copy(item):
        return None, None
    platform, _, account = item["ledger"]["S"].rsplit("#", 2)[0].partition("/")
    return platform, account or None
