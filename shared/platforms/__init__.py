"""Every platform that can call us, found by its folder and loaded when its first delivery comes.

A platform is one folder with

- `__init__.py`, its front: `CHANNELS`, the names of the channels it serves, and `RECEIVING`, what the vendor bills for
  what comes in on each; where needed `WINDOWS`, for how long after the customer's last word they may be written to
  freely on a channel (one that it does not name has no such end), `UNNAMED_ANSWERS`, the channels on which what the
  company says names the message that it answers, or its spot (`Message.spot`), and not whose that is, `HEADERS` and
  `QUERY`, the request's headers and the URL's parameters that its events cannot be read without, `ANSWER`, the media
  type and the body of our answer where it reads more than the status, `OWN_HANDSHAKE_SECRETS = True`, if the handshake
  is not made with what signs deliveries, and `DELIVERED_BY`, the service of ours that brings its deliveries, if it does
  not call us itself: its `verify` then refuses whatever is posted; and nothing that costs an import beyond the standard
  library's. Services that read no deliveries may have the fronts alone;
- `signature.py`: `verify(request, secrets, now)` and, where the platform asks for one, `handshake(request, secrets)`;
  where a proof is checked with a certificate that the request names, `certificate(request, secrets)`, its URL, and
  where a verified request asks us to visit a URL before we answer, `confirmation(request)`, that one;
- `payload.py`: the wire models, and `split(delivery)`, which cuts a delivery into its units; where a delivery may say
  that what it tells of lies elsewhere, `elsewhere(delivery)`, the bucket and the object;
- `normalise.py`: `EVENTS`, a table from the vendor's word for a unit to the function that reads it;
- where the platform can be asked, `subscription.py` (whether it still delivers), `backfill.py` (what we missed) and
  `poll.py` (what is new, where nobody calls us), each with a `PORT` (`shared/ports.py`);
- where files come with messages, `media.py` with a `PORT` (`shared/media/places.py`);
- where the company can speak through it, `reply.py` with a `PORT` (`shared/replying.py`); it is played by a stand-in
  (`infra/local/standin/platforms/`), and its twin says how tests speak through it (`replying.py`).

The table is all there is: what is dispatched, documented, measured and tested is read from it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pydantic import ValidationError

from shared.errors import MostradorError, UnknownPlatform, UnreadableDelivery
from shared.models import Delivery, Event, Handshake, Ignored, Request

if TYPE_CHECKING:
    from shared.media.places import MediaPort
    from shared.ports import BackfillPort, PollPort, SubscriptionPort
    from shared.replying import ReplyPort, Rules


class Unit(NamedTuple):
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

    `headers` are those that are kept with a delivery's bytes, since `normalise` reads them, and `query` the parameters
    of the URL, which are kept among them under their names after a `?`; `answer` is the media type and the body of what
    a delivery is answered with, where that is more than a status. `verify` raises `SignatureError` unless the request
    carries a proof made with one of the secrets. `handshake` is `None` where the platform asks for none; it returns
    `None` for a request that is an ordinary delivery. `split` raises `UnreadableDelivery` for bytes that it cannot cut
    into units; callers use `units`, which also turns its bugs into that.

    `delivered_by` is the service of ours that brings its deliveries, where it does not call us itself. `receiving` is
    a sentence for each channel on what the vendor bills for what comes in there.

    `certificate` returns the URL of the certificate that `verify` needs among its secrets, as PEM; `confirmation` a URL
    to be visited before a verified request is acknowledged, or `None`. Both raise `SignatureError` unless it is the
    platform's own. `elsewhere` returns the bucket and the name of what a delivery's units cannot be read without, or
    `None`.
    """

    name: str
    channels: tuple[str, ...]
    headers: tuple[str, ...]
    verify: Verify
    handshake: Callable[[Request, Sequence[str]], Handshake | None] | None
    split: Callable[[Delivery], list[Unit]]
    events: Mapping[str, Handler]
    query: tuple[str, ...] = ()
    own_handshake_secrets: bool = False
    answer: tuple[str, str] | None = None
    certificate: Callable[[Request, Sequence[str]], str] | None = None
    confirmation: Callable[[Request], str | None] | None = None
    elsewhere: Callable[[Delivery], tuple[str, str] | None] | None = None
    delivered_by: str | None = None
    receiving: Mapping[str, str] = field(default_factory=dict)

    def read(self, unit: Unit) -> list[Event]:
        """Return what one unit means: at least one event, so that every unit is accounted for.

        A word that the table does not have is read by its family's row, `family.*`, where there is one, and is
        otherwise `Ignored`, never an error.

        Raises `UnreadableDelivery` when a unit of a known kind has a shape that its reader does not understand. The
        message names where, never what: payloads are personal.
        """
        handler = self.events.get(unit.name) or self.events.get(f"{unit.name.partition('.')[0]}.*")
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
def unnamed_answers() -> frozenset[str]:
    """Return the channels on which what the company says names the message that it answers, or its spot, and not whose
    that is; reads the fronts as `windows` does."""
    found = set[str]()
    for folder in names():
        with suppress(Exception):
            found.update(getattr(import_module(f"{__name__}.{folder}"), "UNNAMED_ANSWERS", ()))
    return frozenset(found)


