"""What each of YouTube's units means: comments below the company's videos, and news of the videos."""

import re
from collections.abc import Callable, Mapping
from typing import TypedDict

from shared.models import Attachment, Author, ContactPoint, Direction, Edit, Event, Message, PersonalEvent
from shared.platforms import Handler, Unit, ignored
from shared.platforms.youtube.payload import Entry, Envelope, Tombstone

CHANNEL = "youtube_comment"

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,200}")
_MENTION = re.compile(r"\s*@+(\S+)")

_OUR_OWN_TOP = "the company's own comment below a video: it speaks to nobody in particular"
_VIDEO = "a video of the company's own, new or with another title or description: it speaks to nobody in particular"
_GONE = "a video of the company's own is no longer public: nobody said anything"


class Frame(TypedDict):
    """What every event of a comment has in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None


def _of_a_comment(make: Callable[[Unit, Envelope, Frame, Direction], PersonalEvent]) -> Handler:
    """Return the reader of a comment.

    The company's own are its answers: to whoever wrote the comment at the top, unless they begin by naming somebody
    else, as YouTube has it when a reply is answered. Then they are kept under the company's own identity,
    `youtube:<account>:<account>`, with the spot of whoever has that handle and wrote in the thread.
    """

    def reader(unit: Unit) -> list[Event]:
        said = Envelope.model_validate(unit.value)
        snippet = said.comment.snippet
        if not snippet.text.strip() and not snippet.image_url:
            return [ignored(unit, "says nothing", said.comment.id)]
        if snippet.author != said.channel:
            person = snippet.author or snippet.author_display_name or said.comment.id
            return [make(unit, said, _frame(unit, said, person, _author(snippet.author_display_name)), "inbound")]
        if not snippet.parent_id:
            return [ignored(unit, _OUR_OWN_TOP, said.comment.id)]
        return [make(unit, said, _frame(unit, said, _answered(said) or unit.account, None), "outbound")]

    return reader


def _frame(unit: Unit, said: Envelope, person: str, author: Author | None) -> Frame:
    return Frame(
        identity=f"youtube:{unit.account}:{person}",
        account=unit.account,
        channel=CHANNEL,
        thread=said.thread.id,
        author=author,
    )


def _answered(said: Envelope) -> str | None:
    """Return whom the company answers; none where that is somebody whom only a name tells."""
    top = said.thread
    if top.author == said.channel:
        return None
    named = _mentioned(said)
    return None if named and named != _handle(top.name) else top.author or top.name


def _spot(said: Envelope) -> str | None:
    """Return what answers name that name nobody's channel: a handle, in the thread where whoever has it wrote."""
    snippet = said.comment.snippet
    name = snippet.author_display_name or ""
    own = _handle(name) if name.startswith("@") else None
    handle = _mentioned(said) if snippet.author == said.channel else own
    return f"{said.thread.id}/@{handle}" if handle else None


def _mentioned(said: Envelope) -> str | None:
    """Return the handle that a comment begins with, in one case."""
    found = _MENTION.match(said.comment.snippet.text)
    return found[1].rstrip(",.:;!?").casefold() if found else None


def _handle(name: str | None) -> str:
    return (name or "").removeprefix("@").casefold()


def _author(name: str | None) -> Author:
    """Return whoever goes by a name: since 2023 that is a handle, which no two channels share."""
    if not (name or "").startswith("@") or name == "@":
        return Author(name=name or None)
    handle = (name or "").removeprefix("@")
    return Author(handle=handle, contacts=(ContactPoint(kind="handle", value=handle, proof="platform"),))


def _attachments(said: Envelope) -> tuple[Attachment, ...]:
    image = said.comment.snippet.image_url
    return (Attachment(type="image", url=image),) if image else ()


def _message(_: Unit, said: Envelope, frame: Frame, direction: Direction) -> Message:
    return Message(
        **frame,
        external_id=said.comment.id,
        occurred_at=said.comment.snippet.published_at,
        direction=direction,
        visibility="public",
        text=said.comment.snippet.text,
        attachments=_attachments(said),
        reply_to=said.comment.snippet.parent_id,
        permalink=_permalink(said),
        spot=_spot(said),
    )


def _edit(_: Unit, said: Envelope, frame: Frame, direction: Direction) -> Edit:
    at = said.comment.written_at
    return Edit(
        **frame,
        external_id=f"{said.comment.id}:edit:{int(at.timestamp())}",
        occurred_at=at,
        direction=direction,
        target=said.comment.id,
        text=said.comment.snippet.text,
        attachments=_attachments(said),
    )


def _permalink(said: Envelope) -> str | None:
    video, comment = said.thread.video or "", said.comment.id
    if not (_PLAIN.fullmatch(video) and _PLAIN.fullmatch(comment)):
        return None
    return f"https://www.youtube.com/watch?v={video}&lc={comment}"


def _video(unit: Unit) -> list[Event]:
    return [ignored(unit, _VIDEO, Entry.model_validate(unit.value).id)]


def _gone(unit: Unit) -> list[Event]:
    return [ignored(unit, _GONE, Tombstone.model_validate(unit.value).ref)]


EVENTS: Mapping[str, Handler] = {
    "comment": _of_a_comment(_message),
    "edited": _of_a_comment(_edit),
    "entry": _video,
    "deleted-entry": _gone,
}
