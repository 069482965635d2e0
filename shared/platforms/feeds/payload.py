"""One entry of a feed as a poll hands it over: an envelope of our own round all that the feed says of the entry.

    {"as": "new", "id": "...", "feed": {"url": "...", "title": "..."},
     "published": "2026-11-20T09:00:00Z", "updated": null, "entry": {"title": "...", "link": "...", ...}}

`as` is `new`, or `changed` for an entry that was seen before and says something else now. `id` is what the entry is
known by, and the two instants are what its dates mean, `null` where it has none; `overheard` is there, and true, where
the feed is one in which the company is only listening. `entry` is as feedparser reads it
(https://feedparser.readthedocs.io/en/latest/reference-entry.html), neither shortened nor cleaned: what it means is
decided here, and again after a bug.
"""

from hashlib import sha256
from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.letters.html import as_text
from shared.models import Delivery
from shared.platforms import Unit

_PLAIN = "text/plain"


class Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Written(Wire):
    """Something written, and how: `text/html` where it may hold tags, as feedparser found out or guessed."""

    type: str | None = None
    value: str | None = None

    @property
    def text(self) -> str:
        said = self.value or ""
        lines = said.splitlines() if self.type == _PLAIN else as_text(said).splitlines()
        return "\n".join(line.rstrip() for line in lines if line.strip())


class Person(Wire):
    name: str | None = None
    email: str | None = None
    href: str | None = None


class Link(Wire):
    rel: str | None = None
    href: str | None = None
    type: str | None = None


class Entry(Wire):
    link: str | None = None
    title: str | None = None
    title_detail: Written | None = None
    summary: str | None = None
    summary_detail: Written | None = None
    content: tuple[Written, ...] = ()
    authors: tuple[Person, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def heading(self) -> str:
        return " ".join((self.title_detail or Written(value=self.title)).text.split())

    @property
    def text(self) -> str:
        """What it says, whole where there is more than a summary; its title where it says nothing else."""
        bodies = [found.text for found in self.content] or [""]
        summary = (self.summary_detail or Written(value=self.summary)).text
        return max(*bodies, summary, key=len) or self.heading

    @property
    def digest(self) -> str:
        """Tells two versions of it apart by what a reader reads: other tags, dates or counts make no other version."""
        return sha256(f"{self.heading}\0{self.text}".encode(errors="replace")).hexdigest()[:16]


class Feed(Wire):
    url: Annotated[str, Field(min_length=1)]
    title: str | None = None


class Envelope(Wire):
    id: Annotated[str, Field(min_length=1)]
    feed: Feed
    published: AwareDatetime | None = None
    updated: AwareDatetime | None = None
    entry: Entry
    overheard: bool = False


def split(delivery: Delivery) -> list[Unit]:
    """Return the one entry of a delivery; its instant is that of the poll.

    Raises `UnreadableDelivery` for anything but an envelope.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("feeds: not JSON") from error
    match body:
        case {"as": str(name), "entry": dict()} if name:
            return [Unit(name, body, delivery.account, delivery.received_at)]
    raise UnreadableDelivery("feeds: no envelope of an entry")
