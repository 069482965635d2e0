"""Fetching over real HTTP: from pinned hosts, the token for its own host alone, and never more than may be kept."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from shared import calling
from shared.media import fetching
from shared.media.fetching import Fetched, fetch
from shared.media.places import Gone, Later, Place, Refused
from tests.apis.server import Asked, Loopback, Said, serving
from tests.conftest import NOW

PLACES = frozenset({"api.example", "*.cdn.example"})
TOKEN = {"authorization": "Bearer secret"}

type Found = Fetched | Refused | Gone | Later


def got(
    api: Callable[[Asked], Said], url: str = "https://api.example/file", *, most: int = 1000, token: bool = True
) -> Found:
    with serving(api) as client:
        return fetch(Place(url, TOKEN if token else {}), client, places=PLACES, most_bytes=most, now=NOW)


def test_the_bytes_come_as_they_are_with_what_the_platform_says_of_them() -> None:
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(200, raw=bytes(range(256)), headers={"content-type": "image/png"})

    assert got(api, "https://api.example/a%20b?c=d") == Fetched(bytes(range(256)), "image/png")
    (asked,) = seen
    assert (asked.method, asked.bearer, asked.query) == ("GET", "secret", {"c": "d"})
    assert asked.headers["accept-encoding"] == "identity"


def test_a_redirect_is_followed_within_the_platforms_hosts_and_the_token_stays_behind() -> None:
    seen: list[tuple[str, str]] = []

    def api(asked: Asked) -> Said:
        seen.append((asked.host, asked.bearer))
        leads = {"api.example": "https://eu.cdn.example/a", "eu.cdn.example": "/b"}
        if asked.path == "/b":
            return Said(200, raw=b"bytes")
        return Said(307, headers={"location": leads[asked.host]})

    assert got(api) == Fetched(b"bytes", None)
    assert seen == [("api.example", "secret"), ("eu.cdn.example", ""), ("eu.cdn.example", "")]


@pytest.mark.parametrize(
    "location",
    [
        "https://thief.example/",
        "http://api.example/",
        "//thief.example/",
        "https://api.example:8443/",
        "https://api.example@thief.example/",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/hostname",
        "https://[bad/",
    ],
)
def test_a_redirect_leads_to_nobody_else(location: str) -> None:
    asked: list[str] = []

    def api(one: Asked) -> Said:
        asked.append(one.host)
        return Said(302, headers={"location": location})

    found = got(api)
    assert isinstance(found, Refused | Later)
    assert asked == ["api.example"]


@pytest.mark.parametrize("url", ["https://thief.example/", "http://api.example/", "", "geo:1,2"])
def test_what_a_payload_names_is_not_asked_for_elsewhere(url: str) -> None:
    def api(_: Asked) -> Said:
        raise AssertionError("it was called")

    found = got(api, url)
    assert isinstance(found, Refused)
    assert '{ kind = "files"' in found.reason


def test_a_circle_has_an_end() -> None:
    asked: list[str] = []

    def api(one: Asked) -> Said:
        asked.append(one.path)
        return Said(302, headers={"location": "https://api.example/file"})

    assert got(api) == Refused("its address leads from one to the next without an end")
    assert len(asked) == 4


@pytest.mark.parametrize("status", [400, 404, 410, 403, 401, 451, 204, 206])
def test_a_link_that_is_over_is_gone(status: int) -> None:
    assert isinstance(got(lambda _: Said(status, raw=b""), token=False), Gone)


@pytest.mark.parametrize(("status", "kind"), [(404, Later), (410, Gone), (403, Gone)])
def test_what_is_made_later_is_asked_for_again(status: int, kind: type[Found]) -> None:
    with serving(lambda _: Said(status)) as client:
        place = Place("https://api.example/file", may_come=True)
        assert isinstance(fetch(place, client, places=PLACES, most_bytes=1000, now=NOW), kind)


@pytest.mark.parametrize(("status", "kind"), [(401, Later), (403, Later), (404, Gone), (410, Gone)])
def test_a_token_that_is_not_let_in_may_be_mended(status: int, kind: type[Found]) -> None:
    assert isinstance(got(lambda _: Said(status, raw=b"")), kind)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_who_has_no_time_is_asked_again(status: int) -> None:
    found = got(lambda _: Said(status, raw=b"", headers={"retry-after": "30"}))
    assert isinstance(found, Later)
    assert found.seconds == 30


def test_as_much_as_may_be_kept_is_kept_and_not_a_byte_more() -> None:
    assert got(lambda _: Said(200, raw=bytes(1000))) == Fetched(bytes(1000), None)
    for most in (1, 999):
        found = got(lambda _: Said(200, raw=bytes(1000)), most=most)
        assert isinstance(found, Refused)
        assert "larger than 0 MB" in found.reason


def test_what_is_compressed_without_being_asked_is_refused() -> None:
    found = got(lambda _: Said(200, raw=b"\x1f\x8b", headers={"content-encoding": "gzip"}))
    assert isinstance(found, Refused)


@contextmanager
def saying(*pieces: bytes, forever: bool = False) -> Iterator[httpx.Client]:
    """Serve these very bytes to whoever connects, and then hang up; `forever`, the last one again and again."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                while forever:
                    connection.sendall(pieces[-1])
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = Loopback(listening.getsockname()[1])
    try:
        yield client
    finally:
        client.hang_up()
        client.close()
        listening.close()
        thread.join(5)


def test_a_body_without_an_announced_end_is_cut_where_it_is_too_much() -> None:
    """Nobody says how long it is, and it never ends."""
    with saying(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096, forever=True) as client:
        found = fetch(Place("https://api.example/"), client, places=PLACES, most_bytes=100_000, now=NOW)
    assert isinstance(found, Refused)


def test_a_body_that_breaks_off_is_no_body() -> None:
    with saying(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", b"only this") as client:
        found = fetch(Place("https://api.example/"), client, places=PLACES, most_bytes=1000, now=NOW)
    assert isinstance(found, Later)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 61.0])
    monkeypatch.setattr(fetching, "monotonic", lambda: next(times))
    assert isinstance(got(lambda _: Said(200, raw=b"bytes")), Later)


def test_nobody_there_is_later() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody")

    with httpx.Client(transport=httpx.MockTransport(refuse)) as client:
        found = fetch(Place("https://api.example/"), client, places=PLACES, most_bytes=1, now=NOW)
    assert isinstance(found, Later)


def test_a_name_that_leads_into_our_own_network_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def inside(*_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    with calling.over_tls(public_only=True) as client:
        found = fetch(Place("https://api.example/"), client, places=PLACES, most_bytes=1, now=NOW)
    assert isinstance(found, Later)
