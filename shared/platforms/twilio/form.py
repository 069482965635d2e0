"""A form as Twilio posts it, cut into names and values once, so that what is read is what was verified."""

from urllib.parse import unquote_to_bytes

MOST_PARAMETERS = 50_000
"""Twilio sends some dozens; a body made of nothing but separators would take a hundred times its size."""


def parameters(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the names and values of a form in their order, decoded to bytes; blank values are kept.

    https://url.spec.whatwg.org/#urlencoded-parsing. Raises `ValueError` for more of them than `MOST_PARAMETERS`.
    """
    if body.count(b"&") >= MOST_PARAMETERS:
        raise ValueError("more parameters than Twilio sends")
    pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
