"""What a platform is asked, rather than what it tells: whether it still delivers to us, and what we missed.

A port is pure. What it wants to know it asks for step by step: it is a generator that yields a `Call`, is sent the
`Answer`, and returns its finding. Whoever drives it makes the calls (`shared/calling.py`). A platform's port stands in
`subscription.py` or `backfill.py` of its folder, under the name `PORT`.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

type Asking[T] = Generator[Call, Answer, T]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTPS request to a platform's API. URL, headers and body may hold tokens and are never printed."""

    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is 0 when nothing did: no connection, no answer in time, or more than is read."""

    status: int
    body: bytes = field(default=b"", repr=False)

    def json(self) -> Mapping[str, Any]:
        """Return the body's JSON object; an empty one for anything else, which then lacks what a reader looks for."""
        try:
            said = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return said if isinstance(said, dict) else {}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of the company's at the platform that a subscription or a history belongs to: a page, a number.

    `through` is the id of another one by which this one is reached, where the platform has it so.
    """

    kind: str
    id: str
    through: str | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """An account as its platform is asked about it: `account` is the last part of the webhook's URL.

    `tokens` are for things by their id, `token` for everything else. `app` is the id of the app that must be
    subscribed, where several may be.
    """

    platform: str
    account: str
    token: str = field(repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    things: tuple[Thing, ...] = ()
    app: str | None = None

    @property
    def path(self) -> str:
        """The end of our webhook's URL, wherever the API is reached."""
        return f"/webhooks/{self.platform}/{self.account}"

    def token_of(self, thing_id: str) -> str:
        return self.tokens.get(thing_id, self.token)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whether a platform delivers to us, by its own word.

    `active`: it does. `inactive`: it does not try. `failing`: it tries, and fails. `unknown`: it has not told.
    `sentence` says to operators what to do, and holds no value of a payload; `since` is the platform's own instant,
    where it gives one.
    """

    state: Literal["active", "inactive", "failing", "unknown"]
    sentence: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of time in which we may have missed something; `until` is not part of it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Filling:
    """What filling a gap gave.

    `bodies` are deliveries as the platform would have sent them, to be journalled like any other; none where the
    platform sends again by itself. `complete` is whether all of the gap was covered that the port covers at all;
    `sentence` says what was not, or what to do.
    """

    bodies: tuple[bytes, ...] = field(repr=False)
    complete: bool
    sentence: str


type Ask = Callable[[Presence, datetime], Asking[Subscription]]
type Fill = Callable[[Presence, Gap, datetime], Asking[Filling]]


@dataclass(frozen=True, slots=True)
class SubscriptionPort:
    """`ask(presence, now)` finds out whether the platform delivers. It calls none but `hosts`, over TLS.

    `things` are the kinds of thing that the playbook has to name for it; none where the account is enough.
    """

    hosts: frozenset[str]
    ask: Ask
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackfillPort:
    """`fill(presence, gap, now)` gets what was missed. It calls none but `hosts`, over TLS; with none, nobody."""

    hosts: frozenset[str]
    fill: Fill
