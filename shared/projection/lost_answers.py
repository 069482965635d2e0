"""Answers to cases that did not reach the customer, says the platform, and what clocks have in place of them: pure, and
the same in whatever order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from shared.casework.arrival import Arrivals
from shared.casework.replies import ReplyHead
from shared.casework.steps import Act, CaseMove, follow_id
from shared.clocks.happenings import Happening
from shared.models import Message, PersonalEvent
from shared.projection.computed_replies import Heard, is_said

_TAKEN: frozenset[Act] = frozenset({"accepted", "reopened"})
"""By these a case is to be answered."""


def has_failed(event: PersonalEvent, arrivals: Arrivals, *names: str) -> bool:
    """Return whether an event is something that the company said and that did not reach the customer; `names` are
    further ones that it has beside the platform's own."""
    return isinstance(event, Message) and is_said(event) and arrivals.has_failed(event, *names)


def is_in_vain(move: CaseMove, heard: Heard, arrivals: Arrivals, told: Mapping[str, PersonalEvent]) -> bool:
    """Return whether a case was answered, or taken back, by what did not reach the customer: something that was written
    elsewhere, or the reply that named it. `told` has the events of the identity by their keys."""
    if move.act in ("answered", "withdrawn") and move.evidence is not None:
        shown = told.get(move.evidence) if move.evidence_of in (None, move.identity) else None
        return shown is not None and has_failed(shown, arrivals)
    if move.act != "answered":
        return False
    failed = (head.id for head in heard.heads.values() if head.has_failed)
    return any(move.id == follow_id(move.identity, move.escalation_id, own) for own in failed)


def tried_at(head: ReplyHead) -> datetime | None:
    """Return when it was said, or last tried to be said; none for what no person wrote, or nobody has tried."""
    asked, tries = head.asked, head.attempts
    if asked is None or asked.automatic:
        return None
    return max(head.sent_at, asked.at) if head.sent_at else tries[-1].at if tries else None


def unreached(case_id: str, heads: Iterable[ReplyHead], talk: tuple[str, str]) -> Iterator[Happening]:
    """Yield the replies about a case that did not arrive in another conversation than its own, which is `talk`: there
    nothing else tells of them."""
    for head in heads:
        asked, at = head.asked, tried_at(head)
        is_about_it = asked is not None and at is not None and asked.escalation_id == case_id and head.has_failed
        if asked and at and is_about_it and (asked.channel, asked.thread) != talk:
            yield Happening(id=follow_id(head.identity, case_id, head.id), at=at, what="unreached")


def taken_back(lost: CaseMove, here: Iterable[Happening]) -> CaseMove | None:
    """Return when a case was taken back that had been by what did not arrive: by the first answer after it in its
    conversation that did; none while there is none. `here` is what happened there."""
    answers = (each.at for each in here if each.what in ("answered", "talked") and each.at >= lost.at)
    at = min(answers, default=None)
    return lost.model_copy(update={"at": at}) if at else None


def instead(
    lost: CaseMove, moves: Sequence[CaseMove], heads: Iterable[ReplyHead], there: Iterable[Happening]
) -> Iterator[Happening]:
    """Yield what stands for a case's answer that did not arrive: that it did not, where that was in another
    conversation than the case's own, and the first answer about it that did arrive. That one moved nothing, since the
    case was answered by then, as everybody thought.

    `moves` are all of the case's, `heads` the replies to its identity, and `there` what happened where the case went
    on by the lost one.
    """
    if lost.evidence is not None and lost.answered_in is not None:
        yield Happening(id=lost.id, at=lost.at, what="unreached")
    since = max((move.at for move in moves if move.number < lost.number and move.act in _TAKEN), default=lost.at)
    about = (head for head in heads if head.asked and head.asked.escalation_id == lost.escalation_id)
    ours = ((tried_at(head), head.id) for head in about if head.sent_at and not head.has_failed)
    said = [Happening(id=own, at=at, what="answered", screen="ours") for at, own in ours if at is not None]
    native = (each for each in there if each.what == "answered" and each.screen != "ours")
    arrived = (each for each in (*said, *native) if each.at >= since)
    if first := min(arrived, key=lambda each: (each.at, each.id), default=None):
        yield first.model_copy(update={"id": follow_id(lost.identity, lost.escalation_id, first.id)})
