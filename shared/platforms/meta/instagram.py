"""What people write in public on Instagram: comments on posts, reels and live videos, and mentions.

https://developers.facebook.com/docs/instagram-platform/webhooks
"""

from pydantic import AliasChoices, AliasPath, Field

from shared.models import Attachment, Author, ContactPoint, Event, Message
from shared.platforms import Handler, Unit
from shared.platforms.meta.reading import Frame, Id, Wire, author_of, ignore


class _Comment(Wire):
    id: str = Field(validation_alias=AliasChoices("id", "comment_id"))
    text: str = ""
    person: Id = Field(None, validation_alias=AliasPath("from", "id"))
    username: Id = Field(None, validation_alias=AliasPath("from", "username"))
    own_id: Id = Field(None, validation_alias=AliasPath("from", "self_ig_scoped_id"))
    media_id: Id = Field(None, validation_alias=AliasPath("media", "id"))
    parent_id: Id = None


class _Mention(Wire):
    media_id: str
    comment_id: Id = None


def _commented(unit: Unit) -> list[Event]:
    comment = _Comment.model_validate(unit.value)
    # Instagram gives the account's own scoped id only where the account comments on its own post. As on a Page, its
    # answer names no customer, and is kept under the account's own identity.
    by_us = comment.person == unit.account or comment.own_id is not None
    person = unit.account if by_us else comment.person or author_of(comment.id)
    author = None if by_us or not comment.username else _author(comment.username)
    return [
        Message(
            **_frame(unit, person, thread=comment.media_id or comment.parent_id or comment.id, author=author),
            external_id=comment.id,
            direction="outbound" if by_us else "inbound",
            visibility="public",
            text=comment.text,
            reply_to=comment.parent_id,
        )
    ]


def _mentioned(unit: Unit) -> list[Event]:
    mention = _Mention.model_validate(unit.value)
    what = mention.comment_id or mention.media_id
    # Neither author nor text is sent. That somebody spoke of us is all there is, and somebody has to go and look.
    return [
        Message(
            **_frame(unit, author_of(what), thread=mention.media_id, author=None),
            external_id=what,
            visibility="public",
            attachments=(Attachment(type="mention", id=what),),
        )
    ]


def _frame(unit: Unit, person: str, *, thread: str, author: Author | None) -> Frame:
    return Frame(
        identity=f"instagram:{unit.account}:{person}",  # the same person id as in Direct
        account=unit.account,
        channel="instagram_comment",
        thread=thread,
        author=author,
        occurred_at=unit.at,
        dated=False,  # `entry.time` is when Meta sent the notification; the comment's own time is only in the Graph API
    )


def _author(username: str) -> Author:
    return Author(handle=username, contacts=(ContactPoint(kind="handle", value=username, proof="platform"),))


EVENTS: dict[str, Handler] = {
    "comments": _commented,
    "live_comments": _commented,
    "mentions": _mentioned,
    "story_insights": ignore("figures about a story that has expired"),
}
