"""What somebody wrote themselves in a mail, without what they quote.

What mail programs put before and around a quotation is known by forms that are widely used; whatever is not recognised
stays: words too many are read over, words too few are lost. Libraries for it were tried on the same mails, and found
slow where somebody is hostile, or too ready to take a customer's thanks for the end of their words.
"""

import re
from itertools import takewhile

LONGEST = 100_000
"""More than anybody writes; what follows is not looked at."""

_QUOTED_OR_BLANK = re.compile(r"\s*(?:[>|].*)?")
_RULE = re.compile(
    r"\s*(?:_{10,}|-{2,}\s*(?:Original Message|Mensaje original|Forwarded message|Mensaje reenviado)\s*-{2,})\s*",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Mensaje original|Message d'origine|Ursprüngliche Nachricht)\s*-{2,}\s*",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*\*?(?:(De|From|Von)|Enviado(?: el)?|Sent|Envoyé|Gesendet|Fecha|Date|Datum|Para|To|À|An|CC|"
    r"Asunto|Subject|Objet|Betreff)\*?\s*:.*",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"\s*(?:El|On|Le|Am|Em|Il|O)\s.{5,300}"
    r"(?:escribió|wrote|a écrit|schrieb|escreveu|ha scritto|va escriure|escribiu)\s*:\s*"
    r"|\s*Am\s.{5,200}\sschrieb\s.{1,200}:\s*",
    re.IGNORECASE,
)
_LINES_OF_AN_INTRODUCTION = 3
_LINES_OF_A_HEADER = 3
_SIGNATURE = "--"
"""RFC 3676, 4.3, has a space after it, which some programs take away."""

_SENT_WITH = re.compile(
    r"\s*(?:Enviado desde|Sent from|Get|Obtener|Obtén|Envoyé de|Gesendet von)\s.{2,80}", re.IGNORECASE
)
_DEVICES = re.compile(
    r"\b(?:iPhone|iPad|Android|Galaxy|Outlook|Yahoo|Huawei|Samsung|Xiaomi|móvil|mobile)\b", re.IGNORECASE
)


def answer(text: str) -> str:
    """Return what is new in a mail that answers another: without the other's copy, be it marked line by line or put
    below as a whole; all of it where nothing would be left."""
    lines = _lines(text)
    start = next((number for number in range(len(lines)) if _starts_a_copy(lines, number)), len(lines))
    own = unquoted("\n".join(lines[:start]), is_cut=start < len(lines))
    return own or unquoted(text)


def unquoted(text: str, *, is_cut: bool = False) -> str:
    """Return a text without what it quotes at its end, what introduces that, and a signature that is set off as one.

    `is_cut` says that a quotation was cut off already, so that the end is to be looked at for its introduction.
    """
    lines = list(takewhile(lambda line: line.rstrip() != _SIGNATURE, _lines(text)))
    own = _without_an_end(lines)
    if is_cut or any(line.strip() for line in lines[len(own) :]):
        own = _without_an_introduction(own)
    if own and _SENT_WITH.fullmatch(own[-1]) and _DEVICES.search(own[-1]):
        own = _without_an_end(own[:-1])
    return "\n".join(own).strip()


def _lines(text: str) -> list[str]:
    return text[:LONGEST].replace("\r\n", "\n").replace("\xa0", " ").split("\n")


def _starts_a_copy(lines: list[str], number: int) -> bool:
    """Return whether the whole of another mail begins here: at a rule that says so, or at its header fields."""
    if _ORIGINAL.fullmatch(lines[number]):
        return True
    first = _HEADER.fullmatch(lines[number])
    fields = lines[number : number + _LINES_OF_A_HEADER]
    return bool(first and first[1]) and len(fields) == _LINES_OF_A_HEADER and all(map(_HEADER.fullmatch, fields))


def _without_an_end(lines: list[str]) -> list[str]:
    """Return the lines without those at the end that are quoted, blank, or ruled off."""
    end = len(lines)
    while end and (_QUOTED_OR_BLANK.fullmatch(lines[end - 1]) or _RULE.fullmatch(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_an_introduction(lines: list[str]) -> list[str]:
    """Return the lines without what introduces the quotation after them: its header fields, or who wrote when."""
    start = len(lines)
    while start and _HEADER.fullmatch(lines[start - 1]):
        start -= 1
    fields = [found for line in lines[start:] if (found := _HEADER.fullmatch(line))]
    if len(fields) > 1 and any(found[1] for found in fields):
        return _without_an_end(lines[:start])
    for number in range(1, _LINES_OF_AN_INTRODUCTION + 1):
        if _INTRODUCTION.fullmatch(" ".join(lines[-number:])):
            return _without_an_end(lines[:-number])
    return lines
