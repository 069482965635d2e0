"""Cases: shown, and moved on by whoever has them. What is done with one is judged by all that was done with it before,
and kept in one conditional write: of two people who act at once the second is told who was first."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.desk import contract_cases as contract
from services.desk.asked_cases import CaseAct
from services.desk.keeping import Keeping
from services.desk.people import People, Person
from services.desk.refusals import CaseConflict
from services.desk.writer import Caller, Writer
from shared.casework import cases
from shared.casework.cases import Doing
from shared.casework.deadlines import customer_due
from shared.casework.steps import Agent, CaseMove
from shared.errors import Conflict, InvalidParameter, NotFound
from shared.escalation import ENDED, Escalation
from shared.http.writing import KEY
from shared.ids import customer_id
from shared.playbook import Playbook
from shared.projection.cases import Cases, urgency
from shared.store import steps
from shared.store.choices import Choice

_CONTENTION_LIMIT = 20
"""How often somebody else may be faster before whoever wants to do something is told to come again."""


class Found(NamedTuple):
    """A case as it stands, all that was done with it, and whose it is."""

    case: Escalation
    done: list[CaseMove]
    person: Person


@dataclass(frozen=True, slots=True)
class Escalations:
    """Both methods raise `NotFound` for a customer whom nobody knows, and for a case that they have not got or that is
    out of reach: of departments that neither have it nor had it before."""

    people: People
    keeping: Keeping

    def show(self, named: str, escalation_id: str, caller: Caller) -> contract.Case:
        """Return a case, and what else is open about the same person."""
        found = self.found(self.people.person(named), escalation_id)
        must_be_known(found.case, caller)
        return shown(found.case, found.person, self.keeping.now(), self.keeping.playbook())

    def act(self, named: str, escalation_id: str, said: CaseAct, writer: Writer) -> contract.Done:
        """Do something with a case, in the name of the department that has it.

        Raises `CaseConflict` when the case is with another department by now, is not what the caller saw, or does not
        allow it as it stands; and `InvalidParameter` for what cannot be meant.
        """
        person = self.people.person(named)
        for _ in range(_CONTENTION_LIMIT):
            found = self.found(person, escalation_id)
            step_id = writer.step_id_with(found.case.identity, escalation_id)
            move = next((each for each in found.done if each.id == step_id), None)
            if move is None:
                move = self._once(found.case, said, writer, step_id)
            if move is not None:
                _must_be_the_same(move, said, owner=self.keeping.playbook().owner)
                return self._done(move, self.found(person, escalation_id))
        raise CaseConflict("others keep doing something with it; look at it again", found.case)

    def _once(self, case: Escalation, said: CaseAct, writer: Writer, step_id: str) -> CaseMove | None:
        """Return what was done with a case as it was found; none when somebody else did something with it first."""
        must_be_theirs(case, writer, said.number)
        try:
            cases.must_allow(case, said.act)
        except Conflict as error:
            raise CaseConflict(str(error), case) from error
        doing = _doing(case, said, writer, self.keeping.now())
        with suppress(Conflict):
            return self._cases.do(case.identity, case.id, doing, step_id=step_id, seen=case.number)
        return None

    def take(self, choice: Choice, doing: Doing, *, step_id: str) -> contract.Done | None:
        """Do something with a case, once under the id of a step, while nothing else was done with it since it was
        chosen; none when something was, or the case is gone."""
        try:
            person = self.people.person(customer_id(choice.identity))
            move = self._cases.do(choice.identity, choice.escalation_id, doing, step_id=step_id, seen=choice.number)
            return self._done(move, self.found(person, choice.escalation_id))
        except (Conflict, NotFound):
            return None

    def _done(self, move: CaseMove, found: Found) -> contract.Done:
        """Bring a case's item up to what was done with it, and return that."""
        self.keeping.project(move)
        case = shown(found.case, found.person, self.keeping.now(), self.keeping.playbook())
        said = move.model_dump(include={"id", "identity", "at", "by", "why", "act", "number", "to"})
        return contract.Done.model_validate(said | {"case": case})

    def read(self, identity: str, escalation_id: str) -> Escalation | None:
        """Return a case as it stands; none for one that is gone."""
        with suppress(NotFound):
            return self._cases.read(identity, escalation_id)
        return None

    @property
    def _cases(self) -> Cases:
        return Cases(self.keeping.table, self.keeping.playbook, self.keeping.now)

    def found(self, person: Person, escalation_id: str) -> Found:
        """Return one of a person's cases with all that was done with it by now."""
        kept = next((each for each in person.escalations if each.id == escalation_id), None)
        if kept is None:
            raise NotFound(_NO_CASE)
        moves = steps.moves(self.keeping.table, identity=kept.identity, of=kept.id)
        done = [each for each in moves if isinstance(each, CaseMove)]
        return Found(cases.fold(kept, done), done, person)


_NO_CASE = "this customer has no such case, or none that the token reaches"


def shown(case: Escalation, person: Person, now: datetime, playbook: Playbook) -> contract.Case:
    """Return a case as it is shown, with what else is open about the person."""
    others = (each for each in person.escalations if each.state not in ENDED and each.id != case.id)
    siblings = [contract.Sibling.model_validate(each) for each in sorted(others, key=urgency)]
    return contract.Case(**said_of(case, now, playbook), others=tuple(siblings))


def said_of(case: Escalation, now: datetime, playbook: Playbook) -> dict[str, object]:
    """Return what is shown of a case by itself."""
    reckoned = {"overdue": is_overdue(case, now), "answer_by": customer_due(case, playbook)}
    kept = contract.Escalation.model_fields.keys() - reckoned
    return reckoned | {name: getattr(case, name) for name in kept}


def is_overdue(case: Escalation, now: datetime) -> bool:
    return case.due_by is not None and case.due_by < now


def must_be_theirs(case: Escalation, caller: Caller, number: int | None) -> None:
    """Raise `NotFound` for a case that no department in reach has or had, and `CaseConflict` when it is with another
    one by now, or is not what the caller saw, which was of that number, if of any."""
    must_be_known(case, caller)
    if not caller.reaches(case.department):
        raise CaseConflict(f"{cases.standing(case)}; that is for them to do", case)
    if number is not None and number != case.number:
        raise CaseConflict(f"{cases.standing(case)}; look at it again", case, field="number")


def must_be_known(case: Escalation, caller: Caller) -> None:
    """Raise `NotFound` unless a department in reach has a case, or had it: whoever gave it away may know where it
    is."""
    if not any(map(caller.reaches, (case.department, *(stop.department for stop in case.path)))):
        raise NotFound(_NO_CASE)


def _doing(case: Escalation, said: CaseAct, writer: Writer, now: datetime) -> Doing:
    further = said.model_dump(include={"to", "priority"}) | {"corrections": said.corrections}
    return Doing(said.act, now, Agent(subject=writer.subject, department=case.department), said.reason, **further)


def _must_be_the_same(move: CaseMove, said: CaseAct, *, owner: str) -> None:
    """Raise `InvalidParameter` when an author's key was given to something else.

    Where it went back too often, or nobody was named, the playbook said whom it goes to.
    """
    wanted = said.model_dump(include={"to", "priority"})
    to = wanted.get("to")
    by_the_playbook = to is None or move.to == owner
    corrected = (move.priority, move.corrections) == (wanted.get("priority"), said.corrections)
    same = (move.act, move.why) == (said.act, said.reason) and corrected
    if not same or (to != move.to and not by_the_playbook):
        raise InvalidParameter(KEY, "was given to another request; give each one a key of its own")
