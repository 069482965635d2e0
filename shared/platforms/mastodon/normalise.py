"""What each of an instance's events means.

The company's own account there is the one whose user name the webhook's URL ends with, `<user name>` or
`<user name>@<server>`.
"""

from collections.abc import Callable, Mapping
from typing import TypedDict

from shared.letters.html import as_text
from shared.models import Attachment, Author, ContactPoint, Direction, Edit, Event, Ignored, Message
from shared.platforms import Handler, Unit, ignored
from shared.platforms.mastodon.payload import Member, Status

PUBLIC, DIRECT = "mastodon_mention", "mastodon_dm"

FOUND = "status.found"
"""Our own word for what a search found: no webhook brings it (`poll.py`)."""

THREADS = {PUBLIC: "mentions", DIRECT: "direct"}
"""One conversation with each person on each channel: a status names the one that it answers, and not where the talk
began."""


class Frame(TypedDict):
    """What every event of a status has in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None
    direction: Direction


type _Make = Callable[[Unit, Status, Frame], Message | Edit | Ignored]


def _of_a_status(make: _Make) -> Handler:
    """Return the reader of an event that is about a status to the company, or of the company's to somebody.

    An instance tells of all that its members write, to whomever.
    """

    def reader(unit: Unit) -> list[Event]:
        status, own = Status.model_validate(unit.value), unit.account.partition("@")[0]
        if status.reblog is not None:
            return [ignored(unit, "a boost: nothing was said", status.id)]
        if status.account.is_called(own):
            person = next(status.spoken_to, None)
            if person is None:
                return [ignored(unit, "the company's own status: it speaks to nobody in particular", status.id)]
            return [make(unit, status, _frame(unit, status, person, None))]
        if not any(mention.is_called(own) for mention in status.mentions):
            return [ignored(unit, "said to others: it does not name the company", status.id)]
        return [make(unit, status, _frame(unit, status, status.account.id, _author(status.account, status.language)))]

    return reader


def _found(unit: Unit) -> list[Event]:
    """A status that a search found by the company's words, whomever it speaks to."""
    status, own = Status.model_validate(unit.value), unit.account.partition("@")[0]
    if status.reblog is not None:
        return [ignored(unit, "a boost: nothing was said", status.id)]
    if status.account.is_called(own):
        return [ignored(unit, "the company's own status, found by its words", status.id)]
    named = any(mention.is_called(own) for mention in status.mentions)
    if not (named or status.is_public):
        return [ignored(unit, "not said to everybody, and not to the company", status.id)]
    frame = _frame(unit, status, status.account.id, _author(status.account, status.language))
    said = _created(unit, status, frame)
    return [said if named else said.model_copy(update={"summons": False, "overheard": True})]


def _frame(unit: Unit, status: Status, person: str, author: Author | None) -> Frame:
    channel = DIRECT if status.is_direct else PUBLIC
    return Frame(
        identity=f"mastodon:{unit.account}:{person}",
        account=unit.account,
        channel=channel,
        thread=THREADS[channel],
        author=author,
        direction="inbound" if author else "outbound",
    )


def _author(member: Member, language: str | None) -> Author:
    handles = (ContactPoint(kind="handle", value=member.handle, proof="platform"),) if member.handle else ()
    return Author(
        name=member.display_name or None,
        handle=member.handle or member.username,
        language=language or None,
        reach=member.reach,
        contacts=handles,
    )


def _text(status: Status) -> str:
    return "\n".join(filter(None, as_text(status.content).splitlines()))


def _attachments(status: Status) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(type=media.type, id=media.id, url=media.url or None, text=media.description or None)
        for media in status.media_attachments
    )


def _created(unit: Unit, status: Status, frame: Frame) -> Message:  # noqa: ARG001 - a reader's second half
    return Message(
        **frame,
        external_id=status.id,
        occurred_at=status.created_at,
        visibility="public" if status.is_public else "private",
        title=status.spoiler_text or None,
        text=_text(status),
        attachments=_attachments(status),
        reply_to=status.in_reply_to_id or None,
        permalink=status.url or None,
        summons=True if frame["author"] else None,
    )


def _updated(unit: Unit, status: Status, frame: Frame) -> Edit | Ignored:
    if status.edited_at is None:
        return ignored(unit, "nothing of what it says has changed", status.id)
    return Edit(
        **frame,
        external_id=f"{status.id}:edit",
        occurred_at=status.edited_at,
        target=status.id,
        text=_text(status),
        attachments=_attachments(status),
    )


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


EVENTS: Mapping[str, Handler] = {
    "status.created": _of_a_status(_created),
    "status.updated": _of_a_status(_updated),
    FOUND: _found,
    "account.*": _ignore("an account on the instance: nothing was said"),
    "report.*": _ignore("something for the instance's moderators to look at"),
}
