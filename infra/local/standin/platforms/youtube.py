"""YouTube's Data API as far as comments go (https://developers.google.com/youtube/v3/docs/comments), and Google's
sign-in.

A comment is known once somebody is known to have written it, and what is answered stands below it. The quota is that of
a new project, and it is always winter in California.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from infra.local.standin.state import Arrived, Public, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOSTS = frozenset({"www.googleapis.com", "oauth2.googleapis.com"})
CHANNEL = "UCteleprado0000000000001"
TOKEN = "standin-access-token"  # noqa: S105 - of a channel that there is not
REFRESH = "standin-client:standin-secret:standin-refresh-token"
SIGN_IN = "/token"
API_KEY = f"AIza{'standin' * 5}"

QUOTA = 10_000
COSTS: Mapping[str, int] = {"GET": 1, "POST": 50}
_LONGEST = 10_000
_MIDNIGHT = timedelta(hours=8)
"""Midnight in California, in winter (UTC)."""

_VIDEO = "dQ4711tiend"


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a comment: who wrote it, and below which."""
    person = place.identity.rsplit(":", 1)[-1]
    if place.reply_to:
        state.public[place.reply_to] = Public(
            "youtube_comment", place.account, person, place.thread, place.reply_to_at or now
        )


def block(state: State, place: Place) -> None:
    """Have the comment's thread be gone, as when its author takes it back."""
    for comment, public in list(state.public.items()):
        if public.channel == "youtube_comment" and public.thread == place.thread:
            del state.public[comment]


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Google does."""
    if request.host == "oauth2.googleapis.com":
        return _token(request)
    opened = _may(request)
    if opened is not None:
        return opened
    does = _DOORS.get((request.method, request.path))
    if does is None:
        return _error(404, "notFound")
    if not _spend(state, COSTS[request.method], now):
        return _error(403, "quotaExceeded")
    return does(state, request, now)


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return _error(403, "rateLimitExceeded")


def _token(request: Request) -> Response:
    said = {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
    if (request.method, request.path, said.get("grant_type")) != ("POST", SIGN_IN, "refresh_token"):
        return Response(400, {"error": "unsupported_grant_type"})
    if f"{said.get('client_id')}:{said.get('client_secret')}" != REFRESH.rpartition(":")[0]:
        return Response(401, {"error": "invalid_client"})
    if said.get("refresh_token") != REFRESH.rpartition(":")[2]:
        return Response(400, {"error": "invalid_grant"})
    return Response(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})


def _may(request: Request) -> Response | None:
    """Return why a request is not let in, or none: with a key one may read, and write as a channel alone."""
    key = request.headers.get("x-goog-api-key")
    if request.bearer == TOKEN or (key == API_KEY and request.method == "GET"):
        return None
    return _error(400, "API_KEY_INVALID") if key is not None and key != API_KEY else _error(401, "authError")


def _spend(state: State, cost: int, now: datetime) -> bool:
    """Take units from the day's quota, unless there are too few."""
    spent = state.asked[f"youtube {now - _MIDNIGHT:%Y-%m-%d}"]
    if len(spent) + cost > QUOTA:
        return False
    spent.extend([now] * cost)
    return True


def _insert(state: State, request: Request, now: datetime) -> Response:
    snippet = request.json().get("snippet")
    said = snippet if isinstance(snippet, dict) else {}
    text, parent = said.get("textOriginal"), said.get("parentId")
    if request.query.get("part") != "snippet":
        return _error(400, "missingRequiredParameter")
    if not isinstance(parent, str) or not parent:
        return _error(400, "parentIdMissing")
    if not isinstance(text, str) or is_blank(text):
        return _error(400, "commentTextRequired")
    if len(text) > _LONGEST:
        return _error(400, "commentTextTooLong")
    below = {name: each for name, each in _comments(state) if each.thread == parent}
    if not below:
        return _error(404, "parentCommentNotFound")
    answered = below.get(parent) or next(iter(below.values()))
    arrived = Arrived(
        platform="youtube",
        channel="youtube_comment",
        account=answered.account,
        to=answered.author,
        external_id=f"{parent}.9R{state.number()}",
        at=now,
        text=text,
        reply_to=parent,
    )
    state.arrived.append(arrived)
    return Response(200, _ours(arrived))


