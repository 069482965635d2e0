"""What is new on Bluesky: who speaks to the company, who speaks of it, what the company itself has said there, and its
direct messages; all in one session, since sessions are counted.

A list that cannot be had holds up no other: each is read on from where it was left. Nobody tells of posts that were
deleted, and a post cannot be edited in Bluesky's own app.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from shared.hosts import KIND as HOST_KIND
from shared.platforms.bluesky import api, chat
from shared.platforms.bluesky.addresses import POST, POSTS
from shared.platforms.bluesky.api import Session
from shared.platforms.bluesky.cursor import OVERLAP, Cursor, Walk, digest
from shared.platforms.bluesky.payload import objects
from shared.polling import QUERY
from shared.ports import Answer, Asking, Found, PollPort, Presence

_REASONS = ("mention", "reply", "quote")
_PAGE = 100
_MOST_PAGES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_KEPT = ("uri", "record", "labels", "indexedAt")
_OF_A_PERSON = ("did", "handle", "displayName")

_SIGN_IN = "cannot be signed in to ({status}): {reason}"
_REFUSED = "{what} cannot be had now ({status}): {reason}"
_TOO_MANY = "{what}: more was said than is read at a time; the rest is read at the next polls"


def hosts(presence: Presence) -> frozenset[str]:
    """Return the one host of the account's own server."""
    return frozenset({api.host(presence)})


