"""The stand-ins over HTTP, on loopback, with doors of their own for telling them things.

- `POST /_standin/spoke`: a `Place` (`shared/replying.py`), with all that its platform knows of it
- `POST /_standin/block`: a `Place` whose customer takes no more messages
- `POST /_standin/fail`: `{"how": ..., "times": 1, "platform": null, "method": "POST", "seconds": 30}`
- `POST /_standin/forward`: `{"seconds": 3600}` puts the clock forward
- `POST /_standin/forget`: begins anew
- `GET /_standin/sent`: all that arrived
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from pydantic import ValidationError

from infra.local.standin import files
from infra.local.standin.standin import FAILURES, StandIn
from infra.local.standin.state import Request, Response
from shared.replying import Place

_MOST_BYTES = 1024 * 1024


def server(standin: StandIn, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on 127.0.0.1, not yet serving; port 0 takes any that is free."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(min(int(headers.get("content-length", 0)), _MOST_BYTES))
            target = urlsplit(self.path)
            host, _, path = target.path.lstrip("/").partition("/")
            query = dict(parse_qsl(target.query, keep_blank_values=True))
            request = Request(self.command, host, unquote(f"/{path}"), query, headers, body)
            response = _told(standin, request) if host == "_standin" else _asked(standin, request)
            if response is None:
                self.close_connection = True  # without a word
                return
            raw = isinstance(response.value, bytes)
            said = response.value if raw else orjson.dumps(response.value, default=str)
            self.send_response(response.status)
            for name, value in {"content-type": "application/json", **response.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names are the library's

        def log_message(self, *_: object) -> None:
            """Keep quiet: a URL holds Telegram's token."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _asked(standin: StandIn, request: Request) -> Response | None:
    try:
        return files.answer(request) or standin.respond(request)
    except LookupError:
        return Response(404, {"error": f"no platform here has the host {request.host!r}"})


def _told(standin: StandIn, request: Request) -> Response:
    does = _DOORS.get((request.method, request.path))
    if does is None:
        return Response(404, {"error": f"there are: {', '.join(' '.join(door) for door in _DOORS)}"})
    try:
        return Response(200, does(standin, request.body))
    except (ValidationError, ValueError, TypeError, KeyError) as wrong:
        return Response(400, {"error": str(wrong)})


def _spoke(standin: StandIn, body: bytes) -> Mapping[str, Any]:
    standin.spoke(Place.model_validate_json(body))
    return {}


def _block(standin: StandIn, body: bytes) -> Mapping[str, Any]:
    standin.block(Place.model_validate_json(body))
    return {}


def _fail(standin: StandIn, body: bytes) -> Mapping[str, Any]:
    asked = orjson.loads(body)
    if asked["how"] not in FAILURES:
        raise ValueError(f"how: one of {', '.join(FAILURES)}")
    standin.fail(**asked)
    return {}


def _forward(standin: StandIn, body: bytes) -> Mapping[str, Any]:
    standin.forward(timedelta(seconds=orjson.loads(body)["seconds"]))
    return {"now": standin.now}


def _forget(standin: StandIn, _: bytes) -> Mapping[str, Any]:
    standin.forget()
    return {}


def _sent(standin: StandIn, _: bytes) -> Mapping[str, Any]:
    return {"sent": [each._asdict() for each in standin.sent]}


_DOORS: Mapping[tuple[str, str], Callable[[StandIn, bytes], Mapping[str, Any]]] = {
    ("POST", "/spoke"): _spoke,
    ("POST", "/block"): _block,
    ("POST", "/fail"): _fail,
    ("POST", "/forward"): _forward,
    ("POST", "/forget"): _forget,
    ("GET", "/sent"): _sent,
}