def _list(state: State, request: Request, now: datetime) -> Response:  # noqa: ARG001
    asked = request.query
    if "id" in asked:
        wanted = asked["id"].split(",")
        found = [_theirs(name, each) for name, each in _comments(state) if name in wanted]
        return Response(200, {"items": found + [each for each in _all_ours(state) if each["id"] in wanted]})
    parent = asked.get("parentId", "")
    theirs = [_theirs(name, each) for name, each in _comments(state) if each.thread == parent and name != parent]
    if not any(each.thread == parent for _, each in _comments(state)):
        return _error(404, "commentNotFound")
    ours = [each for each in _all_ours(state) if each["snippet"]["parentId"] == parent]
    return _page(ours + theirs, asked)


def _threads(state: State, request: Request, now: datetime) -> Response:  # noqa: ARG001
    asked = request.query
    tops = {name: each for name, each in _comments(state) if name == each.thread}
    if "id" in asked:
        wanted = asked["id"].split(",")
        return Response(200, {"items": [_thread(state, name, each) for name, each in tops.items() if name in wanted]})
    if asked.get("allThreadsRelatedToChannelId") != CHANNEL:
        return _error(404, "channelNotFound")
    newest = sorted(tops.items(), key=lambda each: each[1].at, reverse=True)
    return _page([_thread(state, name, each) for name, each in newest], asked)


def _thread(state: State, name: str, top: Public) -> dict[str, Any]:
    ours = [each for each in _all_ours(state) if each["snippet"]["parentId"] == name]
    theirs = [_theirs(other, each) for other, each in _comments(state) if each.thread == name and other != name]
    replies = sorted(ours + theirs, key=lambda each: str(each["snippet"]["publishedAt"]), reverse=True)
    snippet = {"channelId": CHANNEL, "videoId": _VIDEO, "topLevelComment": _theirs(name, top)}
    shown = {"replies": {"comments": replies[:5]}} if replies else {}
    said = {"kind": "youtube#commentThread", "id": name, "snippet": snippet | {"totalReplyCount": len(replies)}}
    return said | shown


def _page(every: list[dict[str, Any]], asked: Mapping[str, str]) -> Response:
    most, token = int(asked.get("maxResults", "20")), asked.get("pageToken", "0")
    if not token.isdecimal() or not 1 <= most <= 100:
        return _error(400, "invalidPageToken")
    end = int(token) + most
    further = {"nextPageToken": str(end)} if end < len(every) else {}
    return Response(200, {"items": every[int(token) : end], **further})


def _comments(state: State) -> Iterator[tuple[str, Public]]:
    return ((name, each) for name, each in state.public.items() if each.channel == "youtube_comment")


def _theirs(name: str, public: Public) -> dict[str, Any]:
    parent = public.thread if name != public.thread else None
    return _shown(name, public.author, f"@user{public.author}", "¿Hasta cuándo abrís?", public.at, parent)


def _all_ours(state: State) -> list[dict[str, Any]]:
    return [_ours(each) for each in reversed(state.arrived) if each.platform == "youtube"]


def _ours(arrived: Arrived) -> dict[str, Any]:
    return _shown(arrived.external_id, CHANNEL, "@teleprado", arrived.text, arrived.at, arrived.reply_to)


def _shown(name: str, author: str, handle: str, text: str, at: datetime, parent: str | None) -> dict[str, Any]:
    instant = f"{at:%Y-%m-%dT%H:%M:%S}Z"
    snippet = {
        "channelId": CHANNEL,
        "videoId": _VIDEO,
        "textDisplay": text,
        "textOriginal": text,
        "authorDisplayName": handle,
        "authorChannelId": {"value": author},
        "likeCount": 0,
        "publishedAt": instant,
        "updatedAt": instant,
    }
    return {"kind": "youtube#comment", "id": name, "snippet": snippet | ({"parentId": parent} if parent else {})}


_DOORS: Mapping[tuple[str, str], Callable[[State, Request, datetime], Response]] = {
    ("POST", "/youtube/v3/comments"): _insert,
    ("GET", "/youtube/v3/comments"): _list,
    ("GET", "/youtube/v3/commentThreads"): _threads,
}


def _error(status: int, reason: str) -> Response:
    errors = [{"message": reason, "domain": "youtube.comment", "reason": reason}]
    return Response(status, {"error": {"code": status, "message": reason, "errors": errors}})
