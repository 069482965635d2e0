"""Everything that is kept of one customer, across all identities that are one with them: what whoever exports or erases
a person starts from.

`held` follows keys alone: from any id of the customer to the identities, their partitions, the ways to find them, the
other sides of their links, and the deliveries that brought what they said. Beyond its reach, since no key of a person
leads there, are

- deliveries of which a unit made no event of its own, whoever it tells of: `unclaimed` yields an account's;
- what the company said where the platform did not say to whom, unless it named a message of theirs, and what was said
  in a call of which no end has come that says whose it was, or none that was read: both stay under the company's own
  identity, and `nobodys` yields an account's;
- copies that end by themselves: hand-offs on the departments' queues, what the spill queue holds, the table's stream
  and its backups (how long each is kept stands in `template.yaml`, and in the README beside this);
- for a moment, the other half of what a process is just writing, or died writing: it is written by the time that the
  journal's event or step is projected again, or that a file is seen to again, and then found.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, permutations

from shared import ids
from shared.casework.links import Link
from shared.casework.steps import LinkDecision, Pair, ReplyAsked, reply_id
from shared.errors import NotFound
from shared.ledger import Outcomes
from shared.models import PersonalEvent
from shared.projection import about as people
from shared.projection import links, rows, unnamed
from shared.projection.about import About
from shared.projection.replies import Ours
from shared.store import journal, keys, ledger, media, steps
from shared.store.journal import Bucket
from shared.store.keys import Key
from shared.store.ledger import Span
from shared.store.table import Item, Table, key_of

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that is kept of a person: an item of the table with its key, or an object by its name, of the delivery
    bucket or of the one for media.

    `shared` says that it tells of somebody else as well, or may: an erasure must not simply take it away.
    """

    where: Key | str
    shared: bool = False
    item: Item | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """Return what it is, by the first words of its key: `identity/event`, say; `object` for one of the delivery
        bucket's, and `file` for a copy of a file in the bucket for media."""
        if isinstance(self.where, str):
            return "object" if self.where.startswith(journal.OBJECT_PREFIX) else "file"
        return "/".join(part.partition("#")[0] for part in self.where)


def held(customer_id: str, *, table: Table, bucket: Bucket) -> Iterator[Held]:
    """Yield everything that is kept of the customer of whom this is an id, each thing once.

    It reads page by page as the caller goes on, and keeps in memory only who is linked with whom, the contact points,
    20 bytes for each kept delivery, and the keys of rows that say whose a message is and of answers that name only a
    message. Raises `NotFound` at once when nobody is known by the id.
    """
    person = _Person(table, bucket, _customers(customer_id, table))
    return chain(person.customers(), *map(person.identity, sorted(person.identities)), person.links())


def unclaimed(span: Span, table: Table) -> Iterator[Key]:
    """Yield the kept deliveries of an account's span of which some unit has made no event of its own: it came before by
    another delivery, was ignored or refused, cannot be read, or is yet to be.

    Such a unit is kept with its delivery's bytes, and nothing says of whom it tells.
    """
    for listed in ledger.requests(span, table):
        if listed["sk"]["S"] == keys.DELIVERY and _journalled(listed) is None:
            yield key_of(listed)


def nobodys(identity: str, table: Table) -> Iterator[Key]:
    """Yield what is kept under the company's own identity and was said to or by somebody whom nothing names by now,
    each with the delivery that brought it, where that is kept apart; costs a call for each answer, and for each call.

    It may be anybody's, and nobody's export or erasure finds it.
    """
    for item in table.query(keys.identity(identity)):
        if not item["sk"]["S"].startswith(keys.EVENT_PREFIX):
            continue
        entry = journal.entry(item)
        if unnamed.is_nobodys(entry.event, table):
            yield entry.key
            if entry.delivery_id:
                yield keys.delivery(entry.delivery_id)


def _journalled(item: Item) -> int | None:
    """Return how many units a delivery has, if all of them have made events of their own."""
    if "outcomes" not in item:
        return None
    units = int(item["units"]["N"])
    return units if Outcomes.stored(item["outcomes"]["S"]).journalled == units else None


def _customers(customer_id: str, table: Table) -> dict[str, list[Item]]:
    """Return what the customers' partitions hold of all who are one with this one, by these partitions."""
    found: dict[str, list[Item]] = {}
    pending = {keys.customer(customer_id)}
    while pending:
        own = pending.pop()
        found[own] = list(table.query(own))
        listed = (name for item in found[own] if item["sk"]["S"] == keys.MEMBERS for name in links.members(item))
        pending |= {keys.customer(ids.customer_id(name)) for name in listed} - found.keys()
    if not any(map(_is_member, chain.from_iterable(found.values()))):
        raise NotFound("nobody is known by that")
    return found


