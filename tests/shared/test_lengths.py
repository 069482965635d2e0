"""How long a text is, in each platform's own unit; X's as its documentation and its own library count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lengths import is_blank, length, links, without_servers

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "characters", "utf16", "octets"),
    [("", 0, 0, 0), ("año", 3, 3, 4), ("e\u0301", 2, 2, 3), ("😀", 1, 2, 4), (FAMILY, 7, 11, 25), ("漢字", 2, 2, 6)],
)
def test_a_text_has_code_points_utf_16_units_and_bytes(text: str, characters: int, utf16: int, octets: int) -> None:
    assert (length(text, "characters"), length(text, "utf16"), length(text, "bytes")) == (characters, utf16, octets)


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
    assert length(text, "weighted") == weight


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
    assert length(text, "weighted") > 0


@given(st.text())
def test_lengths_agree_with_each_other(text: str) -> None:
    characters = length(text, "characters")
    assert characters <= length(text, "utf16") <= 2 * characters
    assert characters <= length(text, "bytes") <= 4 * characters
    assert length(f"{text} 漢", "weighted") >= length(text, "weighted")


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u00a0\u2003", "\u200b\u200d\u2060\ufeff", "\0\x1b"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " . ", "👍", "\u200b.", "…"])
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("", 0),
        ("Hola, ¿qué tal?", 15),
        (FAMILY, 1),
        ("cafe\u0301", 4),
        ("https://a.example/" + "x" * 200, 23),
        ("Mira (https://tienda.example/a?b=c).", 5 + 1 + 23 + 2),
        ("tienda.example/pedido", 21),
        ("@ana@vecinos.example hola", 9),
        ("@ana.torres@un.servidor.muy.largo.example.", 12),
        ("ana@vecinos.example", 19),
        ("https://a.example/@ana@vecinos.example", 23),
        ("¡@ana@vecinos.example!", 6),
    ],
)
def test_mastodon_counts_signs_a_link_as_23_and_a_handle_without_its_server(text: str, signs: int) -> None:
    assert length(text, "mastodon") == signs


@given(st.text(max_size=80), st.text(max_size=80))
def test_on_mastodon_two_texts_have_no_more_signs_together_than_apart(one: str, other: str) -> None:
    assert length(f"{one}\n{other}", "mastodon") <= length(one, "mastodon") + 1 + length(other, "mastodon")


@given(st.text(max_size=80))
def test_a_handle_loses_its_server_and_no_text_grows(text: str) -> None:
    assert without_servers("@ana@vecinos.example") == "@ana"
    assert len(without_servers(text)) <= len(text)
