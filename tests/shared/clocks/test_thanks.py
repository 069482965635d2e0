"""What customers write when all is well, and what only sounds like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clocks.thanks import needs_no_answer, only_thanks
from shared.models import Attachment, Message
from tests.conftest import NOW


@pytest.mark.parametrize(
    "text",
    [
        "gracias", "Gracias!", "GRACIAS", "muchas gracias", "Muchas gracias por la ayuda.", "ok", "OK", "Okey", "vale",
        "perfecto, gracias", "Perfecto. Muchísimas gracias, un saludo", "mil gracias por todo 😊", "graciaaas",
        "graciass",
        "thanks!", "Thanks so much for your help", "thank you", "thx", "cheers", "Great, thanks again!", "got it",
        "👍", "👍🏽", "🙏🙏", "❤️", "ok 👌", "gracias @teleprado", "genial!! 🎉🎉", "de acuerdo, muchas gracias",
        "Ya funciona, gracias", "solucionado, muchas gracias", "muy amable", "Entendido, gracias por avisar",
        "ok ok", "vale, perfecto", "Gracias a vosotros", "  gracias  ", "gracias :)", "thanks ;-)", "moltes gràcies",
        "de nada", "all good, thanks", "Thank you very much, have a nice day!",
        "perfecto, gracias y buen fin de semana",
        "gracias por la rapidez, feliz semana",
        "Gracias Ana", "gracias, Ana", "Muchas gracias Ana, un saludo", "Muchas gracias, Ana María", "gracias begoña",
        "Un saludo, Pedro", "un saludo", "Un cordial saludo, Pedro", "Gracias. Un saludo, Núria", "Atentamente, Pedro",
        "Muchas gracias por todo, Carlos", "ok Ana, perfecto", "Thanks Sarah!", "Thank you so much, Kate. Best, Thomas",
        "Kind regards, John", "merci beaucoup", "Merci beaucoup Anne", "Moltes gràcies Jordi", "Muito obrigado",
        "gracias por tu ayuda, un abrazo fuerte, Montse", "Gracias Pedro 👍", "vielen Dank", "saludos, gracias Ana",
    ],
)  # fmt: skip
def test_this_is_only_thanks(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "gracias pero sigue sin funcionar", "Gracias, pero no", "ok, ¿y cuándo?", "ok?", "gracias, y la factura?",
        "no gracias", "no", "sí", "si", "yes", "hola", "hola buenas tardes", "buenos días", "por la ayuda",
        "gracias por nada", "gracias por no contestar", "vaya gracias que tenéis", "menuda ayuda, gracias",
        "ok 12345678Z", "gracias, mi número es el 600 000 000", "ok https://example.com/justificante",
        "gracias ana@example.com", "thanks for nothing", "thanks but it still does not work", "ok but when",
        "not ok", "no ok", "no perfecto", "great, still broken", "ya", "y", "muy", "todo", "all", "so",
        "😡", "👎", "👍👎", "😢", "❓", "⁉️", "🙂❓", "gracias 😡", "ok 🙄", "ok :(", "gracias :'(", "ok >:(", "ok :/",
        "", " ", ".", "...", "?", "¿?", "12", "1️⃣", "€", "+1", "\U000e0001", "@teleprado",
        "vale pues entonces lo dejo como está y ya me diréis algo cuando sepáis", "gracias " * 15,
        "lo agradecería mucho", "perfecto desastre", "genial, otra semana sin internet", "espero que ya funcione",
        "gracias por la respuesta, la instalación es el lunes", "fino", "bienvenido", "hecho", "listo", "bien",
        "perfectamente inútil",
        "Ana", "Ana gracias a mí", "Hola Ana", "saludos", "saludos Pedro", "gracias Ana pero sigo sin internet",
        "gracias pero sigo sin internet", "Gracias Ana, ¿y la factura?", "gracias Ana, no funciona",
        "gracias Ana Pedro Luis", "gracias luz roja", "un saludo a todos los que no tenemos línea",
        "un saludo, Pedro, y sigo esperando", "un saludo, sigo sin internet", "merci de me rappeler", "gracias Inútil",
        "Gracias Nadie", "gracias por nada Ana", "gracias por nada, un saludo", "gracias Ana 600000000", "ok bill",
        "atentamente espero", "vale Ana pues no", "gracias, soy Ana", "gracias Ana, soy Pedro",
    ],
)  # fmt: skip
def test_this_is_more_than_that(text: str) -> None:
    assert not only_thanks(text)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert only_thanks(text) in (True, False)


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=5))
def test_a_word_that_nobody_knows_is_never_courtesy(word: str) -> None:
    assert not only_thanks(f"gracias {word}qz")


def test_a_very_long_text_takes_no_time() -> None:
    assert not only_thanks("gracias " * 100_000)
    assert not only_thanks("g" + "r" * 500_000)
    assert not only_thanks("👍" * 100_000 + "?")


@pytest.mark.parametrize(
    ("text", "rating", "waits"),
    [
        ("", 5, False),
        (" ", 4, False),
        ("Muchas gracias", 5, False),
        ("", 3, True),
        ("", 1, True),
        ("Gracias", 2, True),
        ("¿Cuándo llega?", 5, True),
        ("", None, True),
        ("Gracias", None, False),
    ],
)
def test_a_review_of_many_stars_without_a_word_waits_for_nothing(text: str, rating: int | None, waits: bool) -> None:
    said = Message(
        external_id="1",
        occurred_at=NOW,
        identity="google_business:7:1",
        account="7",
        channel="google_review",
        text=text,
        rating=rating,
    )
    assert needs_no_answer(said) is not waits
    with_a_picture = said.model_copy(update={"attachments": (Attachment(type="photo"),)})
    assert not needs_no_answer(with_a_picture)
    assert not needs_no_answer(said.model_copy(update={"title": "¿Y mi pedido?", "text": ""}))
