"""How messages sound: a table of labelled ones with its known misses, the rules one by one, and what no text can do."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shared.triage.tone as room
from shared.triage.tone import CAPITALS, MOST_EVIDENCE, NAMES, Tone, tone
from shared.words import words
from tests.template import ROOT

LABELS = ("angry", "unhappy", "pleased", "neutral")
README = Path(room.__file__).with_name("README.md").read_text()
LEXICON = Path(room.__file__).with_name("tone.txt").read_text()


class Row(NamedTuple):
    part: str
    label: str
    read: str
    text: str


def _rows() -> list[Row]:
    part, found = "", []
    for line in Path(__file__).with_name("tones.txt").read_text().splitlines():
        if line.startswith("["):
            part = line.strip("[]").partition(":")[0]
        elif line and not line.startswith("#"):
            labels, text = line.split(" | ", 1)
            label, _, read = labels.partition(" -> ")
            found.append(Row(part, label, read or label, text))
    return found


ROWS = _rows()
PARTS = ("written with the lexicon", "held out")


def read(text: str) -> str:
    found = tone(text)
    return found.name if found else "neutral"


# ----------------------------------------------------------------------------------------------------------- the table


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:40])
def test_a_labelled_message_sounds_as_it_should_or_is_a_known_miss(row: Row) -> None:
    assert read(row.text) == row.read


def test_the_table_is_large_enough_and_says_each_thing_once() -> None:
    assert {row.part for row in ROWS} == set(PARTS)
    assert min(Counter((row.part, row.label) for row in ROWS).values()) >= 14
    assert all({row.label, row.read} <= set(LABELS) for row in ROWS)
    assert len({row.text for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("label", LABELS)
def test_the_page_says_what_was_measured(label: str) -> None:
    """For each part of the table: how many, precision and recall."""
    figures = []
    for part in PARTS:
        own = [row for row in ROWS if row.part == part]
        right = sum(row.label == row.read == label for row in own)
        labelled, said = (sum(getattr(row, which) == label for row in own) for which in ("label", "read"))
        figures.append(f"{labelled} | {right / said:.2f} | {right / labelled:.2f}")
    assert f"| {label} | {' | '.join(figures)} |" in README


# ----------------------------------------------------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("text", "name", "evidence"),
    [
        ("Sois unos sinvergüenzas", "angry", ("sinvergüenzas",)),
        ("SOIS UNOS SINVERGUENZAS", "angry", ("sinvergüenzas",)),
        ("Estoy enfadadísima", "angry", ("enfadadísima",)),
        ("no estoy contento", "unhappy", ("no contento",)),
        ("nada satisfecha", "unhappy", ("nada satisfecha",)),
        ("I'm NOT happy", "unhappy", ("not happy",)),
        ("no estoy nada contento", "unhappy", ("nada contento",)),
        ("no ha sido muy rápido", "unhappy", ("no muy rápido",)),
        ("no, estoy contento", "pleased", ("contento",)),
        ("no gracias estoy contento", "pleased", ("contento",)),
        ("no es barato pero estoy contento", "pleased", ("contento",)),
        ("no puedo estar más contenta", "pleased", ("no puedo estar más contenta",)),
        ("no estoy enfadado", None, ()),
        ("I'm not angry", None, ()),
        ("no está nada mal", None, ()),
        ("bien", None, ()),
        ("muy bien", "pleased", ("muy bien",)),
        ("mal", None, ()),
        ("muy mal", "unhappy", ("muy mal",)),
        ("not very good", "unhappy", ("not very good",)),
        ("no muy mal", None, ()),
        ("Gracias", None, ()),
        ("mil gracias, thank you so much", None, ()),
        ("gracias, sois geniales", "pleased", ("geniales",)),
        ("😡", "angry", ("😡",)),
        ("ok ❤️", "pleased", ("❤",)),
        ("👎🏽", "unhappy", ("👎",)),
        ("👍 🙏 😂", None, ()),
        ("nadie me contesta 😡", "angry", ("😡",)),
        ("Genial el técnico, pero nadie me contesta", "unhappy", ("nadie me contesta",)),
        ("NADIE ME CONTESTA DESDE AYER", "angry", ("nadie me contesta", CAPITALS)),
        ("NADIE contesta", "unhappy", ("nadie contesta",)),
        ("FATAL", "unhappy", ("fatal",)),  # too few letters to shout
        ("QUERIA SABER EL HORARIO DE LA TIENDA", None, ()),
        ("SOIS LOS MEJORES, MUCHAS GRACIAS", "pleased", ("sois los mejores",)),
        ("un desastre, fatal, horrible, pésimo", "unhappy", ("un desastre", "fatal", "horrible")),
        ("FATAL, HORRIBLE, PESIMO, UN DESASTRE", "angry", ("fatal", "horrible", CAPITALS)),
        ("fatal, fatal y fatal", "unhappy", ("fatal",)),
        ("ver https://example.com/fatal o @desastre o fatal@example.com", None, ()),
        ("un contento-descontento", "unhappy", ("descontento",)),
        ("contentos no. Estamos hartos", "angry", ("hartos",)),
    ],
)
def test_how_a_text_sounds_and_what_says_so(text: str, name: str | None, evidence: tuple[str, ...]) -> None:
    assert tone(text) == (name and Tone.model_validate({"name": name, "evidence": evidence}))


# --------------------------------------------------------------------------------------------------- whatever the text


def phrases() -> list[str]:
    sections = room._sections(LEXICON)
    return [phrase for name, own in sections.items() if not name.endswith("emoji") for phrase in own]


def test_every_phrase_of_the_lexicon_can_be_found() -> None:
    assert all(words(phrase) for phrase in phrases())
    assert all(re.fullmatch(r"[^/\[\]#,]+", phrase) for phrase in phrases())
    assert len(phrases()) > 700


pieces = st.sampled_from([*phrases(), "no", "muy", "😡", "❤", ".", ", ", "\n", "PEDIDO", "Ana Torres", "600 00 00 01"])


@given(st.lists(pieces | st.text(max_size=8), max_size=12).map(" ".join))
def test_the_signs_are_the_lexicons_words_and_never_more_of_the_customers(text: str) -> None:
    found = tone(text)
    if found is not None:
        assert 1 <= len(found.evidence) <= MOST_EVIDENCE
        sections = room._sections(LEXICON)
        emoji = {sign for name in room.NAMES for sign in " ".join(sections[f"{name} emoji"]).split()}
        known = {CAPITALS, *emoji, *phrases()}
        before = {word for name in ("not", "very") for phrase in sections[name] for word in words(phrase)}
        for sign in found.evidence:
            while sign not in known:
                word, _, sign = sign.partition(" ")
                assert word in before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:40])
def test_case_and_accents_change_nothing_but_that_capitals_are_shouted(row: Row) -> None:
    plain, shouted = read(row.text.lower()), read(row.text.upper())
    assert shouted in {plain, "angry" if plain == "unhappy" else plain}
    assert read(row.text.lower().translate(str.maketrans("áéíóúü", "aeiouu"))) == plain


def _steps(text: str) -> int:
    """Return how many lines of Python it takes to read a text."""
    steps = 0

    def count(*_: Any) -> Any:
        nonlocal steps
        steps += 1
        return count

    tracing = sys.gettrace()
    sys.settrace(count)
    try:
        tone(text)
    finally:
        sys.settrace(tracing)
    return steps


@pytest.mark.parametrize("piece", ["no ", ".", "muy mal ", "A", "- ", "tomando el ", "😡", "\u0301", "¿", "( "])
def test_no_text_takes_more_steps_than_it_is_long(piece: str) -> None:
    """Ten times as long takes ten times as many steps; a square would take a hundred times as many."""
    tone("hola")
    assert _steps(piece * 2_000) < 12 * _steps(piece * 200) + 200


def test_the_lexicon_is_read_when_the_first_text_comes_and_not_before() -> None:
    program = (
        "import shared.projection.conversation, sys\n"
        "lexicon = sys.modules['shared.triage.tone']._lexicon\n"
        "assert lexicon.cache_info().currsize == 0\n"
        "sys.modules['shared.triage.tone'].tone('hola')\n"
        "assert lexicon.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, check=True)


@pytest.mark.parametrize(
    ("rating", "name"), [(1, "angry"), (2, "unhappy"), (3, None), (4, None), (5, "pleased"), (None, None)]
)
def test_stars_say_something_without_a_word_and_with_words_that_say_nothing(
    rating: int | None, name: str | None
) -> None:
    for text in ("", "El pedido 4711 llegó el martes."):
        found = tone(text, rating)
        assert (found and found.name) == name
        assert found is None or found.evidence == (f"{rating} of 5 stars",)


def test_many_stars_do_not_hide_what_the_words_say() -> None:
    for text in ("Qué vergüenza de servicio, muy bien, seguid así.", "No estoy contento."):
        assert tone(text, 5) == tone(text)


def test_few_stars_stand_before_the_words_and_polite_ones_do_not_hide_them() -> None:
    found = tone("Muy amables, encantada.", 1)
    assert found == Tone(name="angry", evidence=("1 of 5 stars",))
    found = tone("No estoy contento.", 2)
    assert found is not None
    assert (found.name, found.evidence[0], len(found.evidence)) == ("unhappy", "2 of 5 stars", 2)


def test_an_unhappy_review_in_capitals_is_an_angry_one() -> None:
    found = tone("EL PEDIDO NO HA LLEGADO NUNCA", 2)
    assert found == Tone(name="angry", evidence=("2 of 5 stars", "capitals"))


@given(st.text(max_size=60), st.none() | st.integers(1, 5))
def test_stars_never_make_words_sound_better(text: str, rating: int | None) -> None:
    plain, starred = tone(text), tone(text, rating)
    rank: dict[str | None, int] = {None: -1, **{name: number for number, name in enumerate(NAMES)}}
    assert rank[starred.name if starred else None] >= rank[plain.name if plain else None]
