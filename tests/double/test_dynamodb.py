"""DynamoDB's rules: items, keys, single writes, reads in pages, indexes, batches, transactions, charges, streams."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from bench.capacity import item_size
from tests.double import Cloud, NotDoubled
from tests.double.conftest import TABLE, Clock, definition, item, refusal
from tests.double.tables import row

INVALID = "ValidationException"
EXISTS = {"ConditionExpression": "attribute_exists(pk)"}
ABSENT = {"ConditionExpression": "attribute_not_exists(pk)"}


def put(client: Any, **attributes: Any) -> Any:
    return client.put_item(TableName=TABLE, Item=item(**attributes))


def items(client: Any, **arguments: Any) -> list[Any]:
    """Return what a query finds, page after page."""
    return [
        one for page in client.get_paginator("query").paginate(TableName=TABLE, **arguments) for one in page["Items"]
    ]


def of(pk: str, condition: str = "pk = :pk") -> dict[str, Any]:
    return {"KeyConditionExpression": condition, "ExpressionAttributeValues": {":pk": {"S": pk}}}


def open_in(index: str, shard: str = "o") -> dict[str, Any]:
    return {
        "IndexName": index,
        "KeyConditionExpression": "#open = :open",
        "ExpressionAttributeNames": {"#open": "open"},
        "ExpressionAttributeValues": {":open": {"S": shard}},
    }


# ------------------------------------------------------------------------------------------------------------- items

BAD_ITEMS: dict[str, dict[str, Any]] = {
    "no sort key": {"pk": {"S": "p"}},
    "no hash key": {"sk": {"S": "p"}},
    "empty hash key": item(pk=""),
    "empty sort key": item(sk=""),
    "hash key of another type": item() | {"pk": {"N": "1"}},
    "hash key too long": item(pk="x" * 2049),
    "hash key too long in UTF-8": item(pk="ñ" * 1025),
    "sort key too long": item(sk="x" * 1025),
    "index key of another type": item(open={"N": "1"}),
    "empty index key": item(open={"S": ""}),
    "index key too long": item(open={"S": "x" * 2049}),
    "item too large": item(a={"B": b"x" * (400 * 1024)}),
    "no type": item(a={}),
    "two types": item(a={"S": "x", "N": "1"}),
    "unknown type": item(a={"T": "x"}),
    "text that is none": item(a={"S": 1}),
    "lone surrogate": item(a={"S": "\ud800"}),
    "number that is none": item(a={"N": "one"}),
    "number that is no text": item(a={"N": 1}),
    "number not finite": item(a={"N": "NaN"}),
    "number with a space": item(a={"N": " 1"}),
    "39 digits": item(a={"N": "1" * 39}),
    "number too large": item(a={"N": "1E126"}),
    "number too small": item(a={"N": "1E-131"}),
    "truth that is none": item(a={"BOOL": "true"}),
    "NULL that is not true": item(a={"NULL": False}),
    "empty set": item(a={"SS": []}),
    "set with duplicates": item(a={"SS": ["x", "x"]}),
    "set with equal numbers": item(a={"NS": ["1", "1.0"]}),
    "attribute without a name": item() | {"": {"S": "x"}},
}


@pytest.mark.parametrize("bad", BAD_ITEMS.values(), ids=BAD_ITEMS)
def test_an_item_that_cannot_be_kept_is_refused(cloud: Cloud, dynamodb: Any, bad: dict[str, Any]) -> None:
    assert refusal(dynamodb.put_item, TableName=TABLE, Item=bad) == INVALID
    assert cloud.look().items(TABLE) == []


def nested(depth: int) -> dict[str, Any]:
    return {"L": [nested(depth - 1)]} if depth else {"S": "x"}


GOOD_ITEMS = [
    item(pk="x" * 2048, sk="ñ" * 512),
    item(a={"S": ""}, b={"B": b""}, c={"L": []}, d={"M": {}}, e={"SS": [""]}),
    item(a=nested(32)),
    item(a={"N": "9" * 38}, b={"N": "1E125"}, c={"N": "-1E-130"}),
    item(a={"B": b"x" * (400 * 1024 - 7)}),
]


@pytest.mark.parametrize("good", GOOD_ITEMS, ids=range(len(GOOD_ITEMS)))
def test_an_item_at_the_limits_is_kept(dynamodb: Any, good: dict[str, Any]) -> None:
    dynamodb.put_item(TableName=TABLE, Item=good)
    (found,) = items(dynamodb, **of(good["pk"]["S"]))
    assert found.keys() == good.keys()


def test_nesting_ends_at_32_levels(dynamodb: Any) -> None:
    assert refusal(dynamodb.put_item, TableName=TABLE, Item=item(a=nested(33))) == INVALID


@pytest.mark.parametrize(
    ("given", "kept"),
    [("1.50", "1.5"), ("-0", "0"), ("007", "7"), ("1E3", "1000"), ("+1", "1"), ("1e-2", "0.01"), ("0.0", "0")],
)
def test_numbers_have_one_form(dynamodb: Any, given: str, kept: str) -> None:
    put(dynamodb, n={"N": given}, ns={"NS": [given]})
    (found,) = items(dynamodb, **of("p"))
    assert (found["n"], found["ns"]) == ({"N": kept}, {"NS": [kept]})


@pytest.mark.parametrize("good", [*GOOD_ITEMS, item(a={"S": "ñ"}, ñ={"NS": ["1", "2.25"]}, t={"BOOL": True})])
def test_sizes_are_the_documented_ones(good: dict[str, Any]) -> None:
    assert row(good).size == item_size(good)


def test_nobody_shares_state(cloud: Cloud, dynamodb: Any) -> None:
    given = item(m={"M": {"k": {"L": [{"S": "x"}]}}}, s={"S": "x"})
    dynamodb.put_item(TableName=TABLE, Item=given)
    kept = repr(cloud.look().items(TABLE))
    given["m"]["M"]["k"]["L"].append({"S": "y"})
    given["s"]["S"] = "y"
    for found in (*items(dynamodb, **of("p")), *cloud.look().items(TABLE)):
        found["m"]["M"]["k"]["L"].clear()
        found["s"]["S"] = "z"
    assert repr(cloud.look().items(TABLE)) == kept


# ------------------------------------------------------------------------------------------------------------ writes


def test_a_condition_keeps_what_is_there_and_shows_it_when_asked(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item=item(n={"N": "1"}), **ABSENT)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as quiet:
        dynamodb.put_item(TableName=TABLE, Item=item(n={"N": "2"}), **ABSENT)
    assert "Item" not in quiet.value.response
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as shown:
        dynamodb.put_item(TableName=TABLE, Item=item(), ReturnValuesOnConditionCheckFailure="ALL_OLD", **ABSENT)
    assert shown.value.response["Item"] == item(n={"N": "1"})
    assert items(dynamodb, **of("p")) == [item(n={"N": "1"})]


def test_updates_make_items_and_deletes_do_not_mind(dynamodb: Any) -> None:
    update: Any = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    answer = dynamodb.update_item(TableName=TABLE, Key=item(), ReturnValues="UPDATED_NEW", **update)
    assert answer["Attributes"] == {"n": {"N": "1"}}
    assert refusal(dynamodb.update_item, TableName=TABLE, Key=item(sk="t"), **update, **EXISTS) != ""
    assert dynamodb.delete_item(TableName=TABLE, Key=item(), ReturnValues="ALL_OLD")["Attributes"] == item(n={"N": "1"})
    assert "Attributes" not in dynamodb.delete_item(TableName=TABLE, Key=item(), ReturnValues="ALL_OLD")
    assert items(dynamodb, **of("p")) == []


def setting(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "UpdateExpression": "SET #name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": value},
    }


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_item", {"Key": {"pk": {"S": "p"}}}),
        ("get_item", {"Key": item(n={"N": "1"})}),
        ("get_item", {"Key": item() | {"sk": {"N": "1"}}}),
        ("get_item", {"Key": item(), "ExpressionAttributeNames": {"#n": "n"}}),
        ("delete_item", {"Key": item(sk="")}),
        ("put_item", {"Item": item(), "ReturnValues": "ALL_NEW"}),
        ("put_item", {"Item": item(), "ConditionExpression": ""}),
        ("update_item", {"Key": item(), "UpdateExpression": "REMOVE pk"}),
        ("update_item", {"Key": item(), **setting("sk", {"S": "x"})}),
        ("update_item", {"Key": item(), **setting("a", {"B": b"x" * 409_600})}),
        ("update_item", {"Key": item(), **setting("open", {"S": ""})}),
        ("update_item", {"Key": item(), **setting("open_at", {"S": "1"})}),
        ("query", of("")),
        ("query", of("p") | {"Limit": 0}),
        ("query", of("p", "sk = :pk")),
        ("query", of("p", "pk > :pk")),
        ("query", {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"N": "1"}}}),
        ("query", of("p", "pk = :pk OR sk = :pk")),
        ("query", of("p", "pk = :pk AND NOT sk = :pk")),
        ("query", of("p", "pk = :pk AND sk <> :pk")),
        ("query", of("p", "pk = :pk AND n = :pk")),
        ("query", of("p", "pk = :pk AND pk = :pk")),
        ("query", of("p") | {"FilterExpression": "attribute_exists(sk)"}),
        ("query", of("p") | {"ExclusiveStartKey": {"pk": {"S": "p"}}}),
        ("query", of("p") | {"ExclusiveStartKey": item(pk="q")}),
        ("query", of("p") | {"IndexName": "unheard-of"}),
        ("query", open_in("keys") | {"ConsistentRead": True}),
        ("query", open_in("keys") | {"Select": "ALL_ATTRIBUTES"}),
        ("query", open_in("keys") | {"ProjectionExpression": "n"}),
        ("query", of("p") | {"Select": "ALL_PROJECTED_ATTRIBUTES"}),
        ("query", of("p") | {"Select": "COUNT", "ProjectionExpression": "n"}),
        ("query", of("p") | {"Select": "SPECIFIC_ATTRIBUTES"}),
    ],
)  # fmt: skip
def test_a_call_that_breaks_a_rule_is_refused(dynamodb: Any, method: str, arguments: dict[str, Any]) -> None:
    assert refusal(getattr(dynamodb, method), TableName=TABLE, **arguments) == INVALID


def test_what_is_not_there_and_what_is_not_doubled(dynamodb: Any) -> None:
    assert refusal(dynamodb.get_item, TableName="no", Key=item()) == "ResourceNotFoundException"
    assert refusal(dynamodb.create_table, **definition()) == "ResourceInUseException"
    with pytest.raises(NotDoubled):
        dynamodb.list_backups()
    with pytest.raises(NotDoubled):
        dynamodb.put_items(TableName=TABLE)
    with pytest.raises(NotDoubled):
        dynamodb.get_item(TableName=TABLE, Key=item(), AttributesToGet=["n"])
    with pytest.raises(ParamValidationError):
        dynamodb.get_item(TableName=TABLE)


# ------------------------------------------------------------------------------------------------------------- reads


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 7, 8])
def test_pages_lose_and_repeat_nothing(dynamodb: Any, forward: bool, limit: int) -> None:
    keys = ["a", "ab", "b", "Z", "é", "z", "\U0001f600"]
    for key in keys:
        put(dynamodb, sk=key)
        put(dynamodb, pk="other", sk=key)
    found = items(dynamodb, **of("p"), ScanIndexForward=forward, Limit=limit)
    in_order = sorted(keys, key=lambda key: key.encode(), reverse=not forward)
    assert [one["sk"]["S"] for one in found] == in_order


def test_a_limit_that_is_met_leaves_a_key_and_comes_before_the_filter(dynamodb: Any) -> None:
    for number in range(4):
        put(dynamodb, sk=str(number), n={"N": str(number)})
    answer = dynamodb.query(TableName=TABLE, **of("p"), Limit=4)
    assert answer["LastEvaluatedKey"] == item(sk="3")
    chosen = {"FilterExpression": "n > :two", "ExpressionAttributeValues": {":pk": {"S": "p"}, ":two": {"N": "2"}}}
    answer = dynamodb.query(TableName=TABLE, **of("p") | chosen, Limit=2)
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 2)
    assert answer["LastEvaluatedKey"] == item(sk="1")


def test_a_page_ends_at_a_megabyte(dynamodb: Any) -> None:
    for number in range(5):
        put(dynamodb, sk=str(number), a={"B": b"x" * 390 * 1024})
    assert dynamodb.query(TableName=TABLE, **of("p"))["Count"] == 2
    assert dynamodb.scan(TableName=TABLE)["Count"] == 2
    assert len(items(dynamodb, **of("p"))) == 5


def test_a_scan_shows_everything_once_in_pages(dynamodb: Any) -> None:
    keys = {(f"p{number % 7}", f"s{number}") for number in range(40)}
    for pk, sk in sorted(keys):
        put(dynamodb, pk=pk, sk=sk)
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE, Limit=3)
    found = [(one["pk"]["S"], one["sk"]["S"]) for page in pages for one in page["Items"]]
    assert len(found) == 40
    assert set(found) == keys


def test_a_page_goes_on_from_a_key_that_is_gone(dynamodb: Any) -> None:
    for key in "abc":
        put(dynamodb, sk=key)
    dynamodb.delete_item(TableName=TABLE, Key=item(sk="b"))
    answer = dynamodb.query(TableName=TABLE, **of("p"), ExclusiveStartKey=item(sk="b"))
    assert answer["Items"] == [item(sk="c")]


# ----------------------------------------------------------------------------------------------------------- indexes


def test_an_index_holds_what_has_its_key_in_its_projection(dynamodb: Any) -> None:
    opened = item(open={"S": "o"}, open_at={"N": "10"}, n={"N": "1"}, s={"S": "x"})
    dynamodb.put_item(TableName=TABLE, Item=opened)
    put(dynamodb, sk="only half", open={"S": "o"})
    put(dynamodb, sk="later", open={"S": "o"}, open_at={"N": "9"})
    names = {"keys": {"pk", "sk", "open", "open_at"}, "some": {"pk", "sk", "open", "open_at", "n"}, "all": {*opened}}
    for index, expected in names.items():
        later, found = items(dynamodb, **open_in(index))
        assert later["sk"] == {"S": "later"}
        assert found.keys() == expected
    dynamodb.update_item(TableName=TABLE, Key=item(), UpdateExpression="REMOVE open_at")
    assert len(items(dynamodb, **open_in("all"))) == 1


def test_pages_of_an_index_with_equal_keys(dynamodb: Any) -> None:
    for number in range(9):
        put(dynamodb, sk=str(number), open={"S": "o"}, open_at={"N": "1"})
    assert len({one["sk"]["S"] for one in items(dynamodb, **open_in("keys"), Limit=2)}) == 9


def test_an_index_lags_as_long_as_it_is_told_to(cloud: Cloud, clock: Clock, dynamodb: Any) -> None:
    cloud.index_lag = timedelta(seconds=5)
    put(dynamodb, open={"S": "o"}, open_at={"N": "1"})
    clock.wait(seconds=3)
    dynamodb.delete_item(TableName=TABLE, Key=item())
    assert items(dynamodb, **open_in("all")) == []
    clock.wait(seconds=2)
    assert len(items(dynamodb, **open_in("all"))) == 1
    clock.wait(seconds=3)
    assert items(dynamodb, **open_in("all")) == []


# ----------------------------------------------------------------------------------------------------------- batches


def test_a_batch_is_read_once_each_and_the_missing_left_out(dynamodb: Any) -> None:
    put(dynamodb)
    answer = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [item(), item(sk="missing")]}})
    assert answer["Responses"] == {TABLE: [item()]}
    assert answer["UnprocessedKeys"] == {}


def keys(number: int) -> list[dict[str, Any]]:
    return [item(sk=str(each)) for each in range(number)]


@pytest.mark.parametrize("wanted", [keys(101), [item(), item()], []], ids=["101", "twice", "none"])
def test_a_batch_to_read_is_refused(dynamodb: Any, wanted: list[Any]) -> None:
    assert refusal(dynamodb.batch_get_item, RequestItems={TABLE: {"Keys": wanted}}) == INVALID


def test_a_batch_beyond_16_megabytes_comes_back_in_part(dynamodb: Any) -> None:
    for key in keys(45):
        dynamodb.put_item(TableName=TABLE, Item=key | {"a": {"B": b"x" * 390 * 1024}})
    asked: Any = {TABLE: {"Keys": keys(45), "ConsistentRead": True}}
    found = []
    for _ in range(2):
        answer = dynamodb.batch_get_item(RequestItems=asked)
        found += answer["Responses"][TABLE]
        asked = answer["UnprocessedKeys"]
    assert asked == {}
    assert sorted(int(one["sk"]["S"]) for one in found) == list(range(45))


@pytest.mark.parametrize(
    "requests",
    [
        [{"PutRequest": {"Item": key}} for key in keys(26)],
        [{"PutRequest": {"Item": item()}}, {"DeleteRequest": {"Key": item()}}],
        [{"PutRequest": {"Item": item()}}, {"PutRequest": {"Item": item(sk="")}}],
        [],
    ],
    ids=["26", "twice", "one bad", "none"],
)
def test_a_batch_to_write_is_refused_whole(cloud: Cloud, dynamodb: Any, requests: list[Any]) -> None:
    assert refusal(dynamodb.batch_write_item, RequestItems={TABLE: requests}) == INVALID
    assert cloud.look().items(TABLE) == []


# ------------------------------------------------------------------------------------------------------ transactions


def write(kind: str, key: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    return {kind: {"TableName": TABLE, "Item" if kind == "Put" else "Key": key, **arguments}}


def test_a_transaction_does_all_or_nothing_and_says_why(cloud: Cloud, dynamodb: Any) -> None:
    put(dynamodb, n={"N": "1"})
    bad_update = write("Update", item(sk="c"), UpdateExpression="SET n = absent")
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(
            TransactItems=[
                write("Put", item(sk="b")),
                write("Put", item(), ReturnValuesOnConditionCheckFailure="ALL_OLD", **ABSENT),
                bad_update,
                write("ConditionCheck", item(sk="d"), **EXISTS),
            ]
        )
    reasons = caught.value.response["CancellationReasons"]
    codes = ["None", "ConditionalCheckFailed", "ValidationError", "ConditionalCheckFailed"]
    assert [reason["Code"] for reason in reasons] == codes
    assert reasons[1]["Item"] == item(n={"N": "1"})
    assert cloud.look().items(TABLE) == [item(n={"N": "1"})]

    dynamodb.transact_write_items(
        TransactItems=[
            write("Put", item(sk="b"), **ABSENT),
            write("Delete", item(), **EXISTS),
            write("Update", item(sk="c"), UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "2"}}),
            write("ConditionCheck", item(sk="d"), **ABSENT),
        ]
    )
    assert cloud.look().items(TABLE) == [item(sk="b"), item(sk="c", n={"N": "2"})]


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [write("Put", key) for key in keys(101)],
        [write("Put", item()), write("ConditionCheck", item(), **EXISTS)],
        [write("Put", key | {"a": {"B": b"x" * 399 * 1024}}) for key in keys(11)],
        [write("ConditionCheck", item())],
        [{**write("Put", item()), **write("Delete", item(sk="b"))}],
        [write("Put", item(), ConditionExpression="n = :undefined")],
    ],
    ids=["none", "101", "twice", "over 4 MB", "no condition", "two in one", "bad expression"],
)
def test_a_transaction_is_refused(cloud: Cloud, dynamodb: Any, wanted: list[Any]) -> None:
    assert refusal(dynamodb.transact_write_items, TransactItems=wanted) == INVALID
    assert cloud.look().items(TABLE) == []


def test_a_hundred_writes_are_a_transaction(cloud: Cloud, dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[write("Put", key) for key in keys(100)])
    assert len(cloud.look().items(TABLE)) == 100


def test_a_token_makes_a_transaction_happen_once_within_ten_minutes(clock: Clock, dynamodb: Any) -> None:
    add = write("Update", item(), UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "1"}})
    again = {"TransactItems": [add], "ClientRequestToken": "token"}
    dynamodb.transact_write_items(**again)
    clock.wait(minutes=9)
    dynamodb.transact_write_items(**again)
    other = {"TransactItems": [write("Put", item(sk="b"))], "ClientRequestToken": "token"}
    assert refusal(dynamodb.transact_write_items, **other) == "IdempotentParameterMismatchException"
    assert items(dynamodb, **of("p")) == [item(n={"N": "1"})]
    clock.wait(minutes=1)
    dynamodb.transact_write_items(**again)
    assert items(dynamodb, **of("p")) == [item(n={"N": "2"})]


# ----------------------------------------------------------------------------------------------------------- charges

KB = 1024


@pytest.mark.parametrize(
    ("call", "arguments", "read", "written"),
    [
        ("put_item", {"Item": item(sk="b")}, 0, 1),
        ("put_item", {"Item": item()}, 0, 3),
        ("put_item", {"Item": item(sk="b", a={"B": b"x" * 3 * KB})}, 0, 4),
        ("put_item", {"Item": item(sk="b", open={"S": "o"}, open_at={"N": "1"})}, 0, 4),
        ("delete_item", {"Key": item()}, 0, 3),
        ("delete_item", {"Key": item(sk="b")}, 0, 1),
        ("get_item", {"Key": item()}, 0.5, 0),
        ("get_item", {"Key": item(), "ConsistentRead": True}, 1, 0),
        ("get_item", {"Key": item(sk="b"), "ConsistentRead": True}, 1, 0),
        ("query", {**of("p"), "ConsistentRead": True}, 1, 0),
        ("query", {**of("nobody"), "ConsistentRead": True}, 1, 0),
        ("query", open_in("all"), 0.5, 0),
        ("scan", {"ConsistentRead": True}, 1, 0),
    ],
)
def test_calls_cost_what_is_documented(
    cloud: Cloud, dynamodb: Any, call: str, arguments: dict[str, Any], read: float, written: float
) -> None:
    put(dynamodb, a={"B": b"x" * (2 * KB + 500)})
    answer = getattr(dynamodb, call)(TableName=TABLE, ReturnConsumedCapacity="TOTAL", **arguments)
    assert (cloud.meter.last_read, cloud.meter.last_write) == (read, written)
    assert answer["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": read + written}


def test_what_a_condition_refuses_and_transactions_cost(cloud: Cloud, dynamodb: Any) -> None:
    put(dynamodb, a={"B": b"x" * (2 * KB + 500)})
    refusal(dynamodb.put_item, TableName=TABLE, Item=item(), **ABSENT)
    assert cloud.meter.last_write == 3
    dynamodb.transact_write_items(TransactItems=[write("Put", item(sk="b")), write("Delete", item())])
    assert cloud.meter.last_write == 2 * (1 + 3)
    dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": TABLE, "Key": item(sk="b")}}])
    assert cloud.meter.last_read == 2
    dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys(3), "ConsistentRead": True}})
    assert cloud.meter.last_read == 3
    assert cloud.meter.operations["PutItem"] == 2


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        ({}, {"open": {"S": "o"}, "open_at": {"N": "1"}}, 3),
        ({"open": {"S": "o"}, "open_at": {"N": "1"}}, {"open": {"S": "o"}, "open_at": {"N": "1"}}, 0),
        ({"open": {"S": "o"}, "open_at": {"N": "1"}}, {"open": {"S": "o"}, "open_at": {"N": "2"}}, 6),
        ({"open": {"S": "o"}, "open_at": {"N": "1"}}, {"open": {"S": "o"}, "open_at": {"N": "1"}, "n": {"N": "1"}}, 2),
        ({"open": {"S": "o"}, "open_at": {"N": "1"}}, {"open": {"S": "o"}, "open_at": {"N": "1"}, "s": {"S": "x"}}, 1),
        ({"open": {"S": "o"}, "open_at": {"N": "1"}}, {}, 3),
    ],
)
def test_three_indexes_cost_what_changes_in_them(
    cloud: Cloud, dynamodb: Any, before: dict[str, Any], after: dict[str, Any], units: int
) -> None:
    put(dynamodb, **before)
    put(dynamodb, **after)
    assert cloud.meter.last_write == 1 + units


# ------------------------------------------------------------------------------------------------------------ stream


def records(cloud: Cloud, name: str = TABLE, **iterator: Any) -> list[Any]:
    """Return what the stream's only shard shows from an iterator on."""
    streams = cloud.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName=name)["Streams"]
    description = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    (shard,) = description["Shards"]
    asked = {"ShardIteratorType": "TRIM_HORIZON"} | iterator
    place = streams.get_shard_iterator(StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], **asked)
    answer = streams.get_records(ShardIterator=place["ShardIterator"])
    assert "NextShardIterator" in answer
    return list(answer["Records"])


