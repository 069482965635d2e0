"""Random sequences of calls, on the double and on another engine: answers, refusals, and what they come to are equal.

Where the other engine is known to do otherwise than AWS, `KNOWN` says so; after such a difference a sequence goes on if
both still hold the same. Any other difference fails, and so does a row of `KNOWN` that never showed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import count
from random import Random
from typing import Any, NamedTuple

import boto3
import orjson
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.double import Cloud, NotDoubled
from tests.engine import ministack as ministack
from tests.engine import reset

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEEDS = {"moto": range(42, 72), "ministack": range(88, 108)}
"""Few, for the time it takes, and such that every known difference shows."""
CALLS = 25

type Answer = dict[str, Any]
type Clients = Mapping[str, Any]


class Call(NamedTuple):
    """One call to make on both sides."""

    service: str
    method: str
    arguments: Mapping[str, Any]


class Seen(NamedTuple):
    """A difference: a call, and what it came to on the double and on the other engine."""

    call: Call
    ours: Answer
    theirs: Answer

    def has(self, *texts: str) -> bool:
        said = repr(self.call.arguments)
        return all(text in said for text in texts)

    def removes_nested(self) -> bool:
        return self.has("REMOVE m.k") or self.has("REMOVE l[0]")


class Known(NamedTuple):
    """A difference that is the other engine's own: which ones they are, and what AWS does."""

    engine: str
    is_it: Callable[[Seen], bool]
    reason: str


def cancelled(answer: Answer, reason: str) -> bool:
    return answer.get("refused") == "TransactionCanceledException" and reason in answer["reasons"]


def invalid(answer: Answer) -> bool:
    return answer.get("refused") == "ValidationException" or cancelled(answer, "ValidationError")


def crashed(answer: Answer) -> bool:
    return "crashed" in answer or any(
        str(reason) in ("ValueError", "TypeError") for reason in answer.get("reasons", ())
    )


def without(answer: Answer, *names: str) -> Answer:
    return {name: value for name, value in answer.items() if name not in names}


KNOWN: tuple[Known, ...] = (
    Known(
        "moto",
        lambda seen: crashed(seen.theirs) and seen.has("ConditionExpression"),
        "a condition over what is missing or of another type raises a Python error instead of being false",
    ),
    Known(
        "moto",
        lambda seen: invalid(seen.ours) and seen.has("BETWEEN"),
        "bounds of BETWEEN that are the wrong way round are accepted (ValidationException)",
    ),
    Known(
        "moto",
        lambda seen: seen.has("ConditionExpression", "x ", "'NULL': True"),
        "NULL equals an attribute that is not there",
    ),
    Known(
        "moto",
        lambda seen: seen.call.method == "query" and without(seen.ours, "LastEvaluatedKey") == seen.theirs,
        "no LastEvaluatedKey when the limit is what there was (Query.Pagination)",
    ),
    Known(
        "moto",
        lambda seen: cancelled(seen.ours, "ValidationError") and seen.theirs.get("refused") == "ValidationException",
        "an update that an item makes impossible is no reason of a cancelled transaction (TransactWriteItems)",
    ),
    Known(
        "moto",
        lambda seen: seen.removes_nested() and invalid(seen.theirs),
        "what is not there cannot be removed from an item that is not there (AWS: silently nothing)",
    ),
    Known(
        "moto",
        lambda seen: invalid(seen.ours) and seen.call.method in ("batch_write_item", "transact_get_items"),
        "the same key twice is accepted (BatchWriteItem, TransactGetItems)",
    ),
    Known(
        "moto",
        lambda seen: seen.has("'ReturnValues': 'UPDATED_") and "refused" not in {*seen.ours, *seen.theirs},
        "UPDATED_OLD and UPDATED_NEW show a new item's key, and hide what stayed as it was (UpdateItem)",
    ),
    Known(
        "moto",
        lambda seen: repr(seen.ours) == repr(seen.theirs).replace(".0'", "'"),
        "numbers are not brought to one form",
    ),
    Known(
        "ministack",
        lambda seen: seen.removes_nested() and invalid(seen.ours),
        "a path that an item does not have can be removed from it (AWS: ValidationException, as scylladb's "
        "test/alternator/test_update_expression.py shows, which runs on AWS too)",
    ),
    Known(
        "ministack",
        lambda seen: invalid(seen.ours) and any(map(seen.has, ("list_append", " + ", " - ", "SET l["))),
        "list_append, + and - on another type, and an element set of what is no list, do nothing (ValidationException)",
    ),
    Known(
        "ministack",
        lambda seen: invalid(seen.ours) and seen.has("REMOVE open_at", "open_at ="),
        "what is set can be removed in the same expression (ValidationException)",
    ),
)


