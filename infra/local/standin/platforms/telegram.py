"""Telegram's Bot API as far as `sendMessage` goes (https://core.telegram.org/bots/api#sendmessage)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.state import Arrived, Limit, Person, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOSTS = frozenset({"api.telegram.org"})
TOKEN = "4711:standin"  # noqa: S105 - of a bot that there is not
BOT = {"id": 4711, "is_bot": True, "first_name": "Bot", "username": "standin_bot"}
FILES = {"api.telegram.org": re.compile(f"/file/bot{TOKEN}/.+")}

_LONGEST = 4096
_BUSINESS = timedelta(hours=24)
_SECOND = timedelta(seconds=1)
_PATH = re.compile("/bot(?P<token>[0-9]+:[^/]+)/(?P<method>[A-Za-z]+)")


def know(state: State, place: Place, now: datetime) -> None:  # noqa: ARG001
    """Learn of a chat and of when the customer last spoke in it: a bot writes to nobody whom it has not heard.

    Chats are known by the connection through which they are seen, and those of a channel with all who write to it by
    their `*`.
    """
    person = place.identity.rsplit(":", 1)[-1]
    *scope, chat = [person] if place.thread == "direct" else _chat(place.thread)
    answered = (place.reply_to or "").rpartition(":")[2]
    is_direct = place.visibility == "private" and chat.startswith("-") and answered.isdigit()
    state.spoke[Person("".join(scope), place.account, f"{chat}*" if is_direct else chat)] = place.last_inbound_at


def _chat(thread: str) -> list[str]:
    """Return the connection, if there is one, and the chat of a thread; its last part may be a topic."""
    scope, numbers = (
        ([], thread.split(":")) if re.match("-?[0-9]", thread) else ([thread.split(":")[0]], thread.split(":")[1:])
    )
    return [*scope, numbers[0]]


def block(state: State, place: Place) -> None:
    """Have the customer block the bot."""
    state.blocked.add(Person("", place.account, place.identity.rsplit(":", 1)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Telegram does."""
    asked = _PATH.fullmatch(request.path)
    if asked is None:
        return _error(404, "Not Found")
    if asked["token"] != TOKEN:
        return _error(401, "Unauthorized")
    if asked["method"] != "sendMessage" or request.method != "POST":
        return _error(404, "Not Found: method not found")
    return _send(state, request.json(), now)


def located(request: Request) -> Response | None:
    """Tell where a file is (https://core.telegram.org/bots/api#getfile)."""
    is_asked = request.host in HOSTS and request.path == f"/bot{TOKEN}/getFile"
    return Response(200, {"ok": True, "result": {"file_path": "photos/file_1.png"}}) if is_asked else None


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    said = _error(429, f"Too Many Requests: retry after {seconds}")
    return Response(429, said.value | {"parameters": {"retry_after": seconds}})


def _send(state: State, said: Mapping[str, Any], now: datetime) -> Response:
    chat, text = str(said.get("chat_id", "")), said.get("text")
    scope, topic = said.get("business_connection_id", ""), said.get("direct_messages_topic_id")
    ephemeral = said.get("ephemeral_message_parameters")
    if not re.fullmatch("-?[0-9]+", chat):
        return _error(400, "Bad Request: chat_id is empty")
    if not isinstance(text, str) or is_blank(text):
        return _error(400, "Bad Request: message text is empty")
    if len(text) > _LONGEST:
        return _error(400, "Bad Request: message is too long")
    known = next((each for each in state.spoke if (each.channel, each.id.rstrip("*")) == (scope, chat)), None)
    if known is None:
        return _error(400, "Bad Request: BUSINESS_CONNECTION_INVALID" if scope else "Bad Request: chat not found")
    if Person("", known.account, chat) in state.blocked:
        return _error(403, "Forbidden: bot was blocked by the user")
    last = state.spoke[known]
    if scope and (last is None or now >= last + _BUSINESS):
        return _error(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")
    if known.id.endswith("*") is not (topic is not None):
        return _error(400, "Bad Request: direct messages topic must be specified, in such a chat and in no other")
    if seconds := state.wait(now, _limits(chat)):
        return limited(seconds, now)
    number = 0 if ephemeral else state.number()
    message = {
        "message_id": number,
        "date": int(now.timestamp()),
        "chat": {"id": int(chat), "type": "supergroup" if chat.startswith("-") else "private"},
        "from": BOT,
        "text": text,
        **({"business_connection_id": scope} if scope else {}),
        **(
            {"ephemeral_message_id": state.number(), "receiver_user": {"id": ephemeral["receiver_user_id"]}}
            if ephemeral
            else {}
        ),
    }
    state.arrived.append(_arrived(message, said, known.account, now))
    return Response(200, {"ok": True, "result": message})


def _arrived(message: Mapping[str, Any], said: Mapping[str, Any], account: str, now: datetime) -> Arrived:
    scope, chat = said.get("business_connection_id"), str(message["chat"]["id"])
    secret = message.get("ephemeral_message_id")
    number = f"ephemeral-{secret}" if secret else str(message["message_id"])
    answered = said.get("reply_parameters", {}).get("message_id")
    receiver = said.get("direct_messages_topic_id") or message.get("receiver_user", {}).get("id") or chat
    return Arrived(
        platform="telegram",
        channel="telegram",
        account=account,
        to=str(receiver),
        external_id=":".join(filter(None, (scope, chat, number))),
        at=now.replace(microsecond=0),
        text=message["text"],
        reply_to=":".join(filter(None, (scope, chat, str(answered)))) if answered else None,
    )


def _limits(chat: str) -> dict[str, Limit]:
    """https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""
    group = {f"telegram {chat} a minute": Limit(20, timedelta(minutes=1))} if chat.startswith("-") else {}
    return {"telegram": Limit(30, _SECOND), f"telegram {chat}": Limit(1, _SECOND), **group}


def _error(code: int, description: str) -> Response:
    return Response(code, {"ok": False, "error_code": code, "description": description})
