"""Staying subscribed to news of the channel's videos: the hub forgets whoever does not ask again
(https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.4.html, section 5).

The cursor is when the hub last took the subscription, and which one that was, as a digest.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from shared.errors import ConfigurationError
from shared.platforms.youtube.signature import TOPIC, verify_token
from shared.ports import Answer, Asking, Call, Found, Presence, Thing

HOST = "pubsubhubbub.appspot.com"
KIND = "topic"

LEASE = timedelta(days=10)
"""As long as is asked for. Google's hub gives five days at least."""

RENEWED_AFTER = timedelta(days=2)
"""So early that three days of failures do no harm."""

_LOOKED_AT = timedelta(hours=1)
"""How long a change of the secret or of our address may go unnoticed."""

_NO_TOPIC = (
    "the playbook names no channel's videos: `{ kind = "
    '"topic", id = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC...", through = "<our API\'s host>" }`'
)
_NOTHING_TO_SIGN_WITH = (
    "nothing is published that the hub could sign with: put the webhook secret under the topic's URL, in `things` of "
    "the account's API token, and publish it with `python -m infra.publish tokens`"
)
_REFUSALS: Mapping[int, str] = {
    0: "the hub does not answer over TLS in time",
    409: "the hub asked our door whether we want the topic, and was not told so: publish the same secret with "
    "`python -m infra.publish secrets`, and name the API's host as `through` of the topic",
    429: "the hub asks us to come less often",
}
_REFUSED = "the hub did not take the subscription ({status})"


def renew(presence: Presence, topic: Thing, cursor: str, now: datetime) -> Asking[Found]:
    """Subscribe, where that has not been done lately; nothing is found."""
    if not TOPIC.fullmatch(topic.id) or not topic.through:
        return Found((), cursor, _NO_TOPIC, failing=True)
    callback, secret = f"https://{topic.through}{presence.path}", presence.tokens.get(topic.id, "")
    try:
        token = verify_token(secret, topic.id)
    except ConfigurationError:
        return Found((), cursor, _NOTHING_TO_SIGN_WITH, failing=True)
    which = sha256(f"{callback}\0{topic.id}\0{secret}".encode(errors="replace")).hexdigest()[:16]
    taken = _taken(cursor, which)
    if taken is not None and now < taken + RENEWED_AFTER:
        return Found((), cursor, not_before=min(taken + RENEWED_AFTER, now + _LOOKED_AT))
    answer = yield _subscribe(callback, topic.id, secret, token)
    if answer.status not in (202, 204):
        return Found((), cursor, _refusal(answer), failing=True, not_before=answer.retry_after(now))
    return Found((), f"{now.isoformat()} {which}", not_before=now + _LOOKED_AT)


def _taken(cursor: str, which: str) -> datetime | None:
    """Return when the hub last took this very subscription."""
    at, _, known = cursor.partition(" ")
    try:
        taken = datetime.fromisoformat(at)
    except ValueError:
        return None
    return taken if known == which and taken.tzinfo else None


def _subscribe(callback: str, topic: str, secret: str, token: str) -> Call:
    said = {
        "hub.mode": "subscribe",
        "hub.callback": callback,
        "hub.topic": topic,
        "hub.secret": secret,
        "hub.lease_seconds": str(LEASE // timedelta(seconds=1)),
        # Two fields of version 0.3, which Google's hub keeps to as well: it asks our door before it answers, and gives
        # the token back there.
        "hub.verify": "sync",
        "hub.verify_token": token,
    }
    form = {"content-type": "application/x-www-form-urlencoded"}
    return Call("POST", f"https://{HOST}/subscribe", form, urlencode(said, errors="replace").encode())


def _refusal(answer: Answer) -> str:
    return _REFUSALS.get(answer.status) or _REFUSED.format(status=answer.status)
