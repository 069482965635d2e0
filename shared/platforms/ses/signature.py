"""Proof in the form of Amazon SNS, through which SES tells us of mail: a signature inside the body.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html

Anyone can have SNS sign something, from a topic of their own. So the secrets of an account are the ARNs of its topics,
and what comes from another is refused. The certificate that a message names is fetched by the door, once, and handed in
beside them, as PEM.
"""

import hmac
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from cryptography.x509 import Certificate

PEM = "-----BEGIN CERTIFICATE-----"

OLDEST = timedelta(minutes=75)
"""SNS goes on trying for up to an hour, which is a hard limit, and every attempt has the timestamp of the first
(https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html). The rest is for clocks and the attempts
themselves. What is replayed within it, the journal's keys make a mere repetition."""

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_HOST = r"https://sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(?:\.cn)?"
"""The documented host, and nothing beside it: no port, no user, no other scheme."""
_CERTIFICATE = re.compile(rf"{_HOST}/[A-Za-z0-9._-]{{1,200}}\.pem")
_SUBSCRIBE = re.compile(rf"{_HOST}/\?Action=ConfirmSubscription&[A-Za-z0-9=&%:._~+-]{{1,2000}}")
_ISSUED_TO = re.compile(r"sns(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_WEAKEST = 2048

_CONFIRMING = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED: Mapping[str, tuple[str, ...]] = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _CONFIRMING,
    "UnsubscribeConfirmation": _CONFIRMING,
}
"""What is signed of each type, in the order in which it is."""


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when SNS signed the body for one of our topics, in the last 75 minutes, with the certificate handed in.

    `secrets` are the ARNs of our topics, and the PEM of the certificate that the body names. That must be made out to
    SNS, hold an RSA key and be valid `now`. No chain is built from it to an authority: SNS hands out the certificate
    alone, without those between. Whose it is rests on where it is fetched from, over TLS, from SNS's own host, as it
    does in Amazon's own validators.

    Raises `SignatureError` for anything else, and `ConfigurationError` when there is no topic, or one is no ARN.
    """
    told = _told(request, secrets)
    _certificate_url(told)
    if abs(now - _instant(told["Timestamp"])) > OLDEST:
        raise SignatureError("the timestamp is more than 75 minutes away from our clock")
    handed_in = [secret for secret in secrets if secret.startswith(PEM)]
    if not any(_fits(told, certificate, now) for certificate in handed_in):
        raise SignatureError("the signature fits no certificate of SNS's that is valid now")


def certificate(request: Request, secrets: Sequence[str]) -> str:
    """Return the URL, at a host of SNS's, of the certificate that a body for one of our topics is to be verified with.

    Raises what `verify` does, before anything is fetched for somebody who is not ours.
    """
    return _certificate_url(_told(request, secrets))


def confirmation(request: Request) -> str | None:
    """Return the URL, at a host of SNS's, which a verified request asks us to visit to confirm that we subscribed.

    Raises `SignatureError` when it is elsewhere.
    """
    told = orjson.loads(request.body)
    if told["Type"] != "SubscriptionConfirmation":
        return None
    url: str = told["SubscribeURL"]
    if not _SUBSCRIBE.fullmatch(url):
        raise SignatureError("SubscribeURL is not at SNS")
    return url


def canonical(told: Mapping[str, str]) -> bytes:
    """Return what SNS signs of a message: names and values, a line each."""
    lines = ((name, told[name]) for name in _SIGNED[told["Type"]] if name in told)
    return "".join(f"{name}\n{value}\n" for name, value in lines).encode()


def _told(request: Request, secrets: Sequence[str]) -> Mapping[str, str]:
    """Return what a body says that is from one of our topics and has all that is signed."""
    topics = _topics(secrets)
    try:
        body: Any = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise SignatureError("the body is no JSON") from error
    if not isinstance(body, dict) or not isinstance(kind := body.get("Type"), str) or kind not in _SIGNED:
        raise SignatureError("the body is no message of SNS's")
    if body.get("Subject") is None:
        body.pop("Subject", None)
    names = [name for name in _SIGNED[kind] if name in body or name != "Subject"]
    names += ["Signature", "SignatureVersion", "SigningCertURL"]
    told = {name: value for name in names if isinstance(value := body.get(name), str)}
    if len(told) < len(names):
        raise SignatureError("the message lacks something that is signed")
    if any("\n" in value for name, value in told.items() if name != "Message"):
        # What is signed is separated by line feeds alone, and could be read in two ways.
        raise SignatureError("a line feed stands where SNS has none")
    if not sum(hmac.compare_digest(told["TopicArn"].encode(), topic.encode()) for topic in topics):
        raise SignatureError("the topic is none of ours")
    return told


def _topics(secrets: Sequence[str]) -> list[str]:
    topics = [secret for secret in secrets if not secret.startswith(PEM)]
    if not topics or not all(map(_TOPIC.fullmatch, topics)):
        raise ConfigurationError("ses: a secret is the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>")
    return topics


def _certificate_url(told: Mapping[str, str]) -> str:
    if not _CERTIFICATE.fullmatch(told["SigningCertURL"]):
        raise SignatureError("SigningCertURL is not at SNS")
    return told["SigningCertURL"]


def _instant(text: str) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise SignatureError("the timestamp is none")


def _fits(told: Mapping[str, str], pem: str, now: datetime) -> bool:
    # Imported when the first mail comes: no other platform needs it, and it takes a tenth of a second.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    hashes: Mapping[str, Callable[[], HashAlgorithm]] = {"1": SHA1, "2": SHA256}
    try:
        signature = b64decode(told["Signature"], validate=True)
        given = load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    key = given.public_key()
    if told["SignatureVersion"] not in hashes or not isinstance(key, RSAPublicKey) or key.key_size < _WEAKEST:
        return False
    if not (given.not_valid_before_utc <= now <= given.not_valid_after_utc and _is_issued_to_sns(given)):
        return False
    try:
        key.verify(signature, canonical(told), PKCS1v15(), hashes[told["SignatureVersion"]]())
    except InvalidSignature:
        return False
    return True


def _is_issued_to_sns(given: "Certificate") -> bool:
    from cryptography.x509.oid import NameOID

    named = [name.value for name in given.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return any(isinstance(name, str) and _ISSUED_TO.fullmatch(name) for name in named)
