"""What a customer said in a conversation, and what of it asks something, as the journal has it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import chain, islice

from shared.errors import StoreUnavailable
from shared.listening import Hears, deaf
from shared.models import Message, PersonalEvent
from shared.projection.conversation import Conversation, asks, speaks
from shared.store import journal, keys
from shared.store.journal import Entry
from shared.store.table import Item, Table

_LAST = "\U0010ffff"

_LOOKED_AT = 50
"""How many of the newest events are looked through for a message: receipts and reactions stand between two."""


def first_after(
    table: Table, like: PersonalEvent, at: datetime, counts: Callable[[PersonalEvent], bool]
) -> datetime | None:
    """Return when the first thing that counts was said after an instant, in the conversation of an event; none when
    nothing was."""
    later = (entry.event for entry in _said(table, like, at) if entry.event.occurred_at > at and counts(entry.event))
    return next((event.occurred_at for event in later), None)


def is_inbound(event: PersonalEvent) -> bool:
    """Return whether the customer spoke, whatever they said."""
    return speaks(event) == "inbound"


def questions(table: Table, head: Conversation, since: datetime, hears: Hears = deaf) -> Iterator[Entry]:
    """Yield what the customer asked in a conversation, of which this is the head, from an instant on, the first thing
    first; by what is heard, what nobody said to the company and is to be answered all the same. Only as much of the
    journal is read as is looked at."""
    yield from (entry for entry in _said(table, head, since) if asks(entry.event, hears))


def said_after(table: Table, head: Conversation, at: datetime) -> Iterator[Entry]:
    """Yield everything in a conversation after an instant, whoever said it, the first thing first."""
    yield from (entry for entry in _said(table, head, at) if entry.event.occurred_at > at)


def last_message(table: Table, head: Conversation) -> Entry | None:
    """Return the customer's last message in a conversation, if that is still known, by two queries."""
    if head.last_inbound_at is None:
        return None
    at = head.last_inbound_at
    said = (entry for entry in _said(table, head, at) if entry.event.occurred_at == at and is_inbound(entry.event))
    return next((entry for entry in said if isinstance(entry.event, Message)), None)


def last_said(table: Table, identity: str) -> str:
    """Return the journal's key of what a customer said last, else of what the company did, else of what happened last.

    Raises `StoreUnavailable` while the journal has nothing of the identity.
    """
    spans = ((keys.EVENT_PREFIX, keys.LAST_DATED), (keys.UNDATED_PREFIX, f"{keys.UNDATED_PREFIX}~"))
    partition = keys.identity(identity)
    items = chain.from_iterable(
        table.query(partition, first=first, last=last, newest_first=True, limit=_LOOKED_AT) for first, last in spans
    )
    newest = [journal.entry(item) for item in islice(items, _LOOKED_AT)]
    if not newest:
        raise StoreUnavailable("the journal has nothing yet of the identity about which somebody is to be told")
    return max(newest, key=lambda entry: _telling(entry.event)).key.sk


def _telling(event: PersonalEvent) -> int:
    """Return how much an event says of what something is about; of several that say as much, the newest counts."""
    if not isinstance(event, Message):
        return 0
    return 2 if event.direction == "inbound" else 1


def _said(table: Table, like: Conversation | PersonalEvent, since: datetime) -> Iterator[Entry]:
    partition, first = keys.identity(like.identity), f"{keys.EVENT_PREFIX}{keys.instant(since)}#"
    dated = table.query(partition, first=first, last=keys.LAST_DATED)
    undated = table.query(partition, first=keys.UNDATED_PREFIX, last=f"{keys.UNDATED_PREFIX}{_LAST}")
    found = (_in_it(undated, like, since), _in_it(dated, like, since))
    yield from merge(sorted(found[0], key=_when), found[1], key=_when)


def _in_it(items: Iterable[Item], like: Conversation | PersonalEvent, since: datetime) -> Iterator[Entry]:
    for entry in map(journal.entry, items):
        same = (entry.event.channel, entry.event.thread) == (like.channel, like.thread)
        if same and entry.event.occurred_at >= since:
            yield entry


def _when(entry: Entry) -> datetime:
    return entry.event.occurred_at
