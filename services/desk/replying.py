"""Replies to customers: what may be said is known before it is written down, and that is one conditional write; it is
sent from the table's stream."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.desk import asked_replies as asked
from services.desk import contract_replies as contract
from services.desk.asked_replies import PlacesQuery, Said
from services.desk.cases import Escalations, must_be_known, must_be_theirs
from services.desk.keeping import Keeping
from services.desk.people import People, Person
from services.desk.refusals import CaseConflict, not_sayable
from services.desk.writer import Caller, Writer
from shared.casework import cases, places
from shared.casework.deciding import Decision, decidable, decide, is_about, whose
from shared.casework.replies import ReplyHead
from shared.casework.said import Where
from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.errors import Conflict, InvalidParameter, NotFound
from shared.escalation import Escalation
from shared.http import newest
from shared.http.writing import KEY
from shared.projection import replies, saying
from shared.projection.conversation import Conversation
from shared.projection.talks import Talk, Talks, last_heard
from shared.store import keys, steps

_CONTENTION_LIMIT = 20
_MOST_SHOWN = 20

_REMEDY: Mapping[str, str] = {"offered": "accept it first"}
_THEIRS = "they answer the customer there; tell them, by a note or by what the customer has with you"
_OVER = "it is over; say it in one of the customer's conversations, without a case"


class _About(NamedTuple):
    """Who says something, under which id the step is kept, and about which case, if about one."""

    by: Agent
    step_id: str
    case: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Replying:
    """Every method raises `NotFound` for a customer whom nobody knows, and for a case or a reply that they have not got
    or that is out of reach; and what `Talks` raises."""

    people: People
    keeping: Keeping
    escalations: Escalations

    def places(self, named: str, query: PlacesQuery) -> contract.Places:
        """Return a page of what may be said to a customer where; raises `InvalidParameter`, too, for a cursor that was
        not given out for this."""
        talks = self._talks(self.people.person(named))
        return self._places(talks, talks.all_of(query.where), query, of=(named,))

    def places_of_case(self, named: str, escalation_id: str, query: PlacesQuery, caller: Caller) -> contract.Places:
        """Return a page of what may be said where about a case: where it is about first, unless another place is
        named; raises what `places` raises."""
        person = self.people.person(named)
        case = self.escalations.found(person, escalation_id).case
        must_be_known(case, caller)
        talks = self._talks(person)
        own = talks.of_case(case, query.where)
        others = [] if query.where.names_a_conversation else talks.all_of(Where())
        others = [each for each in others if each != own.conversation]
        first = [own] if query.cursor is None else []
        return self._places(talks, others, query, of=(named, escalation_id), first=first)

    def reply(self, named: str, said: asked.Reply, writer: Writer) -> contract.Reply:
        """Say something to a customer in one of their conversations.

        Raises `Conflict` or `InvalidParameter`, with the reason, its end and the alternatives, when it may not be said
        there, and `CaseConflict` when a department out of reach is at work on what was said there.
        """
        person = self.people.person(named)
        by = writer.agent(said.department, self.keeping.playbook())
        about = _About(by, writer.step_id_with(person.own.identity, "replies"))

        def talk(talks: Talks) -> Talk:
            found = talks.meant(said.where)
            _must_be_nobody_elses(person, talks, found, writer)
            return found

        return self._say(person, said, about, talk)

    def reply_on_case(self, named: str, escalation_id: str, said: asked.CaseReply, writer: Writer) -> contract.Reply:
        """Say something to a customer about a case that a department in reach has accepted; once it is sent, the case
        is answered.

        Raises what `reply` raises, and `CaseConflict` as for everything that is done with a case.
        """
        person = self.people.person(named)
        case = self.escalations.found(person, escalation_id).case
        by = Agent(subject=writer.subject, department=case.department)

        def talk(talks: Talks) -> Talk:
            must_be_theirs(case, writer, said.number)
            if case.state not in ("accepted", "answered"):
                raise CaseConflict(f"{cases.standing(case)}; {_REMEDY.get(case.state, _OVER)}", case)
            return talks.to_answer(case, said.where, privately=said.privately)

        must_be_known(case, writer)
        about = _About(by, writer.step_id_with(case.identity, f"replies {escalation_id}"), case)
        return self._say(person, said, about, talk)

    def see(self, named: str, reply: str, caller: Caller) -> contract.Reply:
        """Return a reply as it stands."""
        return self._shown(self._reply(self.people.person(named), reply, caller))

    def decide(self, named: str, reply: str, decision: Decision, said: asked.Decided, writer: Writer) -> contract.Reply:
        """Decide what becomes of a reply that was refused, or that nobody can confirm; raises `Conflict` for one of
        which there is nothing to be decided."""
        step = self._reply(self.people.person(named), reply, writer)
        by = writer.agent(said.department, self.keeping.playbook())
        step_id = writer.step_id_with(step.identity, reply)
        for _ in range(_CONTENTION_LIMIT):
            head = self._head(step)
            moves = steps.moves(self.keeping.table, identity=step.identity, of=reply)
            move = next((each for each in moves if each.id == step_id), None)
            if move is None:
                at, why = self.keeping.now(), said.why or ""
                wanted = decide(head, decision, step_id=step_id, at=at, by=by, why=why)
                move = steps.keep(self.keeping.table, wanted)
            if move.id == step_id:
                _must_be_the_same(isinstance(move, ReplyMove) and _as_decided(move) == (decision, by, said.why or ""))
                self.keeping.project(move)
                return self._shown(step)
        raise Conflict("others keep doing something with it; look at it again")

    def _talks(self, person: Person) -> Talks:
        return Talks(self.keeping.table, self.keeping.playbook().accounts, tuple(person.conversations))

    def _places(
        self,
        talks: Talks,
        found: Iterable[Conversation],
        query: PlacesQuery,
        *,
        of: tuple[str, ...],
        first: Sequence[Talk] = (),
    ) -> contract.Places:
        now, list_of = self.keeping.now(), (*of, "reply-options", *query.where)
        page = newest.page(found, _standing, cursor=query.cursor, of=list_of, limit=_MOST_SHOWN - len(first))
        shown = [*first, *(talks.answering(each, query.reply_to) for each in page.things)]
        return contract.Places(
            places=tuple(_place(talks, talk, now) for talk in shown),
            omitted=page.omitted,
            next_cursor=page.next_cursor,
        )

    def _say(self, person: Person, said: Said, about: _About, find: Callable[[Talks], Talk]) -> contract.Reply:
        """Keep what is to be said, once under the id of a step, wherever that was said to first."""
        draft, why = said.draft(), said.why or ""
        there = self._there(person, said.where, about.step_id)
        if there is not None:
            _must_be_the_same(saying.is_the_same(there, draft, said.where, why))
            self.keeping.project(there)
            return self._shown(there)
        talks, now = self._talks(person), self.keeping.now()
        talk = find(talks)
        refusal = places.may_say(draft, talks.place(talk, privately=draft.privately), now)
        if refusal is not None:
            raise not_sayable(refusal, talks.elsewhere(talk, now))
        case = about.case.id if about.case else None
        asked_for = saying.asked(talk, draft, step_id=about.step_id, at=now, by=about.by, why=why, case=case)
        return self._shown(self.keeping.keep(asked_for))

    def _there(self, person: Person, where: Where, step_id: str) -> ReplyAsked | None:
        """Return what was said under the id of a step before, to whichever identity of the person, or to the one that
        is named though it was parted since."""
        identities = dict.fromkeys((*person.members, *([where.identity] if where.identity else [])))
        wanted = [keys.step(identity_name=identity, step_id=step_id) for identity in identities]
        found = [steps.read(item) for item in self.keeping.table.get_many(wanted).values()]
        return next((each for each in found if isinstance(each, ReplyAsked)), None)

    def _reply(self, person: Person, reply: str, caller: Caller) -> ReplyAsked:
        step = self._there(person, Where(), f"stp_{reply.partition('_')[2]}")
        if step is not None and (
            caller.reaches(step.by.department) or any(map(caller.reaches, self._whose(person, step)))
        ):
            return step
        raise NotFound("this customer was said no such thing, or nothing that the token reaches")

    def _whose(self, person: Person, step: ReplyAsked) -> frozenset[str | None]:
        about = [case.id for case in person.escalations if is_about(case, step)]
        return whose(step, (self.escalations.found(person, each).case for each in about))

    def _head(self, step: ReplyAsked) -> ReplyHead:
        head = replies.read(self.keeping.table, step.identity, reply_id(step))
        assert head is not None, "it was asked for"
        return head

    def _shown(self, step: ReplyAsked) -> contract.Reply:
        return _as_it_stands(step, self._head(step), self.keeping.now())


def _must_be_nobody_elses(person: Person, talks: Talks, talk: Talk, writer: Writer) -> None:
    """Raise `CaseConflict` when a department out of reach has accepted a case that rests on the conversation: the
    customer would be told two things."""
    for case in person.escalations:
        if case.state == "accepted" and not writer.reaches(case.department) and talks.rests_on(case, talk):
            raise CaseConflict(f"{cases.standing(case)}; {_THEIRS}", case)


def _standing(conversation: Conversation) -> newest.Place:
    names = (conversation.identity, conversation.channel, conversation.thread)
    return newest.Place.of(last_heard(conversation), *names)


def _place(talks: Talks, talk: Talk, now: datetime) -> contract.Place:
    """Return a conversation with what may be said there at an instant."""
    place = talks.place(talk, privately=talk.reply_to is not None)
    return contract.Place(
        identity=place.identity,
        channel=place.channel,
        account=place.account,
        thread=place.thread,
        visibility=place.visibility,
        reply_to=talk.reply_to,
        ways=tuple(map(contract.Option.model_validate, places.options(place, now))),
    )


def _must_be_the_same(is_the_same: bool) -> None:
    if not is_the_same:
        raise InvalidParameter(KEY, "was given to another request; give each one a key of its own")


def _as_decided(move: ReplyMove) -> tuple[Decision | None, Agent, str]:
    decision: Mapping[str, Decision] = {"not_there": "again", "given_up": "give_up"}
    return decision.get(move.act), move.by, move.why


def _as_it_stands(step: ReplyAsked, head: ReplyHead, now: datetime) -> contract.Reply:
    said = step.model_dump(include=set(contract.Reply.model_fields) - {"id", "template"})
    template, last = step.template, head.last
    in_the_way = head.state in ("refused", "unconfirmed", "queued")
    next_at = last.next_at if last and head.state in ("unconfirmed", "queued") else None
    return contract.Reply.model_validate(
        said
        | {
            "id": head.id,
            "template": template and template.name,
            "language": template and template.language,
            "parameters": template.parameters if template else (),
            "state": head.state,
            "sent_at": head.sent_at,
            "code": last.code if last and in_the_way else head.objection,
            "sentence": last.why if last and in_the_way else "",
            "next_at": next_at if next_at and next_at > now else None,
            "may": decidable(head),
        }
    )