# ------------------------------------------------------------------------------------------------------- both sides


@pytest.fixture(params=["moto", pytest.param("ministack", marks=pytest.mark.engine)])
def other(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Clients]]:
    """The other engine's name and clients, with nothing in it."""
    if request.param == "moto":
        request.getfixturevalue("aws")
    else:
        endpoint = request.getfixturevalue("ministack")
        reset(endpoint)
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    services = ("dynamodb", "dynamodbstreams", "sqs", "s3", "secretsmanager")
    clients: dict[str, Any] = {service: boto3.client(service, config=config) for service in services}  # type: ignore[call-overload]
    yield request.param, clients
    for client in clients.values():
        client.close()


def answer_of(clients: Clients, call: Call) -> Any:
    """Return what a call came to: its answer, or its refusal, without what cannot be equal on two engines."""
    try:
        answer = getattr(clients[call.service], call.method)(**call.arguments)
    except ClientError as error:
        response: Any = error.response
        codes = [reason.get("Code") for reason in response.get("CancellationReasons", [])]
        return {"refused": error.response["Error"]["Code"], "item": normal(response.get("Item")), "reasons": codes}
    except (BotoCoreError, NotDoubled):
        raise
    except Exception as error:  # an engine in this process that crashes on what it is asked
        return {"crashed": type(error).__name__}
    found = normal({name: value for name, value in answer.items() if name not in _INCOMPARABLE})
    return found | ({"Items": sorted(found["Items"], key=repr)} if call.method == "scan" else {})


def normal(value: Any) -> Any:
    """Return a value with sets in one order, and without what is empty and need not be said."""
    match value:
        case {"SS": elements} | {"NS": elements} | {"BS": elements}:
            return {next(iter(value)): sorted(elements)}
        case dict():
            return {name: normal(value[name]) for name in sorted(value) if name not in _MAY_BE_MISSING or value[name]}
        case list():
            return [normal(part) for part in value]
    return value


_INCOMPARABLE = frozenset({"ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics"})
_MAY_BE_MISSING = frozenset({"UnprocessedKeys", "UnprocessedItems", "Attributes", "Responses"})


def compared(
    engine: str, cloud: Cloud, clients: Clients, calls: Iterator[Call], contents: Callable[[Clients], Any]
) -> Counter[str]:
    """Make the calls on both sides until what they hold differs; return how often each known difference showed."""
    ours: Clients = {service: cloud.client(service) for service in clients}
    shown: Counter[str] = Counter()
    for call in calls:
        left, right = answer_of(ours, call), answer_of(clients, call)
        if left != right:
            seen = Seen(call, left, right)
            reasons = [known.reason for known in KNOWN if known.engine == engine and known.is_it(seen)]
            assert reasons, f"\n{call.method} {call.arguments}\ndouble: {left}\n{engine}: {right}"
            shown.update(reasons)
            if contents(ours) != contents(clients):
                return shown
    assert contents(ours) == contents(clients)
    shown["agreed to the end"] += 1
    return shown


# ---------------------------------------------------------------------------------------------------------- DynamoDB


