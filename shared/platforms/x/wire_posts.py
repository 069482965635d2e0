"""X's posts, and what is told of them: a Post of API v2 and a Tweet of API v1.1 are one thing here."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.platforms.x.wire import Id, Media, Text, UnixMilliseconds, Wire, Written, at, id_at, snowflake_time


class Reference(Wire):
    type: str
    id: Id


class Mention(Wire):
    id: str | None = Field(None, validation_alias=at("id_str", "id"))
    end: int = Field(validation_alias=at("end", "indices.1"))


class Link(Wire):
    url: str
    media_key: str | None = None


class Mentioned(Wire):
    """What matters of a post that another one speaks of."""

    author_id: str | None = Field(None, validation_alias=at("author_id", "user.id_str", "user.id"))
    conversation_id: str | None = None


class Post(Wire):
    """A Post of v2 or a Tweet of v1.1. Where v2's samples say tweet, its OpenAPI description says post."""

    id: Id = Field(validation_alias=at("id_str", "id"))
    author_id: Id = Field(validation_alias=at("author_id", "user.id_str", "user.id"))
    created_at: Written | None = None
    text: Text = Field(
        validation_alias=at("extended_tweet.full_text", "note_tweet.text", "note_post.text", "full_text", "text")
    )
    lang: str | None = None
    conversation_id: str | None = None
    in_reply_to_user_id: str | None = Field(None, validation_alias=at("in_reply_to_user_id_str", "in_reply_to_user_id"))
    in_reply_to_id: str | None = Field(
        None, validation_alias=at("in_reply_to_tweet_id", "in_reply_to_status_id_str", "in_reply_to_status_id")
    )
    quoted_id: str | None = Field(None, validation_alias=at("quoted_status_id_str", "quoted_status_id"))
    retweeted_id: str | None = Field(None, validation_alias=id_at("retweeted_status"))
    references: tuple[Reference, ...] = Field((), validation_alias=at("referenced_tweets", "referenced_posts"))
    versions: tuple[Id, ...] = Field(
        (), validation_alias=at("edit_history_tweet_ids", "edit_history_post_ids", "edit_history.edit_tweet_ids")
    )
    mentions: tuple[Mention, ...] = Field(
        (),
        validation_alias=at(
            *("extended_tweet.entities.user_mentions", "note_tweet.entities.mentions", "note_post.entities.mentions"),
            *("entities.user_mentions", "entities.mentions"),
        ),
    )
    entities: Any = Field(None, validation_alias=at("extended_tweet.entities", "entities"))
    shown_from: int = Field(0, validation_alias=at("extended_tweet.display_text_range.0", "display_text_range.0"))
    links: tuple[Link, ...] = Field((), validation_alias=at("entities.urls"))
    media: tuple[Media, ...] = Field(
        (),
        validation_alias=at("extended_tweet.extended_entities.media", "extended_entities.media", "entities.media"),
    )
    media_keys: tuple[Id, ...] = Field((), validation_alias=at("attachments.media_keys"))
    poll_ids: tuple[Id, ...] = Field((), validation_alias=at("attachments.poll_ids"))

    @property
    def sent_at(self) -> datetime:
        """To the second, which is all that each product tells; a stream may leave it out, but the id holds it too."""
        return (self.created_at or snowflake_time(self.id)).replace(microsecond=0)

    @property
    def original(self) -> str:
        """The id of the post as first sent: each edit has its own (https://docs.x.com/x-api/fundamentals/edit-posts)."""
        return self.versions[0] if self.versions else self.id

    @property
    def thread(self) -> str:
        """The conversation's first post; v1.1 names no more than the post that was replied to."""
        first = self.conversation_id or self.replied_to
        return self.original if first is None or first in self.versions else first

    @property
    def replied_to(self) -> str | None:
        return self.in_reply_to_id or self._referenced("replied_to")

    @property
    def quoted(self) -> str | None:
        return self.quoted_id or self._referenced("quoted")

    @property
    def reposted(self) -> str | None:
        return self.retweeted_id or self._referenced("retweeted")

    @property
    def addressed(self) -> tuple[str, ...]:
        """Whom a reply speaks to: the names that X carries before the text that it shows."""
        return tuple(mention.id for mention in self.mentions if mention.id and mention.end <= self.shown_from)

    def names(self, account: str) -> bool | None:
        """Return whether a mention is the account's; none where X does not tell all mentions, or not whose they are."""
        named = {mention.id for mention in self.mentions}
        if account in named:
            return True
        return None if not isinstance(self.entities, dict) or None in named else False

    def _referenced(self, kind: str) -> str | None:
        return next((reference.id for reference in self.references if reference.type == kind), None)


class PostDeletion(Wire):
    id: Id = Field(validation_alias=at("status.id_str", "status.id", "id"))
    author_id: Id = Field(validation_alias=at("status.user_id", "author_id"))
    timestamp_ms: UnixMilliseconds | None = None


class Like(Wire):
    liked_id: Id = Field(validation_alias=at("liked_tweet_id", "favorited_status.id_str", "favorited_status.id"))
    author_id: Id = Field(
        validation_alias=at(
            "liked_tweet_author_id", "tweet_author_id", "favorited_status.user.id_str", "favorited_status.user.id"
        )
    )
    liker_id: str | None = Field(None, validation_alias=id_at("user"))
    timestamp_ms: UnixMilliseconds | None = None


class BroadcastChat(Wire):
    broadcast_id: Id
    message_id: Id
    message: Text
    author_id: Id = Field(validation_alias=id_at("author"))
