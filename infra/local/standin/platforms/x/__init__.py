"""X's API as far as posts and direct messages go (https://docs.x.com/openapi.json).

Where the documentation is silent about an error's words, they are those that developers report.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from infra.local.standin.platforms.x.echoes import ECHOES
from infra.local.standin.platforms.x.showing import shown
from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.lengths import WEIGHTED, is_blank
from shared.platforms.x.authority import Keys, signature
from shared.replying import Place

__all__ = ["ECHOES", "HOSTS", "answer", "block", "know", "limited", "shown", "token"]

HOSTS = frozenset({"api.x.com"})
APP_TOKEN = "standin-app"  # noqa: S105 - of an app that there is not
KEYS = Keys("standin-key", "standin-secret", "{account}-standin", "standin-token-secret")
"""The keys of OAuth 1.0a; a user's token begins with the user's id, as X's own do."""

_USER_TOKEN = re.compile("standin-user-([0-9]+)")
_QUARTER, _DAY = timedelta(minutes=15), timedelta(hours=24)
_CLOCKS_DIFFER = timedelta(minutes=5)
_EPOCH = datetime.fromtimestamp(1288834974.657, UTC)
_PAGE = 100

_NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)
_NO_SUCH_POST = "You attempted to reply to a Tweet that is deleted or not visible to you."


def token(account: str) -> str:
    """Return a user's token of OAuth 2.0."""
    return f"standin-user-{account}"


def keys(account: str) -> str:
    """Return the four keys of OAuth 1.0a, as an operator publishes them."""
    return ":".join(KEYS).format(account=account)


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a post and whether it summons the account, or of somebody who has written in private."""
    person = place.identity.rsplit(":", 1)[-1]
    if place.channel == "x_dm":
        state.spoke[Person("x_dm", place.account, person)] = place.last_inbound_at
    elif place.reply_to:
        state.public[place.reply_to] = Public(
            "x_mention", place.account, person, place.thread, place.reply_to_at or now, place.summoned is not False
        )


def block(state: State, place: Place) -> None:
    """Have the customer take no direct messages from the account any more."""
    state.blocked.add(Person("x_dm", place.account, place.identity.rsplit(":", 1)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as X does."""
    if request.bearer == APP_TOKEN:
        return _problem(
            403,
            "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.",
            kind="unsupported-authentication",
        )
    user = _user(request, now)
    if user is None:
        return _problem(401, "Unauthorized")
    for method, path, does in _DOORS:
        if request.method == method and (found := re.fullmatch(path, request.path)):
            return does(state, user, request, now, *found.groups())
    return _problem(404, "Not Found")


