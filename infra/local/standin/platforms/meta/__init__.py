"""Meta's Graph API: who asks, for what, and what is public on a Page and under an Instagram account's media.

https://developers.facebook.com/docs/graph-api/reference/object/comments
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from infra.local.standin.platforms.meta import echoes, graph, messages, whatsapp
from infra.local.standin.state import Arrived, Person, Public, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOSTS = frozenset({"graph.facebook.com", "graph.instagram.com"})
TOKEN = "standin-token"  # noqa: S105 - of an app that there is not

_LONGEST = {"facebook_comment": 8000, "facebook_review": 8000, "instagram_comment": 2200}
_BY_ID = re.compile(r"/v[0-9]+\.[0-9]+/[0-9]+")
_FILES = "lookaside.fbsbx.com"
_PRIVATE = ("messenger", "instagram_dm", "whatsapp")


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of something public, or of somebody who has written in private, and when; and of what the account may do
    after a review."""
    person = place.identity.split(":", 2)[-1]
    state.rights |= {(place.account, right) for right in place.rights}
    if place.channel in _PRIVATE:
        whom = place.thread if place.channel == "whatsapp" and place.thread != "direct" else person
        state.spoke[Person(place.channel, place.account, whom)] = place.last_inbound_at
    elif place.reply_to:
        at = place.reply_to_at or now
        public = Public(place.channel, place.account, person, place.thread, at)
        public.answered_privately = place.answered_privately
        state.public[place.reply_to] = public


def block(state: State, place: Place) -> None:
    """Have the customer take no more messages from the account."""
    state.blocked.add(Person(place.channel, place.account, place.identity.split(":", 2)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Meta does."""
    if (request.bearer or request.query.get("access_token")) != TOKEN:
        return graph.error(190, "Error validating access token: it has expired", status=401)
    for method, path, does in _DOORS:
        if request.method == method and (found := re.fullmatch(f"/v[0-9]+\\.[0-9]+/{path}", request.path)):
            return does(state, request, now, *found.groups())
    return graph.error(2500, "Unknown path components")


def located(request: Request) -> Response | None:
    """Tell where a file of WhatsApp's is, which is asked for with the number that it came to."""
    is_asked = request.host in HOSTS and "phone_number_id" in request.query and _BY_ID.fullmatch(request.path)
    return Response(200, {"url": f"https://{_FILES}/whatsapp_business/attachments/?mid=1"}) if is_asked else None


limited = graph.limited
ECHOES = echoes.ECHOES


def _send(state: State, request: Request, now: datetime, node: str) -> Response:
    said = request.json()
    if said.get("messaging_product") == "whatsapp":
        return whatsapp.send(state, node, said, now)
    return messages.send(state, node, said, now)


def _comment(state: State, request: Request, now: datetime, target: str) -> Response:
    return _below(state, target, request.json(), ("facebook_comment", "facebook_review"), now)


def _reply(state: State, request: Request, now: datetime, target: str) -> Response:
    return _below(state, target, request.json(), ("instagram_comment",), now)


def _mention(state: State, request: Request, now: datetime, account: str) -> Response:  # noqa: ARG001
    said = request.json()
    target = said.get("comment_id") or said.get("media_id")
    return _below(state, str(target), said, ("instagram_comment",), now)


def _below(state: State, target: str, said: Mapping[str, Any], channels: Iterable[str], now: datetime) -> Response:
    public = state.public.get(target)
    if public is None or public.channel not in channels:
        return graph.gone(target)
    text = said.get("message")
    if not isinstance(text, str) or is_blank(text):
        return graph.invalid("message must be a non-empty string")
    if len(text) > _LONGEST[public.channel]:
        return graph.invalid("message is too long")
    serial = state.number()
    number = f"{target.rpartition('_')[2]}_{serial}" if "facebook_comment" in channels else f"1790000000{serial:07}"
    state.arrived.append(
        Arrived("meta", public.channel, public.account, public.author, number, now, text, reply_to=target)
    )
    return Response(200, {"id": number})


def _comments(state: State, request: Request, now: datetime, target: str) -> Response:  # noqa: ARG001
    return Response(200, {"data": [_told(each, "message", "created_time") for each in _answers(state, target)]})


def _replies(state: State, request: Request, now: datetime, target: str) -> Response:  # noqa: ARG001
    return Response(200, {"data": [_told(each, "text", "timestamp") for each in _answers(state, target)]})


def _answers(state: State, target: str) -> list[Arrived]:
    return [each for each in reversed(state.arrived) if each.reply_to == target and each.channel in _LONGEST]


def _told(said: Arrived, text: str, at: str) -> dict[str, Any]:
    when = f"{said.at:%Y-%m-%dT%H:%M:%S}+0000"
    return {"id": said.external_id, text: said.text, at: when, "from": {"id": said.account}}


def _conversations(state: State, request: Request, now: datetime, node: str) -> Response:  # noqa: ARG001
    whom = request.query.get("user_id", "")
    said = [
        each for each in reversed(state.arrived) if each.to == whom and each.channel in ("messenger", "instagram_dm")
    ]
    listed = [_told(each, "message", "created_time") for each in said]
    return Response(200, {"data": [{"id": f"t_{whom}", "messages": {"data": listed[:20]}}] if whom else []})


def _node(state: State, request: Request, now: datetime, target: str) -> Response:  # noqa: ARG001
    return Response(200, {"id": target}) if target in state.public else graph.gone(target)


_DOORS: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("POST", "([^/]+)/messages", _send),
    ("POST", "([^/]+)/comments", _comment),
    ("POST", "([^/]+)/replies", _reply),
    ("POST", "([^/]+)/mentions", _mention),
    ("GET", "([^/]+)/comments", _comments),
    ("GET", "([^/]+)/replies", _replies),
    ("GET", "([^/]+)/conversations", _conversations),
    ("GET", "([^/]+)", _node),
)
