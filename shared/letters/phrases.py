"""What mail programs and help desks write themselves around a quotation.

Each is known by a whole line, or a few, never by a word within one: customers use the same words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from shared.letters.languages import WORDS

_AUTHOR, _SENT, _DATE, _TO, _SUBJECT = "author", "sent", "date", "to", "subject"
_KINDS: Mapping[str, str] = {
    name: kind
    for words in WORDS.values()
    for kind in (_AUTHOR, _SENT, _DATE, _TO, _SUBJECT)
    for name in getattr(words, kind).split("|")
}


def _any(kind: str) -> str:
    return "|".join(found for words in WORDS.values() if (found := getattr(words, kind)))


_ORIGINAL = re.compile(rf"\s*-{{2,40}}\s*(?:{_any('original')})\s*-{{2,40}}\s*", re.IGNORECASE)
_OPENS = re.compile(rf"\s*(?:(?:{_any('opens')})\s|\d{{4}}-\d\d-\d\d\s)", re.IGNORECASE)
_INTRODUCTION = re.compile(
    rf"\s*(?:(?:{_any('opens')})\s.{{5,300}}\b(?:{_any('wrote')})"
    rf"|(?:{_any('opens')})\s.{{5,200}}\b(?:{_any('within')})\s.{{1,200}}|\d{{4}}-\d\d-\d\d\s.{{5,200}}>)\s*:\s*",
    re.IGNORECASE,
)
_ASKS = rf".{{0,100}}\b(?:{_any('reply')})\b.{{0,100}}\b(?:{_any('above')}).{{0,20}}"
_MARKER = re.compile(
    rf"\s*[-#=\u2014\u2013]{{2,}}{_ASKS}[-#=\u2014\u2013]{{2,}}\s*",
    re.IGNORECASE,
)
_MARKER_BELOW_A_RULE = re.compile(_ASKS, re.IGNORECASE)
_ONLY_SIGNS = re.compile(r"\s*[-#=\u2014\u2013]{4,80}\s*")
_SET_OFF = re.compile(r"\s*[-#=\u2014\u2013]{2}")
_BELOW = re.compile(rf"\b(?:{_any('below')})\b", re.IGNORECASE)
_LONGEST = 400
_LINES = 3
_ADDRESS = re.compile(r"[<(\[]\s?[^<>\s]+@[^<>\s]+[])>]")
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}([/.-])\d{1,2}\1\d\d\b")


def field(line: str) -> str | None:
    """Return which field of a mail's header a line is, in bold or not."""
    name, colon, _ = line[:40].partition(":")
    return _KINDS.get(name.strip().strip("*").strip().lower()) if colon else None


def is_header(lines: Iterable[str], *, ruled_off: bool) -> bool:
    """Return whether lines begin with the header of a mail that somebody else wrote.

    Whoever orders a parcel writes 'From', 'To' and 'Date' below one another, too: where no rule is above them, one has
    an address in it, or there is the subject as well.
    """
    names: list[str] = []
    has_address = False
    for line in filter(str.strip, lines):
        name = field(line)
        if name is None and not (names and names[-1] == _TO and "@" in line):
            break
        names.append(name or _TO)
        has_address = has_address or "@" in line
    if names[:1] != [_AUTHOR] or not {_SENT, _DATE} & set(names):
        return False
    is_complete = {_SENT, _TO, _SUBJECT} <= set(names)
    return ruled_off or is_complete or (has_address and bool({_TO, _SUBJECT} & set(names)))


def says_original(line: str) -> bool:
    """Return whether a line says that the original message comes."""
    return bool(_ORIGINAL.fullmatch(line))


def introduction(lines: Sequence[str]) -> str | None:
    """Return what introduces a quotation in one line, where these lines do and nothing else: who wrote when."""
    joined = " ".join(lines) if sum(map(len, lines)) <= _LONGEST else ""
    is_one = joined.rstrip().endswith(":") and any(map(str.isdigit, joined)) and _INTRODUCTION.fullmatch(joined)
    return joined if is_one else None


def introduced(lines: Sequence[str], number: int) -> int:
    """Return how many lines from this one on introduce what may be a copy without any mark; 0 where none do.

    People tell by day and hour what somebody wrote to them, too; a program says in addition which address wrote.
    """
    for count in range(1, _LINES + 1 if _OPENS.match(lines[number]) else 0):
        said = introduction(lines[number : number + count])
        if said:
            return count if _ADDRESS.search(said) and _DAY.search(said) else 0
    return 0


def is_marker(lines: Sequence[str], number: int) -> bool:
    """Return whether a help desk asks here to write above, between signs that set the line off or below such a line."""
    if not _SET_OFF.match(lines[number]):
        return False
    if _ONLY_SIGNS.fullmatch(lines[number]):
        return bool(_MARKER_BELOW_A_RULE.fullmatch("".join(lines[number + 1 : number + 2])))
    return any(_MARKER.fullmatch(" ".join(lines[number : number + count])[:_LONGEST]) for count in (1, 2))


def sends_below(text: str) -> bool:
    """Return whether words say that more of them stand below, in what looks like a copy."""
    return len(text) <= _LONGEST and bool(_BELOW.search(text))
