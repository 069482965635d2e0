"""What colleagues noted of one identity, what it asks for, and what it allowed: one item, read with every card.

Every part keeps what does not depend on the order of the steps: the newest notes of each department, the first and the
last time that each raised a need, the last word on each purpose. What is done in nobody's name is as if one department
more had done it. So no department's words push another's out of the sight of those who may read only theirs.

An item of the table has at most 400 KB, so texts are kept as far as they are shown at a glance, with an ellipsis where
they are cut; the step in the journal, and so the timeline, has them whole. How many needs and purposes there may be is
the desk's to say, before it takes a step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from pydantic import Field

from shared.casework.steps import Agent, Consent, Need, Note
from shared.models import Frozen, Instant

MOST_NOTES = 40
"""How many notes are kept in all; the timeline has every one."""

MOST_OF_ONE = 5
"""How many of them are of one department."""

LONGEST_NOTE = 1000
LONGEST_WORDS = 300
"""How many characters are kept of a note's text; of a need's, and of the evidence for a consent."""


class NoteKept(Frozen):
    """A note: the beginning of its text, up to `LONGEST_NOTE` characters."""

    id: str
    at: Instant
    by: Agent
    text: str
    escalation_id: str | None = None


class NeedKept(Frozen):
    """A need as one department raised it: since when it is asked for, and the last time, in whose words, of which the
    first `LONGEST_WORDS` characters are kept."""

    topic: str
    first_at: Instant
    last_at: Instant
    last_id: str
    by: Agent
    text: str

    @property
    def name(self) -> tuple[str, str]:
        """Return what tells it from other needs: the topic, and the department or nothing."""
        return self.topic, self.by.department or ""


class ConsentKept(Frozen):
    """The last word on a purpose, and the first `LONGEST_WORDS` characters of its evidence."""

    at: Instant
    id: str
    by: Agent | None
    given: bool
    evidence: str


class Brief(Frozen):
    """`notes` the newest first; `needs` by topic and department, sorted; `consents` by purpose."""

    identity: str
    notes: tuple[NoteKept, ...] = ()
    needs: tuple[NeedKept, ...] = ()
    consents: dict[str, ConsentKept] = Field(default_factory=dict)


def fold(brief: Brief | None, step: Note | Need | Consent) -> Brief:
    """Return the brief with one more step in it; the same brief for a step that is in it already."""
    brief = brief or Brief(identity=step.identity)
    return brief.model_copy(update=_FOLDS[step.kind](brief, step))  # type: ignore[operator]


def _note(brief: Brief, step: Note) -> dict[str, object]:
    text = _beginning(step.text, LONGEST_NOTE)
    note = NoteKept(id=step.id, at=step.at, by=step.by, text=text, escalation_id=step.escalation_id)
    newest = sorted({*brief.notes, note}, key=lambda each: (each.at, each.id), reverse=True)
    return {"notes": tuple(islice(_newest_of_each(newest), MOST_NOTES))}


def _newest_of_each(newest: Iterable[NoteKept]) -> Iterator[NoteKept]:
    """Yield the first of each department's notes.

    A note that falls out never comes back, so it need not be kept: those that outdo it, of its department or of all,
    only give way to newer ones.
    """
    counted: Counter[str | None] = Counter()
    for note in newest:
        counted[note.by.department] += 1
        if counted[note.by.department] <= MOST_OF_ONE:
            yield note


def _need(brief: Brief, step: Need) -> dict[str, object]:
    text = _beginning(step.text, LONGEST_WORDS)
    raised = NeedKept(topic=step.topic, first_at=step.at, last_at=step.at, last_id=step.id, by=step.by, text=text)
    there = {need.name: need for need in brief.needs}
    before = there.get(raised.name, raised)
    last = max(before, raised, key=lambda each: (each.last_at, each.last_id))
    there[raised.name] = last.model_copy(update={"first_at": min(before.first_at, step.at)})
    return {"needs": tuple(there[name] for name in sorted(there))}


def _consent(brief: Brief, step: Consent) -> dict[str, object]:
    evidence = _beginning(step.evidence, LONGEST_WORDS)
    said = ConsentKept(at=step.at, id=step.id, by=step.by, given=step.given, evidence=evidence)
    last = max(brief.consents.get(step.purpose, said), said, key=lambda each: (each.at, each.id))
    return {"consents": dict(sorted((brief.consents | {step.purpose: last}).items()))}


_FOLDS = {"note": _note, "need": _need, "consent": _consent}


def _beginning(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
