"""The table's operations on both engines: conditions, paging, batches, and what becomes of AWS's refusals."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from shared.errors import StoreUnavailable
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table, state_of
from tests.conftest import TABLE
from tests.injection import Injected, refusal
from tests.template import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANA = Key("identity#counter:shop:ana", "about")
BEA = Key("identity#counter:shop:bea", "about")
THROTTLED = refusal("ProvisionedThroughputExceededException")
BROKEN = refusal("InternalServerError", 500)


def typed(key: Key, **attributes: str) -> Item:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}} | {name: {"S": value} for name, value in attributes.items()}


def journal_key(number: int) -> Key:
    return Key(ANA.pk, f"event#{number:04}")


@pytest.fixture
def impatient(dynamodb: "DynamoDBClient") -> "Iterator[DynamoDBClient]":
    """A client that tries twice, as the product's own do."""
    client = boto3.client("dynamodb", config=Config(retries={"mode": "standard", "total_max_attempts": 2}))
    yield client
    client.close()


# ------------------------------------------------------------------------------------------------------------ insert


def test_only_the_first_insert_of_a_key_writes(table: Table) -> None:
    assert table.insert(typed(ANA, state="first")) is None
    assert table.insert(typed(ANA, state="second")) == typed(ANA, state="first")
    assert table.get(ANA) == typed(ANA, state="first")


def test_keys_differ_in_either_part(table: Table) -> None:
    neighbours = [ANA, BEA, Key(ANA.pk, "about2"), Key(ANA.pk + "2", ANA.sk)]
    assert not any(table.insert(typed(key)) for key in neighbours)
    assert [table.insert(typed(key)) for key in neighbours] == [typed(key) for key in neighbours]


def test_bytes_come_back_as_they_were(table: Table) -> None:
    packed = {"packed": {"B": bytes(range(256))}}
    table.insert(typed(ANA) | packed)
    found = table.get(ANA)
    assert found is not None
    assert bytes(found["packed"]["B"]) == bytes(range(256))


# ----------------------------------------------------------------------------------------------------------- replace


def test_a_projection_is_written_only_over_the_state_it_was_computed_from(table: Table) -> None:
    assert table.replace(ANA, state="one", seen=None)
    assert not table.replace(ANA, state="other", seen=None)
    assert not table.replace(ANA, state="two", seen="zero")
    assert state_of(table.get(ANA)) == "one"
    assert table.replace(ANA, state="two", seen="one")
    assert not table.replace(ANA, state="three", seen="one")
    assert state_of(table.get(ANA)) == "two"


def test_a_projection_that_is_gone_is_not_written_over_what_was_seen_of_it(table: Table) -> None:
    assert not table.replace(ANA, state="two", seen="one")
    assert table.get(ANA) is None
    assert state_of(table.get(ANA)) is None


def test_a_replacement_replaces_the_attributes_too(table: Table) -> None:
    """A conversation that was answered must leave the sparse index."""
    waiting = {"open": {"S": "waiting#0"}, "open_at": {"S": "2026"}}
    table.replace(ANA, state="one", seen=None, extra=waiting)
    assert list(table.open_work("waiting#0", until="2027")) == [ANA]
    table.replace(ANA, state="two", seen="one")
    assert table.get(ANA) == typed(ANA, state="two")
    assert not list(table.open_work("waiting#0", until="2027"))


# ---------------------------------------------------------------------------------------------------------- raise_to


@pytest.mark.parametrize("ranks", [(0, 1), (1, 0), (0, 0, 1, 1, 0), (1, 1), (2, 10, 9)])
def test_the_highest_rank_stands_in_any_order(table: Table, ranks: tuple[int, ...]) -> None:
    written = [table.raise_to(ANA, rank=rank, state=f"rank {rank}") for rank in ranks]
    highest = [rank > max(ranks[:place], default=-1) for place, rank in enumerate(ranks)]
    assert written == highest
    found = table.get(ANA)
    assert found is not None
    assert found["rank"] == {"N": str(max(ranks))}
    assert state_of(found) == f"rank {max(ranks)}"


