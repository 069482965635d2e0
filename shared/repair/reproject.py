"""Projections computed again from the journal: heads, who somebody is, the rows that find them, and open work.

Each item is changed only where it differs, and only if it still is what was read; when the projector was faster, the
person is read again. What was handed over is never taken back, with one exception: an offer of a message that the
journal no longer has is withdrawn.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeGuard

from shared.casework import cases
from shared.casework import links as people
from shared.casework.deadlines import first_look
from shared.casework.steps import CaseMove, LinkDecision, Step
from shared.errors import StoreUnavailable
from shared.escalation import Escalation, escalate
from shared.ids import escalation_id
from shared.models import Message, PersonalEvent
from shared.playbook import Playbook
from shared.projection import casework, links, replies, rows, waits
from shared.projection.about import About
from shared.projection.cases import DESK, listing
from shared.projection.computed import Computed, compute
from shared.projection.grounds import grounds
from shared.projection.open_work import LISTING, kind_of
from shared.projection.projector import LEFT_BEHIND
from shared.projection.resolving import resolve_by
from shared.repair import waiting
from shared.repair.difference import Difference, Repair, repair
from shared.store import journal, keys, playbooks, steps
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.revisions import REVISION_PREFIX
from shared.store.table import Item, Table, key_of

_TRIES = 20

_DATED = (keys.ABOUT, keys.CONVERSATION_PREFIX, keys.COMMITMENT_PREFIX, keys.BRIEF, keys.REPLY_PREFIX)
_COMPUTED = (*_DATED, REVISION_PREFIX)

type Journal = Mapping[Key, Item | None]
"""Events that are to be taken for the journal's, by key, whatever the table has there; `None` for none."""


@dataclass(frozen=True, slots=True)
class Reprojection:
    """What computing projections again needs. `playbook` returns the company's current one; `now` an aware instant."""

    table: Table
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]

    def repairs(self, partition: str, *, assumed: Journal) -> list[Repair]:
        """Return all that has to change for one identity: rows before the item that says they are there."""
        items = {key_of(item): item for item in self.table.query(partition)}
        entries = [journal.entry(item) for item in {**_events(items), **assumed}.values() if _is_of(item, partition)]
        computed = compute(entries, self.playbook, _steps(items), replies.heads(items.values()))
        there = self._there(items, computed)
        made = dict(computed.items) | casework.compute(_steps(items), self.playbook)
        every = list(items.values())
        wanted = {
            key: self._dated(self._as_listed(item, there.get(key), every, computed.about)) for key, item in made.items()
        }
        changes = [repair(key, before=there.get(key), after=wanted.get(key)) for key in _in_order(wanted, there)]
        return [found for found in (*changes, *self._escalations(items, entries, computed)) if found]

    def links(self, partition: str) -> list[Repair]:
        """Return all that has to change for the links of one identity to be what its contact points and what people
        said make of them."""
        item = self.table.get(Key(partition, keys.ABOUT))
        if item is None:
            return []
        about = About.stored(item["state"]["S"])
        decisions = [step for step in steps.of(self.table, partition) if isinstance(step, LinkDecision)]
        for decision in decisions:
            if found := links.heard(decision, table=self.table, playbook=self.playbook, now=self.now):
                return [Repair(*change) for change in found]
        points = people.points(about)
        found = links.weighed(about.identity, points, table=self.table, playbook=self.playbook, now=self.now)
        return [Repair(*change) for change in found]

    def _there(self, items: Mapping[Key, Item], computed: Computed) -> dict[Key, Item]:
        """Return the items of all that is computed: those of the partition, and the rows that find the person."""
        own = {key: item for key, item in items.items() if key.sk.startswith(_COMPUTED)}
        known = [About.stored(item["state"]["S"]) for key, item in own.items() if key.sk == keys.ABOUT]
        found = [row.key for about in (*known, computed.about) if about for row in rows.of(about)]
        found += [
            key for key in computed.items if key.sk.startswith(keys.SENT_PREFIX) or key.pk.startswith(keys.REPLY_PREFIX)
        ]
        return own | self.table.get_many(found)

    def _as_listed(self, item: Item, there: Item | None, items: Sequence[Item], about: About | None) -> Item:
        """Return a commitment or a conversation as it is listed there: the watch moves it from its first date to the
        next, and takes it off the list after the last."""
        if there is None or there["state"] != item["state"]:
            return item
        name: str = item["sk"]["S"]
        if name.startswith(keys.CONVERSATION_PREFIX):
            return waiting.as_listed(
                item, there, table=self.table, items=items, about=about, playbook=self.playbook, now=self.now()
            )
        return there if name.startswith(keys.COMMITMENT_PREFIX) else item

    def _dated(self, item: Item) -> Item:
        if not item["sk"]["S"].startswith(_DATED):
            return item
        return item | {"projected_at": {"S": keys.instant(self.now())}}

    def _escalations(
        self, items: Mapping[Key, Item], entries: Iterable[Entry], computed: Computed
    ) -> Iterator[Repair | None]:
        messages = {entry.key.sk: entry for entry in entries if isinstance(entry.event, Message)}
        offers = {key: item for key, item in items.items() if key.sk.startswith(keys.ESCALATION_PREFIX)}
        every = {key: Escalation.stored(item["state"]["S"]) for key, item in offers.items()}
        made = {key: escalation for key, escalation in every.items() if grounds(escalation) is None}
        of = {key: _escalated(escalation, messages) for key, escalation in made.items()}
        done = [step for step in _steps(items) if isinstance(step, CaseMove)]
        for key, escalation in every.items():
            moves = [move for move in done if move.escalation_id == escalation.id]
            offer = self._as_offered(escalation, of[key]) if key in made else escalation.as_first_offered
            after = cases.fold(offer, moves) if moves else offer
            yield repair(
                key, before=offers[key], after=_with_state(key, offers[key], after, self._look_at(offers[key], after))
            )
        told = {entry.key for entry in of.values() if entry}
        for entry in messages.values():
            if entry.key not in told and _waits(entry, computed):
                yield self._offer(entry, computed)

    def _look_at(self, before: Item, case: Escalation) -> datetime | None:
        """Return when the watch has to look at a case that is to be resolved in time: when it would have looked, or
        before that by the playbook of today."""
        first = first_look(case, self.playbook())
        if first is None or kind_of(before) != case.state:
            return first
        there = datetime.fromisoformat(before["open_at"]["S"])
        return min(there, resolve_by(self.table, case, self.playbook(), self.now()) or there)

    def _as_offered(self, escalation: Escalation, entry: Entry | None) -> Escalation:
        """Return an offer as the code of today makes it under the playbook of then, before anything was done with it;
        one that rests on nothing any more is withdrawn."""
        if entry is None:
            return escalation if escalation.number else escalation.model_copy(update={"state": "withdrawn"})
        playbook = playbooks.version(self.table, escalation.playbook_version)
        again = _escalation(entry, playbook, group=escalation.group)
        return again if again and again.id == escalation.id else escalation.as_first_offered

    def _offer(self, entry: Entry, computed: Computed) -> Repair | None:
        playbook, identity = self.playbook(), entry.event.identity
        group = waits.group(self.table, identity, computed.about, playbook)
        escalation = _escalation(entry, playbook, group=group)
        if escalation is None:
            return None
        key = keys.escalation(identity_name=escalation.identity, escalation_id=escalation.id)
        return repair(key, before=None, after=_with_state(key, {"pk": {"S": key.pk}, "sk": {"S": key.sk}}, escalation))


