"""The proof that Meta made a request, an HMAC over the raw bytes, and the handshake that proves to Meta whose a URL is.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request

# Meta sends both. The older one counts only where the newer one is missing, and is still an HMAC, which the known
# attacks on SHA-1 do not touch (RFC 6194, section 3.3).
_HEADERS = {"X-Hub-Signature-256": "sha256", "X-Hub-Signature": "sha1"}

# Meta sends a number. What is sent back is reflected, so nothing that a browser could take for markup is let through.
_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,256}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001
    """Return if the body was signed with one of the app secrets.

    Meta signs no time, so `now` plays no part and a redelivery verifies for ever. Raises `SignatureError`, and
    `ConfigurationError` when there is no usable secret.
    """
    usable = _usable(secrets)
    header = next((name for name in _HEADERS if name in request.headers), None)
    if header is None:
        raise SignatureError(f"no {' or '.join(_HEADERS)} header")
    digest = _HEADERS[header]
    proofs = [f"{digest}={hmac.digest(secret, request.body, digest).hex()}".encode() for secret in usable]
    if not _is_one_of(request.headers[header], proofs):
        raise SignatureError(f"{header} is not the signature of this body")


def handshake(request: Request, secrets: Sequence[str]) -> Handshake | None:
    """Return the challenge that Meta sent, if this is the handshake and it names one of the verify tokens.

    Returns `None` for anything but a GET. Raises `SignatureError` for a wrong token, `MalformedRequest` for a GET that
    is no handshake, and `ConfigurationError` when there is no usable token.
    """
    if request.method != "GET":
        return None
    tokens = _usable(secrets)
    if request.query.get("hub.mode") != "subscribe":
        raise MalformedRequest("a GET without hub.mode=subscribe is no handshake")
    if not _is_one_of(request.query.get("hub.verify_token", ""), tokens):
        raise SignatureError("hub.verify_token is none of the verify tokens")
    challenge = request.query.get("hub.challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise MalformedRequest("hub.challenge is no plain token")
    return Handshake(challenge)


def _usable(secrets: Sequence[str]) -> list[bytes]:
    if not secrets or not all(map(str.strip, secrets)):
        raise ConfigurationError("a secret of the Meta account is missing or empty: an empty key would verify anything")
    return [secret.encode() for secret in secrets]


def _is_one_of(claimed: str, proofs: Sequence[bytes]) -> bool:
    # All are compared, so that the time taken does not tell which one matched.
    given = claimed.encode(errors="replace")
    found = [hmac.compare_digest(given, proof) for proof in proofs]
    return any(found)
