"""What is new in threads that YouTube shows: comments that were not there before, and those that were written anew.

A thread comes with a few of its replies and the number of all. The others are asked for only where some must be new
(https://developers.google.com/youtube/v3/docs/commentThreads, https://developers.google.com/youtube/v3/docs/comments).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from shared.platforms.youtube import api
from shared.platforms.youtube.api import Door, Trouble
from shared.platforms.youtube.memory import UNCOUNTED, UNREAD, Watched, newest_of, short
from shared.platforms.youtube.payload import Comment, CommentThread
from shared.ports import Asking

MOST_LISTS = 20
"""So many calls for threads' own replies are made in one look; the next one makes the others."""

_BY_ITSELF = frozenset({"etag", "likeCount", "viewerRating", "canRate", "authorProfileImageUrl", "moderationStatus"})
"""What changes while nobody writes anything, or differs with who asks."""

_CONCERNS_IT_ALONE = re.compile("NotFound|commentsDisabled|processingFailure|operationNotSupported|forbidden")
"""The reasons for which YouTube does not show one thread's replies: what stands beside it is read all the same."""

type _Listed = tuple[list[Any], bool, Trouble | None]
"""Comments, whether they are all of a thread's, and what went wrong if something did."""


@dataclass(slots=True)
class Reading:
    """One look's reading: what is known of `threads`, the last to be looked at last, and what was `found`.

    What was said before `since` (seconds) is history: it is remembered, and not found. `newest` is when the newest
    thread began.
    """

    door: Door
    channel: str
    since: int
    now: datetime
    threads: dict[str, Watched]
    newest: int = 0
    found: list[tuple[datetime, bytes]] = field(default_factory=list)
    lists: int = 0

    def bodies(self) -> tuple[bytes, ...]:
        """Return what was found, in the order in which it was said."""
        return tuple(body for _, body in sorted(self.found, key=lambda each: each[0]))

    def read(self, listed: Iterable[Any]) -> Asking[Trouble | None]:
        """Find what is new in threads as YouTube lists them, and remember it; return what went wrong on the way."""
        for item in listed:
            try:
                thread = CommentThread.model_validate(item)
            except ValidationError:
                self._thread_unread(item)
                continue
            if wrong := (yield from self._thread(thread, item)):
                return wrong
        return None

    def _thread(self, thread: CommentThread, item: Mapping[str, Any]) -> Asking[Trouble | None]:
        known = self.threads.pop(thread.id, None)
        shown = [item["snippet"]["topLevelComment"], *_replies(item)]
        listed, is_all, wrong = (
            (yield from self._list(thread.id)) if self._must_list(thread, known) else ([], True, None)
        )
        seen = dict(known.seen) if known else {}
        for raw in (*shown, *listed):
            self._comment(raw, thread, seen)
        replies = thread.snippet.total_reply_count if is_all else (known.replies if known else UNCOUNTED)
        top = thread.snippet.top_level_comment
        self.newest = max(self.newest, seconds(top.snippet.published_at))
        said = max([seconds(top.written_at), *seen.values()])
        self.threads[thread.id] = Watched(said, replies, newest_of(seen, [short(str(each["id"])) for each in shown]))
        return wrong

    def _must_list(self, thread: CommentThread, known: Watched | None) -> bool:
        """Whether a thread has replies that are not shown with it, of which some must be new."""
        shown, total = thread.replies.comments, thread.snippet.total_reply_count
        if total <= len(shown):
            return False
        if known is None or known.replies == UNCOUNTED:
            return any(seconds(each.written_at) >= self.since for each in (thread.snippet.top_level_comment, *shown))
        return total > known.replies or any(short(each.id) not in known.seen for each in shown)

    def _list(self, thread: str) -> Asking[_Listed]:
        """Return a thread's own replies."""
        listed: list[Any] = []
        page = ""
        while self.lists < MOST_LISTS:
            self.lists += 1
            answer = yield self.door.get(
                "comments",
                part="snippet",
                parentId=thread,
                maxResults=api.PAGE,
                textFormat="plainText",
                **({"pageToken": page} if page else {}),
            )
            items = api.items(answer)
            if items is None and _CONCERNS_IT_ALONE.search(api.reasons(answer)):
                return listed, answer.status == 404, None  # what was deleted in between is not asked for again
            if items is None:
                return listed, False, api.trouble(answer, self.now)
            listed += items
            page = api.next_page(answer)
            if not page:
                return listed, True, None
        return listed, False, None

    def _comment(self, raw: Any, thread: CommentThread, seen: dict[str, int]) -> None:
        """Take down a comment that is new, or was written anew."""
        try:
            comment = Comment.model_validate(raw)
        except ValidationError:
            digest = short(named(raw) or str(_lasting(raw)))
            if digest not in seen:
                seen[digest] = seconds(self.now)
                self._keep_unread(raw)
            return
        at, digest = seconds(comment.written_at), short(comment.id)
        before = seen.get(digest)
        seen[digest] = at if before is None else max(at, before)
        if seconds(comment.snippet.published_at) < self.since or (before is not None and at <= before):
            return
        kind, when = ("comment", comment.snippet.published_at) if before is None else ("edited", comment.written_at)
        top = thread.snippet.top_level_comment.snippet
        about = {"id": thread.id, "video": thread.snippet.video_id}
        by = {"author": top.author, "name": top.author_display_name}
        self._take_down(when, {"as": kind, "thread": about | by, "comment": _lasting(raw)})

    def _thread_unread(self, item: Any) -> None:
        name = named(item)
        known = self.threads.pop(name, None) if name else None
        if name:
            self.threads[name] = Watched(seconds(self.now), UNREAD, known.seen if known else {})
        if known is None or known.replies != UNREAD:
            self._keep_unread(item)

    def _keep_unread(self, raw: Any) -> None:
        """Take down what our code cannot read, for somebody to see."""
        self._take_down(self.now, {"as": "unread", "unread": _lasting(raw)})

    def _take_down(self, at: datetime, said: dict[str, Any]) -> None:
        self.found.append((at, orjson.dumps({"channel": self.channel} | said, option=orjson.OPT_SORT_KEYS)))


def named(item: Any) -> str | None:
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else None


def begun(item: Any) -> tuple[str, int] | None:
    """Return a thread's id, and when it began; none where it cannot be read."""
    try:
        thread = CommentThread.model_validate(item)
    except ValidationError:
        return None
    return thread.id, seconds(thread.snippet.top_level_comment.snippet.published_at)


def _replies(item: Mapping[str, Any]) -> list[Any]:
    replies = item.get("replies")
    comments = replies.get("comments") if isinstance(replies, dict) else None
    return list(comments or ())


def _lasting(item: Any) -> Any:
    """Return YouTube's object without what changes by itself: the same find has to be the same bytes."""
    if isinstance(item, list):
        return [_lasting(each) for each in item]
    if not isinstance(item, dict):
        return item
    return {name: _lasting(each) for name, each in item.items() if name not in _BY_ITSELF}


def seconds(at: datetime) -> int:
    return int(at.timestamp())