@cache
def load(name: str) -> Platform:
    """Return the platform whose folder or channel has this name.

    Raises `UnknownPlatform` when there is none. A folder's own name imports that folder alone.
    """
    folder = name if name in names() else folder_of(name)
    package = f"{__name__}.{folder}"
    front = import_module(package)
    signature, payload = import_module(f"{package}.signature"), import_module(f"{package}.payload")
    return Platform(
        name=folder,
        channels=front.CHANNELS,
        headers=getattr(front, "HEADERS", ()),
        query=getattr(front, "QUERY", ()),
        own_handshake_secrets=getattr(front, "OWN_HANDSHAKE_SECRETS", False),
        answer=getattr(front, "ANSWER", None),
        verify=signature.verify,
        handshake=getattr(signature, "handshake", None),
        split=payload.split,
        events=import_module(f"{package}.normalise").EVENTS,
        certificate=getattr(signature, "certificate", None),
        confirmation=getattr(signature, "confirmation", None),
        elsewhere=getattr(payload, "elsewhere", None),
        delivered_by=getattr(front, "DELIVERED_BY", None),
        receiving=getattr(front, "RECEIVING", {}),
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


def poll(name: str) -> "PollPort | None":
    """Return how a platform folder is asked for what is new, or `None` where that comes by itself.

    Raises `UnknownPlatform` when there is no such folder.
    """
    port: PollPort | None = _port(name, "poll")
    return port


def reply(name: str) -> "ReplyPort | None":
    """Return how a platform, named by its folder or by a channel, is spoken through, or `None` where it is not.

    Raises `UnknownPlatform` when there is none of that name.
    """
    port: ReplyPort | None = _port(name if name in names() else folder_of(name), "reply")
    return port


def media(name: str) -> "MediaPort | None":
    """Return how a platform folder is asked for the files that came with messages, or `None` where it has none.

    Raises `UnknownPlatform` when there is no such folder.
    """
    port: MediaPort | None = _port(name, "media")
    return port


@cache
def rules() -> "Mapping[str, Rules]":
    """Return what each channel lets through that can be spoken through; loads every platform's `reply.py`.

    A platform whose `reply.py` is broken, or not there, leaves its own channels out, and no others.
    """
    found: dict[str, Rules] = {}
    for folder in names():
        with suppress(Exception):
            port = reply(folder)
            found |= port.rules if port else {}
    return MappingProxyType(found)


def _port(folder: str, part: str) -> Any:
    if folder not in names():
        raise UnknownPlatform(f"there is no platform {folder!r}; there are: {', '.join(names())}")
    module = f"{__name__}.{folder}.{part}"
    return import_module(module).PORT if find_spec(module) else None


def folder_of(channel: str) -> str:
    """Return the folder of the platform that serves a channel; raises `UnknownPlatform` when none does."""
    broken: Exception | None = None
    for folder in names():
        try:
            if channel in import_module(f"{__name__}.{folder}").CHANNELS:
                return folder
        except Exception as error:
            broken = error  # closes the door for no other platform, and may yet be the one that is meant
    raise broken or UnknownPlatform(f"no platform serves {channel!r}; there are: {', '.join(names())}")
