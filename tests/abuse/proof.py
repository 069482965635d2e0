"""Who really proved what, decided without the code under test: a platform's sender signs anew, and we compare."""

from datetime import datetime

from tests.conftest import NOW
from tests.contract.platforms import Sender, Signed

__all__ = ["Signed", "is_genuine", "is_proven", "sign"]


def sign(platform: Sender, body: bytes, *, secret: str | None = None, at: datetime = NOW) -> Signed:
    return platform.signed_with(secret or platform.sender.SECRETS[0], body, at)


def is_genuine(platform: Sender, given: Signed) -> bool:
    """Return whether this is, to the letter, what one of the live secrets makes of this body."""
    made = [sign(platform, given.body, secret=secret, at=given.at) for secret in platform.sender.SECRETS]
    return any(each.body == given.body and platform.proof(each) <= platform.proof(given) for each in made)


def is_proven(platform: Sender, given: Signed) -> bool:
    """Return whether a request holds such a proof at all, be it as one of several (Standard Webhooks sends a list)."""
    said = {(name, word) for name, value in platform.proof(given) for word in (value, *value.split(" "))}
    made = [sign(platform, given.body, secret=secret, at=given.at) for secret in platform.sender.SECRETS]
    return any(platform.proof(each) <= said for each in made)
