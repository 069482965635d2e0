"""TikTok's API for Business as far as messages and comments go (https://business-api.tiktok.com/portal/docs, and what
others write who use it).

TikTok answers 200 to nearly all, and its code tells. Conversations and comments are known once somebody is known to
have written there.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from infra.local.standin.echoes import Notice, milliseconds, notice
from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOSTS = frozenset({"business-api.tiktok.com"})
TOKEN = "standin-business-token"  # noqa: S105 - of an account that there is not

_DIRECT, _PUBLIC = "tiktok_dm", "tiktok_comment"
_WINDOW = timedelta(hours=48)
_MOST_UNANSWERED = 10
_LONGEST = {_DIRECT: 6000, _PUBLIC: 150}
_SHOWN = {_DIRECT: 20, _PUBLIC: 30}
_NUMBERS = 7_230_000_000_000_800_000


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a conversation and of when the customer last wrote there, or of a comment."""
    person = place.identity.split(":", 2)[-1]
    if place.channel == _DIRECT:
        state.spoke[Person(_DIRECT, place.account, person)] = place.last_inbound_at
        state.public[f"{_DIRECT} {place.thread}"] = Public(_DIRECT, place.account, person, place.thread, now)
    elif place.reply_to:
        at = place.reply_to_at or now
        state.public[f"{_PUBLIC} {place.reply_to}"] = Public(_PUBLIC, place.account, person, place.thread, at)


