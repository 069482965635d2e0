"""The entries of a feed, whichever of its dialects it speaks: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed.

feedparser reads XML of every make: what is not well-formed, entities that nobody declared, dates in any language. It
is given bytes and nothing that could be a name or a URL, which it would open; it cleans nothing, since text is made of
what it reads and not a page; and it leaves out entities that a document makes up or wants fetched.
"""

import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from sys import maxunicode
from typing import Any

import orjson

from shared.platforms.feeds.payload import Entry

_JSON_FEED = "https://jsonfeed.org/version/"
_REFERENCE = re.compile(rb"&#(x[0-9a-f]+|[0-9]+);", re.IGNORECASE)
_OVERLOADED = re.compile(rb"<\0?[A-Za-z](?:[^<>=]*=){300}")
"""A tag with hundreds of attributes, which the parser of the standard library takes the square of their number for."""

_YEARS = range(1990, 2101)
"""Other dates are somebody's slip, and no instants of anything in a feed."""


class NoFeedError(Exception):
    """What came is no feed: a page for people, or an error's."""


@dataclass(frozen=True, slots=True)
class Article:
    """An entry: `id` is what it is known by, `digest` which version of it this is; instants are `None` where it is not
    dated."""

    id: str
    digest: str
    feed: Mapping[str, Any] = field(repr=False)
    said: Mapping[str, Any] = field(repr=False)
    published: datetime | None = None
    updated: datetime | None = None

    def envelope(self, name: str, *, overheard: bool = False) -> bytes:
        """Return it as a delivery: the same bytes for the same entry."""
        return orjson.dumps(
            {
                "as": name,
                "id": self.id,
                "feed": self.feed,
                "published": self.published,
                "updated": self.updated,
                "entry": self.said,
                **({"overheard": True} if overheard else {}),
            },
            option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS,
        )


def read(body: bytes, *, url: str, content_type: str) -> list[Article]:
    """Return the entries of a feed, in its own order; raises `NoFeedError`."""
    title, found = _of_json(body) if body.lstrip()[:1] == b"{" else _of_xml(body, content_type)
    feed = {"url": url, "title": title}
    made = [_article(feed, said) for said in found]
    # Some feeds give all entries one id: those are told apart by what they say.
    uses = Counter(article.id for article in made)
    return [_apart(article) if uses[article.id] > 1 else article for article in made]


def _article(feed: Mapping[str, Any], said: dict[str, Any]) -> Article:
    published, updated = (_instant(said.pop(f"{name}_parsed", None)) for name in ("published", "updated"))
    plain = _plain(said)
    entry = Entry.model_validate(plain)
    name = str(plain.get("id") or plain.get("link") or entry.digest)
    # What is no URI is unique within the feed at most.
    own = name if ":" in name else f"{feed['url']}#{name}"
    return Article(own, entry.digest, feed, plain, published, updated)


def _apart(article: Article) -> Article:
    mark = sha256(f"{article.published}{article.said.get('link')}{article.said.get('title')}".encode()).hexdigest()[:16]
    return Article(
        f"{article.id}#{mark}", article.digest, article.feed, article.said, article.published, article.updated
    )


def _of_xml(body: bytes, content_type: str) -> tuple[str | None, list[dict[str, Any]]]:
    headers = {"content-type": content_type} if content_type else {}
    if _OVERLOADED.search(body):
        raise NoFeedError
    try:
        found = _parsed(body, headers)
    except Exception:  # a reference to a character that there is not breaks feedparser, and nobody knows what else
        try:
            found = _parsed(_REFERENCE.sub(_known, body), headers)
        except Exception as error:
            raise NoFeedError from error
    document = dict(found)
    if not (document.get("version") or "").strip():
        raise NoFeedError
    entries = [dict(dict.items(entry)) for entry in document["entries"]]
    return _plain(dict(dict.items(document["feed"])).get("title")), entries


def _parsed(body: bytes, headers: Mapping[str, str]) -> Any:
    import feedparser  # which whoever polls has, and nobody else

    # As mappings of feedparser's own they answer for keys that are not there.
    return dict.items(
        feedparser.parse(BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    )


def _known(reference: re.Match[bytes]) -> bytes:
    """Return a reference to a character as it is, or one to the sign for an unknown character."""
    said = reference[1].lower()
    number = int(said[1:9], 16) if said.startswith(b"x") else int(said[:9])
    is_one = 0 < number < 0xD800 or 0xDFFF < number <= maxunicode
    return reference[0] if is_one else b"&#65533;"


def _of_json(body: bytes) -> tuple[str | None, list[dict[str, Any]]]:
    """https://www.jsonfeed.org/version/1.1/, in feedparser's words."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NoFeedError from None
    items = said.get("items") if str(said.get("version", "")).startswith(_JSON_FEED) else None
    if not isinstance(items, list):
        raise NoFeedError
    title = said.get("title")
    return title if isinstance(title, str) else None, [_item(item) for item in items if isinstance(item, dict)]


def _item(item: dict[str, Any]) -> dict[str, Any]:
    texts = {kind: item.get(f"content_{name}") for name, kind in (("html", "text/html"), ("text", "text/plain"))}
    people = item.get("authors") or [item.get("author")]
    enclosed = item.get("attachments") or []
    read: dict[str, Any] = {
        "id": _text(item.get("id")),
        "link": _text(item.get("url")),
        "title": _text(item.get("title")),
        "title_detail": {"type": "text/plain", "value": _text(item.get("title"))},
        "summary_detail": {"type": "text/plain", "value": _text(item.get("summary"))},
        "content": [{"type": kind, "value": text} for kind, text in texts.items() if isinstance(text, str)],
        "authors": [{"name": _text(each.get("name")), "href": _text(each.get("url"))} for each in _objects(people)],
        "links": [
            {"rel": "enclosure", "href": _text(each.get("url")), "type": _text(each.get("mime_type"))}
            for each in _objects(enclosed)
        ],
        "published_parsed": item.get("date_published"),
        "updated_parsed": item.get("date_modified"),
    }
    return read | {"json": item}


def _objects(found: Any) -> Iterable[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _instant(said: Any) -> datetime | None:
    try:
        if isinstance(said, tuple):  # a `struct_time` in UTC
            at = datetime.fromtimestamp(timegm(said), UTC)
        elif isinstance(said, str):
            at = datetime.fromisoformat(said)
        else:
            return None
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year in _YEARS else None


def _plain(value: Any) -> Any:
    """Return what JSON can hold of it: feedparser's own mappings and instants are what it has besides."""
    if isinstance(value, dict):
        return {
            _plain(str(name)): _plain(found) for name, found in dict.items(value) if not str(name).endswith("_parsed")
        }
    if isinstance(value, list | tuple):
        return [_plain(found) for found in value]
    if value is None or isinstance(value, bool):
        return value
    return str(value).encode(errors="replace").decode()
