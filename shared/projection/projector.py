"""Reads what the journal holds, folds it, and writes the projections: every step may die, and is then done again.

The steps of one event, in their order, and why none can be forgotten: the rows that find a person (contact points,
membership) are written before the `about` item that says they are there; heads and escalations are each one write,
conditional on the state they were computed from. The stream's record is done with only when all are written. A new
escalation is a record of the stream itself, and its hand-off goes out from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial

from shared.acknowledging import is_one_of_many
from shared.casework.cases import OFFERING
from shared.casework.commitments import CommitmentHead
from shared.casework.steps import CaseMove, LinkDecision, ReplyAsked, ReplyMove, Step
from shared.escalation import ENDED, Escalation, escalate
from shared.handoff import hand_off, offer_id
from shared.listening import hearing
from shared.models import Frozen, Message, PersonalEvent
from shared.platforms import load
from shared.playbook import Playbook
from shared.projection import about as people
from shared.projection import (
    acknowledging,
    asking,
    casework,
    links,
    replies,
    retention,
    rows,
    unanswered,
    waits,
)
from shared.projection import conversation as conversations
from shared.projection.about import About
from shared.projection.answering import Answering
from shared.projection.cases import Cases, look_again, offer, open_cases, others_look_again
from shared.projection.conversation import Conversation, by_conversation
from shared.projection.expansion import expand
from shared.projection.going_on import told_of
from shared.projection.grounds import EVENT_IS_GONE, groundless, grounds, take_back_if_answered
from shared.projection.noticing import tell, tell_heard
from shared.projection.open_work import LISTING, attempts_at, kind_of, listed
from shared.projection.outbound import Outbound, sort_out
from shared.projection.settling import settle
from shared.projection.unnamed import tell_again
from shared.queues import Departments, Replies
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
    `version` names the code that runs. Without `replies`, their queue, none is sent."""

    table: Table
    bucket: Bucket
    departments: Departments
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]
    public_url: str = ""
    version: str = ""
    replies: Replies | None = None

    @property
    def cases(self) -> Cases:
        return Cases(self.table, self.playbook, self.now)

    def project(self, items: Sequence[Item]) -> None:
        """Bring the projections up to items of one partition of the table: events, a kept delivery, steps,
        escalations."""
        entries = [journal.entry(item) for item in items if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
        if told := [entry for entry in entries if entry.event.names_a_customer]:
            replace(self, playbook=cache(self.playbook))._events(told)  # all of it under one playbook
        tell_again(entries, self.table)
        for item in items:
            if item["sk"]["S"] == keys.DELIVERY:
                self._expand(item)
            elif item["sk"]["S"].startswith(keys.STEP_PREFIX):
                self.take(steps.read(item))
            elif item["sk"]["S"].startswith(keys.ESCALATION_PREFIX):
                self._offer(Escalation.stored(item["state"]["S"]))

    def take(self, step: Step) -> None:
        """Bring the projections up to a step that somebody of the company took."""
        casework.take(step, table=self.table, playbook=self.playbook, now=self.now)
        if isinstance(step, CaseMove) and step.act == "answered" and self.answering.is_heard(step):
            self.answering.take_up(step.identity, step.escalation_id)
        if isinstance(step, CaseMove) and unanswered.moves_clocks(step):
            unanswered.look_sooner(self.table, self.cases.read(step.identity, step.escalation_id), self.playbook())
        if isinstance(step, CaseMove):
            others_look_again(self.table, step, self.playbook())
        if isinstance(step, CaseMove) and step.act in OFFERING:
            case = self.cases.read(step.identity, step.escalation_id)
            if case.offer == step.number and case.state not in ENDED:  # else a later step has offered it anew
                is_offered = case.state == "offered"  # else it is told as it was then
                self._hand_over(case if is_offered else self.cases.after(case.identity, case.id, step.number))
        if isinstance(step, ReplyAsked | ReplyMove | LinkDecision):
            tell_heard(self._outbound.take(step), self.cases, self.departments)
        if isinstance(step, ReplyAsked) and step.automatic:
            key = keys.conversation_of(identity_name=step.identity, channel=step.channel, thread=step.thread)
            self._settle(key, self.table.get(key), Conversation, partial(acknowledging.note, step))
            if is_one_of_many(step.thread):
                key = keys.about(step.identity)
                self._settle(key, self.table.get(key), About, partial(acknowledging.note_anywhere, step))
        tell(step, self.cases, self.departments)  # whoever has it now comes first

    @property
    def answering(self) -> Answering:
        return self._outbound.answering

    @property
    def _outbound(self) -> Outbound:
        return Outbound(self.table, self.playbook, self.now, self._count, self.replies)

    def _count(self, events: Sequence[PersonalEvent]) -> None:
        for key, told in by_conversation(events).items():
            self._head(key, told, self.table.get(key))

    def _events(self, entries: Sequence[Entry]) -> None:
        events = [entry.event for entry in entries]
        wanted = [*by_conversation(events), *replies.pointing(events)]
        seen = self.table.get_many([keys.about(events[0].identity), *wanted])
        about = self._know(events, seen)
        found = sort_out(entries, seen, self.table)
        settled = {key: self._head(key, told, seen.get(key)) for key, told in by_conversation(found.counted).items()}
        for entry in entries:
            revisions.keep(self.table, entry.event)
            if self._escalate(entry, about):
                self._outbound.late(entry, settled.get(keys.conversation(entry.event)))
            retention.limit(self.table, entry, self.playbook)
        heard = self._outbound.heard(entries, found)
        self.answering.asked_on(events, settled)
        acknowledging.acknowledge(entries, settled, about, table=self.table, playbook=self.playbook, now=self.now)
        tell_heard(heard, self.cases, self.departments)

    def _know(self, events: Sequence[PersonalEvent], seen: dict[Key, Item]) -> About | None:
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
        return about

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

    def _head(self, key: Key, events: Sequence[PersonalEvent], seen: Item | None) -> Conversation | None:
        hears = hearing(self.playbook)

        def first_inbound_after(at: datetime) -> datetime | None:
            return asking.first_after(self.table, events[0], at, partial(conversations.asks, hears=hears))

        def fold(before: Conversation | None) -> Conversation | None:
            after = before
            for event in events:
                after = conversations.fold(after, event, first_inbound_after, hears)
            take_back_if_answered(key, before, after, self.cases)
            return after

        return retention.lift_if_spoken(self.table, self._settle(key, seen, Conversation, fold))

    def _settle[S: Frozen](
        self, key: Key, seen: Item | None, model: type[S], fold: Callable[[S | None], S | None]
    ) -> S | None:
        return settle(self.table, key, seen, model, fold, partial(self._derived, key))

    def _derived(self, key: Key, state: Frozen) -> Item:
        derived: Item = {"projected_at": {"S": keys.instant(self.now())}}
        if isinstance(state, Conversation) and state.waiting_since:
            derived |= unanswered.waiting(key, state, self.playbook())
        return derived | (retention.of_head(state, self.playbook) if isinstance(state, Conversation) else {})

    def _escalate(self, entry: Entry, about: About | None) -> bool:
        """Offer a message to the department that it is for; return whether there is one."""
        if not isinstance(entry.event, Message):
            return False
        escalation = escalate(
            entry.event,
            received_at=entry.received_at,
            event_key=entry.key.sk,
            playbook=self.playbook(),
            group=partial(waits.group, self.table, entry.event.identity, about, self.playbook()),
        )
        if escalation is not None:
            offer(self.table, escalation)
        return escalation is not None

    def _offer(self, escalation: Escalation) -> None:
        """Hand an escalation over for the first time, unless somebody has done something with it by the time that its
        record comes."""
        case = self.cases.read(escalation.identity, escalation.id)
        if not grounds(case):  # else it is there because a time is over, which moves no clock
            unanswered.look_sooner(self.table, case, self.playbook())
        if case.state == "offered" and case.offer == 0:
            self._hand_over(case)

    def _hand_over(self, case: Escalation) -> None:
        """Put an open escalation on its department's queue."""
        identity, event_key = case.identity, told_of(self.table, case)
        about_key, members_key = keys.about(identity), keys.members(identity)
        rests_on = grounds(case)
        found = self.table.get_many([event_key, about_key, members_key, *([rests_on] if rests_on else [])])
        retention.lift_where_limited(self.table, found.get(event_key))  # a case rests on it now
        ground = found.get(rests_on) if rests_on else None
        if why := groundless(case, ground, self.now()) or (None if event_key in found else EVENT_IS_GONE):
            self.cases.withdraw(case, why)
            return
        others = open_cases(self.table, identity, *links.members(found.get(members_key)), but=case.id)
        look_again(self.table, others, self.playbook())
        self.departments.offer(
            department=case.department,
            customer_id=case.customer_id,
            offer_id=offer_id(case),
            body=hand_off(
                case,
                journal.entry(found[event_key]).event,
                About.stored(found[about_key]["state"]["S"]),
                commitment=CommitmentHead.stored(ground["state"]["S"]) if ground and case.commitment_id else None,
                others=others,
                public_url=self.public_url,
            ).to_json(),
        )

    def _expand(self, item: Item) -> None:
        """Journal every event of a kept delivery, and write down what became of its units.

        What cannot be read stays open work with its bytes, and is tried again later: after a fix, it is read.
        """
        attempts = attempts_at(item)
        item = self.table.get(key_of(item)) or {}  # a record may come late, when all is settled or refused
        if "open" not in item:
            return
        body = self.bucket.get(item["object"]["S"]).body if "object" in item else None
        delivery = journal.delivery(item, body=body)
        units, outcomes = expand(delivery, load(delivery.platform), self.table, self.bucket)
        attributes = journal.settled(units, outcomes) | {"read_by": {"S": self.version}}
        if outcomes.unreadable:
            self.postpone(key_of(item), kind="unreadable", attempts=attempts, attributes=attributes)
        else:
            self.table.set(key_of(item), attributes, remove=LISTING, having="open")

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
        kind = kind_of(item)
        if item is None or kind not in LEFT_BEHIND:
            return
        self.postpone(key, kind=LEFT_BEHIND[kind], attempts=attempts_at(item))
        self.project([item])
        if key.sk.startswith(keys.ESCALATION_PREFIX):
            if item := self.table.get(key):
                self.cases.list_as_it_stands(item)
        elif key.sk != keys.DELIVERY:
            self.table.set(key, {}, remove=LISTING)
