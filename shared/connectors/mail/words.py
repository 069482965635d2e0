"""What somebody wrote in an answer to a hand-off's mail: a command, or words for the customer, and not what they quote.

Everything from the line that our mail asks to write above is cut off, whichever way a mail program quotes it, and with
it what such a program puts before the quotation (`shared/letters/quotes.py`).
"""

import re
from typing import NamedTuple

from shared.letters.quotes import LONGEST, unquoted

_MARKER = re.compile(r"##- .{10,200}? -##", re.DOTALL)

_ACCEPT = re.compile(r"\W*(?:ACEPTO|ACCEPT)\W*", re.IGNORECASE)
_RETURN = re.compile(r"\W*(?:DEVUELVO|RETURN)(?:\s+(?:a|to)\s+([a-z][a-z0-9_]*))?\s*(?::\s*(.*)|)", re.IGNORECASE)


class Said(NamedTuple):
    """What somebody wants done: whether they accept, why they return it and to whom, and what the customer is told."""

    accepts: bool = False
    returns: bool = False
    why: str = ""
    to: str | None = None
    text: str = ""


def own_words(text: str) -> str:
    """Return what somebody wrote themselves, without what they quote and without a signature that is set off as one."""
    marked = _MARKER.search(text, 0, LONGEST)
    return unquoted(text[: marked.start()] if marked else text, is_cut=marked is not None)


def said(text: str) -> Said:
    """Return what somebody's own words ask for. A command stands on the first line, and nothing else does."""
    first, _, rest = text.partition("\n")
    if _ACCEPT.fullmatch(first):
        return Said(accepts=True, text=rest.strip())
    if returned := _RETURN.fullmatch(first):
        why = "\n".join(filter(None, (returned[2], rest.strip())))
        return Said(returns=True, why=why.strip(), to=returned[1] and returned[1].lower())
    return Said(text=text)
