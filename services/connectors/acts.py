"""What somebody does with a hand-off in their own tool, done here: once, in their department's name, or not at all."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from shared import telemetry
from shared.casework import cases
from shared.casework.cases import Doing
from shared.casework.steps import Act, Agent, CaseMove, Corrections, Step
from shared.connectors.claims import Claim
from shared.errors import Conflict, InvalidParameter, NotFound
from shared.escalation import Escalation
from shared.ids import step_id
from shared.playbook import Priority
from shared.projection.cases import Cases
from shared.projection.links import members
from shared.store import claims, keys, steps
from shared.store.table import Table

_THEIRS = "ask them to hand it over, or to tell the customer"

_CONTENTION_LIMIT = 20
"""How often somebody else may be faster before whoever wants to do something is told to come again."""


def used_before() -> InvalidParameter:
    """Return what whoever gave one key to two things is told."""
    return InvalidParameter("idempotency_key", "was given to another act; give each one a key of its own")


def in_the_way(case: Escalation, department: str) -> str:
    """Return how an escalation stands, for people of a department who can do nothing with it, and what can be done."""
    return cases.in_the_way(case) if case.department == department else f"{cases.standing(case)}; {_THEIRS}"


@dataclass(frozen=True, slots=True)
class What:
    """What is done: why, to whom it goes where that is said, and what of the triage is otherwise."""

    act: Act
    why: str = ""
    to: str | None = None
    priority: Priority | None = None
    corrections: Corrections | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts on escalations by the claims of their hand-offs; `now` returns an aware instant."""

    table: Table
    cases: Cases
    now: Callable[[], datetime]

    def claim(self, claim: str, department: str) -> Claim:
        """Return what is kept of a hand-off that a department's tool was given; raises `NotFound` for none of it."""
        found = claims.read(self.table, claim)
        if found is None or found.department != department:
            raise NotFound("this department's tool was given no such hand-off, or too long ago")
        return found

    def standing(self, claim: Claim) -> Escalation:
        """Return how the escalation of a hand-off stands now."""
        return self.cases.read(claim.identity, claim.escalation_id)

    def own_id(self, claim: Claim, by: Agent, key: str) -> str:
        """Return the id of what somebody does; `key` tells it from all else that they do in the tool, and is the same
        when the tool tells of it again.

        On a queue of acts the key is the department's: whoever sends a dead letter anew is another principal.
        """
        subject = f"queue:{claim.department}" if claim.kind == "queue" else by.subject
        return step_id(subject=subject, identity=claim.identity, idempotency_key=f"{claim.kind}#{claim.claim}#{key}")

    def kept(self, claim: Claim, own: str) -> Step | None:
        """Return what was done under an id, be it with the escalation or an answer to the customer; none if nothing."""
        others = members(self.table.get(keys.members(claim.identity)))  # where a case goes on may be another's
        wanted = [keys.step(identity_name=each, step_id=own) for each in dict.fromkeys((claim.identity, *others))]
        for there in self.table.get_many(wanted).values():
            return steps.read(there)
        done = steps.moves(self.table, identity=claim.identity, of=claim.escalation_id)
        return next((move for move in done if move.id == own), None)

    def do(self, claim: Claim, what: What, by: Agent, *, key: str) -> CaseMove:
        """Do something with an escalation, once under its key, while it is with the department.

        Raises `Conflict`, saying how it stands and through whom, when it is elsewhere by now or that may not be done,
        and `InvalidParameter` for a department that is none, and for a key under which a customer was answered. Should
        the process die after the one write by which it is done, the table's stream brings the rest.
        """
        own = self.own_id(claim, by, key)
        for _ in range(_CONTENTION_LIMIT):
            if move := self._once(claim, what, by, own):
                try:
                    self.cases.take(move)
                except Exception as error:
                    telemetry.failure("done and not projected", error)
                return move
        raise Conflict("others keep doing something with it; look at it again")

    def _once(self, claim: Claim, what: What, by: Agent, own: str) -> CaseMove | None:
        """Return what was done with an escalation as it was found; none when somebody else did something with it
        first."""
        case = self.standing(claim)
        there = self.kept(claim, own)
        if isinstance(there, CaseMove):
            return there
        if there is not None:
            raise used_before()
        if case.department != claim.department:
            raise Conflict(in_the_way(case, claim.department))
        cases.must_allow(case, what.act)
        doing = Doing(what.act, self.now(), by, what.why, what.to, what.priority, corrections=what.corrections)
        with suppress(Conflict):
            return self.cases.do(claim.identity, claim.escalation_id, doing, step_id=own, seen=case.number)
        return None
