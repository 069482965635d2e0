"""Finding thousands of phrases in a text in one pass, and what they say for those who own them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.words import words


@dataclass(frozen=True, slots=True)
class Match:
    """An owner's phrase that stands in a text, `size` words long, from word `start` on."""

    owner: int
    phrase: str
    start: int
    size: int


class Lexicon:
    """Phrases of several owners, compiled so that a text is read once, however many phrases there are.

    Owners are told apart by their place in the sequence. Of two phrases that read the same, the first counts.
    """

    def __init__(self, phrases: Iterable[Iterable[str]]) -> None:
        self._entries: dict[tuple[str, ...], tuple[int, str]] = {}
        sizes: dict[str, set[int]] = defaultdict(set)
        for owner, own in enumerate(phrases):
            for phrase in own:
                key = tuple(words(phrase))
                self._entries.setdefault(key, (owner, phrase))
                sizes[key[0]].add(len(key))
        self._sizes = dict(sizes)

    def find(self, text: Sequence[str]) -> list[Match]:
        """Return the phrases that stand in a text given as its words.

        Where phrases overlap, the longest in words stands, of equally long ones the first. Takes time linear in the
        number of words, because a phrase has a bounded number of them.
        """
        taken: set[int] = set()
        standing = []
        for match in sorted(self._candidates(text), key=lambda match: (-match.size, match.start)):
            span = range(match.start, match.start + match.size)
            if taken.isdisjoint(span):
                taken.update(span)
                standing.append(match)
        return standing

    def _candidates(self, text: Sequence[str]) -> Iterator[Match]:
        for start, word in enumerate(text):
            for size in self._sizes.get(word, ()):
                key = tuple(text[start : start + size])
                if len(key) == size and (found := self._entries.get(key)):
                    yield Match(*found, start, size)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one owner's phrases in a text say for it: the strongest of them, and how many different ones stand there."""

    owner: int
    phrase: str
    phrases: int
    rank: tuple[int, int, int]


def claims(matches: Iterable[Match]) -> list[Claim]:
    """Return one claim for each owner, the strongest first.

    The owner whose longest phrase has most words comes first; then the one with more different phrases; then the one
    that the text mentions first. No two claims are equally strong.
    """
    found: dict[int, list[Match]] = defaultdict(list)
    for match in matches:
        found[match.owner].append(match)
    return sorted((_claim(owner, own) for owner, own in found.items()), key=lambda claim: claim.rank)


def _claim(owner: int, own: Sequence[Match]) -> Claim:
    strongest = min(own, key=lambda match: (-match.size, match.start))
    different = len({match.phrase for match in own})
    return Claim(owner, strongest.phrase, different, (-strongest.size, -different, min(match.start for match in own)))