def lived(client: Any, name: str = TABLE) -> None:
    """Make, change, rewrite as it is, and delete one item."""
    for number in "122":
        client.put_item(TableName=name, Item=item(n={"N": number}))
    client.delete_item(TableName=name, Key=item())
    client.delete_item(TableName=name, Key=item())


def test_the_stream_tells_every_change_once_in_order(cloud: Cloud, dynamodb: Any) -> None:
    lived(dynamodb)
    found = [
        (one["eventName"], one["dynamodb"].get("OldImage"), one["dynamodb"].get("NewImage")) for one in records(cloud)
    ]
    first, second = item(n={"N": "1"}), item(n={"N": "2"})
    assert found == [("INSERT", None, first), ("MODIFY", first, second), ("REMOVE", second, None)]
    assert cloud.look().records(TABLE, after=1) == records(cloud)[1:]


@pytest.mark.parametrize(
    ("view", "images"),
    [("KEYS_ONLY", set()), ("NEW_IMAGE", {"NewImage"}), ("OLD_IMAGE", {"OldImage"})],
)
def test_the_stream_shows_what_its_view_type_says(cloud: Cloud, view: str, images: set[str]) -> None:
    cloud.create_table(**definition("other", view))
    lived(cloud.client("dynamodb"), "other")
    for record in records(cloud, "other"):
        assert record["dynamodb"]["Keys"] == item()
        assert {"OldImage", "NewImage"} & record["dynamodb"].keys() <= images
    assert len(records(cloud, "other")) == 3


