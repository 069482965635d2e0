"""Plays Chatwoot: an account's webhook, signed with its secret and the time."""

from datetime import datetime
from hmac import digest

ACCOUNT = "buzon"
SECRETS = ("current0secret0of0chatwoot0in0tests", "previous0secret0of0chatwoot0in0tests")
SIGNS_TIME = True
CORPUS: tuple[str, ...] = ()
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def signature(body: bytes, secret: str, seconds: int | str) -> str:
    return f"sha256={digest(secret.encode(), f'{seconds}.'.encode() + body, 'sha256').hex()}"


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of one attempt, made at `now`, to deliver a body."""
    seconds = int(now.timestamp())
    return {
        "content-type": "application/json",
        "x-chatwoot-timestamp": str(seconds),
        "x-chatwoot-signature": signature(body, secret, seconds),
    }
