"""The company answers a comment below one of its videos (https://developers.google.com/youtube/v3/docs/comments/insert).

A thread has two levels: whatever is answered, the answer stands below the comment at the top. When a reply is answered,
YouTube's own screens put its author's handle in front, so that they are told; that is done here, too.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, refused
from shared.platforms.youtube import api
from shared.platforms.youtube.api import Door
from shared.platforms.youtube.normalise import CHANNEL
from shared.platforms.youtube.payload import Comment
from shared.ports import Answer, Asking, Presence
from shared.reasons import Reasons, told
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

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        longest=10_000,  # https://support.google.com/youtube/answer/6000964
        unit=CHARACTERS,
        answers=True,
        # A project has 10,000 units in a day, and an answer costs 50; what the poller asks costs nearly half of them
        # (https://developers.google.com/youtube/v3/determine_quota_cost).
        rates=(Rate(100, timedelta(hours=24)),),
        echoes=True,
    )
}

_LONGEST_MENTION = 32
"""A handle has 30 characters at most (https://support.google.com/youtube/answer/11585688), an @ and a space."""

_MOST_PAGES = 5
_CLOCKS_DIFFER = timedelta(minutes=1)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_HANDLE = re.compile(r"@\S{1,30}")


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why YouTube would not take it, or none; nothing there is a matter of time."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    if rules and _answers_a_reply(place):
        rules = replace(rules, longest=rules.longest - _LONGEST_MENTION)
    return check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no comment below one of the channel's videos: answer one of theirs, or write to them where else "
    "they are known",
)


def _is_address(place: Place) -> bool:
    top, is_reply, own = (place.reply_to or place.thread).partition(".")
    named = (place.thread, top, *([own] if is_reply else []))
    return place.visibility == "public" and top == place.thread and all(map(_ID.fullmatch, named))


def _answers_a_reply(place: Place) -> bool:
    return "." in (place.reply_to or "")


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call; where a reply is answered, after one that reads whose it is."""
    if refusal := check(reply.draft, reply.place, now or _ANY_TIME):
        return refused(refusal)
    opened = yield from _opened(presence, now)
    if not isinstance(opened, Door):
        return Later() if isinstance(opened, Unknown) else opened  # nothing was posted
    text: str | Refused | Later = reply.draft.text
    if _answers_a_reply(reply.place):
        text = yield from _with_mention(reply, opened, now)
    if not isinstance(text, str):
        return text
    said = {"snippet": {"parentId": reply.place.thread, "textOriginal": text}}
    answer = yield opened.insert("comments", said)
    return _sent(answer) or failed(answer, now)


def _opened(presence: Presence, now: datetime | None) -> Asking[Door | Refused | Later | Unknown]:
    """Return the API as the channel's own credential opens it, or why it does not."""
    channel = api.channel(presence)
    if channel is None:
        return _NO_CHANNEL
    credential = presence.token_of(channel)
    if api.is_api_key(credential):
        return _NOT_SIGNED_IN
    door = yield from api.let_in(credential)
    return door if isinstance(door, Door) else failed(door, now)


_NO_CHANNEL = Refused(
    code="no_channel",
    sentence='the playbook does not say which channel speaks: name { kind = "channel", id = "UC..." } as a thing of '
    "the account, publish it, then send again",
)
_NOT_SIGNED_IN = Refused(
    code="not_signed_in",
    sentence="with an API key YouTube can only be read: publish `<client id>:<client secret>:<refresh token>` for the "
    "channel with `python -m infra.publish tokens`, then send again",
)
_GONE = Refused(
    code="gone",
    sentence="what is answered is no longer there: answer another comment, or write to them where else they are known",
)


def _with_mention(reply: Reply, door: Door, now: datetime | None) -> Asking[str | Refused | Later]:
    """Return the text with the handle of whoever is answered in front."""
    answered = str(reply.place.reply_to)
    answer = yield door.get("comments", part="snippet", id=answered, textFormat="plainText")
    read = _comments(answer)
    if read is None:
        found = failed(answer, now)
        return Later() if isinstance(found, Unknown) else found
    comment = next((each for each in read if each.id == answered), None)
    if comment is None:
        return _GONE
    name = comment.snippet.author_display_name or ""
    text = reply.draft.text
    is_named = not _HANDLE.fullmatch(name) or text.casefold().startswith(name.casefold())
    return text if is_named else f"{name} {text}"


