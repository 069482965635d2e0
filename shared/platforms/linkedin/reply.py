"""The page answers a comment with a comment below it, and a post that mentions it with a comment below that
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api#create-a-comment).

LinkedIn takes nothing of ours along and knows no key for doing something once: whether a comment was made whose answer
was lost, the comments there tell by their words.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, ValidationError

from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.linkedin.api import HOST, below, failed, say_below
from shared.platforms.linkedin.normalise import CHANNEL
from shared.platforms.linkedin.payload import Id, Milliseconds, Urn, Wire, Words, comment_urn
from shared.ports import Answer, Asking, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

PAGE_KIND = "page"

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        longest=1250,  # at which LinkedIn's own screens stop; its documentation names no limit, and none of how often
        unit=CHARACTERS,
        answers=True,
        echoes=True,
    )
}

_PAGE = re.compile("[1-9][0-9]{0,18}")
_COMMENT = re.compile(r"urn:li:comment:\((?P<post>urn:li:[A-Za-z]{1,40}:[0-9]{1,30}),[0-9]{1,30}\)")
_POST = re.compile(r"urn:li:(?:activity|share|ugcPost):[0-9]{1,30}")
_CLOCKS_DIFFER = timedelta(minutes=1)
_MOST = 100


class _Created(Wire):
    time: Milliseconds | None = None


class _Comment(Wire):
    """A comment as LinkedIn shows it, and as it answers that it was made."""

    id: Id | None = None
    urn: Urn | None = Field(None, alias="commentUrn")
    actor: str = ""
    object: Id | None = None
    message: Words | None = None
    created: _Created = Field(default_factory=_Created)

    @property
    def external_id(self) -> str | None:
        """Its URN, as webhooks have it."""
        if self.urn or not (self.id and self.object):
            return self.urn
        return comment_urn(f"urn:li:comment:({self.object},{self.id})")


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why LinkedIn would not take it, or none; nothing there is a matter of time."""
    return _unreachable(place) or check_by_rules(RULES.get(place.channel), draft, place, now)


def _unreachable(place: Place) -> Refusal | None:
    return _NOT_REACHABLE if place.channel in RULES and not _is_address(place) else None


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no comment or post of somebody else's on LinkedIn: answer one of theirs, or elsewhere",
)


def _is_address(place: Place) -> bool:
    answered = place.reply_to
    is_there = answered is None or _COMMENT.fullmatch(answered) or _POST.fullmatch(answered)
    is_the_pages = place.identity == f"linkedin:{place.account}:{place.account}"
    return bool(is_there) and not is_the_pages and _PAGE.fullmatch(place.account) is not None


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:  # noqa: ARG001
    """Say it, in one call, with the token of an administrator of the page."""
    place = reply.place
    if unreachable := _unreachable(place):
        return refused(unreachable)
    if no_way := no_way_to_say(RULES.get(place.channel), reply.draft, place):
        return no_way
    assert place.reply_to is not None, "it answers something"
    token = presence.token_of(place.account)
    answer = yield say_below(place.reply_to, token, _said(reply.draft, place.reply_to, place.account))
    made = _comment(answer.json()) if answer.status in (200, 201) else None
    if made is None or made.external_id is None:
        return failed(answer)
    return Sent(external_id=made.external_id, at=made.created.time)


def _said(draft: Draft, answered: str, page: str) -> Mapping[str, Any]:
    comment = _COMMENT.fullmatch(answered)
    about = {"object": comment["post"], "parentComment": answered} if comment else {"object": answered}
    return {"actor": _organization(page), "message": {"text": draft.text}, **about}


def _organization(page: str) -> str:
    return f"urn:li:organization:{page}"


def _comment(said: Any) -> _Comment | None:
    try:
        return _Comment.model_validate(said)
    except ValidationError:
        return None


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - LinkedIn's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is among the comments below what it answers, since."""
    place = reply.place
    if place.reply_to is None or _unreachable(place):
        yield from ()
        return _UNSHOWN
    answer = yield below(place.reply_to, presence.token_of(place.account), f"?start=0&count={_MOST}")
    listed = answer.json().get("elements")
    if answer.status != 200 or not isinstance(listed, list):
        return _UNSHOWN
    shown = [_comment(each) for each in listed]
    for comment in shown:
        if comment and comment.external_id not in others and _is(comment, reply, since - _CLOCKS_DIFFER):
            known = comment.external_id
            return Sent(external_id=known, at=comment.created.time) if known else _UNSHOWN
    return NotThere() if None not in shown and _is_whole(answer, len(shown)) else _UNSHOWN


def _is(comment: _Comment, reply: Reply, since: datetime) -> bool:
    at, words = comment.created.time, comment.message.text if comment.message else ""
    is_ours = comment.actor == _organization(reply.place.account) and (at is None or at >= since)
    return is_ours and words.split() == reply.draft.text.split()


def _is_whole(answer: Answer, shown: int) -> bool:
    """Whether all comments are shown: LinkedIn does not say in which order it shows them."""
    paging = answer.json().get("paging")
    total = paging.get("total") if isinstance(paging, dict) else None
    return total <= shown if isinstance(total, int) else shown < _MOST


_UNSHOWN = Unknown(sentence="LinkedIn did not show what was commented since: look at the post")

PORT = ReplyPort(frozenset({HOST}), RULES, check, send, find, things=(PAGE_KIND,))
