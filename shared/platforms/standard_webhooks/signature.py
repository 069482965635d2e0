"""Proof in the form of Standard Webhooks 1.0.0 (spec/standard-webhooks.md, "Verifying webhook authenticity").

Symmetric signatures (`v1`, HMAC-SHA256) only: asymmetric ones (`v1a`, ed25519) are not supported, and are passed over.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.proofs import Mac, is_one_of, keyed

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = 300
"""Seconds by which a sender's clock may differ from ours, either way; what the reference libraries allow."""

_UNIX_TIME = re.compile(r"[0-9]{1,12}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when one of the request's signatures was made with one of our secrets, of this body, and lately.

    Raises `SignatureError` when a header is missing or malformed, the attempt is more than five minutes away from
    `now`, or no signature fits; `ConfigurationError` when a secret is not base64, with or without `whsec_`, or empty.
    """
    macs = [keyed(_key(secret)) for secret in secrets]
    if not macs:
        raise ConfigurationError("standard_webhooks: no secret is set")
    identifier, timestamp, signatures = (_header(request, name) for name in (ID, TIMESTAMP, SIGNATURE))
    if "." in identifier:
        raise SignatureError(f"{ID} holds a full stop, so that what is signed can be read in two ways")
    if not _UNIX_TIME.fullmatch(timestamp):
        raise SignatureError(f"{TIMESTAMP} is not a number of seconds")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise SignatureError(f"{TIMESTAMP} is more than {TOLERANCE} seconds away from our clock")
    signed = _signed(identifier, timestamp, request.body)
    ours = [_proof(mac, signed) for mac in macs]
    if not sum(is_one_of(given, ours) for given in signatures.split(" ")):
        raise SignatureError(f"no v1 signature in {SIGNATURE} fits")


def proven(body: bytes, secret: str, identifier: str, at: datetime) -> Mapping[str, str]:
    """Return the headers with which we prove a body of ours, at an attempt's instant, to who has the same secret.

    Raises `ConfigurationError` as `verify` does.
    """
    timestamp = str(int(at.timestamp()))
    proof = _proof(keyed(_key(secret)), _signed(identifier, timestamp, body))
    return {ID: identifier, TIMESTAMP: timestamp, SIGNATURE: proof.decode()}


def _signed(identifier: str, timestamp: str, body: bytes) -> bytes:
    return b".".join((identifier.encode(errors="surrogatepass"), timestamp.encode(), body))


def _proof(mac: Mac, signed: bytes) -> bytes:
    return b"v1," + b64encode(mac(signed))


def _header(request: Request, name: str) -> str:
    value = request.headers.get(name)
    if not value:
        raise SignatureError(f"{name} is missing")
    return value


def _key(secret: str) -> bytes:
    text = secret.removeprefix("whsec_")
    try:
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise ConfigurationError("standard_webhooks: a secret is base64, best with whsec_ before it") from error
    if not key:
        raise ConfigurationError("standard_webhooks: a secret is empty")
    return key
