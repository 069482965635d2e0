"""LinkedIn's REST API as far as comments go
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api).

Comments and posts are known once somebody is known to have written them. Below the company's posts nobody comments any
more once the customer blocks it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local.standin.state import Arrived, Person, Public, Request, Response, State
from shared.lengths import is_blank
from shared.platforms.linkedin.payload import comment_urn
from shared.replying import Place

HOSTS = frozenset({"api.linkedin.com"})
TOKEN = "standin-member-token"  # noqa: S105 - of a member that there is not

_CHANNEL = "linkedin_comment"
_LONGEST = 1250
_OLDEST_VERSION = 202512
_PATH = r"/rest/socialActions/(urn:li:.+)/comments"
_NUMBERS = 7_230_000_000_000_900_000


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a comment or a post: who wrote it, and below what."""
    if place.reply_to:
        person = place.identity.split(":", 2)[-1]
        at = place.reply_to_at or now
        state.public[f"{_CHANNEL} {place.reply_to}"] = Public(_CHANNEL, place.account, person, place.thread, at)


def block(state: State, place: Place) -> None:
    """Have comments closed where the customer wrote."""
    state.blocked.add(Person(_CHANNEL, place.account, place.identity.split(":", 2)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as LinkedIn does."""
    if wrong := _unfit(request):
        return wrong
    found = re.fullmatch(_PATH, request.path)
    if found is None:
        return _error(404, "RESOURCE_NOT_FOUND", "No virtual resource found")
    known = state.public.get(f"{_CHANNEL} {found[1]}")
    if known is None:
        return _error(404, "NOT_FOUND", "The comment or post was not found")
    if request.method == "POST":
        return _comment(state, found[1], known, request.json(), now)
    return _list(state, found[1], request.query)


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - LinkedIn does not say how long
    return _error(429, "TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached.")


def _unfit(request: Request) -> Response | None:
    """Return what LinkedIn says to whoever is not let in, or asks in no version that it serves."""
    if request.bearer != TOKEN:
        return _error(401, "INVALID_ACCESS_TOKEN", "Invalid access token")
    version = request.headers.get("linkedin-version", "")
    if not re.fullmatch("[0-9]{6}", version):
        return _error(400, "VERSION_MISSING", "A version must be present. Please specify a version")
    if int(version) < _OLDEST_VERSION:
        return _error(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
    if request.headers.get("x-restli-protocol-version") != "2.0.0":
        return _error(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")
    return None


def _comment(state: State, answered: str, known: Public, said: Mapping[str, Any], now: datetime) -> Response:
    message = said.get("message")
    text = message.get("text") if isinstance(message, dict) else None
    if said.get("actor") != f"urn:li:organization:{known.account}":
        return _error(403, "ACCESS_DENIED", "Not enough permissions to access: POST /socialActions/comments")
    if not isinstance(text, str) or is_blank(text):
        return _error(400, "INVALID_REQUEST", "message.text is required")
    if len(text) > _LONGEST:
        return _error(400, "INVALID_REQUEST", "The comment is too long")
    about = _about(answered)
    if said.get("object") != about or (about != answered and said.get("parentComment") != answered):
        return _error(400, "INVALID_REQUEST", "object and parentComment are not those of the comment")
    if Person(_CHANNEL, known.account, known.author) in state.blocked:
        return _error(403, "COMMENTS_DISABLED", "Comments are disabled on this post")
    number = _NUMBERS + state.number()
    arrived = Arrived(
        platform="linkedin",
        channel=_CHANNEL,
        account=known.account,
        to=known.author,
        external_id=comment_urn(f"urn:li:comment:({about},{number})"),
        at=now,
        text=text,
        reply_to=answered,
    )
    state.arrived.append(arrived)
    return Response(201, _shown(arrived))


def _about(answered: str) -> str:
    """Return the post that a comment is below, or the post itself."""
    found = re.fullmatch(r"urn:li:comment:\((urn:li:[A-Za-z]+:[0-9]+),[0-9]+\)", answered)
    return found[1] if found else answered


def _list(state: State, answered: str, asked: Mapping[str, str]) -> Response:
    below = [_shown(each) for each in state.arrived if each.platform == "linkedin" and each.reply_to == answered]
    start, most = int(asked.get("start", "0")), int(asked.get("count", "10"))
    paging = {"start": start, "count": most, "total": len(below), "links": []}
    return Response(200, {"elements": below[start : start + most], "paging": paging})


def _shown(arrived: Arrived) -> dict[str, Any]:
    actor = f"urn:li:organization:{arrived.account}"
    urn, at = arrived.external_id, int(arrived.at.timestamp() * 1000)
    answered = {"parentComment": arrived.reply_to} if str(arrived.reply_to).startswith("urn:li:comment") else {}
    return {
        "id": urn.rpartition(",")[2].rstrip(")"),
        "commentUrn": urn,
        "actor": actor,
        "object": _about(str(arrived.reply_to)),
        "message": {"attributes": [], "text": arrived.text},
        "created": {"actor": actor, "time": at},
        **answered,
    }


def _error(status: int, code: str, message: str) -> Response:
    return Response(status, {"status": status, "code": code, "message": message})
