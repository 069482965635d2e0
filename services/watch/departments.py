"""What the watch does about departments: what nobody accepts or answers in time goes elsewhere, or is said again.

Each thing is done once, as it is for everybody: in one conditional write under its number. Of two watches one is first,
and so it is of the watch and somebody who accepts at this moment. However long the watch was down, a case moves by one
step, and whoever has it then has their whole time.
"""

from contextlib import suppress

from shared import telemetry
from shared.casework import cases
from shared.casework.cases import Doing
from shared.casework.overdue import overdue, unresolved
from shared.errors import Conflict
from shared.escalation import Escalation
from shared.playbook import Playbook
from shared.projection.grounds import groundless, grounds
from shared.projection.projector import Projector
from shared.projection.resolving import resolve_by
from shared.store.keys import Key
from shared.store.table import Item

KINDS = ("offered", "accepted", "answered")
"""As what an escalation is listed, by how it stands, for when the next thing is to be done."""

_COUNTED = {"expired": "OffersExpired", "reminded": "CasesReminded", "closed": "CasesClosed"}


def see_to(projector: Projector, key: Key, item: Item) -> None:
    """Do what is due with a listed escalation, and list it as it stands then."""
    if not move_on(projector, item) and (postponed := projector.table.get(key)):
        _resolve(projector, postponed)


def move_on(projector: Projector, item: Item) -> bool:
    """Do what is due with the escalation of an item, if anything is; return whether it was done.

    What an escalation of our own making rests on may be over by now: then it is taken back. What was answered is taken
    for closed only when the customer has asked nothing since: else it is taken up again.
    """
    kept = Escalation.stored(item["state"]["S"])
    case = projector.cases.read(kept.identity, kept.id)
    playbook = projector.playbook()
    due = overdue(case, projector.now(), playbook)
    if due is None:
        return False
    if due.act == "closed" and projector.answering.take_up(case.identity, case.id):
        return True
    rests_on = grounds(case)
    if why := groundless(case, projector.table.get(rests_on) if rests_on else None, projector.now()):
        due = Doing("withdrawn", due.at, due.by, why)
    with suppress(Conflict):  # somebody was faster
        projector.cases.take(projector.cases.do(case.identity, case.id, due, seen=case.number))
        _count(case, due, playbook)
        return True
    return False


def _resolve(projector: Projector, item: Item) -> None:
    """Raise an escalation if the time is over in which it was to be resolved, once, and list it as it stands.

    The item was read before the clock: what is told meanwhile that may bring it forward changes it, and it is looked at
    once more.
    """
    kept, playbook = Escalation.stored(item["state"]["S"]), projector.playbook()
    by = resolve_by(projector.table, kept, playbook, projector.now())
    due = unresolved(kept, by, projector.now(), playbook)
    if due is None:
        projector.cases.list_as_it_stands(item, lambda *_: by)
        return
    with suppress(Conflict):  # somebody was faster
        projector.cases.take(projector.cases.do(kept.identity, kept.id, due, seen=kept.number))
        _count(kept, due, playbook)


def _count(case: Escalation, due: Doing, playbook: Playbook) -> None:
    if name := _COUNTED.get(due.act):
        telemetry.count(name)
    if due.act == "reminded" and case.state == "offered" and cases.is_last_resort(case, playbook):
        telemetry.count("LastResortReminded")
