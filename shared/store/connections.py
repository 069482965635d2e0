"""Connections to one endpoint of AWS that are kept alive, with little more than HTTP.

Each is lent to one caller at a time, and made when it is first needed. What goes wrong on one is the caller's to hear;
the next who gets it connects anew.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from socket import socket
from ssl import SSLContext, create_default_context
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from botocore.httpsession import get_cert_path


class Answer(NamedTuple):
    """An HTTP response; the headers' names are found in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Connections:
    """So many connections to the root of a URL. Time-outs are in seconds, as the SDK has them: for connecting, and for
    each silence after that."""

    def __init__(self, url: str, *, most: int, connecting: float, silence: float) -> None:
        self._all = [Connection(url, connecting=connecting, silence=silence) for _ in range(most)]
        self._free = self._all.copy()

    @contextmanager
    def one(self) -> Iterator["Connection"]:
        """Lend the connection that came back last; raises `BlockingIOError` when all of them are lent."""
        try:
            connection = self._free.pop()
        except IndexError:
            raise BlockingIOError("all connections are lent") from None
        try:
            yield connection
        finally:
            self._free.append(connection)

    def close(self) -> None:
        for connection in self._all:
            connection.close()


class Connection:
    """One connection, which is made by the first request, and by the next one after it was lost."""

    def __init__(self, url: str, *, connecting: float, silence: float) -> None:
        self._url = url
        self._connecting = connecting
        self._silence = silence
        self._http: HTTPConnection | None = None

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer; after an `OSError`, an `HTTPException` or a `ValueError` the next call connects anew."""
        try:
            return self._post(headers, body)
        except BaseException:
            self.close()
            raise

    def _post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        connected = self._open()
        connected.sendall(_head({**headers, "content-length": str(len(body))}) + body)
        with HTTPResponse(connected, method="POST") as answer:
            answer.begin()
            content = answer.read()
            if answer.will_close:
                self.close()
            return Answer(answer.status, cast("Mapping[str, str]", answer.headers), content)

    def _open(self) -> socket:
        if self._http is None:
            self._http = _to(self._url, self._connecting)
        if not self._http.sock:
            self._http.connect()
            self._http.sock.settimeout(self._silence)
        return self._http.sock

    def close(self) -> None:
        if self._http is not None:
            self._http.close()


def _head(headers: Mapping[str, str]) -> bytes:
    """Return the head of a request, to go out in one piece with its body, which `http.client` would send apart."""
    lines = ("POST / HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()))
    if any(end in line for line in lines for end in "\r\n"):
        raise ValueError("a header of more than one line")
    return "\r\n".join((*lines, "\r\n")).encode("latin-1")


def is_plain(url: str) -> bool:
    """Return whether a URL is nothing but a scheme that there are connections for, and a host."""
    parts = urlsplit(url)
    return (
        parts.scheme in ("http", "https") and not parts.path.strip("/") and not parts.query and "@" not in parts.netloc
    )


def _to(url: str, time_out: float) -> HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "http":
        return HTTPConnection(parts.netloc, timeout=time_out)
    return HTTPSConnection(parts.netloc, timeout=time_out, context=_authorities())


@cache
def _authorities() -> SSLContext:
    """Return the SDK's own list of authorities: the runtime's may be elsewhere than this Python looks."""
    return create_default_context(cafile=get_cert_path(verify=True))
