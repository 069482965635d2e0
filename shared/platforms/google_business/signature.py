"""Proof in the form of Google Cloud Pub/Sub, which pushes with a token of Google's: a JSON Web Token, signed by RS256.

https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions

The token says who pushes (a service account, `email`) and to whom (`aud`), and proves nothing of the body. Anyone can
have Google make such tokens for a service account and an audience of their own. So the secrets of an account are the
service account that its push subscription has, and where that has an audience of its own, this after a space; without
one, it is the URL that was called, as Pub/Sub has it. The certificate that the token names is fetched by the door,
once, and handed in beside them, as PEM.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request

CERTIFICATES = "https://www.googleapis.com/oauth2/v1/certs"
"""Google's own, by the ids of their keys; https://accounts.google.com/.well-known/openid-configuration names the same
keys as JSON Web Keys."""

PEM = "-----BEGIN CERTIFICATE-----"
TOLERANCE = timedelta(minutes=5)
"""By so much two clocks may differ."""

_SECRET = re.compile(r"[a-z0-9._%+-]{1,128}@[a-z0-9.-]{3,128}(?: \S{1,512})?")
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{8,2048})\.([A-Za-z0-9_-]{8,8192})\.([A-Za-z0-9_-]{86,2048})")
_WEAKEST = 2048
_LATEST = 2**40


class _Token(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True, defer_build=True)


class _Header(_Token):
    algorithm: Literal["RS256"] = Field(alias="alg")
    key: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,128}$")] = Field(alias="kid")


class _Claims(_Token):
    issuer: Literal["https://accounts.google.com", "accounts.google.com"] = Field(alias="iss")
    audience: str = Field(alias="aud")
    email: str
    is_verified: Literal[True] = Field(alias="email_verified")
    issued: Annotated[int, Field(ge=0, lt=_LATEST)] = Field(alias="iat")
    expires: Annotated[int, Field(ge=0, lt=_LATEST)] = Field(alias="exp")


class _Given(NamedTuple):
    header: _Header
    claims: _Claims
    signed: bytes
    signature: bytes


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when Google made the request's token for one of our service accounts and for us, and it is valid now.

    `secrets` are the service accounts, each with its audience or without, and the PEM of the certificate that the token
    names. Whose that is rests on where it is fetched from, over TLS, from Google's own host.

    Raises `SignatureError` for anything else, and `ConfigurationError` when a secret is none.
    """
    given = _given(request, secrets)
    if not _at(given.claims.issued) - TOLERANCE <= now <= _at(given.claims.expires) + TOLERANCE:
        raise SignatureError("the token is not valid now")
    handed_in = [secret for secret in secrets if secret.startswith(PEM)]
    if not any(_fits(given, certificate, now) for certificate in handed_in):
        raise SignatureError("the token's signature fits no certificate of Google's that is valid now")


def certificate(request: Request, secrets: Sequence[str]) -> str:
    """Return the URL of Google's certificates, and after `#` the id of the one that a token for us is verified with.

    Raises what `verify` does, before anything is fetched for somebody who is not ours.
    """
    return f"{CERTIFICATES}#{_given(request, secrets).header.key}"


def _given(request: Request, secrets: Sequence[str]) -> _Given:
    """Return a request's token, which says that it is from one of ours and for us."""
    ours = _ours(request, secrets)
    found = _BEARER.fullmatch(request.headers.get("authorization", ""))
    if not found:
        raise SignatureError("there is no token of Google's")
    try:
        header = _Header.model_validate_json(_decoded(found[1]))
        claims = _Claims.model_validate_json(_decoded(found[2]))
    except ValidationError as error:
        raise SignatureError("the token is none of Google's for a verified service account") from error
    said = f"{claims.email} {claims.audience}".encode(errors="replace")
    if not sum(hmac.compare_digest(said, each.encode()) for each in ours):
        raise SignatureError("the token is for another service account, or for another audience")
    return _Given(header, claims, f"{found[1]}.{found[2]}".encode(), _decoded(found[3]))


def _ours(request: Request, secrets: Sequence[str]) -> list[str]:
    known = [secret for secret in secrets if not secret.startswith(PEM)]
    if not known or not all(map(_SECRET.fullmatch, known)):
        raise ConfigurationError(
            "google_business: a secret is a service account, name@project.iam.gserviceaccount.com, and after a space "
            "the push subscription's audience, if that has one"
        )
    return [secret if " " in secret else f"{secret} {request.url}" for secret in known]


def _decoded(part: str) -> bytes:
    """Return what a part of a token is; it is written in one way only (RFC 7515, section 2)."""
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise SignatureError("the token is not in base64url") from error
    if urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise SignatureError("the token is not in base64url")
    return raw


def _at(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(seconds, 2**36))


def _fits(given: _Given, pem: str, now: datetime) -> bool:
    # Imported when the first token comes: few platforms need it, and it takes a tenth of a second.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import load_pem_x509_certificate

    try:
        own = load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    key = own.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < _WEAKEST:
        return False
    if not own.not_valid_before_utc - TOLERANCE <= now <= own.not_valid_after_utc + TOLERANCE:
        return False
    try:
        key.verify(given.signature, given.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
