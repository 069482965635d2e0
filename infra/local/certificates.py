"""Plays the places from which platforms hand out what the door checks their proofs with, and where it confirms that we
subscribe: on 127.0.0.1, beside the engine.

What is handed out is what the platforms' samples are signed with (`tests/shared/platforms/<name>/sender.py`).
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from infra.local import samples
from infra.local.home import Home
from shared import platforms

_CONFIRMS = "Action=ConfirmSubscription"


def port(home: Home) -> int:
    """Return where they listen on 127.0.0.1: after the stand-ins of the platforms' APIs."""
    return home.port + 2


def with_hosts(apis: str, home: Home) -> str:
    """Return the hosts that are reached on this machine instead, in the form of `PLATFORM_APIS`, and these as well; of
    one that is there already, the one place that hands out."""
    known = json.loads(apis)
    places = [(urlsplit(url).netloc, urlsplit(url).path) for url in sorted(_handed_out())]
    own = {f"{host}{path}" if host in known else host: f"http://127.0.0.1:{port(home)}/{host}" for host, path in places}
    return json.dumps(known | own, separators=(",", ":"))


@contextmanager
def serving(home: Home) -> Iterator[None]:
    """Serve them for as long as the context lasts."""
    serving = ThreadingHTTPServer(("127.0.0.1", port(home)), _Handler)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = _at(f"https:/{self.path}") or ("" if _CONFIRMS in self.path else None)
        body = (found or "").encode()
        self.send_response(404 if found is None else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet: nobody has to know of each certificate."""


def _at(url: str) -> str | None:
    """Return what stands at a URL: a certificate, or several by the names that others have after `#`."""
    every = _handed_out()
    named = {name.removeprefix(f"{url}#"): each for name, each in every.items() if name.startswith(f"{url}#")}
    return every.get(url) or (json.dumps(named) if named else None)


def _handed_out() -> Mapping[str, str]:
    players = (samples.sender(name) for name in platforms.names())
    found: dict[str, str] = {}
    for player in players:
        found |= player.certificates() if hasattr(player, "certificates") else {}
    return found
