"""Plays an app of the company's own, which signs as Standard Webhooks prescribes."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import datetime

ACCOUNT = "shop_app"
SECRETS = (
    "whsec_" + b64encode(b"the current secret of these tests, known to all").decode(),
    "whsec_" + b64encode(b"the previous secret of these tests, known to all").decode(),
)
SIGNS_TIME = True
CORPUS = ("standard_webhooks",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of one attempt, made at `now`, to deliver a body."""
    identifier, timestamp = f"msg_{hashlib.sha256(body).hexdigest()[:24]}", str(int(now.timestamp()))
    signed = b".".join((identifier.encode(), timestamp.encode(), body))
    signature = hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }
