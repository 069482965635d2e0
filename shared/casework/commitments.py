"""The head of a commitment: what was promised or refused, until when, and what became of it.

Every field is a join over the steps that name the commitment, so steps may come late, twice and in any order.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, combinations
from typing import Literal, NamedTuple

from shared.casework.steps import Agent, Commitment, CommitmentEnd, CommitmentMove
from shared.models import Frozen, Instant
from shared.words import words

State = Literal["open", "kept", "kept_late", "broken", "withdrawn"]


class Made(Frozen):
    """What was said."""

    at: Instant
    by: Agent
    stance: Literal["promise", "refusal"]
    matter: str
    text: str
    until: Instant | None = None
    escalation_id: str | None = None


class Moved(Frozen):
    at: Instant
    step_id: str
    by: Agent
    until: Instant


class Ended(Frozen):
    at: Instant
    step_id: str
    by: Agent
    outcome: Literal["kept", "withdrawn"]


class Term(NamedTuple):
    """Until when a promise is to be kept, since when that is agreed, and the id of what says so: of the commitment, or
    of the step that moved it."""

    until: datetime
    since: datetime
    id: str


class CommitmentHead(Frozen):
    """A commitment; `made` is none while only a later step about it is known. The first end counts, and the last move
    before it."""

    id: str
    identity: str
    made: Made | None = None
    moved: tuple[Moved, ...] = ()
    ended: Ended | None = None

    @property
    def terms(self) -> list[Term]:
        """Return every term that was ever agreed, the last one last; a refusal has none."""
        if self.made is not None and self.made.stance == "refusal":
            return []
        first = [Term(self.made.until, self.made.at, self.id)] if self.made and self.made.until else []
        return first + [Term(move.until, move.at, move.step_id) for move in self.moved]

    @property
    def term(self) -> Term | None:
        """Return the term that counts: the last one agreed before the end."""
        end = self.ended
        agreed = [term for term in self.terms if end is None or term.id == self.id or term[1:] < (end.at, end.step_id)]
        return agreed[-1] if agreed else None

    @property
    def until(self) -> datetime | None:
        """Return the instant that counts now, or none."""
        return self.term.until if self.term else None

    def state(self, now: datetime) -> State:
        """Return how it stands at an instant: a promise that is not kept in time is broken, whatever anybody says."""
        until = self.until
        if self.ended is None:
            return "broken" if until is not None and until < now else "open"
        if self.ended.outcome == "withdrawn":
            return "withdrawn"
        return "kept_late" if until is not None and until < self.ended.at else "kept"

    @property
    def to_be_kept(self) -> Term | None:
        """Return the term by which it is still to be kept; none for what is over, has no term, or is not known to be
        made."""
        return self.term if self.made and self.ended is None else None


def remind_at(term: Term, notice: timedelta) -> datetime:
    """Return from when on a promise is nearly due: that long before its term ends, but never in the first half of it,
    so that nobody is reminded of what they have only just promised."""
    return term.until - min(notice, max(term.until - term.since, timedelta(0)) / 2)


def fold(head: CommitmentHead | None, step: Commitment | CommitmentEnd | CommitmentMove) -> CommitmentHead:
    """Return the head with one more step in it; the same head for a step that is in it already."""
    match step:
        case Commitment():
            head = head or CommitmentHead(id=commitment_id(step), identity=step.identity)
            return head.model_copy(
                update={"made": Made.model_validate(step.model_dump(include=set(Made.model_fields)))}
            )
        case CommitmentMove():
            head = head or CommitmentHead(id=step.commitment_id, identity=step.identity)
            move = Moved(at=step.at, step_id=step.id, by=step.by, until=step.until)
            moved = sorted({*head.moved, move}, key=lambda each: (each.at, each.step_id))
            return head.model_copy(update={"moved": tuple(moved)})
        case CommitmentEnd():
            head = head or CommitmentHead(id=step.commitment_id, identity=step.identity)
            end = Ended(at=step.at, step_id=step.id, by=step.by, outcome=step.outcome)
            first = min(filter(None, (head.ended, end)), key=lambda each: (each.at, each.step_id))
            return head.model_copy(update={"ended": first})


def commitment_id(step: Commitment) -> str:
    """Return the id (`com_` and 26 characters) of the commitment that a step makes."""
    return f"com_{step.id.partition('_')[2]}"


class Conflict(Frozen):
    """Two commitments on the same matter that do not go together: a promise and a refusal that both stand
    (`contradiction`), or open promises of two departments (`both_open`)."""

    kind: Literal["contradiction", "both_open"]
    matter: str
    commitments: tuple[str, str]
    departments: tuple[str | None, str | None]


def conflicts(heads: Iterable[CommitmentHead], now: datetime) -> Iterator[Conflict]:
    """Yield each two commitments of one customer that do not go together, the earlier made first.

    A promise that was kept is done with and conflicts with nothing; a refusal stands until it is taken back. Matters
    are the same when their words are, as people read them (`shared.words`).
    """
    standing = [(head, head.made) for head in heads if head.made and head.state(now) in ("open", "broken")]
    standing.sort(key=lambda found: (found[1].at, found[0].id))
    by_matter: dict[tuple[str, ...], list[tuple[CommitmentHead, Made]]] = {}
    for head, made in standing:
        by_matter.setdefault(_matter(made), []).append((head, made))
    for (one, first), (other, second) in chain.from_iterable(combinations(each, 2) for each in by_matter.values()):
        if kind := _conflict(first, second):
            departments = first.by.department, second.by.department
            yield Conflict(kind=kind, matter=first.matter, commitments=(one.id, other.id), departments=departments)


def against(own: str, heads: Iterable[CommitmentHead], now: datetime) -> Iterator[tuple[Conflict, CommitmentHead]]:
    """Yield each commitment of one customer that does not go together with one of them, with what it is they are."""
    known = {head.id: head for head in heads}
    for found in conflicts(known.values(), now):
        if own in found.commitments:
            yield from ((found, known[other]) for other in found.commitments if other != own)


def _conflict(one: Made, other: Made) -> Literal["contradiction", "both_open"] | None:
    if one.stance != other.stance:
        return "contradiction"
    if one.stance == "promise" and one.by.department != other.by.department:
        return "both_open"
    return None


def _matter(made: Made) -> tuple[str, ...]:
    return tuple(words(made.matter)) or (made.matter,)