def definition(name: str) -> dict[str, Any]:
    """A table with an index of each projection and a stream that shows both images."""

    def index(name: str, **projection: Any) -> dict[str, Any]:
        keys = [{"AttributeName": "open", "KeyType": "HASH"}, {"AttributeName": "open_at", "KeyType": "RANGE"}]
        return {"IndexName": name, "KeySchema": keys, "Projection": projection}

    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "open", "open_at")
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [
            index("keys", ProjectionType="KEYS_ONLY"),
            index("some", ProjectionType="INCLUDE", NonKeyAttributes=["n", "m"]),
            index("all", ProjectionType="ALL"),
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


class Draw:
    """Draws calls on one table from a seed."""

    def __init__(self, seed: int, table: str) -> None:
        self._random = Random(seed)
        self._table = table
        self._number = count()

    def calls(self, number: int) -> Iterator[Call]:
        kinds = [self._put, self._update, self._delete, self._get, self._query, self._index, self._scan]
        kinds += [self._transact, self._batch_get, self._batch_write, self._transact_get]
        for _ in range(number):
            kind = self._random.choices(kinds, weights=[6, 8, 2, 2, 4, 3, 1, 5, 2, 2, 1])[0]
            method, arguments = kind()
            yield Call("dynamodb", method, arguments)

    def _one[T](self, *choices: T) -> T:
        return self._random.choice(choices)

    def _key(self) -> Answer:
        return {"pk": {"S": self._one("p1", "p2", "ñ")}, "sk": {"S": self._one("a", "ab", "b", "é", "z")}}

    def _of(self, kind: str) -> Answer:
        # The order of entries with equal sort keys is anybody's guess, so there are none.
        return {"S": f"{next(self._number):03}"} if kind == "at" else self._one(*VALUES_OF[kind])

    def _item(self) -> Answer:
        item = self._key()
        for name in ("n", "s", "m", "l", "t", "x"):
            if self._random.random() < 0.5:
                item[name] = self._one(*TYPED[name]) if self._random.random() < 0.8 else self._of("any")
        if self._random.random() < 0.5:
            item |= {"open": self._of("shard"), "open_at": self._of("at")}
        return item

    def _put(self) -> tuple[str, Answer]:
        return "put_item", self._aimed({"Item": self._item(), **self._condition(0.5), **self._returns("ALL_OLD")})

    def _update(self) -> tuple[str, Answer]:
        expression, values = self._update_expression()
        condition = self._condition(0.4)
        given = values | condition.pop("ExpressionAttributeValues", {})
        asked = {"Key": self._key(), "UpdateExpression": expression, **condition}
        nested = "." in expression or "[" in expression
        asked |= self._returns("ALL_OLD", "ALL_NEW", *(() if nested else ("UPDATED_OLD", "UPDATED_NEW")))
        asked |= {"ExpressionAttributeValues": given} if given else {}
        asked |= {"ExpressionAttributeNames": {"#open": "open"}} if "#open" in expression else {}
        return "update_item", self._aimed(asked)

    def _delete(self) -> tuple[str, Answer]:
        return "delete_item", self._aimed({"Key": self._key(), **self._condition(0.5), **self._returns("ALL_OLD")})

    def _get(self) -> tuple[str, Answer]:
        return "get_item", self._aimed(
            {"Key": self._key(), **self._projection(), "ConsistentRead": self._one(True, False)}
        )

    def _aimed(self, arguments: Answer) -> Answer:
        return {"TableName": self._table, **arguments}

    def _returns(self, *kinds: str) -> Answer:
        return {"ReturnValues": self._one(*kinds)} if self._random.random() < 0.4 else {}

    def _condition(self, share: float) -> Answer:
        if self._random.random() > share:
            return {}
        text, values = self._predicate()
        if self._random.random() < 0.4:
            more, others = self._predicate()
            text = self._one("{} AND {}", "{} OR {}", "({}) OR NOT {}", "NOT ({} AND {})").format(text, more)
            values = values | others
        found: Answer = {"ConditionExpression": text}
        if values:
            found["ExpressionAttributeValues"] = values
        if self._random.random() < 0.4:
            found["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return found

    def _predicate(self) -> tuple[str, Answer]:
        """Return a condition, and its values by names that no other condition has."""
        text, *values = self._one(*PREDICATES)
        names = [f":v{next(self._number)}" for _ in values]
        return text.format(*names), {name: self._of(kind) for name, kind in zip(names, values, strict=True)}

    def _update_expression(self) -> tuple[str, Answer]:
        chosen = self._random.sample(UPDATES, k=self._one(1, 1, 2))
        if len(chosen) == 2 and (chosen[0][0] == chosen[1][0] or chosen[0][1] == chosen[1][1]):
            chosen = chosen[:1]
        texts: list[str] = []
        given: Answer = {}
        for _, _, text, *values in chosen:
            names = [f":v{next(self._number)}" for _ in values]
            texts.append(text.format(*names))
            given |= {name: self._of(kind) for name, kind in zip(names, values, strict=True)}
        return " ".join(texts), given

    def _projection(self) -> Answer:
        if self._random.random() < 0.6:
            return {}
        return {"ProjectionExpression": self._one("pk, n", "s, m.k", "l[0], x", "m, l", "nothing")}

    def _query(self) -> tuple[str, Answer]:
        text, *kinds = self._one(*RANGES)
        values = {":pk": self._key()["pk"]}
        names = [f":r{number}" for number in range(len(kinds))]
        bounds = sorted(self._one("a", "ab", "b", "z") for _ in kinds)
        values |= {name: {"S": bound} for name, bound in zip(names, bounds, strict=True)}
        asked = {"KeyConditionExpression": " AND ".join(["pk = :pk", *([text.format(*names)] if text else [])])}
        return "query", self._aimed(asked | {"ExpressionAttributeValues": values} | self._options())

    def _index(self) -> tuple[str, Answer]:
        asked: Answer = {"IndexName": self._one("keys", "some", "all"), "KeyConditionExpression": "open = :open"}
        values = {":open": {"S": self._one("o1", "o2", "o3")}}
        asked["KeyConditionExpression"] = "#open = :open"
        asked["ExpressionAttributeNames"] = {"#open": "open"}
        if self._random.random() < 0.5:
            asked["KeyConditionExpression"] += self._one(" AND open_at <= :at", " AND open_at > :at")
            values[":at"] = {"S": f"{self._random.randrange(30):03}"}
        options = self._options()
        options.pop("ConsistentRead", None)
        values |= options.pop("ExpressionAttributeValues", {})
        return "query", self._aimed(asked | options | {"ExpressionAttributeValues": values})

    def _options(self) -> Answer:
        found: Answer = {}
        if self._random.random() < 0.5:
            found["ScanIndexForward"] = self._one(True, False)
        if self._random.random() < 0.5:
            found["Limit"] = self._one(1, 2, 3)
        if self._random.random() < 0.3:
            found["ConsistentRead"] = True
        return found

    def _scan(self) -> tuple[str, Answer]:
        return "scan", self._aimed({"ConsistentRead": True})

    def _transact(self) -> tuple[str, Answer]:
        return "transact_write_items", {"TransactItems": [self._write() for _ in range(self._one(1, 2, 3))]}

    def _write(self) -> Answer:
        kind = self._one("put_item", "update_item", "delete_item", "check")
        make = {"put_item": self._put, "update_item": self._update, "delete_item": self._delete}
        if kind == "check":
            return {"ConditionCheck": self._aimed({"Key": self._key(), **self._condition(1)})}
        asked = make[kind]()[1]
        asked.pop("ReturnValues", None)
        return {kind.removesuffix("_item").capitalize(): asked}

    def _batch_get(self) -> tuple[str, Answer]:
        keys = [self._key() for _ in range(self._one(1, 2, 3))]
        return "batch_get_item", {"RequestItems": {self._table: {"Keys": keys, "ConsistentRead": True}}}

    def _batch_write(self) -> tuple[str, Answer]:
        requests = [
            self._one({"PutRequest": {"Item": self._item()}}, {"DeleteRequest": {"Key": self._key()}})
            for _ in range(self._one(1, 2, 3))
        ]
        return "batch_write_item", {"RequestItems": {self._table: requests}}

    def _transact_get(self) -> tuple[str, Answer]:
        return "transact_get_items", {
            "TransactItems": [{"Get": self._aimed({"Key": self._key()})} for _ in range(self._one(1, 2))]
        }


TYPED: Mapping[str, tuple[Answer, ...]] = {
    "n": ({"N": "0"}, {"N": "1"}, {"N": "-2.5"}, {"N": "10"}),
    "s": ({"S": ""}, {"S": "text"}, {"S": "täxt"}, {"S": "te"}),
    "m": ({"M": {}}, {"M": {"k": {"N": "1"}}}, {"M": {"k": {"S": "v"}, "l": {"L": [{"N": "1"}]}}}),
    "l": ({"L": []}, {"L": [{"N": "1"}]}, {"L": [{"S": "text"}, {"N": "1"}, {"BOOL": True}]}),
    "t": ({"SS": ["a"]}, {"SS": ["b", "a"]}),
    "x": ({"B": b"\x00\xff"}, {"BOOL": False}, {"NULL": True}, {"NS": ["1", "2"]}),
}
VALUES = tuple(value for values in TYPED.values() for value in values)
VALUES_OF: Mapping[str, tuple[Answer, ...]] = {
    **TYPED,
    "any": VALUES,
    "shard": ({"S": "o1"}, {"S": "o2"}),
    "type": ({"S": "S"}, {"S": "N"}, {"S": "L"}),
}

PREDICATES: tuple[tuple[str, ...], ...] = (
    ("attribute_exists(pk)",),
    ("attribute_not_exists(pk)",),
    ("attribute_exists(m.k)",),
    ("attribute_not_exists(l[1])",),
    ("attribute_type(x, {})", "type"),
    ("n = {}", "n"),
    ("n <> {}", "n"),
    ("n < {}", "n"),
    ("n >= {}", "n"),
    ("n BETWEEN {} AND {}", "n", "n"),
    ("n IN ({}, {})", "n", "any"),
    ("s = {}", "s"),
    ("begins_with(s, {})", "s"),
    ("contains(s, {})", "s"),
    ("contains(l, {})", "n"),
    ("contains(t, {})", "s"),
    ("size(l) > {}", "n"),
    ("m = {}", "m"),
    ("m.k = {}", "n"),
    ("x = {}", "any"),
    ("x <> {}", "any"),
    ("l[0] = {}", "n"),
)

UPDATES: tuple[tuple[str, ...], ...] = (
    ("SET", "n", "SET n = {}", "n"),
    ("SET", "n", "SET n = n + {}", "n"),
    ("SET", "n", "SET n = {} - n", "n"),
    ("SET", "n", "SET n = if_not_exists(n, {})", "n"),
    ("SET", "n", "SET n = if_not_exists(n, {}) + {}", "n", "n"),
    ("SET", "s", "SET s = {}, x = s", "any"),
    ("SET", "m", "SET m.k = {}", "any"),
    ("SET", "l", "SET l = list_append(l, {})", "l"),
    ("SET", "l", "SET l = list_append({}, if_not_exists(l, {}))", "l", "l"),
    ("SET", "l", "SET l[1] = {}", "any"),
    ("SET", "l", "SET l[7] = {}", "any"),
    ("SET", "open", "SET #open = {}, open_at = {}", "shard", "at"),
    ("REMOVE", "n", "REMOVE n"),
    ("REMOVE", "s", "REMOVE s, nothing"),
    ("REMOVE", "m", "REMOVE m.k"),
    ("REMOVE", "l", "REMOVE l[0]"),
    ("REMOVE", "open_at", "REMOVE open_at"),
    ("ADD", "n", "ADD n {}", "n"),
    ("ADD", "t", "ADD t {}", "t"),
    ("DELETE", "t", "DELETE t {}", "t"),
)

RANGES: tuple[tuple[str, ...], ...] = (
    ("",),
    ("sk = {}", "S"),
    ("sk < {}", "S"),
    ("sk <= {}", "S"),
    ("sk > {}", "S"),
    ("sk >= {}", "S"),
    ("sk BETWEEN {} AND {}", "S", "S"),
    ("begins_with(sk, {})", "S"),
)


def contents(clients: Clients, *, table: str) -> Any:
    """Return all that a table and its indexes hold."""
    client = clients["dynamodb"]
    found = {"table": client.scan(TableName=table)["Items"]}
    for name in ("keys", "some", "all"):
        found[name] = client.scan(TableName=table, IndexName=name)["Items"]
    return {name: sorted(map(repr, map(normal, items))) for name, items in found.items()}


def test_dynamodb(other: tuple[str, Clients]) -> None:
    engine, clients = other
    shown: Counter[str] = Counter()
    for seed in SEEDS[engine]:
        cloud, name = Cloud(now=lambda: NOW), f"differential-{seed}"
        cloud.create_table(**definition(name))
        clients["dynamodb"].create_table(**definition(name))
        shown += compared(engine, cloud, clients, Draw(seed, name).calls(CALLS), partial(contents, table=name))
    assert {known.reason for known in KNOWN if known.engine == engine} == shown.keys() - {"agreed to the end"}
    assert shown["agreed to the end"] >= len(SEEDS[engine]) // 4


# --------------------------------------------------------------------------------------------------------------- SQS


class Consumer:
    """Sends to, and reads from, the queues of one side; knows messages by their bodies, since ids are each side's own.

    No time passes: what is hidden stays hidden until its visibility is changed.
    """

    def __init__(self, client: Any, *, fifo: bool) -> None:
        self._client = client
        self._fifo = fifo
        self._receipts: dict[str, str] = {}
        ending, more = (".fifo", {"FifoQueue": "true"}) if fifo else ("", {})
        dead = client.create_queue(QueueName=f"dead{ending}", Attributes=more)["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = {"RedrivePolicy": orjson.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}).decode()}
        main = client.create_queue(QueueName=f"main{ending}", Attributes=more | policy | {"VisibilityTimeout": "600"})
        self._urls = {"main": main["QueueUrl"], "dead": dead}

    def send(self, body: str, group: str, token: str) -> Any:
        order = {"MessageGroupId": group, "MessageDeduplicationId": token} if self._fifo else {}
        found = self._client.send_message(QueueUrl=self._urls["main"], MessageBody=body, **order)
        return found["MD5OfMessageBody"]

    def receive(self, queue: str, most: int) -> Any:
        names = ["ApproximateReceiveCount", "MessageGroupId", "MessageDeduplicationId"]
        found = self._client.receive_message(
            QueueUrl=self._urls[queue], MaxNumberOfMessages=most, MessageSystemAttributeNames=names
        ).get("Messages", [])
        self._receipts |= {message["Body"]: message["ReceiptHandle"] for message in found}
        return [(message["Body"], sorted(message["Attributes"].items())) for message in found]

    def delete(self, body: str) -> Any:
        if body in self._receipts:
            self._client.delete_message(QueueUrl=self._urls["main"], ReceiptHandle=self._receipts.pop(body))

    def give_back(self, body: str) -> Any:
        if body in self._receipts:
            self._client.change_message_visibility(
                QueueUrl=self._urls["main"], ReceiptHandle=self._receipts.pop(body), VisibilityTimeout=0
            )

    def counts(self, queue: str) -> Any:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return self._client.get_queue_attributes(QueueUrl=self._urls[queue], AttributeNames=names)["Attributes"]

    def close(self) -> None:
        for url in self._urls.values():
            self._client.delete_queue(QueueUrl=url)


def steps(seed: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Draw what is done to both queues."""
    random = Random(seed)
    for number in range(40):
        body = f"message {random.randrange(number + 1)}"
        yield random.choices(
            [
                ("send", (f"message {number}", random.choice("ab"), f"token-{number}")),
                ("receive", ("main", random.choice([1, 2, 10]))),
                ("receive", ("dead", 10)),
                ("delete", (body,)),
                ("give_back", (body,)),
                ("counts", (random.choice(["main", "dead"]),)),
            ],
            weights=[6, 6, 1, 3, 4, 2],
        )[0]


@pytest.mark.parametrize("fifo", [False, True])
def test_sqs(other: tuple[str, Clients], fifo: bool) -> None:
    _, clients = other
    for seed in range(8):
        ours = Consumer(Cloud(now=lambda: NOW).client("sqs"), fifo=fifo)
        theirs = Consumer(clients["sqs"], fifo=fifo)
        for name, arguments in steps(seed):
            left, right = _outcome(ours, name, arguments), _outcome(theirs, name, arguments)
            assert left == right, (seed, name, arguments)
        theirs.close()


def _outcome(consumer: Consumer, name: str, arguments: tuple[Any, ...]) -> Any:
    try:
        return getattr(consumer, name)(*arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]


# ---------------------------------------------------------------------------------------------------- S3 and secrets

_OBJECTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("get_object", {"Key": "a"}),
    ("head_object", {"Key": "a"}),
    ("put_object", {"Key": "a", "Body": b"one", "Metadata": {"Name": "Value"}}),
    ("put_object", {"Key": "b/ñ", "Body": b""}),
    ("put_object", {"Key": "b/c", "Body": b"two"}),
    ("get_object", {"Key": "a"}),
    ("head_object", {"Key": "b/ñ"}),
    ("list_objects_v2", {}),
    ("list_objects_v2", {"Prefix": "b/", "MaxKeys": 1}),
    ("list_objects_v2", {"StartAfter": "b/c"}),
    ("put_object", {"Key": "a", "Body": b"three"}),
    ("delete_object", {"Key": "nothing"}),
    ("delete_object", {"Key": "b/c"}),
    ("get_object", {"Key": "b/c"}),
    ("get_object", {"Key": "a"}),
    ("get_object", {"Key": "a", "Bucket": "no-such-bucket"}),
)


def test_s3(other: tuple[str, Clients]) -> None:
    _, clients = other
    cloud = Cloud(now=lambda: NOW)
    cloud.create_bucket("deliveries")
    clients["s3"].create_bucket(Bucket="deliveries", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for method, arguments in _OBJECTS:
        asked = {"Bucket": "deliveries", **arguments}
        assert _object(cloud.client("s3"), method, asked) == _object(clients["s3"], method, asked), (method, asked)


def _object(client: Any, method: str, arguments: Mapping[str, Any]) -> Any:
    try:
        answer = getattr(client, method)(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], type(error).__name__
    read = answer["Body"].read() if method == "get_object" else None
    listed = [(one["Key"], one["Size"], one["ETag"]) for one in answer.get("Contents", [])]
    names = ("ETag", "Metadata", "ContentLength", "KeyCount", "IsTruncated")
    return read, listed, {name: answer[name] for name in names if name in answer}


def test_secrets(other: tuple[str, Clients]) -> None:
    _, clients = other
    both = (Cloud(now=lambda: NOW).client("secretsmanager"), clients["secretsmanager"])
    for method, arguments in (
        ("get_secret_value", {"SecretId": "hooks"}),
        ("put_secret_value", {"SecretId": "hooks", "SecretString": "early"}),
        ("create_secret", {"Name": "hooks", "SecretString": "one"}),
        ("create_secret", {"Name": "hooks", "SecretString": "two"}),
        ("get_secret_value", {"SecretId": "hooks"}),
        ("put_secret_value", {"SecretId": "hooks", "SecretString": "three"}),
        ("get_secret_value", {"SecretId": "hooks"}),
    ):
        left, right = (_secret(client, method, arguments) for client in both)
        assert left == right, (method, arguments)


def _secret(client: Any, method: str, arguments: Mapping[str, Any]) -> Any:
    try:
        answer = getattr(client, method)(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], type(error).__name__
    return answer["Name"], answer.get("SecretString"), answer.get("VersionStages")
