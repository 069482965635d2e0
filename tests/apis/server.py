"""A platform's API on loopback: real HTTP, and a pool that takes the platforms' own hosts there."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import urllib3


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


class Loopback(urllib3.PoolManager):
    """A pool whose every connection, whatever the host, ends at one port of this machine."""

    def __init__(self, port: int) -> None:
        super().__init__(maxsize=8)
        self._port = port

    # urllib3 declares it otherwise in a class above.
    def urlopen(  # type: ignore[override]
        self, method: str, url: str, redirect: bool = True, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        target = urlsplit(url)
        options["headers"] = {"host": target.netloc, **options["headers"]}
        here = f"http://127.0.0.1:{self._port}{target.path}" + (f"?{target.query}" if target.query else "")
        return super().urlopen(method, here, redirect, **options)


@contextmanager
def serving(api: Callable[[Asked], Said]) -> Iterator[Loopback]:
    """Serve an API for as long as the context lasts; yields the pool that leads there."""

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
    pool = Loopback(server.server_address[1])
    try:
        yield pool
    finally:
        pool.clear()
        server.shutdown()
        server.server_close()
        thread.join()
