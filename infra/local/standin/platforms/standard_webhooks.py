"""An app of the company's own, as it takes what is said to its customers: a signed Standard Webhook
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md) with a `message.sent`.

What comes twice under one `webhook-id` is taken once, and answered alike. Whoever is blocked has left the app.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.echoes import Notice, notice
from infra.local.standin.state import Arrived, Limit, Person, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOST = "app.teleprado.example"
PATH = "/webhooks/mostrador"
HOSTS = frozenset({HOST})
TOKEN = "whsec_" + b64encode(b"the secret of an app that there is not").decode()

_CHANNEL = "app"
_TOLERANCE = timedelta(minutes=5)
_LONGEST = 10_000


def know(state: State, place: Place, now: datetime) -> None:  # noqa: ARG001 - an app has no window
    """Learn of a customer of the app."""
    state.spoke[_person(place)] = place.last_inbound_at


def block(state: State, place: Place) -> None:
    """Have the customer leave the app."""
    state.blocked.add(_person(place))


def _person(place: Place) -> Person:
    prefix = f"{_CHANNEL}:{place.account}:"
    is_its = place.identity.startswith(prefix)
    return Person(_CHANNEL, place.account, place.identity.removeprefix(prefix) if is_its else "")


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as an app should."""
    if (request.method, request.path) != ("POST", PATH):
        return _error(404, "there is nothing here")
    if not _is_proven(request, now):
        return _error(401, "the signature does not fit, or is too old")
    if seconds := state.wait(now, {_CHANNEL: Limit(100, timedelta(seconds=1))}):
        return limited(seconds, now)
    identifier = request.headers["webhook-id"]
    before = (each for each in state.arrived if (each.platform, each.reply_id) == ("standard_webhooks", identifier))
    if taken := next(before, None):
        return _has(taken)
    return _take(state, request.json(), identifier, now)


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return Response(429, {"error": "too many at once"}, {"retry-after": str(seconds)})


def _is_proven(request: Request, now: datetime) -> bool:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#verifying-signatures"""
    identifier, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not (identifier and at.isdecimal()) or abs(now.timestamp() - int(at)) > _TOLERANCE.total_seconds():
        return False
    key = b64decode(TOKEN.removeprefix("whsec_"))
    made = hmac.digest(key, b".".join((identifier.encode(), at.encode(), request.body)), "sha256")
    ours = f"v1,{b64encode(made).decode()}"
    return any(hmac.compare_digest(ours, given) for given in request.headers.get("webhook-signature", "").split(" "))


def _take(state: State, said: Mapping[str, Any], identifier: str, now: datetime) -> Response:
    data = said.get("data")
    if said.get("type") != "message.sent" or not isinstance(data, dict) or data.get("id") != identifier:
        return _error(422, "only a message.sent is taken, whose id is the webhook's")
    text, customer = data.get("text"), data.get("customer", {}).get("id")
    known = next((each for each in state.spoke if (each.channel, each.id) == (_CHANNEL, customer)), None)
    if known is None or not known.id or known in state.blocked:
        return _error(404, "there is no such customer")
    if not isinstance(text, str) or is_blank(text):
        return _error(422, "there is no text")
    if len(text) > _LONGEST:
        return _error(413, "the text is too long")
    arrived = Arrived(
        platform="standard_webhooks",
        channel=_CHANNEL,
        account=known.account,
        to=known.id,
        external_id=f"app-{state.number()}",
        at=now,
        text=text,
        reply_to=data.get("reply_to"),
        reply_id=identifier,
        tag=data.get("thread"),
    )
    state.arrived.append(arrived)
    return _has(arrived)


def _has(arrived: Arrived) -> Response:
    return Response(200, {"id": arrived.external_id})


def _error(status: int, words: str) -> Response:
    return Response(status, {"error": words})


def _told(arrived: Arrived) -> Iterator[Notice]:
    """Tell of it as of what the app's own people say there (shared/platforms/standard_webhooks/README.md)."""
    at = arrived.at.isoformat()
    data = {
        "id": arrived.external_id,
        "occurred_at": at,
        "customer": {"id": arrived.to},
        "thread": arrived.tag,
        "text": arrived.text,
    }
    yield notice(arrived, {"type": "message.sent", "timestamp": at, "data": data})


ECHOES = {_CHANNEL: _told}