@dataclass(slots=True)
class _Round:
    """One poll: what it found so far, and what stood in its way."""

    session: Session
    before: Cursor
    now: datetime
    read: dict[str, datetime] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    rest: dict[str, Walk] = field(default_factory=dict)
    posts: list[tuple[datetime, bytes]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    failing: bool = False
    wait: int | None = None

    def refused(self, what: str, answer: Answer) -> None:
        self.failing = True
        self.troubles.append(_REFUSED.format(what=what, status=answer.status, reason=api.reason(answer)))
        self.wait = max(self.wait or 0, api.seconds_to_wait(answer, self.now) or 0) if answer.status == 429 else None

    def take(self, name: str, post: Mapping[str, Any], at: datetime) -> None:
        """Take a post down, once, by whichever list it came."""
        uri = str(post["uri"])
        if not self.before.knows(uri) and digest(uri) not in self.seen:
            self.posts.append((at, _envelope(name, self.session.did, post)))
        self.seen[digest(uri)] = (at - _EPOCH) // timedelta(seconds=1)

    def cursor(self, told: chat.Told) -> str:
        left = Cursor({**self.before.read, **self.read}, {}, told.rev, told.shut, self.rest)
        oldest = (left.oldest(self.now) - _EPOCH) // timedelta(seconds=1)
        seen = {name: at for name, at in {**self.before.seen, **self.seen}.items() if at >= oldest}
        return replace(left, seen=seen).to_json()


def poll(presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
    """Ask for all that is new of an account."""
    before = Cursor.of(cursor)
    answer = yield api.sign_in(presence)
    session = api.session(presence, answer)
    if session is None:
        sentence = _SIGN_IN.format(status=answer.status, reason=api.reason(answer))
        return Found((), cursor, f"{api.host(presence)} {sentence}", failing=True, not_before=_wait(answer, now))
    round_ = _Round(session, before, now, rest=dict(before.rest))
    yield from _notifications(round_)
    for query in sorted({thing.id for thing in presence.things if thing.kind == QUERY}):
        yield from _words(round_, query)
    yield from _own(round_)
    told = yield from chat.read(session, before, now)
    bodies = [body for _, body in sorted(round_.posts, key=lambda one: one[0])]
    return Found(
        (*bodies, *told.bodies),
        round_.cursor(told),
        "; ".join(dict.fromkeys([*round_.troubles, *([told.sentence] if told.sentence else [])])),
        failing=round_.failing or told.failing,
        not_before=now + timedelta(seconds=round_.wait) if round_.wait else None,
    )


def _wait(answer: Answer, now: datetime) -> datetime | None:
    seconds = api.seconds_to_wait(answer, now) if answer.status == 429 else None
    return now + timedelta(seconds=seconds) if seconds else None


type _Item = tuple[Mapping[str, Any], datetime]


class _List(NamedTuple):
    """A list of Bluesky's, the newest first: where an answer has its items, what it is called, how they are read."""

    call: str
    key: str
    what: str
    items: Callable[[Any, datetime], Iterator[_Item]]


def _notifications(round_: _Round) -> Asking[None]:
    """Read who mentions, answers or quotes the account; also those whom its settings show last."""
    asked = {"reasons": _REASONS, "priority": "false"}
    for told, at in (yield from _listed(round_, _NOTIFICATIONS, "notifications", lambda _: asked)):
        if told.get("reason") in _REASONS:
            round_.take(str(told["reason"]), told, at)


def _words(round_: _Round, query: str) -> Asking[None]:
    """Read who uses a word of the company's, whomever they speak to."""
    asked = {"q": f'"{query}"' if " " in query else query, "sort": "latest"}
    found = yield from _listed(
        round_, _FOUND, f"words {digest(query)}", lambda since: {**asked, "since": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
    )
    for post, at in found:
        if post["author"].get("did") != round_.session.did:
            round_.take("words", post, at)


def _own(round_: _Round) -> Asking[None]:
    """Read whom the company has answered, in whichever app."""
    us = round_.session.did
    asked = {"repo": us, "collection": POSTS}
    for said, at in (yield from _listed(round_, _RECORDS, "own", lambda _: asked)):
        match said:
            case {"uri": str(uri), "value": {"reply": {"parent": {"uri": str(parent)}}} as record}:
                if at <= round_.now and not parent.startswith(f"at://{us}/"):
                    round_.take("own", {"uri": uri, "author": {"did": us}, "record": record}, at)


def _listed(
    round_: _Round, list_: _List, name: str, asked: Callable[[datetime], Mapping[str, Any]]
) -> Asking[list[_Item]]:
    """Return what a list has since it was read the last time; all that came until it was refused. Where a walk broke
    off, it is brought to its end first, and then what came since it began is read."""
    kept = walk = round_.before.walk(name, round_.now)
    found: list[_Item] = []
    for _ in range(_MOST_PAGES):
        page = {"cursor": walk.page} if walk.page else {}
        answer = yield round_.session.get(list_.call, {**asked(walk.floor), **page, "limit": _PAGE})
        if answer.status != 200 or list_.key not in answer.json():
            round_.refused(list_.what, answer)
            # A page that is refused twice may be there no more: then the walk begins anew, with the same floor.
            if walk.page:
                round_.rest[name] = walk._replace(page="") if walk == kept else walk
            return found
        items = list(list_.items(answer.json()[list_.key], round_.now))
        found += [(item, at) for item, at in items if at >= walk.floor]
        following = answer.json().get("cursor")
        if isinstance(following, str) and following not in ("", walk.page) and not _has_end(items, walk.floor):
            walk = walk._replace(page=following)
            round_.rest[name] = walk
            continue
        round_.read[name] = walk.began
        round_.rest.pop(name, None)
        if walk.began >= round_.now:
            return found
        walk = Walk("", walk.began - OVERLAP, round_.now)
    if walk.page:
        round_.troubles.append(_TOO_MANY.format(what=list_.what))
    return found


def _has_end(items: Sequence[_Item], floor: datetime) -> bool:
    """Return whether a page goes down to what is known: its last item does, as others may be dated back."""
    return bool(items) and items[-1][1] < floor


def _posts(found: Any, now: datetime) -> Iterator[_Item]:
    """Yield the posts of a list, with when Bluesky had them; what has no such instant is of now."""
    for each in objects(found):
        match each:
            case {"uri": str(uri), "author": {"did": str()}, "record": dict()} if POST.fullmatch(uri):
                yield each, _instant(each.get("indexedAt")) or now


def _records(found: Any, now: datetime) -> Iterator[_Item]:  # noqa: ARG001 - what is undated is nobody's answer
    """Yield the records of a repository, with when they say that they were written."""
    for each in objects(found):
        match each:
            case {"uri": str(uri), "value": {"createdAt": said}} if POST.fullmatch(uri) and (at := _instant(said)):
                yield each, at


def _envelope(name: str, us: str, post: Mapping[str, Any]) -> bytes:
    """Return a post as a delivery, without what changes from one look to the next: counts, and what we think of it."""
    kept = {each: post[each] for each in _KEPT if each in post}
    author = {each: post["author"][each] for each in _OF_A_PERSON if each in post["author"]}
    return orjson.dumps({"as": name, "us": us, "post": {**kept, "author": author}}, option=orjson.OPT_SORT_KEYS)


def _instant(said: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


_NOTIFICATIONS = _List("app.bsky.notification.listNotifications", "notifications", "notifications", _posts)
_FOUND = _List("app.bsky.feed.searchPosts", "posts", "posts", _posts)
_RECORDS = _List("com.atproto.repo.listRecords", "records", "what the account has said", _records)

PORT = PollPort(hosts, poll, every=timedelta(minutes=15), also=(HOST_KIND, api.HANDLE_KIND, QUERY))
