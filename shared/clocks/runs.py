"""From what happened in a conversation to what ran: which clock, from when to when, for whom, and when it was paused.

What a conversation is about lasts from the customer's first word until it is closed: that is what `resolve` times. The
first answer is the first within that; what the customer says after it begins the next wait.

- Everything is put in the order in which it happened, so that neither the order of hearing of it nor hearing of it
  twice changes anything. At one instant an answer comes after what it answers, as in the conversation's head; platforms
  date to the second. Moves of cases come before both: what is said at the instant of closing begins anew.
- Moves of one case are in the order of their numbers, whatever the clocks of those who made them said.
- What did not reach the customer ends no waiting, and is noted where it would have ended one.
- An automatic acknowledgement is nothing. Neither are a thank you and a word of agreement, which the customer may say
  while we owe them an answer, or after it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from shared.clocks.happenings import Happening, Screen, What
from shared.playbook import PRIORITIES, ClockKind, Priority

Ending = Literal["answered", "accepted", "returned", "handed_over", "expired", "withdrawn", "closed", "quiet"]
"""How a clock stopped; `quiet` is what nothing more came of after our answer."""


class Stretch(NamedTuple):
    """From when on a clock ran for a department, or stood still because we waited for the customer."""

    since: datetime
    department: str | None
    paused: bool = False


@dataclass(slots=True)
class Run:
    """One clock's run: in `stretches`, each until the next, the last until it stopped; `priority` is the last one.
    `unreached` is when the customer was answered meanwhile by what did not reach them."""

    kind: ClockKind
    priority: Priority
    stretches: list[Stretch]
    case: str | None = None
    stopped_at: datetime | None = None
    ended: Ending | None = None
    screen: Screen | None = None
    unreached: list[datetime] = field(default_factory=list)

    @property
    def started_at(self) -> datetime:
        return self.stretches[0].since

    def turn(self, at: datetime, *, department: str | None, paused: bool) -> None:
        """Go on for another department, or pause, or go on again."""
        if self.stretches[-1][1:] != (department, paused):
            self.stretches.append(Stretch(at, department, paused))

    def stop(self, at: datetime, ended: Ending, screen: Screen | None = None) -> None:
        self.stopped_at, self.ended, self.screen = at, ended, screen


def runs(happenings: Iterable[Happening], now: datetime, *, quiet: timedelta | None = None) -> list[Run]:
    """Return all runs up to `now`, in the order in which they began; what happened later counts for nothing.

    With `quiet`, what has no open case is taken for closed so long after our last answer.
    """
    conversation = _Conversation(quiet)
    for happening in in_order(happenings, now):
        conversation.take(happening)
    conversation.fall_quiet(now)
    return sorted(conversation.runs, key=lambda run: run.started_at)


def in_order(happenings: Iterable[Happening], until: datetime) -> list[Happening]:
    """Return each of them once, up to an instant, in the order in which they happened."""
    distinct = {each.id: each for each in sorted(set(happenings), key=_tie, reverse=True)}
    return sorted((each for each in _by_number(distinct.values()) if each.at <= until), key=_order)


def _by_number(happenings: Iterable[Happening]) -> Iterator[Happening]:
    """Yield them, each move of a case no earlier than the one before it."""
    latest: dict[str, datetime] = {}
    for each in sorted(happenings, key=lambda each: (each.number, _tie(each))):
        if each.case is not None and each.at < latest.get(each.case, each.at):
            each = each.model_copy(update={"at": latest[each.case]})
        if each.case is not None:
            latest[each.case] = each.at
        yield each


def _order(each: Happening) -> tuple[datetime, int, str, int, str]:
    rank = 0 if each.case is not None or each.what == "closed" else 2 if each.what in _AFTER else 1
    return each.at, rank, each.case or "", each.number, each.id


_AFTER: frozenset[What] = frozenset({"answered", "unreached", "talked"})


def _tie(each: Happening) -> str:
    return f"{each.at.isoformat()} {each.model_dump_json()}"


@dataclass(slots=True)
class _Conversation:
    """A conversation, as it stands after all that was taken.

    `matter` is the run of what it is about, `waiting` that of an answer which the customer waits for, `cases` has the
    departments of the open cases about it, the last offered last; `department` is the last of these, or was when one
    was open. `accepting` has the runs of the offers. `resting_since` is since when nothing is to be done but to hear
    whether that was all.
    """

    quiet: timedelta | None
    runs: list[Run] = field(default_factory=list)
    matter: Run | None = None
    waiting: Run | None = None
    accepting: dict[str, Run] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    department: str | None = None
    priority: Priority = "normal"
    priorities: dict[str, Priority] = field(default_factory=dict)
    resting_since: datetime | None = None

    def take(self, happening: Happening) -> None:
        self.fall_quiet(happening.at)
        match happening.what:
            case "spoke":
                self._spoke(happening)
            case "talked":
                self._talked(happening)
            case "answered":
                self._answered(happening.at, happening.screen)
            case "unreached":
                self._unreached(happening.at)
            case "offered" | "returned" | "handed_over" | "expired" | "accepted" | "withdrawn" | "closed":
                self._moved(happening)
            case "reminded" | "corrected" | "said_solved" | "reopened" | "thanked" | "acknowledged":
                pass
        if happening.case is not None and happening.priority is not None:
            self._set(happening, happening.priority)

    def fall_quiet(self, at: datetime) -> None:
        """End what nothing more came of after our answer, if that is so by an instant."""
        if self.quiet and self.resting_since and not self.cases and self.resting_since + self.quiet <= at:
            self._close(self.resting_since + self.quiet, "quiet")

    def _begin(self, kind: ClockKind, at: datetime, department: str | None, case: str | None = None) -> Run:
        run = Run(kind, self.priorities.get(case or "", self.priority), [Stretch(at, department)], case)
        self.runs.append(run)
        return run

    def _spoke(self, happening: Happening) -> None:
        kind: ClockKind = "next_answer" if self.matter else "first_answer"
        self._raise(happening.priority)
        if self.waiting is None:
            self.waiting = self._begin(kind, happening.at, self.department)
        if self.matter is None:
            self.matter = self._begin("resolve", happening.at, self.department)
        self.resting_since = None
        self._turn(happening.at)

    def _talked(self, happening: Happening) -> None:
        if self.matter is None:
            self._spoke(happening)
        self._answered(happening.at, happening.screen)

    def _answered(self, at: datetime, screen: Screen | None) -> None:
        if self.waiting is not None:
            self.waiting.stop(at, "answered", screen)
            self.waiting = None
        if self.matter is not None:
            self.resting_since = at
            self._turn(at)

    def _unreached(self, at: datetime) -> None:
        for run in (self.waiting, self.matter) if self.waiting is not None else ():
            if run is not None:
                run.unreached.append(at)

    def _moved(self, happening: Happening) -> None:
        case, at = happening.case, happening.at
        if happening.what in _STOPS and case in self.accepting:
            self.accepting.pop(case).stop(at, _STOPS[happening.what])
        if case is not None and happening.department is not None:
            self.accepting[case] = self._begin("accept", at, happening.department, case)
        if happening.aside:
            return
        if case is not None and (happening.department is not None or happening.what in _ENDS):
            self.cases.pop(case, None)
            self.resting_since = self.resting_since and at
        if case is not None and happening.department is not None:
            self.cases[case] = happening.department
        self.department = next(reversed(self.cases.values()), self.department)
        is_waited_for = happening.only_taken and self.waiting is not None
        if happening.what == "closed" and (case is None or not self.cases) and not is_waited_for:
            self._close(at, "closed")
        else:
            self._turn(at)

    def _close(self, at: datetime, ended: Ending) -> None:
        for run in (self.waiting, self.matter):
            if run is not None:
                run.stop(at, ended)
        self.waiting = self.matter = self.resting_since = None
        self.priority, self.department = "normal", None

    def _turn(self, at: datetime) -> None:
        if self.waiting is not None:
            self.waiting.turn(at, department=self.department, paused=False)
        if self.matter is not None:
            self.matter.turn(at, department=self.department, paused=self.waiting is None)

    def _raise(self, priority: Priority | None) -> None:
        if priority is not None and PRIORITIES.index(priority) > PRIORITIES.index(self.priority):
            self._agree(priority)

    def _set(self, happening: Happening, priority: Priority) -> None:
        self.priorities[happening.case or ""] = priority
        if happening.case in self.accepting:
            self.accepting[happening.case].priority = priority
        if happening.aside:
            return
        if happening.what == "offered":
            self._raise(priority)
        else:
            self._agree(priority)

    def _agree(self, priority: Priority) -> None:
        self.priority = priority
        for run in (self.waiting, self.matter):
            if run is not None:
                run.priority = priority


_ENDS: frozenset[What] = frozenset({"closed", "withdrawn"})

_STOPS: dict[What, Ending] = {
    "accepted": "accepted",
    "returned": "returned",
    "handed_over": "handed_over",
    "expired": "expired",
    "withdrawn": "withdrawn",
    "closed": "closed",
}
