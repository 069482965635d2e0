"""The next case of a department, taken by whoever asks first."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.desk import contract_cases as contract
from services.desk.asked_cases import Claim
from services.desk.cases import Escalations
from services.desk.keeping import Keeping
from services.desk.writer import Writer
from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.errors import Conflict, InvalidParameter
from shared.escalation import Escalation
from shared.http.writing import KEY
from shared.store import choices
from shared.store.choices import Choice

_MOST_TRIED = 50
"""How many cases others may be faster with before whoever takes the next one is told to come again."""

_A_FEW = 25

_NOT_ANSWERED = "0#"
"""What the urgency of a case that is not answered begins with."""


@dataclass(frozen=True, slots=True)
class Claiming:
    escalations: Escalations
    keeping: Keeping

    def claim(self, name: str, said: Claim, writer: Writer) -> contract.Done | None:
        """Accept the case of a department that is to be seen to first, among those that nobody has accepted; none when
        there is none.

        Which one it is, is noted before it is accepted, with its number: should this process die in between, or
        somebody be faster, the same request goes on with that case as long as nobody did anything with it, and then
        with another. Raises `InvalidParameter` for a department that there is not, or that is out of reach, and when
        the author's key was given to something else.
        """
        name = writer.department(name, self.keeping.playbook(), field="name")
        table, step_id = self.keeping.table, writer.step_id(choices.partition(name))
        offered = self._offered(name)
        noted = choices.read(table, name, step_id)
        for _ in range(_MOST_TRIED):
            if noted is not None and (done := self._accept(noted, name, said, writer, step_id)):
                return done
            wanted = next(offered, None)
            if wanted and choices.keep(table, name, step_id, wanted, instead_of=noted, now=self.keeping.now()):
                noted = wanted
                continue
            there = choices.read(table, name, step_id)
            if wanted is None and there == noted:
                return None
            noted = there
        raise Conflict("others were faster with every case that was tried; ask again under the same key")

    def _accept(self, noted: Choice, name: str, said: Claim, writer: Writer, step_id: str) -> contract.Done | None:
        by = Agent(subject=writer.subject, department=name)
        doing = Doing("accepted", self.keeping.now(), by, said.why or "")
        done = self.escalations.take(noted, doing, step_id=step_id)
        if done is not None and done.why != doing.why:
            raise InvalidParameter(KEY, "was given to another request; give each one a key of its own")
        return done

    def _offered(self, name: str) -> Iterator[Choice]:
        """Yield the cases that wait for a department to accept them, the one to be seen to first before the others,
        each as it is now: the index may be behind."""
        for row in self.keeping.table.cases(name, within=_NOT_ANSWERED, page=_A_FEW):
            listed = Escalation.stored(row["state"]["S"])
            if listed.state != "offered":
                continue
            case = self.escalations.read(listed.identity, listed.id)
            if case is not None and (case.state, case.department) == ("offered", name):
                yield Choice(identity=case.identity, escalation_id=case.id, number=case.number)
