"""Plays Zendesk: a webhook that is subscribed to events, signed with its secret and the time."""

from base64 import b64encode
from datetime import UTC, datetime
from hmac import digest

ACCOUNT = "ayuda"
SECRETS = ("Y3VycmVudC1zZWNyZXQtb2YtemVuZGVzaw==", "cHJldmlvdXMtc2VjcmV0LW9mLXplbmRlc2s=")
SIGNS_TIME = True
CORPUS = ("zendesk",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def signature(body: bytes, secret: str, timestamp: str) -> str:
    return b64encode(digest(secret.encode(), timestamp.encode() + body, "sha256")).decode()


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of one attempt, made at `now`, to deliver a body."""
    timestamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "content-type": "application/json; charset=utf-8",
        "x-zendesk-webhook-signature": signature(body, secret, timestamp),
        "x-zendesk-webhook-signature-timestamp": timestamp,
    }
