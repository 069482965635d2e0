"""What YouTube's deliveries are: the hub's Atom feed, and one comment as a poll hands it over, in an envelope of ours.

    {"as": "comment", "channel": "UC...", "thread": {"id": "...", "video": "...", "author": "UC...", "name": "@ana"},
     "comment": {"id": "...", "snippet": {"textDisplay": "...", "publishedAt": "2026-11-20T09:00:00Z", ...}}}

`as` is `comment`, or `edited` for one that was seen before and was written anew since. `channel` is the company's;
`thread` is what is known of the comment at the top, below which all others of a thread stand. `comment` is YouTube's
own object (https://developers.google.com/youtube/v3/docs/comments) without what changes by itself, such as how many
like it: what it means is decided here, and again after a bug.
"""

from datetime import datetime
from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit
from shared.platforms.youtube import feed

Id = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
        defer_build=True,
    )


class Named(Wire):
    value: str | None = None


class Snippet(Wire):
    """A comment's content. `text_original` is shown to its author alone."""

    author_channel_id: Named | None = None
    author_display_name: str | None = None
    text_display: str | None = None
    text_original: str | None = None
    parent_id: str | None = None
    image_url: str | None = None
    published_at: AwareDatetime
    updated_at: AwareDatetime | None = None

    @property
    def author(self) -> str | None:
        """The channel of whoever wrote it, if they have one still."""
        return (self.author_channel_id and self.author_channel_id.value) or None

    @property
    def text(self) -> str:
        return self.text_original or self.text_display or ""


class Comment(Wire):
    id: Id
    snippet: Snippet

    @property
    def written_at(self) -> datetime:
        """When it was given the words that it has."""
        return self.snippet.updated_at or self.snippet.published_at


class ThreadSnippet(Wire):
    video_id: str | None = None
    top_level_comment: Comment
    total_reply_count: int = 0


class Replies(Wire):
    comments: tuple[Comment, ...] = ()


class CommentThread(Wire):
    """A comment with some of its replies; how many there are in all stands in the snippet."""

    id: Id
    snippet: ThreadSnippet
    replies: Replies = Replies()


class Top(Wire):
    """What an envelope says of the comment at the top."""

    id: Id
    video: str | None = None
    author: str | None = None
    name: str | None = None


class Envelope(Wire):
    channel: Id
    thread: Top
    comment: Comment


class Entry(Wire):
    id: Id


class Tombstone(Wire):
    ref: Id


def split(delivery: Delivery) -> list[Unit]:
    """Return the entries and tombstones of a feed, each at the instant that it gives, or the one comment of a poll.

    Raises `UnreadableDelivery` for anything else.
    """
    if delivery.body.lstrip()[:1] != b"{":
        return [
            Unit(found["element"], found, delivery.account, _instant(found) or delivery.received_at)
            for found in feed.read(delivery.body)
        ]
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("youtube: neither XML nor JSON") from error
    match body:
        case {"as": str(name), "comment": dict()} if name:
            return [Unit(name, body, delivery.account, delivery.received_at)]
    raise UnreadableDelivery("youtube: no envelope of a comment")


def _instant(found: dict[str, str]) -> datetime | None:
    """Return when an entry was changed, or a tombstone made."""
    try:
        at = datetime.fromisoformat(found.get("updated") or found.get("when", ""))
    except ValueError:
        return None
    return at if at.tzinfo else None