# --------------------------------------------------------------------------------------------------------------- set


def test_attributes_are_set_and_removed_and_the_others_stay(table: Table) -> None:
    table.insert(typed(ANA, state="one", open="delivery#1", open_at="2026"))
    table.set(ANA, {"outcomes": {"S": "{}"}}, remove=["open", "open_at", "attempts"])
    assert table.get(ANA) == typed(ANA, state="one", outcomes="{}")
    table.set(ANA, {}, remove=["outcomes"])
    table.set(ANA, {"attempts": {"N": "1"}})
    assert table.get(ANA) == typed(ANA, state="one") | {"attempts": {"N": "1"}}


def test_an_item_that_is_gone_stays_gone(table: Table) -> None:
    table.set(ANA, {"open": {"S": "delivery#1"}, "open_at": {"S": "2026"}})
    assert table.get(ANA) is None
    assert not list(table.open_work("delivery#1", until="2027"))


# ------------------------------------------------------------------------------------------------- what two sides write


def test_each_side_is_answered_with_the_others_part(table: Table) -> None:
    assert table.add_to(ANA, "answers", "one") == typed(ANA) | {"answers": {"SS": ["one"]}}
    assert table.add_to(ANA, "whose", "hers") == typed(ANA) | {"answers": {"SS": ["one"]}, "whose": {"SS": ["hers"]}}
    both = table.add_to(ANA, "answers", "two")
    assert sorted(both["answers"]["SS"]) == ["one", "two"]
    assert table.add_to(ANA, "answers", "two") == both == table.get(ANA)


# ---------------------------------------------------------------------------------------------------------- get_many


def test_many_are_found_once_each_and_the_missing_are_left_out(table: Table) -> None:
    table.insert(typed(ANA))
    table.insert(typed(BEA))
    missing = Key(ANA.pk, "nothing")
    assert table.get_many([ANA, missing, BEA, ANA]) == {ANA: typed(ANA), BEA: typed(BEA)}
    assert table.get_many([missing]) == {}


def test_nothing_is_asked_for_nothing(table: Table, dynamodb: "DynamoDBClient") -> None:
    asked = Injected(dynamodb, "BatchGetItem")
    assert table.get_many([]) == {}
    assert asked.calls == 0


def test_more_keys_than_one_call_takes(table: Table, dynamodb: "DynamoDBClient") -> None:
    wanted = [journal_key(number) for number in range(205)]
    for key in wanted[::2]:
        table.insert(typed(key))
    asked = Injected(dynamodb, "BatchGetItem")
    assert table.get_many(iter(wanted * 2)) == {key: typed(key) for key in wanted[::2]}
    assert asked.calls == 3


def test_keys_handed_back_unread_are_asked_for_again(table: Table, dynamodb: "DynamoDBClient") -> None:
    for key in (ANA, BEA):
        table.insert(typed(key))
    half = {
        "Responses": {TABLE: [typed(BEA)]},
        "UnprocessedKeys": {TABLE: {"Keys": [typed(ANA)], "ConsistentRead": True}},
    }
    nothing = {"Responses": {}, "UnprocessedKeys": {TABLE: {"Keys": [typed(ANA)], "ConsistentRead": True}}}
    asked = Injected(dynamodb, "BatchGetItem", (200, half), (200, nothing), None)
    assert table.get_many([ANA, BEA]) == {ANA: typed(ANA), BEA: typed(BEA)}
    assert asked.calls == 3


def test_what_is_asked_again_is_only_what_was_handed_back(table: Table, dynamodb: "DynamoDBClient") -> None:
    bodies: list[Any] = []

    def note(request: AWSPreparedRequest, **_: Any) -> None:
        assert isinstance(request.body, bytes)
        bodies.append(orjson.loads(request.body)["RequestItems"][TABLE])

    back = {"Responses": {TABLE: []}, "UnprocessedKeys": {TABLE: {"Keys": [typed(BEA)]}}}
    Injected(dynamodb, "BatchGetItem", (200, back))
    dynamodb.meta.events.register_first("before-send.dynamodb.BatchGetItem", note)
    table.get_many([ANA, BEA])
    assert [body["Keys"] for body in bodies] == [[typed(ANA), typed(BEA)], [typed(BEA)]]
    assert all(body["ConsistentRead"] for body in bodies)


