"""What an escalation that we made by ourselves rests on, a promise, somebody who waits, or an answer that did not reach
them, and whether that holds."""

from datetime import datetime

from shared.casework.commitments import CommitmentHead
from shared.casework.replies import ReplyHead
from shared.casework.undelivered import IS_SETTLED, past_occasions
from shared.escalation import Escalation
from shared.ids import reminder_id
from shared.projection.cases import Cases
from shared.projection.conversation import Conversation
from shared.projection.unanswered import STAGES, is_answered, own_id
from shared.reminders import outdated
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item

TERM_IS_OVER = "it reminds of a term that holds no more"
IS_BROKEN = "what it reminds of was not kept in time, and was raised as that"
IS_ANSWERED = "the customer was answered"
EVENT_IS_GONE = "what it rests on is not kept any more"


def grounds(case: Escalation) -> Key | None:
    """Return where that is which an escalation rests on; none for one that rests on what the customer said."""
    if case.commitment_id:
        return keys.commitment(identity_name=case.identity, commitment_id=case.commitment_id)
    if case.reply_id:
        return keys.reply(identity_name=case.identity, reply_id=case.reply_id)
    return Key(keys.identity(case.identity), case.unanswered.conversation) if case.unanswered else None


def groundless(case: Escalation, found: Item | None, now: datetime) -> str | None:
    """Return why an escalation is needed no more, by what was found of its grounds; none while it is, or once a
    department has accepted it: then it is theirs to close."""
    if case.state != "offered":
        return None
    if case.unanswered:
        head = Conversation.stored(found["state"]["S"]) if found else None
        return IS_ANSWERED if is_answered(case.unanswered.since, head) else None
    if case.reply_id and found:
        settled = case.id in past_occasions(ReplyHead.stored(found["state"]["S"]))
        return IS_SETTLED if settled else None
    if case.commitment_id and found:
        return _no_reminder(case, CommitmentHead.stored(found["state"]["S"]), now)
    return None


def _no_reminder(case: Escalation, head: CommitmentHead, now: datetime) -> str | None:
    if case.id in outdated(head):
        return TERM_IS_OVER
    term = head.to_be_kept
    is_due = term is not None and case.id == reminder_id(term_id=term.id, stage="due")
    return IS_BROKEN if is_due and head.state(now) == "broken" else None


def take_back_if_answered(key: Key, before: Conversation | None, after: Conversation | None, cases: Cases) -> None:
    """Take back what asks somebody to answer a customer who has been answered, before the head, of this key, says so.

    Whoever dies in between does it once more. What is raised after this look is found to be groundless when its own
    record comes from the stream.
    """
    if before is None or before.waiting_since is None or not is_answered(before.waiting_since, after):
        return
    raised = (keys.escalation(identity_name=before.identity, escalation_id=own_id(before, at, key)) for at in STAGES)
    for item in cases.table.get_many(raised).values():
        case = Escalation.stored(item["state"]["S"])
        if case.state == "offered":
            cases.withdraw(case, IS_ANSWERED)
