"""How far a world has come: all that it knows of itself, so that it can be put back to where it was."""

from dataclasses import dataclass, replace
from datetime import datetime

from tests.conftest import NOW


@dataclass(frozen=True, slots=True)
class Range:
    """A range of a stream's records that a function has yet to be done with, and how often it has failed."""

    start: int
    end: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a world has come.

    `waiting` are the arrivals, by their place, that are not acknowledged yet, `attempt` is the number of the first
    one's next try, and `acknowledged` are the ids of the requests that were. `rested` are the schedules that have had a
    round in peace since the last arrival; `read` and `pending` are of each stream source.
    """

    waiting: tuple[int, ...]
    clock: datetime = NOW
    attempt: int = 1
    acknowledged: tuple[str, ...] = ()
    announced: frozenset[str] = frozenset()
    rounds: int = 0
    rested: frozenset[int] = frozenset()
    read: tuple[int, ...] = ()
    pending: tuple[tuple[Range, ...], ...] = ()

    def at_rest(self) -> "Progress":
        """Return the same, with all rounds of the schedules still to be made."""
        return replace(self, rounds=0, rested=frozenset())
