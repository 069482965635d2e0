"""A shared inbox of Chatwoot's as far as messages go (https://developers.chatwoot.com/api-reference).

A conversation is known once its contact is known to have written there. The channel behind the inbox takes everything,
until the customer blocks the company: then nothing may be written any more.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.echoes import Notice, notice
from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOST = "buzon.teleprado.example"
HOSTS = frozenset({HOST})
TOKEN = "standin-agent-token"  # noqa: S105 - of an agent that there is not
ACCOUNT = "3"
"""The number of the account, as its address has it."""
FILES = {"app.chatwoot.com": re.compile(r"/rails/.+")}

_CHANNEL = "chatwoot_conversation"
_LONGEST = 150_000
_PAGE = 20
_MINUTE = timedelta(minutes=1)
_NUMBERS = 900_000


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a conversation, by who wrote there."""
    person = place.identity.rsplit(":", 1)[-1]
    at = place.reply_to_at or place.last_inbound_at or now
    state.public[f"{_CHANNEL} {place.thread}"] = Public(_CHANNEL, place.account, person, place.thread, at)


def block(state: State, place: Place) -> None:
    """Have the channel behind the inbox let nothing more be written to the customer."""
    state.blocked.add(Person(_CHANNEL, place.account, place.identity.rsplit(":", 1)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Chatwoot does."""
    if request.headers.get("api_access_token") != TOKEN:
        return Response(401, {"error": "Invalid Access Token"})
    if seconds := state.wait(now, {"chatwoot": Limit(3000, _MINUTE)}):
        return limited(seconds, now)
    for method, path, does in _DOORS:
        found = re.fullmatch(f"/api/v1/accounts/{ACCOUNT}/conversations/([0-9]+){path}", request.path)
        if found and request.method == method:
            known = state.public.get(f"{_CHANNEL} {found[1]}")
            return does(state, request, now, known) if known else _gone()
    return _gone()


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return Response(429, {"error": "Retry later"}, {"retry-after": str(seconds)})


def _shown(state: State, request: Request, now: datetime, known: Public) -> Response:  # noqa: ARG001
    sender = {"id": int(known.author), "name": "Ana", "type": "contact"}
    blocked = Person(_CHANNEL, known.account, known.author) in state.blocked
    return Response(200, {"id": int(known.thread), "meta": {"sender": sender}, "can_reply": not blocked})


def _write(state: State, request: Request, now: datetime, known: Public) -> Response:
    said = request.json()
    text, kind = said.get("content"), said.get("message_type", "outgoing")
    if kind != "outgoing":
        return Response(422, {"error": "Incoming messages are only allowed in Api inboxes"})
    if not isinstance(text, str) or is_blank(text):
        return Response(422, {"message": "Content can't be blank", "attributes": ["content"]})
    if len(text) > _LONGEST:
        return Response(422, {"message": f"Content is too long (maximum is {_LONGEST} characters)"})
    if state.wait(now, {f"chatwoot {known.thread}": Limit(200, _MINUTE)}):
        return Response(422, {"message": "Too many messages"})
    attributes = said.get("content_attributes") or {}
    arrived = Arrived(
        platform="chatwoot",
        channel=_CHANNEL,
        account=known.account,
        to=known.author,
        external_id=str(_NUMBERS + state.number()),
        at=now,
        text=text,
        reply_to=str(attributes["in_reply_to"]) if "in_reply_to" in attributes else None,
        reply_id=attributes.get("mostrador_reply_id"),
        tag="private" if said.get("private") else known.thread,
    )
    state.arrived.append(arrived)
    return Response(200, {**_message(arrived), "echo_id": said.get("echo_id")})


def _list(state: State, request: Request, now: datetime, known: Public) -> Response:  # noqa: ARG001
    before = int(request.query.get("before", _NUMBERS * 10))
    shown = [each for each in (*_customers(known), *_ours(state, known)) if each["id"] < before]
    return Response(200, {"meta": {}, "payload": shown[-_PAGE:]})


def _customers(known: Public) -> Iterator[dict[str, Any]]:
    text = "¿Hasta cuándo abrís el sábado?"
    yield {"id": 1, "content": text, "message_type": 0, "private": False, "created_at": int(known.at.timestamp())}


def _ours(state: State, known: Public) -> Iterator[dict[str, Any]]:
    own = (each for each in state.arrived if each.platform == "chatwoot" and each.tag in (known.thread, "private"))
    yield from map(_message, own)


def _message(arrived: Arrived) -> dict[str, Any]:
    own = {"mostrador_reply_id": arrived.reply_id} if arrived.reply_id else {}
    quoted = {"in_reply_to": int(arrived.reply_to)} if arrived.reply_to else {}
    return {
        "id": int(arrived.external_id),
        "content": arrived.text,
        "message_type": 1,
        "content_type": "text",
        "content_attributes": own | quoted,
        "private": arrived.tag == "private",
        "created_at": int(arrived.at.timestamp()),
        "sender": {"id": 9, "name": "Soporte", "type": "user"},
    }


def _gone() -> Response:
    return Response(404, {"error": "Resource could not be found"})


type _Door = Callable[[State, Request, datetime, Public], Response]

_DOORS: tuple[tuple[str, str, _Door], ...] = (
    ("GET", "", _shown),
    ("POST", "/messages", _write),
    ("GET", "/messages", _list),
)


def _told(arrived: Arrived) -> Iterator[Notice]:
    """chatwoot/chatwoot, app/models/message.rb (`webhook_data`)"""
    own = {"mostrador_reply_id": arrived.reply_id} if arrived.reply_id else {}
    quoted = {"in_reply_to": int(arrived.reply_to)} if arrived.reply_to else {}
    said = {
        "event": "message_created",
        "id": int(arrived.external_id),
        "content": arrived.text,
        "content_type": "text",
        "content_attributes": own | quoted,
        "created_at": arrived.at.isoformat(timespec="milliseconds"),
        "message_type": "outgoing",
        "private": False,
        "sender": {"id": 9, "name": "Soporte", "type": "user"},
        "conversation": {"id": int(str(arrived.tag)), "meta": {"sender": {"id": int(arrived.to), "type": "contact"}}},
    }
    yield notice(arrived, said)


ECHOES = {_CHANNEL: _told}
