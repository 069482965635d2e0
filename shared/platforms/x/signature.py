"""Proof that a request comes from X, and to X that the URL is ours (https://docs.x.com/x-api/webhooks/quickstart)."""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import orjson

from shared.errors import MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.proofs import is_proven, macs

HEADER = "x-twitter-webhooks-signature"

_UNUSABLE = "x: the app's consumer secret (API key secret) is missing or empty"

# X signs its deliveries, and we its challenges, with one key in one way: whoever could choose what we sign could sign a
# delivery. So we sign only what looks like one of X's opaque tokens, and take no body that does.
# (vercel/chat, packages/adapter-x, 4.37.0 found it and has the tokens' shape.)
_CRC_TOKEN = re.compile(rb"[A-Za-z0-9+/=_-]{16,128}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - X signs no time
    """Return when the request carries a signature made with one of our consumer secrets.

    A POST is signed over its raw body; a GET, which X signs when a webhook is created or checked by hand, over its
    query string as sent. X signs no time: nothing here stops a replay, the journal's keys do. Raises `SignatureError`
    when the signature is missing or wrong, `ConfigurationError` when there is no secret or an empty one.
    """
    ours = macs(secrets, _UNUSABLE)
    given = request.headers.get(HEADER)
    if given is None:
        raise SignatureError(f"{HEADER} is missing")
    signed = _query_string(request) if request.method == "GET" else request.body
    if _CRC_TOKEN.fullmatch(signed):
        raise SignatureError("the body is a challenge token, whose signature anybody can ask us for")
    if not is_proven(given, signed, ours, b"sha256=", spelt=b64encode):
        raise SignatureError(f"{HEADER} does not fit what was sent")


def handshake(request: Request, secrets: Sequence[str]) -> Handshake | None:
    """Return the answer to X's challenge-response check, signed with the current secret; `None` for anything but a GET.

    X is not known to sign its periodic checks, so no signature is asked for. Raises `MalformedRequest` when `crc_token`
    is missing or is not an opaque token.
    """
    if request.method != "GET":
        return None
    current = macs(secrets, _UNUSABLE)[0]
    token = request.query.get("crc_token", "").encode(errors="surrogatepass")
    if not _CRC_TOKEN.fullmatch(token):
        raise MalformedRequest("crc_token is not a token of X's")
    answer = orjson.dumps({"response_token": f"sha256={b64encode(current(token)).decode()}"})
    return Handshake(answer.decode(), "application/json")


def _query_string(request: Request) -> bytes:
    return (urlsplit(request.url).query or urlencode(request.query)).encode(errors="surrogatepass")
