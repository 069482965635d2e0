"""What each action on a company's page means."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from shared.errors import UnreadableDelivery
from shared.models import Deletion, Direction, Edit, Event, Message, Reaction
from shared.platforms import Handler, Unit, ignored
from shared.platforms.linkedin.payload import NAMELESS, Notification, comment_urn

CHANNEL = "linkedin_comment"

_LIKE = re.compile(r"urn:li:like:\((urn:li:[A-Za-z]+:[^,()]+),(.+)\)")


class Frame(TypedDict):
    """What every event of a notification has in common; LinkedIn says nothing of people but their URN."""

    identity: str
    account: str
    channel: str
    thread: str
    occurred_at: datetime
    dated: bool
    direction: Direction


def _frame(unit: Unit, told: Notification, person: str | None) -> Frame:
    """Return whose it is and when. Without a person, it is the page itself.

    `lastModifiedAt` is the notification's, and each administrator who subscribed has one of their own: it takes no part
    in keys.
    """
    own = person is None or person == told.page
    return Frame(
        identity=f"linkedin:{told.account}:{told.account if own else person}",
        account=told.account,
        channel=CHANNEL,
        thread=told.source_post or told.what,
        occurred_at=told.modified_at or unit.at,
        dated=False,
        direction="outbound" if own else "inbound",
    )


def _author(told: Notification) -> str:
    """Return who wrote it. Where the notification is not decorated, an id of the author of this one text: they are
    heard, and cannot be taken for another."""
    return told.activity.owner or f"author-of-{told.what}"


def _said(told: Notification, frame: Frame, *, post: str, summons: bool | None = None) -> list[Event]:
    return [
        Message(
            **frame,
            external_id=told.what,
            visibility="public",
            text=told.activity.words,
            reply_to=told.activity.parent_comment or (told.source_post if told.source_post != told.what else None),
            permalink=f"https://www.linkedin.com/feed/update/{post}/",
            summons=summons,
        )
    ]


def _commented(told: Notification, person: str | None, unit: Unit) -> list[Event]:
    return _said(told, _frame(unit, told, person), post=told.source_post or told.what)


def comment(unit: Unit) -> list[Event]:
    told = Notification.model_validate(unit.value)
    return _commented(told, _author(told), unit)


def admin_comment(unit: Unit) -> list[Event]:
    """What an administrator says in the page's name; whom it answers is a comment's URN, and no person's."""
    told = Notification.model_validate(unit.value)
    return _commented(told, None, unit)


def share_mention(unit: Unit) -> list[Event]:
    """A post of somebody's own that names the page."""
    told = Notification.model_validate(unit.value)
    frame = _frame(unit, told, _author(told))
    return _said(told, {**frame, "thread": told.what}, post=told.what, summons=True)


def share(unit: Unit) -> list[Event]:
    """A post of the page shared further: with words it is said, without any it is a sign."""
    told = Notification.model_validate(unit.value)
    frame = _frame(unit, told, _author(told))
    if told.activity.words:
        return _said(told, frame, post=told.what)
    return [_sign(frame, told.what, told.source_post or told.what, "share")]


def comment_edit(unit: Unit) -> list[Event]:
    told = Notification.model_validate(unit.value)
    if not told.activity.words:
        return [ignored(unit, "an edit that does not say what it says now", told.what)]
    frame = _frame(unit, told, _author(told))
    return [Edit(**frame, external_id=f"{told.what}:edit:{told.id}", target=told.what, text=told.activity.words)]


def comment_delete(unit: Unit) -> list[Event]:
    told = Notification.model_validate(unit.value)
    return [Deletion(**_frame(unit, told, _author(told)), external_id=f"{told.what}:deleted", target=told.what)]


def like(unit: Unit) -> list[Event]:
    """A like's URN says whose it is, and of what: a post or a comment."""
    told = Notification.model_validate(unit.value)
    named = _LIKE.fullmatch(told.generated or "")
    person = named[1] if named else told.activity.owner
    if not person:
        return [ignored(unit, "a like of somebody whom LinkedIn does not name", told.id)]
    target = comment_urn(named[2]) if named else told.source_post or told.what
    return [_sign(_frame(unit, told, person), f"{target}:like:{person}", target, "like")]


def _sign(frame: Frame, external_id: str, target: str, emoji: str) -> Reaction:
    return Reaction(**frame, external_id=external_id, target=target, emoji=emoji)


def _nameless(unit: Unit) -> list[Event]:  # noqa: ARG001 - nothing in it can be read
    raise UnreadableDelivery("a notification without an action")


EVENTS: Mapping[str, Handler] = {
    "COMMENT": comment,
    "COMMENT_EDIT": comment_edit,
    "COMMENT_DELETE": comment_delete,
    "ADMIN_COMMENT": admin_comment,
    "SHARE_MENTION": share_mention,
    "SHARE": share,
    "LIKE": like,
    "LEAD_ACTION": lambda unit: [
        ignored(unit, "a lead form was filled in: its answers have to be fetched, nobody wrote to the page")
    ],
    NAMELESS: _nameless,
}
