"""A platform's API on loopback: real HTTP, and a client that takes the platforms' own hosts there."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import orjson


@dataclass(frozen=True)
class Asked:
    """One request as the API got it."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Said:
    """What the API answers: a status and a JSON value, or these very bytes."""

    status: int
    value: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return orjson.dumps(self.value) if self.raw is None else self.raw


class _Here(httpx.HTTPTransport):
    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return super().handle_request(request)


class Loopback(httpx.Client):
    """A client whose every connection, whatever the host, ends at one port of this machine."""

    def __init__(self, port: int) -> None:
        self._here = _Here(port)
        super().__init__(transport=self._here, trust_env=False)
        self.port = port

    def hang_up(self) -> None:
        """Close the connections; whoever calls again then meets what is at the port by then."""
        self._here.close()


@contextmanager
def serving(api: Callable[[Asked], Said]) -> Iterator[Loopback]:
    """Serve an API for as long as the context lasts; yields the client that leads there."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            target = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            said = api(Asked(self.command, headers["host"], target.path, dict(parse_qsl(target.query)), headers, body))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    client = Loopback(server.server_address[1])
    try:
        yield client
    finally:
        client.hang_up()
        server.shutdown()
        server.server_close()
        thread.join()
