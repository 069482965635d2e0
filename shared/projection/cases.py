"""Escalations as they stand: written from the offer, and then from all that was done with them, in its order.

What is done with one is journalled under its number there, in one conditional write, by whoever does it; the item is
brought up to it at once, and once more from the table's stream. Should a process die in between, the stream does it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from shared.casework import cases
from shared.casework.cases import Doing
from shared.casework.deadlines import first_look, resolves
from shared.casework.steps import Act, CaseMove
from shared.errors import Conflict, NotFound, StoreUnavailable
from shared.escalation import ENDED, Escalation
from shared.playbook import PRIORITIES, Playbook
from shared.projection.open_work import LISTING, kind_of, listed
from shared.store import keys, steps
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

_LAST = "\U0010ffff"

_CONTENTION_LIMIT = 20
"""How often somebody else may be faster before whoever wants to do something is told to come again."""


type Look = Callable[[Escalation, Playbook], datetime | None]


@dataclass(frozen=True, slots=True)
class Cases:
    """The escalations in a table. `playbook` returns the company's current one, `now` an aware instant."""

    table: Table
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]

    def read(self, identity: str, escalation_id: str) -> Escalation:
        """Return an escalation with all that was done with it, as it is now; raises `NotFound` for none."""
        case = _kept(self.table, identity, escalation_id)
        if case is None:
            raise NotFound("there is no such escalation")
        return cases.fold(case, self._done(case.identity, case.id, after=case.number))

    def after(self, identity: str, escalation_id: str, number: int) -> Escalation:
        """Return an escalation as it was after so many things were done with it; raises `NotFound` for none."""
        case = self.read(identity, escalation_id).as_first_offered
        return cases.fold(case, (move for move in self._done(identity, escalation_id) if move.number <= number))

    def do(
        self, identity: str, escalation_id: str, doing: Doing, *, step_id: str | None = None, seen: int | None = None
    ) -> CaseMove:
        """Do something with an escalation, once under a `step_id`, and return it as the journal has it; only while so
        many things were done with it as were `seen`, where that is said.

        Raises `NotFound` for no such escalation, `Conflict` when it may not be done as the escalation stands, which it
        says, and `InvalidParameter` for a department that is none. Of two who do something at once the second is
        judged by what the first did.
        """
        for _ in range(_CONTENTION_LIMIT):
            done = self._done(identity, escalation_id)
            again = next((move for move in done if move.id == step_id), None)
            if again is not None:
                return again
            case = _kept(self.table, identity, escalation_id)
            if case is None:
                raise NotFound("there is no such escalation")
            case = cases.fold(case, done)
            if seen is not None and seen != case.number:
                raise Conflict(f"{cases.standing(case)}; look at it again")
            wanted = cases.move(case, doing, self.playbook(), step_id=step_id)
            kept = steps.keep(self.table, wanted)
            if isinstance(kept, CaseMove) and kept.id == wanted.id:
                return kept
        raise Conflict("others keep doing something with it; look at it again")

    def take(self, move: CaseMove) -> Escalation:
        """Bring an escalation's item up to what was done with it, and return it as it stands.

        Raises `StoreUnavailable` when there is no such item yet, or others keep writing it.
        """
        key = keys.escalation(identity_name=move.identity, escalation_id=move.escalation_id)
        for _ in range(_CONTENTION_LIMIT):
            item = self.table.get(key)
            if item is None:
                raise StoreUnavailable("the offer of what something was done with is not there yet")
            before = Escalation.stored(item["state"]["S"])
            case = cases.fold(before, self._done(before.identity, before.id, after=before.number))
            if case == before or self.table.change(key, before=item, after=self._as_it_stands(key, item, case)):
                return case
        raise StoreUnavailable("others kept writing what something was done with")

    def list_as_it_stands(self, item: Item, look: Look = first_look) -> None:
        """List an escalation again as its item has it, and for when by `look` somebody has to look before that, unless
        it is changed at this moment: then it stays listed as it is, and is looked at once more."""
        case, key = Escalation.stored(item["state"]["S"]), key_of(item)
        self.table.change(key, before=item, after=_plain(item) | listing(key, case, look(case, self.playbook())))

    def _as_it_stands(self, key: Key, item: Item, case: Escalation) -> Item:
        shown = {"S": case.model_dump_json(exclude_defaults=True)}
        written = _plain(item) | {"state": shown, "projected_at": {"S": keys.instant(self.now())}}
        written |= listing(key, case, first_look(case, self.playbook()))
        not_handed_over = kind_of(item) == "unprojected" and case.state == "offered" and case.offer == 0
        return written | ({name: item[name] for name in LISTING if name in item} if not_handed_over else {})

    def _done(self, identity: str, escalation_id: str, *, after: int = 0) -> list[CaseMove]:
        found = steps.moves(self.table, identity=identity, of=escalation_id, after=after)
        return [step for step in found if isinstance(step, CaseMove)]

    def answer(self, case: Escalation) -> CaseMove | None:
        """Return by what an escalation was answered last, if it ever was."""
        done = self._done(case.identity, case.id)
        return next((move for move in reversed(done) if move.act == "answered" and move.number <= case.number), None)

    def withdraw(
        self, case: Escalation, why: str, *, evidence: str | None = None, evidence_of: str | None = None
    ) -> None:
        """Take an escalation back by ourselves, unless somebody does something with it meanwhile."""
        doing = Doing("withdrawn", self.now(), cases.BY_OURSELVES, why, evidence=evidence, evidence_of=evidence_of)
        with suppress(Conflict):
            self.take(self.do(case.identity, case.id, doing, seen=case.number))