def test_keys_handed_back_for_ever_are_an_error_and_never_missing(table: Table, dynamodb: "DynamoDBClient") -> None:
    table.insert(typed(ANA))
    back = {"Responses": {TABLE: []}, "UnprocessedKeys": {TABLE: {"Keys": [typed(ANA)]}}}
    Injected(dynamodb, "BatchGetItem", *[(200, back)] * 50)
    with pytest.raises(StoreUnavailable):
        table.get_many([ANA])


# ---------------------------------------------------------------------------------------------------------- put_many


def test_many_are_written_in_calls_of_twenty_five(table: Table, dynamodb: "DynamoDBClient") -> None:
    wanted = [Key(f"identity#{number}", "seen#1") for number in range(60)]
    written = Injected(dynamodb, "BatchWriteItem")
    table.put_many(typed(key) for key in wanted)
    assert written.calls == 3
    assert table.get_many(wanted) == {key: typed(key) for key in wanted}


def test_nothing_is_written_of_nothing(table: Table, dynamodb: "DynamoDBClient") -> None:
    written = Injected(dynamodb, "BatchWriteItem")
    table.put_many([])
    assert written.calls == 0


def test_items_handed_back_unwritten_are_written_again(table: Table, dynamodb: "DynamoDBClient") -> None:
    back = {"UnprocessedItems": {TABLE: [{"PutRequest": {"Item": typed(BEA)}}]}}
    Injected(dynamodb, "BatchWriteItem", (200, back))
    table.put_many([typed(ANA), typed(BEA)])
    assert table.get(BEA) == typed(BEA)
    assert table.get(ANA) is None, "the injected answer took it without writing it"


def test_items_handed_back_for_ever_are_an_error(table: Table, dynamodb: "DynamoDBClient") -> None:
    back = {"UnprocessedItems": {TABLE: [{"PutRequest": {"Item": typed(ANA)}}]}}
    Injected(dynamodb, "BatchWriteItem", *[(200, back)] * 50)
    with pytest.raises(StoreUnavailable):
        table.put_many([typed(ANA)])


READS: list[tuple[str, Any]] = [
    ("GetItem", lambda table: table.get(ANA)),
    ("BatchGetItem", lambda table: table.get_many([ANA])),
    ("Query", lambda table: list(table.query(ANA.pk))),
]


@pytest.mark.parametrize(("operation", "call"), READS)
def test_whoever_reads_sees_what_was_written_before(
    table: Table, dynamodb: "DynamoDBClient", operation: str, call: Any
) -> None:
    """Engines are always consistent, so what is asked of DynamoDB is looked at."""
    bodies: list[bytes] = []
    dynamodb.meta.events.register_first(
        f"before-send.dynamodb.{operation}", lambda request, **_: bodies.append(request.body)
    )
    call(table)
    (body,) = bodies
    asked = orjson.loads(body)
    assert asked.get("RequestItems", {TABLE: asked})[TABLE]["ConsistentRead"] is True


# ------------------------------------------------------------------------------------------------------------- query


@pytest.fixture
def journal(table: Table) -> list[Key]:
    """Twelve events of one person, and things around them that are none."""
    found = [journal_key(number) for number in range(12)]
    for key in (ANA, BEA, Key(ANA.pk, "f"), Key(BEA.pk, "event#0003"), *reversed(found)):
        table.insert(typed(key))
    return found


def sort_keys(items: Iterator[Item]) -> list[str]:
    return [item["sk"]["S"] for item in items]


