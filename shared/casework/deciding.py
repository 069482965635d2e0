"""Who may look at a reply, and what they may decide about one that was not taken, or of which nobody can tell whether
it was sent."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from shared.casework.replies import Act, ReplyHead, State
from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.errors import Conflict
from shared.escalation import Escalation

Decision = Literal["again", "give_up"]

_DECIDABLE: Mapping[Decision, frozenset[State]] = {
    "again": frozenset({"unconfirmed", "refused"}),
    "give_up": frozenset({"queued", "unconfirmed", "refused", "failed"}),
}
_DECIDED: Mapping[Decision, Act] = {"again": "not_there", "give_up": "given_up"}


def is_about(case: Escalation, asked: ReplyAsked) -> bool:
    """Return whether a case is one that a reply is about, or that asks somebody to look at the reply."""
    return case.id == asked.escalation_id or case.reply_id == reply_id(asked)


def whose(asked: ReplyAsked, cases: Iterable[Escalation]) -> frozenset[str | None]:
    """Return the departments whose a reply is: of whoever wrote it, and of who has a case about it by now, since they
    are told what becomes of it; nobody's where there is none. `cases` are the customer's."""
    now = (case.department for case in cases if is_about(case, asked))
    return frozenset(filter(None, (asked.by.department, *now))) or frozenset({None})


def decidable(head: ReplyHead) -> tuple[Decision, ...]:
    """Return what a person may decide about a reply as it stands."""
    return tuple(decision for decision, states in _DECIDABLE.items() if head.state in states)


def decide(head: ReplyHead, decision: Decision, *, step_id: str, at: datetime, by: Agent, why: str = "") -> ReplyMove:
    """Return the move by which a person decides what becomes of a reply: that it was not sent and goes out `again`, or
    that they `give_up`, so that nobody looks at it any more and nothing is sent that was not yet.

    Raises `Conflict` when that may not be done to it as it stands.
    """
    if decision not in decidable(head):
        raise Conflict(f"the reply is {head.state}; {_REMEDY[decision]}")
    return ReplyMove(
        id=step_id,
        identity=head.identity,
        at=at,
        by=by,
        why=why,
        reply_id=head.id,
        number=head.number + 1,
        act=_DECIDED[decision],
    )


_REMEDY: Mapping[Decision, str] = {
    "again": "only one that was refused, or that nobody can confirm, goes out again: write another one",
    "give_up": "there is nothing to be decided about it any more; look at it again",
}
