"""What the door asks of a platform itself before it answers: a certificate, and a visit that confirms a subscription.

Nearly never: a process fetches a certificate once. URLs come here only when the platform's own code has found them to
be the platform's, of an account that is ours.
"""

import json
import ssl
from collections import OrderedDict
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from shared.errors import ConfigurationError, PlatformUnreachable

_PEM = "-----BEGIN CERTIFICATE-----"

_PATIENCE = 3.0
"""Seconds for each step of a call; SNS waits fifteen for our answer."""

_MOST_BYTES = 64 * 1024
_MOST_KEPT = 16
_PAUSE = 5.0
"""Seconds for which nothing is fetched again that was not to be had: short, since SNS by default gives up within a
minute."""

_MOST_TRIES = 30
_PERIOD = 60.0
"""Whoever knows a topic's name can make up names of certificates; no more than so many a minute are asked for."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

type Get = Callable[[str], bytes]


class Outside:
    """Certificates by their URL, kept for the life of the process, and visits."""

    def __init__(self, get: Get | None = None, *, clock: Callable[[], float] = monotonic) -> None:
        self._get = get or over_tls()
        self._clock = clock
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._missing: OrderedDict[str, float] = OrderedDict()
        self._tries: list[float] = []

    def certificate(self, url: str) -> str:
        """Return a certificate as PEM: what stands at the URL, or of the JSON object there the one that the URL names
        after `#`, where a platform hands out several at once. Raises `PlatformUnreachable` when it cannot be had now.
        """
        if url not in self._kept:
            self._kept[url] = self._fetched(url)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(url)
        return self._kept[url]

    def visit(self, url: str) -> None:
        """Ask for a URL and think nothing of the answer but that it is one; raises `PlatformUnreachable` otherwise."""
        self._get(url)

    def _fetched(self, url: str) -> str:
        now = self._clock()
        self._tries = [at for at in self._tries if now - at < _PERIOD]
        if now - self._missing.get(url, -_PAUSE) < _PAUSE or len(self._tries) >= _MOST_TRIES:
            raise PlatformUnreachable("a certificate was asked for a moment ago, and not to be had")
        self._tries.append(now)
        try:
            text = _named(self._get(url).decode("ascii"), urlsplit(url).fragment)
            if not text.startswith(_PEM):
                raise PlatformUnreachable("what the platform handed out is no certificate")
        except (PlatformUnreachable, UnicodeDecodeError) as error:
            self._missing[url] = now
            if len(self._missing) > _MOST_KEPT:
                self._missing.popitem(last=False)
            raise PlatformUnreachable(f"a certificate is not to be had now ({type(error).__name__})") from error
        return text


def _named(text: str, name: str) -> str:
    """Return the certificate of that name among those that a platform hands out; without a name, what it handed out."""
    if not name or text.startswith(_PEM):
        return text
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return ""
    return str(found.get(name, "")) if isinstance(found, dict) else ""


def over_tls(stand_ins: Mapping[str, str] | None = None) -> Get:
    """Return what fetches a URL of a platform's over TLS: no proxy, no redirect, and no more than a certificate's size.

    `stand_ins` are the URLs on this machine at which hosts are reached instead, by host, by a pattern of hosts, or by a
    host and a path. What is returned raises `PlatformUnreachable` unless the answer is 200.
    """

    def get(url: str) -> bytes:
        try:
            return _got(url, stand_ins or {})
        except (OSError, HTTPException) as error:
            raise PlatformUnreachable(f"the platform does not answer ({type(error).__name__})") from error

    return get


def _got(url: str, stand_ins: Mapping[str, str]) -> bytes:
    target = urlsplit(url)
    path = f"{target.path}?{target.query}" if target.query else target.path
    # The host itself before a pattern of hosts, which may mean others; before both, one place of a host.
    named = sorted((host != target.netloc, host) for host in stand_ins if fnmatchcase(target.netloc, host))
    whole = f"{target.netloc}{target.path}"
    if instead := stand_ins.get(whole) or (stand_ins[named[0][1]] if named else None):
        connection, path = _stand_in(instead, path)
    else:
        context = ssl.create_default_context()
        connection = HTTPSConnection(target.netloc, timeout=_PATIENCE, context=context)
    try:
        connection.request("GET", path, headers={"user-agent": "Mostrador"})
        answer = connection.getresponse()
        body = answer.read(_MOST_BYTES + 1)
        if answer.status != 200 or len(body) > _MOST_BYTES:
            raise PlatformUnreachable(f"the platform answered {answer.status}")
        return body
    finally:
        connection.close()


def _stand_in(url: str, path: str) -> tuple[HTTPConnection, str]:
    target = urlsplit(url)
    if target.scheme != "http" or target.hostname not in _LOOPBACK:
        raise ConfigurationError("PLATFORM_APIS: a stand-in is on this machine, such as http://127.0.0.1:8080")
    return HTTPConnection(target.netloc, timeout=_PATIENCE), target.path.rstrip("/") + path
