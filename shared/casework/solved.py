"""Whether a customer says that their matter is solved, so that nobody need take it up any more.

A department that looks at something solved loses a minute; a customer whose case is taken back unsolved is left alone.
So it takes one of the playbook's phrases in a short message, and beside it no question, and no word that could turn it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from shared.playbook.parts import Phrases
from shared.words import words

_LONGEST = 20
"""In more words than these, people tell of something else as well."""

_YES = re.compile(r"\bsí\b", re.IGNORECASE)
"""Without its accent it means "if", and words have none."""

_TURNS = frozenset(
    """
    no not nunca never ni nor nada nothing tampoco sin without todavia aun yet still sigue siguen sigo pero but aunque
    although though sino si if cuando when hasta until unless salvo excepto except casi almost ojala hope espero
    necesito need quiero want falta missing otra otro another again vuelve volvio volvi vuelto nadie nobody
    don doesn didn isn wasn hasn haven won cannot can cant
    creo think parece seems supuestamente supposedly diga digan dicen dijeron says said
    """.split()  # noqa: SIM905 - words are read as words
)


def says_solved(text: str, phrases: Phrases) -> bool:
    """Return whether a text says, by one of these phrases, that something is solved.

    "Ya está solucionado, gracias" does; "no está solucionado", "¿ya está solucionado?", "si ya está resuelto, dígamelo"
    and "ya está solucionado lo primero, pero sigo sin línea" do not.
    """
    said = words(_YES.sub(" ", text))
    if not said or len(said) > _LONGEST or "?" in text or "¿" in text:
        return False
    return any(_TURNS.isdisjoint(_beside(said, phrase)) for phrase in _known(phrases) if _at(said, phrase) is not None)


@lru_cache(maxsize=8)
def _known(phrases: Phrases) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(tuple(words(phrase)) for phrase in phrases.every))


def _at(said: Sequence[str], phrase: Sequence[str]) -> int | None:
    size = len(phrase)
    return next((at for at in range(len(said) - size + 1) if tuple(said[at : at + size]) == tuple(phrase)), None)


def _beside(said: Sequence[str], phrase: Sequence[str]) -> list[str]:
    """Return the words around a phrase where it first stands."""
    at = _at(said, phrase)
    assert at is not None, "it stands there"
    return [*said[:at], *said[at + len(phrase) :]]
