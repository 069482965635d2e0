"""Proof that a request comes from the hub that we asked to tell us of our own channel's videos
(https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.4.html).

One secret does both: the hub signs with it, and what we have the hub give back in its handshake is made of it.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.proofs import is_one_of, is_proven, keyed

HEADER = "X-Hub-Signature"

TOPIC = re.compile(r"https://www\.youtube\.com/(?:xml/)?feeds/videos\.xml\?channel_id=(UC[A-Za-z0-9_-]{22})")
"""A channel's videos, as the documentation writes it now and as it used to
(https://developers.google.com/youtube/v3/guides/push_notifications)."""

_LONGEST_SECRET = 199
"""`hub.secret` has less than 200 bytes (PubSubHubbub 0.4, section 5.1)."""

# What is sent back is reflected, so nothing that a browser could take for markup is let through.
_CHALLENGE = re.compile(r"[A-Za-z0-9_.~=+/-]{1,256}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - the hub signs no time
    """Return when the request carries a signature of its raw body made with one of the secrets.

    Nothing here stops a replay. Raises `SignatureError` when the signature is missing or wrong, `ConfigurationError`
    when there is no secret or one that the hub would not take.
    """
    ours = [keyed(secret, "sha1") for secret in _usable(secrets)]
    if (given := request.headers.get(HEADER)) is None:
        raise SignatureError(f"{HEADER} is missing: was a hub.secret given when the topic was subscribed to?")
    if not is_proven(given, request.body, ours, b"sha1="):
        raise SignatureError(f"{HEADER} does not fit the body")


def handshake(request: Request, secrets: Sequence[str]) -> Handshake | None:
    """Return the hub's challenge, if it asks about a subscription that we wanted: one to a channel's videos for which
    we gave it the token.

    Returns `None` for anything but a GET. Raises `SignatureError` for another topic or token, `MalformedRequest` for a
    GET that is no such question (we never unsubscribe: a lease ends by itself), and `ConfigurationError` as `verify`.
    """
    if request.method != "GET":
        return None
    usable = _usable(secrets)
    if request.query.get("hub.mode") != "subscribe":
        raise MalformedRequest("a GET without hub.mode=subscribe is no handshake")
    topic = request.query.get("hub.topic", "")
    if not TOPIC.fullmatch(topic):
        raise SignatureError("hub.topic is no channel's videos")
    tokens = [_token(secret, topic).encode() for secret in usable]
    if not is_one_of(request.query.get("hub.verify_token", ""), tokens):
        raise SignatureError("hub.verify_token is not ours for this topic")
    challenge = request.query.get("hub.challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise MalformedRequest("hub.challenge is no plain token")
    return Handshake(challenge)


def verify_token(secret: str, topic: str) -> str:
    """Return what the hub has to give back when it asks whether we want a topic: made for this one alone, so that
    whoever has seen it cannot have us confirm another, and telling nothing of the secret.

    Raises `ConfigurationError` for a secret that the hub would not take.
    """
    (usable,) = _usable([secret])
    return _token(usable, topic)


def _token(secret: bytes, topic: str) -> str:
    return keyed(secret)(f"hub.verify_token {topic}".encode(errors="replace")).hex()


def _usable(secrets: Sequence[str]) -> list[bytes]:
    found = [secret.encode() for secret in secrets]
    if not found or not all(secret.strip() and len(secret) <= _LONGEST_SECRET for secret in found):
        raise ConfigurationError(f"youtube: a hub.secret has 1 to {_LONGEST_SECRET} bytes")
    return found
