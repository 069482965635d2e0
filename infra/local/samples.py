"""The platforms, played: their sample deliveries, signed as they sign them, through the real HTTP endpoint.

Samples and signers are those of the tests (`tests/shared/platforms/<name>/`), and so are the secrets: known to
everybody, and good for nothing but this machine.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import httpx

from infra.local.home import ROOT, Home, Trouble
from shared import platforms
from shared.errors import UnreadableDelivery
from shared.models import Delivery, Event

_TWINS = ROOT / "tests" / "shared" / "platforms"


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded request body of a platform."""

    platform: str
    name: str

    @property
    def body(self) -> bytes:
        return (_TWINS / self.platform / "samples" / f"{self.name}.json").read_bytes()

    @property
    def account(self) -> str:
        return str(sender(self.platform).ACCOUNT)

    def send(self, home: Home, *, secret: str | None = None) -> httpx.Response:
        """Deliver it, signed with the account's current secret or the one given, and return the answer."""
        return deliver(home, self.platform, self.body, account=self.account, secret=secret)

    def events(self) -> list[Event]:
        """Return what it means; nothing when it is one that our code cannot read."""
        platform = platforms.load(self.platform)
        body = written(self.platform, self.body)
        delivery = Delivery(self.platform, self.account, body, told(self.platform, body), datetime.now(UTC))
        try:
            return platform.normalise(delivery)
        except UnreadableDelivery:
            return []


def of_this_moment(now: datetime) -> bytes:
    """Return what the shop's app would send if a customer asked after an order at an instant; every sample is of some
    day long ago, on which nobody is told by ourselves that we heard them. Each is another customer's, since who was
    told is not told again."""
    at = now.isoformat()
    customer = {"id": f"u-late-{at}", "name": "Eva Late", "language": "es"}
    said = {"id": f"late-{at}", "occurred_at": at, "customer": customer, "text": "¿Dónde está mi pedido?"}
    return json.dumps({"type": "message.received", "timestamp": at, "data": said}).encode()


def deliver(
    home: Home, platform: str, body: bytes, *, account: str, secret: str | None = None, query: str = ""
) -> httpx.Response:
    """Send a body as the platform sends it, signed with its current secret or the one given; return the answer. `query`
    is what the platform was told to put behind the URL."""
    path = f"/webhooks/{platform}/{account}{f'?{query}' if query else ''}"
    # Of how it was called the engine passes on no more than the host and the path behind the API's own.
    headers, sent = signed(platform, body, secret=secret, url=f"https://127.0.0.1:{home.port}{path}")
    return httpx.post(f"{home.api_url}{path}", content=sent, headers=headers, timeout=60, trust_env=False)


def signed(
    platform: str, body: bytes, *, secret: str | None = None, at: datetime | None = None, url: str = ""
) -> tuple[Mapping[str, str], bytes]:
    """Return the headers and the body with which a platform sends something, signed now or at another instant; most
    leave the body as it is. `url` is the one that the door will think was called, for those that sign it."""
    player, at = sender(platform), at or datetime.now(UTC)
    secret = player.SECRETS[0] if secret is None else secret
    sent: bytes = player.enclose(body, secret, at) if hasattr(player, "enclose") else written(platform, body)
    more = {"url": url} if url and getattr(player, "SIGNS_URL", False) else {}
    return player.sign(sent, secret, at, **more), sent


def told(platform: str, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery that are kept with its bytes, since its events cannot be read without them."""
    kept = platforms.load(platform).headers
    headers = signed(platform, body)[0] if kept else {}
    return {name: said for name, said in headers.items() if name.lower() in kept}


def written(platform: str, sample: bytes) -> bytes:
    """Return what a sample, which is JSON, is in the form that a platform sends."""
    player = sender(platform)
    return bytes(player.written(sample)) if hasattr(player, "written") else sample


def encloses(platform: str) -> bool:
    """Return whether a platform sends something else than its sample's own bytes: what encloses its proof, and is
    another each time, or a form."""
    player = sender(platform)
    return hasattr(player, "enclose") or hasattr(player, "written")


def calling() -> list[str]:
    """Return the platforms that call our door; what others tell is brought by a service of ours."""
    return [platform for platform in platforms.names() if sender(platform).SECRETS]


def every() -> Iterator[Sample]:
    """Yield all samples of all platforms that call us, in order."""
    for platform in calling():
        for path in sorted((_TWINS / platform / "samples").glob("*.json")):
            yield Sample(platform, path.stem)


def find(platform: str, name: str) -> Sample:
    """Return one sample; raises `Trouble` that names what there is."""
    known = [sample for sample in every() if sample.platform == platform]
    if not known:
        raise Trouble(f"there is no platform {platform!r}: choose one of {', '.join(calling())}")
    for sample in known:
        if sample.name == name:
            return sample
    raise Trouble(f"{platform} has no payload {name!r}: choose one of {', '.join(sample.name for sample in known)}")


def secrets() -> str:
    """Return the webhook secrets of all accounts that the samples are sent to, in the form of `shared/secrets.py`."""
    document: dict[str, dict[str, list[str]]] = {}
    for platform in calling():
        player = sender(platform)
        kept = {"signing": list(player.SECRETS), "handshake": list(getattr(player, "HANDSHAKE_SECRETS", ()))}
        document[f"{platform}/{player.ACCOUNT}"] = {name: values for name, values in kept.items() if values}
    return json.dumps(document)


@cache
def sender(platform: str) -> ModuleType:
    """Return the module that plays a platform: its account, its secrets, how it signs."""
    path: Path = _TWINS / platform / "sender.py"
    spec = spec_from_file_location(f"sender_of_{platform}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