def limited(seconds: int, now: datetime) -> Response:
    said = _problem(429, "Too Many Requests")
    until = str(int(now.timestamp()) + seconds)
    return Response(429, said.value, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": until})


def _user(request: Request, now: datetime) -> str | None:
    """Return in whose name a request is made."""
    if found := _USER_TOKEN.fullmatch(request.bearer):
        return found[1]
    written = request.headers.get("authorization", "")
    if not written.startswith("OAuth "):
        return None
    fields = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', written)}
    own = fields.pop("oauth_signature", "")
    account = fields.get("oauth_token", "").partition("-")[0]
    known = Keys(*(part.format(account=account) for part in KEYS))
    url = f"https://{request.host}{request.path}?{urlencode(request.query)}"
    named = (fields.get("oauth_consumer_key"), fields.get("oauth_token"))
    if named != (known.consumer_key, known.token) or not fields.get("oauth_timestamp", "").isdigit():
        return None
    made = datetime.fromtimestamp(int(fields["oauth_timestamp"]), UTC)
    genuine = own == signature(request.method, url, known, fields.items())
    return account if genuine and abs(now - made) <= _CLOCKS_DIFFER else None


def _post(state: State, user: str, request: Request, now: datetime) -> Response:
    said = request.json()
    text, answered = said.get("text"), (said.get("reply") or {}).get("in_reply_to_tweet_id")
    if not isinstance(text, str) or is_blank(text):
        return _problem(400, "One or more parameters to your request was invalid.", kind="invalid-request")
    if WEIGHTED.count(text) > 280:
        return _problem(403, "You are not permitted to perform this action.")
    to = state.public.get(str(answered)) if answered is not None else None
    if answered is not None and to is None:
        return _problem(403, _NO_SUCH_POST)
    if to and not to.summons:
        return _problem(403, _NOT_SUMMONED)
    author = to.author if to else ""
    if any((each.to, each.text) == (author, text) for each in state.of("x_mention", user) if now - each.at < _DAY):
        return _problem(403, "You are not allowed to create a Tweet with duplicate content.")
    if seconds := state.wait(now, {f"x {user}": Limit(100, _QUARTER), "x app": Limit(10_000, _DAY)}):
        return limited(seconds, now)
    number = _id(state, now)
    thread = to.thread if to else None
    state.arrived.append(Arrived("x", "x_mention", user, author, number, now, text, reply_to=answered, tag=thread))
    return Response(201, {"data": {"id": number, "text": shown(text, author), "edit_history_tweet_ids": [number]}})


def _message(state: State, user: str, request: Request, now: datetime, person: str) -> Response:
    text = request.json().get("text")
    if not isinstance(text, str) or is_blank(text) or len(text) > 10_000:
        return _problem(400, "One or more parameters to your request was invalid.", kind="invalid-request")
    if Person("x_dm", user, person) in state.blocked:
        return _problem(403, "You do not have permission to DM one or more participants.")
    if seconds := state.wait(now, {f"x_dm {user}": Limit(15, _QUARTER), f"x_dm {user} a day": Limit(1440, _DAY)}):
        return limited(seconds, now)
    number = _id(state, now)
    state.arrived.append(Arrived("x", "x_dm", user, person, number, now, text))
    both = "-".join(sorted((user, person), key=int))
    return Response(201, {"data": {"dm_conversation_id": both, "dm_event_id": number}})


def _posts(state: State, user: str, request: Request, now: datetime, account: str) -> Response:  # noqa: ARG001
    since = request.query.get("start_time")
    earliest = datetime.fromisoformat(since) if since else _EPOCH
    posts = (
        {
            "id": each.external_id,
            "text": shown(each.text, each.to),
            "created_at": f"{each.at:%Y-%m-%dT%H:%M:%S}.000Z",
            "referenced_tweets": [{"type": "replied_to", "id": each.reply_to}] if each.reply_to else [],
        }
        for each in state.of("x_mention", account)
        if each.at >= earliest
    )
    return _page(posts, request)


def _events(state: State, user: str, request: Request, now: datetime, person: str) -> Response:
    if seconds := state.wait(now, {f"x_dm {user} read": Limit(15, _QUARTER)}):
        return limited(seconds, now)
    events = (
        {
            "id": each.external_id,
            "event_type": "MessageCreate",
            "text": shown(each.text, ""),
            "sender_id": user,
            "created_at": f"{each.at:%Y-%m-%dT%H:%M:%S}.000Z",
        }
        for each in state.of("x_dm", user)
        if each.to == person
    )
    return _page(events, request)


def _page(members: Iterator[Mapping[str, Any]], request: Request) -> Response:
    every, start = list(members), int(request.query.get("pagination_token", "0"))
    end = start + min(int(request.query.get("max_results", "10")), _PAGE)
    further = {"next_token": str(end)} if end < len(every) else {}
    data = {"data": every[start:end]} if every[start:end] else {}
    return Response(200, data | {"meta": {"result_count": len(every[start:end]), **further}})


def _id(state: State, now: datetime) -> str:
    """Return an id that holds its milliseconds, as X's do (https://docs.x.com/fundamentals/x-ids)."""
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    return str((milliseconds << 22) | state.number() % (1 << 22))


def _problem(status: int, detail: str, *, kind: str = "") -> Response:
    titles = {400: "Invalid Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
    where = f"https://api.twitter.com/2/problems/{kind}" if kind else "about:blank"
    return Response(status, {"title": titles[status], "detail": detail, "type": where, "status": status})


_DOORS: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("POST", "/2/tweets", _post),
    ("POST", "/2/dm_conversations/with/([0-9]+)/messages", _message),
    ("GET", "/2/users/([0-9]+)/tweets", _posts),
    ("GET", "/2/dm_conversations/with/([0-9]+)/dm_events", _events),
)
