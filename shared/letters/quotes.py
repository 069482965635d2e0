"""What somebody wrote themselves in a mail, without what they quote.

What mail programs put before and around a quotation is known by forms that are widely used; whatever is not recognised
stays: words too many are read over, words too few are lost. Libraries for it were measured on the same mails
(infra/decisions/0016-mail.md).
"""

import re
from collections.abc import Sequence

from shared.letters.endings import without_an_ending
from shared.letters.phrases import field, introduced, introduction, is_header, is_marker, says_original, sends_below

LONGEST = 100_000
"""More than anybody writes; what follows is not looked at."""

_RULE = re.compile(r"\s*(?:_{10,100}|-{2,40}\s*(?:Forwarded message|Mensaje reenviado)\s*-{2,40})\s*", re.IGNORECASE)
_LINES_OF_A_HEADER = 16
_LINES_OF_AN_INTRODUCTION = 3
_ENDINGS = 4
"""A copy, a footer, a signature and a disclaimer may stand below one another, in any order."""


def answer(text: str) -> str:
    """Return what is new in a mail that answers another: without the other's copy, be it marked line by line or put
    below as a whole; all of it where nothing would be left, or where the new words say that more of them stand in the
    copy."""
    lines = _lines(text)
    start, is_marked = _start_of_a_copy(lines)
    own = unquoted("\n".join(lines[:start]), is_cut=is_marked)
    return own if own and not (start < len(lines) and sends_below(own)) else unquoted(text)


def unquoted(text: str, *, is_cut: bool = False) -> str:
    """Return a text without what it quotes at its end, what introduces that, a signature that is set off as one, and
    what programs put below.

    `is_cut` says that a quotation was cut off already, so that the end is to be looked at for its introduction.
    """
    own: Sequence[str] = _lines(text)
    for _ in range(_ENDINGS):
        end = _end(own)
        is_cut = is_cut or any(map(str.strip, own[end:]))
        own, is_cut = _without_an_introduction(own[:end]) if is_cut else own[:end], False
        own = own[: _end(own)]
        shorter = without_an_ending(own)
        if len(shorter) == len(own):
            break
        own = shorter
    return "\n".join(own[: _end(own)]).strip()


def _lines(text: str) -> list[str]:
    return text[:LONGEST].replace("\r\n", "\n").replace("\xa0", " ").split("\n")


def _start_of_a_copy(lines: Sequence[str]) -> tuple[int, bool]:
    """Return at which line the whole of another mail begins, and whether a help desk's line says so.

    A copy that is marked line by line may have answers between its lines, and is no such copy.
    """
    number = 0
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        if is_marker(lines, number):
            return number, True
        below = _below_a_heading(lines, number)
        if below and (below == len(lines) or not _is_quoted_or_blank(lines[below])):
            return number, False
        number = below or number + 1
    return number, False


def _below_a_heading(lines: Sequence[str], number: int) -> int:
    """Return at which line the other mail's words begin, if its heading begins here; otherwise 0."""
    ruled_off = number > 0 and bool(_RULE.fullmatch(lines[number - 1]))
    header = lines[number : number + _LINES_OF_A_HEADER]
    is_heading = says_original(lines[number]) or is_header(header, ruled_off=ruled_off)
    count = 1 if is_heading else introduced(lines, number)
    if not count:
        return 0
    below = number + count
    while below < len(lines) and (not lines[below].strip() or field(lines[below])):
        below += 1
    return below


def _end(lines: Sequence[str]) -> int:
    """Return how many lines are left without those at the end that are quoted, blank, or ruled off."""
    end = len(lines)
    while end and (_is_quoted_or_blank(line := lines[end - 1]) or _RULE.fullmatch(line) or says_original(line)):
        end -= 1
    return end


def _is_quoted_or_blank(line: str) -> bool:
    return line.lstrip()[:1] in {"", ">"}


def _without_an_introduction(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without what introduces the quotation after them: its header fields, or who wrote when."""
    start = len(lines)
    while start and field(lines[start - 1]):
        start -= 1
    if is_header(lines[start:], ruled_off=False):
        return lines[:start]
    for number in range(1, min(_LINES_OF_AN_INTRODUCTION, len(lines)) + 1):
        if introduction(lines[-number:]):
            return lines[:-number]
    return lines
