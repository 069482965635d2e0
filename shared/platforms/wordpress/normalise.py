"""What a comment means: something said below an article, that it says something else now, or that it is gone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypedDict

from shared.letters.html import as_text
from shared.models import Author, ContactPoint, Deletion, Direction, Edit, Event, Message
from shared.platforms import Handler, Unit, ignored
from shared.platforms.wordpress.payload import Comment, Envelope

CHANNEL = "blog_comment"
_WEB = ("http://", "https://")


class Frame(TypedDict):
    """What every event has in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None
    direction: Direction


class Later(TypedDict):
    """What an event has that is about a comment known before: nobody tells when that was."""

    external_id: str
    occurred_at: datetime
    dated: bool
    target: str


def _of_a_comment(make: Callable[[Unit, Envelope, Frame], list[Event]]) -> Handler:
    """Return the reader of what is to be told of a comment: a customer's, or the company's that answers one."""

    def reader(unit: Unit) -> list[Event]:
        said = Envelope.model_validate(unit.value)
        person = said.comment if not said.staff else said.answered
        if person is None:
            return [ignored(unit, "the company's own comment: it speaks to nobody in particular", str(said.comment.id))]
        frame = Frame(
            identity=f"wordpress:{unit.account}:{person.person}",
            account=unit.account,
            channel=CHANNEL,
            thread=str(said.comment.post),
            author=None if said.staff else _author(said.comment),
            direction="outbound" if said.staff else "inbound",
        )
        return make(unit, said, frame)

    return reader


def _author(comment: Comment) -> Author:
    # Whoever comments may put any name and any address there: nothing of it is proven.
    mail = comment.author_email.strip()
    contacts = (ContactPoint(kind="email", value=mail),) if "@" in mail else ()
    return Author(name=comment.author_name.strip() or None, contacts=contacts)


def _new(_: Unit, said: Envelope, frame: Frame) -> list[Event]:
    comment = said.comment
    if not comment.content.text:
        return []
    return [
        Message(
            **frame,
            external_id=str(comment.id),
            occurred_at=comment.date,
            visibility="public",
            title=" ".join(as_text(said.title).split()) or None,
            text=comment.content.text,
            reply_to=str(comment.parent) if comment.parent else None,
            permalink=comment.link if comment.link.startswith(_WEB) else None,
        )
    ]


def _later(unit: Unit, said: Envelope) -> Later:
    target = str(said.comment.id)
    return Later(external_id=f"{target}:{said.version}", occurred_at=unit.at, dated=False, target=target)


def _changed(unit: Unit, said: Envelope, frame: Frame) -> list[Event]:
    return [Edit(**frame, **_later(unit, said), text=said.comment.content.text)]


def _removed(unit: Unit, said: Envelope, frame: Frame) -> list[Event]:
    return [Deletion(**frame, **_later(unit, said))]


EVENTS: Mapping[str, Handler] = {
    "new": _of_a_comment(_new),
    "changed": _of_a_comment(_changed),
    "removed": _of_a_comment(_removed),
}
