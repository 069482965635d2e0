"""Language tags, and which language a short text is in: rather none than a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.languages import fitting, guess


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # what leaves a doubt, or says nothing
        ("", None),
        ("ok", None),
        ("Hola", None),  # in Catalan as well
        ("router", None),
        ("no internet", None),
        ("pedido 12345", None),
        ("Will", None),
        ("https://www.example.com/where/is/the/order", None),
        ("@where_is_the_order", None),
        ("Tengo un problem con my order and tracking", None),
        ("¿¿¿???", None),
        ("Привет, где мой заказ", None),
        # what does not
        ("Me han cobrado dos veces la factura", "es"),
        ("¿Dónde está mi pedido?", "es"),
        ("SIGO SIN LINEA", "es"),
        ("Llevo 3 dias sin internet y nadie me contesta", "es"),
        ("Hi, where is my order", "en"),
        ("I was charged twice", "en"),
        ("my router is not working", "en"),
        ("Bon dia, no tinc internet", "ca"),
        ("No tinc línia des d'ahir", "ca"),
        ("Grazas, non teño rede dende onte", "gl"),
        ("Kaixo, ez daukat internetik", "eu"),
        ("Bom dia, a minha encomenda não chegou", "pt"),
        ("Bonjour, je n'ai pas reçu ma commande", "fr"),
        ("Guten Tag, ich habe kein Internet", "de"),
        ("Buongiorno, non ho internet", "it"),
    ],
)
def test_what_a_text_is_written_in(text: str, language: str | None) -> None:
    assert guess(text) == language


@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert guess(text) in {None, "es", "en", "ca", "gl", "eu", "pt", "fr", "de", "it"}


@given(st.text(st.characters(codec="ascii")))
def test_case_does_not_count(text: str) -> None:
    assert guess(text) == guess(text.upper())


@pytest.mark.parametrize(
    ("wanted", "available", "found"),
    [
        ("es", ["es", "en"], "es"),
        ("es-MX", ["es", "en"], "es"),
        ("es-MX", ["es", "es-mx"], "es-mx"),
        ("ES_mx", ["es", "es-MX"], "es-MX"),
        ("es", ["es-ES"], None),
        ("zh-Hant-TW", ["zh-Hant"], "zh-Hant"),
        ("de-x-formal", ["de"], "de"),
        ("fr", ["es", "en"], None),
        ("esp", ["es"], None),
        ("", ["es"], None),
        ("-", ["es"], None),
        ("es", [], None),
    ],
)
def test_which_language_is_nearest(wanted: str, available: list[str], found: str | None) -> None:
    assert fitting(wanted, available) == found


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=3))
def test_nothing_but_what_is_available_is_found(wanted: str, available: list[str]) -> None:
    assert fitting(wanted, available) in (None, *available)
