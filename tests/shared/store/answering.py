"""A server on this machine that answers as DynamoDB does, and on which connections go wrong as they are told to."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Literal
from zlib import crc32

import orjson

type Mishap = Literal["dropped", "cut off", "closed after", "the last", "silent"]
"""What befalls a request: no answer and no connection any more, half an answer, an answer after which the connection
is closed without a word or as announced, or nothing at all."""


def written(said: object) -> bytes:
    """Return an answer as DynamoDB writes it, bytes in base64."""
    return orjson.dumps(said, default=lambda value: b64encode(value).decode())


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_POST(self) -> None:
        asked = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
        mishap = self.server.mishaps.get(self.server.note(self.client_address[1], self.headers))
        if mishap == "silent":
            self.server.ended.wait()
        answer = None if mishap in ("dropped", "silent") else self.server.answer(asked)
        if answer is None:
            self.close_connection = True
            return
        self._answer(written(answer), mishap)
        self.close_connection = mishap in ("cut off", "closed after", "the last")

    def _answer(self, body: bytes, mishap: Mishap | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amz-crc32", str(crc32(body)))
        if mishap == "the last":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if mishap == "cut off" else body)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """`seen` are the port that each request came from and whether it came the short way, `headers` the last one's;
    `mishaps` say what befalls which request, counted from 1. An `answer` of `None` drops the connection."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[tuple[int, bool]] = []
        self.headers: Any = {}
        self.mishaps: dict[int, Mishap] = {}
        self.answer: Callable[[Any], object] = lambda _: {}
        self.ended = Event()
        self._lock = Lock()

    def note(self, port: int, headers: Any) -> int:
        with self._lock:
            self.headers = headers
            self.seen.append((port, headers["user-agent"] is None))
            return len(self.seen)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as found:
        thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.ended.set()
        found.shutdown()
        thread.join()
