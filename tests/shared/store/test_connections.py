"""A connection belongs to one caller at a time, is kept, and is made anew after anything has gone wrong on it."""

import socket
from collections.abc import Iterator
from http.client import HTTPException, HTTPSConnection, IncompleteRead
from ssl import CERT_REQUIRED, SSLError

import pytest

from shared.store.connections import Connections, _authorities, _to, is_plain
from tests.shared.store.answering import Mishap, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        found.answer = lambda asked: {"Asked": asked}
        yield found


@pytest.fixture
def connections(server: Server) -> Iterator[Connections]:
    found = Connections(server.url, most=2, connecting=10, silence=1)
    yield found
    found.close()


HEADERS = {"host": "table.example", "content-type": "application/x-amz-json-1.0"}


def post(connections: Connections) -> bytes:
    with connections.one() as connection:
        return connection.post(HEADERS, b"{}").content


def test_an_answer_is_whole(connections: Connections) -> None:
    with connections.one() as connection:
        answer = connection.post(HEADERS, b'{"a":"\xc3\xb1"}')
    assert (answer.status, answer.content) == (200, b'{"Asked":{"a":"\xc3\xb1"}}')
    assert answer.headers.get("content-type") == answer.headers.get("Content-Type") == "application/x-amz-json-1.0"
    assert answer.headers.get("x-amz-crc32")


def test_the_one_that_came_back_last_is_lent_first(connections: Connections, server: Server) -> None:
    with connections.one() as first, connections.one() as second:
        assert first is not second
        first.post(HEADERS, b"{}")
        second.post(HEADERS, b"{}")
    for _ in range(3):
        post(connections)
    assert {port for port, _ in server.seen[2:]} == {server.seen[0][0]}


def test_more_than_there_are_is_refused_at_once_and_only_as_long(connections: Connections) -> None:
    with connections.one(), connections.one(), pytest.raises(BlockingIOError), connections.one():
        pass
    assert post(connections) == b'{"Asked":{}}'


def test_whoever_dies_gives_it_back(connections: Connections) -> None:
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt), connections.one():
            raise KeyboardInterrupt
    assert post(connections)


@pytest.mark.parametrize(
    ("mishap", "heard"),
    [("dropped", ConnectionError), ("cut off", IncompleteRead), ("silent", TimeoutError)],
)
def test_what_goes_wrong_is_heard_and_the_next_connects_anew(
    connections: Connections, server: Server, mishap: Mishap, heard: type[Exception]
) -> None:
    server.mishaps = {2: mishap}
    post(connections)
    with pytest.raises(heard):
        post(connections)
    assert post(connections) == b'{"Asked":{}}'
    ports = [port for port, _ in server.seen]
    assert ports[0] == ports[1] != ports[2]


def test_a_connection_that_was_closed_since_is_heard_of_once(connections: Connections, server: Server) -> None:
    server.mishaps = {1: "closed after"}
    assert post(connections) == b'{"Asked":{}}'
    with connections.one() as connection:
        assert connection._http is not None
        assert connection._http.sock.recv(1, socket.MSG_PEEK) == b"", "the server has closed it by now"
    with pytest.raises((OSError, HTTPException)):
        post(connections)
    assert post(connections) == b'{"Asked":{}}'


def test_an_answer_that_ends_the_connection_is_whole_and_the_next_connects_anew(
    connections: Connections, server: Server
) -> None:
    server.mishaps = {1: "the last"}
    assert [post(connections) for _ in range(3)] == [b'{"Asked":{}}'] * 3
    first, second, third = (port for port, _ in server.seen)
    assert first != second == third


@pytest.mark.parametrize("value", ["a\r\nx-amz-target: DeleteTable", "a\nb", "a\rb", "€"])
def test_what_is_no_header_is_not_sent(connections: Connections, server: Server, value: str) -> None:
    with connections.one() as connection, pytest.raises(ValueError, match=r"more than one line|latin-1"):
        connection.post(HEADERS | {"x-amz-security-token": value}, b"{}")
    assert server.seen == []
    assert post(connections) == b'{"Asked":{}}'


def test_the_head_is_what_was_given(connections: Connections, server: Server) -> None:
    post(connections)
    assert dict(server.headers) == HEADERS | {"content-length": "2"}


def test_where_nobody_listens_it_is_an_os_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        connections = Connections(f"http://127.0.0.1:{taken.getsockname()[1]}", most=1, connecting=1, silence=1)
        with pytest.raises(OSError):  # noqa: PT011 - whichever the system says
            post(connections)
        with pytest.raises(OSError):  # noqa: PT011
            post(connections)


def test_connecting_and_silence_have_time_outs_of_their_own(server: Server) -> None:
    connections = Connections(server.url, most=1, connecting=7, silence=3)
    post(connections)
    with connections.one() as connection:
        assert connection._http is not None
        assert (connection._http.timeout, connection._http.sock.gettimeout()) == (7, 3)
    connections.close()


def test_over_tls_who_answers_has_to_prove_it(server: Server) -> None:
    found = _to("https://table.example:8443/", 1)
    assert isinstance(found, HTTPSConnection)
    assert (found.host, found.port, found.timeout) == ("table.example", 8443, 1)
    assert (_authorities().verify_mode, _authorities().check_hostname) == (CERT_REQUIRED, True)
    assert _authorities() is _authorities(), "reading the list takes long"
    connections = Connections(server.url.replace("http:", "https:"), most=1, connecting=1, silence=1)
    with pytest.raises(SSLError):
        post(connections)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://dynamodb.eu-west-1.amazonaws.com", True),
        ("https://dynamodb.eu-west-1.amazonaws.com/", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("https://api.example/dynamodb", False),
        ("https://api.example?via=x", False),
        ("https://ana@api.example", False),
        ("ftp://api.example", False),
        ("unix:///run/table", False),
        ("", False),
    ],
)
def test_what_is_more_than_a_host_is_told(url: str, plain: object) -> None:
    assert is_plain(url) is plain
