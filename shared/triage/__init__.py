"""What an inbound message needs: which department, how pressing, and why, by the company's playbook alone."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated

from pydantic import StringConstraints

from shared.models import Frozen, Message
from shared.playbook import PRIORITIES, Playbook, Priority
from shared.triage.phrases import Claim, Lexicon, claims
from shared.triage.tone import stars
from shared.words import words

# Stands after each text of a message: no phrase has it, so none reaches from one text into the next.
_GAP = ""


class Reason(Frozen):
    """Why a message was assessed as it was.

    `code` is for machines and `text` a sentence for a person; `evidence` is the playbook's phrase that was found.
    None of them ever holds more of the customer's words than that phrase.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    text: str
    evidence: str | None = None


class Assessment(Frozen):
    """A department (or none), a priority, and every reason for them, the deciding ones first."""

    department: str | None = None
    priority: Priority = "normal"
    reasons: tuple[Reason, ...]


_OUTBOUND = Assessment(reasons=(Reason(code="outbound", text="The company said this itself."),))
_NO_TEXT = Reason(code="no_text", text="There are no words to decide by.")
_NO_PHRASE = Reason(code="no_phrase", text="No department's phrase stands in the text.")
_FEW_STARS = 2


def assess(message: Message, playbook: Playbook) -> Assessment:
    """Return what a message needs, read from its text and its attachments' texts; the same for the same arguments.

    The department is the one with the strongest claim (`shared.triage.phrases.claims`); the priority is the highest
    that any phrase raises it to, else `normal`. What the company said itself is not routed, nor what has no words.
    That a review has few stars is said among the reasons, and decides nothing: whose it is and how pressing, its words
    say.
    """
    if message.direction == "outbound":
        return _OUTBOUND
    texts = (message.text, *(attachment.text for attachment in message.attachments if attachment.text))
    said = [word for text in texts for word in (*words(text), _GAP)]
    if len(said) == len(texts):
        return Assessment(reasons=(_NO_TEXT, *_few_stars(message)))
    routing, raising = _lexicons(playbook)
    routes = claims(routing.find(said))
    rules = [(playbook.priorities.raised_by[claim.owner], claim.phrase) for claim in claims(raising.find(said))]
    rules.sort(key=lambda found: -PRIORITIES.index(found[0].priority))
    return Assessment(
        department=playbook.departments[routes[0].owner].name if routes else None,
        priority=rules[0][0].priority if rules else "normal",
        reasons=(
            *(_why(routes, playbook) if routes else (_NO_PHRASE,)),
            *(Reason(code="priority_phrase", text=rule.reason, evidence=phrase) for rule, phrase in rules),
            *_few_stars(message),
        ),
    )


def _few_stars(message: Message) -> Iterator[Reason]:
    if message.rating is not None and message.rating <= _FEW_STARS:
        yield Reason(code="few_stars", text=f"The review gives {stars(message.rating)}.")


def _why(routes: Sequence[Claim], playbook: Playbook) -> Iterator[Reason]:
    code, opening = "department_phrase", "The text says"
    for claim in routes:
        others = claim.phrases - 1
        more = f" and {others} other phrase{'s' * (others > 1)}" if others else ", a phrase"
        text = f'{opening} "{claim.phrase}"{more} of {playbook.departments[claim.owner].title}.'
        yield Reason(code=code, text=text, evidence=claim.phrase)
        code, opening = "other_department_phrase", "It also says"


@lru_cache(maxsize=2)
def _lexicons(playbook: Playbook) -> tuple[Lexicon, Lexicon]:
    """Return the compiled phrases of the departments and of the priority rules."""
    return (
        Lexicon(department.phrases.every for department in playbook.departments),
        Lexicon(rule.phrases.every for rule in playbook.priorities.raised_by),
    )
