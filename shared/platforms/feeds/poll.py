"""What is new in a feed: asked for at its own address, and told apart from what was there the last time.

The cursor is what the feed's host gave us to ask by next time (RFC 9110, section 13), and of every entry that the feed
has what it is known by and which version of it was seen, as digests. An entry that leaves the feed is forgotten, which
harms nothing: should it come back, it has the same key in the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from shared.platforms.feeds.document import Article, NoFeedError, read
from shared.ports import Answer, Asking, Call, Found, PollPort, Presence

KIND, LISTENING = "feed", "listening"
"""A feed in which people speak to the company, and one in which they may speak of it."""

FIRST_LOOK = timedelta(days=3)
"""What was there before, when a feed is read for the first time, is history: nobody waits for an answer to it. So is
then what has no date."""

MOST_ENTRIES = 2000
"""Of a feed with more no more are read: what was seen of each has to fit into the cursor."""

_MOST_CALLS = 2
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ASKED_TO_WAIT = frozenset({429, 503})

_HEADERS = {
    "accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    "user-agent": "Mostrador (feed reader)",
}

_REFUSALS: Mapping[int, str] = {
    0: "does not answer over TLS at a public address in time, or with more than is read",
    401: "wants a login (401): only public feeds are read",
    403: "shuts us out (403): ask whoever runs it, or take it out of the playbook",
    404: "is not there (404): write its new address into the playbook",
    410: "is gone for good (410): take it out of the playbook",
    429: "asks us to come less often (429): set poll_every_minutes in the playbook",
}
_REFUSED = "cannot be had now ({status})"
_NO_FEED = "is no feed that can be read: look at it in a browser, and write the feed's own address into the playbook"
_MOVED = "has moved to another host: see where it leads in a browser, and write that address into the playbook"
_TOO_MANY = "has more than {most} entries, of which the rest is not read"
_NO_ADDRESS = 'the playbook names no feed\'s address: `things = [{ kind = "feed", id = "https://..." }]`'


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a feed was left: `seen` is the digest of each entry's version by the digest of its id, none before the
    first look."""

    etag: str = ""
    modified: str = ""
    seen: Mapping[str, str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Return the cursor that a text is; one that cannot be read is that of a first look."""
        try:
            said: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            return cls()
        match said:
            case {"etag": str(etag), "modified": str(modified), "seen": dict(seen)}:
                return cls(etag, modified, seen)
        return cls()

    def to_json(self) -> str:
        return orjson.dumps({"etag": self.etag, "modified": self.modified, "seen": self.seen}).decode()

    @property
    def conditions(self) -> dict[str, str]:
        asked = {"if-none-match": self.etag, "if-modified-since": self.modified}
        return {name: value for name, value in asked.items() if value}


def hosts(presence: Presence) -> frozenset[str]:
    """Return the hosts of the account's feeds; other addresses than those over TLS have none."""
    return frozenset(urlsplit(thing.id).netloc for thing in presence.things if thing.id.startswith("https://"))


def poll(presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
    """Read the one feed of a presence."""
    feeds = [thing for thing in presence.things if thing.kind in (KIND, LISTENING) and hosts(presence)]
    if not feeds:
        return Found((), cursor, _NO_ADDRESS, failing=True)
    feed, *_ = feeds
    url, overheard = feed.id, feed.kind == LISTENING
    before = Cursor.of(cursor)
    answer = yield from _asked(url, before, hosts(presence))
    if answer.status == 304:
        return Found((), cursor)
    if answer.status != 200:
        wait = answer.retry_after(now) if answer.status in _ASKED_TO_WAIT else None
        return Found((), cursor, f"{_named(url)} {_refusal(answer)}", failing=True, not_before=wait)
    try:
        articles = read(answer.body, url=url, content_type=answer.headers.get("content-type", ""))
    except NoFeedError:
        return Found((), cursor, f"{_named(url)} {_NO_FEED}", failing=True)
    kept = articles[:MOST_ENTRIES]
    after = Cursor(
        etag=answer.headers.get("etag", ""),
        modified=answer.headers.get("last-modified", ""),
        seen={_short(article.id): _short(article.digest) for article in kept},
    )
    # The newest comes first in most feeds; the journal is written in the order in which things were said.
    named = ((article, name) for article in reversed(kept) if (name := _name(article, before, now)))
    bodies = [article.envelope(name, overheard=overheard) for article, name in named]
    too_many = f"{_named(url)} {_TOO_MANY.format(most=MOST_ENTRIES)}" if len(articles) > len(kept) else ""
    return Found(tuple(bodies), after.to_json(), too_many)


def _asked(url: str, before: Cursor, known: frozenset[str]) -> Asking[Answer]:
    """Ask for a feed, and where it says that it is elsewhere on a host that the playbook names, there."""
    here = url
    for _ in range(_MOST_CALLS):
        answer = yield Call("GET", here, _HEADERS | before.conditions)
        if answer.status not in _REDIRECTS:
            return answer
        here = _absolute(here, answer.headers.get("location", ""))
        if not here.startswith("https://") or urlsplit(here).netloc not in known:
            break
    return answer


def _absolute(here: str, location: str) -> str:
    try:
        return urljoin(here, location)
    except ValueError:
        return ""


def _name(article: Article, before: Cursor, now: datetime) -> str | None:
    """Return as what an entry is handed over, if it is."""
    if before.seen is None:
        at = article.published or article.updated
        return "new" if at and at >= now - FIRST_LOOK else None
    seen = before.seen.get(_short(article.id))
    if seen == _short(article.digest):
        return None
    return "new" if seen is None else "changed"


def _refusal(answer: Answer) -> str:
    if answer.status in _REDIRECTS:
        return _MOVED
    return _REFUSALS.get(answer.status) or _REFUSED.format(status=answer.status)


def _named(url: str) -> str:
    """Return a feed's address as logs may have it: some have a password in their query."""
    target = urlsplit(url)
    return f"{target.netloc}{target.path}"


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:14]


PORT = PollPort(hosts, poll, every=timedelta(minutes=15), things=(KIND, LISTENING), needs_token=False)
