"""Text as words: what people take for the same word is equal, and no text makes the work grow faster than itself."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  \n\t ", ""),
        ("¿¡...!? 👍🏽", ""),
        ("No   me\u00a0funciona,el  ROUTER!!!", "no me funciona el router"),
        ("Devolución", "devolucion"),
        ("Devolucio\u0301n", "devolucion"),
        ("DEVOLUCIÓN", "devolucion"),
        ("año", "año"),
        ("AÑO", "año"),
        ("an\u0303o AN\u0303O", "año año"),
        ("ano", "ano"),
        ("pingüino", "pinguino"),
        ("Straße", "strasse"),
        ("\uff26\uff21\uff23\uff34\uff35\uff32\uff21", "factura"),
        ("o\ufb01cina", "oficina"),
        ("300\u212a", "300k"),
        ("fac\u00adtu\u200dra", "factura"),
        ("İstanbul", "istanbul"),
        ("don't don\u2019t", "don t don t"),
        ("_factura_ *pedido* no_llega", "factura pedido no llega"),
        ("#factura /pedido 5G", "factura pedido 5g"),
        ("mira https://tienda.example/factura?a=pedido#x ya", "mira ya"),
        ("www.factura.example hola", "hola"),
        ("hola@factura.example, ana.factura+pedido@tienda.example adiós", "adios"),
        ("@facturas_teleprado hola (@pedido)", "hola"),
        ("\uff20factura hola", "hola"),
        ("a las 10:30 / 25 €", "a las 10 30 25"),
        ("Счёт 请求 طلب", "счет 请求 طلب"),
        ("a\0b", "a b"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once


@given(st.text())
def test_a_word_is_never_empty_and_never_holds_a_space(text: str) -> None:
    assert all(word and word.split() == [word] for word in words(text))


@given(st.text(alphabet="aeñ áÁEé\n,._'"), st.text(alphabet="aeñ áÁEé\n,._'"))
def test_words_of_two_texts_are_the_words_of_both(one: str, other: str) -> None:
    assert words(f"{one} {other}") == words(one) + words(other)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "\u0315\u0300",  # combining marks out of order, which unicodedata.normalize sorts in quadratic time
        "n\u0303",
        "@",
        "a@",
        "a.",
        "://",
        "www.",
        "a://",
        "_",
        "é ",
    ],
)
def test_takes_time_linear_in_the_text(unit: str) -> None:
    """Sixteen times the text takes about sixteen times as long; were it quadratic, it would take 256 times as long."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        return min(_timed(text) for _ in range(3))

    assert seconds(160_000) < 80 * max(seconds(10_000), 1e-4)


def _timed(text: str) -> float:
    start = process_time()
    words(text)
    return process_time() - start
