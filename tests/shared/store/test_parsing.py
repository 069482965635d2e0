"""Parsed at once, an answer is what the SDK makes of it; and whatever is not a clean answer stays the SDK's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from shared import aws
from shared.store.keys import Key
from shared.store.parsing import parse_at_once
from shared.store.table import Item, Table
from tests.conftest import TABLE
from tests.shared.store.answering import written
from tests.shared.store.replies import REQUESTS, Wire, answer, consumed, found, items, names, outcome
from tests.template import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONFIG = Config(
    region_name="eu-west-1", parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 2}
)


def wire(*, at_once: bool) -> Wire:
    """Return a client that is made with or without parsing at once, on a wire."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")
    if at_once:
        parse_at_once(session.events)
    return Wire(session.client("dynamodb", config=CONFIG))


OURS, THEIRS = wire(at_once=True), wire(at_once=False)


answers = st.one_of(
    st.tuples(st.just("query"), found),
    st.tuples(st.just("get_item"), st.fixed_dictionaries({}, optional={"Item": items, "ConsumedCapacity": consumed})),
    st.tuples(
        st.just("batch_get_item"),
        st.fixed_dictionaries(
            {"Responses": st.dictionaries(names, st.lists(items, max_size=3), max_size=2)},
            optional={
                "UnprocessedKeys": st.dictionaries(
                    names,
                    st.fixed_dictionaries({"Keys": st.lists(items, max_size=2), "ConsistentRead": st.booleans()}),
                    max_size=2,
                )
            },
        ),
    ),
)


@given(answers)
def test_an_answer_is_what_the_sdk_makes_of_it(said: tuple[str, dict[str, Any]]) -> None:
    operation, content = said
    ours, theirs = (wire.asked(operation, answer(written(content))) for wire in (OURS, THEIRS))
    assert ours == theirs
    assert {name: ours[name] for name in content} == content, "bytes are bytes again"
    assert ours["ResponseMetadata"]["RequestId"] == "9MTQ9D5S"


UNCLEAN = {
    "no object": answer(b"[]"),
    "no items": answer(b'{"Items": 3}'),
    "items that are none": answer(b'{"Items": [3]}'),
    "values that are none": answer(b'{"Items": [{"pk": 3}]}'),
    "values of two types": answer(b'{"Items": [{"pk": {"N": "1", "B": "AA=="}}]}'),
    "no JSON": answer(b"<html>busy</html>"),
    "no text": answer(b'{"Items": "\xff"}'),
    "nothing": answer(b""),
    "null": answer(b'{"Items": null, "Item": null, "LastEvaluatedKey": null}'),
    "a lone surrogate": answer(b'{"Items": [{"pk": {"S": "\\ud800"}}]}'),
    "a number JSON has not": answer(b'{"Items": [], "Count": NaN}'),
    "no base64": answer(b'{"Items": [{"pk": {"B": "a"}}]}'),
    "refused": answer(b'{"__type": "com.amazonaws#ResourceNotFoundException", "message": "no"}', status=400),
    "refused, with items": answer(b'{"__type": "a#ValidationException", "Items": [{"a": {"B": "AA=="}}]}', status=400),
}


@pytest.mark.parametrize("operation", REQUESTS)
@pytest.mark.parametrize("unclean", UNCLEAN.values(), ids=UNCLEAN)
def test_what_is_unclean_is_left_to_the_sdk(operation: str, unclean: AWSResponse) -> None:
    ours, theirs = (outcome(wire, operation, unclean) for wire in (OURS, THEIRS))
    assert ours == theirs


@pytest.mark.parametrize(
    "first",
    [
        answer(b'{"Items": [], "Count": 0}', check_sum=1),
        answer(b'{"Items": [{"pk": {"S"', check_sum=1),
        answer(b'{"__type": "a#InternalServerError", "message": "no"}', status=500),
    ],
    ids=["another check sum", "cut off", "an error of the server's"],
)
def test_what_came_damaged_is_asked_for_again(first: AWSResponse) -> None:
    for client in (OURS, THEIRS):
        said = client.asked("query", first, answer(b'{"Items": [{"pk": {"B": "AA=="}}], "Count": 1}'))
        assert said["Items"] == [{"pk": {"B": b"\x00"}}]
        assert (client.tries, said["ResponseMetadata"]["RetryAttempts"]) == (2, 1)


ITEM: Item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "packed": {"B": b"\x00\xff\n"}, "units": {"N": "12"}}


@pytest.fixture
def own_client(engine: None) -> "Iterator[DynamoDBClient]":
    """The product's own client, with the template's table behind it."""
    aws.session.cache_clear()
    client = aws.session().client("dynamodb")
    client.create_table(**table_definition(TABLE))
    yield client
    client.close()
    aws.session.cache_clear()


def test_the_products_own_clients_read_so(own_client: "DynamoDBClient") -> None:
    table, parsed = Table(own_client, TABLE), []
    own_client.meta.events.register("before-parse.dynamodb", lambda response_dict, **_: parsed.append(response_dict))
    others = [{"pk": {"S": "p"}, "sk": {"S": f"t{number}"}, "text": {"S": "ñ€😀"}} for number in range(3)]
    for item in (ITEM, *others):
        assert table.insert(item) is None
    parsed.clear()
    assert table.get(Key("p", "s")) == ITEM
    assert table.get(Key("p", "nobody")) is None
    assert list(table.query("p", limit=2)) == [ITEM, *others], "on several pages"
    assert table.get_many([Key("p", "s"), Key("p", "nobody")]) == {Key("p", "s"): ITEM}
    assert {each["body"] for each in parsed} == {b""}, "nothing was left for the SDK to parse"
