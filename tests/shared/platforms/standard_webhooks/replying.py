"""How tests speak through an app of the company's own."""

import hmac
from base64 import b64decode, b64encode

import orjson

from infra.local.standin.platforms import standard_webhooks
from shared.ports import Call, Thing
from tests.spoken import ANA, Spoken

NAME = "shop_app"
THINGS = (Thing("endpoint", f"https://{standard_webhooks.HOST}{standard_webhooks.PATH}"),)

CHANNELS = {
    "app": Spoken(
        account="shop_app",
        answered="m-70",
        namespace="app",
        says_when=True,
        keeps_our_id=True,
        others=(
            (ANA, "order 4711", "private", "m-70"),
            (ANA, "direct", "public", "m-70"),
            ("ana:torres/1", "direct", "private", "m-1"),
            ("", "direct", "private", "m-1"),
        ),
    )
}


def token(secret: str) -> str:
    return f"whsec_{b64encode(secret.encode()).decode()}"


def lets_in(call: Call, token: str) -> bool:
    """Return whether a call is signed with a token, and does not show it."""
    names = ("webhook-id", "webhook-timestamp")
    signed = b".".join((*(call.headers[name].encode() for name in names), call.body))
    made = hmac.digest(b64decode(token.removeprefix("whsec_")), signed, "sha256")
    return call.headers["webhook-signature"] == f"v1,{b64encode(made).decode()}" and token not in f"{call.headers}"


def said(call: Call) -> str:
    return str(orjson.loads(call.body)["data"]["text"])
