"""The address at which a hand-off is answered: `<claim>+<signature>@<domain>`, which nobody else can make."""

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence

_PARTS = re.compile(r"(esc_[a-z2-7]{26}(?:-[0-9]{1,6})?)\+([a-z2-7]{20})")


def answered_at(claim: str, secret: str, domain: str) -> str:
    """Return the address of a hand-off's claim; what is before the @ has at most 58 characters (64 may be used)."""
    return f"{claim}+{_signature(claim, secret)}@{domain}"


def claim_of(address: str, secrets: Sequence[str], domain: str) -> str | None:
    """Return the claim whose address this is, or none when none of our secrets made it."""
    name, _, at = address.lower().rpartition("@")
    parts = _PARTS.fullmatch(name)
    if parts is None or at != domain:
        return None
    claim, given = parts.groups()
    fits = sum(hmac.compare_digest(given.encode(), _signature(claim, secret).encode()) for secret in secrets)
    return claim if fits else None


def _signature(claim: str, secret: str) -> str:
    digest = hmac.digest(secret.encode(), b"hand-off by mail\0" + claim.encode(), "sha256")
    return b32encode(digest)[:20].decode().lower()
