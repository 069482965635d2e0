"""The matcher against a slow and obvious one: every phrase tried at every word."""

from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from shared.triage.phrases import Claim, Lexicon, Match, claims
from shared.words import words

vocabulary = st.sampled_from(["no", "me", "NO", "funciona", "Factura", "año", "ano", "fáctura"])
phrases = st.lists(vocabulary, min_size=1, max_size=4).map(" ".join)
owners = st.lists(st.lists(phrases, max_size=6), max_size=4)
texts = st.lists(st.one_of(vocabulary, st.sampled_from(["", "otra", "...", "factura,"])), max_size=30).map(" ".join)


def obvious(text: list[str], owned: list[list[str]]) -> set[Match]:
    """Try the phrases from the longest to the shortest, each at every word from the first, where nothing stands yet."""
    standing: dict[int, Match] = {}
    first_given: dict[str, tuple[int, str]] = {}
    for owner, own in enumerate(owned):
        for phrase in own:
            first_given.setdefault(" ".join(words(phrase)), (owner, phrase))
    for size in range(4, 0, -1):
        for start in range(len(text) - size + 1):
            places = range(start, start + size)
            owner, phrase = first_given.get(" ".join(text[start : start + size]), (-1, ""))
            if phrase and not any(place in standing for place in places):
                standing |= dict.fromkeys(places, Match(owner, phrase, start, size))
    return set(standing.values())


@given(owners, texts)
def test_finds_what_the_obvious_matcher_finds(owned: list[list[str]], text: str) -> None:
    found = Lexicon(owned).find(words(text))
    assert set(found) == obvious(words(text), owned)
    assert len(set(found)) == len(found)


@given(owners, texts)
def test_what_stands_is_in_the_text_and_nothing_overlaps(owned: list[list[str]], text: str) -> None:
    said = words(text)
    found = Lexicon(owned).find(said)
    assert all(said[match.start : match.start + match.size] == words(match.phrase) for match in found)
    places = [place for match in found for place in range(match.start, match.start + match.size)]
    assert len(places) == len(set(places))


@given(owners, texts)
def test_claims_are_one_for_each_owner_and_never_tie(owned: list[list[str]], text: str) -> None:
    matches = Lexicon(owned).find(words(text))
    found = claims(matches)
    assert sorted(claim.owner for claim in found) == sorted({match.owner for match in matches})
    assert len({claim.rank for claim in found}) == len(found)
    assert claims(reversed(matches)) == found


def test_the_longest_of_overlapping_phrases_stands_wherever_it_begins() -> None:
    lexicon = Lexicon([["tarjeta de crédito"], ["crédito robado ayer tarde"], ["tarjeta"]])
    found = lexicon.find(words("mi tarjeta de crédito robado ayer tarde"))
    assert {(match.owner, match.start) for match in found} == {(1, 3), (2, 1)}


def test_the_first_of_equally_long_phrases_that_overlap_stands() -> None:
    found = Lexicon([["b c"], ["a b"]]).find(["a", "b", "c"])
    assert found == [Match(owner=1, phrase="a b", start=0, size=2)]


def test_an_owner_is_ranked_by_its_longest_phrase_then_by_their_number_then_by_the_first() -> None:
    def ranked(*matches: tuple[int, str, int, int]) -> list[tuple[int, str]]:
        return [(claim.owner, claim.phrase) for claim in claims(Match(*match) for match in matches)]

    assert ranked((0, "a", 0, 1), (0, "b", 1, 1), (1, "c d", 2, 2)) == [(1, "c d"), (0, "a")]
    assert ranked((0, "a", 0, 1), (1, "b", 1, 1), (1, "c", 2, 1)) == [(1, "b"), (0, "a")]
    assert ranked((0, "a", 0, 1), (0, "a", 4, 1), (1, "b", 1, 1), (1, "c", 2, 1)) == [(1, "b"), (0, "a")]
    assert ranked((1, "b", 5, 1), (0, "a", 7, 1)) == [(1, "b"), (0, "a")]


def test_a_phrase_counts_once_however_often_it_is_said() -> None:
    assert claims(Lexicon([["a", "b"]]).find(["a", "b", "a", "a"])) == [Claim(0, "a", 2, (-1, -2, 0))]


def test_thousands_of_phrases_and_a_hostile_text_take_time_linear_in_the_text() -> None:
    """Every word begins phrases of every length, and sixteen times the text is not 256 times the work."""
    owned = [["no " * size + f"x{number}" for size in range(12) for number in range(40)] for _ in range(10)]
    lexicon = Lexicon([*owned, ["no " * 11 + "no", "no"]])

    def seconds(length: int) -> float:
        text = ["no"] * length
        return min(_timed(lexicon, text) for _ in range(3))

    assert seconds(32_000) < 80 * max(seconds(2_000), 1e-4)


def _timed(lexicon: Lexicon, text: list[str]) -> float:
    start = process_time()
    lexicon.find(text)
    return process_time() - start
