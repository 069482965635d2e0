"""What a person may decide about a reply that was not taken, or of which nobody can tell whether it was sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from shared.casework.replies import Act, ReplyHead, State
from shared.casework.steps import Agent, ReplyMove
from shared.errors import Conflict

Decision = Literal["again", "give_up"]

_DECIDABLE: Mapping[Decision, frozenset[State]] = {
    "again": frozenset({"unconfirmed", "refused"}),
    "give_up": frozenset({"queued", "unconfirmed", "refused", "failed"}),
}
_DECIDED: Mapping[Decision, Act] = {"again": "not_there", "give_up": "given_up"}


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
