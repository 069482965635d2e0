"""Whether a customer says that it is solved: only plain words count, and nothing that could mean the contrary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.solved import says_solved
from shared.playbook.parts import Phrases
from shared.playbook.policies import HandOffs

PHRASES = HandOffs().solved


@pytest.mark.parametrize(
    "text",
    [
        "Ya está solucionado",
        "Sí, ya está solucionado. ¡Muchas gracias!",
        "Buenas, ya me lo han solucionado en la tienda, gracias",
        "Al final se ha resuelto",
        "ESTA RESUELTO",
        "Problema resuelto 👍",
        "It's solved now, thank you!",
        "It is sorted",
        "all sorted, cheers",
        "The line has been fixed, thanks",
        "problem solved :)",
    ],
)
def test_it_does(text: str) -> None:
    assert says_solved(text, PHRASES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Gracias",
        "No está solucionado",
        "no esta resuelto todavia",
        "Todavía no se ha resuelto",
        "¿Está solucionado?",
        "esta resuelto?",
        "Si está solucionado, avísenme",
        "Ya está solucionado lo primero, pero sigo sin línea",
        "Cuando esté solucionado me avisan",
        "está solucionado, aunque el router sigue sin luz",
        "Me dicen que está solucionado y no va",
        "Nunca está resuelto con vosotros",
        "It is not solved",
        "It isn't solved",
        "It's solved? Really?",
        "if it is solved let me know",
        "It has been fixed but now the TV does not work",
        "you said it's fixed, it still fails",
        "I hope it is solved soon",
        "nothing has been solved",
        "It is unsolved",
        "esta resuelto " + "y otra cosa " * 12,
        "quiero saber cuándo está resuelto",
        "ojalá está resuelto",
    ],
)
def test_it_does_not(text: str) -> None:
    assert not says_solved(text, PHRASES)


def test_the_company_says_with_which_words() -> None:
    own = Phrases(es=("todo en orden",))
    assert says_solved("Todo en orden, gracias", own)
    assert not says_solved("Ya está solucionado", own)
    assert not says_solved("Ya está solucionado", Phrases())


@given(st.text(max_size=200))
def test_whatever_is_written_is_read(text: str) -> None:
    assert isinstance(says_solved(text, PHRASES), bool)


@given(st.sampled_from(PHRASES.every), st.sampled_from(["no", "not", "pero", "but", "?", "si", "still", "sigue"]))
def test_a_word_that_turns_it_takes_it_back_wherever_it_stands(phrase: str, turn: str) -> None:
    assert says_solved(phrase, PHRASES)
    assert not says_solved(f"{turn} {phrase}", PHRASES)
    assert not says_solved(f"{phrase} {turn}", PHRASES)
