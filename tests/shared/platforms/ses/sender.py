"""Plays SES, which speaks through topics of SNS: the signature is in the body, made with a key of these tests."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from random import Random
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ACCOUNT = "correo"
SECRETS = ("arn:aws:sns:eu-west-1:123456789012:ses-mail", "arn:aws:sns:eu-west-1:123456789012:ses-events")
"""Anybody may know the name of a topic; what proves is SNS's signature."""
SIGNS_TIME = True
TOLERANCE = timedelta(minutes=75)
CORPUS = ("email", "aws/*.s[en]s*")
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()

CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"

PROOF = "Signature"
_MEANT = ("TopicArn", "Timestamp", "Signature", "SignatureVersion")
"""What a signature stands for beside the content."""

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery, which prove nothing."""
    return {"content-type": "text/plain; charset=UTF-8"}


def enclose(body: bytes, secret: str, now: datetime) -> bytes:
    """Return what SNS sends instead of a body: a message of its own from the topic, signed now.

    What is no such message goes as its text.
    """
    told = _message(body)
    if told is None:
        text = body.decode("latin-1")
        told = {"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "Message": text}
    told |= {
        "TopicArn": secret,
        "Timestamp": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "1" if told.get("SignatureVersion") == "1" else "2",
        "SigningCertURL": CERTIFICATE_URL,
    }
    said = "".join(f"{name}\n{told[name]}\n" for name in _SIGNED[told["Type"]] if told.get(name) is not None)
    told["Signature"] = signature(said.encode(), told["SignatureVersion"])
    return orjson.dumps(told)


def _message(body: bytes) -> dict[str, Any] | None:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    kind = told.get("Type") if isinstance(told, dict) else None
    if not isinstance(kind, str) or kind not in _SIGNED:
        return None
    set_anew = {"Timestamp", "TopicArn"}
    values = {name: told.get(name) for name in _SIGNED[kind] if name not in set_anew}
    if values.get("Subject") is None:
        values.pop("Subject", None)
    lines = {name: value for name, value in values.items() if name != "Message"}
    is_whole = all(isinstance(value, str) for value in values.values())
    return told if is_whole and not any("\n" in value for value in lines.values()) else None


def parts(body: bytes) -> Mapping[str, str]:
    """Return the texts beside the content that a body holds, by name."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: value for name, value in told.items() if isinstance(value, str) and name != "Message"}


def with_parts(body: bytes, changed: Mapping[str, str]) -> bytes:
    """Return a body in which these are the texts beside the content."""
    before, told = parts(body), orjson.loads(body)
    kept = {name: value for name, value in told.items() if name not in before}
    return orjson.dumps({name: changed[name] for name in told if name in changed} | kept | dict(changed))


def proof(body: bytes) -> set[tuple[str, str]]:
    """Return what of a body proves the rest of it, wherever it stands."""
    return {(name, value) for name, value in parts(body).items() if name in _MEANT}


def signed_at(body: bytes) -> datetime | None:
    """Return when a body says that it was signed."""
    try:
        return datetime.fromisoformat(parts(body).get("Timestamp", ""))
    except ValueError:
        return None


@lru_cache(16384)
def signature(said: bytes, version: str) -> str:
    """Return the signature of some bytes as SNS makes it; PKCS #1 v1.5 makes the same each time."""
    return b64encode(key().sign(said, padding.PKCS1v15(), SHA1() if version == "1" else SHA256())).decode()  # noqa: S303


@cache
def key() -> rsa.RSAPrivateKey:
    """Return the key that SNS has in these tests: made anew, and the same in every process of a run."""
    chance = Random("a key that is good for nothing but these tests")
    p, q = _prime(chance), _prime(chance)
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *crt, public).private_key()


_SMALL = [
    number for number in range(3, 2000, 2) if all(number % factor for factor in range(3, int(number**0.5) + 1, 2))
]


def _prime(chance: Random) -> int:
    """Return a prime of 1,024 bits whose two highest are set (Miller and Rabin, 20 rounds)."""
    while True:
        number = chance.getrandbits(1024) | (3 << 1022) | 1
        if (number - 1) % 65537 and all(number % small for small in _SMALL) and _is_prime(number, chance):
            return number


def _is_prime(number: int, chance: Random) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        power = pow(chance.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, number)
            if power == number - 1:
                break
        else:
            return False
    return True


def certificate(
    *,
    issued_to: str = "sns.amazonaws.com",
    since: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    until: datetime = datetime(2120, 1, 1, tzinfo=UTC),
    own: rsa.RSAPrivateKey | None = None,
) -> str:
    """Return a certificate, signed by itself, as PEM."""
    own = own or key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issued_to)])
    builder = x509.CertificateBuilder(name, name, own.public_key(), 4711, since, until)
    return builder.sign(own, SHA256()).public_bytes(Encoding.PEM).decode()


@cache
def certificates() -> Mapping[str, str]:
    """Return what SNS hands out, by URL."""
    return {CERTIFICATE_URL: certificate()}
