"""The address at which a hand-off is answered: `<claim>+<signature>@<domain>`, which nobody else can make."""

import re
from base64 import b32encode
from collections.abc import Sequence

from shared.proofs import is_one_of, keyed

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
    ours = [_signature(claim, secret).encode() for secret in secrets]
    return claim if is_one_of(given, ours) else None


def _signature(claim: str, secret: str) -> str:
    mac = keyed(secret.encode())(b"hand-off by mail\0" + claim.encode())
    return b32encode(mac)[:20].decode().lower()
