"""Which of a reply's attempts leave in doubt whether the platform has it."""

from datetime import datetime

from shared.casework.cases import BY_OURSELVES
from shared.casework.replies import Act, Asked, Move, ReplyHead

NO_CONNECTION, PUT_OFF = "no_connection", "put_off"
_NOTHING_DONE = frozenset({NO_CONNECTION, PUT_OFF})
"""The codes of attempts by which nothing was done for certain."""


def is_left(head: ReplyHead) -> bool:
    """Return whether the platform may have a reply from an attempt before, whatever it said to the last one: nothing
    has shown since that it does not have it."""
    known = max((move.number for move in head.moves if move.act == "not_there"), default=0)
    return any(move.act == "unknown" and move.number > known for move in head.moves)


def undone(head: ReplyHead) -> Act:
    """Return what a reply is after an attempt by which nothing was done: still in doubt, where one before it was."""
    return "unknown" if is_left(head) else "later"


def wanted_since(head: ReplyHead, asked: Asked) -> datetime:
    """Return since when somebody wants a reply sent: it was asked for, or they decided that it goes out again."""
    decision = _decision(head)
    return decision.at if decision else asked.at


def _decision(head: ReplyHead) -> Move | None:
    return next((move for move in reversed(head.moves) if move.act == "not_there" and move.by != BY_OURSELVES), None)


def lost(head: ReplyHead) -> int:
    """Return of how many attempts, since somebody last decided, nobody could tell at first whether they sent it."""
    decision = _decision(head)
    known = decision.number if decision else 0
    unknown = (move for move in head.moves if move.act == "unknown" and move.number > known)
    return sum(move.code not in _NOTHING_DONE for move in unknown)
