"""Proof that a request comes from LinkedIn, and to LinkedIn that the URL is ours.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation
"""

import re
from collections.abc import Sequence
from datetime import datetime

import orjson

from shared.errors import MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.proofs import is_proven, macs

HEADER = "X-LI-Signature"

# LinkedIn signs `hmacsha256=` and the body with the key with which we are to sign its challenges: whoever could choose
# what we sign could have a delivery signed. So we sign only what LinkedIn says a challenge is, a UUID, which no signed
# text begins with.
_CHALLENGE = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SCHEME = b"hmacsha256="
_UNUSABLE = "linkedin: the app's client secret is missing or empty"


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - LinkedIn signs no time
    """Return when the request carries a signature of its raw body made with one of the app's client secrets.

    The header holds the digest alone; `hmacsha256=` is a part of what is signed. LinkedIn signs no time: nothing here
    stops a replay, the journal's keys do. Raises `SignatureError` when the signature is missing or wrong,
    `ConfigurationError` when there is no secret or an empty one.
    """
    ours = macs(secrets, _UNUSABLE)
    given = request.headers.get(HEADER)
    if given is None:
        raise SignatureError(f"{HEADER} is missing")
    if not is_proven(given, _SCHEME + request.body, ours):
        raise SignatureError(f"{HEADER} does not fit the body")


def handshake(request: Request, secrets: Sequence[str]) -> Handshake | None:
    """Return the answer to LinkedIn's challenge, signed with the current secret; `None` for anything but a GET.

    LinkedIn waits three seconds for it, and asks again every two hours. Raises `MalformedRequest` when
    `challengeCode` is missing or is no UUID.
    """
    if request.method != "GET":
        return None
    current = macs(secrets, _UNUSABLE)[0]
    code = request.query.get("challengeCode", "")
    if not _CHALLENGE.fullmatch(code):
        raise MalformedRequest("challengeCode is no challenge of LinkedIn's")
    answer = {"challengeCode": code, "challengeResponse": current(code.encode()).hex()}
    return Handshake(orjson.dumps(answer).decode(), "application/json")
