"""Replies as they stand: written from what was asked for and what became of it, and from the platform's own words.

Which of its words are about a reply of ours tells our own id, where the platform gives it back, and otherwise its own:
the row `sent#` says whose that is, and is written before the head says that the reply is sent. Whatever was told before
that row was there is looked up in the journal right after it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from shared.casework import replies
from shared.casework.arrival import covers, is_watermark
from shared.casework.replies import ReplyHead, echoed, hear, reached
from shared.casework.steps import ReplyAsked, ReplyMove, reply_id
from shared.models import Frozen, Identifier, Message, PersonalEvent, Receipt
from shared.projection import unnamed
from shared.projection.open_work import listed
from shared.projection.settling import settle
from shared.store import journal, keys, steps
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

PATIENCE = timedelta(minutes=15)
"""How long nobody is asked about a reply of which it is not known whether it was sent: there may come word of it."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""So far ours and a platform's may be apart."""

_LAST = "\U0010ffff"
_WORK = {"unconfirmed": "unconfirmed", "refused": "refused", "failed": "refused"}


class Ours(Frozen):
    """Whose a message is that we sent: the reply, and the identity that it was said to."""

    reply_id: Identifier
    identity: Identifier
    automatic: bool = False


def read(table: Table, identity: str, own: str) -> ReplyHead | None:
    """Return a reply as the journal has it now, with what the platform has told of it so far; none before anybody has
    asked for it."""
    asked_key = keys.step(identity_name=identity, step_id=f"stp_{own.partition('_')[2]}")
    key = keys.reply(identity_name=identity, reply_id=own)
    found = table.get_many([asked_key, key])
    if asked_key not in found:
        return None
    kept = ReplyHead.stored(found[key]["state"]["S"]) if key in found else None
    done = steps.moves(table, identity=identity, of=own)
    return _folded(kept, [steps.read(found[asked_key]), *done])


def heads(items: Iterable[Item]) -> list[ReplyHead]:
    """Return the replies among items of one identity, as they stand."""
    own = (item for item in items if item["sk"]["S"].startswith(keys.REPLY_PREFIX))
    return [ReplyHead.stored(item["state"]["S"]) for item in own]


def take(step: ReplyAsked | ReplyMove, *, table: Table, now: Callable[[], datetime]) -> ReplyHead:
    """Bring a reply's head up to all that the journal has of it, and return it; whoever sends does so before the
    platform is called, so that the head says so when its echo comes."""
    own = reply_id(step) if isinstance(step, ReplyAsked) else step.reply_id
    head = read(table, step.identity, own) or replies.fold(None, step)
    asked, answer = head.asked, head.sent
    ours = Ours(reply_id=own, identity=head.identity, automatic=bool(asked and asked.automatic))
    if asked is not None and asked.privately:
        table.raise_to(keys.private_reply(own), rank=0, state=ours.model_dump_json(exclude_defaults=True))
    if answer is not None and answer.external_id:
        speaks_of = answer.address or head.identity
        point(ours, speaks_of, answer.external_id, table=table)
        if asked is not None and not asked.privately:
            where = {"channel": asked.channel, "account": asked.account, "thread": asked.thread}
            unnamed.sent(answer.external_id, identity=speaks_of, table=table, **where)
    return _settle(head.identity, own, lambda before: _joined(before, head), table=table, now=now)


def point(ours: Ours, identity: str, external_id: str, *, table: Table) -> bool:
    """Note that a platform's id is that of a reply, in the partition in which the platform speaks of it; return whether
    it is, and not of another."""
    key = keys.sent(identity_name=identity, external_id=external_id)
    if table.raise_to(key, rank=0, state=ours.model_dump_json(exclude_defaults=True)):
        return True
    there = table.get(key)
    return there is not None and _ours(there).reply_id == ours.reply_id


def told(ours: Ours, event: Message | Receipt, *, table: Table, now: Callable[[], datetime]) -> ReplyHead:
    """Bring a reply's head up to what the platform told of it, and return it."""
    name = _named(event)
    if event.reply_id and name:
        point(ours, event.identity, name, table=table)
    return _settle(ours.identity, ours.reply_id, lambda before: hear(before, event), table=table, now=now)


