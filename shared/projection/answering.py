"""What becomes of open cases when the customer is answered, asks on, or says that it is solved.

A reply that names its case answers it, once whoever has it has accepted it. Whoever answers in the platform's own app,
or by phone, names none: then all cases are meant that rest on what the customer had said in that conversation by then.

Where a reply answered a case in another conversation, in private below a public post or on another channel, it goes on
there: what is said there is about it as well, under whichever identity of the customer's.

What the customer asks after an answer takes the case up again. Whether something was asked is looked up in the journal:
when the customer says something, when a case is answered, and before it is taken for closed. So it makes no difference
which of the two, the answer or the question, is heard of first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.casework import cases
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.deadlines import resolves
from shared.casework.replies import ReplyHead
from shared.casework.solved import says_solved
from shared.casework.steps import CaseMove, Talk, follow_id
from shared.errors import Conflict, NotFound, StoreUnavailable
from shared.escalation import ENDED, Escalation
from shared.listening import Hears, hearing
from shared.models import Call, Message, PersonalEvent
from shared.playbook import Playbook
from shared.projection.asking import questions, said_after
from shared.projection.cases import Cases, look_again, open_cases
from shared.projection.conversation import Conversation, asks, speaks
from shared.projection.going_on import head, other_talk, own_talk, talk_of
from shared.projection.links import members
from shared.store import journal, keys
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Table

ELSEWHERE = "the customer was answered in the platform's own app"
BY_PHONE = "the customer was spoken to on the phone"
SOLVED = "the customer says that it is solved"

_CONTENTION_LIMIT = 20
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Answering:
    """`playbook` returns the company's current one, `now` an aware instant."""

    table: Table
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]

    @property
    def cases(self) -> Cases:
        return Cases(self.table, self.playbook, self.now)

    @property
    def _hears(self) -> Hears:
        return hearing(self.playbook)

    def is_heard(self, answered: CaseMove) -> bool:
        """Return whether a case was answered where we hear it, as for messages: whichever of both comes first, the same
        becomes of it."""
        return any(map(self.answered_lately, self._heads(self.cases.read(answered.identity, answered.escalation_id))))

    def answered_lately(self, head: Conversation) -> bool:
        """Return whether the company has said something in a conversation since when a case that was answered by it
        would be taken for closed; a day more, should the watch be late."""
        if head.last_outbound_at is None:
            return False
        return self.now() - head.last_outbound_at < self.playbook().hand_offs.close_after + timedelta(days=1)

    def elsewhere(self, said: Iterable[Entry]) -> None:
        """See to the cases that were answered by what the company said in a platform's own app, or by phone."""
        for entry in said:
            why = BY_PHONE if isinstance(entry.event, Call) else ELSEWHERE
            for case in self._resting(entry):
                if case.state == "offered":
                    self.cases.withdraw(case, why, **_shown_by(entry, case))
                elif case.state == "accepted" and _since(case) <= entry.event.occurred_at:
                    self._once(case, self._answered(case, entry, why))

    def _answered(self, case: Escalation, entry: Entry, why: str) -> Doing:
        """Return that a case was answered by something said elsewhere: when we hear of it, since the event says to
        clocks when it was; where the case only goes on, when it was."""
        other = case.answered_in if case.answered_in == talk_of(entry.event) else None
        at = entry.event.occurred_at if other else self.now()
        return Doing("answered", at, BY_OURSELVES, why, answered_in=other)._replace(**_shown_by(entry, case))

    def solved(self, said: Iterable[Entry]) -> None:
        """Take back the cases that nobody has accepted yet and that the customer says are solved; to whoever has
        accepted one it is told, unless the customer asked on after that."""
        for entry in said:
            if self._says_solved(entry.event):
                for case in self._resting(entry):
                    if case.state == "offered":
                        self.cases.withdraw(case, SOLVED, **_shown_by(entry, case))
                    elif self._asked(case, entry.event.occurred_at) is None:
                        doing = Doing("said_solved", self.now(), BY_OURSELVES, SOLVED, **_shown_by(entry, case))
                        self._once(case, doing)

    def asked_on(self, events: Iterable[PersonalEvent], heads: Mapping[Key, Conversation | None]) -> None:
        """See to the open cases of an identity that asks something by some of these events, all of it, in conversations
        that have these heads by then.

        Every message would cost a query more, were it asked for more than what was answered lately, and where we hear
        it, and what we had waited for: before the watch closes what was answered elsewhere, it looks.
        """
        found = ((event, heads.get(keys.conversation(event))) for event in events if self._asks(event))
        asked = [
            (event, head)
            for event, head in found
            if head and (self.answered_lately(head) or self._ends_a_wait(head, event))
        ]
        for case in self._open(asked[0][0].identity) if asked else ():
            if case.state == "answered":
                self.take_up(case.identity, case.id)
            elif any(self._ends_a_wait(head, event) for event, head in asked):
                look_again(self.table, [case], self.playbook())

    def _ends_a_wait(self, head: Conversation, event: PersonalEvent) -> bool:
        """Return whether by an event it is over that we wait for the customer, and the playbook has a time for us."""
        is_over = head.last_outbound_at is not None and head.waiting_since == event.occurred_at
        return is_over and resolves(self.playbook())

    def _asks(self, event: PersonalEvent) -> bool:
        return asks(event, self._hears) and not self._says_solved(event)

    def _open(self, identity: str) -> Iterator[Escalation]:
        """Yield the open cases of an identity, and those of the customer's others that go on under it."""
        yield from open_cases(self.table, identity, but="")
        others = [each for each in members(self.table.get(keys.members(identity))) if each != identity]
        elsewhere = open_cases(self.table, *others, but="")
        yield from (case for case in elsewhere if case.answered_in and case.answered_in.identity == identity)

    def take_up(self, identity: str, escalation_id: str) -> bool:
        """Take an answered case up again when the customer asked something after the answer, which nobody has answered
        since; return whether that was done. Of one answer and one question it is done once.

        Raises `StoreUnavailable` when others keep doing something with the case.
        """
        for _ in range(_CONTENTION_LIMIT):
            case = self.cases.read(identity, escalation_id)
            answer = self.cases.answer(case) if case.state == "answered" else None
            asked = self._asked(case, self._said_at(answer)) if answer else None
            if answer is None or asked is None:
                return False
            doing = cases.follow_up(case, self.now(), self.playbook())._replace(**_shown_by(asked, case))
            with suppress(Conflict):
                self._do(case, doing, of=f"{answer.number}#{asked.key.sk}", seen=case.number)
                return True
        raise StoreUnavailable("others keep doing something with what the customer asked on about")

    def _said_at(self, answer: CaseMove) -> datetime:
        """Return when the customer was answered: when that was said that shows it, or somebody told of it."""
        if answer.evidence is None:
            return answer.at
        item = self.table.get(Key(keys.identity(answer.evidence_of or answer.identity), answer.evidence))
        return journal.entry(item).event.occurred_at if item else answer.at

    def _asked(self, case: Escalation, after: datetime) -> Entry | None:
        """Return the first thing that the customer asked after an instant, in a conversation that a case is about, and
        that nobody has answered there; that it is solved asks nothing."""
        asked = (
            next((entry for entry in self._unanswered(head, after) if not self._says_solved(entry.event)), None)
            for head in self._heads(case)
        )
        return min(filter(None, asked), key=lambda entry: entry.event.occurred_at, default=None)

    def _unanswered(self, head: Conversation, after: datetime) -> Iterator[Entry]:
        after = max(after, head.last_outbound_at or after)
        return questions(self.table, head, after + _MOMENT, self._hears)

    def _heads(self, case: Escalation) -> list[Conversation]:
        """Return the conversations that a case is about: the one that it rests on, and where it goes on."""
        talks = filter(None, (own_talk(self.table, case), other_talk(self.table, case)))
        return list(filter(None, (head(self.table, each) for each in talks)))

    def linked(self, identities: Iterable[str]) -> None:
        """See to the cases of identities that are one customer by now: what was said in a conversation in which one of
        them goes on may have been heard before that was known."""
        for identity in dict.fromkeys(identities):
            for case in open_cases(self.table, identity, but=""):
                if case.answered_in and case.answered_in.identity != identity:
                    self._catch_up(case, case.answered_in)

    def _catch_up(self, case: Escalation, there: Talk) -> None:
        """See to what was said in the conversation in which a case goes on, since it was answered there."""
        answer = self.cases.answer(case)
        found = head(self.table, there)
        if answer is None or found is None:
            return
        if case.state == "answered":
            self.take_up(case.identity, case.id)
        later = list(said_after(self.table, found, self._said_at(answer)))
        self.elsewhere(entry for entry in later if speaks(entry.event) == "outbound")
        self.solved(later)

    def replied(self, head: ReplyHead) -> None:
        """See to the case that a reply names, once it is known to be sent: whoever wrote it has answered it."""
        asked = head.asked
        if asked is None or asked.escalation_id is None or asked.automatic or head.sent_at is None:
            return
        case = self.named(head.identity, asked.escalation_id)
        if case and case.state == "accepted" and _since(case) <= asked.at:
            other = head.talk if head.talk != own_talk(self.table, case) else None
            doing = Doing("answered", max(head.sent_at, asked.at), asked.by, answered_in=other)
            self._once(case, doing, of=head.id)

    def _says_solved(self, event: PersonalEvent) -> bool:
        return (
            isinstance(event, Message)
            and event.direction == "inbound"
            and says_solved(event.text, self.playbook().hand_offs.solved)
        )

    def _resting(self, entry: Entry) -> Iterator[Escalation]:
        """Yield the open cases that rest on what was said in a conversation before an entry of it, or go on there, or
        were handed on before it."""
        found = [case for case in self._open(entry.event.identity) if not case.commitment_id]
        grounds = {case.id: Key(keys.identity(case.identity), case.event_key) for case in found}
        events = self.table.get_many(grounds.values())
        for case in found:
            item = events.get(grounds[case.id])
            event = journal.entry(item).event if item else None
            if event is None or event.occurred_at >= entry.event.occurred_at:
                continue
            if talk_of(entry.event) not in (talk_of(event), case.answered_in):
                continue
            if not case.path or case.offered_at <= entry.event.occurred_at:
                yield case

    def named(self, identity: str, escalation_id: str) -> Escalation | None:
        """Return the case of an id that has not ended, of the identity or of another that is one customer with it."""
        case = self.known(identity, escalation_id)
        return None if case is None or case.state in ENDED else case

    def known(self, identity: str, escalation_id: str) -> Escalation | None:
        """Return the case of an id, of the identity or of another that is one customer with it."""
        others = members(self.table.get(keys.members(identity)))
        for each in dict.fromkeys((identity, *others)):
            with suppress(NotFound):
                return self.cases.read(each, escalation_id)
        return None

    def _once(self, case: Escalation, doing: Doing, *, of: str | None = None) -> None:
        with suppress(Conflict):
            self._do(case, doing, of=of or str(doing.evidence))

    def _do(self, case: Escalation, doing: Doing, *, of: str, seen: int | None = None) -> None:
        own = follow_id(case.identity, case.id, of)
        self.cases.take(self.cases.do(case.identity, case.id, doing, step_id=own, seen=seen))


def _shown_by(entry: Entry, case: Escalation) -> dict[str, Any]:
    """Return the event that something is done with a case for, as a move names it."""
    whose = entry.event.identity
    return {"evidence": entry.key.sk, "evidence_of": None if whose == case.identity else whose}


def _since(case: Escalation) -> datetime:
    return case.accepted_at or case.offered_at
