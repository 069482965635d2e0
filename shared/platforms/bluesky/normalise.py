"""What a post or a direct message means: said to the company, of it, or by it.

A person is their DID, which stays theirs when their handle changes. The company's account is the one that the app
password is of.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypedDict

from shared.models import Author, ContactPoint, Direction, Event, Message, Reaction
from shared.platforms import Handler, Unit, ignored
from shared.platforms.bluesky import shown
from shared.platforms.bluesky.addresses import POST
from shared.platforms.bluesky.payload import Logged, Post, Profile, Told, objects

PUBLIC, DIRECT = "bluesky_mention", "bluesky_dm"


class Frame(TypedDict):
    """What every event has in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None
    direction: Direction


def _author(person: Profile | None, language: str | None = None) -> Author | None:
    if person is None:
        return None
    handle = person.known_handle
    contacts = (ContactPoint(kind="handle", value=handle, proof="platform"),) if handle else ()
    return Author(name=person.name or None, handle=handle, language=language, contacts=contacts)


# ------------------------------------------------------------------------------------------------------------- public


def _to_us(unit: Unit) -> list[Event]:
    """Read a post that we were told of."""
    said = Told.model_validate(unit.value)
    return [_post(unit, said, said.post.author.did, "inbound", summons=_speaks_to(said.us, said.post))]


def _found(unit: Unit) -> list[Event]:
    """Read a post that a search found, which may speak to the company all the same."""
    said = Told.model_validate(unit.value)
    if said.post.author.did == said.us:
        return [ignored(unit, "the company's own post, found by its words", said.post.uri)]
    summons = _speaks_to(said.us, said.post)
    return [_post(unit, said, said.post.author.did, "inbound", summons=summons, overheard=not summons)]


def _own(unit: Unit) -> list[Event]:
    """Read a post of the company's: it speaks to whomever it answers."""
    said = Told.model_validate(unit.value)
    answered = said.post.record.reply
    person = _by(answered.parent.uri) if answered else None
    if person in (None, said.us):
        return [ignored(unit, "the company's own post: it speaks to nobody in particular", said.post.uri)]
    return [_post(unit, said, str(person), "outbound")]


def _post(unit: Unit, said: Told, person: str, direction: Direction, **more: bool) -> Message:
    post, record = said.post, said.post.record
    at, is_dated = _dated(unit, post)
    return Message(
        identity=f"bluesky:{unit.account}:{person}",
        account=unit.account,
        channel=PUBLIC,
        thread=record.reply.root.uri if record.reply else post.uri,
        author=_author(post.author, next(iter(record.languages), None)) if direction == "inbound" else None,
        direction=direction,
        external_id=post.uri,
        occurred_at=at,
        dated=is_dated,
        visibility="public",
        title=", ".join(dict.fromkeys(_labels(post))) or None,
        text=record.text,
        attachments=shown.attachments(record.text, record.facets, record.embed, post.author.did),
        reply_to=record.reply.parent.uri if record.reply else None,
        permalink=shown.permalink(post.uri),
        **more,
    )


def _dated(unit: Unit, post: Post) -> tuple[datetime, bool]:
    """Return when a post was written, and whether that is its author's word, which anybody may set: of an instant after
    Bluesky had it nothing is believed."""
    had = post.indexed_at or unit.at
    created = post.record.created_at
    return (created, True) if created and created <= had else (had, False)


def _speaks_to(us: str, post: Post) -> bool:
    """Whether a post names the company's account, quotes a post of its or answers one."""
    answered = [post.record.reply.parent.uri] if post.record.reply else []
    return us in shown.mentioned(post.record.facets) or us in map(_by, [*answered, *shown.quoted(post.record.embed)])


def _by(uri: str) -> str | None:
    found = POST.fullmatch(uri)
    return found[1] if found else None


def _labels(post: Post) -> Iterator[str]:
    """Yield the warnings about a post, its author's own and others'."""
    own = post.record.labels.get("values") if isinstance(post.record.labels, dict) else None
    for label in (*objects(own), *objects(post.labels)):
        if isinstance(label.get("val"), str) and label["val"] and label.get("neg") is not True:
            yield label["val"]


# ------------------------------------------------------------------------------------------------------------- direct


def _frame(unit: Unit, said: Logged, sender: str) -> Frame | None:
    """Return whose a conversation is; none where it is a group's, and we speak to nobody in particular there."""
    is_ours = sender == said.us
    others = [each.did for each in said.convo.members if each.did != said.us] if said.convo else []
    is_of_two = said.convo is not None and said.convo.is_of_two and len(others) == 1
    if is_ours and not is_of_two:
        return None
    return Frame(
        identity=f"bluesky:{unit.account}:{others[0] if is_of_two else sender}",
        account=unit.account,
        channel=DIRECT,
        thread="direct" if is_of_two else said.log.convo,
        author=None if is_ours else _author(said.profile(sender)),
        direction="outbound" if is_ours else "inbound",
    )


def _message(unit: Unit) -> list[Event]:
    said = Logged.model_validate(unit.value)
    message = said.log.message
    frame = _frame(unit, said, message.sender.did)
    if message.text is None:
        return [ignored(unit, "a direct message that was deleted before we saw it", message.id)]
    if frame is None:
        return [ignored(unit, "the company's own word in a group: it speaks to nobody in particular", message.id)]
    return [
        Message(
            **frame,
            external_id=message.id,
            occurred_at=message.sent_at,
            text=message.text,
            attachments=shown.attachments(message.text, message.facets, message.embed, message.sender.did),
            reply_to=_id_of(message.answered),
        )
    ]


def _reaction(*, removed: bool) -> Handler:
    def reader(unit: Unit) -> list[Event]:
        said = Logged.model_validate(unit.value)
        sign, target = said.log.reaction, said.log.message.id
        frame = _frame(unit, said, sign.sender.did) if sign else None
        if sign is None or frame is None:
            return [ignored(unit, "a sign of the company's own in a group", target)]
        return [
            Reaction(
                **frame,
                # When it was taken off is not told.
                external_id=f"{target}:{said.log.rev}",
                occurred_at=unit.at if removed else sign.created_at,
                dated=not removed,
                target=target,
                emoji=sign.value,
                removed=removed,
            )
        ]

    return reader


def _id_of(message: Any) -> str | None:
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, str) and found else None


EVENTS: Mapping[str, Handler] = {
    "mention": _to_us,
    "reply": _to_us,
    "quote": _to_us,
    "words": _found,
    "own": _own,
    "logCreateMessage": _message,
    "logAddReaction": _reaction(removed=False),
    "logRemoveReaction": _reaction(removed=True),
}
