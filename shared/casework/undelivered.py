"""Who is told that an answer did not reach the customer, or may not have: an answer that somebody of the company wrote,
and that only a person can see to now. Pure.

Each time that it comes to that is an occasion of its own, with an id of its own: found again, or by two watches at
once, it is the same. What reached the customer afterwards, or what somebody has decided about, is none any more.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.casework import cases
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.replies import NEEDS_SOMEBODY, Act, ReplyHead, State
from shared.escalation import Due, Escalation, accept_by
from shared.ids import customer_id, undelivered_id
from shared.playbook import PRIORITIES, Playbook, Priority
from shared.triage import Reason

IS_SETTLED = "the answer reached the customer, or somebody has seen to it"

_PRIORITY: Priority = "high"
"""The company thinks that the customer was answered."""

_LONGEST = 500

_REASONS: Mapping[State, Reason] = {
    "refused": Reason(
        code="reply_refused",
        text="What was written to the customer was not sent ({what}). Let it go out again, or write another answer.",
    ),
    "failed": Reason(
        code="reply_failed",
        text="What was written to the customer did not reach them, says the platform ({what}). Answer another way.",
    ),
    "unconfirmed": Reason(
        code="reply_unconfirmed",
        text="Nobody can tell whether what was written to the customer was sent ({what}). Look there: if it is not, "
        "let it go out again; if it is, give it up, and it stays as it is.",
    ),
}

_OCCASIONS: Mapping[Act, State] = {"refused": "refused", "unknown": "unconfirmed"}


def occasion_id(head: ReplyHead) -> str:
    """Return the id of the escalation that tells of a reply as it stands, which somebody has to look at."""
    return undelivered_id(reply_id=head.id, state=head.state, number=0 if head.state == "failed" else head.number)


def past_occasions(head: ReplyHead) -> Iterator[str]:
    """Yield the ids of all escalations that may have told of a reply that nobody has to look at any more; of most
    replies there are none."""
    if head.state in NEEDS_SOMEBODY:
        return
    for move in head.moves:
        if state := _OCCASIONS.get(move.act):
            yield undelivered_id(reply_id=head.id, state=state, number=move.number)
    if any(told.status == "failed" for told in head.told):
        yield undelivered_id(reply_id=head.id, state="failed", number=0)


def why(head: ReplyHead) -> Reason:
    """Return the reason for which somebody has to look at a reply, with what the platform said and what to do."""
    return _REASONS[head.state].model_copy(
        update={"text": _REASONS[head.state].text.format(what=_what(head)[:_LONGEST]) + f" The reply is {head.id}."}
    )


def _what(head: ReplyHead) -> str:
    last = head.last
    said = (head.objection,) if head.state == "failed" else (last.code, last.why) if last else ()
    return ": ".join(filter(None, said)) or "it does not say why"


def press(head: ReplyHead, case: Escalation, now: datetime, playbook: Playbook) -> Doing:
    """Return what is done with the open escalation that a reply was about: what was answered by it, as everybody
    thinks, is taken up again; whoever has it or was offered it is reminded."""
    if case.state == "answered":
        return cases.take_up(case, now, playbook, why(head).text)
    priority = max(case.priority, _PRIORITY, key=PRIORITIES.index)
    return Doing("reminded", now, BY_OURSELVES, why(head).text, priority=priority)


def raised(head: ReplyHead, *, event_key: str, playbook: Playbook, now: datetime) -> Escalation:
    """Return the offer that asks for somebody to look at a reply that is about no open escalation: to the department of
    whoever wrote it, else to the default one. `event_key` is the journal's key of what it answered."""
    asked = head.asked
    assert asked is not None, "nobody has to look at what nobody asked for"
    department = playbook.department_or_default(asked.by.department)
    return Escalation(
        id=occasion_id(head),
        department=department.name,
        priority=_PRIORITY,
        reasons=(why(head),),
        offered_at=now,
        accept_by=accept_by(playbook, Due(department.name, _PRIORITY, asked.channel), now),
        identity=head.identity,
        event_key=event_key,
        customer_id=customer_id(head.identity),
        playbook_version=playbook.version,
        reply_id=head.id,
    )
