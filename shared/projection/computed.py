"""The projections of one person as the journal alone makes them: what the projector comes to, whatever befell it.

It is written a second time on purpose, as one fold over everything instead of one step for each event: what repairs
the projections, and what their faults are found by, must not be what makes them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.acknowledging import is_one_of_many
from shared.casework.replies import ReplyHead
from shared.casework.steps import ReplyAsked, Step
from shared.listening import Hears, hearing
from shared.models import Deletion, Edit, PersonalEvent
from shared.playbook import Playbook
from shared.projection import about as people
from shared.projection import computed_replies, retention, rows
from shared.projection import conversation as conversations
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.revision import Revision, revision
from shared.projection.unanswered import waiting
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


def compute(
    entries: Sequence[Entry],
    playbook: Callable[[], Playbook],
    steps: Iterable[Step] = (),
    kept: Iterable[ReplyHead] = (),
) -> Computed:
    """Return what all entries of one identity come to, in whatever order they are given, under a playbook; `steps` are
    those that the company took, of which the heads know when it acknowledged and replied, and `about` when it
    acknowledged. `kept` are its replies as the table has them: some of what was told of them was told under another
    identity."""
    events = [entry.event for entry in entries if entry.event.names_a_customer]
    about = None
    for event in events:
        about = people.fold(about, event)
    taken = list(steps)
    replied = computed_replies.compute([entry for entry in entries if entry.event.names_a_customer], taken, kept)
    heads = dict(_heads(replied.counted, hearing(playbook)))
    for step in taken:
        if isinstance(step, ReplyAsked) and step.automatic:
            key = keys.conversation_of(identity_name=step.identity, channel=step.channel, thread=step.thread)
            heads |= {key: conversations.acknowledged(heads[key], step.at)} if key in heads else {}
            if about is not None and is_one_of_many(step.thread):
                about = people.acknowledged(about, step.channel, step.at)
    listed = (_head(key, head, playbook) for key, head in heads.items())
    return Computed(about, heads, dict([*_people(about), *listed, *_revisions(events), *replied.items.items()]))


def _people(about: About | None) -> Iterator[tuple[Key, Item]]:
    if about is not None:
        for row in rows.of(about):
            yield _item(row.key, row.state, rank={"N": str(row.rank)})
        yield _item(keys.about(about.identity), about.model_dump_json(exclude_defaults=True))


def _heads(events: Sequence[PersonalEvent], hears: Hears) -> Iterator[tuple[Key, Conversation]]:
    told: dict[Key, list[PersonalEvent]] = {}
    for event in events:
        if conversations.touches(event):
            told.setdefault(keys.conversation(event), []).append(event)
    for key, own in told.items():
        inbound = sorted(event.occurred_at for event in own if conversations.asks(event, hears))

        def first_inbound_after(at: datetime, inbound: Sequence[datetime] = inbound) -> datetime | None:
            return next((found for found in inbound if found > at), None)

        head = None
        for event in own:
            head = conversations.fold(head, event, first_inbound_after, hears)
        assert head is not None, "a contact opens a conversation"
        yield key, head


def _head(key: Key, head: Conversation, playbook: Callable[[], Playbook]) -> tuple[Key, Item]:
    waits = waiting(key, head, playbook()) if head.waiting_since else {}
    return _item(key, head.model_dump_json(exclude_defaults=True), **waits, **retention.of_head(head, playbook))


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
