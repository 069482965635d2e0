"""The company answers a status with a status to the same people, which names whoever is answered: nobody else would be
told of it (https://docs.joinmastodon.org/methods/statuses/#create).

Places know people by their ids. What is answered is read first, for its author's name and for who may see it.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from shared.hosts import KIND
from shared.permitted import check_by_rules, refused
from shared.platforms.mastodon import finding
from shared.platforms.mastodon.api import NO_INSTANCE, failed, instance
from shared.platforms.mastodon.lengths import SIGNS
from shared.platforms.mastodon.normalise import DIRECT, PUBLIC, THREADS
from shared.platforms.mastodon.payload import Status
from shared.ports import Answer, Asking, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    Rate,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

LIMIT = 500
"""`max_characters` of an instance that has not set another (https://docs.joinmastodon.org/entities/Instance/)."""

_NAME = len("@ ") + 30
"""The room for whoever is answered: a name has at most 30 letters, and its server is not counted."""

_RULES = Rules(
    longest=LIMIT - _NAME,
    unit=SIGNS,
    answers=True,
    # 300 statuses in three hours (mastodon/mastodon, app/lib/rate_limiter.rb), and 300 requests in five minutes, of
    # which an answer takes two.
    rates=(Rate(300, timedelta(hours=3)), Rate(150, timedelta(minutes=5))),
    echoes=True,
)
RULES: Mapping[str, Rules] = {PUBLIC: _RULES, DIRECT: _RULES}

_ID = re.compile("[A-Za-z0-9]{1,64}")
_VISIBILITIES = frozenset({"public", "unlisted", "private"})
"""What may be asked for beside `direct`, which is for those alone who are named."""


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Mastodon would not take it, or none; nothing there is a matter of time."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no status of a customer's: answer one of theirs, or write to them where else they are known",
)


def _is_address(place: Place) -> bool:
    named = (_person(place), *([place.reply_to] if place.reply_to is not None else []))
    return place.thread == THREADS[place.channel] and all(map(_ID.fullmatch, named))


def _person(place: Place) -> str:
    return place.identity.removeprefix(f"mastodon:{place.account}:")


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, after one that reads what is answered; what `check` refuses goes no further.

    It goes out under our own id: whatever comes twice within an hour is one status.
    """
    place, at = reply.place, now or datetime.now(UTC)
    if refusal := check(reply.draft, place, at):
        return refused(refusal)
    where = instance(presence)
    if where is None:
        return NO_INSTANCE
    read = yield where.get(f"/api/v1/statuses/{place.reply_to}")
    answered = _status(read)
    if answered is None:
        found = failed(read, at)
        return Later() if isinstance(found, Unknown) else found  # nothing was posted
    if answered.account.id != _person(place):
        return _ANOTHERS
    answer = yield where.post("/api/v1/statuses", _said(reply.draft, answered), once=reply.id)
    posted = _status(answer)
    return Sent(external_id=posted.id, at=posted.created_at) if posted else failed(answer, at)


_ANOTHERS = Refused(
    code="not_reachable",
    sentence="what is answered was not written by this customer: answer a status of theirs",
)


def _said(draft: Draft, answered: Status) -> Mapping[str, Any]:
    visibility = answered.visibility if answered.visibility in _VISIBILITIES else "direct"
    text = f"@{answered.account.acct} {draft.text}"
    return {"status": text, "in_reply_to_id": answered.id, "visibility": visibility}


def _status(answer: Answer) -> Status | None:
    try:
        return Status.model_validate(answer.json()) if answer.status == 200 else None
    except ValidationError:
        return None


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - Mastodon's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is among the answers to what it answers, since."""
    where = instance(presence)
    if where is None or reply.place.channel not in RULES or not _is_address(reply.place):
        yield from ()
        return finding.UNSHOWN
    return (yield from finding.look(reply, _person(reply.place), where, since, others))


PORT = ReplyPort(frozenset(), RULES, check, send, find, things=(KIND,), host_kind=KIND)
