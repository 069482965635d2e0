"""Proof that a request comes from Zendesk (https://developer.zendesk.com/documentation/webhooks/verifying/)."""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, macs

SIGNATURE = "X-Zendesk-Webhook-Signature"
TIMESTAMP = "X-Zendesk-Webhook-Signature-Timestamp"
TOLERANCE = 300
"""Seconds by which Zendesk's clock may differ from ours, either way. Zendesk names no limit."""

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when the request carries a signature of its instant and its raw body, made lately with one of the
    webhook's secrets.

    A secret is used as the text that Zendesk shows, though it looks like base64. Nothing stands between the instant
    and the body in what is signed; that neither can lend the other a character is seen to by the instant's form.
    Raises `SignatureError` when the signature or its instant is missing, malformed, wrong, or more than five minutes
    away from `now`; `ConfigurationError` when there is no secret or an empty one.
    """
    ours = macs(secrets, "zendesk: the webhook's secret is missing or empty")
    said, given = request.headers.get(TIMESTAMP), request.headers.get(SIGNATURE)
    if said is None or given is None:
        raise SignatureError(f"{SIGNATURE} or its timestamp is missing")
    at = _seconds(said)
    if at is None or abs(now.timestamp() - at) > TOLERANCE:
        raise SignatureError(f"{TIMESTAMP} is no instant, or more than {TOLERANCE} seconds away from our clock")
    if not is_proven(given, said.encode() + request.body, ours, spelt=b64encode):
        raise SignatureError(f"{SIGNATURE} does not fit the body")


def _seconds(text: str) -> float | None:
    """Return an instant as Zendesk writes it, or as the published vectors do, in seconds since 1970."""
    if _SECONDS.fullmatch(text):
        return float(text)
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
