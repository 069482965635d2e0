"""All platforms' stand-ins in one: told of customers, asked by ports, and made to fail as networks and platforms do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Literal, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from infra.local.standin.echoes import Notice
from infra.local.standin.platforms import every
from infra.local.standin.state import Arrived, Request, Response, State
from shared.aws import signed
from shared.calling import ERROR_NAME, shown
from shared.platforms import folder_of
from shared.ports import Answer, Call
from shared.replying import Place

_VENDORS = every()
_BY_HOST = {host: name for name, vendor in _VENDORS.items() for host in vendor.hosts}

SIGN_INS = frozenset(vendor.sign_in for vendor in _VENDORS.values() if vendor.sign_in)
"""The paths of requests that fail as those do that read, though they are no `GET`: they only get a token."""

Failure = Literal["unreachable", "cut", "limited", "broken_before", "broken_after"]
"""`unreachable`: nothing is read, and no answer comes. `cut`: it is done, and the answer is lost. `limited`: come again
later. `broken_before` and `broken_after`: a server's error, before or after it is done."""

FAILURES: tuple[Failure, ...] = get_args(Failure)


@dataclass(slots=True)
class _Armed:
    how: Failure
    times: int
    platform: str | None
    method: str
    seconds: int


class StandIn:
    """The platforms' APIs as far as replies go, in memory.

    `now` is their clock. `templates` are the approved ones of WhatsApp, by name and language, with how many parameters
    each has; without any, all are taken. `tell` is called with each thing that a platform would tell our door of what
    it has taken, and must not wait. `first` is the number after which its ids begin: those of another one that has the
    same customers must be others.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        templates: Mapping[tuple[str, str], int] | None = None,
        tell: Callable[[Notice], None] | None = None,
        first: int = 0,
    ) -> None:
        self._now = now
        self._first = first
        self._tell = tell
        self._templates = dict(templates or {})
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew: nobody has spoken, nothing has arrived, nothing fails, and the clock is right."""
        self._ahead = timedelta(0)
        self._armed: list[_Armed] = []
        self.state = State(templates=dict(self._templates), made=self._first)

    @property
    def now(self) -> datetime:
        return self._now() + self._ahead

    def forward(self, by: timedelta) -> None:
        """Put the platforms' clocks forward."""
        self._ahead += by

    def spoke(self, place: Place) -> None:
        """Learn of a place all that its platform knows: who wrote there, when, and what is answered."""
        with self._lock:
            _VENDORS[folder_of(place.channel)].know(self.state, place, self.now)

    def block(self, place: Place) -> None:
        """Have a place's customer take no more messages from the account."""
        with self._lock:
            _VENDORS[folder_of(place.channel)].block(self.state, place)

    def fail(
        self, how: Failure, *, times: int = 1, platform: str | None = None, method: str = "POST", seconds: int = 30
    ) -> None:
        """Have the next requests fail: those that read (`GET`), or those that do something, by whichever method; and of
        one platform if it is named. `seconds` is how long a limit lasts, where the platform says."""
        self._armed.append(_Armed(how, times, platform, method, seconds))

    @property
    def sent(self) -> tuple[Arrived, ...]:
        """Everything that was taken, in its order."""
        return tuple(self.state.arrived)

    def respond(self, request: Request) -> Response | None:
        """Answer a request; none where no answer comes. Raises `LookupError` for a host that is no platform's."""
        platform = _BY_HOST[request.host]
        with self._lock:
            armed = self._take(platform, "GET" if request.path in SIGN_INS else request.method)
            if armed is None:
                return self._done(platform, request)
            match armed.how:
                case "unreachable":
                    return None
                case "limited":
                    return _VENDORS[platform].limited(armed.seconds, self.now)
                case "broken_before":
                    return _BROKEN
                case "cut":
                    self._done(platform, request)
                    return None
                case "broken_after":
                    self._done(platform, request)
                    return _BROKEN

    def answer(self, call: Call) -> Answer:
        """Answer a port's call as `shared.calling.drive` would, without a network."""
        target = urlsplit(call.url)
        headers = {name.lower(): value for name, value in (signed(call) or {}).items()}
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        request = Request(call.method, target.netloc, unquote(target.path), query, headers, call.body)
        response = self.respond(request)
        if response is None:
            return Answer(0)
        error = response.headers.get(ERROR_NAME, "")
        return Answer(response.status, orjson.dumps(response.value), error, shown(call, response.headers))

    def _done(self, platform: str, request: Request) -> Response:
        before = len(self.state.arrived)
        vendor = _VENDORS[platform]
        said = vendor.answer(self.state, request, self.now)
        if self._tell is not None:
            for arrived in self.state.arrived[before:]:
                for notice in vendor.told(arrived):
                    self._tell(notice)
        return said

    def _take(self, platform: str, method: str) -> _Armed | None:
        reads = method == "GET"
        fitting = (
            each for each in self._armed if each.platform in (None, platform) and (each.method == "GET") is reads
        )
        armed = next(fitting, None)
        if armed is not None:
            armed.times -= 1
            if armed.times <= 0:
                self._armed.remove(armed)
        return armed


_BROKEN = Response(500, {"error": "Internal Server Error"})


def token(platform: str, account: str) -> str:
    """Return the token with which a platform's stand-in lets an account in; none of SES, which asks for a signature."""
    return _VENDORS[platform].token(account) if platform in _VENDORS else ""
