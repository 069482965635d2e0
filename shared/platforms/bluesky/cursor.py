"""Where a poll was left: how far each list was read, what of its newest part was seen, and no word of anybody's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

FIRST_LOOK = timedelta(days=3)
"""What was there before, when a list is read for the first time, is history: nobody waits for an answer to it."""

OVERLAP = timedelta(hours=1)
"""So much of a list is read again: it is ordered by when somebody says that they wrote, and grows in its middle."""

MOST_SEEN = 5000
"""Of more, the oldest are forgotten: they would be journalled again, under the same keys."""


class Walk(NamedTuple):
    """A list on its way from the newest down to `floor`: `page` is what is read next, the newest where it is empty, and
    `began` until when the list is read once the walk has come to its end."""

    page: str
    floor: datetime
    began: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """`read` is until when each list was read, `seen` when what of them was written, by a digest of its id. `chat` is
    how far the log of the direct messages was read, none before the first look; `chat_shut` is until when it is not
    asked for, since it was refused. `rest` are the walks that broke off, which leave `read` where it was."""

    read: Mapping[str, datetime] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict, repr=False)
    chat: str | None = None
    chat_shut: datetime | None = None
    rest: Mapping[str, Walk] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Return the cursor that a text is; one that cannot be read is that of a first look."""
        try:
            # A cursor of before walks were kept has none.
            match {"rest": {}, **orjson.loads(text)}:
                case {
                    "read": dict(read),
                    "seen": dict(seen),
                    "chat": str() | None as chat,
                    "chat_shut": shut,
                    "rest": dict(rest),
                }:
                    instants = {name: _instant(at) for name, at in read.items()}
                    kept = {name: int(at) for name, at in seen.items()}
                    walks = {name: _walk(*said) for name, said in rest.items()}
                    return cls(instants, kept, chat, _instant(shut) if shut else None, walks)
        except (ValueError, TypeError):
            pass
        return cls()

    def to_json(self) -> str:
        newest = sorted(self.seen.items(), key=lambda one: one[1])[-MOST_SEEN:]
        said: dict[str, Any] = {"read": self.read, "seen": dict(newest), "chat": self.chat, "chat_shut": self.chat_shut}
        rest = {name: tuple(walk) for name, walk in self.rest.items()}
        return orjson.dumps(said | {"rest": rest}).decode()

    def walk(self, name: str, now: datetime) -> Walk:
        """Return how a list is read: on from where a walk broke off, else from the newest down to what is known."""
        if name not in self.rest:
            return Walk("", self.read[name] - OVERLAP if name in self.read else now - FIRST_LOOK, now)
        rest = self.rest[name]
        return rest if rest.page else rest._replace(began=now)

    def oldest(self, now: datetime) -> datetime:
        """Return from when on a list may be read again."""
        return min(
            (*(at - OVERLAP for at in self.read.values()), *(walk.floor for walk in self.rest.values())),
            default=now - OVERLAP,
        )

    def knows(self, uri: str) -> bool:
        return digest(uri) in self.seen


def digest(uri: str) -> str:
    return sha256(uri.encode()).hexdigest()[:12]


def _walk(page: Any, floor: Any, began: Any) -> Walk:
    return Walk(str(page), _instant(floor), _instant(began))


def _instant(said: Any) -> datetime:
    at = datetime.fromisoformat(said)
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
