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
from functools import partial

from shared.casework.commitments import CommitmentHead
from shared.casework.steps import Step
from shared.escalation import Escalation, escalate, outdated
from shared.handoff import hand_off
from shared.models import Frozen, Message, PersonalEvent
from shared.platforms import load
from shared.playbook import Playbook
from shared.projection import about as people
from shared.projection import casework, links, rows
from shared.projection import conversation as conversations
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.expansion import expand
from shared.projection.settling import settle
from shared.queues import Departments
from shared.store import journal, keys, revisions, steps
from shared.store.journal import Bucket, Entry
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

LEFT_BEHIND = {"unprojected": "unprojected", "delivery": "unprojected", "unreadable": "unreadable"}
"""The kinds of open work that are projected again, and what each is listed as from then on."""

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
        """Bring the projections up to items of one partition of the table: events, a kept delivery, steps,
        escalations."""
        entries = [journal.entry(item) for item in items if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
        if told := [entry for entry in entries if entry.event.names_a_customer]:
            self._events(told)
        for item in items:
            if item["sk"]["S"] == keys.DELIVERY:
                self._expand(item)
            elif item["sk"]["S"].startswith(keys.STEP_PREFIX):
                self.take(steps.read(item))
            elif item["sk"]["S"].startswith(keys.ESCALATION_PREFIX):
                self._offer(Escalation.model_validate_json(item["state"]["S"]))

    def take(self, step: Step) -> None:
        """Bring the projections up to a step that somebody of the company took."""
        casework.take(step, table=self.table, playbook=self.playbook, now=self.now)

    def _events(self, entries: Sequence[Entry]) -> None:
        events = [entry.event for entry in entries]
        heads = _by_conversation(events)
        seen = self.table.get_many([keys.about(events[0].identity), *heads])
        self._know(events, seen)
        for key, told in heads.items():
            self._head(key, told, seen.get(key))
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
            return people.to_be_weighed(before, after)

        about = self._settle(key, seen.get(key), About, fold)
        if about is not None and about.unweighed:
            self._weigh(about)

    def _weigh(self, about: About) -> None:
        """Find out who shares what is new of somebody, and only then forget that this was to be done."""
        links.weigh(about.identity, about.unweighed, table=self.table, playbook=self.playbook, now=self.now)
        key = keys.about(about.identity)

        def fold(before: About | None) -> About | None:
            return before and people.weighed(before, about.unweighed)

        self._settle(key, self.table.get(key), About, fold)

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
    ) -> S | None:
        return settle(self.table, key, seen, model, fold, partial(self._derived, key))

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
        identity = escalation.identity
        own = keys.escalation(identity_name=identity, escalation_id=escalation.id)
        event_key = Key(keys.identity(identity), escalation.event_key)
        about_key = keys.about(identity)
        promise = keys.commitment(identity_name=identity, commitment_id=escalation.commitment_id or "")
        found = self.table.get_many([own, event_key, about_key, *([promise] if escalation.commitment_id else [])])
        if own not in found or Escalation.model_validate_json(found[own]["state"]["S"]).state != "offered":
            return
        head = CommitmentHead.model_validate_json(found[promise]["state"]["S"]) if promise in found else None
        if head and escalation.id in outdated(head):
            casework.withdraw(found[own], self.table)
            return
        event = journal.entry(found[event_key]).event
        about = About.model_validate_json(found[about_key]["state"]["S"])
        self.departments.offer(
            department=escalation.department,
            customer_id=escalation.customer_id,
            escalation_id=escalation.id,
            body=hand_off(escalation, event, about, commitment=head, public_url=self.public_url).to_json(),
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
        if key.sk.startswith(keys.ESCALATION_PREFIX):
            self._list_as_offered(key)
        elif key.sk != keys.DELIVERY:
            self.table.set(key, {}, remove=_LISTING)

    def _list_as_offered(self, key: Key) -> None:
        """List an escalation again as what it is by now, unless somebody changes that at this moment: then it stays
        listed as left behind, and is looked at once more."""
        item = self.table.get(key)
        if item is not None:
            escalation = Escalation.model_validate_json(item["state"]["S"])
            plain = {name: value for name, value in item.items() if name not in _LISTING}
            self.table.change(key, before=item, after=plain | offered(key, escalation))


_LISTING = ("open", "open_at", "attempts")


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
        if conversations.touches(event):
            found[keys.conversation(event)].append(event)
    return found
