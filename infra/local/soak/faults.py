"""What goes wrong in a soak: calls of the functions fail on their way, and their processes are killed."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Event, Lock, Thread
from typing import Literal, get_args

Fault = Literal["throttled", "server error", "never arrived", "answer lost"]
FAULTS: tuple[Fault, ...] = get_args(Fault)

_LOOK_SECONDS = 1.0
_GROWN_SECONDS = 20.0

_JSON = "application/x-amz-json-1.0"
_REFUSALS: dict[tuple[Fault, bool], tuple[int, str, bytes]] = {
    ("throttled", True): (400, _JSON, b'{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    ("throttled", False): (503, "application/xml", b"<Error><Code>SlowDown</Code></Error>"),
    ("server error", True): (500, _JSON, b'{"__type":"InternalServerError","message":"Internal"}'),
    ("server error", False): (500, "application/xml", b"<Error><Code>InternalError</Code></Error>"),
}
"""How AWS words it, by whether the service speaks JSON (S3 speaks XML)."""


class Line:
    """The line between the functions and the engine: passes calls on, but for a share of them.

    `share` may be changed at any time; `calls` and `injected` count what came by, and what was done to it.
    """

    def __init__(self, *, engine_port: int, seed: int) -> None:
        self.share = 0.0
        self.calls = 0
        self.injected: Counter[Fault] = Counter()
        self.engine_port = engine_port
        self._random = Random(seed)  # noqa: S311
        self._lock = Lock()

    def fault(self) -> Fault | None:
        """Return what is to happen to the next call."""
        with self._lock:
            self.calls += 1
            if self._random.random() >= self.share:
                return None
            chosen = self._random.choice(FAULTS)
            self.injected[chosen] += 1
            return chosen

    @contextmanager
    def open(self) -> Iterator[str]:
        """Listen on 127.0.0.1, and yield the URL."""
        handler = type("Handler", (_Call,), {"line": self})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            server.daemon_threads = True
            Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()


class _Call(BaseHTTPRequestHandler):
    line: Line
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(ConnectionError):  # of a process that was killed
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fault = self.line.fault()
        if fault == "never arrived":
            self.close_connection = True
        elif fault == "answer lost":
            with suppress(OSError):
                self._passed_on(body)
            self.close_connection = True
        elif fault:
            status, content_type, refusal = _REFUSALS[fault, "x-amz-target" in self.headers]
            self._answer(status, {"content-type": content_type}, refusal)
        else:
            answer, content = self._passed_on(body)
            hop_by_hop = {"connection", "transfer-encoding", "content-length", "keep-alive"}
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in hop_by_hop}
            self._answer(answer.status, kept, content, length=answer.getheader("content-length"))

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815  the base class asks for these names

    def _passed_on(self, body: bytes) -> tuple[HTTPResponse, bytes]:
        engine = HTTPConnection("127.0.0.1", self.line.engine_port, timeout=60)
        try:
            engine.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() != "expect":  # the server has said 100-continue itself
                    engine.putheader(name, value)
            engine.endheaders(body)
            answer = engine.getresponse()
            return answer, answer.read()
        finally:
            engine.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes, *, length: str | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        only_head = self.command == "HEAD" and length is not None
        self.send_header("content-length", length if only_head and length else str(len(content)))
        self.end_headers()
        with suppress(OSError):  # whoever asked may have lost patience
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Killer:
    """Kills a process of some function now and then, as `killed` counts; the engine's children and nobody else.

    Those that may still be starting are spared: when one of a function's processes fails to start, the engine throws
    away all of that function's, the ones that are starting among them, and then for ever.
    """

    def __init__(self, *, engine: int, every: float, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self._engine = engine
        self._every = every
        self._random = Random(seed)  # noqa: S311
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._since: dict[int, float] = {}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def _run(self) -> None:
        due = self._next()
        while not self._over.wait(_LOOK_SECONDS):
            grown = self._grown(workers(self._engine))
            if grown and time.monotonic() > due:
                pid, function = self._random.choice(grown)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.killed[function] += 1
                due = self._next()

    def _next(self) -> float:
        return time.monotonic() + self._random.expovariate(1 / self._every)

    def _grown(self, there: Mapping[int, str]) -> list[tuple[int, str]]:
        now = time.monotonic()
        self._since = {pid: self._since.get(pid, now) for pid in there}
        return [(pid, there[pid]) for pid, since in self._since.items() if now - since > _GROWN_SECONDS]


def workers(engine: int) -> dict[int, str]:
    """Return the functions' processes, by the service that each runs."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    return dict(found for line in listed.splitlines() if (found := worker_in(line, engine=engine)))


def worker_in(line: str, *, engine: int) -> tuple[int, str] | None:
    """Return the process and the service that a line of `ps` is about, if it is a function's process of this engine."""
    pid, parent, arguments = line.split(maxsplit=2)
    _, found, name = arguments.partition("ministack-lambda-")
    if int(parent) != engine or not found:
        return None
    return int(pid), name.partition("Function")[0].rpartition("-")[2].lower()
