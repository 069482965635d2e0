"""The calls that ports ask for: over TLS, to the port's own hosts, with time-outs, and no more than needed is read."""

import logging
import ssl
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic, time
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx

from shared.errors import ConfigurationError
from shared.ports import Answer, Asking, Call
from shared.public import PublicTransport

CONNECTIONS = 8
"""How many calls to one host may be under way at once without making a connection anew."""

ERROR_NAME = "x-amzn-errortype"
"""The header in which AWS's REST APIs name an error (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html)."""

HEADERS = ("content-type", "etag", "last-modified", "location", "retry-after")
"""The headers of an answer that all ports are shown; whatever else one reads, its call wants."""

SESSION_SECONDS = 30 * 60
"""For so long an answer that signs in is given again: those that are known are good for an hour at least."""

type _SignIn = tuple[Any, ...]
_sessions: WeakKeyDictionary[httpx.Client, dict[_SignIn, tuple[float, Answer]]] = WeakKeyDictionary()
_NOT_LET_IN = frozenset({400, 401, 403})

_TIMEOUT = httpx.Timeout(10, connect=3)
_MOST_SECONDS = 30
"""For all of an answer: somebody may send a byte every nine seconds."""
_MOST_BYTES = 8 * 1024 * 1024
_NOTHING = Answer(0)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class NothingDoneError(Exception):
    """What a port wanted done was not done, for sure: it may be asked for again."""


