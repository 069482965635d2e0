"""An instance of Mastodon as far as statuses go (https://docs.joinmastodon.org/methods/statuses/), with the limits that
Mastodon begins with.

Statuses are known once somebody is known to have written them; whoever wrote one is called `user` and their id there.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

from infra.local.standin.echoes import Notice, notice
from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.lengths import is_blank
from shared.platforms.mastodon.lengths import SIGNS, without_servers
from shared.replying import Place

HOST = "social.teleprado.example"
HOSTS = frozenset({HOST})
TOKEN = "standin-access-token"  # noqa: S105 - of an application that there is not
USER = "latienda"

_LIMIT = 500
_HOUR = timedelta(hours=1)
_NUMBERS = 115_300_000_000_000_000
_OURS = "own"
"""The id of the company's account."""

_DIRECT = "direct"
_VISIBILITIES = ("public", "unlisted", "private", _DIRECT)
_KEY = "mastodon"
"""What stands before a status's id among all that is public."""


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a status: who wrote it, and who may see it."""
    person = place.identity.rsplit(":", 1)[-1]
    if place.reply_to:
        private = _DIRECT if place.channel == "mastodon_dm" else "private"
        visibility = private if place.visibility == "private" else "public"
        state.public[f"{_KEY} {place.reply_to}"] = Public(
            visibility, place.account, person, place.reply_to, place.reply_to_at or now
        )


def block(state: State, place: Place) -> None:
    """Have the customer block the account, which then sees nothing of theirs."""
    state.blocked.add(Person(_KEY, place.account, place.identity.rsplit(":", 1)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Mastodon does."""
    if request.bearer != TOKEN:
        return _error(401, "The access token is invalid")
    if seconds := state.wait(now, {_KEY: Limit(300, timedelta(minutes=5))}):
        return limited(seconds, now)
    if (request.method, request.path) == ("POST", "/api/v1/statuses"):
        return _post(state, request, now)
    found = re.fullmatch("/api/v1/statuses/([A-Za-z0-9]+)(/context)?", request.path)
    if request.method != "GET" or found is None:
        return _error(404, "Record not found")
    known = _known(state, found[1])
    if known is None:
        return _error(404, "Record not found")
    return Response(200, _context(state, found[1]) if found[2] else _customers(found[1], known))


def limited(seconds: int, now: datetime) -> Response:
    until = (now + timedelta(seconds=seconds)).isoformat()
    return Response(429, _error(429, "Too many requests").value, {"x-ratelimit-reset": until})


def _known(state: State, number: str) -> Public | None:
    """Return a status that the company's account may see."""
    known = state.public.get(f"{_KEY} {number}")
    return known if known and Person(_KEY, known.account, known.author) not in state.blocked else None


def _post(state: State, request: Request, now: datetime) -> Response:
    said, key = request.json(), request.headers.get("idempotency-key")
    if key and (before := _made_before(state, key, now)):
        return Response(200, _own(before))
    text, answered = said.get("status"), str(said.get("in_reply_to_id") or "")
    if not isinstance(text, str) or is_blank(text):
        return _error(422, "Validation failed: Text can't be blank")
    if SIGNS.count(text) > _LIMIT:
        return _error(422, f"Validation failed: Text character limit of {_LIMIT} exceeded")
    known, visibility = _known(state, answered), said.get("visibility", "public")
    if known is None:
        return _error(404, "The post you are trying to reply to does not appear to exist.")
    if visibility not in _VISIBILITIES:
        return _error(422, "Validation failed: Visibility is not included in the list")
    if seconds := state.wait(now, {f"{_KEY} statuses": Limit(300, timedelta(hours=3))}):
        return limited(seconds, now)
    mention = f"@user{known.author} "
    is_named = text.startswith(mention)
    arrived = Arrived(
        platform="mastodon",
        channel="mastodon_dm" if visibility == _DIRECT else "mastodon_mention",
        account=known.account,
        to=known.author if is_named else "nobody: who is not named is not told",
        external_id=str(_NUMBERS + state.number()),
        at=now,
        text=text.removeprefix(mention),
        reply_to=answered,
        reply_id=key,
        tag=visibility,
    )
    state.arrived.append(arrived)
    return Response(200, _own(arrived))


def _made_before(state: State, key: str, now: datetime) -> Arrived | None:
    """Return what was made under a key, which is known for an hour."""
    of = (each for each in state.arrived if each.platform == "mastodon" and each.reply_id == key)
    return next((each for each in of if now - each.at < _HOUR), None)


def _context(state: State, number: str) -> Mapping[str, Any]:
    return {"ancestors": [], "descendants": list(_below(state, number))}


def _below(state: State, number: str) -> Iterator[Mapping[str, Any]]:
    yield from (_own(each) for each in state.arrived if each.platform == "mastodon" and each.reply_to == number)


def _customers(number: str, known: Public) -> Mapping[str, Any]:
    text = f"@{USER} ¿Hasta cuándo abrís el sábado?"
    return _status(number, known.author, known.at, text, known.channel, [_member(_OURS)])


def _own(arrived: Arrived) -> Mapping[str, Any]:
    """Return something of ours that arrived, as Mastodon shows it."""
    named = [_member(arrived.to)] if arrived.to.isalnum() else []
    text = " ".join([*(f"@{each['acct']}" for each in named), without_servers(arrived.text)])
    said = _status(arrived.external_id, _OURS, arrived.at, text, str(arrived.tag), named)
    answered = {"in_reply_to_id": arrived.reply_to, "in_reply_to_account_id": arrived.to}
    return {**said, **answered}


def _status(
    number: str, author: str, at: datetime, text: str, visibility: str, mentions: list[dict[str, str]]
) -> Mapping[str, Any]:
    return {
        "id": number,
        "created_at": at.isoformat(timespec="milliseconds"),
        "account": _member(author),
        "content": "".join(f"<p>{escape(part).replace('\n', '<br>')}</p>" for part in text.split("\n\n")),
        "visibility": visibility,
        "spoiler_text": "",
        "mentions": mentions,
        "media_attachments": [],
        "url": f"https://{HOST}/@{_member(author)['acct']}/{number}",
    }


def _member(person: str) -> dict[str, str]:
    name = USER if person == _OURS else f"user{person}"
    return {"id": person, "username": name, "acct": name, "url": f"https://{HOST}/@{name}"}


def _error(status: int, words: str) -> Response:
    return Response(status, {"error": words})


def _told(arrived: Arrived) -> Iterator[Notice]:
    """https://docs.joinmastodon.org/admin/webhooks/"""
    at = arrived.at.isoformat(timespec="milliseconds")
    yield notice(arrived, {"event": "status.created", "created_at": at, "object": _own(arrived)})


ECHOES = {"mastodon_mention": _told, "mastodon_dm": _told}
