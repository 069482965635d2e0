"""Changes JSON as JSON, so that what the fuzzer tries is read further than its first wrong bracket."""

from collections.abc import Callable
from random import Random
from typing import Any

import orjson

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, 10**10, 2**63 - 1, 2**64 - 1, -(2**63), 1e308, [], {}, [[]], [{}], {"": ""}),
    *("", " ", "\0", "0", "-1", "1e9", "null", "a#b:c", "ñ€😀\u202e", "9" * 30, "x" * 3000, "2026-11-22T12:00:00Z"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:60+14:00", "https://[", "sha256:", "@", "+34600111222", "undated"),
)


def mutated(by_bits: Callable[[bytes, int], bytes], words: tuple[str, ...], data: bytes, most: int, seed: int) -> bytes:
    """Return JSON with some of its values changed; what is no JSON, and JSON now and then, with some of its bits."""
    chance = Random(seed)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if value is None or chance.random() < 0.2:
        return by_bits(data, most)
    for _ in range(chance.randrange(1, 5)):
        value = _changed(value, (*words, *JUNK, value), chance)
    made = orjson.dumps(value)
    return made if len(made) <= most else data


def _changed(value: Any, junk: tuple[Any, ...], chance: Random) -> Any:
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
        return chance.choice([chance.choice(junk), [value], [value, value], {chance.choice(["id", "type"]): value}])
    place = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    if chance.random() < 0.1:
        copy = value.copy()
        del copy[place]
        return copy
    if isinstance(value, dict):
        if chance.random() < 0.1 and (words := [word for word in junk if isinstance(word, str)]):
            return {**value, chance.choice(words): value[place]}
        return {**value, place: _changed(value[place], junk, chance)}
    return [*value[:place], _changed(value[place], junk, chance), *value[place + 1 :]]
