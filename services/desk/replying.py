"""Replies to customers: what may be said is known before it is written down, and that is one conditional write; it is
sent from the table's stream."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.desk import asked_replies as asked
from services.desk import contract_replies as contract
from services.desk.asked_replies import PlacesQuery, Said, Where
from services.desk.cases import Escalations, must_be_known, must_be_theirs
from services.desk.keeping import Keeping
from services.desk.people import People, Person
from services.desk.refusals import CaseConflict, not_sayable
from services.desk.talks import Talk, Talks
from services.desk.writer import Caller, Writer
from shared.casework import cases, places
from shared.casework.replies import Decision, ReplyHead, decide
from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.errors import Conflict, InvalidParameter, NotFound
from shared.escalation import Escalation
from shared.http.writing import KEY
from shared.projection import replies
from shared.store import keys, steps

_CONTENTION_LIMIT = 20

_REMEDY: Mapping[str, str] = {"offered": "accept it first"}
_THEIRS = "they answer the customer there; tell them, by a note or by what the customer has with you"
_IN_PRIVATE = (
    "the case began in public and was answered in private, where the customer has not written since: name the place"
)
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
        """Return what may be said to a customer where."""
        return self._places(self._talks.all_of(self.people.person(named), query.where))

    def places_of_case(self, named: str, escalation_id: str, query: PlacesQuery, caller: Caller) -> contract.Places:
        """Return what may be said where about a case: where it is about first, unless another place is named."""
        person = self.people.person(named)
        case = self.escalations.found(person, escalation_id).case
        must_be_known(case, caller)
        own = self._talks.of_case(person, case, query.where)
        others = [] if query.where.names_a_conversation else self._talks.all_of(person, Where())
        return self._places([own, *(each for each in others if each.conversation != own.conversation)])

    def reply(self, named: str, said: asked.Reply, writer: Writer) -> contract.Reply:
        """Say something to a customer in one of their conversations.

        Raises `Conflict` or `InvalidParameter`, with the reason, its end and the alternatives, when it may not be said
        there, and `CaseConflict` when a department out of reach is at work on what was said there.
        """
        person = self.people.person(named)
        by = writer.agent(said.department, self.keeping.playbook())
        about = _About(by, writer.step_id_with(person.own.identity, "replies"))

        def talk() -> Talk:
            found = self._talks.meant(person, said.where)
            self._must_be_nobody_elses(person, found, writer)
            return found

        return self._say(person, said, about, talk)

    def _must_be_nobody_elses(self, person: Person, talk: Talk, writer: Writer) -> None:
        """Raise `CaseConflict` when a department out of reach has accepted a case that rests on the conversation: the
        customer would be told two things."""
        for case in person.escalations:
            if case.state == "accepted" and not writer.reaches(case.department) and self._talks.rests_on(case, talk):
                raise CaseConflict(f"{cases.standing(case)}; {_THEIRS}", case)

    def reply_on_case(self, named: str, escalation_id: str, said: asked.CaseReply, writer: Writer) -> contract.Reply:
        """Say something to a customer about a case that a department in reach has accepted; once it is sent, the case
        is answered.

        Raises what `reply` raises, and `CaseConflict` as for everything that is done with a case.
        """
        person = self.people.person(named)
        case = self.escalations.found(person, escalation_id).case
        by = Agent(subject=writer.subject, department=case.department)

        def talk() -> Talk:
            must_be_theirs(case, writer, said.number)
            if case.state not in ("accepted", "answered"):
                raise CaseConflict(f"{cases.standing(case)}; {_REMEDY.get(case.state, _OVER)}", case)
            found = self._talks.of_case(person, case, said.where)
            is_guessed = not said.where.names_a_conversation and said.where.reply_to is None and not said.privately
            if is_guessed and self._talks.must_be_named(person, case, found):
                raise InvalidParameter("channel", _IN_PRIVATE)
            return found

        must_be_known(case, writer)
        about = _About(by, writer.step_id_with(case.identity, f"replies {escalation_id}"), case)
        return self._say(person, said, about, talk)

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
                return _shown(step, self._head(step))
        raise Conflict("others keep doing something with it; look at it again")

    @property
    def _talks(self) -> Talks:
        return Talks(self.keeping.table, self.keeping.playbook().accounts)

    def _places(self, talks: Iterable[Talk]) -> contract.Places:
        now = self.keeping.now()
        return contract.Places(places=tuple(self._talks.shown(talk, now) for talk in talks))

    def _say(self, person: Person, said: Said, about: _About, find: Callable[[], Talk]) -> contract.Reply:
        """Keep what is to be said, once under the id of a step, wherever that was said to first."""
        draft = said.draft()
        content = {"text": draft.text, "template": draft.template, "privately": draft.privately, "why": said.why or ""}
        there = self._there(person, said.where, about.step_id)
        if there is not None:
            _must_be_the_same(_is_the_same(there, content, said.where))
            self.keeping.project(there)
            return _shown(there, self._head(there))
        talk, now = find(), self.keeping.now()
        refusal = places.may_say(draft, self._talks.place(talk, privately=draft.privately), now)
        if refusal is not None:
            raise not_sayable(refusal, self._talks.elsewhere(person, talk, now))
        place = talk.conversation
        asked_for = ReplyAsked(
            id=about.step_id,
            identity=place.identity,
            at=now,
            by=about.by,
            channel=place.channel,
            account=place.account,
            thread=place.thread,
            reply_to=talk.reply_to,
            escalation_id=about.case.id if about.case else None,
            **content,
        )
        kept = self.keeping.keep(asked_for)
        return _shown(kept, self._head(kept))

    def _there(self, person: Person, where: Where, step_id: str) -> ReplyAsked | None:
        """Return what was said under the id of a step before, to whichever identity of the person, or to the one that
        is named though it was parted since."""
        identities = dict.fromkeys((*person.members, *([where.identity] if where.identity else [])))
        wanted = [keys.step(identity_name=identity, step_id=step_id) for identity in identities]
        found = [steps.read(item) for item in self.keeping.table.get_many(wanted).values()]
        return next((each for each in found if isinstance(each, ReplyAsked)), None)

    def _reply(self, person: Person, reply: str, caller: Caller) -> ReplyAsked:
        step = self._there(person, Where(), f"stp_{reply.partition('_')[2]}")
        if step is None or not caller.reaches(step.by.department):
            raise NotFound("this customer was said no such thing, or nothing that the token reaches")
        return step

    def _head(self, step: ReplyAsked) -> ReplyHead:
        head = replies.read(self.keeping.table, step.identity, reply_id(step))
        assert head is not None, "it was asked for"
        return head


def _must_be_the_same(is_the_same: bool) -> None:
    if not is_the_same:
        raise InvalidParameter(KEY, "was given to another request; give each one a key of its own")


def _is_the_same(there: ReplyAsked, content: Mapping[str, object], where: Where) -> bool:
    named = {name: wanted for name, wanted in where._asdict().items() if wanted is not None}
    return all(getattr(there, name) == wanted for name, wanted in {**content, **named}.items())


def _as_decided(move: ReplyMove) -> tuple[Decision | None, Agent, str]:
    decision: Mapping[str, Decision] = {"not_there": "again", "given_up": "give_up"}
    return decision.get(move.act), move.by, move.why


def _shown(step: ReplyAsked, head: ReplyHead) -> contract.Reply:
    said = step.model_dump(include=set(contract.Reply.model_fields) - {"id", "template"})
    template, last = step.template, head.last
    error = next((told.error for told in head.told if told.status == "failed"), None)
    in_the_way = head.state in ("refused", "unconfirmed", "queued")
    return contract.Reply.model_validate(
        said
        | {
            "id": head.id,
            "template": template and template.name,
            "language": template and template.language,
            "parameters": template.parameters if template else (),
            "state": head.state,
            "sent_at": head.sent_at,
            "code": error if head.state == "failed" else last.code if last and in_the_way else None,
            "sentence": last.why if last and in_the_way else "",
        }
    )
