"""The calls that ports ask for: over TLS, to the port's own hosts, with time-outs, and no more than needed is read."""

import logging
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from shared.errors import ConfigurationError
from shared.ports import Answer, Asking, Call

CONNECTIONS = 8
"""How many calls to one host may be under way at once without making a connection anew."""

_TIMEOUT = urllib3.Timeout(connect=3, read=10)
_MOST_BYTES = 8 * 1024 * 1024
_NOTHING = Answer(0)


def over_tls(authorities: str | None = None) -> urllib3.PoolManager:
    """Return what makes the connections; `authorities` is a file of who is trusted, by default the system's."""
    # urllib3's own log has whole URLs, and Telegram's hold the token.
    logging.getLogger("urllib3.connectionpool").disabled = True
    return urllib3.PoolManager(ca_certs=authorities, cert_reqs="CERT_REQUIRED", maxsize=CONNECTIONS)


def drive[T](asking: Asking[T], pool: urllib3.PoolManager, *, hosts: frozenset[str], dry: bool = False) -> T | Call:
    """Make the calls that a port asks for, and return its finding.

    A `dry` run reads only: at the first call that would change something it stops, and returns that call. Raises
    `ConfigurationError` when a port asks for another host than it named, which is a bug, and keeps tokens where they
    belong.
    """
    try:
        call = next(asking)
        while True:
            if dry and call.method != "GET":
                asking.close()
                return call
            call = asking.send(_made(call, pool, hosts))
    except StopIteration as found:
        finding: T = found.value
        return finding


def _made(call: Call, pool: urllib3.PoolManager, hosts: frozenset[str]) -> Answer:
    target = urlsplit(call.url)
    if target.scheme != "https" or target.netloc not in hosts:
        raise ConfigurationError("a port asked for a host that is not its own")
    try:
        response = pool.request(
            call.method,
            call.url,
            headers=dict(call.headers),
            body=call.body or None,
            timeout=_TIMEOUT,
            retries=False,  # nor is a redirect followed
            preload_content=False,
        )
        try:
            body = response.read(_MOST_BYTES + 1, decode_content=True)
        finally:
            response.close() if response.length_remaining else response.release_conn()
    except (HTTPError, OSError):
        return _NOTHING
    return Answer(response.status, body) if len(body) <= _MOST_BYTES else _NOTHING
