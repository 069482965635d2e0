"""What a soak sends and when: every sample of every platform, again and again, each time by other people. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from random import Random
from typing import Any

import orjson

from infra.local.samples import told
from shared.errors import UnreadableDelivery
from shared.models import Delivery, Event, Ignored
from shared.platforms import load

REPEATED = 0.2
"""The share of deliveries that their platform sends a second time."""

_DELAYS = ((0.0, 0.0), (1.0, 10.0), (30.0, 120.0))
"""How much later, in seconds: at once, soon, and when everything about the first is long done."""

_JITTER = 300
"""A delivery changes places with others up to so far away: edits come before messages, and people mix."""

_NEWCOMERS = 40
"""One delivery in so many is the only one of its person."""

_STRIDE = 10_007
"""The distance between the ids of one crowd and the next: a prime, which no two ids of a sample are multiples of
apart."""


_JOINTS = re.compile(r"([:(),])")
"""What stands between the ids within a name: LinkedIn's hold one another."""

_FAR = 1_000_000
"""The first crowd of newcomers, far from all others."""


@dataclass(frozen=True, slots=True)
class Original:
    """A recorded delivery: its platform, the account in the webhook's URL, its body."""

    platform: str
    account: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sending:
    """A delivery and when it is due, in seconds from the start. `newcomer` is the identity of its person, if they
    never speak again."""

    due: float
    original: Original
    repeated: bool = False
    newcomer: str | None = None


def plan(samples: Sequence[Original], texts: Sequence[Original], *, deliveries: int, rate: float,
         random: Random) -> list[Sending]:  # fmt: skip
    """Return so many deliveries at `rate` a second, and the second sendings of a share of them, by when they are due.

    `texts` are samples that hold one message each; newcomers send them.
    """
    names = {
        platform: ids(found for found in samples if found.platform == platform) for platform in _platforms(samples)
    }

    def said_by(number: int, sample: Original) -> Original:
        return Original(sample.platform, sample.account, crowd(sample.body, names[sample.platform], number))

    in_turn = random.sample(samples, len(samples))
    everybody = (said_by(number, sample) for number in count() for sample in in_turn)
    alone = (said_by(number, text) for number in count(_FAR) for text in texts)
    chosen = list(islice(_mixed(everybody, alone), deliveries))
    places = sorted(range(deliveries), key=lambda place: place + random.uniform(0, _JITTER))
    first = [Sending(order / rate, *chosen[place]) for order, place in enumerate(places)]
    again = [_again(sending, random) for sending in first if random.random() < REPEATED]
    return sorted([*first, *again], key=lambda sending: sending.due)


def _platforms(samples: Iterable[Original]) -> set[str]:
    return {sample.platform for sample in samples}


def _mixed(everybody: Iterator[Original], alone: Iterator[Original]) -> Iterator[tuple[Original, bool, str | None]]:
    for number in count(1):
        if number % _NEWCOMERS:
            yield next(everybody), False, None
        else:
            (event,) = events(one := next(alone))
            assert not isinstance(event, Ignored)
            yield one, False, event.identity


def _again(sending: Sending, random: Random) -> Sending:
    due = sending.due + random.uniform(*random.choice(_DELAYS))
    return Sending(due, shuffled(sending.original, random), repeated=True)


def events(original: Original) -> list[Event]:
    """Return what a delivery means; nothing when our code cannot read all of it."""
    try:
        return load(original.platform).normalise(as_received(original))
    except UnreadableDelivery:
        return []


def as_received(original: Original) -> Delivery:
    headers = told(original.platform, original.body)
    return Delivery(original.platform, original.account, original.body, headers, datetime.now(UTC))


def ids(samples: Iterable[Original]) -> set[str]:
    """Return the ids of people, messages and conversations that samples speak of; not those of the accounts."""
    found, accounts = set[str](), {""}
    for sample in samples:
        accounts.add(sample.account)
        for event in events(sample):
            if not isinstance(event, Ignored):
                accounts.add(event.account)
                named = (event.identity, event.external_id, event.thread, *_others(event))
                found.update(part for name in named for part in (name, *_JOINTS.split(name)[::2]))
    return {name for name in found - accounts if any(map(str.isdigit, name))}


def _others(event: Event) -> list[str]:
    return [said for name in ("target", "reply_to") if (said := getattr(event, name, None))]


def crowd(body: bytes, names: set[str], number: int) -> bytes:
    """Return a body in which everybody and everything named is somebody or something else, the same for each number."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    return orjson.dumps(_renamed(said, "", names, number * _STRIDE))


def _renamed(value: Any, field: str, names: set[str], by: int) -> Any:
    match value:
        case dict():
            return {name: _renamed(inner, name, names, by) for name, inner in value.items()}
        case list():
            return [_renamed(inner, field, names, by) for inner in value]
        case str() if value.startswith("{"):
            return crowd(value.encode(), names, by // _STRIDE).decode()  # JSON as text, within JSON
        case str() if value.startswith("urn:"):
            return "".join(_renamed(part, field, names, by) for part in _JOINTS.split(value))
        case int() | str() if type(value) is not bool and str(value) in names and _is_id(field, str(value)):
            return type(value)(_other(str(value), by))
        case _:
            return value


def _is_id(field: str, value: str) -> bool:
    """A short number may as well be a length or an offset, unless its field says that it is an id."""
    return len(value) > 5 or field.endswith(("id", "ids", "id_str"))


def _other(name: str, by: int) -> str:
    stem = name.rstrip("0123456789")
    tail = name[len(stem) :]
    return f"{stem}{int(tail) + by:0{len(tail)}}" if tail else f"{name}.{by}"


def shuffled(original: Original, random: Random) -> Original:
    """Return a delivery with the parts of its batches in another order, where that means the same."""
    try:
        said = orjson.loads(original.body)
    except orjson.JSONDecodeError:
        return original
    for batch in _batches(said):
        random.shuffle(batch)
    other = Original(original.platform, original.account, orjson.dumps(said))
    return other if _meanings(other) == _meanings(original) else original


def _batches(said: Any) -> list[list[Any]]:
    values = said.values() if isinstance(said, dict) else [said]
    return [value for value in values if isinstance(value, list) and len(value) > 1]


def _meanings(original: Original) -> list[str]:
    return sorted(event.model_dump_json() for event in events(original))
