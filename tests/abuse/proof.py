"""Who really proved what, decided without the code under test: a platform's sender signs anew, and we compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.models import Request
from tests.conftest import NOW
from tests.contract.platforms import Sender


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it may have been tampered with, and when it was signed."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime = NOW

    def request(self, platform: Sender) -> Request:
        return Request("POST", f"https://door.example{platform.path}", self.headers, {}, self.body)


def sign(platform: Sender, body: bytes, *, secret: str | None = None, at: datetime = NOW) -> Signed:
    return Signed(platform.sender.sign(body, secret or platform.sender.SECRETS[0], at), body, at)


def is_genuine(platform: Sender, given: Signed) -> bool:
    """Return whether these are, to the letter, the headers that one of the live secrets gives this body."""
    return any(_expected(platform, given, secret) <= _said(given) for secret in platform.sender.SECRETS)


def is_proven(platform: Sender, given: Signed) -> bool:
    """Return whether the headers hold such a proof at all, be it as one of several (Standard Webhooks sends a list)."""
    said = {(name, word) for name, value in _said(given) for word in value.split(" ")}
    return any(_expected(platform, given, secret) <= said for secret in platform.sender.SECRETS)


def _expected(platform: Sender, given: Signed, secret: str) -> set[tuple[str, str]]:
    headers: Mapping[str, str] = platform.sender.sign(given.body, secret, given.at)
    return {(name.lower(), value) for name, value in headers.items() if name.lower() != "content-type"}


def _said(given: Signed) -> set[tuple[str, str]]:
    return set({name.lower(): value for name, value in given.headers.items()}.items())
