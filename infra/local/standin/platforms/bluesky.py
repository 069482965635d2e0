"""A server of the AT Protocol as far as Bluesky's posts and direct messages go, with its limits
(https://docs.bsky.app/docs/advanced-guides/rate-limits, and the lexicons in bluesky-social/atproto).

Posts are known once somebody is known to have written them; there is one conversation with each person.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.graphemes import count
from shared.replying import Place

HOST = "bsky.social"
HOSTS = frozenset({HOST})
TOKEN = "abcd-efgh-ijkl-mnop"  # noqa: S105 - of an account that there is not
US = "did:plc:te2le3pra4do5te6le7pra2d"
SIGN_IN = "/xrpc/com.atproto.server.createSession"

_PUBLIC, _DIRECT = "bluesky_mention", "bluesky_dm"
_POSTS = "app.bsky.feed.post"
_URI = re.compile(rf"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/{_POSTS}/([A-Za-z0-9._~:-]+)")
_SESSION = "session-of-the-stand-in"
_CHAT = "did:web:api.bsky.chat#bsky_chat"
_SESSIONS = {"5 min": Limit(30, timedelta(minutes=5)), "day": Limit(300, timedelta(days=1))}
_WRITES = {"hour": Limit(1666, timedelta(hours=1)), "day": Limit(11_666, timedelta(days=1))}


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a post or of somebody's direct messages."""
    person = place.identity.removeprefix(f"bluesky:{place.account}:")
    if place.channel == _DIRECT:
        state.spoke[Person(_DIRECT, place.account, person)] = place.last_inbound_at
    elif place.reply_to:
        state.public[place.reply_to] = Public(_PUBLIC, place.account, person, place.thread, place.reply_to_at or now)


