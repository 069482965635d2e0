"""The short way of a put says what the SDK says, and leaves to it what is out of the ordinary."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import time_machine
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from shared.store.shortcut import shortened
from shared.store.table import Item, Table
from tests.conftest import TABLE
from tests.injection import Answer, Injected, refusal
from tests.shared.store.answering import Server, serving

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OURS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
ITEM: Item = {"pk": {"S": "identity#x:1:2"}, "sk": {"S": "event#ñ€😀"}, "packed": {"B": b"\x00\xff\n"}}


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


def test_who_comes_when_all_connections_are_in_use_is_left_to_the_sdk(dynamodb: "DynamoDBClient") -> None:
    short = shortened(boto3.client("dynamodb", config=Config(max_pool_connections=1)), OURS)
    tries: list[bool] = []
    inner: list[Any] = []

    def asked(request: Any, **_: Any) -> None:
        tries.append("user-agent" not in {name.lower() for name in request.headers})

    def meanwhile(**_: Any) -> None:
        if not inner:
            inner.append("nothing yet")
            inner[0] = Table(short, TABLE).insert(ITEM | {"sk": {"S": "meanwhile"}})

    short.meta.events.register_first("before-send.dynamodb.PutItem", meanwhile)
    short.meta.events.register_first("before-send.dynamodb.PutItem", asked)
    assert Table(short, TABLE).insert(ITEM) is None
    assert inner == [None]
    assert tries == [False, True], "the one that came meanwhile is done first"
    short.close()


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


@pytest.mark.parametrize("method", ["put_item", "query"])
@pytest.mark.parametrize("url", ["https://table.example/stage", "https://somebody@table.example"])
def test_where_the_endpoint_is_more_than_a_host_the_client_stays_as_it_is(url: str, method: Any) -> None:
    client = boto3.client("dynamodb", endpoint_url=url)
    assert shortened(client, OURS, method) is client


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


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
    server.mishaps = {2: "dropped"}
    table = Table(wired, TABLE)
    assert not any(table.insert(ITEM) for _ in range(3))
    assert [way for _, way in server.seen] == [True, True, False, True]
    assert server.seen[3][0] != server.seen[0][0]


def test_where_nobody_listens_the_sdk_says_so(wired: "DynamoDBClient", server: Server) -> None:
    server.mishaps = {1: "dropped", 2: "dropped"}
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