class _Person:
    """All identities of one customer; `identities` are their partitions."""

    def __init__(self, table: Table, bucket: Bucket, customers: Mapping[str, list[Item]]) -> None:
        self._table = table
        self._bucket = bucket
        self._customers = customers
        self.identities = frozenset(
            item["sk"]["S"] for items in customers.values() for item in items if _is_member(item)
        )
        self._pairs: set[Pair] = set()
        self._words: set[Key] = set()
        self._marks: set[Key] = set()
        self._deliveries: set[bytes] = set()
        self._said: set[Key] = set()

    def customers(self) -> Iterator[Held]:
        """Yield what the customers' partitions hold: members, and this side of every link."""
        for item in chain.from_iterable(self._customers.values()):
            shared = False
            if item["sk"]["S"].startswith(keys.LINK_PREFIX):
                link = Link.stored(item["state"]["S"])
                shared = self._note([link.pair])
                self._words |= {keys.step(identity_name=word.identity, step_id=word.step_id) for word in link.words}
            yield Held(key_of(item), shared, item)

    def identity(self, partition: str) -> Iterator[Held]:
        """Yield what an identity's partition holds, what its contact points lead to, and the deliveries that its events
        came out of."""
        about: About | None = None
        for item in self._table.query(partition):
            key, shared = key_of(item), False
            if key.sk.startswith(keys.STEP_PREFIX):
                step = steps.read(item)
                shared = isinstance(step, LinkDecision) and self._note(step.pairs)
                if isinstance(step, ReplyAsked) and step.privately:
                    yield from self._rows(keys.private_reply(reply_id(step)))
            elif key.sk.startswith(keys.SENT_PREFIX):
                shared = not self._has(Ours.stored(item["state"]["S"]).identity)
            yield Held(key, shared, item)
            if key.sk.startswith(keys.MEDIA_PREFIX) and (name := media.read(item).object):
                yield Held(name)
            if key.sk == keys.ABOUT:
                about = About.stored(item["state"]["S"])
            elif key.sk.startswith(keys.EVENT_PREFIX):
                entry = journal.entry(item)
                about = people.fold(about, entry.event)  # rows are written before what says that they are there
                if entry.delivery_id:
                    yield from self._delivery(entry.delivery_id)
                yield from self._spoken_of(item, entry.event)
        if about is not None:
            yield from self._contacts(about)

    def _spoken_of(self, item: Item, event: PersonalEvent) -> Iterator[Held]:
        """Yield the row that says whose a message is and, of a copy, what the company said under its own identity; each
        only once, whichever of this person's identities lead to it."""
        if found := unnamed.row_of(event, self._table):
            key, row = found
            shared = not all(map(self._has, unnamed.identities(row)))
            if self._is_first(key):
                yield Held(key, shared, row)
            if (original := unnamed.original(item)) and self._is_first(original):
                yield from self._original(original, item, shared=shared)

    def _original(self, key: Key, copy: Item, *, shared: bool) -> Iterator[Held]:
        """Yield what the company said under its own identity, what became of its files, and the delivery that brought
        it."""
        files = [keys.media(key, number) for number in range(int(copy.get("files", {"N": "0"})["N"]))]
        for where, item in sorted(self._table.get_many([key, *files]).items()):
            yield Held(where, shared, item)
            if where != key:
                if name := media.read(item).object:
                    yield Held(name, shared)
            elif delivery_id := journal.entry(item).delivery_id:
                yield from self._delivery(delivery_id)

    def _is_first(self, key: Key) -> bool:
        """Return whether nothing has led to a key before, and remember it."""
        is_first = key not in self._said
        self._said.add(key)
        return is_first

    def _rows(self, *wanted: Key) -> Iterator[Held]:
        yield from (Held(key, item=item) for key, item in self._table.get_many(wanted).items())

    def links(self) -> Iterator[Held]:
        """Yield what is kept with other people and names this one: their side of every pair, and the steps that say
        something of a pair."""
        wanted = {key for key in self._words if key.pk not in self.identities}
        for mine, other in chain.from_iterable(map(permutations, self._pairs)):
            if self._has(mine):
                wanted |= {keys.link(of=other, other=mine), keys.members(other)}
        for key, item in sorted(self._table.get_many(sorted(wanted)).items()):
            if key.sk != keys.MEMBERS or any(map(self._has, links.members(item))):
                yield Held(key, shared=True, item=item)

    def _note(self, pairs: Collection[Pair]) -> bool:
        """Remember those pairs of which one is somebody else; return whether there are any."""
        others = [each for each in pairs if not all(map(self._has, each))]
        self._pairs.update(others)
        return bool(others)

    def _has(self, identity: str) -> bool:
        return keys.identity(identity) in self.identities

    def _contacts(self, about: About) -> Iterator[Held]:
        """Yield the rows that find an identity, and the marks of those contact points that too many have: a mark names
        the value, and is nobody's alone."""
        found = {row.key for row in rows.of(about) if row.key.pk not in self._customers}
        marks = {Key(key.pk, keys.CROWDED) for key in found} - self._marks
        self._marks |= marks
        for key, item in sorted(self._table.get_many(sorted(found | marks)).items()):
            yield Held(key, shared=key.sk == keys.CROWDED, item=item)

    def _delivery(self, delivery_id: str) -> Iterator[Held]:
        """Yield a kept delivery, the notes that it came again, and all objects that hold its bytes; only once."""
        if (digest := bytes.fromhex(delivery_id)) in self._deliveries:
            return
        self._deliveries.add(digest)
        shared = True
        for item in self._table.query(keys.delivery(delivery_id).pk):
            if item["sk"]["S"] == keys.DELIVERY:
                shared = self._tells_of_others(item)
            yield Held(key_of(item), shared, item)
            if "object" in item:
                for name in self._bucket.names(since=_EVER, of=delivery_id):
                    yield Held(name, shared)

    def _tells_of_others(self, item: Item) -> bool:
        """Return whether a delivery has a unit that is not known to be this person's, as far as the index tells by
        now."""
        units, came = _journalled(item), 0
        for event in self._table.requests(item["pk"]["S"]) if units else ():
            if event["pk"]["S"] not in self.identities:
                return True
            came += 1
        return units is None or came < units


def _is_member(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.IDENTITY_PREFIX)
