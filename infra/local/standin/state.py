"""What a stand-in has been told and asked: who spoke when, what is public, what arrived, and how often."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a platform would get it; header names are in lower case."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def json(self) -> Mapping[str, Any]:
        """Return the body's JSON object; an empty one for anything else."""
        try:
            said = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return said if isinstance(said, dict) else {}

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: a status and a JSON value, or the very bytes."""

    status: int
    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Arrived(NamedTuple):
    """One thing that was said and taken: `reply_id` is our own id, where the platform takes it along, and `title` what
    stands over it, such as a mail's subject."""

    platform: str
    channel: str
    account: str
    to: str
    external_id: str
    at: datetime
    text: str = ""
    template: str | None = None
    reply_to: str | None = None
    reply_id: str | None = None
    tag: str | None = None
    title: str | None = None


@dataclass(slots=True)
class Public:
    """Something a customer wrote for all to see; `summons` is whether it calls the account."""

    channel: str
    account: str
    author: str
    thread: str
    at: datetime
    summons: bool = True
    answered_privately: bool = False


class Limit(NamedTuple):
    """So many in so long a time, in any span of that length."""

    most: int
    within: timedelta


class Person(NamedTuple):
    """A person, or a chat of several, as a platform's private messages address them."""

    channel: str
    account: str
    id: str


@dataclass(slots=True)
class State:
    """`spoke` has everybody who can be written to, with when they last wrote, if they did; `groups` are the chats that
    all of a place's people read. `rights` are what the platform has granted after a review, each with the account that
    has it. `templates` are those that were approved, with the number of their parameters: none
    where any is taken."""

    spoke: dict[Person, datetime | None] = field(default_factory=dict)
    public: dict[str, Public] = field(default_factory=dict)
    blocked: set[Person] = field(default_factory=set)
    rights: set[tuple[str, str]] = field(default_factory=set)
    templates: dict[tuple[str, str], int] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    asked: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    made: int = 0

    def number(self) -> int:
        """Return the next of the numbers that ids are made of."""
        self.made += 1
        return self.made

    def wait(self, now: datetime, limits: Mapping[str, Limit]) -> int:
        """Count a request against limits by their names; return how many seconds one of them says to wait, or 0.

        A request that has to wait is not counted.
        """
        waits = [self._wait(name, limit, now) for name, limit in limits.items()]
        if max(waits, default=0) == 0:
            for name in limits:
                self.asked[name].append(now)
        return max(waits, default=0)

    def _wait(self, name: str, limit: Limit, now: datetime) -> int:
        asked = self.asked[name]
        while asked and asked[0] <= now - limit.within:
            asked.popleft()
        if len(asked) < limit.most:
            return 0
        left = asked[-limit.most] + limit.within - now
        return max(1, -(-left // timedelta(seconds=1)))

    def of(self, channel: str, account: str) -> Iterator[Arrived]:
        """Yield what arrived on a channel from an account, the newest first."""
        return (each for each in reversed(self.arrived) if (each.channel, each.account) == (channel, account))
