"""The short way says what the SDK says, proves itself as the SDK does, and leaves to it what is out of the ordinary."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from shared.store.shortcut import proven, shortened
from shared.store.table import Item, Table
from tests.conftest import TABLE
from tests.injection import Answer, Injected, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OURS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
ITEM: Item = {"pk": {"S": "identity#x:1:2"}, "sk": {"S": "event#ñ€😀"}, "packed": {"B": b"\x00\xff\n"}}

secret_words = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))


@given(
    body=st.binary(max_size=200),
    secret=secret_words,
    token=st.none() | st.from_regex(r"[A-Za-z0-9+/=]{1,80}", fullmatch=True),
    region=st.sampled_from(["eu-west-1", "us-gov-west-1"]),
    now=instants,
)
def test_the_proof_is_the_sdks_own(body: bytes, secret: str, token: str | None, region: str, now: datetime) -> None:
    credentials = Credentials("AKIDEXAMPLE", secret, token).get_frozen_credentials()
    headers = {"host": "table.example", "content-type": "application/x-amz-json-1.0", "x-amz-target": "PutItem"}
    theirs = AWSRequest("POST", "https://table.example/", headers=headers, data=body)
    with time_machine.travel(now, tick=False):
        SigV4Auth(credentials, "dynamodb", region).add_auth(theirs)
    found = proven(headers, body, region=region, credentials=credentials, now=now)
    assert found == {name.lower(): value for name, value in theirs.headers.items()}


@pytest.fixture
def short(dynamodb: "DynamoDBClient") -> Iterator["DynamoDBClient"]:
    """A client with one try of its own, shortened."""
    client = boto3.client("dynamodb", config=Config(retries={"mode": "standard", "total_max_attempts": 1}))
    found = shortened(client, OURS)
    yield found
    found.close()


def test_it_writes_once_and_says_when_an_item_is_there(short: "DynamoDBClient") -> None:
    tries = Injected(short, "PutItem")
    table = Table(short, TABLE)
    assert [table.insert(ITEM), table.insert(ITEM)] == [None, ITEM]
    assert tries.calls == 2, "each insert is one call, the refused one too"
    kept = short.get_item(TableName=TABLE, Key={name: ITEM[name] for name in ("pk", "sk")})["Item"]
    assert kept == ITEM


def test_it_refuses_as_the_sdk_does(short: "DynamoDBClient", dynamodb: "DynamoDBClient") -> None:
    request: Any = {"TableName": TABLE, "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb.put_item(**request)
    errors = []
    for client in (short, dynamodb):
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
            client.put_item(**request)
        errors.append(caught.value)
    ours, theirs = errors
    assert ours.operation_name == theirs.operation_name
    assert ours.response["Error"] == theirs.response["Error"]
    assert ours.response["ResponseMetadata"]["HTTPStatusCode"] == 400


UNCLEAN: tuple[Answer, ...] = (
    refusal("ProvisionedThroughputExceededException"),
    refusal("ThrottlingException"),
    refusal("ExpiredTokenException"),
    refusal("InternalServerError", status=500),
    refusal("ServiceUnavailable", status=503),
    (400, {}),
    (302, {}),
    ReadTimeoutError(endpoint_url="https://table.example"),
    ConnectTimeoutError(endpoint_url="https://table.example"),
    ConnectionResetError(),
)


@pytest.mark.parametrize("unclean", UNCLEAN, ids=lambda answer: str(answer)[:60])
def test_what_is_not_clean_is_tried_once_more_by_the_sdk(short: "DynamoDBClient", unclean: Answer) -> None:
    tries = Injected(short, "PutItem", unclean)
    assert Table(short, TABLE).insert(ITEM) is None
    assert tries.calls == 2


def test_what_stays_unclean_is_raised_as_the_sdk_raises_it(short: "DynamoDBClient") -> None:
    tries = Injected(short, "PutItem", refusal("ThrottlingException"), refusal("ThrottlingException"))
    with pytest.raises(short.exceptions.ClientError, match="ThrottlingException"):
        Table(short, TABLE).insert(ITEM)
    assert tries.calls == 2


def test_text_that_is_no_text_is_left_to_the_sdk_to_refuse(short: "DynamoDBClient") -> None:
    tries = Injected(short, "PutItem", refusal("SerializationException"))
    with pytest.raises(short.exceptions.ClientError, match="SerializationException"):
        Table(short, TABLE).insert(ITEM | {"sk": {"S": "\ud800"}})
    assert tries.calls == 1


def test_who_comes_meanwhile_is_left_to_the_sdk(short: "DynamoDBClient") -> None:
    inner: list[Any] = []

    def meanwhile(**_: Any) -> None:
        if not inner:
            inner.append("nothing yet")
            inner[0] = Table(short, TABLE).insert(ITEM | {"sk": {"S": "meanwhile"}})

    short.meta.events.register_first("before-send.dynamodb.PutItem", meanwhile)
    assert Table(short, TABLE).insert(ITEM) is None
    assert inner == [None]


def test_nobody_who_dies_there_blocks_the_next(short: "DynamoDBClient") -> None:
    class Death(BaseException):
        pass

    def die(**_: Any) -> None:
        raise Death

    short.meta.events.register_first("before-send.dynamodb.PutItem", die)
    with pytest.raises(Death):
        Table(short, TABLE).insert(ITEM)
    short.meta.events.unregister("before-send.dynamodb.PutItem", die)
    tries = Injected(short, "PutItem")
    assert Table(short, TABLE).insert(ITEM) is None
    assert tries.calls == 1


def test_without_credentials_or_behind_a_proxy_the_client_stays_as_it_is(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shortened(dynamodb, None) is dynamodb
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert shortened(dynamodb, OURS) is dynamodb


class Answering(BaseHTTPRequestHandler):
    """Answers every put; `closes` and `hangs` say to which requests of a connection it does not."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.client_address[1], self.headers["user-agent"] is None))
        if len(self.server.seen) in self.server.drops:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """`seen` are the port that each request came from and whether it came the short way; those whose number is in
    `drops` get no answer, and their connection is closed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[tuple[int, bool]] = []
        self.drops: set[int] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def wired(server: Server) -> Iterator["DynamoDBClient"]:
    config = Config(connect_timeout=2, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
    client = shortened(boto3.client("dynamodb", endpoint_url=server.url, config=config), OURS)
    yield client
    client.close()


def test_one_connection_is_kept(wired: "DynamoDBClient", server: Server) -> None:
    table = Table(wired, TABLE)
    assert not any(table.insert(ITEM) for _ in range(3))
    assert server.seen == [server.seen[0]] * 3
    assert server.seen[0][1]


def test_a_dropped_connection_costs_a_second_try_and_is_made_anew(wired: "DynamoDBClient", server: Server) -> None:
    server.drops = {2}
    table = Table(wired, TABLE)
    assert not any(table.insert(ITEM) for _ in range(3))
    assert [way for _, way in server.seen] == [True, True, False, True]
    assert server.seen[3][0] != server.seen[0][0]


def test_where_nobody_listens_the_sdk_says_so(wired: "DynamoDBClient", server: Server) -> None:
    server.drops = {1, 2}
    with pytest.raises(Exception, match="Connection was closed"):
        Table(wired, TABLE).insert(ITEM)
    assert [way for _, way in server.seen] == [True, False]


def test_the_signature_is_of_this_moment(short: "DynamoDBClient") -> None:
    dates = []
    short.meta.events.register_first(
        "before-send.dynamodb.PutItem", lambda request, **_: dates.append(request.headers["x-amz-date"])
    )
    start = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    for number in (0, 2):
        with time_machine.travel(start + timedelta(seconds=number), tick=False):
            assert Table(short, TABLE).insert(ITEM | {"sk": {"S": str(number)}}) is None
    assert dates == ["20261122T235959Z", "20261123T000001Z"]
