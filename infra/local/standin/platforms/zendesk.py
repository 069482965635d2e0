"""A company's Zendesk as far as tickets' comments go (https://developer.zendesk.com/api-reference/ticketing/).

A ticket is known once its requester is known to have written in it. It is closed once they block the company.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.lengths import is_blank
from shared.replying import Place

HOST = "teleprado.zendesk.com"
HOSTS = frozenset({HOST})
TOKEN = "soporte@teleprado.example/token:standin"  # noqa: S105 - of an agent that there is not
FILES = {"*.zendesk.com": re.compile(r"/attachments/.+")}

_LETS_IN = f"Basic {b64encode(TOKEN.encode()).decode()}"
_CHANNEL = "zendesk_ticket"
_MOST_BYTES = 65_535
_MINUTE = timedelta(minutes=1)
_PAGE = 100
_NUMBERS = 880_000
_PATH = r"/api/v2/tickets/([0-9]+)(/comments)?\.json"


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a ticket, by who asked for it."""
    person = place.identity.rsplit(":", 1)[-1]
    at = place.reply_to_at or place.last_inbound_at or now
    state.public[f"{_CHANNEL} {place.thread}"] = Public(_CHANNEL, place.account, person, place.thread, at)


def block(state: State, place: Place) -> None:
    """Have the ticket closed, in which nobody writes any more."""
    state.blocked.add(Person(_CHANNEL, place.account, place.identity.rsplit(":", 1)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Zendesk does."""
    if request.headers.get("authorization") != _LETS_IN:
        return Response(401, {"error": "Couldn't authenticate you"})
    if seconds := state.wait(now, {"zendesk": Limit(700, _MINUTE)}):
        return limited(seconds, now)
    found = re.fullmatch(_PATH, request.path)
    known = state.public.get(f"{_CHANNEL} {found[1]}") if found else None
    if found is None or known is None:
        return Response(404, {"error": "RecordNotFound", "description": "Not found"})
    match request.method, found[2]:
        case "GET", None:
            return Response(200, {"ticket": _ticket(state, known)})
        case "GET", _:
            return _comments(state, known, request.query)
        case "PUT", None:
            return _update(state, known, request.json(), now)
        case _:
            return Response(405, {"error": "InvalidEndpoint"})


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return Response(429, {"error": "APIRateLimitExceeded"}, {"retry-after": str(seconds)})


def _ticket(state: State, known: Public) -> dict[str, Any]:
    return {
        "id": int(known.thread),
        "requester_id": int(known.author),
        "collaborator_ids": [],
        "status": "closed" if _is_closed(state, known) else "open",
        "updated_at": _stamp(state, known),
        "via": {"channel": "email"},
    }


def _is_closed(state: State, known: Public) -> bool:
    return Person(_CHANNEL, known.account, known.author) in state.blocked


def _stamp(state: State, known: Public) -> str:
    """Return when a ticket was last changed, which Zendesk tells in seconds."""
    return f"{max((known.at, *(each.at for each in _ours(state, known)))):%Y-%m-%dT%H:%M:%SZ}"


def _ours(state: State, known: Public) -> Iterator[Arrived]:
    return (each for each in state.arrived if each.platform == "zendesk" and each.tag == known.thread)


def _update(state: State, known: Public, said: Mapping[str, Any], now: datetime) -> Response:
    asked = said.get("ticket")
    if not isinstance(asked, dict):
        return Response(400, {"error": "RecordInvalid", "description": "ticket is missing"})
    comment = asked.get("comment") or {}
    text = comment.get("body")
    if _is_closed(state, known):
        return _invalid("status", "Status: closed prevents ticket update")
    if asked.get("safe_update") and asked.get("updated_stamp") != _stamp(state, known):
        return Response(409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"})
    if not isinstance(text, str) or is_blank(text):
        return _invalid("comment", "Comment: cannot be blank")
    if len(text.encode()) > _MOST_BYTES:
        return _invalid("comment", "Comment: is too long")
    limits = {"zendesk updates": Limit(100, _MINUTE), f"zendesk {known.thread}": Limit(30, 10 * _MINUTE)}
    if seconds := state.wait(now, limits):
        return limited(seconds, now)
    arrived = Arrived(
        platform="zendesk",
        channel=_CHANNEL,
        account=known.account,
        to=known.author if comment.get("public", True) else "nobody: an internal note",
        external_id=str(_NUMBERS + state.number()),
        at=now,
        text=text,
        reply_id=(asked.get("metadata") or {}).get("mostrador_reply_id"),
        tag=known.thread,
    )
    state.arrived.append(arrived)
    events = [{"id": state.number(), "type": "Change"}, {"id": int(arrived.external_id), "type": "Comment"}]
    audit = {"id": state.number(), "created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}", "events": events}
    return Response(200, {"ticket": _ticket(state, known), "audit": audit})


def _comments(state: State, known: Public, asked: Mapping[str, str]) -> Response:
    first = {"id": 1, "body": "¿Hasta cuándo abrís el sábado?", "author_id": int(known.author), "public": True}
    every = [{**first, "created_at": known.at.isoformat(), "via": {"channel": "email"}, "metadata": {}}]
    every += [_comment(each) for each in _ours(state, known)]
    if asked.get("sort_order") == "desc":
        every.reverse()
    more = f"https://{HOST}/api/v2/tickets/{known.thread}/comments.json?page=2" if len(every) > _PAGE else None
    return Response(200, {"comments": every[:_PAGE], "next_page": more, "count": len(every)})


def _comment(arrived: Arrived) -> dict[str, Any]:
    custom = {"mostrador_reply_id": arrived.reply_id} if arrived.reply_id else {}
    return {
        "id": int(arrived.external_id),
        "body": arrived.text,
        "author_id": 9001,
        "public": arrived.to.isdigit(),
        "created_at": f"{arrived.at:%Y-%m-%dT%H:%M:%SZ}",
        "via": {"channel": "api"},
        "metadata": {"system": {}, "custom": custom},
    }


def _invalid(what: str, words: str) -> Response:
    details = {what: [{"description": words}]}
    return Response(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})
