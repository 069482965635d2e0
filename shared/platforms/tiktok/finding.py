"""Whether a reply whose answer was lost is in its conversation (`/business/message/content/list/`), or among the
replies to its comment (`/business/comment/reply/list/`). TikTok gives nothing of ours back, so that the words tell.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.platforms.tiktok.api import data_of, get
from shared.platforms.tiktok.payload import unix_time
from shared.ports import Asking
from shared.replying import NotThere, Reply, Sent, Unknown

_CLOCKS_DIFFER = timedelta(minutes=1)
_MESSAGES = 20
"""So many of a conversation's newest messages are shown."""

_COMMENTS = 30

UNSHOWN = Unknown(sentence="TikTok did not show what was said since: look in TikTok's app")

type _Found = Asking[Sent | NotThere | Unknown]
type _Word = Mapping[str, Any]


def among_messages(reply: Reply, token: str, since: datetime, others: Collection[str] = ()) -> _Found:
    """Look among the newest messages of a conversation."""
    place = reply.place
    asked = {"business_id": place.account, "conversation_id": place.thread}
    data = data_of((yield get("/message/content/list/", token, **asked)))
    shown = _listed(data, "messages")
    if shown is None:
        return UNSHOWN
    said = _among(shown, reply, since, others, number="message_id", at="timestamp", read=_message)
    return said or _otherwise(shown, since, at="timestamp", has_more=len(shown) >= _MESSAGES)


def among_comments(reply: Reply, token: str, since: datetime, others: Collection[str] = ()) -> _Found:
    """Look among the newest replies to a comment."""
    place = reply.place
    asked = {"business_id": place.account, "video_id": place.thread, "comment_id": str(place.reply_to)}
    newest = {"sort_field": "create_time", "sort_order": "desc", "max_count": str(_COMMENTS)}
    data = data_of((yield get("/comment/reply/list/", token, **asked, **newest)))
    shown = _listed(data, "comments")
    if data is None or shown is None:
        return UNSHOWN
    said = _among(shown, reply, since, others, number="comment_id", at="create_time", read=_comment)
    return said or _otherwise(shown, since, at="create_time", has_more=bool(data.get("has_more")))


def instant(since_1970: object) -> datetime | None:
    """Return an instant that TikTok counts in seconds or milliseconds; none where that is none."""
    with suppress(TypeError, ValueError, OverflowError, OSError):
        return unix_time(str(since_1970)).astimezone(UTC)
    return None


def _listed(data: Mapping[str, Any] | None, name: str) -> list[_Word] | None:
    """Return what is shown; none where it cannot be read."""
    listed = data.get(name) if data is not None else None
    return listed if isinstance(listed, list) and all(isinstance(each, dict) for each in listed) else None


def _among(
    shown: list[_Word],
    reply: Reply,
    since: datetime,
    others: Collection[str],
    *,
    number: str,
    at: str,
    read: Callable[[_Word], tuple[object, str]],
) -> Sent | None:
    """Return the first that is ours, is new enough, and has the reply's words; `read` says by whom one is, and what it
    says."""
    for word in shown:
        when, (author, text) = instant(word.get(at)), read(word)
        is_ours = author == reply.place.account and (when is None or when >= since - _CLOCKS_DIFFER)
        known = str(word.get(number) or "")
        if is_ours and known and known not in others and text.split() == reply.draft.text.split():
            return Sent(external_id=known, at=when)
    return None


def _otherwise(shown: list[_Word], since: datetime, *, at: str, has_more: bool) -> NotThere | Unknown:
    """Return that it is not there, when what is shown goes back far enough to say so."""
    oldest = min((when for word in shown if (when := instant(word.get(at)))), default=None)
    goes_back = oldest is not None and oldest < since - _CLOCKS_DIFFER
    return NotThere() if goes_back or not has_more else UNSHOWN


def _message(word: _Word) -> tuple[object, str]:
    author, text = word.get("from_user"), word.get("text")
    return (
        author.get("id") if isinstance(author, dict) else None,
        str(text.get("body") or "") if isinstance(text, dict) else "",
    )


def _comment(word: _Word) -> tuple[object, str]:
    return word.get("unique_identifier"), str(word.get("text") or "")