def offer(table: Table, case: Escalation) -> bool:
    """Write an escalation as it is first offered, unless it is there; return whether it was written. Its hand-off goes
    out from the table's stream."""
    key = keys.escalation(identity_name=case.identity, escalation_id=case.id)
    return table.replace(key, state=case.model_dump_json(exclude_defaults=True), seen=None, extra=listing(key, case))


def listing(key: Key, case: Escalation, look_at: datetime | None = None) -> Item:
    """Return the attributes that list an escalation while it is open: for the watch until when the next thing is to be
    done, or for when it has to look before that, and among its department's by how pressing it is."""
    if case.state in ENDED or case.due_by is None:
        return {}
    return listed(case.state, key, min(case.due_by, look_at or case.due_by)) | {
        "desk": {"S": case.department},
        "urgency": {"S": urgency(case)},
    }


DESK = ("desk", "urgency")


def open_cases(table: Table, *identities: str, but: str) -> list[Escalation]:
    """Return other escalations of these identities that have not ended, the one to be seen to first before the others;
    each once, by one query for each identity."""
    first, last = keys.ESCALATION_PREFIX, f"{keys.ESCALATION_PREFIX}{_LAST}"
    partitions = dict.fromkeys(map(keys.identity, identities))
    rows = chain.from_iterable(table.query(each, first=first, last=last) for each in partitions)
    cases = (Escalation.stored(row["state"]["S"]) for row in rows)
    return sorted((case for case in cases if case.state not in ENDED and case.id != but), key=urgency)


def others_look_again(table: Table, move: CaseMove, playbook: Playbook) -> None:
    """List a customer's other cases to be looked at when by what was done with one of them their matter has another
    priority or department. When it is offered anew, whoever hands it over does that."""
    if move.act in _MOVING and resolves(playbook):
        look_again(table, open_cases(table, move.identity, but=move.escalation_id), playbook)


_MOVING: frozenset[Act] = frozenset({"corrected", "withdrawn", "closed"})


def look_again(table: Table, cases: Iterable[Escalation], playbook: Playbook) -> None:
    """List those of some cases to be looked at that are to be resolved by a time: it may be over sooner by now."""
    for case in cases:
        if at := first_look(case, playbook):
            key = keys.escalation(identity_name=case.identity, escalation_id=case.id)
            table.set(key, {"open_at": {"S": keys.instant(at)}}, having="open")


def urgency(case: Escalation) -> str:
    """Return a text that is less for what is to be seen to first: the more pressing, then the sooner due."""
    rank = len(PRIORITIES) - 1 - PRIORITIES.index(case.priority)
    answered = case.state == "answered"
    due = keys.instant(case.due_by) if case.due_by else ""
    return f"{int(answered)}#{rank}#{due}#{case.id}"


def _plain(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in (*LISTING, *DESK)}


def _kept(table: Table, identity: str, escalation_id: str) -> Escalation | None:
    item = table.get(keys.escalation(identity_name=identity, escalation_id=escalation_id))
    return Escalation.stored(item["state"]["S"]) if item else None
