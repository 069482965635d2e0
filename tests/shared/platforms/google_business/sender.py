"""Plays Pub/Sub, which pushes with a token of Google's, made with a key of these tests."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from math import gcd, prod
from random import Random
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ACCOUNT = "tiendas"
SECRETS = (
    "pubsub-push@teleprado.iam.gserviceaccount.com https://care.teleprado.example",
    "pubsub-old@teleprado.iam.gserviceaccount.com https://care.teleprado.example",
)
"""Anybody may know the name of a service account; what proves is Google's signature."""
SIGNS_TIME = True
CORPUS: tuple[str, ...] = ()
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()

KEY_ID = "0b0bf1b8a3f5c9d2e7a60b0bf1b8a3f5c9d2e7a6"
CERTIFICATE_URL = f"https://www.googleapis.com/oauth2/v1/certs#{KEY_ID}"


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a push. These tokens last for no more than clocks may differ, so that what is late is
    refused as what is early; Google's last for an hour."""
    email, _, audience = secret.partition(" ")
    said = claims(now, email=email, aud=audience, exp=int(now.timestamp()))
    return {"content-type": "application/json", "authorization": f"Bearer {token(said)}"}


def token_made_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when a request says that its token was made."""
    parts = next((value for name, value in headers.items() if name.lower() == "authorization"), "").split(".")
    try:
        said = orjson.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(said["iat"], UTC)
    except (IndexError, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def claims(now: datetime, **changed: Any) -> dict[str, Any]:
    """Return what a token of Google's says; what is changed to none is left out."""
    email, _, audience = SECRETS[0].partition(" ")
    issued = int(now.timestamp())
    said = {
        "aud": audience,
        "azp": "113774264463038321964",
        "email": email,
        "email_verified": True,
        "exp": issued + int(timedelta(hours=1).total_seconds()),
        "iat": issued,
        "iss": "https://accounts.google.com",
        "sub": "113774264463038321964",
    }
    return {name: value for name, value in (said | changed).items() if value is not None}


def token(said: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
    """Return a token that says this, signed as Google signs it."""
    known = {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    told = f"{bare(orjson.dumps(known if header is None else header))}.{bare(orjson.dumps(said))}"
    return f"{told}.{bare(_signature(told.encode()))}"


def bare(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@lru_cache(16384)
def _signature(said: bytes) -> bytes:
    return key().sign(said, padding.PKCS1v15(), SHA256())


@cache
def key() -> rsa.RSAPrivateKey:
    """Return the key that Google has in these tests: made anew, and the same in every process of a run."""
    chance = Random("another key that is good for nothing but these tests")
    p, q = _prime(chance), _prime(chance)
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, p * q)).private_key()


_SMALL = prod(
    number for number in range(3, 3000, 2) if all(number % factor for factor in range(3, 55, 2) if factor < number)
)


def _prime(chance: Random) -> int:
    """Return a prime of 1,024 bits whose two highest are set (Fermat to the base 2, which errs on no number of this
    chance's)."""
    while True:
        number = chance.getrandbits(1024) | (3 << 1022) | 1
        if (number - 1) % 65537 and gcd(number, _SMALL) == 1 and pow(2, number - 1, number) == 1:
            return number


def certificate(
    own: rsa.RSAPrivateKey | None = None,
    *,
    since: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    until: datetime = datetime(2120, 1, 1, tzinfo=UTC),
) -> str:
    """Return a certificate, signed by itself, as PEM."""
    own = own or key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.system.gserviceaccount.com")])
    builder = x509.CertificateBuilder(name, name, own.public_key(), 4711, since, until)
    return builder.sign(own, SHA256()).public_bytes(Encoding.PEM).decode()


@cache
def certificates() -> Mapping[str, str]:
    """Return what Google hands out, by URL."""
    return {CERTIFICATE_URL: certificate()}
