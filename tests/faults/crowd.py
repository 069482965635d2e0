"""A crowd that writes, edits, deletes, reacts, reads, calls and is answered, from a seed: what a day may bring."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from tests.faults.arrivals import Arriving
from tests.faults.stories import again, one, together, unit

_SAYINGS = (
    "Hola",
    "¿Abren mañana?",
    "Me han cobrado dos veces la factura",
    "No ha llegado el pedido y nadie me contesta",
    "Sin internet desde ayer, es urgente",
    "Gracias, resuelto",
    "ñandú €uro 😀 \u202e",
)
_KINDS = {
    "message.received": 40,
    "message.sent": 15,
    "message.edited": 10,
    "message.deleted": 6,
    "reaction.added": 6,
    "receipt.updated": 12,
    "profile.changed": 3,
    "call.missed": 3,
    "order.shipped": 4,
    "message.unreadable": 1,
}
"""How often each kind comes; the last but one is none of ours, and the last is one that cannot be read."""

_PEOPLE_FOR_EVENTS = 8
_AGAIN = 0.2
_MOST_TOGETHER = 20


def crowd(events: int, random: Random) -> list[Arriving]:
    """Return the deliveries of so many events, in any order and some of them twice; single ones and batches."""
    people = [f"u-{number}" for number in range(max(1, events // _PEOPLE_FOR_EVENTS))]
    said = [_event(number, random.choice(people), random) for number in range(events)]
    arrivals = [_delivery(number, part) for number, part in enumerate(_parts(said, random))]
    arrivals += [again(arrival) for arrival in arrivals if random.random() < _AGAIN]
    random.shuffle(arrivals)
    return arrivals


def _parts(said: Sequence[dict[str, Any]], random: Random) -> Iterator[Sequence[dict[str, Any]]]:
    start = 0
    while start < len(said):
        size = 1 if random.random() < 0.5 else random.randint(2, _MOST_TOGETHER)
        yield said[start : start + size]
        start += size


def _delivery(number: int, part: Sequence[dict[str, Any]]) -> Arriving:
    return one(part[0]) if len(part) == 1 else together(f"batch {number}", *part)


def _event(number: int, customer: str, random: Random) -> dict[str, Any]:
    (kind,) = random.choices(list(_KINDS), list(_KINDS.values()))
    known = {"name": f"Name of {customer}", "handle": customer, "email": {"value": f"{customer}@example.com"}}
    about = f"e-{random.randrange(number + 1)}"
    second = random.randrange(3600)
    of_kind: dict[str, dict[str, Any]] = {
        "message.received": {"text": random.choice(_SAYINGS), "known": known},
        "message.sent": {"text": "Lo miramos", "reply_to": about},
        "message.edited": {"target": about, "text": random.choice(_SAYINGS)},
        "message.deleted": {"target": about},
        "reaction.added": {"target": about, "emoji": "👍"},
        "receipt.updated": {"target": about, "status": random.choice(("delivered", "read"))},
        "profile.changed": {"field": "opt_in", "current": random.choice(("yes", "no"))},
    }
    if kind == "message.unreadable":
        return unit("message.received", f"e-{number}", customer=customer, second=second, text={"no": "text"})
    return unit(kind, f"e-{number}", customer=customer, second=second, **of_kind.get(kind, {}))
