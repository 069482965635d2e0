"""Every platform that can call us, found by its folder and loaded when its first delivery comes.

A platform is one folder with

- `__init__.py`, its front: `CHANNELS`, the names of the channels it serves; where needed `WINDOWS`, for how long after
  the customer's last word they may be written to freely on a channel (one that it does not name has no such end),
  `HEADERS`, the request headers that its events cannot be read without, and `OWN_HANDSHAKE_SECRETS = True`, if the
  handshake is not made with what signs deliveries; and nothing that costs an import beyond the standard library's.
  Services that read no deliveries may have the fronts alone;
- `signature.py`: `verify(request, secrets, now)` and, where the platform asks for one, `handshake(request, secrets)`;
- `payload.py`: the wire models, and `split(delivery)`, which cuts a delivery into its units;
- `normalise.py`: `EVENTS`, a table from the vendor's word for a unit to the function that reads it;
- where the platform can be asked, `subscription.py` (whether it still delivers) and `backfill.py` (what we missed),
  each with a `PORT` (`shared/ports.py`).

The table is all there is: what is dispatched, documented, measured and tested is read from it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from shared.errors import MostradorError, UnknownPlatform, UnreadableDelivery
from shared.models import Delivery, Event, Handshake, Ignored, Request

if TYPE_CHECKING:
    from shared.ports import BackfillPort, SubscriptionPort


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing inside a delivery, in the vendor's words.

    `name` is the key into the platform's `EVENTS`; `value` is the vendor's object, untouched; `account` is the
    company's own presence that it concerns; `at` is the instant of the envelope; `context` is what the envelope says
    that the reader needs.
    """

    name: str
    value: Any
    account: str
    at: datetime
    context: Any = None


class Verify(Protocol):
    def __call__(self, request: Request, secrets: Sequence[str], now: datetime) -> None: ...


Handler = Callable[[Unit], list[Event]]


@dataclass(frozen=True, slots=True)
class Platform:
    """One vendor's code behind one face.

    `headers` are those that are kept with a delivery's bytes, since `normalise` reads them. `verify` raises
    `SignatureError` unless the request carries a proof made with one of the secrets. `handshake` is `None` where the
    platform asks for none; it returns `None` for a request that is an ordinary delivery. `split` raises
    `UnreadableDelivery` for bytes that it cannot cut into units; callers use `units`, which also turns its bugs into
    that.
    """

    name: str
    channels: tuple[str, ...]
    headers: tuple[str, ...]
    verify: Verify
    handshake: Callable[[Request, Sequence[str]], Handshake | None] | None
    split: Callable[[Delivery], list[Unit]]
    events: Mapping[str, Handler]
    own_handshake_secrets: bool = False

    def read(self, unit: Unit) -> list[Event]:
        """Return what one unit means: at least one event, so that every unit is accounted for.

        A word that the table does not have is read by its family's row, `family.*`, where there is one, and is
        otherwise `Ignored`, never an error.

        Raises `UnreadableDelivery` when a unit of a known kind has a shape that its reader does not understand. The
        message names where, never what: payloads are personal.
        """
        family = f"{unit.name.partition('.')[0]}.*"
        handler = self.events.get(unit.name) or self.events.get(family)
        if handler is None:
            return [ignored(unit, f"unknown kind: {unit.name}")]
        try:
            return handler(unit) or [ignored(unit, "says nothing")]
        except Exception as error:
            raise UnreadableDelivery(f"{self.name} {unit.name}: {describe(error)}") from error

    def units(self, delivery: Delivery) -> list[Unit]:
        """Return all units of a delivery, in the vendor's order; raises `UnreadableDelivery` when it cannot be cut."""
        try:
            return self.split(delivery)
        except UnreadableDelivery:
            raise
        except Exception as error:
            raise UnreadableDelivery(f"{self.name} envelope: {describe(error)}") from error

    def normalise(self, delivery: Delivery) -> list[Event]:
        """Return the events of a whole delivery, in the vendor's order.

        Raises `UnreadableDelivery` when any part of it cannot be read.
        """
        return [event for unit in self.units(delivery) for event in self.read(unit)]


def ignored(unit: Unit, reason: str, external_id: str = "") -> Ignored:
    """Return the outcome of a unit that we do nothing with."""
    return Ignored(external_id=external_id or unit.name or "unnamed", occurred_at=unit.at, reason=reason)


def describe(error: Exception) -> str:
    """Return an error's kind and the place in the payload that it speaks of, without any value from the payload.

    Our own errors' texts are free of such values, and are returned whole.
    """
    if isinstance(error, MostradorError):
        return str(error)
    if not isinstance(error, ValidationError):
        return type(error).__name__
    places = (".".join(str(part) for part in found["loc"]) for found in error.errors())
    return f"{type(error).__name__} at {', '.join(places)}"


@cache
def names() -> tuple[str, ...]:
    """Return the names of all platform folders, sorted; imports none of them."""
    here = Path(__file__).parent
    return tuple(sorted(found.parent.name for found in here.glob("*/__init__.py*")))


@cache
def windows() -> Mapping[str, timedelta | None]:
    """Return, for every channel, for how long after the customer's last word anything may be written to them; `None`
    where for ever.

    Beyond that, a platform lets through its own templates or nothing. Reads the fronts only. A front that is broken
    leaves its own channels out, and no others.
    """
    found: dict[str, timedelta | None] = {}
    for folder in names():
        with suppress(Exception):
            front = import_module(f"{__name__}.{folder}")
            own = getattr(front, "WINDOWS", {})
            found |= {channel: own.get(channel) for channel in front.CHANNELS}
    return MappingProxyType(found)


@cache
def load(name: str) -> Platform:
    """Return the platform whose folder or channel has this name.

    Raises `UnknownPlatform` when there is none. A folder's own name imports that folder alone.
    """
    folder = name if name in names() else _folder_of_channel(name)
    package = f"{__name__}.{folder}"
    front = import_module(package)
    signature = import_module(f"{package}.signature")
    return Platform(
        name=folder,
        channels=front.CHANNELS,
        headers=getattr(front, "HEADERS", ()),
        own_handshake_secrets=getattr(front, "OWN_HANDSHAKE_SECRETS", False),
        verify=signature.verify,
        handshake=getattr(signature, "handshake", None),
        split=import_module(f"{package}.payload").split,
        events=import_module(f"{package}.normalise").EVENTS,
    )


def subscription(name: str) -> "SubscriptionPort | None":
    """Return how a platform folder is asked whether it still delivers, or `None` where it cannot be asked.

    Raises `UnknownPlatform` when there is no such folder.
    """
    port: SubscriptionPort | None = _port(name, "subscription")
    return port


def backfill(name: str) -> "BackfillPort | None":
    """Return how a platform folder is asked for what we missed, or `None` where it cannot be asked.

    Raises `UnknownPlatform` when there is no such folder.
    """
    port: BackfillPort | None = _port(name, "backfill")
    return port


def _port(folder: str, part: str) -> Any:
    if folder not in names():
        raise UnknownPlatform(f"there is no platform {folder!r}; there are: {', '.join(names())}")
    module = f"{__name__}.{folder}.{part}"
    return import_module(module).PORT if find_spec(module) else None


def _folder_of_channel(channel: str) -> str:
    broken: Exception | None = None
    for folder in names():
        try:
            if channel in import_module(f"{__name__}.{folder}").CHANNELS:
                return folder
        except Exception as error:
            broken = error  # closes the door for no other platform, and may yet be the one that is meant
    raise broken or UnknownPlatform(f"no platform serves {channel!r}; there are: {', '.join(names())}")
