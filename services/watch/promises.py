"""What the watch does about promises: each is raised when it is nearly due, and once more when it is broken.

An escalation that raises one has a derived id and is written once; its hand-off goes out from the stream like any
other. What dies half-way is still listed, and is done again.
"""

from shared.casework.commitments import CommitmentHead
from shared.escalation import Escalation
from shared.ids import reminder_id
from shared.playbook import Playbook
from shared.projection.asking import last_said
from shared.projection.cases import Cases, offer
from shared.projection.casework import promised
from shared.projection.grounds import IS_BROKEN
from shared.projection.open_work import Anew, listed
from shared.projection.projector import Projector
from shared.reminders import Stage, remind, stage
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table


def see_to(projector: Projector, key: Key, item: Item) -> Anew:
    """Raise a listed promise if its time has come, and return for when it is next to be looked at, if ever."""
    head, playbook = CommitmentHead.stored(item["state"]["S"]), projector.playbook()
    found = stage(head, projector.now(), playbook)
    if found == "broken":
        _take_back_what_is_due(projector.cases, head)
    if found is not None:
        rests_on = _rests_on(projector.table, head)
        offer(projector.table, remind(head, found, event_key=rests_on, playbook=playbook, now=projector.now()))
    return Anew(item["state"]["S"], _listing(key, head, found, playbook))


def _take_back_what_is_due(cases: Cases, head: CommitmentHead) -> None:
    """Take back the reminder of a promise that is broken by now, unless somebody has accepted it: it is raised as
    that."""
    term = head.to_be_kept
    assert term is not None, "what is broken was to be kept"
    own = reminder_id(term_id=term.id, stage="due")
    item = cases.table.get(keys.escalation(identity_name=head.identity, escalation_id=own))
    if item and (case := Escalation.stored(item["state"]["S"])).state == "offered":
        cases.withdraw(case, IS_BROKEN)


def _listing(key: Key, head: CommitmentHead, found: Stage | None, playbook: Playbook) -> Item:
    if found == "broken":
        return {}
    if found == "due" and head.until:
        return listed("promised", key, head.until)
    return promised(key, head, playbook.commitments.notice)


def _rests_on(table: Table, head: CommitmentHead) -> str:
    """Return the journal's key of what a promise was about: of the case in which it was made, else of what the customer
    said last, else of what happened last."""
    case = head.made.escalation_id if head.made else None
    if case and (item := table.get(keys.escalation(identity_name=head.identity, escalation_id=case))):
        return Escalation.stored(item["state"]["S"]).event_key
    return last_said(table, head.identity)
