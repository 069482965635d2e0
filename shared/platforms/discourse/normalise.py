"""What each of Discourse's events means (discourse/discourse, app/models/web_hook_event_type.rb)."""

from collections.abc import Callable, Mapping
from typing import TypedDict

from shared.letters.html import as_text
from shared.models import (
    Author,
    ContactPoint,
    Deletion,
    Direction,
    Edit,
    Event,
    Ignored,
    Message,
    PersonalEvent,
    Reaction,
)
from shared.platforms import Handler, Unit, ignored
from shared.platforms.discourse.payload import LikeEvent, Member, Post, PostEvent

CHANNEL = "forum"

_UNSAID = {
    "3": "a notice of the forum's own: nobody said anything",
    "4": "a whisper among staff: not said to customers",
}
"""Types of posts (discourse/discourse, app/models/post.rb, `Post.types`) that are nobody's words to anybody else."""


class Frame(TypedDict):
    """What every event of a post has in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None


def _frame(unit: Unit, post: Post, person: str, author: Author | None) -> Frame:
    return Frame(
        identity=f"discourse:{unit.account}:{person}",
        account=unit.account,
        channel=CHANNEL,
        thread=post.topic_id,
        author=author,
    )


def _author(username: str | None, name: str | None) -> Author:
    handles = (ContactPoint(kind="handle", value=username, proof="platform"),) if username else ()
    return Author(name=name or None, handle=username or None, contacts=handles)


def _aside(post: Post) -> str | None:
    """Return why a post is nobody's word to the company, nor the company's to a customer."""
    if post.user_id is None:
        return "a post of an account that is no longer there"
    if post.user_id.startswith("-"):  # `system` is -1, the bot that greets newcomers -2
        return "the forum's own robot"
    if post.is_staff and post.post_number == "1" and not post.is_private:
        return "the company's own topic: it speaks to nobody in particular"
    return _UNSAID.get(post.post_type)


def _of_a_post(make: Callable[[Unit, Post, Frame, Direction], PersonalEvent | Ignored]) -> Handler:
    """Return the reader of an event that is about a post.

    What staff write names no customer: a post says whom it answers by a number and a user name, and not by the id that
    an identity is made of. It is kept under the company's own identity, `discourse:<account>:<account>`, with the spot
    at which whoever is answered spoke.
    """

    def reader(unit: Unit) -> list[Event]:
        post = PostEvent.model_validate(unit.value).post
        if (reason := _aside(post)) or not post.user_id:
            return [ignored(unit, reason or "", post.id)]
        if post.is_staff:
            return [make(unit, post, _frame(unit, post, unit.account, None), "outbound")]
        return [make(unit, post, _frame(unit, post, post.user_id, _author(post.username, post.name)), "inbound")]

    return reader


def _text(post: Post) -> str:
    """What was written, in Markdown; a forum may be set to send only what became of it."""
    return post.raw or "\n".join(filter(None, as_text(post.cooked or "").splitlines()))


def _spot(post: Post) -> str:
    """Return what answers name: in private the topic, which everybody in it reads; in public a post's place.

    An answer to the first post has no number, whichever of the two buttons was used: Discourse takes it for one to the
    topic (discourse/discourse, `replyToPost` in the topic's controller).
    """
    if post.is_private:
        return f"{post.topic_id}/*"
    return f"{post.topic_id}/{(post.reply_to_post_number or 1) if post.is_staff else post.post_number}"


def _created(unit: Unit, post: Post, frame: Frame, direction: Direction) -> Message:
    return Message(
        **frame,
        external_id=post.id,
        occurred_at=post.created_at,
        direction=direction,
        visibility="private" if post.is_private else "public",
        title=post.topic_title,
        text=_text(post),
        reply_to=f"{post.topic_id}/{post.reply_to_post_number}" if post.reply_to_post_number else None,
        permalink=f"{unit.context}/t/{post.topic_slug or '-'}/{post.place}" if unit.context else None,
        spot=_spot(post),
    )


def _edited(unit: Unit, post: Post, frame: Frame, direction: Direction) -> Edit:
    # The author's edits of the first minutes make no new version, only a later time.
    return Edit(
        **frame,
        external_id=f"{post.id}:edit:{post.version}",
        occurred_at=post.updated_at or unit.at,
        dated=post.updated_at is not None,
        direction=direction,
        target=post.id,
        text=_text(post),
    )


def _destroyed(unit: Unit, post: Post, frame: Frame, direction: Direction) -> Deletion:
    # The post as it was before: nothing in it says when it was deleted, or by whom.
    return Deletion(
        **frame,
        external_id=f"{post.id}:deleted:{post.version}",
        occurred_at=post.deleted_at or unit.at,
        dated=post.deleted_at is not None,
        direction=direction,
        target=post.id,
    )


def _recovered(unit: Unit, post: Post, frame: Frame, direction: Direction) -> Edit | Ignored:
    # The one word that takes a deletion back is what the post says now.
    if not (text := _text(post)):
        return ignored(unit, "visible again, without saying what it says", post.id)
    return Edit(
        **frame,
        external_id=f"{post.id}:recovered:{post.version}",
        occurred_at=unit.at,
        dated=False,
        direction=direction,
        target=post.id,
        text=text,
    )


def _liked(unit: Unit) -> list[Event]:
    liked = LikeEvent.model_validate(unit.value).like
    liker: Member = liked.user
    return [
        Reaction(
            **_frame(unit, liked.post, liker.id, _author(liker.username, liker.name)),
            external_id=f"{liked.post.id}:like:{liker.id}",
            occurred_at=unit.at,
            dated=False,
            target=liked.post.id,
            emoji="like",
        )
    ]


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


_TOPIC = _ignore("a topic: what is said in it comes with its posts")
_SOLUTION = _ignore("what solved a topic: it came when it was posted, and who says so is not told")
_ACCOUNT = _ignore("an account in the forum: nothing was said")
_HOUSE = _ignore("how the forum is arranged: nothing was said")
_STATUSES = ("archived", "autoclosed", "closed", "pinned", "pinned_globally", "visible")

EVENTS: Mapping[str, Handler] = {
    "post_created": _of_a_post(_created),
    "post_edited": _of_a_post(_edited),
    "post_destroyed": _of_a_post(_destroyed),
    "post_recovered": _of_a_post(_recovered),
    "post_liked": _liked,
    **{f"topic_{what}": _TOPIC for what in ("created", "edited", "destroyed", "recovered")},
    **{f"topic_{status}_status_updated": _TOPIC for status in _STATUSES},
    "accepted_solution": _SOLUTION,
    "unaccepted_solution": _SOLUTION,
    **{
        f"user_{what}": _ACCOUNT
        for what in (
            *("created", "logged_in", "logged_out", "confirmed_email", "approved", "updated", "destroyed"),
            *("suspended", "unsuspended", "anonymized", "promoted"),
            *("badge_granted", "badge_revoked", "added_to_group", "removed_from_group"),
        )
    },
    **{f"{what}_{how}": _HOUSE for what in ("group", "category", "tag") for how in ("created", "updated", "destroyed")},
    **{
        f"reviewable_{what}": _ignore("something for the forum's moderators to look at")
        for what in ("created", "updated", "score_updated", "transitioned_to")
    },
    "notification_created": _ignore("a notice to one member about what others did, which comes by itself"),
    "ping": _ignore("a test of the webhook"),
}