def pointing(events: Iterable[PersonalEvent]) -> list[Key]:
    """Return what has to be read to know of which events the reply is ours that they tell of."""
    return list(dict.fromkeys(key for event in events for key in _pointing(event)))


def _pointing(event: PersonalEvent) -> Iterator[Key]:
    name = _named(event)
    if name is not None:
        yield keys.sent(identity_name=event.identity, external_id=name)
    if _reply_id(event):
        yield keys.reply(identity_name=event.identity, reply_id=_reply_id(event))


def _reply_id(event: PersonalEvent) -> str:
    """Return our own id of what we said, if the platform gives it back."""
    match event:
        case Message(direction="outbound", reply_id=str(own)) | Receipt(reply_id=str(own)):
            return own
        case _:
            return ""


def _named(event: PersonalEvent) -> str | None:
    """Return the platform's id of what we said, if an event is that or tells of it."""
    match event:
        case Message(direction="outbound", external_id=name) | Receipt(target=name):
            return name
        case _:
            return None


def whose(event: PersonalEvent, seen: Mapping[Key, Item], table: Table) -> Ours | None:
    """Return the reply that an event tells of, by what `pointing` names; none for an event that tells of none of ours.

    Only one that names a reply which is not this identity's costs a call: it answered something public in private.
    """
    for key in _pointing(event):
        if key in seen:
            if key.sk.startswith(keys.SENT_PREFIX):
                return _ours(seen[key])
            head = ReplyHead.stored(seen[key]["state"]["S"])
            return Ours(reply_id=head.id, identity=head.identity, automatic=bool(head.asked and head.asked.automatic))
    if own := _reply_id(event):
        there = table.get(keys.private_reply(own))
        return _ours(there) if there else None
    return None


def sent_by_others(table: Table, head: ReplyHead) -> frozenset[str]:
    """Return the platform's ids that are known to be those of other replies, where it speaks of this one's identity;
    but those that are too long for a key."""
    partition = keys.identity(head.identity)
    rows = table.query(partition, first=keys.SENT_PREFIX, last=f"{keys.SENT_PREFIX}{_LAST}")
    others = (key_of(row) for row in rows if _ours(row).reply_id != head.id)
    return frozenset(key.sk.removeprefix(keys.SENT_PREFIX) for key in others)


def in_flight(table: Table, identity: str) -> list[ReplyHead]:
    """Return an identity's replies that the platform may have under ids which we do not know, the first tried first;
    also those that somebody gave up."""
    partition = keys.identity(identity)
    rows = table.query(partition, first=keys.REPLY_PREFIX, last=f"{keys.REPLY_PREFIX}{_LAST}")
    heads = (ReplyHead.stored(row["state"]["S"]) for row in rows)
    return sorted(
        (head for head in heads if head.is_in_flight or head.is_doubtful),
        key=lambda head: (head.attempts[0].at, head.id),
    )


def is_there(head: ReplyHead, event: PersonalEvent) -> bool:
    """Return whether an event belongs to the conversation in which a reply is said."""
    asked = head.asked
    return asked is not None and (head.identity, asked.channel, asked.thread) == (
        event.identity,
        event.channel,
        event.thread,
    )


def reads_as(head: ReplyHead, message: Message) -> bool:
    """Return whether a message of the company's has the very words of a reply, of which nobody can tell otherwise
    whether it was sent: then the customer has read them."""
    asked = head.asked
    return (
        asked is not None
        and asked.template is None
        and not asked.privately
        and message.reply_id is None
        and message.text.split() == asked.text.split() != []
        and is_there(head, message)
    )


def since_attempt(table: Table, head: ReplyHead) -> list[Entry]:
    """Return what the journal has from a reply's first attempt on, where the platform speaks of it."""
    if not head.attempts:
        return []
    identities = (head.identity, head.sent.address if head.sent else None)
    first = f"{keys.EVENT_PREFIX}{keys.instant(head.attempts[0].at - CLOCKS_DIFFER)}"
    partitions = (keys.identity(each) for each in dict.fromkeys(filter(None, identities)))
    found = (table.query(partition, first=first, last=f"{keys.EVENT_PREFIX}{_LAST}") for partition in partitions)
    return [journal.entry(item) for item in chain.from_iterable(found)]


