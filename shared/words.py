"""Text as the words that phrases are compared by: without case, accents, punctuation or addresses."""

import re
from unicodedata import category, normalize

_LEFT_OUT = frozenset({"Mn", "Me", "Cf"})  # accents, enclosing marks, soft hyphens and joiners: nobody hears them
_KEPT_FOLDINGS = 4096

# Tilde and n are one letter in Spanish: "año" is no "ano". Typed on some keyboards as two characters.
_TILDE_N = re.compile("[nN]\u0303")

# The lookbehinds and possessive quantifiers let a run of characters be scanned once, however long it is.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]*+@[\w.-]+|(?<!\w)\w++://\S+|(?<!\w)www\.\S+")
_WORD = re.compile(r"[^\W_]+")


class _Folding(dict[int, str]):
    """A table for `str.translate` that fills itself up to a limit.

    One character at a time, because `unicodedata.normalize` sorts runs of combining marks in quadratic time, and a
    stranger chooses the text.
    """

    def __missing__(self, code: int) -> str:
        letters = normalize("NFKD", normalize("NFKD", chr(code)).casefold())
        folded = "".join(letter for letter in letters if category(letter) not in _LEFT_OUT)
        if len(self) < _KEPT_FOLDINGS:
            self[code] = folded
        return folded


_FOLDING = _Folding({ord("ñ"): "ñ", ord("Ñ"): "ñ"})


def words(text: str) -> list[str]:
    """Return the words of a text, in order, folded so that words that people take for the same are equal.

    Case and accents do not count, save that ñ is a letter of its own. Links, e-mail addresses and `@handles` are no
    words of the writer's; `_`, apostrophes and hyphens separate words as spaces do. Takes time linear in the text.
    """
    return _WORD.findall(_ADDRESS.sub(" ", _TILDE_N.sub("ñ", text).translate(_FOLDING)))
