"""What a department notes for colleagues, or has told the customer, about a case: kept once under its key, and shown
once the table's stream has brought it.

Should the process die after the one write, the queue brings the act again, and it is met under its key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.connectors.acts import Acts, in_the_way, used_before
from shared.casework import commitments
from shared.casework.commitments import CommitmentHead, commitment_id
from shared.casework.commitments import Conflict as Against
from shared.casework.said import Committing
from shared.casework.steps import Agent, Commitment, Note
from shared.connectors.claims import Claim
from shared.directory import must_be_allowed
from shared.errors import Conflict
from shared.projection.links import members
from shared.store import keys, steps
from shared.store.table import Table

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Noting:
    """Both methods raise `Conflict` when the escalation is elsewhere by now, and `InvalidParameter` for a key under
    which something else was done; `now` returns an aware instant."""

    acts: Acts
    table: Table
    now: Callable[[], datetime]

    def note(self, claim: Claim, by: Agent, text: str, *, key: str, why: str = "") -> Note:
        """Write a note to a case."""
        note = Note(
            id=self.acts.own_id(claim, by, key),
            identity=claim.identity,
            at=self.now(),
            by=by,
            why=why,
            text=text,
            escalation_id=claim.escalation_id,
        )
        return self._keep(claim, note)

    def commit(self, claim: Claim, by: Agent, said: Committing, *, key: str, why: str = "") -> Commitment:
        """Write down what the customer was told; raises `InvalidParameter` and `Forbidden`, too, for what may not be
        promised."""
        made = Commitment(
            id=self.acts.own_id(claim, by, key),
            identity=claim.identity,
            at=self.now(),
            by=by,
            why=why,
            escalation_id=claim.escalation_id,
            **said.model_dump(include=set(Committing.model_fields)),
        )

        def may() -> None:
            now, playbook = self.now(), self.acts.cases.playbook()
            said.check(now)
            must_be_allowed(
                playbook, subject=by.subject, department=by.department, matter=made.matter, until=made.until, now=now
            )

        return self._keep(claim, made, may)

    def against(self, made: Commitment) -> Iterator[tuple[Against, CommitmentHead]]:
        """Yield the customer's other commitments that do not go together with one that was made."""
        heads = {head.id: head for head in self._heads(made.identity)}
        own = commitment_id(made)
        heads[own] = commitments.fold(heads.get(own), made)
        return commitments.against(own, heads.values(), self.now())

    def _keep[S: (Note, Commitment)](self, claim: Claim, step: S, may: Callable[[], object] = lambda: None) -> S:
        def must_be_theirs() -> None:
            case = self.acts.standing(claim)
            if case.department != claim.department:
                raise Conflict(in_the_way(case, claim.department))
            may()

        there = self.acts.kept(claim, step.id)
        if not isinstance(there, type(step) | None):
            raise used_before()
        if there is not None:  # a dead letter comes anew by another principal
            step = step.model_copy(update={"by": there.by})
        kept = steps.once(self.table, step, must_be_theirs)
        if kept is None:
            raise used_before()
        return kept

    def _heads(self, identity: str) -> Iterator[CommitmentHead]:
        for each in dict.fromkeys((identity, *members(self.table.get(keys.members(identity))))):
            first = keys.COMMITMENT_PREFIX
            for row in self.table.query(keys.identity(each), first=first, last=f"{first}{_LAST}"):
                yield CommitmentHead.stored(row["state"]["S"])
