"""Public addresses and no others, whatever a name leads to, and however it changes its mind."""

import socket
from collections.abc import Callable
from typing import Any

import httpcore
import httpx
import pytest

from shared import calling, public
from shared.calling import drive
from shared.ports import Answer, Asking, Call

HOST = "feed.example.com"

type Resolve = Callable[..., list[Any]]


def leading_to(*addresses: str) -> Resolve:
    return lambda _, port, *__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in addresses]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "169.254.170.2", "192.0.0.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "255.255.255.255"),
    ],
)
def test_an_address_that_is_not_public_is_no_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for addresses in ((address,), ("93.184.215.14", address)):
        monkeypatch.setattr(socket, "getaddrinfo", leading_to(*addresses))
        with pytest.raises(httpcore.ConnectError):
            public.public_address(HOST, 443)


def test_a_public_address_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("93.184.215.14", "93.184.215.15"))
    assert public.public_address(HOST, 443) == "93.184.215.14"


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f000001", "2130706433", "127.1", "localhost"])
def test_other_spellings_of_this_machine_are_not_public(host: str) -> None:
    with pytest.raises(httpcore.ConnectError):
        public.public_address(host, 443)


@pytest.mark.parametrize("error", [socket.gaierror(), UnicodeError(), TimeoutError()])
def test_a_name_that_leads_nowhere_is_no_address(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nowhere(*_: object) -> list[Any]:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(httpcore.ConnectError):
        public.public_address(HOST, 443)


class _Connections:
    """Stands where connections are made, and notes where to."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *_: object) -> httpcore.NetworkStream:
        self.made.append((host, port))
        raise httpcore.ConnectError("far enough")


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> _Connections:
    made = _Connections()
    monkeypatch.setattr(httpcore, "SyncBackend", lambda: made)
    return made


def asked(client: httpx.Client) -> Answer:
    def once() -> Asking[Answer]:
        return (yield Call("GET", f"https://{HOST}/feed"))

    found = drive(once(), client, hosts=frozenset({HOST}))
    assert isinstance(found, Answer)
    return found


def test_what_was_looked_at_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch, connections: _Connections) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("93.184.215.14"))
    with calling.over_tls(public_only=True) as client:
        assert asked(client) == Answer(0)
    assert connections.made == [("93.184.215.14", 443)]


def test_a_name_that_leads_inside_is_connected_to_nothing(
    monkeypatch: pytest.MonkeyPatch, connections: _Connections
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("169.254.169.254"))
    with calling.over_tls(public_only=True) as client:
        assert asked(client) == Answer(0)
    assert connections.made == []
