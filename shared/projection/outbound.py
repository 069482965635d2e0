"""What the company said, wherever it said it: what of it is our own reply come back, and what stands for itself.

The platform's echo of a reply may come before we know under which id the platform has it. While a reply is on its way,
what is said in its conversation and names no reply may be that. Nothing is then concluded from it until the reply has
arrived or failed: nobody's case is taken back, and what a program said ends nobody's waiting.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from shared.casework.arrival import is_watermark
from shared.casework.cases import BY_OURSELVES
from shared.casework.replies import Asked, ReplyHead, as_message
from shared.casework.steps import OURSELVES, LinkDecision, ReplyAsked, ReplyMove, pair
from shared.ids import step_id
from shared.models import Call, Message, PersonalEvent, Receipt
from shared.playbook import Playbook
from shared.projection import replies, undelivered
from shared.projection.answering import Answering
from shared.projection.conversation import Conversation, speaks
from shared.projection.replies import Ours
from shared.queues import Replies, ReplyWaiting
from shared.store import journal, keys, steps
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table


class Sorted(NamedTuple):
    """Entries of one identity: `counted` are those that conversations know of, `ours` the replies that entries tell of,
    by their keys, and `elsewhere` what the company said by no reply of ours, a call that somebody took included."""

    counted: list[PersonalEvent]
    ours: Mapping[Key, Ours]
    elsewhere: list[Entry]


def sort_out(entries: Iterable[Entry], seen: Mapping[Key, Item], table: Table) -> Sorted:
    """Sort out what the company said among entries of one identity; `seen` are the items that `replies.pointing` names
    of them. Only what names no reply costs a call, since it may be one that is on its way."""
    entries = list(entries)
    ours = {entry.key: own for entry in entries if (own := replies.whose(entry.event, seen, table))}
    unnamed = [entry for entry in entries if _is_said(entry.event) and entry.key not in ours]
    on_their_way = replies.in_flight(table, entries[0].event.identity) if unnamed else []
    held, elsewhere = set(), [entry for entry in entries if _is_answered_call(entry.event)]
    for entry in unnamed:
        if own := _recognised(entry, on_their_way, table):
            ours[entry.key] = own
        elif maybe := [head for head in on_their_way if head.is_in_flight and may_be(head, entry)]:
            if any(head.asked and head.asked.automatic for head in maybe):
                held.add(entry.key)
        else:
            elsewhere.append(entry)
    left_out = held | {key for key, own in ours.items() if own.automatic}
    counted = [entry.event for entry in entries if not (entry.key in left_out and _is_said(entry.event))]
    return Sorted(counted, ours, elsewhere)


def _is_said(event: PersonalEvent) -> bool:
    return isinstance(event, Message) and event.direction == "outbound"


def _is_answered_call(event: PersonalEvent) -> bool:
    return isinstance(event, Call) and speaks(event) == "outbound"


def _was_sooner(head: ReplyHead, event: Message | Receipt) -> bool:
    """Return whether an event tells that a reply was said before the platform's answer said so: what was told of
    everything up to an instant in between is about it, too."""
    return (
        head.echo is not None and head.answered_at is not None and head.echo.at == event.occurred_at < head.answered_at
    )


def may_be(head: ReplyHead, entry: Entry) -> bool:
    """Return whether something that the company said, and that names no reply, came when it may be this reply."""
    began = head.attempts[0].at
    is_in_time = began <= entry.received_at and began - replies.CLOCKS_DIFFER <= entry.event.occurred_at
    return is_in_time and replies.is_there(head, entry.event)


def _recognised(entry: Entry, on_their_way: Iterable[ReplyHead], table: Table) -> Ours | None:
    """Return the reply, of which nobody can tell whether it was sent, whose very words this has; none where another one
    that is on its way has the same, since nobody can tell of which this is the echo."""
    assert isinstance(entry.event, Message), "nothing else is said"
    meant = [head for head in on_their_way if may_be(head, entry) and replies.reads_as(head, entry.event)]
    if len(meant) != 1 or not meant[0].is_doubtful:
        return None
    (head,) = meant
    own = Ours(reply_id=head.id, identity=head.identity, automatic=bool(head.asked and head.asked.automatic))
    return own if replies.point(own, entry.event.identity, entry.event.external_id, table=table) else None


@dataclass(frozen=True, slots=True)
class Outbound:
    """What follows of what the company said. `playbook` returns its current one, `now` an aware instant, and `count`
    brings the heads of conversations up to events of one identity. Without a `queue` nothing is sent."""

    table: Table
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]
    count: Callable[[Sequence[PersonalEvent]], object]
    queue: Replies | None = None

    @property
    def answering(self) -> Answering:
        return Answering(self.table, self.playbook, self.now)

    def heard(self, entries: Iterable[Entry], found: Sorted) -> list[ReplyHead]:
        """Take in what entries of one identity, once they are sorted out and counted, say of replies and cases; return
        the replies of which they tell, or of which it is found out by them what became of them."""
        about: list[ReplyHead] = []
        for entry in entries:
            own = found.ours.get(entry.key)
            if own is not None:
                about += self._told(own, entry.event)
            elif isinstance(entry.event, Receipt) and is_watermark(entry.event):
                about += replies.read_up_to(entry.event, table=self.table, now=self.now)
        self.answering.elsewhere(found.elsewhere)
        self.answering.solved(entries)
        undelivered.take_back(about, self.answering.cases)
        return about

    def _told(self, own: Ours, event: PersonalEvent) -> list[ReplyHead]:
        assert isinstance(event, Message | Receipt), "nothing else tells of a reply"
        head = replies.told(own, event, table=self.table, now=self.now)
        others = self._arrived(head) if head.sent is None or _was_sooner(head, event) else []
        if isinstance(event, Message) and head.asked and head.asked.escalation_id:
            self._asked_meanwhile(head, head.asked.escalation_id)
        return [head, *others]

    def _asked_meanwhile(self, head: ReplyHead, escalation_id: str) -> None:
        """Take up the case that a reply answered, if the customer asked on where it was said before its echo came:
        until then nothing was known to be said there."""
        case = self.answering.named(head.identity, escalation_id)
        if case is not None and case.state == "answered":
            self.answering.take_up(case.identity, case.id)

    def take(self, step: ReplyAsked | ReplyMove | LinkDecision) -> list[ReplyHead]:
        """Take in what is to be said, or what became of it, and put it on the queue where it is to be sent from now
        on: when it is asked for, and when somebody decides that it goes out again. Whoever is linked is one customer:
        what one of them said may be about a case of another's.

        Returns the other replies of which it is found out by it what became of them.
        """
        if isinstance(step, LinkDecision):
            if step.decision == "linked":
                self.answering.linked(chain.from_iterable(step.pairs))
            return []
        head = replies.take(step, table=self.table, now=self.now)
        others = self._arrived(head) if isinstance(step, ReplyMove) and step.act != "attempted" else []
        undelivered.take_back([head, *others], self.answering.cases)
        is_asked = isinstance(step, ReplyAsked) or (step.act == "not_there" and step.by.subject != OURSELVES)
        if self.queue and is_asked and head.state == "queued" and head.asked is not None:
            waiting = ReplyWaiting(head.identity, head.id)
            self.queue.ask(waiting, conversation=_talk(head.asked, head.identity), number=head.number)
        return others

    def _arrived(self, head: ReplyHead) -> list[ReplyHead]:
        """See to what waited for it to be known what became of a reply, and return the others of which that is known by
        now: of two in the same words, what came back is the other's once it cannot be this one's any more."""
        known, waiting = {head.id: head}, [head]
        while waiting:
            found = self._settled(waiting.pop())
            fresh = {other.id: other for other in found if other.id not in known and not other.sent}  # it has no step
            known |= fresh
            waiting += fresh.values()
        return list(known.values())[1:]

    def _settled(self, head: ReplyHead) -> list[ReplyHead]:
        """See to what waited for a reply, and return the others whose echoes are among what was said since."""
        entries = replies.since_attempt(self.table, head)
        said = [entry for entry in entries if _is_said(entry.event) and replies.is_there(head, entry.event)]
        found, told = self._sorted(said), dict[Key, ReplyHead]()
        while fresh := [entry for entry in said if entry.key in found.ours and entry.key not in told]:
            for entry in fresh:
                own = found.ours[entry.key]
                told[entry.key] = replies.told(own, _message(entry), table=self.table, now=self.now)
            if len(found.ours) + len(found.elsewhere) == len(said):
                break
            found = self._sorted(said)  # what may have been a reply that was just found to be another
        head = replies.catch_up(head, entries, table=self.table, now=self.now)
        itself = as_message(head)
        if counted := [*found.counted, *([itself] if itself else [])]:
            self.count(counted)
        self._stay_one(head)
        self.answering.elsewhere(found.elsewhere)
        self.answering.replied(head)
        return [other for other in told.values() if other.id != head.id]

    def late(self, entry: Entry, head: Conversation | None) -> None:
        """See to a case of which the message came after what was said later; `head` is its conversation's."""
        if head and any(
            last and last > entry.event.occurred_at for last in (head.last_inbound_at, head.last_outbound_at)
        ):
            later = self._later(entry)
            said = [each for each in later if speaks(each.event) == "outbound"]
            self.answering.elsewhere(self._sorted(said).elsewhere)
            self.answering.solved(later)

    def _later(self, entry: Entry) -> list[Entry]:
        event = entry.event
        first = f"{keys.EVENT_PREFIX}{keys.instant(event.occurred_at)}"
        found = map(journal.entry, self.table.query(entry.key.pk, first=first, last=keys.LAST_DATED))
        return [each for each in found if (each.event.channel, each.event.thread) == (event.channel, event.thread)]

    def _sorted(self, said: Sequence[Entry]) -> Sorted:
        seen = self.table.get_many(replies.pointing(entry.event for entry in said)) if said else {}
        return sort_out(said, seen, self.table)

    def _stay_one(self, head: ReplyHead) -> None:
        """Say that the address at which somebody was answered in private is theirs to whom it was said in public."""
        answer = head.sent
        if answer is None or answer.address in (None, head.identity):
            return
        assert answer.address is not None
        own = step_id(subject=OURSELVES, identity=head.identity, idempotency_key=f"private answer {head.id}")
        decision = LinkDecision(
            id=own,
            identity=head.identity,
            at=answer.at,
            by=BY_OURSELVES,
            why="answered privately under what they said in public",
            decision="linked",
            pairs=(pair(head.identity, answer.address),),
        )
        steps.keep(self.table, decision)


def _message(entry: Entry) -> Message:
    assert isinstance(entry.event, Message), "nothing else is said"
    return entry.event


def _talk(asked: Asked, identity: str) -> Key:
    return keys.conversation_of(identity_name=identity, channel=asked.channel, thread=asked.thread)
