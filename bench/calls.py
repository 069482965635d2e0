"""AWS calls and write units of a message, before and after its answer, from a recorded trace.

The real handlers of door and projector run on an in-process AWS that keeps what is written but meters nothing; what
each write costs follows from the item before and after it, by DynamoDB's documented rules.
"""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from io import StringIO
from typing import Any

import boto3
import orjson
from moto import mock_aws

from bench.capacity import index_write_units, write_units
from bench.figures import Figure
from bench.samples import Sample, samples
from infra.publish import publish_playbook
from shared import aws
from shared.platforms import unnamed_answers
from tests.template import ROOT, table_definition

COMPLAINT = "Me han cobrado dos veces la misma factura"
"""Words that the example playbook gives to a department."""

_TABLE = table_definition("bench")
_INDEXES = [
    ([part["AttributeName"] for part in index["KeySchema"]], index["Projection"].get("NonKeyAttributes", ()))
    for index in _TABLE["GlobalSecondaryIndexes"]
]
_DEPARTMENTS = ("billing", "delivery_and_orders", "technical", "care")
_QUEUES = "https://sqs.eu-west-1.amazonaws.com/123456789012"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "TABLE_NAME": "bench",
    "SPILL_QUEUE_URL": f"{_QUEUES}/spill",
    "DELIVERY_BUCKET": "deliveries",
    "WEBHOOK_SECRETS_ID": "secrets",
    "DEPARTMENT_QUEUES": orjson.dumps({name: f"{_QUEUES}/{name}.fifo" for name in _DEPARTMENTS}).decode(),
    "REPLIES_QUEUE_URL": f"{_QUEUES}/replies.fifo",
}

_READS = ("GetItem", "BatchGetItem", "Query")
_WRITES = {"PutItem": "Item", "UpdateItem": "Key"}
"""The table's operations that a trace can meter, and where each write names its key."""

type Item = dict[str, Any]
type Handler = Callable[[dict[str, Any], None], Any]


@dataclass
class Trace:
    """What was called since it was last begun anew: the operations, their write units, and the items that are new."""

    look: Callable[[Item], Item | None]
    calls: list[str] = field(default_factory=list)
    units: int = 0
    index_units: int = 0
    inserted: list[Item] = field(default_factory=list)
    _writing: tuple[Item, Item | None] | None = None

    def begin(self) -> None:
        self.calls, self.units, self.index_units, self.inserted = [], 0, 0, []

    def record(self, request: Any, event_name: str, **_: Any) -> None:
        """Take note of a call that is about to be sent (an event of the SDK's)."""
        self.settle()
        service, operation = event_name.split(".")[1:]
        self.calls.append(f"{service}.{operation}")
        if service == "dynamodb" and operation not in _READS:
            named = orjson.loads(request.body)[_WRITES[operation]]
            key = {name: named[name] for name in ("pk", "sk")}
            self._writing = key, self.look(key)

    def settle(self) -> None:
        """Meter the last write, which has happened by now."""
        if self._writing is None:
            return
        key, old = self._writing
        self._writing, new = None, self.look(key)
        self.units += max(write_units(item) for item in (old, new) if item)
        self.index_units += sum(index_write_units(old, new, key=key, projected=shown) for key, shown in _INDEXES)
        if new and not old:
            self.inserted.append(new)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one message took: AWS calls and write units before its answer, and in all.

    Entries of indexes are written after the answer, by DynamoDB itself
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html, "Data synchronization").
    """

    calls_before: int
    units_before: int
    calls: int
    units: int
    escalated: bool


def measure() -> Iterator[Figure]:
    """Yield the figures of every platform's sample: a first contact, later messages, one that is handed over."""
    os.environ.update(_ENVIRONMENT)
    for sample in samples():
        first, *later, elsewhere, complaint = _costs(sample)
        assert complaint.escalated
        assert not any(cost.escalated for cost in (first, *later, elsewhere))
        known = f"{sample.platform}, a message of a known person"
        in_all = 3 + (sample.channel in unnamed_answers())  # there, a row says whose the message is
        yield Figure(f"{known}: calls before the answer", max(cost.calls_before for cost in later), "calls", _RULES, 1)
        yield Figure(f"{known}: write units before it", max(cost.units_before for cost in later), "units", _RULES, 1)
        yield Figure(f"{known}: calls in all", max(cost.calls for cost in later), "calls", _RULES, in_all)
        yield Figure(f"{known}: write units in all", max(cost.units for cost in later), "units", _RULES, in_all)
        others = (
            ("a first contact", first),
            ("a known person elsewhere", elsewhere),
            ("an escalated message", complaint),
        )
        for what, cost in others:
            yield Figure(f"{sample.platform}, {what}: calls in all", cost.calls, "calls", _RULES)
            yield Figure(f"{sample.platform}, {what}: write units in all", cost.units, "units", _RULES)


_RULES = "a recorded trace, by the documented capacity rules"


def _costs(sample: Sample) -> list[Cost]:
    bodies = [
        sample.body,
        *(sample.later(number) for number in (1, 2, 3)),
        sample.later(4, elsewhere=True),
        sample.later(5, text=COMPLAINT),
    ]
    for _ in range(2):
        with _aws() as trace:
            costs = [_cost(sample.invocation(body), trace) for body in bodies]
    return costs  # of the second round: secrets and playbook are read once a minute, whatever comes


def _cost(invocation: dict[str, Any], trace: Trace) -> Cost:
    door: Handler = import_module("services.webhooks.app").handler
    projector: Handler = import_module("services.projector.app").handler
    trace.begin()
    with redirect_stdout(StringIO()):
        assert door(invocation, None)["statusCode"] == 200
        trace.settle()
        calls, units = len(trace.calls), trace.units
        while trace.inserted:
            new, trace.inserted = trace.inserted, []
            records = [_record(item, number) for number, item in enumerate(new)]
            assert projector({"Records": records}, None) == {"batchItemFailures": []}
            trace.settle()
    return Cost(calls, units, len(trace.calls), trace.units + trace.index_units, "sqs.SendMessage" in trace.calls)


def _record(item: Item, number: int) -> dict[str, Any]:
    """Return an item as the table's stream gives it to Lambda."""
    image = {name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}
    keys = {name: item[name] for name in ("pk", "sk")}
    return {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "dynamodb": {"Keys": keys, "SequenceNumber": str(number), "NewImage": image},
    }


@cache
def _client(service: Any) -> Any:
    """A client that the trace does not see."""
    return boto3.Session().client(service)


@cache
def _trace() -> Trace:
    """The trace of all calls that the services' clients make."""
    trace = Trace(look=lambda key: _client("dynamodb").get_item(TableName="bench", Key=key).get("Item"))
    aws.session().events.register_first("before-send", trace.record)
    return trace


@contextmanager
def _aws() -> Iterator[Trace]:
    """An AWS of this process's own with an empty table."""
    with mock_aws():
        _client("dynamodb").create_table(**_TABLE)
        publish_playbook((ROOT / "infra/playbook.example.toml").read_text(), table_name="bench", client=_client)
        for name in _DEPARTMENTS:
            _client("sqs").create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
        secrets = {sample.path: {"signing": [sample.secret]} for sample in samples()}
        _client("secretsmanager").create_secret(Name="secrets", SecretString=orjson.dumps(secrets).decode())
        yield _trace()
