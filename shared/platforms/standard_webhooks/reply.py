"""The company's own app is told what is said to a customer as it tells us: with a `message.sent` of the same contract,
as a signed Standard Webhook (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

Every attempt has the reply's own id, as `webhook-id` and as the message's, and says the same but for its `timestamp`.
The app takes what comes twice once, so that it is sent again where an answer was lost, and nobody has to be asked.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ValidationError

from shared.errors import ConfigurationError
from shared.hosts import is_host
from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.standard_webhooks.contract import Id
from shared.platforms.standard_webhooks.normalise import CHANNEL
from shared.platforms.standard_webhooks.signature import proven
from shared.ports import Answer, Asking, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Draft, Later, Place, Refusal, Refused, Reply, ReplyPort, Rules, Sent, Unknown

KIND = "endpoint"
"""The kind of thing by which the playbook names the URL at which the app is told."""

RULES: Mapping[str, Rules] = {CHANNEL: Rules(longest=10_000, unit=CHARACTERS, echoes=True)}
"""The length is a limit of our own, so that an app knows for how much it has to have room."""

_TAKEN = (200, 201, 202)
_A_DAY = 24 * 3600


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why the app is not told, or none; nothing there is a matter of time."""
    rules = RULES.get(place.channel)
    return _NOT_REACHABLE if rules and not _person(place) else check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no customer of this app: answer where they wrote, or where else they are known",
)


def _person(place: Place) -> str:
    """Return a customer's id in the app; an empty one where the address is none of this account's."""
    before = f"{CHANNEL}:{place.account}:"
    return place.identity.removeprefix(before) if place.identity.startswith(before) else ""


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call."""
    if no_way := no_way_to_say(RULES.get(reply.place.channel), reply.draft, reply.place):
        return no_way
    person, endpoint, at = _person(reply.place), _endpoint(presence), now or datetime.now(UTC)
    if not person:
        return refused(_NOT_REACHABLE)
    if endpoint is None:
        return _NO_ENDPOINT
    body = orjson.dumps(_event(reply, person, at))
    try:
        proof = proven(body, presence.token, reply.id, at)
    except ConfigurationError:
        return _NO_SECRET
    headers = {"content-type": "application/json", "user-agent": "Mostrador", **proof}
    answer = yield Call("POST", endpoint, headers, body)
    return _sent(answer) or _failed(answer, at)


def _endpoint(presence: Presence) -> str | None:
    named = next((thing.id for thing in presence.things if thing.kind == KIND), "")
    target = urlsplit(named)
    return named if target.scheme == "https" and is_host(target.netloc) else None


_NO_ENDPOINT = Refused(
    code="no_endpoint",
    sentence="the playbook does not say where the app is told: name "
    f'{{ kind = "{KIND}", id = "https://app.example.com/webhooks/mostrador" }} as a thing of the account, publish it, '
    "then send again",
)
_NO_SECRET = Refused(
    code="no_secret",
    sentence="the account's API token is no secret of Standard Webhooks: publish one in base64, with whsec_ before it, "
    "with `python -m infra.publish tokens`, then send again",
)


def _event(reply: Reply, person: str, at: datetime) -> Mapping[str, Any]:
    place = reply.place
    answered = {"reply_to": place.reply_to} if place.reply_to else {}
    said = {
        "id": reply.id,
        "occurred_at": reply.asked_at or at,
        "customer": {"id": person},
        "thread": place.thread,
        "text": reply.draft.text,
        "visibility": place.visibility,
        **answered,
    }
    return {"type": "message.sent", "timestamp": at, "data": said}


class _Taken(BaseModel):
    """What an app answers that has it: the id under which its customers' messages know it."""

    id: Id


def _sent(answer: Answer) -> Sent | None:
    # A status alone would be believed of any page that happens to stand at the URL.
    try:
        return Sent(external_id=_Taken.model_validate(answer.json()).id) if answer.status in _TAKEN else None
    except ValidationError:
        return None


def _failed(answer: Answer, at: datetime) -> Refused | Later | Unknown:
    again = answer.retry_after(at)
    if answer.status == 429 or (answer.status == 503 and again):
        return Later(seconds=ceil((again - at).total_seconds()) if again else None)
    if answer.refuses:
        return Refused(code=str(answer.status), sentence=told(_REASONS, "", answer.status))
    if answer.status in range(200, 300):
        return Unknown(sentence='the app did not answer with the message\'s id, {"id": ...}: look there, and mend it')
    return Unknown(sentence=f"the app did not say whether it has it (status {answer.status}): look there")


_SIGNATURE = (
    "the app does not accept our signature: publish the secret that it has as the account's API token with "
    "`python -m infra.publish tokens`, and let its clock be right"
)
_REASONS: Reasons = (
    (401, r"", _SIGNATURE),
    (403, r"", _SIGNATURE),
    (404, r"", "there is nothing at the URL, or the app has no such customer any more: correct the account's "
     f"`{KIND}` in the playbook, or write to them where else they are known"),
    (410, r"", "the app takes no messages any more: correct the account's "
     f"`{KIND}` in the playbook, and write to the customer where else they are known"),
    (413, r"", "the app finds the text too long: shorten it"),
    (None, r"", "the app refused it: look for the reply's id in the app's own log"),
)  # fmt: skip

PORT = ReplyPort(frozenset(), RULES, check, send, repeatable=True, things=(KIND,), host_kind=KIND)
