"""How many parts a text message is sent in, each of which Twilio bills.

A message of one part has 160 characters of the GSM alphabet; of several, each has 153. As soon as one character is
outside it, such as an á or an emoji, they have 70 and 67 UTF-16 units (GSM 03.38,
https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding, https://www.twilio.com/docs/glossary/what-is-ucs-2-character-encoding).
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""These take two places, of which the first says that the second is from another table."""


def segments(text: str) -> int:
    """Return in how many parts a text is sent; what takes two places is never parted."""
    in_gsm = all(character in _BASIC or character in _EXTENDED for character in text)
    alone, each = (160, 153) if in_gsm else (70, 67)
    widths = [2 if (character in _EXTENDED if in_gsm else ord(character) > 0xFFFF) else 1 for character in text]
    if sum(widths) <= alone:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return parts
