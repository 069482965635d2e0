"""How a port is let in where platforms want a token that is good for an hour, by what an operator publishes once.

- `<client id>:<client secret>:<refresh token>`: exchanged for an access token (RFC 6749, section 6), as Google has it;
- `<e-mail>:<key id>:<private key>`: the same for a service account of Google's, which signs what it asks (RFC 7523);
- `<key>:<secret>`: the same for the client's own credentials (section 4.4), as Trustpilot has it;
- `<issuer>:<key id>:<private key>`: a token that is made here and signed with that key (RFC 7519), as Apple has it.

What has no colon is a token already, and is taken as it is. The calls that sign in are `signs_in`: whoever makes them
gives the same answer again for a while (`shared/calling.py`).
"""

from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

import orjson

from shared.ports import Answer, Asking, Call

GOOGLE_HOST = "oauth2.googleapis.com"

_GOOGLE = f"https://{GOOGLE_HOST}/token"
_ASSERTED = timedelta(hours=1)
"""Google takes no assertion that is good for longer."""
_SAME_ASSERTION = timedelta(minutes=30)
"""For so long a service account asks in the same words, so that whoever makes its calls knows them again."""

_FORM = {"content-type": "application/x-www-form-urlencoded"}


class NoTokenError(Exception):
    """What was published is in none of these forms, or its key is none."""


def google(token: str) -> Asking[str | Answer]:
    """Return an access token of Google's, or what Google answered instead of one
    (https://developers.google.com/identity/protocols/oauth2/web-server#offline). Raises `NoTokenError`."""
    if ":" not in token:
        yield from ()
        return token
    client, secret, refresh = _split(token, 3)
    asked = {"grant_type": "refresh_token", "client_id": client, "client_secret": secret, "refresh_token": refresh}
    return (yield from _signed_in(_GOOGLE, _FORM, asked))


def is_service_account(token: str) -> bool:
    """Return whether what was published is a service account's key: such an account is named by an e-mail address."""
    return "@" in token.partition(":")[0]


def google_service_account(token: str, now: datetime, *, scope: str) -> Asking[str | Answer]:
    """Return an access token for a service account of Google's, or what Google answered instead of one
    (https://developers.google.com/identity/protocols/oauth2/service-account#httprest). Raises `NoTokenError`.

    The private key is PKCS #8 in base64, on one line, as it stands between the first and the last line of `private_key`
    in the account's key file.
    """
    account, key_id, private = _split(token, 3)
    seconds = int(now.timestamp())
    began = seconds - seconds % _seconds(_SAME_ASSERTION)
    claims = {"iss": account, "scope": scope, "aud": _GOOGLE, "iat": began, "exp": began + _seconds(_ASSERTED)}
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": _jwt("RS256", key_id, claims, _rs256, private),
    }
    return (yield from _signed_in(_GOOGLE, _FORM, asked))


def own_credentials(token: str, url: str) -> Asking[str | Answer]:
    """Return an access token for a client's own credentials, or what was answered instead. Raises `NoTokenError`."""
    if ":" not in token:
        yield from ()
        return token
    client, secret = _split(token, 2)
    basic = b64encode(f"{client}:{secret}".encode()).decode()
    asked = {"grant_type": "client_credentials"}
    return (yield from _signed_in(url, {**_FORM, "authorization": f"Basic {basic}"}, asked))


def _split(token: str, number: int) -> list[str]:
    found = token.split(":")
    if len(found) != number or not all(found):
        raise NoTokenError
    return found


def _signed_in(url: str, headers: Mapping[str, str], asked: Mapping[str, str]) -> Asking[str | Answer]:
    answer = yield Call("POST", url, headers, urlencode(asked).encode(), signs_in=True)
    token = answer.json().get("access_token") if answer.status == 200 else None
    return token if isinstance(token, str) and token else answer


def made_here(token: str, now: datetime, *, audience: str, lasts: timedelta) -> str:
    """Return a token that is signed with an elliptic key (ES256), for an audience and so long. Raises `NoTokenError`.

    The private key is PKCS #8 in base64, on one line, as it stands between the first and the last line of its file.
    """
    if ":" not in token:
        return token
    issuer, key_id, private = _split(token, 3)
    began = int(now.timestamp())
    claims = {"iss": issuer, "iat": began, "exp": began + _seconds(lasts), "aud": audience}
    return _jwt("ES256", key_id, claims, _es256, private)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _jwt(
    algorithm: str, key_id: str, claims: Mapping[str, object], sign: Callable[[bytes, str], bytes], private: str
) -> str:
    signed = f"{_part({'alg': algorithm, 'kid': key_id, 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_bare(sign(signed.encode(), private))}"


def _part(value: Mapping[str, object]) -> str:
    return _bare(orjson.dumps(value))


def _bare(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


# Imported when the first such token is made: few platforms need it, and it takes a tenth of a second.


def _es256(said: bytes, private: str) -> bytes:
    """Return a signature as JWS has it (RFC 7518, section 3.4): two numbers of 32 bytes each."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    key = _key(private)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise NoTokenError
    return b"".join(number.to_bytes(32) for number in decode_dss_signature(key.sign(said, ECDSA(SHA256()))))


def _rs256(said: bytes, private: str) -> bytes:
    """Return a signature as JWS has it (RFC 7518, section 3.3)."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256

    key = _key(private)
    if not isinstance(key, RSAPrivateKey):
        raise NoTokenError
    return key.sign(said, PKCS1v15(), SHA256())


def _key(private: str) -> object:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return load_der_private_key(b64decode(private, validate=True), password=None)
    except (ValueError, TypeError) as error:
        raise NoTokenError from error