def test_a_partition_is_read_in_order_and_alone(table: Table, journal: list[Key]) -> None:
    events = [key.sk for key in journal]
    assert sort_keys(table.query(ANA.pk)) == ["about", *events, "f"]
    assert sort_keys(table.query(ANA.pk, newest_first=True)) == ["f", *reversed(events), "about"]
    assert sort_keys(table.query(ANA.pk, first=keys.EVENT_PREFIX, last=f"{keys.EVENT_PREFIX}~")) == events
    assert sort_keys(table.query("identity#counter:shop:nobody")) == []


def test_both_ends_of_a_range_belong_to_it(table: Table, journal: list[Key]) -> None:
    assert sort_keys(table.query(ANA.pk, first="event#0003", last="event#0005")) == [
        "event#0003",
        "event#0004",
        "event#0005",
    ]


@pytest.mark.parametrize("limit", [1, 5, 12, 100])
@pytest.mark.parametrize("newest_first", [False, True])
def test_small_pages_lose_and_repeat_nothing(table: Table, journal: list[Key], limit: int, newest_first: bool) -> None:
    found = sort_keys(table.query(ANA.pk, first="event#", last="event#~", limit=limit, newest_first=newest_first))
    assert found == [key.sk for key in (reversed(journal) if newest_first else journal)]


def test_a_reader_who_stops_is_charged_for_no_further_page(
    table: Table, journal: list[Key], dynamodb: "DynamoDBClient"
) -> None:
    asked = Injected(dynamodb, "Query")
    reader = table.query(ANA.pk, first="event#", limit=3)
    assert [next(reader)["sk"]["S"] for _ in range(3)] == ["event#0000", "event#0001", "event#0002"]
    assert asked.calls == 1


def test_a_page_ends_at_a_megabyte_and_the_reader_does_not_notice(table: Table, dynamodb: "DynamoDBClient") -> None:
    large = os.urandom(390 * 1024)
    expected = [journal_key(number) for number in range(5)]
    for key in expected:
        table.insert(typed(key) | {"packed": {"B": large}})
    asked = Injected(dynamodb, "Query")
    found = list(table.query(ANA.pk))
    assert [Key(item["pk"]["S"], item["sk"]["S"]) for item in found] == expected
    assert all(bytes(item["packed"]["B"]) == large for item in found)
    assert asked.calls >= 2


def test_an_empty_page_is_not_the_end(table: Table, journal: list[Key], dynamodb: "DynamoDBClient") -> None:
    empty = {"Items": [], "Count": 0, "LastEvaluatedKey": typed(journal[3])}
    Injected(dynamodb, "Query", (200, empty))
    assert sort_keys(table.query(ANA.pk, last="event#~")) == [key.sk for key in journal[4:]]


# --------------------------------------------------------------------------------------------------------- open work


def test_open_work_is_what_is_due_in_its_shard_oldest_first(table: Table) -> None:
    rows = [("delivery#0", "2026-03"), ("delivery#0", "2026-01"), ("delivery#0", "2026-02"), ("delivery#1", "2026-01")]
    listed = [Key(f"delivery#{number}", "delivery") for number in range(len(rows))]
    for key, (shard, at) in zip(listed, rows, strict=True):
        table.insert(typed(key, open=shard, open_at=at))
    table.insert(typed(ANA))
    assert list(table.open_work("delivery#0", until="2026-03")) == [listed[1], listed[2], listed[0]]
    assert list(table.open_work("delivery#0", until="2026-02")) == [listed[1], listed[2]]
    assert list(table.open_work("delivery#1", until="2026-03")) == [listed[3]]
    assert list(table.open_work("delivery#2", until="2026-03")) == []


