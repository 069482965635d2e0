"""What the door fetches: seldom, only what it is told to, and never a half of it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.webhooks.outside import Outside, over_tls
from shared.errors import ConfigurationError, PlatformUnreachable

URL = "https://sns.eu-west-1.amazonaws.com/a.pem"
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


class Far:
    """A platform far away: hands out what it has, and counts how often it was asked."""

    def __init__(self) -> None:
        self.has: dict[str, bytes] = {URL: PEM.encode()}
        self.asked: list[str] = []
        self.time = 0.0

    def get(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.has:
            raise PlatformUnreachable("404")
        return self.has[url]

    def outside(self) -> Outside:
        return Outside(self.get, clock=lambda: self.time)


def test_a_certificate_is_fetched_once_in_the_life_of_a_process() -> None:
    far = Far()
    outside = far.outside()
    assert [outside.certificate(URL) for _ in range(3)] == [PEM] * 3
    assert far.asked == [URL]


def test_what_is_not_to_be_had_is_asked_for_again_after_a_moment() -> None:
    far = Far()
    outside, served = far.outside(), far.has.pop(URL)
    for _ in range(3):
        with pytest.raises(PlatformUnreachable):
            outside.certificate(URL)
    assert len(far.asked) == 1
    far.has[URL], far.time = served, 5.0
    assert outside.certificate(URL) == PEM


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\xff\xfe", b" " + PEM.encode(), "\ufeff".encode() + PEM.encode()])
def test_what_is_no_certificate_is_not_kept(answer: bytes) -> None:
    far = Far()
    far.has[URL] = answer
    with pytest.raises(PlatformUnreachable):
        far.outside().certificate(URL)


def test_names_that_somebody_makes_up_are_asked_for_so_often_and_ours_stays() -> None:
    far = Far()
    outside = far.outside()
    outside.certificate(URL)
    for number in range(500):
        with pytest.raises(PlatformUnreachable):
            outside.certificate(f"{URL}{number}.pem")
    assert len(far.asked) <= 30
    assert outside.certificate(URL) == PEM
    far.time = 60.0
    with pytest.raises(PlatformUnreachable):
        outside.certificate(f"{URL}x.pem")
    assert far.asked[-1] == f"{URL}x.pem"


def test_what_is_used_is_what_is_kept_when_there_are_many() -> None:
    far = Far()
    outside = far.outside()
    for number in range(100):
        far.time += 60.0
        far.has[f"{URL}{number}"] = PEM.encode()
        outside.certificate(f"{URL}{number}")
        outside.certificate(URL)
    assert far.asked.count(URL) == 1


def test_a_visit_is_made_each_time_and_fails_aloud() -> None:
    far = Far()
    outside = far.outside()
    outside.visit(URL)
    outside.visit(URL)
    assert far.asked == [URL, URL]
    with pytest.raises(PlatformUnreachable):
        outside.visit("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = self.server.answers.get(self.path, (404, b""))  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("location", "/a.pem")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def stand_in() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.answers = {  # type: ignore[attr-defined]
        "/sns/a.pem": (200, PEM.encode()),
        "/sns/moved.pem": (302, b""),
        "/sns/long.pem": (200, PEM.encode() + b" " * 70_000),
        "/sns/?Action=x&Token=y": (200, b"<ok/>"),
    }
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/sns"
    server.shutdown()
    server.server_close()
    thread.join()


def test_on_this_machine_a_stand_in_is_asked_instead(stand_in: str) -> None:
    get = over_tls({"sns.eu-west-1.amazonaws.com": stand_in})
    assert get(URL) == PEM.encode()
    assert get("https://sns.eu-west-1.amazonaws.com/?Action=x&Token=y") == b"<ok/>"
    for name in ("nothing.pem", "moved.pem", "long.pem"):
        with pytest.raises(PlatformUnreachable):
            get(f"https://sns.eu-west-1.amazonaws.com/{name}")


def test_the_host_itself_goes_before_a_pattern(stand_in: str) -> None:
    for hosts in (["*.amazonaws.com", "sns.eu-west-1.amazonaws.com"], ["sns.eu-west-1.amazonaws.com", "*"]):
        own = {host: stand_in if host.startswith("sns") else "http://127.0.0.1:1" for host in hosts}
        assert over_tls(own)(URL) == PEM.encode()
    assert over_tls({"sns.*.amazonaws.com": stand_in})(URL) == PEM.encode()


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(PlatformUnreachable):
        over_tls({"sns.eu-west-1.amazonaws.com": "http://127.0.0.1:1"})(URL)


@pytest.mark.parametrize("url", ["https://127.0.0.1:8080", "http://192.0.2.1", "http://example.com", "ftp://localhost"])
def test_a_stand_in_is_on_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError):
        over_tls({"sns.eu-west-1.amazonaws.com": url})(URL)


CERTS = "https://www.googleapis.com/oauth2/v1/certs"


def test_of_several_that_are_handed_out_it_is_the_one_that_is_named() -> None:
    far = Far()
    far.has[f"{CERTS}#old"] = far.has[f"{CERTS}#new"] = json.dumps({"old": PEM, "new": f"{PEM}new"}).encode()
    outside = far.outside()
    assert [outside.certificate(f"{CERTS}#{name}") for name in ("old", "new", "old")] == [PEM, f"{PEM}new", PEM]
    assert far.asked == [f"{CERTS}#old", f"{CERTS}#new"], "a key that is new is fetched, however long a process lives"


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"", b"{", b'{"key": 7}', b'{"key": null}', b'{"other": "x"}'])
def test_a_name_that_is_not_handed_out_is_none(answer: bytes) -> None:
    far = Far()
    far.has[f"{CERTS}#key"] = answer
    with pytest.raises(PlatformUnreachable):
        far.outside().certificate(f"{CERTS}#key")


def test_one_place_of_a_host_may_be_elsewhere_than_the_host(stand_in: str) -> None:
    own = {"sns.eu-west-1.amazonaws.com": "http://127.0.0.1:1", "sns.eu-west-1.amazonaws.com/a.pem": stand_in}
    assert over_tls(own)(f"{URL}#name") == PEM.encode()
