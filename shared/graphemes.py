"""How many signs a reader sees in a text: extended grapheme clusters, as Unicode's Standard Annex 29 parts them by its
rules GB3 to GB13 (https://www.unicode.org/reports/tr29/).

Its rule GB9c is left out, by which some letters of India's scripts are one: there more is counted, and never less.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

_Kind = Literal[
    "cr", "lf", "control", "extend", "zwj", "spacing", "prepend", "flag", "picture", "l", "v", "t", "lv", "lvt", "other"
]

_ZWJ = 0x200D
_PREPENDED = frozenset(
    {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0xD4E, 0x110BD, 0x110CD, 0x111C2, 0x111C3}
)
_EXTENDING = frozenset(
    {0x200C, 0xFF9E, 0xFF9F, *range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080)}
    | {
        0x9BE,
        0x9D7,
        0xB3E,
        0xB57,
        0xBBE,
        0xBD7,
        0xCC2,
        0xCD5,
        0xCD6,
        0xD3E,
        0xD57,
        0xDCF,
        0xDDF,
        0x1B35,
        0x302E,
        0x302F,
    }
    | {0x1133E, 0x11357, 0x114B0, 0x114BD, 0x115AF, 0x11930}
)
"""What belongs to the sign before it, beside the marks of the categories `Mn` and `Me`."""

_APART = frozenset(
    {0x102B, 0x102C, 0x1038, *range(0x1062, 0x1065), *range(0x1067, 0x106E), 0x1083, *range(0x1087, 0x108D), 0x108F}
    | {*range(0x109A, 0x109D), 0x1A61, 0x1A63, 0x1A64, 0xAA7B, 0xAA7D, 0x11720, 0x11721}
)
"""Spacing marks that stand for themselves."""

_SPACING = frozenset({0xE33, 0xEB3})

_PICTURES = (
    *((0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139)),
    *((0x2194, 0x2199), (0x21A9, 0x21AA), (0x231A, 0x231B), (0x2328, 0x2328), (0x2388, 0x2388), (0x23CF, 0x23CF)),
    *((0x23E9, 0x23F3), (0x23F8, 0x23FA), (0x24C2, 0x24C2), (0x25AA, 0x25AB), (0x25B6, 0x25B6), (0x25C0, 0x25C0)),
    *((0x25FB, 0x25FE), (0x2600, 0x2605), (0x2607, 0x2612), (0x2614, 0x2685), (0x2690, 0x2705), (0x2708, 0x2712)),
    *((0x2714, 0x2714), (0x2716, 0x2716), (0x271D, 0x271D), (0x2721, 0x2721), (0x2728, 0x2728), (0x2733, 0x2734)),
    *((0x2744, 0x2744), (0x2747, 0x2747), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757)),
    *((0x2763, 0x2767), (0x2795, 0x2797), (0x27A1, 0x27A1), (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2934, 0x2935)),
    *((0x2B05, 0x2B07), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x3030, 0x3030), (0x303D, 0x303D)),
    *((0x3297, 0x3297), (0x3299, 0x3299), (0x1F000, 0x1F0FF), (0x1F10D, 0x1F10F), (0x1F12F, 0x1F12F)),
    *((0x1F16C, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F1AD, 0x1F1E5)),
    *((0x1F201, 0x1F20F), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F), (0x1F232, 0x1F23A), (0x1F23C, 0x1F23F)),
    *((0x1F249, 0x1F3FA), (0x1F400, 0x1F53D), (0x1F546, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F774, 0x1F77F)),
    *((0x1F7D5, 0x1F7FF), (0x1F80C, 0x1F80F), (0x1F848, 0x1F84F), (0x1F85A, 0x1F85F), (0x1F888, 0x1F88F)),
    *((0x1F8AE, 0x1F8FF), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1FAFF), (0x1FC00, 0x1FFFD)),
)
"""`Extended_Pictographic` of Unicode's `emoji-data.txt`."""

_LINES: Mapping[str, _Kind] = {"\r": "cr", "\n": "lf"}
_SYLLABLES = {"l": {"l", "v", "lv", "lvt"}, "lv": {"v", "t"}, "v": {"v", "t"}, "lvt": {"t"}, "t": {"t"}}
_BREAKING = {"cr", "lf", "control"}
_TO_THE_ONE_BEFORE = {"extend", "zwj", "spacing"}


def count(text: str) -> int:
    """Return how many signs a text has."""
    total, before, flags, joins = 0, "control", 0, False
    in_picture = False
    for character in text:
        kind = _kind(character)
        goes_on = (
            (before == "cr" and kind == "lf")
            if before in _BREAKING or kind in _BREAKING
            else kind in _TO_THE_ONE_BEFORE
            or before == "prepend"
            or kind in _SYLLABLES.get(before, ())
            or (kind == "flag" and flags % 2 == 1)
            or (kind == "picture" and joins)
        )
        total += not goes_on
        flags = flags + 1 if kind == "flag" else 0
        joins = kind == "zwj" and in_picture
        in_picture = kind == "picture" or (kind == "extend" and in_picture)
        before = kind
    return total


@lru_cache(4096)
def _kind(character: str) -> _Kind:
    point, category = ord(character), unicodedata.category(character)
    if point in _EXTENDING or category in ("Mn", "Me"):
        return "extend"
    if point in _PREPENDED:
        return "prepend"
    if point in _SPACING or (category == "Mc" and point not in _APART):
        return "spacing"
    if point == _ZWJ:
        return "zwj"
    if category in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return _LINES.get(character, "control")
    if 0x1F1E6 <= point <= 0x1F1FF:
        return "flag"
    if any(first <= point <= last for first, last in _PICTURES):
        return "picture"
    return _hangul(point)


def _hangul(point: int) -> _Kind:
    if 0xAC00 <= point <= 0xD7A3:
        return "lvt" if (point - 0xAC00) % 28 else "lv"
    if 0x1100 <= point <= 0x115F or 0xA960 <= point <= 0xA97C:
        return "l"
    if 0x1160 <= point <= 0x11A7 or 0xD7B0 <= point <= 0xD7C6:
        return "v"
    return "t" if 0x11A8 <= point <= 0x11FF or 0xD7CB <= point <= 0xD7FB else "other"