def test_much_open_work_comes_page_by_page(table: Table, dynamodb: "DynamoDBClient") -> None:
    listed = [Key(f"delivery#{number:02}", "delivery") for number in range(6)]
    for number, key in enumerate(listed):
        table.insert(typed(key, open="delivery#0", open_at=f"2026-{number:02}"))
    page = [typed(key, open="delivery#0", open_at=f"2026-{number:02}") for number, key in enumerate(listed)]
    asked = Injected(
        dynamodb,
        "Query",
        (200, {"Items": page[:2], "LastEvaluatedKey": page[1]}),
        (200, {"Items": [], "LastEvaluatedKey": page[3]}),
    )
    assert list(table.open_work("delivery#0", until="2027")) == [*listed[:2], *listed[4:]]
    assert asked.calls == 3


def test_no_index_holds_content_but_a_departments_of_its_own_cases(table: Table, dynamodb: "DynamoDBClient") -> None:
    projected = {index["IndexName"]: index["Projection"] for index in table_definition(TABLE)["GlobalSecondaryIndexes"]}
    assert projected == {
        "open": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["received_at"]},
        "ledger": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["units", "outcomes"]},
        "desk": {"ProjectionType": "ALL"},
    }
    listed = {"open": "waiting#0", "open_at": "2026", "ledger": "telegram/shop#2026-11-22#0", "received_at": "2026"}
    table.insert(typed(ANA, state="who somebody is", **listed))
    for name, shown in (("open", {"open", "open_at"}), ("ledger", {"ledger"})):
        (row,) = dynamodb.scan(TableName=TABLE, IndexName=name)["Items"]
        assert row.keys() == {"pk", "sk", "received_at"} | shown
    assert dynamodb.scan(TableName=TABLE, IndexName="desk")["Items"] == [], "it lists nothing but open cases"
    case = typed(BEA, state="a case", desk="billing", urgency="0#1", open="offered#0", open_at="2026")
    table.insert(case)
    assert dynamodb.scan(TableName=TABLE, IndexName="desk")["Items"] == [case]


def test_a_department_s_cases_are_yielded_whole_by_their_urgency(table: Table) -> None:
    urgencies = ["0#0#2026#a", "0#1#2025#b", "0#1#2026#c", "1#0#2024#d"]
    cases = [
        typed(Key(f"identity#{number}", "escalation#x"), state="a case", desk="care", urgency=urgency)
        for number, urgency in enumerate(urgencies)
    ]
    for item in (*reversed(cases), typed(BEA, state="a case", desk="billing", urgency="0#0#2026#e")):
        table.insert(item)
    assert list(table.cases("care")) == cases
    assert list(table.cases("care", page=1)) == cases
    assert list(table.cases("care", after="0#0#2026#a")) == cases[1:]
    assert list(table.cases("care", within="0#1#")) == cases[1:3]
    assert list(table.cases("care", within="0#1#", after="0#1#2025#b")) == cases[2:3]
    assert list(table.cases("care", within="0#1#", after="0#0#2026#a")) == cases[1:3]
    assert list(table.cases("care", within="0#1#", after="1#0#2024#d")) == []
    assert list(table.cases("technical")) == []


def test_the_requests_of_a_span_are_yielded_by_the_instant_at_our_door(table: Table) -> None:
    partition = "telegram/shop#2026-11-22#0"
    for number in (3, 1, 2):
        table.insert(typed(Key("identity#ana", f"event#{9 - number}"), ledger=partition, received_at=f"2026-{number}"))
    table.insert(typed(BEA, ledger="telegram/shop#2026-11-22#1", received_at="2026-2"))

    def found(**span: Any) -> list[str]:
        return [item["received_at"]["S"] for item in table.requests(partition, **span)]

    assert found() == ["2026-1", "2026-2", "2026-3"]
    assert found(page=1) == ["2026-1", "2026-2", "2026-3"]
    assert found(newest_first=True, page=1) == ["2026-3", "2026-2", "2026-1"]
    assert found(since="2026-2") == ["2026-2", "2026-3"]
    assert found(before="2026-2") == ["2026-1"], "the end of a span is not part of it"


