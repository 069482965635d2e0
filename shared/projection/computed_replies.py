"""Replies as the journal alone makes them, and what of it conversations know of; see `computed.py`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.casework import replies as heads
from shared.casework.arrival import is_watermark
from shared.casework.replies import ReplyHead, as_message, echoed, hear, reached
from shared.casework.steps import ReplyAsked, ReplyMove, Step, reply_id
from shared.models import Message, PersonalEvent, Receipt
from shared.projection.outbound import may_be
from shared.projection.replies import Ours, listing, reads_as, up_to
from shared.store import keys
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item


@dataclass(frozen=True, slots=True)
class ComputedReplies:
    """Every item that says what became of replies, and `counted`: the events that conversations know of, and what
    stands for those replies that the platform has told us of by its answer alone."""

    items: Mapping[Key, Item]
    counted: Sequence[PersonalEvent]


@dataclass(frozen=True, slots=True)
class Heard:
    """Replies by their own ids, with what the platform said of each by its id, and of which entries the reply is ours
    that they tell of."""

    heads: Mapping[str, ReplyHead]
    told: Mapping[Key, str]

    def left_out(self, entries: Iterable[Entry]) -> set[Key]:
        """Return the keys of those of its entries that conversations do not know of: what the company said by itself,
        or what may be such a reply whose id we do not know."""
        held_by = [head for head in self.heads.values() if is_automatic(head) and head.is_in_flight]
        said = [entry for entry in entries if is_said(entry.event)]
        ours = {entry.key: self.told.get(entry.key) for entry in said}
        known = {key for key, own in ours.items() if own is not None and is_automatic(self.heads[own])}
        maybe = (entry for entry in said if ours[entry.key] is None and any(may_be(head, entry) for head in held_by))
        return known | {entry.key for entry in maybe}


def is_said(event: PersonalEvent) -> bool:
    """Return whether the company said it, wherever it did."""
    return isinstance(event, Message) and event.direction == "outbound"


def is_automatic(head: ReplyHead) -> bool:
    """Return whether nobody wrote it."""
    return head.asked is not None and head.asked.automatic


def hear_all(entries: Sequence[Entry], steps: Iterable[Step], kept: Iterable[ReplyHead] = ()) -> Heard:
    """Return what became of the replies to one identity, by all entries and steps of it, in whatever order. `kept` are
    its replies as the table has them: some of what was told of them was told under another identity."""
    made: dict[str, ReplyHead] = {}
    for step in steps:
        if isinstance(step, ReplyAsked | ReplyMove):
            own = reply_id(step) if isinstance(step, ReplyAsked) else step.reply_id
            made[own] = heads.fold(made.get(own), step)
    told = _told(entries, made)
    for entry in entries:
        event, ours = entry.event, told.get(entry.key)
        if ours is not None and isinstance(event, Message | Receipt):
            made[ours] = hear(made[ours], event)
    marks = [entry.event for entry in entries if isinstance(entry.event, Receipt) and is_watermark(entry.event)]
    return Heard(_joined({own: up_to(head, marks) for own, head in made.items()}, kept), told)


def compute(entries: Sequence[Entry], steps: Iterable[Step], kept: Iterable[ReplyHead] = ()) -> ComputedReplies:
    """Return what all entries and steps of one identity come to, in whatever order they are given; `kept` are its
    replies as the table has them (`hear_all`)."""
    heard = hear_all(entries, steps, kept)
    pointers = {
        (_partition(head), answer.external_id): own for own, head in heard.heads.items() if (answer := head.sent)
    }
    for entry in entries:
        event, ours = entry.event, heard.told.get(entry.key)
        if ours is not None and isinstance(event, Message | Receipt):
            name = event.external_id if isinstance(event, Message) else event.target
            pointers |= {(event.identity, name): ours}
    named = {(identity, name): own for (identity, name), own in pointers.items() if name}
    return ComputedReplies(dict(_items(heard.heads, named)), list(_counted(entries, heard)))


def _joined(made: Mapping[str, ReplyHead], kept: Iterable[ReplyHead]) -> dict[str, ReplyHead]:
    """Return replies with all that the platform told of them by what is kept of them: all of that happened."""
    joined = dict(made)
    for head in kept:
        if head.id in joined:
            for each in head.told:
                joined[head.id] = reached(joined[head.id], each)
            if head.echo is not None:
                joined[head.id] = echoed(joined[head.id], head.echo)
    return joined


def _partition(head: ReplyHead) -> str:
    """Return the identity under which the platform speaks of a reply."""
    return (head.sent and head.sent.address) or head.identity


def _told(entries: Sequence[Entry], made: Mapping[str, ReplyHead]) -> dict[Key, str]:
    """Return of which entries the reply is ours that they tell of."""
    by_name = {answer.external_id: own for own, head in made.items() if (answer := head.sent) and answer.external_id}
    found: dict[Key, str] = {}
    for entry in entries:
        match entry.event:
            case Message(direction="outbound", external_id=name, reply_id=ours) | Receipt(target=name, reply_id=ours):
                if ours is not None and ours in made:
                    found[entry.key] = ours
                    by_name |= {name: ours} if name else {}
    for entry in entries:
        match entry.event:
            case Message(direction="outbound", external_id=name) | Receipt(target=name) if name in by_name:
                found.setdefault(entry.key, by_name[name])
    open_heads = sorted(
        (head for own, head in made.items() if head.is_doubtful and own not in found.values()),
        key=lambda head: (head.first_attempt_at, head.id),
    )
    for entry in sorted(entries, key=lambda each: each.key):
        event = entry.event
        if isinstance(event, Message) and event.direction == "outbound" and entry.key not in found:
            same = (head for head in open_heads if may_be(head, entry) and reads_as(head, event))
            if head := next(same, None):
                open_heads.remove(head)
                found[entry.key] = head.id
    return found


def _counted(entries: Sequence[Entry], heard: Heard) -> Iterator[PersonalEvent]:
    left_out = heard.left_out(entries)
    yield from (entry.event for entry in entries if entry.key not in left_out)
    yield from filter(None, map(as_message, heard.heads.values()))


def _items(made: Mapping[str, ReplyHead], named: Mapping[tuple[str, str], str]) -> Iterator[tuple[Key, Item]]:
    for own, head in made.items():
        key = keys.reply(identity_name=head.identity, reply_id=own)
        yield _item(key, head.model_dump_json(exclude_defaults=True), **listing(key, head))
        if head.asked and head.asked.privately:
            yield _item(keys.private_reply(own), _ours(head), rank={"N": "0"})
    for (identity, name), own in named.items():
        yield _item(keys.sent(identity_name=identity, external_id=name), _ours(made[own]), rank={"N": "0"})


def _ours(head: ReplyHead) -> str:
    ours = Ours(reply_id=head.id, identity=head.identity, automatic=is_automatic(head))
    return ours.model_dump_json(exclude_defaults=True)


def _item(key: Key, state: str, **further: Item) -> tuple[Key, Item]:
    return key, {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": state}, **further}
