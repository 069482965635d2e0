"""A department's queue: its open cases in the order in which they are to be seen to, and when to look again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from services.desk import contract_cases as contract
from services.desk.asked_cases import QueueQuery
from services.desk.cases import is_overdue, said_of
from services.desk.keeping import Keeping
from services.desk.people import People
from services.desk.writer import Caller
from shared.clocks.calendar import is_open
from shared.errors import InvalidParameter
from shared.escalation import Escalation
from shared.http import cursor as cursors
from shared.playbook import PRIORITIES
from shared.store.table import Item

MOST_READ = 500
"""How many rows are looked at for one page."""

_PLACE = re.compile(r"[01]#[0-3]#\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#esc_[a-z2-7]{26}", re.ASCII)

_SOONEST, _LATEST, _LATEST_WHILE_CLOSED = (timedelta(seconds=seconds) for seconds in (2, 20, 60))
_PART_OF_THE_CALM = 10
_A_SECOND, _EVER = timedelta(seconds=1), timedelta.max


class Page(NamedTuple):
    """A page of a department's cases as the index had them at an instant, the cursor of the next one, and for how many
    seconds nobody need look again."""

    department: str
    cases: Sequence[Escalation]
    next_cursor: str | None
    at: datetime
    fresh_for: int

    @property
    def seen(self) -> bytes:
        """Return what another page is another by: the cases, what was done with them, and which are overdue."""
        cases = [[case.id, case.number, is_overdue(case, self.at)] for case in self.cases]
        return orjson.dumps([cases, self.next_cursor])


@dataclass(frozen=True, slots=True)
class Queue:
    people: People
    keeping: Keeping

    def page(self, name: str, query: QueueQuery, caller: Caller) -> Page:
        """Return a page of a department's open cases, by one query of the index, which is some milliseconds behind.

        Raises `InvalidParameter` for a department that there is not, or that is out of reach, and for a cursor that was
        not given out for this.
        """
        playbook, now = self.keeping.playbook(), self.keeping.now()
        name = caller.department(name, playbook, field="name")
        cases, cursor = self._read(name, query)
        fresh_for = look_again_in(cases, now, staffed=is_open(playbook.calendar(name), now))
        return Page(name, cases, cursor, now, fresh_for)

    def _read(self, name: str, query: QueueQuery) -> tuple[list[Escalation], str | None]:
        of = (name, query.state, query.priority)
        found: list[Escalation] = []
        last = _place(query.cursor, of)
        for number, row in enumerate(self._rows(name, query, after=last)):
            if len(found) == query.limit or number == MOST_READ:
                return found, cursors.written({"after": last}, of)
            case, last = Escalation.stored(row["state"]["S"]), row["urgency"]["S"]
            if query.state in (None, case.state):
                found.append(case)
        return found, None

    def _rows(self, name: str, query: QueueQuery, *, after: str) -> Iterator[Item]:
        size = query.limit + 1 if query.state is None else MOST_READ
        for within in beginnings(query.state, query.priority):
            yield from self.keeping.table.cases(name, within=within, after=after, page=size)

    def answer(self, page: Page) -> contract.Queue:
        """Return a page as it is shown, with how many other open cases each customer has by now."""
        open_cases = self.people.open_cases(case.customer_id for case in page.cases)
        playbook = self.keeping.playbook()
        listed = [
            contract.Listed(**said_of(case, page.at, playbook), others=len(open_cases[case.customer_id] - {case.id}))
            for case in page.cases
        ]
        return contract.Queue(department=page.department, cases=tuple(listed), next_cursor=page.next_cursor)


def beginnings(state: str | None, priority: str | None) -> list[str]:
    """Return what the urgencies of the cases in a state and of a priority begin with (`shared.projection.cases.urgency`
    writes them), in their order; where nothing is said, all begin with nothing."""
    if state is None and priority is None:
        return [""]
    answered = [str(int(state == "answered"))] if state else ["0", "1"]
    rank = "" if priority is None else f"{PRIORITIES[::-1].index(priority)}#"
    return [f"{each}#{rank}" for each in answered]


def look_again_in(cases: Sequence[Escalation], now: datetime, *, staffed: bool) -> int:
    """Return for how many seconds nobody need look at a queue again: a tenth of the time for which nothing has happened
    in it, but no longer than until something there is overdue.

    It is 2 at least and 20 at most, 60 while nobody of the department is there.
    """
    calm = min((now - happened_at(case) for case in cases), default=_EVER)
    until_due = (case.due_by - now + _A_SECOND for case in cases if case.due_by is not None and case.due_by >= now)
    wanted = min([calm / _PART_OF_THE_CALM, *until_due, _LATEST if staffed else _LATEST_WHILE_CLOSED])
    return int(max(wanted, _SOONEST).total_seconds())


def happened_at(case: Escalation) -> datetime:
    """Return when something happened with a case last."""
    return max(case.offered_at, case.last.at if case.last else case.offered_at)


def _place(cursor: str | None, of: Sequence[str | None]) -> str:
    """Return the urgency after which a page begins."""
    if cursor is None:
        return ""
    said = cursors.read(cursor, ("after",), of)
    if said is None or not _PLACE.fullmatch(said["after"]):
        raise InvalidParameter(
            "cursor", "is none of this queue; pass next_cursor as it came, with the same department and filters"
        )
    return said["after"]