def _comments(answer: Answer) -> list[Comment] | None:
    """Return the comments that are listed; none where any cannot be read."""
    listed = api.items(answer)
    try:
        return None if listed is None else [Comment.model_validate(each) for each in listed]
    except ValidationError:
        return None


def _sent(answer: Answer) -> Sent | None:
    try:
        comment = Comment.model_validate(answer.json()) if answer.status == 200 else None
    except ValidationError:
        return None
    return Sent(external_id=comment.id, at=comment.snippet.published_at) if comment else None


def failed(answer: Answer, now: datetime | None) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that something was posted."""
    said = api.reasons(answer)
    if answer.status == 403 and re.search(api.SPENT, said):
        return Later(seconds=(api.begins_anew(now) - now) // timedelta(seconds=1) if now else None)
    if answer.status == 429 or (answer.status == 403 and re.search(api.TOO_FAST, said, re.IGNORECASE)):
        return Later()
    if not answer.refuses:
        return Unknown(sentence=f"YouTube did not say whether it has it (status {answer.status}): look below the video")
    return Refused(code=str(answer.status), sentence=told(_REASONS, said, answer.status))


_REASONS: Reasons = (
    (None, r"invalid_grant|invalid_client|unauthorized_client",
     "Google no longer takes the channel's refresh token or its client: authorise anew, and publish it with "
     "`python -m infra.publish tokens`"),
    (None, r"commentTextTooLong", "the text is too long for YouTube: shorten it to 10,000 characters"),
    (None, r"commentTextRequired", "there is nothing in the text that YouTube shows: write one"),
    (None, r"parentCommentIsPrivate|operationNotSupported|commentsDisabled",
     "this comment cannot be answered: the video takes no comments any more, or only its author sees it"),
    (None, r"ineligibleAccount|channelClosed|channelSuspended|channelNotFound",
     "the Google account has no channel that may comment: look at it in YouTube Studio, and authorise the right one"),
    (None, r"accessNotConfigured|SERVICE_DISABLED",
     "the YouTube Data API v3 is not enabled in the client's project: enable it under APIs & Services, Library"),
    (401, r"",
     "Google does not take the token: authorise anew, and publish it with `python -m infra.publish tokens`"),
    (403, r"insufficient|scope",
     "the token may only read: authorise with the scope youtube.force-ssl, and publish it with "
     "`python -m infra.publish tokens`"),
    (403, r"", "YouTube does not let the channel answer there: look into the video's comments in YouTube Studio"),
    (404, r"", "what is answered is no longer there: answer another comment, or elsewhere"),
    (None, r"", "YouTube refused it: look into the video's comments in YouTube Studio"),
)  # fmt: skip
"""What to do, by the status and the reasons that YouTube is known to give; the first that fits counts."""


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is among those of its thread, by its words."""
    opened = yield from _opened(presence, now)
    if not isinstance(opened, Door) or not _is_address(reply.place):
        return _UNSHOWN
    page = ""
    for _ in range(_MOST_PAGES):
        more = {"pageToken": page} if page else {}
        asked = {"part": "snippet", "parentId": reply.place.thread, "textFormat": "plainText"}
        answer = yield opened.get("comments", **asked, maxResults=api.PAGE, **more)
        read = _comments(answer)
        if read is None:
            return _UNSHOWN
        ours = (each for each in read if _is_ours(each, presence, since) and each.id not in others)
        if found := next((each for each in ours if _says(each, reply)), None):
            return Sent(external_id=found.id, at=found.snippet.published_at)
        page = api.next_page(answer)
        if not page:
            return NotThere()
    return _UNSHOWN


_UNSHOWN = Unknown(sentence="YouTube did not show what was answered since: look below the video")


def _is_ours(comment: Comment, presence: Presence, since: datetime) -> bool:
    by_us = comment.snippet.author == api.channel(presence)
    return by_us and comment.snippet.published_at >= since - _CLOCKS_DIFFER


def _says(comment: Comment, reply: Reply) -> bool:
    wanted, said = reply.draft.text.split(), comment.snippet.text.split()
    named = _answers_a_reply(reply.place) and said[:1] and _HANDLE.fullmatch(said[0])
    return said == wanted or bool(named and said[1:] == wanted)


PORT = ReplyPort(api.HOSTS, RULES, check, send, find, things=(api.CHANNEL_KIND,))
