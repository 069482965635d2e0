"""Plays an instance of Mastodon: an administrator's webhook with its secret."""

from datetime import datetime
from hmac import digest

ACCOUNT = "latienda"
SECRETS = ("4f0c6d1b9e8a7f6e5d4c3b2a1f0e9d8c7b6a5f4e", "5e1d7c2a0f9b8e7d6c5b4a3f2e1d0c9b8a7f6e5d")
SIGNS_TIME = False
CORPUS = ("mastodon",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def signature(body: bytes, secret: str) -> str:
    return f"sha256={digest(secret.encode(), body, 'sha256').hex()}"


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery; Mastodon signs the body, and no time."""
    return {"content-type": "application/json", "x-hub-signature": signature(body, secret)}
