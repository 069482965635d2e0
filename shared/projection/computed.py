"""The projections of one person as the journal alone makes them: what the projector comes to, whatever befell it.

It is written a second time on purpose, as one fold over everything instead of one step for each event: what repairs
the projections, and what their faults are found by, must not be what makes them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.models import Deletion, Edit, PersonalEvent
from shared.projection import about as people
from shared.projection import conversation as conversations
from shared.projection import rows
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.projector import waiting
from shared.projection.revision import Revision, revision
from shared.store import keys, revisions
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item


@dataclass(frozen=True, slots=True)
class Computed:
    """Who the person is, their conversations' heads by key, and every item that says so, escalations excepted."""

    about: About | None
    heads: Mapping[Key, Conversation]
    items: Mapping[Key, Item]


def compute(entries: Sequence[Entry]) -> Computed:
    """Return what all entries of one identity come to, in whatever order they are given."""
    events = [entry.event for entry in entries if entry.event.names_a_customer]
    about = None
    for event in events:
        about = people.fold(about, event)
    heads = dict(_heads(events))
    return Computed(about, heads, dict([*_people(about), *map(_head, heads.items()), *_revisions(events)]))


def _people(about: About | None) -> Iterator[tuple[Key, Item]]:
    if about is not None:
        for row in rows.of(about):
            yield _item(row.key, row.state, rank={"N": str(row.rank)})
        yield _item(keys.about(about.identity), about.model_dump_json(exclude_defaults=True))


def _heads(events: Sequence[PersonalEvent]) -> Iterator[tuple[Key, Conversation]]:
    told: dict[Key, list[PersonalEvent]] = {}
    for event in events:
        if conversations.touches(event):
            told.setdefault(keys.conversation(event), []).append(event)
    for key, own in told.items():
        inbound = sorted(event.occurred_at for event in own if conversations.speaks(event) == "inbound")

        def first_inbound_after(at: datetime, inbound: Sequence[datetime] = inbound) -> datetime | None:
            return next((found for found in inbound if found > at), None)

        head = None
        for event in own:
            head = conversations.fold(head, event, first_inbound_after)
        assert head is not None, "a contact opens a conversation"
        yield key, head


def _head(found: tuple[Key, Conversation]) -> tuple[Key, Item]:
    key, head = found
    return _item(key, head.model_dump_json(exclude_defaults=True), **waiting(key, head))


def _revisions(events: Sequence[PersonalEvent]) -> Iterator[tuple[Key, Item]]:
    last: dict[Key, Revision] = {}
    for event in events:
        if isinstance(event, Edit | Deletion):
            key = revisions.key(partition=keys.identity(event.identity), target=event.target)
            last[key] = max(last.get(key, found := revision(event)), found, key=lambda each: each.rank)
    for key, latest in last.items():
        yield _item(key, latest.model_dump_json(), rank={"N": str(latest.rank)})


def _item(key: Key, state: str, **further: Item) -> tuple[Key, Item]:
    return key, {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": state}, **further}
