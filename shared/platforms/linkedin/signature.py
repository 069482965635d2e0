"""Proof that a request comes from LinkedIn, and to LinkedIn that the URL is ours.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation
"""

import re
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest, digest

import orjson

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request

HEADER = "X-LI-Signature"

# LinkedIn signs `hmacsha256=` and the body with the key with which we are to sign its challenges: whoever could choose
# what we sign could have a delivery signed. So we sign only what LinkedIn says a challenge is, a UUID, which no signed
# text begins with.
_CHALLENGE = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SCHEME = b"hmacsha256="


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - LinkedIn signs no time
    """Return when the request carries a signature of its raw body made with one of the app's client secrets.

    The header holds the digest alone; `hmacsha256=` is a part of what is signed. LinkedIn signs no time: nothing here
    stops a replay, the journal's keys do. Raises `SignatureError` when the signature is missing or wrong,
    `ConfigurationError` when there is no secret or an empty one.
    """
    keys = _keys(secrets)
    given = request.headers.get(HEADER)
    if given is None:
        raise SignatureError(f"{HEADER} is missing")
    signature = given.encode(errors="surrogatepass")
    if not sum(compare_digest(signature, _signature(key, _SCHEME + request.body)) for key in keys):
        raise SignatureError(f"{HEADER} does not fit the body")


def handshake(request: Request, secrets: Sequence[str]) -> Handshake | None:
    """Return the answer to LinkedIn's challenge, signed with the current secret; `None` for anything but a GET.

    LinkedIn waits three seconds for it, and asks again every two hours. Raises `MalformedRequest` when
    `challengeCode` is missing or is no UUID.
    """
    if request.method != "GET":
        return None
    key = _keys(secrets)[0]
    code = request.query.get("challengeCode", "")
    if not _CHALLENGE.fullmatch(code):
        raise MalformedRequest("challengeCode is no challenge of LinkedIn's")
    answer = {"challengeCode": code, "challengeResponse": _signature(key, code.encode()).decode()}
    return Handshake(orjson.dumps(answer).decode(), "application/json")


def _keys(secrets: Sequence[str]) -> list[bytes]:
    if not secrets or not all(secret.strip() for secret in secrets):
        raise ConfigurationError("linkedin: the app's client secret is missing or empty")
    return [secret.encode() for secret in secrets]


def _signature(key: bytes, signed: bytes) -> bytes:
    return digest(key, signed, "sha256").hex().encode()
