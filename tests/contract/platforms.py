"""Every platform folder with its twin: what the contract suite runs over. A newcomer inherits all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from shared.errors import PlatformUnreachable
from shared.models import Request
from shared.platforms import load, names
from tests.conftest import NOW

_TWINS = Path(__file__).parents[1] / "shared" / "platforms"

TOLERANCE = timedelta(minutes=5)
"""What a platform that signs a time gets, either way, unless its sender says otherwise (the reference libraries of
Standard Webhooks)."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as a platform makes it, or as somebody has tampered with it, and when it was signed."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime = NOW

    def request(self, path: str) -> Request:
        return Request("POST", f"https://door.example{path}", self.headers, {}, self.body)


@dataclass(frozen=True, slots=True)
class Sender:
    """A platform as tests play it: its twin's `sender.py` and `samples/`.

    Most sign in a header. One that does so in the body says how it is enclosed (`enclose`), what texts stand there
    beside the content (`parts`, `with_parts`), and which of them prove it (`proof`). One that sends no JSON says what a
    sample, which is JSON, is as it sends it (`written`); one that signs the URL that it calls says so (`SIGNS_URL`).
    One that does not call us has no `SECRETS`, and signs nothing.
    """

    name: str
    sender: ModuleType

    @property
    def path(self) -> str:
        return f"/webhooks/{self.name}/{self.sender.ACCOUNT}"

    @property
    def secrets(self) -> dict[str, list[str]]:
        """The account's entry in the secrets document."""
        handshake = list(getattr(self.sender, "HANDSHAKE_SECRETS", ()))
        return {"signing": list(self.sender.SECRETS)} | ({"handshake": handshake} if handshake else {})

    @property
    def proving(self) -> list[str]:
        """All that `verify` is given as secrets: the account's, and the certificates that the door would fetch."""
        return [*self.sender.SECRETS, *self.certificates.values()]

    @property
    def certificates(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.sender.certificates() if hasattr(self.sender, "certificates") else {}
        return found

    @property
    def tolerance(self) -> timedelta:
        return getattr(self.sender, "TOLERANCE", TOLERANCE)

    @property
    def encloses(self) -> bool:
        """Whether the proof is in the body."""
        return hasattr(self.sender, "enclose")

    @property
    def signs_url(self) -> bool:
        return getattr(self.sender, "SIGNS_URL", False)

    def written(self, sample: bytes) -> bytes:
        """Return what a sample is as the platform sends it."""
        return bytes(self.sender.written(sample)) if hasattr(self.sender, "written") else sample

    def sample(self, name: str) -> bytes:
        return _sample(self.name, name)

    def has(self, name: str) -> bool:
        return (_TWINS / self.name / "samples" / f"{name}.json").exists()

    def samples(self) -> list[str]:
        return list(_samples(self.name))

    def sign(self, body: bytes, *, secret: int = 0, now: datetime = NOW) -> Signed:
        """Return a delivery signed with the current (0) or the previous (1) secret."""
        return self.signed_with(self.sender.SECRETS[secret], body, now)

    def signed_with(self, secret: str, body: bytes, now: datetime = NOW) -> Signed:
        sent = self.sender.enclose(body, secret, now) if self.encloses else self.written(body)
        return Signed(self.sender.sign(sent, secret, now), sent, now)

    def forged(self, body: bytes) -> Signed:
        """Return a delivery signed with a secret that was never issued."""
        current: str = self.sender.SECRETS[0]
        return self.signed_with(current[:12] + ("A" if current[12] != "A" else "B") + current[13:], body)

    def signs_bodies(self) -> bool:
        """Whether another body needs another proof."""
        return self.encloses or self.sign(b"{}").headers != self.sign(b"[]").headers

    def proof_parts(self) -> list[str]:
        """Return the names of the parts that a request is no proof without: headers, but for platforms that enclose."""
        if self.encloses:
            return [self.sender.PROOF]
        return [name for name in self.sign(b"{}").headers if name.lower() not in self.unproven]

    @property
    def unproven(self) -> set[str]:
        """The headers that prove nothing, in small letters: what the body is, and what events are read with."""
        return {_CONTENT, *(name.lower() for name in load(self.name).headers)}

    def parts(self, given: Signed) -> Mapping[str, str]:
        """Return a request's texts beside its content, by name: its headers, and what is in the body of such."""
        inside = self.sender.parts(given.body) if self.encloses else {}
        return {**given.headers, **{f"{_INSIDE}{name}": value for name, value in inside.items()}}

    def with_parts(self, given: Signed, parts: Mapping[str, str]) -> Signed:
        headers = {name: value for name, value in parts.items() if not name.startswith(_INSIDE)}
        inside = {name.removeprefix(_INSIDE): value for name, value in parts.items() if name.startswith(_INSIDE)}
        if not self.encloses or not self.sender.parts(given.body):
            return replace(given, headers=headers)
        return replace(given, headers=headers, body=self.sender.with_parts(given.body, inside))

    def with_proof(self, given: Signed, part: str, value: str | None) -> Signed:
        """Return a request in which this stands where a part of the proof stood, or nothing."""
        name = f"{_INSIDE}{part}" if self.encloses else part
        others = {found: said for found, said in self.parts(given).items() if found.lower() != name.lower()}
        return self.with_parts(given, others if value is None else {**others, name: value})

    def proof(self, given: Signed) -> set[tuple[str, str]]:
        """Return what of a request proves it, as names and values."""
        if self.encloses:
            found: set[tuple[str, str]] = self.sender.proof(given.body)
            return found
        said = {name.lower(): value for name, value in given.headers.items()}  # of two, the last is read
        unproven = self.unproven
        return {(name, value) for name, value in said.items() if name not in unproven}

    def said_at(self, request: Request) -> datetime | None:
        """Return when a request says that it was signed, where that is in its body."""
        said: datetime | None = self.sender.signed_at(request.body) if self.encloses else None
        return said


@cache
def _sample(platform: str, name: str) -> bytes:
    return (_TWINS / platform / "samples" / f"{name}.json").read_bytes()


@cache
def _samples(platform: str) -> tuple[str, ...]:
    return tuple(sorted(found.stem for found in (_TWINS / platform / "samples").glob("*.json")))


_INSIDE = "in the body: "
_CONTENT = "content-type"

EVERY = [
    Sender(name, import_module(f"tests.shared.platforms.{name}.sender"))
    for name in names()
    if (_TWINS / name / "sender.py").exists()
]
"""A platform without its twin fails its own test (`tests/architecture/test_rooms.py`), and not everybody's."""

PLATFORMS = [found for found in EVERY if found.sender.SECRETS]
"""Those that call our door, and prove that they do."""

BROUGHT = [found for found in EVERY if not found.sender.SECRETS]
"""Those whose deliveries a service of ours brings."""


def handed_out(url: str) -> bytes:
    """Stand in for what fetches from platforms: hands out their certificates, and lets subscriptions be confirmed."""
    if "Action=ConfirmSubscription" in url:
        return b"<ConfirmSubscriptionResponse/>"
    for platform in PLATFORMS:
        if url in platform.certificates:
            return platform.certificates[url].encode()
    raise PlatformUnreachable("there is no such certificate")
