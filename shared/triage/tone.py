"""How a customer's words sound, by rules that name the words: angry, unhappy or pleased; most sound like neither. The
stars of a review are a sign like its words.

A message is read clause by clause, as words (`shared/words.py`), with the phrases of `tone.txt` beside this module.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

from shared.models import Frozen
from shared.triage.phrases import Lexicon, Match
from shared.words import words

type Name = Literal["pleased", "unhappy", "angry"]

NAMES: tuple[Name, ...] = ("pleased", "unhappy", "angry")
"""The weaker first: what needs somebody's care hides what does not."""

CAPITALS = "capitals"
MOST_EVIDENCE = 3

_OWNERS = (*NAMES, "badly", "well", "nothing")
_REACH = {"pleased": 4, "unhappy": 3, "angry": 3, "badly": 3, "well": 4}
"""Over how many words a negation reaches a phrase; what it turns into its opposite is said in longer sentences."""

_SHOUTED_SHARE, _SHOUTED_LETTERS = 0.7, 15

_STARS: Mapping[int | None, Name] = {1: "angry", 2: "unhappy", 5: "pleased"}
"""What so many stars of five say without a word; three say nothing, and four are what many give who miss something."""

# Not within a word or an address: "example.com" is no end of a clause. One character at a time keeps this linear.
_CLAUSE = re.compile(r"[.,;:!?…()\"](?=\s|$)|[\n¡¿]|(?<=\s)[-\u2013\u2014](?=\s)")


class Tone(Frozen):
    """How a message sounds, and up to three signs of it: a review's stars ("2 of 5 stars"), and in the order of the
    text phrases of the lexicon, with the word that negates or strengthens one before it, an emoji, or `capitals`."""

    name: Name
    evidence: tuple[str, ...]


class _Sign(NamedTuple):
    name: Name
    evidence: str


def tone(text: str, rating: int | None = None) -> Tone | None:
    """Return how a text sounds, and `None` for one that is neutral; takes time linear in its length.

    The strongest of its signs counts, of which the stars of a review are one: few of them need no words, and many do
    not hide what the words say. Capitals alone say nothing, but make an unhappy text an angry one.
    """
    signs = [_Sign(_STARS[rating], stars(rating))] if rating in _STARS else []
    signs += [sign for clause in _CLAUSE.split(text) for sign in _signs(words(clause))]
    signs += [_Sign(name, letter) for letter in text if (name := _lexicon().emoji.get(letter))]
    if not signs:
        return None
    name = max((sign.name for sign in signs), key=NAMES.index)
    evidence = list(dict.fromkeys(sign.evidence for sign in signs if sign.name == name))[:MOST_EVIDENCE]
    if name == "unhappy" and _shouts(text):
        return Tone(name="angry", evidence=(*evidence[: MOST_EVIDENCE - 1], CAPITALS))
    return Tone(name=name, evidence=tuple(evidence))


def stars(rating: int | None) -> str:
    """Return a review's stars as people read them."""
    return f"{rating} of 5 stars"


def _signs(clause: Sequence[str]) -> Iterator[_Sign]:
    lexicon = _lexicon()
    matches = lexicon.phrases.find(clause)
    taken = {place for match in matches for place in range(match.start, match.start + match.size)}
    for match in sorted(matches, key=lambda match: match.start):
        owner = _OWNERS[match.owner]
        if owner != "nothing" and (sign := _sign(owner, match, clause, taken)):
            yield sign


def _sign(owner: str, match: Match, clause: Sequence[str], taken: set[int]) -> _Sign | None:
    """Return what a phrase says where it stands. A weak word says something only when it is strengthened, and the
    opposite of what is bad is not yet good."""
    lexicon, start, said = _lexicon(), match.start, match.phrase
    if owner in ("badly", "well"):
        if not start or clause[start - 1] not in lexicon.very:
            return None
        start, said = start - 1, f"{clause[start - 1]} {said}"
    negation = _negation(clause, start, _REACH[owner], taken)
    if owner in ("pleased", "well"):
        return _Sign("unhappy", f"{negation} {said}") if negation else _Sign("pleased", said)
    if negation:
        return None
    return _Sign("angry" if owner == "angry" else "unhappy", said)


def _negation(clause: Sequence[str], start: int, reach: int, taken: set[int]) -> str | None:
    """Return the word before a place that negates what stands there, unless it belongs to another phrase."""
    lexicon = _lexicon()
    for place in range(start - 1, max(start - 1 - reach, -1), -1):
        if clause[place] in lexicon.but:
            return None
        if clause[place] in lexicon.negations and place not in taken:
            return clause[place]
    return None


def _shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) >= _SHOUTED_LETTERS and capitals >= _SHOUTED_SHARE * len(letters)


class _Compiled(NamedTuple):
    phrases: Lexicon
    emoji: dict[str, Name]
    negations: frozenset[str]
    very: frozenset[str]
    but: frozenset[str]


@cache
def _lexicon() -> _Compiled:
    sections = _sections(Path(__file__).with_suffix(".txt").read_text())
    emoji = {sign: name for name in NAMES for sign in "".join(sections[f"{name} emoji"]).split()}
    single = (frozenset(word for phrase in sections[name] for word in words(phrase)) for name in ("not", "very", "but"))
    return _Compiled(Lexicon(sections[owner] for owner in _OWNERS), emoji, *single)


def _sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            own = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            own += [form for phrase in line.split(", ") for form in _forms(phrase)]
    return found


def _forms(phrase: str) -> Iterator[str]:
    """Yield a phrase in each of its words' forms."""
    spelled = []
    for word in phrase.split(" "):
        first, *endings = word.split("/")
        spelled.append([first, *(first[:-1] + ending for ending in endings)])
    yield from (" ".join(form) for form in product(*spelled))
