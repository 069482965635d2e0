"""What the watch does about answers that did not reach the customer, or may not have: somebody is told, once.

Where the reply names its case, whoever has that is told there; else, or once it is closed, a department is asked to
look. The listing goes when that is done: who dies before finds it again, and both have an id made of the reply and of
how it came to that.
"""

from shared import telemetry
from shared.casework.replies import ReplyHead, open_since
from shared.casework.steps import OURSELVES
from shared.casework.undelivered import occasion_id, press, raised
from shared.errors import Conflict
from shared.escalation import ENDED, Escalation
from shared.ids import step_id
from shared.projection import replies
from shared.projection.asking import last_said
from shared.projection.cases import offer
from shared.projection.open_work import Anew
from shared.projection.projector import Projector
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item

KINDS = ("unconfirmed", "refused")
"""As what a reply is listed that somebody has to look at."""


def see_to(projector: Projector, _: Key, item: Item) -> Anew | None:
    """Tell somebody of a listed reply; it is listed no more until something becomes of it."""
    kept = ReplyHead.stored(item["state"]["S"])
    head = replies.read(projector.table, kept.identity, kept.id) or kept
    is_done = open_since(head, replies.PATIENCE) is None or _tell_somebody(projector, head)
    return Anew(item["state"]["S"], {}) if is_done else None


def _tell_somebody(projector: Projector, head: ReplyHead) -> bool:
    """Tell a department, unless one was told; return whether one is told by now, which it is not when somebody has done
    something with the case meanwhile."""
    asked = head.asked
    assert asked is not None, "nobody has to look at what nobody asked for"
    case = projector.answering.known(head.identity, asked.escalation_id) if asked.escalation_id else None
    if case is not None:
        if _press(projector, head, case):
            return True
        if case.state not in ENDED:
            return False
    answered = asked.reply_to if asked.reply_to and _is_kept(projector, head.identity, asked.reply_to) else None
    event_key = answered or last_said(projector.table, head.identity)
    if offer(projector.table, raised(head, event_key=event_key, playbook=projector.playbook(), now=projector.now())):
        telemetry.count("AnswersUndelivered")
    return True


def _press(projector: Projector, head: ReplyHead, case: Escalation) -> bool:
    """Press the department that has the matter, once; return whether that was done, now or before."""
    named = step_id(subject=OURSELVES, identity=case.identity, idempotency_key=f"{occasion_id(head)}#{case.id}")
    doing = press(head, case, projector.now(), projector.playbook())
    try:
        move = projector.cases.do(case.identity, case.id, doing, step_id=named, seen=case.number)
    except Conflict:
        return False
    projector.cases.take(move)
    if move.number > case.number:
        telemetry.count("AnswersUndelivered")
    return True


def _is_kept(projector: Projector, identity: str, event_key: str) -> bool:
    return projector.table.get(Key(keys.identity(identity), event_key)) is not None
