"""What an entry of a feed means: something said in public, or that it says something else now."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from urllib.parse import urljoin, urlsplit

from shared.models import Attachment, Author, ContactPoint, Edit, Event, Message
from shared.platforms import Handler, Unit
from shared.platforms.feeds.payload import Entry, Envelope, Link, Person

CHANNEL = "blog"

_WEB = ("http://", "https://")


class Frame(TypedDict):
    """What both events have in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None


def _frame(unit: Unit, said: Envelope) -> Frame:
    person = _person(said.entry)
    return Frame(
        identity=f"feeds:{unit.account}:{_address(person, said.feed.url)}",
        account=unit.account,
        channel=CHANNEL,
        thread=said.id,
        author=_author(person),
    )


def _person(entry: Entry) -> Person | None:
    return next((person for person in entry.authors if person.name or person.email or person.href), None)


def _address(person: Person | None, feed: str) -> str:
    """Return whom an entry is of: a page of the author's own, or their name within the feed's host, since two feeds'
    Anas are two people; the feed itself where it names nobody."""
    if person is None:
        return feed
    page = (person.href or "").strip()
    return page if page.startswith(_WEB) else f"{_host(feed)}/{person.email or person.name or page}"


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc or url
    except ValueError:
        return url


def _author(person: Person | None) -> Author | None:
    # Whoever writes a feed may put any name and any address there: nothing of it is proven.
    if person is None:
        return None
    mail = (person.email or "").strip()
    return Author(name=person.name or None, contacts=(ContactPoint(kind="email", value=mail),) if "@" in mail else ())


def _dated(*instants: datetime | None) -> datetime | None:
    return next((at for at in instants if at), None)


def _new(unit: Unit) -> list[Event]:
    said = Envelope.model_validate(unit.value)
    at = _dated(said.published, said.updated)
    if not said.entry.text and not _attachments(said):
        return []
    return [
        Message(
            **_frame(unit, said),
            external_id=said.id,
            occurred_at=at or unit.at,
            dated=at is not None,
            visibility="public",
            title=said.entry.heading or None,
            text=said.entry.text,
            attachments=_attachments(said),
            permalink=_absolute(said.entry.link, said.feed.url),
            overheard=said.overheard,
        )
    ]


def _changed(unit: Unit) -> list[Event]:
    said = Envelope.model_validate(unit.value)
    # An entry may be changed without another date; that of its publishing would put the edit beside the message.
    at = said.updated if said.updated and said.updated != said.published else None
    return [
        Edit(
            **_frame(unit, said),
            external_id=f"{said.id}:edit:{said.entry.digest}",
            occurred_at=at or unit.at,
            dated=at is not None,
            target=said.id,
            text=said.entry.text,
            attachments=_attachments(said),
            overheard=said.overheard,
        )
    ]


def _attachments(said: Envelope) -> tuple[Attachment, ...]:
    enclosed = [link for link in said.entry.links if link.rel == "enclosure"]
    return tuple(_attachment(link, url) for link in enclosed if (url := _absolute(link.href, said.feed.url)))


def _attachment(link: Link, url: str) -> Attachment:
    kind = (link.type or "").partition("/")[0].strip()
    return Attachment(type=kind or "enclosure", url=url, mime_type=link.type or None)


def _absolute(link: str | None, feed: str) -> str | None:
    """Return where a link leads, which may be written as seen from the feed; nowhere unless that is on the web."""
    if not link:
        return None
    try:
        found = urljoin(feed, link.strip())
    except ValueError:
        return None
    return found if found.startswith(_WEB) else None


EVENTS: Mapping[str, Handler] = {"new": _new, "changed": _changed}