def over_tls(
    *, anew: bool = False, stand_ins: Mapping[str, str] | None = None, public_only: bool = False
) -> httpx.Client:
    """Return what makes the connections, trusting the authorities of `certifi`; `anew` one for every call;
    `public_only` none to an address that is not a public one.

    `stand_ins` are the URLs on this machine at which hosts are reached instead, by host; `*.example.com` are all hosts
    below that name, and `*` in its URL is the host's name. Raises `ConfigurationError` for a URL that is not on this
    machine.
    """
    # Their own logs have whole URLs, and Telegram's hold the token.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).disabled = True
    limits, trust = httpx.Limits(max_keepalive_connections=0 if anew else CONNECTIONS), _authorities()
    mounts = dict.fromkeys((f"https://{host}" for host in stand_ins), _StandIn(stand_ins, limits)) if stand_ins else {}
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    # No proxy or password of the environment's is made use of; nor is a redirect followed, which is httpx's default.
    transport = PublicTransport(limits, trust) if public_only else None
    return httpx.Client(
        verify=trust, limits=limits, transport=transport, mounts=mounts, cookies=no_cookies, trust_env=False
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Return what certificates are checked with: read once, since that takes longer than all else about a client."""
    return httpx.create_ssl_context(trust_env=False)


class _StandIn(httpx.HTTPTransport):
    """Takes what is for hosts to URLs on this machine, the host's name still in its headers."""

    def __init__(self, urls: Mapping[str, str], limits: httpx.Limits) -> None:
        super().__init__(verify=_authorities(), trust_env=False, limits=limits)
        self._urls = {host: httpx.URL(url) for host, url in urls.items()}
        if any(url.scheme != "http" or url.host not in _LOOPBACK for url in self._urls.values()):
            raise ConfigurationError("PLATFORM_APIS: a stand-in is on this machine, such as http://127.0.0.1:8080")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        here = self._urls.get(host) or next(url for name, url in self._urls.items() if fnmatchcase(host, name))
        path = here.raw_path.rstrip(b"/").replace(b"*", host.encode()) + request.url.raw_path
        request.url = here.copy_with(raw_path=path)
        return super().handle_request(request)


def drive[T](
    asking: Asking[T],
    client: httpx.Client,
    *,
    hosts: frozenset[str],
    dry: bool = False,
    may_go_on: Callable[[], bool] = lambda: True,
) -> T | Call:
    """Make the calls that a port asks for, and return its finding.

    A `dry` run reads only: at the first call that would change something it stops, and returns that call. Before each
    call it is asked whether it `may_go_on`; if not, the call is not made, as if the platform did not answer. Raises
    `ConfigurationError` when a port asks for another host than it named, which is a bug, and keeps tokens where they
    belong.
    """

    line = _Line(client, hosts)

    def made(call: Call) -> Answer:
        if dry and not call.reads:
            raise _StoppedError(call)
        if not may_go_on():
            return _NOTHING
        return line.make(call) or _NOTHING

    try:
        return _driven(asking, made)
    except _StoppedError as stopped:
        return stopped.call


class _StoppedError(Exception):
    """A dry run has come to a call that would change something."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call


def do[T](asking: Asking[T], client: httpx.Client, *, hosts: frozenset[str]) -> T:
    """Make the calls by which a port does something, and return its finding.

    Raises `NothingDoneError` when none that does something has left: there was no connection for it, or no answer to
    one before it that only reads. Raises `ConfigurationError` as `drive` does.
    """
    has_left = False
    line = _Line(client, hosts)

    def made(call: Call) -> Answer:
        nonlocal has_left
        answer = line.make(call)
        if not has_left and (answer is None or (call.reads and answer == _NOTHING)):
            raise NothingDoneError
        has_left = has_left or not call.reads
        return answer or _NOTHING

    return _driven(asking, made)


def _driven[T](asking: Asking[T], made: Callable[[Call], Answer]) -> T:
    try:
        call = next(asking)
        while True:
            call = asking.send(made(call))
    except StopIteration as found:
        finding: T = found.value
        return finding
    finally:
        asking.close()


class _Line:
    """Makes the calls of one port, one after the other."""

    def __init__(self, client: httpx.Client, hosts: frozenset[str]) -> None:
        self._client = client
        self._hosts = hosts
        self._sessions = _sessions.setdefault(client, {})
        self._let_in_by: _SignIn | None = None

    def make(self, call: Call) -> Answer | None:
        """Return the answer to a call, and none when it found no connection, or nothing to be signed with: then not a
        byte of it has left. What has signed in not long ago is given again, until somebody is not let in by it."""
        target = urlsplit(call.url)
        if target.scheme != "https" or target.netloc not in self._hosts:
            raise ConfigurationError("a port asked for a host that is not its own")
        if call.signs_in:
            return self._signed_in(call)
        answer = _made(call, self._client)
        if self._let_in_by and answer and answer.status in _NOT_LET_IN:
            self._sessions.pop(self._let_in_by, None)
        return answer

    def _signed_in(self, call: Call) -> Answer | None:
        self._let_in_by = (call.url, call.body, *call.headers.items())
        known = self._sessions.get(self._let_in_by)
        if known and known[0] + SESSION_SECONDS > time():
            return known[1]
        answer = _made(call, self._client)
        if answer and answer.status == 200:
            self._sessions[self._let_in_by] = (time(), answer)
        return answer


def _made(call: Call, client: httpx.Client) -> Answer | None:
    headers = _signed(call) if call.aws else call.headers
    if headers is None:
        return None
    body, begun = bytearray(), monotonic()
    try:
        with client.stream(
            call.method, call.url, headers=dict(headers), content=call.body or None, timeout=_TIMEOUT
        ) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES or monotonic() - begun > _MOST_SECONDS:
                    return _NOTHING
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        return None
    except (httpx.HTTPError, OSError):
        return _NOTHING
    error = response.headers.get(ERROR_NAME, "")
    return Answer(response.status_code, bytes(body), error, shown(call, response.headers))


def shown(call: Call, headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers of an answer that a port is shown, which are named in small letters."""
    return {name: headers[name] for name in (*HEADERS, *call.wants) if name in headers}


def _signed(call: Call) -> Mapping[str, str] | None:
    from shared import aws  # which takes longer to load than all else, and few calls need it

    return aws.signed(call)
