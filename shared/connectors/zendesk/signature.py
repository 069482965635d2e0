"""Proof that Zendesk made a request (https://developer.zendesk.com/documentation/webhooks/verifying/)."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, keyed

SIGNATURE, TIMESTAMP = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
TOLERANCE = timedelta(minutes=5)
"""By how much Zendesk's clock may differ from ours, either way. Zendesk names no limit."""


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when the request was signed with one of our secrets, as it is, and lately; raises `SignatureError`.

    A secret is used as the text that Zendesk shows, though it looks like base64.
    """
    timestamp, signature = (request.headers.get(name, "") for name in (TIMESTAMP, SIGNATURE))
    at = _instant(timestamp)
    if at is None or abs(now - at) > TOLERANCE:
        raise SignatureError(f"{TIMESTAMP} is missing, no instant, or too far away from our clock")
    ours = [keyed(secret.encode()) for secret in secrets]
    if not is_proven(signature, timestamp.encode() + request.body, ours, spelt=b64encode):
        raise SignatureError(f"{SIGNATURE} does not fit")


def _instant(text: str) -> datetime | None:
    """Return an instant in RFC 3339, as Zendesk writes it, or in seconds since 1970, as others play Zendesk."""
    try:
        if not text.isascii():
            return None
        if text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else None
