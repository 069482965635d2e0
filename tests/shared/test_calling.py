"""The calls that ports ask for: only to their own hosts, never without an answer, never without an end."""

import gzip
import threading
import time
from collections.abc import Iterator

import pytest
import urllib3

from shared import calling
from shared.calling import drive, over_tls
from shared.errors import ConfigurationError
from shared.ports import Answer, Asking, Call
from tests.apis.server import Asked, Loopback, Said, serving

HOSTS = frozenset({"api.example"})


def once(call: Call) -> Asking[Answer]:
    return (yield call)


def get(pool: urllib3.PoolManager, url: str = "https://api.example/me") -> Answer:
    found = drive(once(Call("GET", url)), pool, hosts=HOSTS)
    assert isinstance(found, Answer)
    return found


def test_a_call_arrives_with_all_that_it_has_and_its_answer_comes_back() -> None:
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(201, {"ok": True})

    call = Call("POST", "https://api.example/a/b?c=d%20e", {"authorization": "Bearer t"}, b'{"f":1}')
    with serving(api) as pool:
        found = drive(once(call), pool, hosts=HOSTS)
    assert isinstance(found, Answer)
    assert (found.status, found.json()) == (201, {"ok": True})
    (asked,) = seen
    assert (asked.method, asked.host, asked.path) == ("POST", "api.example", "/a/b")
    assert (asked.query, asked.body, asked.bearer) == ({"c": "d e"}, b'{"f":1}', "t")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/",
        "https://api.example.thief.example/",
        "https://api.example@thief.example/",
        "https://api.example:8443/",
        "https://thief.example/?https://api.example/",
        "//api.example/",
        "https:///",
    ],
)
def test_a_port_calls_nobody_but_its_own_hosts_and_over_tls_alone(url: str) -> None:
    def api(_: Asked) -> Said:
        raise AssertionError("it was called")

    with serving(api) as pool, pytest.raises(ConfigurationError, match="host that is not its own"):
        get(pool, url)


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(lambda _: Said(302, headers={"location": "https://thief.example/"})) as pool:
        assert get(pool).status == 302


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a": NaN}', b"\xff", b"null"])
def test_what_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert Answer(200, body).json() == {}


def test_a_host_that_is_not_there_is_no_answer() -> None:
    with serving(lambda _: Said(200)) as pool:
        pass
    assert get(pool) == Answer(0)


def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_TIMEOUT", urllib3.Timeout(connect=0.2, read=0.2))
    release = threading.Event()

    def api(_: Asked) -> Said:
        release.wait(5)
        return Said(200)

    with serving(api) as pool:
        begun = time.monotonic()
        answer = get(pool)
        waited = time.monotonic() - begun
        release.set()
    assert answer == Answer(0)
    assert waited < 3


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_more_than_is_read_is_no_answer(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(calling, "_MOST_BYTES", 1000)
    body = b" " * 1_000_000
    said = Said(200, raw=gzip.compress(body), headers={"content-encoding": "gzip"}) if packed else Said(200, raw=body)
    with serving(lambda _: said) as pool:
        assert get(pool) == Answer(0)


def test_a_dry_run_reads_and_stops_before_it_changes_anything() -> None:
    seen: list[str] = []

    def api(asked: Asked) -> Said:
        seen.append(asked.method)
        return Said(200, {})

    closed: list[bool] = []

    def asking() -> Asking[str]:
        try:
            yield Call("GET", "https://api.example/")
            yield Call("POST", "https://api.example/change")
            return "changed"
        finally:
            closed.append(True)

    with serving(api) as pool:
        stopped = drive(asking(), pool, hosts=HOSTS, dry=True)
        assert isinstance(stopped, Call)
        assert stopped.url == "https://api.example/change"
        assert (seen, closed) == (["GET"], [True])
        assert drive(asking(), pool, hosts=HOSTS) == "changed"
    assert seen == ["GET", "GET", "POST"]


@pytest.fixture
def real() -> Iterator[urllib3.PoolManager]:
    pool = over_tls()
    yield pool
    pool.clear()


def test_what_does_not_speak_tls_is_no_answer(real: urllib3.PoolManager) -> None:
    with serving(lambda _: Said(200, {"token": "come here"})) as pool:
        assert isinstance(pool, Loopback)
        here = f"127.0.0.1:{pool._port}"
        found = drive(once(Call("GET", f"https://{here}/")), real, hosts=frozenset({here}))
    assert found == Answer(0)
