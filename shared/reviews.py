"""A review as all platforms of reviews have it, and what it means: something said in public with stars, its later
versions, and the one answer of the company's that stands below it.

A poll hands it over in an envelope of our own, once for each of those:

    {"as": "review", "of": "<the company's presence>", "review": {...}}

`as` is `review`, `edit` or `answer`; `review` is as the platform has it, neither shortened nor cleaned, so that it can
be read again after a fix of ours.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, TypedDict

import orjson
from pydantic import BaseModel, ConfigDict

from shared.errors import UnreadableDelivery
from shared.models import Attachment, Author, Delivery, Edit, Event, Message
from shared.platforms import Handler, Unit

_SAME = timedelta(seconds=1)
"""What was changed no later than that after it was written was not changed."""


class Wire(BaseModel):
    """What all wire models of reviews have in common: they take ids as text, and skip what they do not know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Answered(NamedTuple):
    """What the company answered, and when, where the platform says so."""

    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Review:
    """A review as it stands now. `person` is the author's id at the platform, or the review's where they have none.
    Instants are none where the platform gives none; where it gives only that of the last version, both are that."""

    id: str
    person: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    language: str | None = None
    rating: int | None = None
    title: str | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    written_at: datetime | None = None
    changed_at: datetime | None = None
    answered: Answered | None = field(default=None, repr=False)
    permalink: str | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def edit_id(self) -> str:
        """What this version of it is known by."""
        return f"{self.id}:edit:{_digest(f'{self.rating}\0{self.title}\0{self.text}')}"

    @property
    def last_said_at(self) -> datetime | None:
        return self.changed_at or self.written_at

    def is_said_anew(self) -> bool:
        """Return whether its author has changed it, as far as its instants tell."""
        written, changed = self.written_at, self.changed_at
        return written is not None and changed is not None and changed - written > _SAME


type Read = Callable[[Any], Review]
"""Reads the platform's own object; raises pydantic's `ValidationError`."""


def answer_id(review: str, text: str) -> str:
    """Return what an answer to a review is known by, to us alone: platforms have no id for it, since there is only one,
    which the next one replaces."""
    return f"{review}:answer:{_digest(' '.join(text.split()))}"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:16]


def envelope(name: str, of: str, raw: Mapping[str, Any]) -> bytes:
    """Return a review as a delivery: the same bytes for the same review."""
    return orjson.dumps({"as": name, "of": of, "review": raw}, option=orjson.OPT_SORT_KEYS)


def split(delivery: Delivery) -> list[Unit]:
    """Return the one unit of an envelope; its instant is that of the poll. Raises `UnreadableDelivery` for all else."""
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery(f"{delivery.platform}: not JSON") from error
    match body:
        case {"as": str(name), "of": str(of), "review": dict(raw)} if name and of:
            return [Unit(name, raw, of, delivery.received_at)]
    raise UnreadableDelivery(f"{delivery.platform}: no envelope of a review")


class _Frame(TypedDict):
    """What all that is said of one review has in common."""

    identity: str
    account: str
    channel: str
    thread: str


def handlers(platform: str, channel: str, read: Read) -> Mapping[str, Handler]:
    """Return what `review`, `edit` and `answer` mean on a platform, for its `EVENTS`."""

    def frame(unit: Unit, review: Review) -> _Frame:
        return _Frame(
            identity=f"{platform}:{unit.account}:{review.person}",
            account=unit.account,
            channel=channel,
            thread=review.id,
        )

    def said(unit: Unit) -> list[Event]:
        review = read(unit.value)
        if not (review.text or review.title or review.rating):
            return []
        return [
            Message(
                **frame(unit, review),
                author=_author(review),
                external_id=review.id,
                occurred_at=review.written_at or unit.at,
                dated=review.written_at is not None,
                visibility="public",
                title=review.title,
                text=review.text,
                rating=review.rating,
                attachments=review.attachments,
                permalink=review.permalink,
            )
        ]

    def said_anew(unit: Unit) -> list[Event]:
        review = read(unit.value)
        return [
            Edit(
                **frame(unit, review),
                author=_author(review),
                external_id=review.edit_id,
                occurred_at=review.changed_at or unit.at,
                dated=review.changed_at is not None,
                target=review.id,
                text=review.text,
                rating=review.rating,
                attachments=review.attachments,
            )
        ]

    def answered(unit: Unit) -> list[Event]:
        review = read(unit.value)
        return list(_answer(unit, review, frame(unit, review)))

    return {"review": said, "edit": said_anew, "answer": answered}


def _answer(unit: Unit, review: Review, frame: _Frame) -> Iterator[Message]:
    if review.answered and review.answered.text:
        yield Message(
            **frame,
            external_id=answer_id(review.id, review.answered.text),
            occurred_at=review.answered.at or unit.at,
            dated=review.answered.at is not None,
            direction="outbound",
            visibility="public",
            text=review.answered.text,
            reply_to=review.id,
        )


def _author(review: Review) -> Author | None:
    known = review.name or review.language
    return Author(name=review.name, language=review.language) if known else None
