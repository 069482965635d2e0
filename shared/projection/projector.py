"""Reads what the journal holds, folds it, and writes the projections: every step may die, and is then done again.

The steps of one event, in their order, and why none can be forgotten: the rows that find a person (contact points,
membership) are written before the `about` item that says they are there; heads and escalations are each one write,
conditional on the state they were computed from. The stream's record is done with only when all are written. A new
escalation is a record of the stream itself, and its hand-off goes out from there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import StoreUnavailable
from shared.escalation import Escalation, escalate
from shared.handoff import hand_off
from shared.models import Frozen, Message, PersonalEvent
from shared.platforms import load
from shared.playbook import Playbook
from shared.projection import about as people
from shared.projection import conversation as conversations
from shared.projection import rows
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.expansion import expand
from shared.queues import Departments
from shared.store import journal, keys, revisions
from shared.store.journal import Bucket, Entry
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of, state_of

LEFT_BEHIND = {"unprojected": "unprojected", "delivery": "unprojected", "unreadable": "unreadable"}
"""The kinds of open work that are projected again, and what each is listed as from then on."""

_CONTENTION_LIMIT = 20
"""How often a projection is folded again because another process wrote it meanwhile, before the record is given
back."""

_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Projector:
    """The projections' one writer. `playbook` returns the company's current one; `now` an aware instant;
    `version` names the code that runs."""

    table: Table
    bucket: Bucket
    departments: Departments
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]
    public_url: str = ""
    version: str = ""

    def project(self, items: Sequence[Item]) -> None:
        """Bring the projections up to items of one partition of the table: events, a kept delivery, escalations."""
        entries = [journal.entry(item) for item in items if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
        if told := [entry for entry in entries if entry.event.names_a_customer]:
            self._events(told)
        for item in items:
            if item["sk"]["S"] == keys.DELIVERY:
                self._expand(item)
            elif item["sk"]["S"].startswith(keys.ESCALATION_PREFIX):
                self._offer(Escalation.model_validate_json(item["state"]["S"]))

    def _events(self, entries: Sequence[Entry]) -> None:
        events = [entry.event for entry in entries]
        heads = _by_conversation(events)
        seen = self.table.get_many([keys.about(events[0].identity), *heads])
        self._know(events, seen)
        for key, said in heads.items():
            self._head(key, said, seen.get(key))
        for entry in entries:
            revisions.keep(self.table, entry.event)
            self._escalate(entry)

    def _know(self, events: Sequence[PersonalEvent], seen: dict[Key, Item]) -> None:
        key = keys.about(events[0].identity)

        def fold(before: About | None) -> About:
            after = people.fold(before, events[0])
            for event in events[1:]:
                after = people.fold(after, event)
            self._rows(before, after)
            return after

        self._settle(key, seen.get(key), About, fold)

    def _rows(self, before: About | None, after: About) -> None:
        there = set(rows.of(before)) if before else set()
        for row in rows.of(after):
            if row not in there:
                self.table.raise_to(row.key, rank=row.rank, state=row.state)

    def _head(self, key: Key, events: Sequence[PersonalEvent], seen: Item | None) -> None:
        def first_inbound_after(at: datetime) -> datetime | None:
            return self._first_inbound_after(key, events[0], at)

        def fold(before: Conversation | None) -> Conversation | None:
            after = before
            for event in events:
                after = conversations.fold(after, event, first_inbound_after)
            return after

        self._settle(key, seen, Conversation, fold)

    def _settle[S: Frozen](
        self, key: Key, seen: Item | None, model: type[S], fold: Callable[[S | None], S | None]
    ) -> None:
        before = state_of(seen)
        for _ in range(_CONTENTION_LIMIT):
            folded = fold(model.model_validate_json(before) if before else None)
            if folded is None or (after := folded.model_dump_json(exclude_defaults=True)) == before:
                return
            written = self.table.replace(key, state=after, seen=before, extra=self._derived(key, folded))
            before = after if written else state_of(self.table.get(key))
        raise StoreUnavailable("another process kept writing the same projection")

    def _derived(self, key: Key, state: Frozen) -> Item:
        derived: Item = {"projected_at": {"S": keys.instant(self.now())}}
        return derived | (waiting(key, state) if isinstance(state, Conversation) else {})

    def _first_inbound_after(self, head: Key, like: PersonalEvent, at: datetime) -> datetime | None:
        dated = self.table.query(head.pk, first=f"{keys.EVENT_PREFIX}{keys.instant(at)}", last=keys.LAST_DATED)
        undated = self.table.query(head.pk, first=keys.UNDATED_PREFIX, last=f"{keys.UNDATED_PREFIX}~")
        first = next(_inbound_after(dated, like, at), None)
        return min((found for found in (first, *_inbound_after(undated, like, at)) if found), default=None)

    def _escalate(self, entry: Entry) -> None:
        if not isinstance(entry.event, Message):
            return
        escalation = escalate(
            entry.event, received_at=entry.received_at, event_key=entry.key.sk, playbook=self.playbook()
        )
        if escalation is not None:
            key = keys.escalation(identity_name=entry.event.identity, escalation_id=escalation.id)
            state = escalation.model_dump_json(exclude_defaults=True)
            self.table.replace(key, state=state, seen=None, extra=offered(key, escalation))

    def _offer(self, escalation: Escalation) -> None:
        """Hand an escalation over, unless it is no offer any more by the time that its record comes."""
        own = keys.escalation(identity_name=escalation.identity, escalation_id=escalation.id)
        event_key = Key(keys.identity(escalation.identity), escalation.event_key)
        about_key = keys.about(escalation.identity)
        found = self.table.get_many([own, event_key, about_key])
        if own not in found or Escalation.model_validate_json(found[own]["state"]["S"]).state != "offered":
            return
        message = journal.entry(found[event_key]).event
        assert isinstance(message, Message)
        about = About.model_validate_json(found[about_key]["state"]["S"])
        self.departments.offer(
            department=escalation.department,
            customer_id=escalation.customer_id,
            escalation_id=escalation.id,
            body=hand_off(escalation, message, about, public_url=self.public_url).to_json(),
        )

    def _expand(self, item: Item) -> None:
        """Journal every event of a kept delivery, and write down what became of its units.

        What cannot be read stays open work with its bytes, and is tried again later: after a fix, it is read.
        """
        attempts = _attempts(item)
        item = self.table.get(key_of(item)) or {}  # a record may come late, when all is settled or refused
        if "open" not in item:
            return
        body = self.bucket.get(item["object"]["S"]).body if "object" in item else None
        delivery = journal.delivery(item, body=body)
        units, outcomes = expand(delivery, load(delivery.platform), self.table)
        attributes = journal.settled(units, outcomes) | {"read_by": {"S": self.version}}
        if outcomes.unreadable:
            self.postpone(key_of(item), kind="unreadable", attempts=attempts, attributes=attributes)
        else:
            self.table.set(key_of(item), attributes, remove=_LISTING, having="open")

    def postpone(self, key: Key, *, kind: str, attempts: int, attributes: Item | None = None) -> None:
        """List an item in the sparse index as work to be done again, later each time."""
        due = self.now() + min(_FIRST_RETRY * 2 ** min(attempts, 10), _LONGEST_WAIT)
        counted = {"attempts": {"N": str(attempts + 1)}}
        having = "open" if key.sk == keys.DELIVERY else "pk"  # a delivery that is settled stays so
        self.table.set(key, listed(kind, key, due) | counted | (attributes or {}), having=having)

    def again(self, key: Key) -> None:
        """Project an item that was left behind, and take it off the list when that worked.

        It is listed for later before anything else: one that kills the process must not stay the first in line for
        ever, with everybody else behind it.
        """
        item = self.table.get(key)
        kind = item.get("open", {"S": ""})["S"].partition("#")[0] if item else ""
        if item is None or kind not in LEFT_BEHIND:
            return
        self.postpone(key, kind=LEFT_BEHIND[kind], attempts=_attempts(item))
        self.project([item])
        if key.sk != keys.DELIVERY:
            listing = _listing(key, item)
            self.table.set(key, listing, remove=[name for name in _LISTING if name not in listing])


_LISTING = ("open", "open_at", "attempts")


def _listing(key: Key, item: Item) -> Item:
    """Return the attributes that list an item in the sparse index for as long as somebody has to act on it."""
    if key.sk.startswith(keys.ESCALATION_PREFIX):
        return offered(key, Escalation.model_validate_json(item["state"]["S"]))
    return {}


def waiting(key: Key, head: Conversation) -> Item:
    """Return the attributes that list a conversation for as long as the customer waits."""
    return listed("waiting", key, head.waiting_since) if head.waiting_since else {}


def offered(key: Key, escalation: Escalation) -> Item:
    """Return the attributes that list an escalation for as long as nobody has accepted it."""
    return listed("offered", key, escalation.accept_by) if escalation.state == "offered" else {}


def listed(kind: str, key: Key, at: datetime) -> Item:
    """Return the attributes that list an item in the sparse index from an instant on."""
    return {"open": {"S": keys.shard(kind, key.pk)}, "open_at": {"S": keys.instant(at)}}


def _inbound_after(items: Iterable[Item], like: PersonalEvent, at: datetime) -> Iterator[datetime]:
    """Yield the instants, after this one, at which the customer spoke in the same conversation."""
    for event in (journal.entry(item).event for item in items):
        same = (event.channel, event.thread) == (like.channel, like.thread)
        if same and event.occurred_at > at and conversations.speaks(event) == "inbound":
            yield event.occurred_at


def _attempts(item: Item) -> int:
    return int(item.get("attempts", {}).get("N", "0"))


def _by_conversation(events: Iterable[PersonalEvent]) -> dict[Key, list[PersonalEvent]]:
    found: dict[Key, list[PersonalEvent]] = defaultdict(list)
    for event in events:
        if conversations.speaks(event):
            found[keys.conversation(event)].append(event)
    return found
