"""What a platform is asked, rather than what it tells: whether it still delivers to us, and what we missed.

A port is pure. What it wants to know it asks for step by step: it is a generator that yields a `Call`, is sent the
`Answer`, and returns its finding. Whoever drives it makes the calls (`shared/calling.py`). A platform's port stands in
`subscription.py`, `backfill.py` or `poll.py` of its folder, under the name `PORT`.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import orjson

type Asking[T] = Generator[Call, Answer, T]

_LONGEST_WAIT = timedelta(days=1)
"""Nobody is believed who asks for a longer silence."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTPS request to a platform's API. URL, headers and body may hold tokens and are never printed.

    `aws` are the service and the region of AWS for which whoever makes the call signs it with its own credentials.
    `signs_in` is whether it does nothing but get a token for the calls after it: who makes it may give the same answer
    again for a while, since platforms count how often somebody signs in. `wants` are the headers of the answer that the
    port reads beside those that all ports are shown (`shared/calling.py`), in small letters.
    """

    method: Literal["GET", "POST", "PUT"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    aws: tuple[str, str] | None = None
    signs_in: bool = False
    wants: tuple[str, ...] = ()

    @property
    def reads(self) -> bool:
        """Whether it changes nothing at the platform."""
        return self.method == "GET" or self.signs_in


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is 0 when nothing did: no connection, no answer in time, or more than is read. `error`
    is the error's name where it stands in a header of its own, as AWS has it. `headers` are those that all ports are
    shown (`shared/calling.py`) and those that the call wants, by their names in small letters."""

    status: int
    body: bytes = field(default=b"", repr=False)
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def refuses(self) -> bool:
        """Whether the request was at fault, and nothing was done (RFC 9110, section 15.5); of a 408 nobody knows."""
        return 400 <= self.status < 500 and self.status != 408

    def retry_after(self, now: datetime) -> datetime | None:
        """Return before when it asks not to be called again (RFC 9110, section 10.2.3), or `None` where it does not."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdecimal():
            return now + min(timedelta(seconds=int(said[:9])), _LONGEST_WAIT)
        try:
            until = parsedate_to_datetime(said)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(until, now + _LONGEST_WAIT) if until > now else None

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
    subscribed, where several may be. `company` is the company's name, as people read it. `door` is where our webhooks
    are reached from outside, `https://` and a host; empty where that is not known.
    """

    platform: str
    account: str
    token: str = field(repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    things: tuple[Thing, ...] = ()
    app: str | None = None
    company: str = ""
    door: str = ""

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


@dataclass(frozen=True, slots=True)
class Found:
    """What one poll found.

    `bodies` are deliveries as the platform's `normalise` reads them, to be journalled like any other, and the same
    bytes for the same find. `cursor` is what to go on from once they are. `failing` is whether the platform did not let
    itself be asked: `cursor` is then as far as it went, and `sentence` says to operators what to do, with no value of a
    payload. `not_before` is before when it asks not to be asked again.
    """

    bodies: tuple[bytes, ...] = field(repr=False)
    cursor: str = field(repr=False)
    sentence: str = ""
    failing: bool = False
    not_before: datetime | None = None


type Ask = Callable[[Presence, datetime], Asking[Subscription]]
type Fill = Callable[[Presence, Gap, datetime], Asking[Filling]]
type Poll = Callable[[Presence, str, datetime], Asking[Found]]


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
    """`fill(presence, gap, now)` gets what was missed. It calls none but `hosts`, over TLS; with none, nobody.

    `channels` are those of which anything is to be had; all of the platform's where it names none.
    """

    hosts: frozenset[str]
    fill: Fill
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollPort:
    """`poll(presence, cursor, now)` asks for what is new since the cursor, an empty one being the first time. It calls
    none but `hosts(presence)`, over TLS.

    `every` is how long to wait between two polls, unless the playbook says otherwise. With `things`, the kinds that it
    asks for, each thing of an account has a cursor of its own, and is the only one of the presence that is given.
    `also` are kinds that a poll reads all at once, where there are none of those.
    `needs_token` is whether it cannot be asked without an API token. `calls_a_day` is how many calls an account may
    make in a day (UTC), where the platform counts them; a poll that has begun is ended.
    """

    hosts: Callable[[Presence], frozenset[str]]
    poll: Poll
    every: timedelta
    things: tuple[str, ...] = ()
    needs_token: bool = True
    calls_a_day: int | None = None
    also: tuple[str, ...] = ()
