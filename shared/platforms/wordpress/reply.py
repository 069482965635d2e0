"""The company answers a comment with a comment below it (https://developer.wordpress.org/rest-api/reference/comments/#create-a-comment).

What is answered is read first: below a comment that nobody sees, nobody would see an answer.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any

from pydantic import ValidationError

from shared.hosts import KIND as HOST_KIND
from shared.lengths import BYTES
from shared.permitted import check_by_rules, refused
from shared.platforms.wordpress.api import (
    FOLDER_KIND,
    NO_BLOG,
    Blog,
    blog,
    listed,
    pages,
    reason,
)
from shared.platforms.wordpress.normalise import CHANNEL
from shared.platforms.wordpress.payload import Comment
from shared.ports import Answer, Asking, Presence
from shared.replying import Draft, Later, NotThere, Place, Refusal, Refused, Reply, ReplyPort, Rules, Sent, Unknown

MOST_BYTES = 65_525
"""What the column of a comment holds (`wp_get_comment_fields_max_lengths`)."""

RULES: Mapping[str, Rules] = {CHANNEL: Rules(longest=MOST_BYTES, unit=BYTES, answers=True, echoes=True)}

_NUMBER = re.compile("[1-9][0-9]{0,18}")
_CLOCKS_DIFFER = timedelta(minutes=1)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why the blog would not take it, or none; nothing there is a matter of time."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now) or _too_long(draft)


_NOT_REACHABLE = Refusal(
    code="not_reachable", sentence="this is no comment of a customer's on the blog: answer one of theirs"
)


def _is_address(place: Place) -> bool:
    own = f"wordpress:{place.account}:"
    is_person = place.identity.startswith(own) and place.identity not in (own, f"{own}{place.account}")
    numbers = (place.thread, *([place.reply_to] if place.reply_to is not None else []))
    return is_person and all(map(_NUMBER.fullmatch, numbers))


def _too_long(draft: Draft) -> Refusal | None:
    has = len(_written(draft.text).encode())
    if has <= MOST_BYTES:
        return None
    return Refusal(
        code="too_long",
        sentence=f"the text has {has} bytes as HTML, and {MOST_BYTES} are let through: shorten it",
        alternatives=("shorter",),
    )


def _written(text: str) -> str:
    """Return a text as the blog keeps it: in HTML, in which it means what it says."""
    return escape(text, quote=False)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, after one that reads what is answered; what `check` refuses goes no further."""
    place, where = reply.place, blog(presence)
    if refusal := check(reply.draft, place, now or _ANY_TIME):
        return refused(refusal)
    if where is None:
        return Refused(code="no_blog", sentence=NO_BLOG)
    read = yield where.get(f"comments/{place.reply_to}", {"context": "edit"})
    if read.status != 200 or "status" not in read.json():
        found = _failed(read, now)
        return Later() if isinstance(found, Unknown) else found  # nothing was said
    if read.json()["status"] != "approved":
        return _HELD if read.json()["status"] == "hold" else _GONE
    said = {"post": int(place.thread), "parent": int(str(place.reply_to)), "content": _written(reply.draft.text)}
    answer = yield where.post("comments", said)
    return _sent(answer) or _failed(answer, now)


_HELD = Refused(
    code="held",
    sentence="the comment is held for moderation, and nobody would see an answer: approve it in WordPress (Comments), "
    "then send again",
)
_GONE = Refused(code="gone", sentence="the comment was taken for spam or put into the trash: answer elsewhere")
_ENQUEUED = Refused(
    code="enqueued",
    sentence="the blog keeps it for its moderators: approve it there and do not send it again, and make the user an "
    "*Editor*",
)


_SAID_ALREADY = Refused(
    code="duplicate",
    sentence="the user has said these very words below this comment before: if it was not this reply, change them",
)


def _sent(answer: Answer) -> Sent | Refused | None:
    try:
        comment = Comment.model_validate(answer.json()) if answer.status in (200, 201) else None
    except ValidationError:
        return None
    if comment and answer.json().get("status") == "hold":
        return _ENQUEUED
    return Sent(external_id=str(comment.id), at=comment.date) if comment else None


def _failed(answer: Answer, now: datetime | None) -> Refused | Later | Unknown:
    if answer.status == 429:
        again = answer.retry_after(now) if now else None
        return Later(seconds=int((again - now).total_seconds()) if again and now else None)
    if answer.json().get("code") == "comment_duplicate":
        return _SAID_ALREADY
    if answer.refuses:
        return Refused(code=str(answer.status), sentence=reason(answer))
    return Unknown(sentence=f"the blog did not say whether it has it (status {answer.status}): look there")


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - WordPress's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is below the comment that it answers, since."""
    where = blog(presence)
    if where is None or not _is_address(reply.place) or reply.place.reply_to is None:
        yield from ()
        return _UNSHOWN
    me = (yield where.get("users/me", {"_fields": "id"})).json().get("id")
    if not isinstance(me, int):
        return _UNSHOWN
    return (yield from _among_answers(reply, where, me, since, others))


_UNSHOWN = Unknown(sentence="the blog did not show what stands below the comment: look there")


def _among_answers(
    reply: Reply, where: Blog, me: int, since: datetime, others: Collection[str]
) -> Asking[Sent | NotThere | Unknown]:
    since -= _CLOCKS_DIFFER
    asked: dict[str, Any] = {"post": reply.place.thread, "parent": reply.place.reply_to, "author": me}
    asked |= {"status": "any", "context": "edit", "orderby": "date_gmt", "order": "desc", "per_page": 100}
    answer = yield where.get("comments", asked)
    found = listed(answer)
    try:
        comments = [Comment.model_validate(each) for each in found or []]
    except ValidationError:
        return _UNSHOWN
    for comment in comments:
        is_ours = comment.author == me and str(comment.id) not in others and comment.date >= since
        if is_ours and _same(comment.content.raw, reply.draft.text):
            return Sent(external_id=str(comment.id), at=comment.date)
    is_whole = found is not None and (pages(answer) <= 1 or any(comment.date < since for comment in comments))
    return NotThere() if is_whole else _UNSHOWN


def _same(theirs: str | None, ours: str) -> bool:
    return theirs is not None and unescape(theirs).strip().splitlines() == ours.strip().splitlines()


PORT = ReplyPort(frozenset(), RULES, check, send, find, things=(HOST_KIND, FOLDER_KIND), host_kind=HOST_KIND)
