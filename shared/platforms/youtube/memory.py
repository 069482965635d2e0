"""What a poll remembers of the threads below a channel's videos: its cursor.

Of every thread that is watched, when something was last said in it, how many replies it had, and which version of each
of its comments was seen, as digests. A thread that is forgotten harms nothing: found again, it has the same keys.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

FIRST_LOOK = timedelta(days=3)
"""What was said before, when a channel is asked about for the first time, is history: nobody waits for an answer."""

WATCHED_FOR = timedelta(days=30)
"""For so long after the last word a thread is looked at again that is no longer among the newest."""

MOST_THREADS = 1_000
MOST_COMMENTS = 8_000
MOST_REPLIES = 500
"""So many are remembered, and of one thread's replies so many: all of it has to fit into an item."""

UNCOUNTED, UNREAD = -1, -2
"""How many replies a thread has that could not all be had yet, or that our code cannot read."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A thread: `said` is when something was last said in it (seconds), `replies` how many it had, `seen` the instant
    of each comment's version by the digest of its id."""

    said: int
    replies: int = UNCOUNTED
    seen: Mapping[str, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Memory:
    """`since` is before when everything is history (seconds; none before the first look), `newest` when the newest
    thread that is known began. `rest` is the page at which the last walk broke off, and `floor` down to when it had
    still to go. `threads` come in the order in which they were looked at, the longest ago first."""

    since: int | None = None
    newest: int = 0
    rest: str = ""
    floor: int | None = None
    threads: Mapping[str, Watched] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, cursor: str) -> "Memory":
        """Return what a cursor says; one that cannot be read is that of a first look."""
        try:
            said: Any = orjson.loads(cursor)
        except orjson.JSONDecodeError:
            return cls()
        match said:
            case {
                "since": int(since),
                "newest": int(newest),
                "rest": str(rest),
                "floor": int() | None as floor,
                "threads": dict(threads),
            }:
                return cls(since, newest, rest, floor, dict(_threads(threads)))
        return cls()

    def to_cursor(self) -> str:
        threads = {name: [each.said, each.replies, each.seen] for name, each in self.threads.items()}
        said = {"since": self.since, "newest": self.newest, "rest": self.rest, "floor": self.floor}
        return orjson.dumps(said | {"threads": threads}).decode()


def _threads(said: Mapping[str, Any]) -> Iterator[tuple[str, Watched]]:
    for name, each in said.items():
        match each:
            case [int(at), int(replies), dict(seen)]:
                yield name, Watched(at, replies, {key: each for key, each in seen.items() if isinstance(each, int)})


def kept(threads: Mapping[str, Watched], shown: Iterable[str], now: datetime) -> dict[str, Watched]:
    """Return the threads that go on being watched, in their order: those that were shown on a page just now, which
    would else look new at the next, and those in which something was said lately, the latest first where they are too
    many."""
    on_pages = set(shown)
    alive = int((now - WATCHED_FOR).timestamp())
    ranked = sorted(threads, key=lambda name: (name in on_pages, threads[name].said), reverse=True)
    chosen, comments = set(), 0
    for name in ranked[:MOST_THREADS]:
        comments += len(threads[name].seen)
        if comments > MOST_COMMENTS or (name not in on_pages and threads[name].said < alive):
            break
        chosen.add(name)
    return {name: each for name, each in threads.items() if name in chosen}


def newest_of(seen: Mapping[str, int], shown: Iterable[str]) -> dict[str, int]:
    """Return as many of a thread's versions as are remembered: the newest, and those of what is shown with it."""
    always = set(shown)
    ranked = sorted(seen.items(), key=lambda each: (each[0] not in always, -each[1], each[0]))
    return dict(ranked[:MOST_REPLIES])


def short(name: str) -> str:
    return blake2b(name.encode(errors="replace"), digest_size=6).hexdigest()