def reproject(
    identities: Iterable[str],
    *,
    table: Table,
    playbook: Callable[[], Playbook],
    now: Callable[[], datetime],
    do: bool,
    assumed: Journal | None = None,
) -> Iterator[Difference]:
    """Compute the projections of identities again, named by their partitions; yield each difference, made or, unless
    `do`, only found. `assumed` are events to reckon with as if the journal had them.

    Raises `StoreUnavailable` when other processes keep writing the same projections.
    """
    work = Reprojection(table, playbook, now)
    for partition in identities:
        yield from settle(partial(work.repairs, partition, assumed=assumed or {}), table, do=do)
        yield from settle(partial(work.links, partition), table, do=do)


def settle(repairs: Callable[[], list[Repair]], table: Table, *, do: bool) -> Iterator[Difference]:
    """Make repairs until reading again finds nothing left to do; yield what was done.

    A partition is read page by page, and what is written meanwhile may be half in what was read: the second reading
    mends that, as it does when somebody was faster.
    """
    for _ in range(_TRIES):
        found = repairs()
        if not do:
            yield from (each.told(done=False) for each in found)
        if not (do and found):
            return
        for each in found:
            if not each.make(table):
                break
            yield each.told(done=True)
    raise StoreUnavailable("another process kept writing what is being repaired")


def _events(items: Mapping[Key, Item]) -> dict[Key, Item]:
    return {key: item for key, item in items.items() if key.sk.startswith(keys.EVENT_PREFIX)}


def _is_of(item: Item | None, partition: str) -> TypeGuard[Item]:
    return item is not None and item["pk"]["S"] == partition


def _steps(items: Mapping[Key, Item]) -> list[Step]:
    return [steps.read(item) for key, item in items.items() if key.sk.startswith(keys.STEP_PREFIX)]


def _in_order(wanted: Mapping[Key, Item], there: Mapping[Key, Item]) -> list[Key]:
    every = dict.fromkeys([*wanted, *there])
    return sorted(every, key=lambda key: key.pk.startswith(keys.IDENTITY_PREFIX))


def _escalated(escalation: Escalation, messages: Mapping[str, Entry]) -> Entry | None:
    """Return the message that an escalation is about: by its key or, where that was misread, by the escalation's id."""

    def is_it(event: PersonalEvent) -> bool:
        department = escalation.as_first_offered.department
        own = escalation_id(identity=event.identity, external_id=event.external_id, department=department)
        return own == escalation.id

    found = messages.get(escalation.event_key)
    return found or next((entry for entry in messages.values() if is_it(entry.event)), None)


def _escalation(entry: Entry, playbook: Playbook, *, group: str | None) -> Escalation | None:
    assert isinstance(entry.event, Message)
    return escalate(
        entry.event,
        received_at=entry.received_at,
        event_key=entry.key.sk,
        playbook=playbook,
        group=lambda: group,
    )


def _waits(entry: Entry, computed: Computed) -> bool:
    """Return whether nobody has answered a message: what was answered is not offered to anybody years later."""
    head = computed.heads.get(keys.conversation(entry.event))
    return bool(head and head.waiting_since and head.waiting_since <= entry.event.occurred_at)


def _with_state(key: Key, before: Item, escalation: Escalation, look_at: datetime | None = None) -> Item:
    """Return an escalation's item: listed as it stands unless it is left behind, and not at all when it is over."""
    plain = {name: value for name, value in before.items() if name not in (*LISTING, *DESK)}
    left_behind = {name: before[name] for name in LISTING if name in before and _is_left_behind(before)}
    listed = listing(key, escalation, look_at)
    state = {"state": {"S": escalation.model_dump_json(exclude_defaults=True)}}
    return plain | state | listed | (left_behind if listed else {})


def _is_left_behind(item: Item) -> bool:
    return kind_of(item) in LEFT_BEHIND
