"""Plays TikTok: an app's webhook, signed with the client secret and the time."""

from datetime import datetime
from hmac import digest

ACCOUNT = "videos"
SECRETS = ("Current0client1secret2of3tiktok", "Previous0client1secret2of3tiktok")
SIGNS_TIME = True
CORPUS = ("tiktok",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def signature(body: bytes, secret: str, seconds: int) -> str:
    return f"t={seconds},s={digest(secret.encode(), f'{seconds}.'.encode() + body, 'sha256').hex()}"


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of one attempt, made at `now`, to deliver a body."""
    return {"content-type": "application/json", "tiktok-signature": signature(body, secret, int(now.timestamp()))}
