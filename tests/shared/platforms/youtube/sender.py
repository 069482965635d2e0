"""Plays Google's hub, which tells of videos and signs with the secret that it was given; and with the same secret
what a poll found, since the samples of comments have no other way through the door."""

from datetime import datetime
from hmac import digest

import orjson

ACCOUNT = "canal"
SECRETS = ("4e0c6d1b9e8a7f6e5d4c3b2a1f0e9d8c7b6a5f4e", "6e1d7c2a0f9b8e7d6c5b4a3f2e1d0c9b8a7f6e5d")
SIGNS_TIME = False
CORPUS = ("youtube",)

CHANNEL = "UCteleprado0000000000001"
TOPIC = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}"
_OLD_TOPIC = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"


def token(secret: str, topic: str) -> str:
    return digest(secret.encode(), f"hub.verify_token {topic}".encode(), "sha256").hex()


def asked(topic: str = TOPIC, secret: str = SECRETS[0], **changed: str) -> dict[str, str]:
    """Return what the hub asks whoever subscribed, with other values for some."""
    said = {"mode": "subscribe", "topic": topic, "challenge": "14377390163429396021", "lease_seconds": "432000"}
    known = said | {"verify_token": token(secret, topic)} | changed
    return {f"hub.{name}": value for name, value in known.items()}


_CHALLENGE = "14377390163429396021"
_SOMEBODY_ELSES = TOPIC.replace("teleprado", "competido")

HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = (
    (asked(), 200, _CHALLENGE),
    (asked(_OLD_TOPIC, SECRETS[1]), 200, _CHALLENGE),
    (asked(challenge="Az09+/=_-.~"), 200, "Az09+/=_-.~"),
    (asked(topic=TOPIC, verify_token=""), 401, None),
    (asked(verify_token=token("nobodys", TOPIC)), 401, None),
    (asked(verify_token=token(SECRETS[0], TOPIC).upper()), 401, None),
    (asked(verify_token=SECRETS[0]), 401, None),
    (asked(verify_token="ñ€😀"), 401, None),
    (asked(_SOMEBODY_ELSES, verify_token=token(SECRETS[0], TOPIC)), 401, None),
    (asked("https://evil.example/feeds/videos.xml?channel_id=UCteleprado0000000000001"), 401, None),
    (asked(f"{TOPIC}\n"), 401, None),
    (asked(f"{TOPIC}&playlist_id=x"), 401, None),
    (asked(""), 401, None),
    (asked(mode="unsubscribe"), 400, None),
    (asked(mode="denied"), 400, None),
    (asked(challenge=""), 400, None),
    (asked(challenge="<script>alert(1)</script>"), 400, None),
    (asked(challenge="a" * 257), 400, None),
    ({}, 400, None),
)


def written(sample: bytes) -> bytes:
    """Return the feed that a sample holds in a string; any other is what a poll found."""
    try:
        said = orjson.loads(sample)
    except orjson.JSONDecodeError:
        return sample
    feed = said.get("xml") if isinstance(said, dict) else None
    return feed.encode(errors="replace") if isinstance(feed, str) else sample


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery; the hub signs the body, and no time."""
    return {
        "content-type": "application/atom+xml",
        "x-hub-signature": f"sha1={digest(secret.encode(), body, 'sha1').hex()}",
    }
