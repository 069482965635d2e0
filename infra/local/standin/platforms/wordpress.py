"""A blog on WordPress as far as comments go (https://developer.wordpress.org/rest-api/reference/comments/). Its user is
an Editor, who moderates.

Comments are known once somebody is known to have written them; all are approved.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from infra.local.standin.state import Arrived, Person, Public, Request, Response, State
from shared.replying import Place

HOST = "blog.teleprado.example"
HOSTS = frozenset({HOST})
TOKEN = "soporte:abcd efgh ijkl mnop qrst uvwx"  # noqa: S105 - of a blog that there is not
US = 2

_CHANNEL = "blog_comment"
_API = "/wp-json/wp/v2/"
_NUMBERS = 100_000
"""Above these are the numbers of what is posted here."""

_MOST_BYTES = 65_525


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a comment: who wrote it, and below which article."""
    if place.reply_to and place.reply_to.isdigit():
        author = place.identity.removeprefix(f"wordpress:{place.account}:")
        state.public[place.reply_to] = Public(_CHANNEL, place.account, author, place.thread, place.reply_to_at or now)


def block(state: State, place: Place) -> None:
    """Have the article take no more comments."""
    state.blocked.add(Person(_CHANNEL, place.account, place.thread))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as WordPress does."""
    if not _is_let_in(request):
        return _error(401, "incorrect_password", "The provided password is an invalid application password.")
    path = request.path.removeprefix(_API)
    if not request.path.startswith(_API):
        return _error(404, "rest_no_route", "No route was found matching the URL and request method.")
    if (request.method, path) == ("POST", "comments"):
        return _create(state, request.json(), now)
    if request.method == "GET" and path == "users/me":
        return Response(200, {"id": US})
    if request.method == "GET" and path == "users":
        return _list([{"id": US}])
    if request.method == "GET" and path == "comments":
        return _comments(state, request.query)
    if request.method == "GET" and (found := re.fullmatch(r"comments/(\d+)", path)):
        return _one(state, found[1])
    return _error(404, "rest_no_route", "No route was found matching the URL and request method.")


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return Response(429, {"code": "too_many_requests"}, {"retry-after": str(seconds)})


def _is_let_in(request: Request) -> bool:
    shown = request.headers.get("authorization", "").removeprefix("Basic ")
    try:
        return b64decode(shown, validate=True).decode() == TOKEN
    except ValueError:
        return False


def _create(state: State, said: Mapping[str, Any], now: datetime) -> Response:
    text, answered = said.get("content"), state.public.get(str(said.get("parent")))
    if not isinstance(text, str) or not text.strip():
        return _error(400, "rest_comment_content_invalid", "Invalid comment content.")
    if answered is None or answered.channel != _CHANNEL:
        return _error(403, "rest_comment_invalid_parent", "Invalid parent.")
    if str(said.get("post")) != answered.thread:
        return _error(403, "rest_comment_invalid_post_id", "Sorry, you are not allowed to create this comment.")
    if Person(_CHANNEL, answered.account, answered.thread) in state.blocked:
        return _error(403, "rest_comment_closed", "Sorry, comments are closed for this item.")
    if len(text.encode()) > _MOST_BYTES:
        return _error(400, "comment_content_column_length", "Your comment is too long.")
    if any((each.reply_to, each.text) == (str(said["parent"]), unescape(text)) for each in state.arrived):
        return _error(409, "comment_duplicate", "Duplicate comment detected; it looks as though you said that already!")
    arrived = Arrived(
        platform="wordpress",
        channel=_CHANNEL,
        account=answered.account,
        to=answered.author,
        external_id=str(_NUMBERS + state.number()),
        at=now,
        text=unescape(text),
        reply_to=str(said["parent"]),
        tag=answered.thread,
    )
    state.arrived.append(arrived)
    return Response(201, _ours(arrived))


def _ours(arrived: Arrived) -> dict[str, Any]:
    return _shown(arrived.external_id, str(arrived.tag), arrived.reply_to, US, arrived.at, arrived.text)


def _shown(
    number: str, article: str, parent: str | None, author: int, at: datetime, text: str, mail: str = ""
) -> dict[str, Any]:
    written = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        "id": int(number),
        "post": int(article),
        "parent": int(parent or 0),
        "author": author,
        "author_name": "Soporte" if author == US else "Ana",
        "author_email": mail,
        "date_gmt": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "content": {"raw": written, "rendered": f"<p>{written}</p>"},
        "link": f"https://{HOST}/?p={article}#comment-{number}",
        "status": "approved",
        "type": "comment",
    }


def _theirs(state: State, number: str) -> dict[str, Any] | None:
    known = state.public.get(number)
    if known is None or known.channel != _CHANNEL:
        return None
    is_member = known.author.isdigit()
    author, mail = (int(known.author), "") if is_member else (0, known.author)
    return _shown(number, known.thread, None, author, known.at, "¿Hasta cuándo abrís?", mail)


def _one(state: State, number: str) -> Response:
    known = _theirs(state, number)
    ours = next((_ours(each) for each in state.arrived if each.external_id == number), None)
    found = known or ours
    return Response(200, found) if found else _error(404, "rest_comment_invalid_id", "Invalid comment ID.")


def _comments(state: State, asked: Mapping[str, str]) -> Response:
    every = [
        *map(_ours, (each for each in state.arrived if each.channel == _CHANNEL)),
        *filter(None, (_theirs(state, number) for number in state.public)),
    ]
    after = datetime.fromisoformat(asked["after"]) if "after" in asked else None
    named = {name: int(asked[name]) for name in ("post", "parent", "author") if name in asked}
    fitting = [each for each in every if all(each[name] == value for name, value in named.items())]
    young = [each for each in fitting if after is None or datetime.fromisoformat(f"{each['date_gmt']}Z") > after]
    return _list(sorted(young, key=lambda each: (each["date_gmt"], each["id"]), reverse=asked.get("order") != "asc"))


def _list(found: list[dict[str, Any]]) -> Response:
    return Response(200, found, {"x-wp-total": str(len(found)), "x-wp-totalpages": "1"})


def _error(status: int, code: str, words: str) -> Response:
    return Response(status, {"code": code, "message": words, "data": {"status": status}})
