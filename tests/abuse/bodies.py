"""Hostile JSON: a platform's own delivery with something in it that no platform would send."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import orjson

from tests.abuse.caller import CANARY

_HOLE = "the place of a hostile literal"

LITERALS: dict[str, bytes] = {
    "not a number": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "beyond a double": b"1e400",
    "400 digits": b"9" * 400,
    "5,000 digits": b"-" + b"9" * 5000,
    "beyond 64 bits": b"18446744073709551616",
    "beyond 63 bits": b"9223372036854775808",
    "below -2^63": b"-9223372036854775809",
    "just within 64 bits": b"18446744073709551615",
    "a large double": b"1.7976931348623157e308",
    "a small double": b"5e-324",
    "minus zero": b"-0.0",
    "lone high surrogate": rb'"\ud83d"',
    "surrogates the wrong way round": rb'"\udc00\ud800"',
    "raw surrogate": b'"\xed\xa0\x80"',
    "no UTF-8": b'"\xff\xfe"',
    "overlong UTF-8": b'"\xc0\xaf"',
    "escaped NUL": rb'"a\u0000b"',
    "raw NUL": b'"a\x00b"',
    "hash and colon": b'"a#b:c#event#delivery#:"',
    "right to left": '"\u202e\u2066\u200b"'.encode(),
    "empty text": b'""',
    "blank": b'" "',
    "long text": b'"' + b"a" * 5000 + b'"',
    "no key of ours": f'"sha256:{CANARY}"'.encode(),
    "null": b"null",
    "true": b"true",
    "empty list": b"[]",
    "empty object": b"{}",
    "list of everything": f'[null, [[]], {{"{CANARY}": [0]}}, "{CANARY}"]'.encode(),
    "operator": f'{{"$ne": "{CANARY}", "__proto__": {{"id": 1}}, "__class__": "x"}}'.encode(),
    "nested lists": b"[" * 900 + b"]" * 900,
    "nested beyond the reader": b"[" * 50_000 + b"]" * 50_000,
    "nested objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "never closed": b"[" * 50_000,
}
"""What to write in the place of a value, as JSON or as what only looks like it."""


def hostile(sample: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a sample with a literal in the place of one of its values, and that literal's name.

    Each literal comes to every sixth place, the next literal to their neighbours: all pairs would take too long. Where
    a value is text that is JSON itself, it comes to the places within it as well.
    """
    hole = orjson.dumps(_HOLE)
    places = [[_HOLE], *_holed(orjson.loads(sample))]
    for number, (name, literal) in enumerate(LITERALS.items()):
        for holed in places[number % 6 :: 6]:
            yield name, orjson.dumps(holed).replace(hole, literal)
    whole = orjson.loads(sample)
    for key, text in whole.items() if isinstance(whole, dict) else ():
        if isinstance(text, str) and text.startswith("{"):
            for name, struck in hostile(text.encode()):
                yield name, orjson.dumps({**whole, key: struck.decode(errors="replace")})


def _holed(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from ({**value, key: holed} for key, found in value.items() for holed in (_HOLE, *_holed(found)))
    elif isinstance(value, list):
        for place, found in enumerate(value):
            yield from ([*value[:place], holed, *value[place + 1 :]] for holed in (_HOLE, *_holed(found)))


def doubled(sample: bytes, *, first: str | None, last: str | None) -> bytes:
    """Return a sample whose every key stands twice or thrice, with these values before and after the true one."""
    return _doubled(orjson.loads(sample), first, last).encode()


def _doubled(value: Any, first: str | None, last: str | None) -> str:
    if isinstance(value, list):
        return f"[{','.join(_doubled(found, first, last) for found in value)}]"
    if not isinstance(value, dict):
        return json.dumps(value)
    pairs = (
        f"{json.dumps(key)}:{said}"
        for key, found in value.items()
        for said in (first, _doubled(found, first, last), last)
        if said is not None
    )
    return f"{{{','.join(pairs)}}}"


def padded(sample: bytes, length: int) -> bytes:
    """Return a sample with a further field of so many bytes, of which compression can save a quarter at most."""
    noise = Random(7).randbytes(length).translate(_PRINTABLE)
    return sample.rstrip().removesuffix(b"}") + b',"' + CANARY.encode() + b'":"' + noise + b'"}'


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PRINTABLE = bytes(_ALPHABET[byte % 64] for byte in range(256))
