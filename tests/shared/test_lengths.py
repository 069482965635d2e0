"""How long a text is, in each platform's own unit; X's as its documentation and its own library count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lengths import BYTES, CHARACTERS, UTF16, WEIGHTED, is_blank, links

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "characters", "utf16", "octets"),
    [("", 0, 0, 0), ("año", 3, 3, 4), ("e\u0301", 2, 2, 3), ("😀", 1, 2, 4), (FAMILY, 7, 11, 25), ("漢字", 2, 2, 6)],
)
def test_a_text_has_code_points_utf_16_units_and_bytes(text: str, characters: int, utf16: int, octets: int) -> None:
    assert (CHARACTERS.count(text), UTF16.count(text), BYTES.count(text)) == (characters, utf16, octets)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Hola, ¿qué tal? ÑñÇçÜü «»", 25),
        ("Ωμέγα Щука", 10),
        # https://docs.x.com/fundamentals/counting-characters
        ("👾", 2),
        ("🙋🏽", 2),
        ("👨‍🎤", 2),
        (FAMILY, 2),
        ("caf\u00e9", 4),
        ("cafe\u0301", 4),
        ("https://example.com", 23),
        ("https://example.com/very/long/path?with=a&query=too#" + "x" * 200, 23),
        # As twitter-text counts.
        ("Hi http://test.co", 26),
        ("漢字", 4),
        ("H🐱☺" + FAMILY, 7),
        ("😷👾😡🔥💩", 10),
        ("🇪🇸🇲🇽", 4),
        ("1️⃣ #️⃣", 5),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("© ®", 3),
        ("©\ufe0f", 2),
        ("☀\ufe0f", 2),
        ("\u201cSí\u201d \u2014 dijo \u2018ya\u2019", 16),
        ("\u2026", 2),
        ("\u1100", 2),
        ("\u10ff", 1),
    ],
)
def test_x_weighs_letters_once_other_characters_twice_and_a_link_as_23(text: str, weight: int) -> None:
    assert WEIGHTED.count(text) == weight


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mira https://tienda.example/pedido.", ["https://tienda.example/pedido"]),
        ("(https://tienda.es/a_(b))", ["https://tienda.es/a_(b)"]),
        ("tienda.es y www.tienda.com/ayuda, vale", ["tienda.es", "www.tienda.com/ayuda"]),
        ("¿https://año.es/ñ?", ["https://año.es/ñ"]),
        ("これはtienda.jpです", ["tienda.jp"]),
        ("escribe a ana@tienda.es", []),
        ("@tienda.es #tienda.es $a.es", []),
        ("Hola.Gracias 3.50 a.m. v1.2", []),
        ("xhttps://tienda.es", []),
        ("https:// http://a https://localhost", []),
        ("https://" + "a" * 64 + ".com", []),
        ("https://" + "a" * 63 + ".com", ["https://" + "a" * 63 + ".com"]),
    ],
)
def test_links_are_what_x_would_shorten(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in links(text)] == found


@pytest.mark.parametrize("text", ["a." * 5000, "a-" * 5000, "https://" + "a-." * 4000, "http://a.es/" + "(" * 9000])
def test_no_text_takes_for_ever(text: str) -> None:
    assert WEIGHTED.count(text) > 0


@given(st.text())
def test_lengths_agree_with_each_other(text: str) -> None:
    characters = CHARACTERS.count(text)
    assert characters <= UTF16.count(text) <= 2 * characters
    assert characters <= BYTES.count(text) <= 4 * characters
    assert WEIGHTED.count(f"{text} 漢") >= WEIGHTED.count(text)


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u00a0\u2003", "\u200b\u200d\u2060\ufeff", "\0\x1b"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " . ", "👍", "\u200b.", "…"])
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_blank(text)