def catch_up(head: ReplyHead, entries: Sequence[Entry], *, table: Table, now: Callable[[], datetime]) -> ReplyHead:
    """Bring a reply's head up to what the platform told of it before anybody could know that it is about this reply."""
    own = Ours(reply_id=head.id, identity=head.identity, automatic=bool(head.asked and head.asked.automatic))
    for entry in entries:
        event = entry.event
        if isinstance(event, Message | Receipt) and _tells_of(head, event):
            head = told(own, event, table=table, now=now)
    marks = [entry.event for entry in entries if isinstance(entry.event, Receipt) and is_watermark(entry.event)]
    return _settle(head.identity, head.id, lambda before: up_to(before, marks), table=table, now=now)


def _tells_of(head: ReplyHead, event: Message | Receipt) -> bool:
    name = _named(event)
    return _reply_id(event) == head.id or (name is not None and name == head.external_id)


def read_up_to(receipt: Receipt, *, table: Table, now: Callable[[], datetime]) -> list[ReplyHead]:
    """Bring all replies up to what a platform told of everything up to an instant, and return those of which it tells
    what is known of them now."""
    about: list[ReplyHead] = []
    partition = keys.identity(receipt.identity)
    rows = table.query(partition, first=keys.SENT_PREFIX, last=f"{keys.SENT_PREFIX}{_LAST}")
    of = {keys.reply(identity_name=ours.identity, reply_id=ours.reply_id) for ours in map(_ours, rows)}
    for item in table.get_many(sorted(of)).values():
        head = ReplyHead.stored(item["state"]["S"])
        if up_to(head, [receipt]) != head:
            head = _settle(head.identity, head.id, lambda before: up_to(before, [receipt]), table=table, now=now)
        if any(each.at == receipt.occurred_at for each in head.told):
            about.append(head)
    return about


def up_to(head: ReplyHead, receipts: Iterable[Receipt]) -> ReplyHead:
    """Return a reply's head with what receipts tell of everything up to their instants."""
    for receipt in receipts:
        at, own = head.sent_at, head.asked is not None and (head.asked.privately or is_there(head, receipt))
        if own and at is not None and covers(receipt, at):
            head = hear(head, receipt)
    return head


def _joined(before: ReplyHead | None, head: ReplyHead) -> ReplyHead:
    """Return a head as it was just read from the journal, with what was told of it meanwhile."""
    if before is None:
        return head
    for each in before.told:
        head = reached(head, each)
    if before.echo is not None:
        head = echoed(head, before.echo)
    moves = {move.number: move for move in (*before.moves, *head.moves)}
    return head.model_copy(update={"moves": tuple(moves[number] for number in sorted(moves))})


def _folded(kept: ReplyHead | None, taken: Iterable[object]) -> ReplyHead:
    for step in taken:
        assert isinstance(step, ReplyAsked | ReplyMove), "a reply's steps are these"
        kept = replies.fold(kept, step)
    assert kept is not None, "it was asked for"
    return kept


def _settle(
    identity: str,
    own: str,
    fold: Callable[[ReplyHead], ReplyHead],
    *,
    table: Table,
    now: Callable[[], datetime],
) -> ReplyHead:
    key = keys.reply(identity_name=identity, reply_id=own)

    def extra(head: ReplyHead) -> Item:
        return {"projected_at": {"S": keys.instant(now())}} | listing(key, head)

    def folded(before: ReplyHead | None) -> ReplyHead:
        return fold(before or ReplyHead(id=own, identity=identity))

    head = settle(table, key, table.get(key), ReplyHead, folded, extra)
    assert head is not None, "a head that is there stays"
    return head


def listing(key: Key, head: ReplyHead) -> Item:
    """Return the attributes that list a reply while somebody has to look at it."""
    since = replies.open_since(head, PATIENCE)
    return listed(_WORK[head.state], key, since) if since else {}


def _ours(row: Item) -> Ours:
    return Ours.stored(row["state"]["S"])