def block(state: State, place: Place) -> None:
    """Have the customer take no more messages from the account."""
    state.blocked.add(Person(place.channel, place.account, place.identity.split(":", 2)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as TikTok does."""
    if request.headers.get("access-token") != TOKEN:
        return _error(40105, "Access token is incorrect or has been revoked.")
    does = _DOORS.get((request.method, request.path.removeprefix("/open_api/v1.3/business")))
    if does is None:
        return Response(404, {"code": 40006, "message": "Path not found"})
    return does(state, request, now)


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - TikTok does not say how long
    return _error(40100, "Too many requests. Please retry in some time.")


def _send(state: State, request: Request, now: datetime) -> Response:
    said = request.json()
    known = state.public.get(f"{_DIRECT} {said.get('recipient')}")
    if (said.get("recipient_type"), said.get("message_type")) != ("CONVERSATION", "TEXT"):
        return _error(40002, "recipient_type or message_type: Invalid parameter")
    if known is None or known.account != said.get("business_id"):
        return _error(40007, "The conversation does not exist")
    text = str((said.get("text") or {}).get("body") or "")
    if wrong := _unfit(_DIRECT, text):
        return wrong
    person = Person(_DIRECT, known.account, known.author)
    last = state.spoke[person]
    if person in state.blocked or last is None or now >= last + _WINDOW:
        return _error(40064, "The message is blocked by the messaging restrictions")
    unanswered = sum(each.at >= last for each in state.of(_DIRECT, known.account) if each.to == known.author)
    if unanswered >= _MOST_UNANSWERED:
        return _error(40064, "The message is blocked by the messaging restrictions")
    if state.wait(now, {"tiktok messages": Limit(10, timedelta(seconds=1))}):
        return limited(1, now)
    number = f"msg-standin-{state.number()}"
    state.arrived.append(Arrived("tiktok", _DIRECT, known.account, known.author, number, now, text, tag=known.thread))
    return _done({"message": {"message_id": number}})


def _reply(state: State, request: Request, now: datetime) -> Response:
    said = request.json()
    known = state.public.get(f"{_PUBLIC} {said.get('comment_id')}")
    if known is None or (known.account, known.thread) != (said.get("business_id"), said.get("video_id")):
        return _error(40007, "The comment does not exist")
    if wrong := _unfit(_PUBLIC, said.get("text")):
        return wrong
    if Person(_PUBLIC, known.account, known.author) in state.blocked:
        return _error(40001, "No permission to reply to this comment")
    number, answered = str(_NUMBERS + state.number()), str(said["comment_id"])
    arrived = Arrived(
        platform="tiktok",
        channel=_PUBLIC,
        account=known.account,
        to=known.author,
        external_id=number,
        at=now,
        text=said["text"],
        reply_to=answered,
        tag=known.thread,
    )
    state.arrived.append(arrived)
    return _done(_comment(arrived))


def _unfit(channel: str, text: object) -> Response | None:
    if not isinstance(text, str) or is_blank(text):
        return _error(40002, "text: Missing data for required field")
    return _error(40002, "text: Longer than maximum length") if len(text) > _LONGEST[channel] else None


def _messages(state: State, request: Request, now: datetime) -> Response:  # noqa: ARG001
    thread, account = request.query.get("conversation_id"), request.query.get("business_id", "")
    ours = [_message(each) for each in state.of(_DIRECT, account) if each.tag == thread]
    return _done({"participants": [], "messages": ours[: _SHOWN[_DIRECT]]})


def _replies(state: State, request: Request, now: datetime) -> Response:  # noqa: ARG001
    answered, account = request.query.get("comment_id"), request.query.get("business_id", "")
    ours = [_comment(each) for each in state.of(_PUBLIC, account) if each.reply_to == answered]
    shown = ours[: min(int(request.query.get("max_count", "20")), _SHOWN[_PUBLIC])]
    return _done({"comments": shown, "has_more": len(shown) < len(ours), "cursor": len(shown)})


def _message(arrived: Arrived) -> dict[str, Any]:
    return {
        "message_id": arrived.external_id,
        "conversation_id": arrived.tag,
        "timestamp": int(arrived.at.timestamp() * 1000),
        "message_type": "TEXT",
        "text": {"body": arrived.text},
        "from_user": {"id": arrived.account, "role": "BUSINESS_ACCOUNT"},
        "to_user": {"id": arrived.to, "role": "PERSONAL_ACCOUNT"},
    }


def _comment(arrived: Arrived) -> dict[str, Any]:
    return {
        "comment_id": arrived.external_id,
        "parent_comment_id": arrived.reply_to,
        "video_id": arrived.tag,
        "create_time": str(int(arrived.at.timestamp())),
        "text": arrived.text,
        "unique_identifier": arrived.account,
    }


def _download(state: State, request: Request, now: datetime) -> Response:  # noqa: ARG001
    """https://business-api.tiktok.com/portal/docs?id=1832184455450626"""
    said = request.json()
    missing = [name for name in ("business_id", "conversation_id", "message_id", "media_id") if not said.get(name)]
    if missing or said.get("media_type") not in ("IMAGE", "VIDEO"):
        return _error(40002, f"{', '.join(missing) or 'media_type'}: Invalid parameter")
    return _done({"download_url": f"https://p16-private.tiktokv.com/{said['media_id']}~noop.image"})


def _done(data: Mapping[str, Any]) -> Response:
    return Response(200, {"code": 0, "message": "OK", "request_id": "standin", "data": data})


def _error(code: int, message: str) -> Response:
    return Response(200, {"code": code, "message": message, "request_id": "standin", "data": {}})


_DOORS: Mapping[tuple[str, str], Callable[[State, Request, datetime], Response]] = {
    ("POST", "/message/send/"): _send,
    ("POST", "/comment/reply/create/"): _reply,
    ("GET", "/message/content/list/"): _messages,
    ("POST", "/message/media/download/"): _download,
    ("GET", "/comment/reply/list/"): _replies,
}


def _told(arrived: Arrived) -> Iterator[Notice]:
    """https://business-api.tiktok.com/portal/docs?id=1832190670631937 (`im_send_msg`)"""
    content = {
        "timestamp": milliseconds(arrived.at),
        "from_user": {"id": arrived.account, "role": "business_account"},
        "to_user": {"id": arrived.to, "role": "personal_account"},
        "conversation_id": arrived.tag,
        "message_id": arrived.external_id,
        "type": "text",
        "text": {"body": arrived.text},
    }
    said = {
        "event": "im_send_msg",
        "create_time": int(arrived.at.timestamp()),
        "user_openid": arrived.account,
        "content": orjson.dumps(content).decode(),
    }
    yield notice(arrived, said)


ECHOES = {"tiktok_dm": _told}
