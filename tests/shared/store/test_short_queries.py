"""The short way of a query finds what the SDK finds, and leaves to it whatever is not a whole, clean answer."""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any
from zlib import crc32

import boto3
import orjson
import pytest
import time_machine
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import ConnectTimeoutError, CredentialRetrievalError, ReadTimeoutError
from hypothesis import example, given
from hypothesis import strategies as st

from shared import aws
from shared.store.customers import PARALLEL
from shared.store.shortcut import shortened
from shared.store.table import Item, Table
from tests.conftest import NOW, TABLE
from tests.injection import Injected, refusal
from tests.shared.store.answering import Mishap, Server, serving, written
from tests.shared.store.replies import HERE, JSON, Wire, answer, found, outcome

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OURS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
ONE_TRY = Config(region_name="eu-west-1", retries={"mode": "standard", "total_max_attempts": 1})
ITEMS: list[Item] = [
    {"pk": {"S": "p"}, "sk": {"S": f"s{number}"}, "text": {"S": "ñ€😀"}, "packed": {"B": b"\x00\xff\n"}}
    for number in range(5)
]


def made() -> "DynamoDBClient":
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test").client("dynamodb", config=ONE_TRY)


SHORT, THEIRS = Wire(shortened(made(), OURS, "query")), Wire(made())


def told(said: Any) -> Any:
    """Return what was found, without what is told of the call."""
    return {name: part for name, part in said.items() if name != "ResponseMetadata"}