def test_all_open_work_of_a_shard_is_listed_with_the_instant_it_came_in(table: Table) -> None:
    table.insert(typed(ANA, open="unreadable#0", open_at="9999", received_at="2026-1"))
    table.insert(typed(BEA, open="unreadable#0", open_at="2025"))
    assert [(item["open_at"]["S"], item.get("received_at")) for item in table.listed("unreadable#0")] == [
        ("2025", None),
        ("9999", {"S": "2026-1"}),
    ]


# ---------------------------------------------------------------------------------------------------------- refusals

CALLS: list[tuple[str, Any]] = [
    ("PutItem", lambda table: table.insert(typed(ANA))),
    ("PutItem", lambda table: table.replace(ANA, state="two", seen="one")),
    ("PutItem", lambda table: table.raise_to(ANA, rank=1, state="two")),
    ("UpdateItem", lambda table: table.set(ANA, {"state": {"S": "two"}})),
    ("BatchWriteItem", lambda table: table.put_many([typed(ANA)])),
    ("GetItem", lambda table: table.get(ANA)),
    ("BatchGetItem", lambda table: table.get_many([ANA])),
    ("Query", lambda table: list(table.query(ANA.pk))),
    ("Query", lambda table: list(table.open_work("waiting#0", until="2027"))),
    ("Query", lambda table: list(table.listed("waiting#0"))),
    ("Query", lambda table: list(table.requests("telegram/shop#2026-11-22#0"))),
]


@pytest.mark.parametrize("answer", [THROTTLED, BROKEN], ids=["throttled", "broken"])
@pytest.mark.parametrize(("operation", "call"), CALLS)
def test_a_refusal_is_never_taken_for_an_answer(
    impatient: "DynamoDBClient", operation: str, call: Any, answer: Any
) -> None:
    injected = Injected(impatient, operation, answer, answer)
    with pytest.raises(ClientError):
        call(Table(impatient, TABLE))
    assert injected.calls == 2
    assert Table(impatient, TABLE).get(ANA) is None


@pytest.mark.parametrize("answer", [THROTTLED, BROKEN, ConnectTimeoutError(endpoint_url="http://nothing.invalid")])
def test_a_second_try_may_succeed(impatient: "DynamoDBClient", answer: Any) -> None:
    injected = Injected(impatient, "PutItem", answer)
    assert Table(impatient, TABLE).insert(typed(ANA)) is None
    assert injected.calls == 2


def test_a_lost_answer_makes_the_second_try_say_that_the_item_is_there(
    impatient: "DynamoDBClient", table: Table
) -> None:
    """The write took place and its answer was lost: the SDK's own second try then meets the first one's item."""

    def lost(**_: Any) -> None:
        if table.insert(typed(ANA, state="first try")) is None:
            raise ReadTimeoutError(endpoint_url="http://nothing.invalid")

    impatient.meta.events.register_first("before-send.dynamodb.PutItem", lost)
    there = Table(impatient, TABLE).insert(typed(ANA, state="second try"))
    assert there == table.get(ANA) == typed(ANA, state="first try")


def test_a_lost_answer_of_a_projection_is_told_by_the_state_that_is_there(
    impatient: "DynamoDBClient", table: Table
) -> None:
    """`replace` says that it was refused; whoever reads again finds what it meant to write."""
    table.replace(ANA, state="one", seen=None)

    def lost(**_: Any) -> None:
        if table.replace(ANA, state="two", seen="one"):
            raise ReadTimeoutError(endpoint_url="http://nothing.invalid")

    impatient.meta.events.register_first("before-send.dynamodb.PutItem", lost)
    assert not Table(impatient, TABLE).replace(ANA, state="two", seen="one")
    assert state_of(table.get(ANA)) == "two"


def test_only_a_refused_condition_is_swallowed(dynamodb: "DynamoDBClient") -> None:
    """Neither a table that is not there nor an item that is too large is a duplicate."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        Table(dynamodb, "no-such-table").insert(typed(ANA))
    with pytest.raises(ClientError, match="ValidationException"):
        Table(dynamodb, TABLE).insert(typed(ANA) | {"packed": {"B": bytes(410 * 1024)}})