def block(state: State, place: Place) -> None:
    """Have the customer block the account."""
    state.blocked.add(Person(place.channel, place.account, place.identity.removeprefix(f"bluesky:{place.account}:")))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as a server does, and as those do that it passes calls on to."""
    if (request.method, request.path) == ("POST", SIGN_IN):
        return _sign_in(state, request, now)
    if request.bearer != _SESSION:
        return _error(401, "AuthMissing", "Authentication Required")
    name = request.path.removeprefix("/xrpc/")
    does = _CALLS.get((request.method, name))
    if does is None:
        return _error(404, "XRPCNotSupported", "XRPCNotSupported")
    if name.startswith("chat.") and request.headers.get("atproto-proxy") != _CHAT:
        return _error(501, "MethodNotImplemented", "Method Not Implemented")
    return does(state, request, now)


def limited(seconds: int, now: datetime) -> Response:
    ends = int(now.timestamp()) + seconds
    said = _error(429, "RateLimitExceeded", "Rate Limit Exceeded")
    return Response(429, said.value, {"ratelimit-reset": str(ends), "ratelimit-remaining": "0"})


def _sign_in(state: State, request: Request, now: datetime) -> Response:
    if seconds := state.wait(now, {f"bluesky session {name}": limit for name, limit in _SESSIONS.items()}):
        return limited(seconds, now)
    said = request.json()
    if said.get("password") != TOKEN or not said.get("identifier"):
        return _error(401, "AuthenticationRequired", "Invalid identifier or password")
    account = {"did": US, "handle": said["identifier"], "active": True}
    return Response(200, {**account, "accessJwt": _SESSION, "refreshJwt": f"{_SESSION}-again"})


def _cid(uri: str) -> str:
    return f"bafyrei{sha256(uri.encode()).hexdigest()[:52]}"


def _shown(state: State, uri: str) -> dict[str, Any] | None:
    post = state.public.get(uri)
    if post is None or Person(_PUBLIC, post.account, post.author) in state.blocked:
        return None
    head = {"uri": post.thread, "cid": _cid(post.thread)}
    reply = {"reply": {"root": head, "parent": head}} if post.thread != uri else {}
    record = {"$type": _POSTS, "text": "¿Hasta cuándo abrís?", "createdAt": post.at.isoformat(), **reply}
    author = {"did": post.author, "handle": "ana.example"}
    return {"uri": uri, "cid": _cid(uri), "author": author, "record": record, "indexedAt": post.at.isoformat()}


def _get_posts(state: State, request: Request, _: datetime) -> Response:
    shown = _shown(state, request.query.get("uris", ""))
    return Response(200, {"posts": [shown] if shown else []})


def _create(state: State, request: Request, now: datetime) -> Response:
    if seconds := state.wait(now, {f"bluesky writes {name}": limit for name, limit in _WRITES.items()}):
        return limited(seconds, now)
    said = request.json()
    record, key = said.get("record"), said.get("rkey")
    match record:
        case {"$type": "app.bsky.feed.post", "text": str(text), "createdAt": str(), "reply": dict(reply)}:
            pass
        case _:
            return _error(400, "InvalidRequest", "Invalid app.bsky.feed.post record")
    if said.get("repo") != US or said.get("collection") != _POSTS:
        return _error(401, "AuthMissing", "Authentication Required")
    if not isinstance(key, str) or not re.fullmatch("[234567abcdefghij][234567a-z]{12}", key):
        return _error(400, "InvalidRequest", "Invalid record key for app.bsky.feed.post")
    if wrong := _unfit(text, 300, 3000):
        return wrong
    if any(each.tag == key for each in state.arrived):
        return _error(500, "InternalServerError", "Internal Server Error")  # there is already a value at key
    refs = [reply.get(name) for name in ("root", "parent")]
    if not all(isinstance(ref, dict) and ref.get("cid") == _cid(str(ref.get("uri"))) for ref in refs):
        return _error(400, "InvalidRequest", "Invalid app.bsky.feed.post record")
    answered = str(reply["parent"]["uri"])
    post = state.public[answered]
    arrived = _taken(state, _PUBLIC, post.account, post.author, f"at://{US}/{_POSTS}/{key}", text, now, answered, key)
    return Response(200, {"uri": arrived.external_id, "cid": _cid(arrived.external_id), "validationStatus": "valid"})


def _unfit(text: str, signs: int, size: int) -> Response | None:
    if count(text) > signs or len(text.encode()) > size:
        return _error(400, "InvalidRequest", f"Record/text must not be longer than {signs} graphemes")
    return None


def _taken(
    state: State,
    channel: str,
    account: str,
    to: str,
    external_id: str,
    text: str,
    now: datetime,
    answered: str | None,
    tag: str | None = None,
) -> Arrived:
    arrived = Arrived("bluesky", channel, account, to, external_id, now, text=text, reply_to=answered, tag=tag)
    state.arrived.append(arrived)
    return arrived


def _get_record(state: State, request: Request, _: datetime) -> Response:
    key = request.query.get("rkey")
    for each in state.arrived:
        if each.tag == key and each.channel == _PUBLIC:
            return Response(200, {"uri": each.external_id, "cid": _cid(each.external_id), "value": _value(each)})
    return _error(400, "RecordNotFound", "Could not locate record")


def _value(arrived: Arrived) -> dict[str, Any]:
    parent = {"uri": str(arrived.reply_to), "cid": _cid(str(arrived.reply_to))}
    at = arrived.at.isoformat()
    return {"$type": _POSTS, "text": arrived.text, "createdAt": at, "reply": {"root": parent, "parent": parent}}


def _list_records(state: State, _: Request, __: datetime) -> Response:
    ours = [each for each in reversed(state.arrived) if each.channel == _PUBLIC]
    return Response(200, {"records": [{"uri": each.external_id, "value": _value(each)} for each in ours]})


def _notifications(state: State, _: Request, __: datetime) -> Response:
    shown = (_shown(state, uri) for uri, each in state.public.items() if each.channel == _PUBLIC)
    newest = sorted(filter(None, shown), key=lambda post: str(post["indexedAt"]), reverse=True)
    return Response(200, {"notifications": [{**post, "reason": "mention", "isRead": False} for post in newest]})


def _search(_: State, request: Request, __: datetime) -> Response:
    if not request.query.get("q"):
        return _error(400, "InvalidRequest", "Error: Params must have the property q")
    return Response(200, {"posts": []})


def _person(state: State, did: str) -> Person | None:
    return next((each for each in state.spoke if each.channel == _DIRECT and each.id == did), None)


def _convo(state: State, request: Request, _: datetime) -> Response:
    person = _person(state, request.query.get("members", ""))
    if person is None:
        return _error(400, "RecipientNotFound", "recipient not found")
    if person in state.blocked:
        return _error(400, "BlockedActor", "block between recipient and sender")
    return Response(200, {"convo": {"id": person.id.rpartition(":")[2], "rev": "2222222222222", "members": []}})


def _send(state: State, request: Request, now: datetime) -> Response:
    said = request.json()
    message = said.get("message")
    people = (each for each in state.spoke if each.channel == _DIRECT)
    person = next((each for each in people if each.id.rpartition(":")[2] == said.get("convoId")), None)
    if person is None or not isinstance(message, dict) or not isinstance(message.get("text"), str):
        return _error(400, "InvalidConvo", "Convo not found")
    if wrong := _unfit(message["text"], 1000, 10_000):
        return wrong
    number = f"3lb{state.number():010d}"
    return Response(
        200, _message(_taken(state, _DIRECT, person.account, person.id, number, message["text"], now, None))
    )


def _message(arrived: Arrived) -> dict[str, Any]:
    sender = {"did": US}
    return {
        "id": arrived.external_id,
        "rev": "r",
        "text": arrived.text,
        "sender": sender,
        "sentAt": arrived.at.isoformat(),
    }


def _messages(state: State, request: Request, _: datetime) -> Response:
    newest: Iterator[Arrived] = (each for each in reversed(state.arrived) if each.channel == _DIRECT)
    shown = [_message(each) for each in newest if each.to.rpartition(":")[2] == request.query.get("convoId")]
    return Response(200, {"messages": shown})


def _convos(state: State, _: Request, __: datetime) -> Response:  # noqa: ARG001 - every call is made alike
    return Response(200, {"convos": []})


def _log(_: State, request: Request, __: datetime) -> Response:
    return Response(200, {"logs": [], "cursor": request.query.get("cursor", "")})


_CALLS: Mapping[tuple[str, str], Callable[[State, Request, datetime], Response]] = {
    ("GET", "app.bsky.feed.getPosts"): _get_posts,
    ("GET", "app.bsky.feed.searchPosts"): _search,
    ("GET", "app.bsky.notification.listNotifications"): _notifications,
    ("POST", "com.atproto.repo.createRecord"): _create,
    ("GET", "com.atproto.repo.getRecord"): _get_record,
    ("GET", "com.atproto.repo.listRecords"): _list_records,
    ("GET", "chat.bsky.convo.getConvoForMembers"): _convo,
    ("GET", "chat.bsky.convo.getLog"): _log,
    ("GET", "chat.bsky.convo.getMessages"): _messages,
    ("GET", "chat.bsky.convo.listConvos"): _convos,
    ("POST", "chat.bsky.convo.sendMessage"): _send,
}


def _error(status: int, name: str, message: str) -> Response:
    return Response(status, {"error": name, "message": message})
