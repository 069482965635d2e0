"""The proof that Meta made a request, an HMAC over the raw bytes, and the handshake that proves to Meta whose a URL is.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.errors import MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.proofs import Mac, is_one_of, is_proven, macs, usable

# Meta sends both. The older one, by SHA-1, counts only where the newer one is missing.
_HEADER, _OLDER = "X-Hub-Signature-256", "X-Hub-Signature"
_UNUSABLE = "a secret of the Meta account is missing or empty: an empty key would verify anything"

# Meta sends a number. What is sent back is reflected, so nothing that a browser could take for markup is let through.
_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,256}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001
    """Return if the body was signed with one of the app secrets.

    Meta signs no time, so `now` plays no part and a redelivery verifies for ever. Raises `SignatureError`, and
    `ConfigurationError` when there is no usable secret.
    """
    ours = macs(secrets, _UNUSABLE)
    claim = request.headers.get(_HEADER)
    if claim is None:
        _verify_older(request, macs(secrets, _UNUSABLE, "sha1"))
    elif not is_proven(claim, request.body, ours, b"sha256="):
        raise SignatureError(f"{_HEADER} is not the signature of this body")


def _verify_older(request: Request, ours: Iterable[Mac]) -> None:
    claim = request.headers.get(_OLDER)
    if claim is None:
        raise SignatureError(f"no {_HEADER} or {_OLDER} header")
    if not is_proven(claim, request.body, ours, b"sha1="):
        raise SignatureError(f"{_OLDER} is not the signature of this body")


def handshake(request: Request, secrets: Sequence[str]) -> Handshake | None:
    """Return the challenge that Meta sent, if this is the handshake and it names one of the verify tokens.

    Returns `None` for anything but a GET. Raises `SignatureError` for a wrong token, `MalformedRequest` for a GET that
    is no handshake, and `ConfigurationError` when there is no usable token.
    """
    if request.method != "GET":
        return None
    tokens = usable(secrets, _UNUSABLE)
    if request.query.get("hub.mode") != "subscribe":
        raise MalformedRequest("a GET without hub.mode=subscribe is no handshake")
    if not is_one_of(request.query.get("hub.verify_token", ""), tokens):
        raise SignatureError("hub.verify_token is none of the verify tokens")
    challenge = request.query.get("hub.challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise MalformedRequest("hub.challenge is no plain token")
    return Handshake(challenge)
