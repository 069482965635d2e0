"""The account answers a direct message in its conversation, and a comment with a reply below it.

https://business-api.tiktok.com/portal/docs?id=1832190670631937 (Business Messaging), and the same portal on comments.
TikTok takes nothing of ours along and knows no key for doing something once: whether something was said whose answer
was lost, the conversation or the replies to the comment tell by their words.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.tiktok import WINDOWS, finding
from shared.platforms.tiktok.api import HOST, data_of, failed, post
from shared.platforms.tiktok.normalise import DIRECT, PUBLIC
from shared.ports import Asking, Presence
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

ACCOUNT_KIND = "business"

RULES: Mapping[str, Rules] = {
    DIRECT: Rules(
        longest=6000,  # https://www.infobip.com/docs/tiktok/message-types
        unit=CHARACTERS,
        window=WINDOWS[DIRECT],
        rates=(Rate(10, timedelta(seconds=1)),),
        echoes=True,
    ),
    PUBLIC: Rules(longest=150, unit=CHARACTERS, answers=True, echoes=True),
}

_CONVERSATION = re.compile("[!-~]{1,256}")
_NUMBER = re.compile("[1-9][0-9]{0,30}")


class _Saying(NamedTuple):
    """What a place needs: where the request goes, what it holds, and how the answer names what was made."""

    path: str
    said: Mapping[str, Any]
    sent: Callable[[Mapping[str, Any]], Sent | None]


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why TikTok would not take it, or none. How many messages somebody has had without writing back, it counts
    alone."""
    return _unreachable(place) or check_by_rules(RULES.get(place.channel), draft, place, now)


def _unreachable(place: Place) -> Refusal | None:
    return _NOT_REACHABLE if place.channel in RULES and not _is_address(place) else None


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no conversation or comment of somebody else's on TikTok: answer one of theirs, or elsewhere",
)


def _is_address(place: Place) -> bool:
    if place.identity == f"tiktok:{place.account}:{place.account}":
        return False
    if place.channel == DIRECT:
        return place.thread != "direct" and _CONVERSATION.fullmatch(place.thread) is not None
    named = (place.thread, *([place.reply_to] if place.reply_to is not None else []))
    return all(map(_NUMBER.fullmatch, named))


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:  # noqa: ARG001
    """Say it, in one call, with the business account's token."""
    place = reply.place
    if unreachable := _unreachable(place):
        return refused(unreachable)
    if no_way := no_way_to_say(RULES.get(place.channel), reply.draft, place):
        return no_way
    saying = _saying(reply)
    answer = yield post(saying.path, presence.token_of(place.account), saying.said)
    data = data_of(answer)
    return (saying.sent(data) if data is not None else None) or failed(answer)


def _saying(reply: Reply) -> _Saying:
    place, text = reply.place, reply.draft.text
    by = {"business_id": place.account}
    if place.channel == DIRECT:
        to = {"recipient_type": "CONVERSATION", "recipient": place.thread}
        return _Saying("/message/send/", {**by, **to, "message_type": "TEXT", "text": {"body": text}}, _message)
    below = {"video_id": place.thread, "comment_id": place.reply_to}
    return _Saying("/comment/reply/create/", {**by, **below, "text": text}, _comment)


def _message(data: Mapping[str, Any]) -> Sent | None:
    match data:
        case {"message": {"message_id": str(number)}} if number:
            return Sent(external_id=number)
        case _:
            return None


def _comment(data: Mapping[str, Any]) -> Sent | None:
    number = str(data.get("comment_id") or "")
    return Sent(external_id=number, at=finding.instant(data.get("create_time"))) if _NUMBER.fullmatch(number) else None


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - TikTok's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is in the conversation, or among the replies to the comment, since."""
    place = reply.place
    if place.channel not in RULES or _unreachable(place) or (place.channel == PUBLIC and place.reply_to is None):
        yield from ()
        return finding.UNSHOWN
    token = presence.token_of(place.account)
    looks = finding.among_messages if place.channel == DIRECT else finding.among_comments
    return (yield from looks(reply, token, since, others))


PORT = ReplyPort(frozenset({HOST}), RULES, check, send, find, things=(ACCOUNT_KIND,))
