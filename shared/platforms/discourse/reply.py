"""The company answers a post in its forum with a post in the same topic, or with a private message to its author
(https://docs.discourse.org/#tag/Posts/operation/createTopicPostPM).

What is answered is named to us by its id, and to Discourse by its number in the topic: so it is read first.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from shared.lengths import CHARACTERS, LengthUnit
from shared.permitted import check_by_rules, refused
from shared.platforms.discourse import finding
from shared.platforms.discourse.api import HOST_KIND, NO_FORUM, USER_KIND, failed, forum
from shared.platforms.discourse.normalise import CHANNEL
from shared.platforms.discourse.payload import Post
from shared.ports import Answer, Asking, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    PrivateAnswer,
    Rate,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

_POST: tuple[int, LengthUnit] = (32_000, CHARACTERS)
"""`max_post_length`, unless the forum has set another."""

_REQUESTS = (Rate(30, timedelta(minutes=1)),)
"""An administrator's key makes 60 requests a minute (`DISCOURSE_MAX_ADMIN_API_REQS_PER_MINUTE`), and an answer takes
two: https://meta.discourse.org/t/available-settings-for-global-rate-limits-and-throttling/78612"""

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        *_POST,
        answers=True,
        private_answer=PrivateAnswer(CHANNEL, *_POST, rates=_REQUESTS),
        rates=_REQUESTS,
        echoes=True,
    )
}

_SHORTEST, _SHORTEST_IN_PRIVATE = 20, 10
"""`min_post_length` and `min_personal_message_post_length`, unless the forum has set others: staff write no shorter."""

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_ID = re.compile("[1-9][0-9]{0,18}")


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why the forum would not take it, or none; nothing there is a matter of time."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now) or _too_short(draft, place)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no post of a customer's in the forum: answer one of theirs, or write to them where else they are "
    "known",
)


def _is_address(place: Place) -> bool:
    person = place.identity.removeprefix(f"discourse:{place.account}:")
    named = (person, place.thread, *([place.reply_to] if place.reply_to is not None else []))
    return all(map(_ID.fullmatch, named))


def _too_short(draft: Draft, place: Place) -> Refusal | None:
    least = _SHORTEST_IN_PRIVATE if draft.privately or place.visibility == "private" else _SHORTEST
    has = len(_counted(draft.text))
    if has >= least:
        return None
    return Refusal(
        code="too_short",
        sentence=f"the text has {has} characters as a forum counts them, and it takes none with less than {least}: "
        "write a whole sentence",
    )


def _counted(text: str) -> str:
    """Return what of a text Discourse counts (discourse/discourse, lib/validators/stripped_length_validator.rb)."""
    for pattern, instead in _UNCOUNTED:
        text = pattern.sub(instead, text)
    return text.strip()


_UNCOUNTED = (
    (re.compile("<!--(.*?)-->"), ""),
    (re.compile(r":\w+(:\w+)?:", re.ASCII), "X"),
    (re.compile(r"\.{2,}"), "…"),
    (re.compile(",{2,}"), ","),
)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, after one that reads what is answered; what `check` refuses goes no further."""
    place = reply.place
    if refusal := check(reply.draft, place, now or _ANY_TIME):
        return refused(refusal)
    where = forum(presence)
    if where is None:
        return NO_FORUM
    read = yield where.get(f"/posts/{place.reply_to}.json")
    post = _post(read)
    if post is None:
        found = failed(read)
        return Later() if isinstance(found, Unknown) else found  # nothing was posted
    if reply.draft.privately and not _is_by(post, place):
        return _NOBODY
    said = _in_private(reply, post) if reply.draft.privately else _in_public(reply, post)
    answer = yield where.post("/posts.json", said)
    return _sent(answer, privately=reply.draft.privately) or _there_already(answer) or failed(answer)


_NOBODY = Refused(
    code="gone",
    sentence="the author of what is answered is no longer there, or another one: answer in public",
)


def _is_by(post: Post, place: Place) -> bool:
    return bool(post.username) and place.identity == f"discourse:{place.account}:{post.user_id}"


def _post(answer: Answer) -> Post | None:
    try:
        return Post.model_validate(answer.json()) if answer.status == 200 else None
    except ValidationError:
        return None


def _in_public(reply: Reply, post: Post) -> Mapping[str, Any]:
    # The topic is the one in which the post is now: a moderator may have moved it.
    return {"topic_id": int(post.topic_id), "raw": reply.draft.text, "reply_to_post_number": int(post.post_number)}


def _in_private(reply: Reply, post: Post) -> Mapping[str, Any]:
    return {
        "title": finding.title(reply),
        "raw": reply.draft.text,
        "archetype": "private_message",
        "target_recipients": post.username,
        # No two topics have the same: whatever comes twice is one message.
        "external_id": reply.id,
    }


def _sent(answer: Answer, *, privately: bool) -> Sent | Refused | None:
    said = answer.json()
    if answer.status == 200 and said.get("action") == "enqueued":
        return _ENQUEUED
    post = _post(answer)
    if post is None:
        return None
    return Sent(external_id=post.id, at=post.created_at, thread=post.topic_id if privately else None)


_ENQUEUED = Refused(
    code="enqueued",
    sentence="the forum keeps it for its moderators, since its API user is none: let them decide there and do not send "
    "it again, and make the user a moderator",
)


def _there_already(answer: Answer) -> Unknown | None:
    """Return that it is there, where the forum refuses a second topic of the same `external_id`."""
    is_there = answer.status == 422 and re.search("external", str(answer.json().get("errors", "")), re.IGNORECASE)
    return Unknown(sentence="the forum has a private message with our own id already: look there") if is_there else None


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - Discourse's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is in the topic, or among the private messages that the user has sent, since."""
    where = forum(presence)
    if where is None or not _is_address(reply.place):
        yield from ()
        return finding.UNSHOWN
    return (yield from finding.look(reply, where, since, others))


PORT = ReplyPort(frozenset(), RULES, check, send, find, things=(HOST_KIND, USER_KIND), host_kind=HOST_KIND)
