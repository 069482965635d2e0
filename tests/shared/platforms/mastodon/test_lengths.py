"""How Mastodon counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.platforms.mastodon.lengths import SIGNS, without_servers

FAMILY = "👨‍👩‍👧‍👦"


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
    assert SIGNS.count(text) == signs


@given(st.text(max_size=80), st.text(max_size=80))
def test_on_mastodon_two_texts_have_no_more_signs_together_than_apart(one: str, other: str) -> None:
    assert SIGNS.count(f"{one}\n{other}") <= SIGNS.count(one) + 1 + SIGNS.count(other)


@given(st.text(max_size=80))
def test_a_handle_loses_its_server_and_no_text_grows(text: str) -> None:
    assert without_servers("@ana@vecinos.example") == "@ana"
    assert len(without_servers(text)) <= len(text)
