"""Plays X: an app's webhook, signed and challenged with the consumer secret."""

from base64 import b64encode
from datetime import datetime
from hmac import digest

import orjson

ACCOUNT = "2244000001"
SECRETS = ("Current0consumer1secret2of3the4app5in6tests7xyz", "Previous0consumer1secret2of3the4app5in6tests7xyz")
SIGNS_TIME = False
CORPUS = ("x",)


def signature(message: bytes, secret: str) -> str:
    return f"sha256={b64encode(digest(secret.encode(), message, 'sha256')).decode()}"


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery; X signs the body and no time."""
    return {"content-type": "application/json", "x-twitter-webhooks-signature": signature(body, secret)}


def _answered(token: str) -> tuple[dict[str, str], int, str | None]:
    answer = orjson.dumps({"response_token": signature(token.encode(), SECRETS[0])}).decode()
    return {"crc_token": token, "nonce": "MTc5MDAwMDAwMDAwMA"}, 200, answer


def _refused(**query: str) -> tuple[dict[str, str], int, str | None]:
    return query, 400, None


HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = (
    _answered("NGQ3YzE5YmUtMDAwMS00MDAyLTgwMDMtYWJjZGVmMDEyMzQ1"),
    _answered("a" * 16),
    _answered("Az09+/=_-" * 14),
    _refused(),
    _refused(nonce="MTc5MDAwMDAwMDAwMA"),
    _refused(crc_token=""),
    _refused(crc_token="a" * 15),
    _refused(crc_token="a" * 129),
    _refused(crc_token="a" * 16 + "\n"),
    _refused(crc_token='{"data":{"event_type":"dm.received"}}'),
    _refused(crc_token="crc_token=abcdefghijkl&nonce=mnopqrstuvwx"),
    _refused(crc_token="ñandúñandúñandúñandú"),
)
