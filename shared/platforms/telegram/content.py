"""What a message holds, read field by field (https://core.telegram.org/bots/api#message).

A message has many optional fields and no word for its kind, so each field is either content (an attachment or text), a
service notice, or part of the message's envelope. What is none of these is new to us, and is shown by its name.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import NonNegativeInt

from shared.models import Attachment
from shared.platforms.telegram.fields import ENVELOPE, SERVICE
from shared.platforms.telegram.payload import Id, Peer, Wire


class File(Wire):
    file_id: Id
    mime_type: str | None = None
    file_name: str | None = None
    title: str | None = None
    emoji: str | None = None


class PhotoSize(File):
    width: int
    height: int


class Story(Wire):
    chat: Peer
    id: Id


class WebAppData(Wire):
    data: str
    button_text: str


class Location(Wire):
    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude}, {self.longitude}"


class Venue(Wire):
    title: str
    address: str

    def __str__(self) -> str:
        return f"{self.title}, {self.address}"


class Contact(Wire):
    phone_number: Id
    first_name: str
    last_name: str | None = None
    user_id: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name, self.phone_number)))


class Dice(Wire):
    emoji: str
    value: int

    def __str__(self) -> str:
        return f"{self.emoji} {self.value}"


class Line(Wire):
    text: str


class Poll(Wire):
    question: str
    options: tuple[Line, ...]

    def __str__(self) -> str:
        return "\n".join((self.question, *(option.text for option in self.options)))


class Checklist(Wire):
    title: str
    tasks: tuple[Line, ...]

    def __str__(self) -> str:
        return "\n".join((self.title, *(task.text for task in self.tasks)))


class Titled(Wire):
    title: str | None = None

    def __str__(self) -> str:
        return self.title or ""


class Gift(Wire):
    text: str | None = None

    def __str__(self) -> str:
        return self.text or ""


class Entity(Wire):
    """A `MessageEntity`: something special about a stretch of the text, counted in UTF-16 code units."""

    type: str
    offset: NonNegativeInt
    length: NonNegativeInt
    url: str | None = None

    def of(self, text: str) -> str:
        return text.encode("utf-16-le")[2 * self.offset : 2 * (self.offset + self.length)].decode("utf-16-le")


Reader = Callable[[str, Any], Attachment]


def _file(name: str, value: Any) -> Attachment:
    file = File.model_validate(value)
    return Attachment(
        type=name, id=file.file_id, mime_type=file.mime_type, name=file.file_name or file.title, text=file.emoji
    )


def _largest(name: str, value: Any) -> Attachment:
    sizes = [PhotoSize.model_validate(size) for size in value]
    return _file(name, max(sizes, key=lambda size: size.width * size.height).model_dump())


def _story(name: str, value: Any) -> Attachment:
    story = Story.model_validate(value)
    return Attachment(type=name, id=f"{story.chat.id}:{story.id}")


def _web_app_data(name: str, value: Any) -> Attachment:
    sent = WebAppData.model_validate(value)
    return Attachment(type=name, name=sent.button_text, text=sent.data)


def _words(model: type[Wire]) -> Reader:
    return lambda name, value: Attachment(type=name, text=str(model.model_validate(value)) or None)


def _named(name: str, _: Any) -> Attachment:
    return Attachment(type=name)


CONTENT: Mapping[str, Reader] = {
    "animation": _file,
    "audio": _file,
    "document": _file,
    "live_photo": _file,
    "sticker": _file,
    "video": _file,
    "video_note": _file,
    "voice": _file,
    "voice_note": _file,
    "photo": _largest,
    "story": _story,
    "web_app_data": _web_app_data,
    "checklist": _words(Checklist),
    "contact": _words(Contact),
    "dice": _words(Dice),
    "game": _words(Titled),
    "gift": _words(Gift),
    "invoice": _words(Titled),
    "location": _words(Location),
    "poll": _words(Poll),
    "venue": _words(Venue),
    "chat_shared": _words(Titled),
    "giveaway": _named,
    "giveaway_winners": _named,
    "paid_media": _named,
    "passport_data": _named,
    "unique_gift": _named,
    "users_shared": _named,
}

REPEATS = {"document": "animation", "photo": "live_photo", "location": "venue"}
"""For old bots' sake, the field on the left is sent once more beside the one on the right that it belongs to."""


def service_notice(message: Mapping[str, Any]) -> str | None:
    """Return the name of the notice that a service message gives, if it is one."""
    return min(SERVICE & message.keys(), default=None)


def attachments(message: Mapping[str, Any], *, text: str) -> tuple[Attachment, ...]:
    """Return what is sent along with a message.

    A message that seems to hold nothing still says something in the customer's app: then what is new in it is shown by
    its field's name, or as `unsupported`, since bots are told nothing of what the Bot API has no words for.
    """
    holders = (message, *_rich_blocks(message.get("rich_message")))
    found = tuple(
        read(name, holder[name])
        for holder in holders
        for name, read in CONTENT.items()
        if name in holder and REPEATS.get(name) not in holder
    )
    if found or text:
        return found + _hidden_links(message, text)
    return tuple(Attachment(type=name) for name in sorted(message.keys() - ENVELOPE)) or (
        Attachment(type="unsupported"),
    )


def _hidden_links(message: Mapping[str, Any], text: str) -> tuple[Attachment, ...]:
    """The addresses behind words, which the text itself does not show."""
    entities = map(Entity.model_validate, message.get("entities") or message.get("caption_entities") or ())
    return tuple(Attachment(type=found.type, url=found.url, text=found.of(text)) for found in entities if found.url)


def rich_text(message: Mapping[str, Any]) -> str:
    """Return the plain words of a `RichMessage`, one block a line (https://core.telegram.org/bots/api#richmessage)."""
    blocks = _rich_blocks(message.get("rich_message"))
    parts = ("summary", "label", "text", "expression", "caption", "credit")
    return "\n".join(words for block in blocks for part in parts if (words := _inline(block.get(part))))


def _rich_blocks(value: Any) -> Iterator[Mapping[str, Any]]:
    match value:
        case list():
            for part in value:
                yield from _rich_blocks(part)
        case dict():
            yield value
            for inner in ("blocks", "items", "cells"):
                yield from _rich_blocks(value.get(inner))


def _inline(value: Any) -> str:
    match value:
        case str():
            return value
        case list():
            return "".join(map(_inline, value))
        case dict():
            return "".join(_inline(value.get(part)) for part in ("text", "alternative_text", "expression"))
        case _:
            return ""
