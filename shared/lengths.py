"""How long a text is, in the unit that a platform counts in.

X weighs its characters as `twitter-text` 3 does: most of what Latin, Greek and Cyrillic letters are written with weighs
1, everything else 2, a link 23 and an emoji 2, of however many code points it is
(https://docs.x.com/fundamentals/counting-characters, https://github.com/twitter/twitter-text/blob/master/config/v3.json).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from shared import graphemes


@dataclass(frozen=True, slots=True)
class LengthUnit:
    """What a platform counts a text in: its `name` for machines, how it counts, and the words after a number of them.

    A platform that counts like no other has a unit of its own in its folder.
    """

    name: str
    count: Callable[[str], int] = field(repr=False)
    spelt: str


_LINK = 23
_EMOJI = _DEFAULT = 2
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""The code points that weigh 1."""

_LONGEST_LABEL = 63
_LONGEST_LINK = 4096 - 40
"""X shortens no link that is longer (`MAX_URL_LENGTH` and the slug, in twitter-text's extraction of links)."""

# A keycap; a flag of two regional indicators; or a picture with its variation, skin and tags, and those joined to it.
_SIGN = (
    "(?:[\u231a-\u23ff\u25aa-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "|[\u203c-\u21ff](?=\ufe0f)|[\u00a9\u00ae](?=\ufe0f))\ufe0f?[\U0001f3fb-\U0001f3ff]?"
)
_EMOJIS = (
    "[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_SIGN}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d{_SIGN})*"
)
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_BARE = "[A-Za-z0-9\u00c0-\u024f](?:[A-Za-z0-9\u00c0-\u024f-]*[A-Za-z0-9\u00c0-\u024f])?"
_PATH = "[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff!*';:=+,.$/%#\\[\\]\\-\u2013_~&|@?]"
_LAST = "[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff=_#/+\\-]"
_IN_BRACKETS = f"\\({_PATH}*\\)"
_REST = f"(?::[0-9]+)?(?:[/?](?:(?:{_PATH}|{_IN_BRACKETS})*(?:{_LAST}|{_IN_BRACKETS}))?)?"
_LINKS = (
    f"(?<![A-Za-z0-9@$#])https?://(?P<host>(?:{_LABEL}\\.)+[^\\W\\d_]{{2,}}){_REST}"
    f"|(?<![A-Za-z0-9\u00c0-\u024f@$#_./-])(?P<bare>(?:{_BARE}\\.)+(?P<top>[A-Za-z]{{2,}})){_REST}(?![A-Za-z0-9@])"
)
_PARTS = re.compile(f"(?P<emoji>{_EMOJIS})|(?P<link>{_LINKS})", re.IGNORECASE)

_DOMAINS = frozenset(
    """
    com net org edu gov mil int info biz name pro mobi cat tel app dev shop store online site blog cloud email
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd
    cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge
    gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki
    km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
    mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se
    sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz
    va vc ve vg vi vn vu wf ws ye yt za zm zw
    """.split()  # noqa: SIM905 - words are read as words
)
"""Top-level domains that make a link of a name without `https://`: the countries', and the others that people write.

X knows all that there are; of a name under another one the letters are counted, as they stand.
"""


def is_blank(text: str) -> bool:
    """Return whether there is nothing in a text that could be seen, which every platform refuses."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def links(text: str, *, bare: bool = True) -> Iterator[tuple[int, int]]:
    """Yield where the links stand that X would shorten, as the first and the next place of each; without the `bare`
    ones only those that begin with `https://` or `http://`."""
    found = (part for part in _PARTS.finditer(text) if part["link"] and (bare or part["host"]))
    yield from (part.span() for part in found if _is_link(part))


def _weighted(text: str) -> int:
    composed = unicodedata.normalize("NFC", text)
    found = [part for part in _PARTS.finditer(composed) if part["emoji"] or _is_link(part)]
    known = sum(_EMOJI if part["emoji"] else _LINK for part in found)
    edges = [0, *(edge for part in found for edge in part.span()), len(composed)]
    between = (composed[start:end] for index, (start, end) in enumerate(pairwise(edges)) if index % 2 == 0)
    return known + sum(_weight(ord(character)) for piece in between for character in piece)


def _weight(point: int) -> int:
    return 1 if any(first <= point <= last for first, last in _LIGHT) else _DEFAULT


def _is_link(found: re.Match[str]) -> bool:
    if len(found[0]) > _LONGEST_LINK:
        return False
    if found["host"]:
        return all(_fits(label) for label in found["host"].split("."))
    return found["top"].lower() in _DOMAINS and all(_fits(label) for label in found["bare"].split("."))


def _fits(label: str) -> bool:
    """Return whether a label of a host is short enough, as the domain name system writes it (RFC 3492)."""
    written = label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
    return len(written) <= _LONGEST_LABEL


CHARACTERS = LengthUnit("characters", len, "characters")
"""Code points."""

UTF16 = LengthUnit("utf16", lambda text: len(text.encode("utf-16-le")) // 2, "characters (an emoji counts as two)")
BYTES = LengthUnit("bytes", lambda text: len(text.encode()), "bytes (a letter with an accent has two, an emoji four)")
"""Of UTF-8."""

WEIGHTED = LengthUnit("weighted", _weighted, "characters as X counts them (a link has 23, an emoji two)")
GRAPHEMES = LengthUnit("graphemes", graphemes.count, "signs as a reader counts them (an emoji is one)")
"""What a reader takes for one sign (`shared/graphemes.py`)."""
