"""Plays Meta: signs with the app secret, and shakes hands with the verify token typed into the app's dashboard."""

import hmac
from datetime import datetime

ACCOUNT = "tienda"
SECRETS = ("1222e786b144d0e85b9f365372d9c0ff", "77ab0c1de25f43d1b7a9c5e0f3d286aa")
HANDSHAKE_SECRETS = ("una-palabra-larga-y-nuestra", "la-palabra-de-antes")
SIGNS_TIME = False
CORPUS = ("messenger", "facebook_page", "instagram", "whatsapp")


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers with which Meta would send this body; it signs no time."""
    digest = hmac.digest(secret.encode(), body, "sha256").hex()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}


def _hello(**changes: str) -> dict[str, str]:
    fields = {"mode": "subscribe", "verify_token": HANDSHAKE_SECRETS[0], "challenge": "1158201444"} | changes
    return {f"hub.{name}": value for name, value in fields.items()}


HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = (
    (_hello(), 200, "1158201444"),
    (_hello(verify_token=HANDSHAKE_SECRETS[1], challenge="CHALLENGE_accepted-1.0"), 200, "CHALLENGE_accepted-1.0"),
    (_hello(verify_token="una-palabra-larga-y-nuestr"), 401, None),
    (_hello(verify_token=""), 401, None),
    (_hello(verify_token="ñ€😀"), 401, None),
    (_hello(verify_token=SECRETS[0]), 401, None),
    ({"hub.mode": "subscribe", "hub.challenge": "1158201444"}, 401, None),
    (_hello(mode="unsubscribe"), 400, None),
    ({}, 400, None),
    (_hello(challenge=""), 400, None),
    (_hello(challenge="<script>alert(1)</script>"), 400, None),
    (_hello(challenge="a" * 257), 400, None),
    (_hello(challenge="a\nb"), 400, None),
)
