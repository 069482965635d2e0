"""Commitments: made, moved, kept and withdrawn, each answered with what it does not go together with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.desk import asked, contract
from services.desk.keeping import Keeping
from services.desk.people import People, Person
from services.desk.writer import Writer
from shared.casework import commitments
from shared.casework.commitments import CommitmentHead, Made, commitment_id
from shared.casework.said import must_be_ahead
from shared.casework.steps import Commitment, CommitmentEnd, CommitmentMove
from shared.directory import must_be_allowed
from shared.errors import Conflict, InvalidParameter, NotFound

MOST_MOVES = 100
"""How often the instant of one promise can be moved."""


@dataclass(frozen=True, slots=True)
class Commitments:
    """Every method raises `NotFound` for a customer whom nobody knows, `InvalidParameter` for what cannot be meant, and
    what `Writer.agent` raises; `commit` and `move` `Forbidden` for what the playbook does not let the writer promise;
    and all but `commit` `NotFound` for a commitment that is not there or of a department out of reach, and `Conflict`
    for one that has ended."""

    people: People
    keeping: Keeping

    def commit(self, customer_id: str, said: asked.Commitment, writer: Writer) -> contract.Committed:
        """Write down what the customer was told."""
        person = self.people.person(customer_id)
        identity = self.keeping.place(person, said, writer)
        content = said.model_dump(include={"stance", "matter", "text", "until", "escalation_id"})
        made = Commitment(**self.keeping.step(said, writer, identity), **content)
        if made.by.department is None:
            raise InvalidParameter("department", "is missing; what is promised or refused is in a department's name")

        def may() -> None:
            said.check(self.keeping.now())
            self._may_promise(made.by.subject, made, made.until)

        kept = self.keeping.keep(made, may)
        return self._committed(person, kept, commitment_id(kept), writer)

    def end(
        self,
        customer_id: str,
        commitment: str,
        outcome: Literal["kept", "withdrawn"],
        said: asked.Asked,
        writer: Writer,
    ) -> contract.Committed:
        """Write down what became of a commitment."""
        person, head = self._commitment(customer_id, commitment, writer)
        if outcome == "kept":
            _must_be_a_promise(head)
        end = CommitmentEnd(**self.keeping.step(said, writer, head.identity), commitment_id=head.id, outcome=outcome)
        kept = self.keeping.keep(end, lambda: _must_be_open(head))
        return self._committed(person, kept, head.id, writer)

    def move(self, customer_id: str, commitment: str, said: asked.Move, writer: Writer) -> contract.Committed:
        """Write down a new instant until which a promise is to be kept."""
        person, head = self._commitment(customer_id, commitment, writer)
        _must_be_a_promise(head)
        move = CommitmentMove(**self.keeping.step(said, writer, head.identity), commitment_id=head.id, until=said.until)

        def may() -> None:
            _must_be_open(head)
            must_be_ahead(said.until, self.keeping.now())
            assert head.made is not None, "only what was made is found"
            self._may_promise(move.by.subject, head.made, said.until)
            if len(head.moved) >= MOST_MOVES:
                raise Conflict(f"the promise was moved {MOST_MOVES} times; withdraw it and make another one")

        return self._committed(person, self.keeping.keep(move, may), head.id, writer)

    def _may_promise(self, subject: str, made: Commitment | Made, until: datetime | None) -> None:
        """Raise `Forbidden` when the playbook does not let somebody promise this until an instant."""
        playbook, department = self.keeping.playbook(), made.by.department
        must_be_allowed(
            playbook, subject=subject, department=department, matter=made.matter, until=until, now=self.keeping.now()
        )

    def _commitment(self, customer_id: str, wanted: str, writer: Writer) -> tuple[Person, CommitmentHead]:
        person = self.people.person(customer_id)
        for head in person.commitments:
            if head.id == wanted and head.made is not None and writer.reaches(head.made.by.department):
                return person, head
        raise NotFound("this customer has no such commitment, or none that the token reaches")

    def _committed(
        self, person: Person, taken: Commitment | CommitmentEnd | CommitmentMove, own: str, writer: Writer
    ) -> contract.Committed:
        """Return a commitment with a step in it that may not be projected yet, and its conflicts with the others."""
        heads = {head.id: head for head in person.commitments}
        heads[own] = commitments.fold(heads.get(own), taken)
        now = self.keeping.now()
        found = commitments.against(own, heads.values(), now)
        conflicts = [_conflict(each, other=other, writer=writer) for each, other in found]
        return contract.Committed(**dict(_shown(heads[own], now)), conflicts=tuple(conflicts))


def _conflict(found: commitments.Conflict, *, other: CommitmentHead, writer: Writer) -> contract.Conflict:
    department = other.made.by.department if other.made else None
    return contract.Conflict(
        kind=found.kind, department=department, commitment_id=other.id if writer.reaches(department) else None
    )


def _shown(head: CommitmentHead, now: datetime) -> contract.Commitment:
    made = head.made
    assert made is not None, "only what was made is shown"
    return contract.Commitment.model_validate(
        {
            **made.model_dump(exclude={"at", "until"}),
            "id": head.id,
            "identity": head.identity,
            "made_at": made.at,
            "until": head.until,
            "state": head.state(now),
            "ended": head.ended and contract.End.model_validate(head.ended),
        }
    )


def _must_be_a_promise(head: CommitmentHead) -> None:
    if head.made is None or head.made.stance != "promise":
        raise Conflict("it is a refusal, which has no instant and stands until it is withdrawn")


def _must_be_open(head: CommitmentHead) -> None:
    if head.ended is not None:
        who = head.ended.by.department or "somebody of no department"
        raise Conflict(f"it was {head.ended.outcome} by {who} at {head.ended.at:%Y-%m-%dT%H:%M:%SZ}; make another one")
