"""The platforms, played: their sample deliveries, signed as they sign them, through the real HTTP endpoint.

Samples and signers are those of the tests (`tests/shared/platforms/<name>/`), and so are the secrets: known to
everybody, and good for nothing but this machine.
"""

import json
from collections.abc import Iterator
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
        delivery = Delivery(self.platform, self.account, self.body, {}, datetime.now(UTC))
        try:
            return platform.normalise(delivery)
        except UnreadableDelivery:
            return []


def deliver(home: Home, platform: str, body: bytes, *, account: str, secret: str | None = None) -> httpx.Response:
    """Send a body as the platform sends it, signed with its current secret or the one given; return the answer."""
    player = sender(platform)
    headers = player.sign(body, player.SECRETS[0] if secret is None else secret, datetime.now(UTC))
    url = f"{home.api_url}/webhooks/{platform}/{account}"
    return httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False)


def every() -> Iterator[Sample]:
    """Yield all samples of all platforms, in order."""
    for platform in platforms.names():
        for path in sorted((_TWINS / platform / "samples").glob("*.json")):
            yield Sample(platform, path.stem)


def find(platform: str, name: str) -> Sample:
    """Return one sample; raises `Trouble` that names what there is."""
    known = [sample for sample in every() if sample.platform == platform]
    if not known:
        raise Trouble(f"there is no platform {platform!r}: choose one of {', '.join(platforms.names())}")
    for sample in known:
        if sample.name == name:
            return sample
    raise Trouble(f"{platform} has no payload {name!r}: choose one of {', '.join(sample.name for sample in known)}")


def secrets() -> str:
    """Return the webhook secrets of all accounts that the samples are sent to, in the form of `shared/secrets.py`."""
    document: dict[str, dict[str, list[str]]] = {}
    for platform in platforms.names():
        if not (_TWINS / platform / "sender.py").exists():
            continue
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
