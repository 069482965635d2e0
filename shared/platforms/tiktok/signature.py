"""Proof that a request comes from TikTok (https://developers.tiktok.com/doc/webhooks-verification)."""

import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, macs

HEADER = "TikTok-Signature"
TOLERANCE = 300
"""Seconds by which TikTok's clock may differ from ours, either way. TikTok leaves the choice to us."""

_SIGNED = re.compile(r"t=([0-9]{1,12}),s=([0-9a-f]{64})")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when the request carries a signature of its raw body, made lately with one of the app's client secrets.

    Raises `SignatureError` when the signature is missing, malformed, wrong, or made more than five minutes away from
    `now`; `ConfigurationError` when there is no secret or an empty one.
    """
    ours = macs(secrets, "tiktok: the app's client secret is missing or empty")
    said = request.headers.get(HEADER)
    if said is None:
        raise SignatureError(f"{HEADER} is missing")
    given = _SIGNED.fullmatch(said)
    if given is None:
        raise SignatureError(f"{HEADER} is not t=<seconds>,s=<signature>")
    timestamp, signature = given.groups()
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise SignatureError(f"{HEADER} is more than {TOLERANCE} seconds away from our clock")
    if not is_proven(signature, timestamp.encode() + b"." + request.body, ours):
        raise SignatureError(f"{HEADER} does not fit the body")