def test_the_stream_is_read_from_a_number_on_and_keeps_a_day(cloud: Cloud, clock: Clock, dynamodb: Any) -> None:
    put(dynamodb)
    clock.wait(hours=23)
    put(dynamodb, sk="b")
    first, second = (record["dynamodb"]["SequenceNumber"] for record in records(cloud))
    assert len(records(cloud, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=first)) == 2
    assert len(records(cloud, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=first)) == 1
    assert records(cloud, ShardIteratorType="LATEST") == []
    clock.wait(hours=2)
    assert len(records(cloud)) == 1
    assert len(records(cloud, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=second)) == 1
    with pytest.raises(ClientError, match="TrimmedDataAccessException"):
        records(cloud, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=first)


def test_an_iterator_lasts_a_quarter_of_an_hour(cloud: Cloud, clock: Clock, dynamodb: Any) -> None:
    streams = cloud.client("dynamodbstreams")
    (stream,) = streams.list_streams()["Streams"]
    (shard,) = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
    place = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="LATEST"
    )["ShardIterator"]
    put(dynamodb)
    assert len(streams.get_records(ShardIterator=place, Limit=1)["Records"]) == 1
    clock.wait(minutes=16)
    assert refusal(streams.get_records, ShardIterator=place) == "ExpiredIteratorException"