@given(found)
def test_a_query_finds_what_the_sdk_finds(content: Mapping[str, Any]) -> None:
    ours, theirs = (wire.asked("query", answer(written(content))) for wire in (SHORT, THEIRS))
    assert told(ours) == told(theirs)
    assert {name: ours[name] for name in content} == content, "bytes are bytes again"
    assert ours["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert (SHORT.tries, THEIRS.tries) == (1, 1)


WHOLE = b'{"Items": [{"pk": {"B": "AA=="}}], "Count": 1}'


def without(header: str) -> AWSResponse:
    said = answer(WHOLE)
    del said.headers[header]
    return said


UNCLEAN: Mapping[str, AWSResponse | Exception] = {
    "throttled": answer(b'{"__type": "a#ThrottlingException"}', status=400),
    "over capacity": answer(b'{"__type": "a#ProvisionedThroughputExceededException"}', status=400),
    "expired": answer(b'{"__type": "a#ExpiredTokenException"}', status=400),
    "refused, with items": answer(WHOLE, status=400),
    "an error of the server's": answer(b'{"__type": "a#InternalServerError"}', status=500),
    "not there": answer(b"", status=503),
    "elsewhere": answer(WHOLE, status=302),
    "accepted": answer(WHOLE, status=202),
    "a part": answer(WHOLE, status=206),
    "another check sum": answer(WHOLE, check_sum=crc32(WHOLE) ^ 1),
    "no check sum": without("x-amz-crc32"),
    "another kind": answer(WHOLE, kind="text/html"),
    "no kind": without("content-type"),
    "cut off": answer(WHOLE[:-9], check_sum=crc32(WHOLE)),
    "cut off, and the check sum too": answer(WHOLE[:-9]),
    "no JSON": answer(b"<html>busy</html>"),
    "nothing": answer(b""),
    "null": answer(b"null"),
    "a list": answer(b"[]"),
    "no list of items": answer(b'{"Items": 3}'),
    "an item that is none": answer(b'{"Items": [null]}'),
    "a value that is none": answer(b'{"Items": [{"pk": 3}]}'),
    "no base64": answer(b'{"Items": [{"pk": {"B": "a"}}]}'),
    "a lone surrogate": answer(b'{"Items": [{"pk": {"S": "\\ud800"}}]}'),
    "no answer": ReadTimeoutError(endpoint_url=HERE),
    "no connection": ConnectTimeoutError(endpoint_url=HERE),
    "a lost connection": ConnectionResetError(),
}


@pytest.mark.parametrize("unclean", UNCLEAN.values(), ids=UNCLEAN)
def test_what_is_not_clean_is_asked_once_more_by_the_sdk(unclean: AWSResponse | Exception) -> None:
    said = SHORT.asked("query", unclean, answer(WHOLE))
    assert told(said) == {"Items": [{"pk": {"B": b"\x00"}}], "Count": 1}
    assert SHORT.tries == 2


@pytest.mark.parametrize("unclean", UNCLEAN.values(), ids=UNCLEAN)
def test_what_stays_unclean_is_what_the_sdk_makes_of_it(unclean: AWSResponse | Exception) -> None:
    assert outcome(SHORT, "query", unclean, unclean) == outcome(THEIRS, "query", unclean)


@given(st.binary(max_size=40) | st.recursive(st.booleans() | st.none() | st.text(), st.lists).map(orjson.dumps))
@example(b"{}")
def test_no_body_whatever_breaks_it(body: bytes) -> None:
    ours, theirs = outcome(SHORT, "query", answer(body), answer(body)), outcome(THEIRS, "query", answer(body))
    assert (told(ours) if isinstance(ours, dict) else ours) == (told(theirs) if isinstance(theirs, dict) else theirs)


@pytest.fixture
def short(dynamodb: "DynamoDBClient") -> Iterator["DynamoDBClient"]:
    """A client with one try of its own, whose queries are shortened, and some items."""
    for item in ITEMS:
        dynamodb.put_item(TableName=TABLE, Item=item)
    client = shortened(boto3.client("dynamodb", config=ONE_TRY), OURS, "query")
    yield client
    client.close()


def test_it_pages_as_far_as_the_caller_reads(short: "DynamoDBClient") -> None:
    left: list[str] = []
    short.meta.events.register("before-call.dynamodb", lambda model, **_: left.append(model.name))
    tries = Injected(short, "Query")
    assert list(Table(short, TABLE).query("p", limit=2)) == ITEMS
    assert tries.calls == 3
    assert [item["sk"] for item in Table(short, TABLE).query("p", first="s1", last="s3", newest_first=True)] == [
        {"S": "s3"},
        {"S": "s2"},
        {"S": "s1"},
    ]
    assert list(Table(short, TABLE).query("nobody")) == []
    assert left == [], "nothing was left to the SDK"


def test_a_page_that_fails_is_read_again_and_nothing_twice(short: "DynamoDBClient") -> None:
    tries = Injected(short, "Query", None, refusal("ThrottlingException"), None, ReadTimeoutError(endpoint_url=HERE))
    assert list(Table(short, TABLE).query("p", limit=2)) == ITEMS
    assert tries.calls == 5


def test_what_is_refused_is_raised_as_the_sdk_raises_it(short: "DynamoDBClient") -> None:
    with pytest.raises(short.exceptions.ResourceNotFoundException) as caught:
        list(Table(short, "elsewhere").query("p"))
    assert caught.value.operation_name == "Query"


def test_nothing_but_queries_goes_the_short_way(short: "DynamoDBClient") -> None:
    left: list[str] = []
    short.meta.events.register("before-call.dynamodb", lambda model, **_: left.append(model.name))
    item = {"pk": {"S": "p"}, "sk": {"S": "new"}}
    assert Table(short, TABLE).insert(item) is None
    assert short.get_item(TableName=TABLE, Key=item)["Item"] == item
    assert left == ["PutItem", "GetItem"]


def test_the_token_is_of_this_moment(server: Server) -> None:
    fresh = iter("bc")

    def refreshed() -> dict[str, str]:
        ends = datetime.now(UTC) + timedelta(hours=1)
        name = next(fresh)
        return {"access_key": f"AKID{name}", "secret_key": "s", "token": name, "expiry_time": ends.isoformat()}

    with time_machine.travel(NOW, tick=False) as traveller:
        credentials = RefreshableCredentials("AKIDa", "s", "a", NOW + timedelta(hours=1), refreshed, "test")
        client = wired(server, credentials)
        tokens = []
        for _ in range(3):
            assert list(Table(client, TABLE).query("p"))
            tokens.append((server.headers["x-amz-security-token"], server.headers["authorization"][27:37]))
            traveller.shift(timedelta(minutes=59))
        client.close()
    assert [token for token, _ in tokens] == ["a", "b", "c"]
    assert all(f"AKID{token}" in proof for token, proof in tokens)
    assert all(short for _, short in server.seen)


def test_without_credentials_any_more_the_sdk_decides(server: Server) -> None:
    class Gone(Credentials):
        def get_frozen_credentials(self) -> Any:
            raise CredentialRetrievalError(provider="test", error_msg="gone")

    client = wired(server, Gone("AKIDEXAMPLE", "s"))
    assert list(Table(client, TABLE).query("p")) == [{"pk": {"S": "p"}, "sk": {"S": "s"}}]
    assert [short for _, short in server.seen] == [False]
    client.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        found.answer = found_in
        yield found


def found_in(asked: Mapping[str, Any]) -> object:
    """Answer a query with one item, of the partition that was asked for."""
    return {"Items": [{"pk": asked["ExpressionAttributeValues"][":pk"], "sk": {"S": "s"}}], "Count": 1}


def wired(server: Server, credentials: Credentials = OURS, *, patience: float = 10, tries: int = 1) -> "DynamoDBClient":
    config = Config(
        connect_timeout=10,
        read_timeout=patience,
        retries={"mode": "standard", "total_max_attempts": tries},
        max_pool_connections=PARALLEL,
    )
    return shortened(boto3.client("dynamodb", endpoint_url=server.url, config=config), credentials, "query")


def read(client: "DynamoDBClient", pk: str) -> bool:
    """Return whether what is found is what was asked for."""
    return list(Table(client, TABLE).query(pk)) == [{"pk": {"S": pk}, "sk": {"S": "s"}}]


@pytest.mark.parametrize("mishap", ["dropped", "cut off", "silent"])
def test_a_lost_connection_costs_a_second_try_and_is_made_anew(server: Server, mishap: Mishap) -> None:
    client = wired(server, patience=1)
    server.mishaps = {2: mishap}
    assert all(read(client, str(number)) for number in range(4))
    assert [short for _, short in server.seen] == [True, True, False, True, True]
    first, second, _, fourth, fifth = (port for port, _ in server.seen)
    assert first == second != fourth == fifth
    client.close()


def test_a_connection_that_was_closed_meanwhile_costs_at_most_a_second_try(server: Server) -> None:
    client = wired(server)
    server.mishaps = {1: "closed after"}
    assert all(read(client, str(number)) for number in range(3))
    assert [short for _, short in server.seen] == [True, False, True]
    client.close()


def test_ten_threads_read_at_once_each_on_a_connection_of_its_own(server: Server) -> None:
    client, together = wired(server), Barrier(PARALLEL)

    def all_at_once(asked: Mapping[str, Any]) -> object:
        together.wait(timeout=10)
        return found_in(asked)

    server.answer = all_at_once
    with ThreadPoolExecutor(PARALLEL) as pool:
        for turn in range(5):
            assert all(pool.map(lambda pk: read(client, pk), [f"{turn}:{number}" for number in range(PARALLEL)]))
    assert len(server.seen) == 5 * PARALLEL
    assert all(short for _, short in server.seen)
    assert len({port for port, _ in server.seen}) == PARALLEL, "and it is kept"
    client.close()


def test_more_threads_than_connections_and_losses_mix_nothing_up(server: Server) -> None:
    client, lost = wired(server, tries=2), {str(number) for number in range(7, 400, 31)}

    def losing(asked: Mapping[str, Any]) -> object:
        pk = asked["ExpressionAttributeValues"][":pk"]["S"]
        if pk in lost:
            lost.remove(pk)
            return None
        return found_in(asked)

    server.answer = losing
    with ThreadPoolExecutor(2 * PARALLEL) as pool:
        assert all(pool.map(lambda number: read(client, str(number)), range(400)))
    assert not lost
    client.close()


@pytest.mark.parametrize("mishap", [None, "dropped"])
def test_no_key_and_no_value_is_ever_logged(
    server: Server, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], mishap: Mishap | None
) -> None:
    client = wired(server, Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI", "the-session-token"))
    server.mishaps = {} if mishap is None else {1: mishap, 2: mishap}
    # The SDK's own call tells all at this level, which is for whoever turned it on.
    caplog.set_level(logging.DEBUG if mishap is None else logging.INFO)
    if mishap is None:
        assert read(client, "identity#ana")
    else:
        with pytest.raises(aws.FAILURES) as caught:
            read(client, "identity#ana")
        assert "identity#ana" not in "".join(map(repr, (caught.value, caught.value.__context__)))
    said = caplog.text + "".join(capfd.readouterr())
    for secret in ("identity#ana", "wJalrXUtnFEMI", "the-session-token", '"S"'):
        assert secret not in said
    client.close()


def test_the_answers_kind_is_dynamodbs_own(server: Server) -> None:
    client = wired(server)
    assert read(client, "p")
    assert (server.headers["content-type"], server.headers["x-amz-target"]) == (JSON, "DynamoDB_20120810.Query")
    client.close()
