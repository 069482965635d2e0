"""Where a world's resources live: the double, or an AWS behind boto3's clients (moto in process, MiniStack by HTTP)."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, Protocol, cast

import boto3
import orjson
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from tests.double import Cloud
from tests.double.streams import SHARD, shown_record
from tests.faults.wire import Call, Wire
from tests.injection import NOT_CALLED

_SESSION = boto3.Session()
"""It reads the services' descriptions once: making the clients anew for every run was most of what a run took."""


class Aws:
    """An AWS that is reached through boto3. Faults come by botocore's own events
    (https://docs.aws.amazon.com/botocore/latest/topics/events.html), in those ways that `EVENT_MODES` names."""

    def __init__(self, wire: Wire, endpoint: str | None = None) -> None:
        self._wire = wire
        self._endpoint = endpoint
        self._made: dict[str, Any] = {}
        self._mode: str | None = None
        self._read: dict[str, tuple[str, list[dict[str, Any]]]] = {}

    def client(self, service: str) -> Any:
        if service not in self._made:
            config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
            made = _SESSION.client(cast(Any, service), config=config, endpoint_url=self._endpoint)
            made.meta.events.register_first("before-send", self._before)
            made.meta.events.register("after-call", lambda **_: self.after())
            self._made[service] = made
        return self._made[service]

    def close(self) -> None:
        for made in self._made.values():
            made.close()

    def _before(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        invocation, self._mode = self._wire.invocation, None
        if invocation is None:
            return None
        if invocation.dead:
            raise invocation.die()
        service, operation = event_name.split(".")[1:]
        call = Call(service, operation, {})
        invocation.calls.append(call)
        self._mode = invocation.plan(len(invocation.calls), call)
        if self._mode is not None:
            invocation.befell.append((len(invocation.calls), self._mode))
        if self._mode == "dies before":
            raise invocation.die()
        return _refused(request, *_REFUSALS[self._mode]) if self._mode in _REFUSALS else None

    def after(self) -> None:
        """Be told that an answer has come, before the caller is."""
        mode, self._mode = self._mode, None
        if mode == "dies after":
            assert self._wire.invocation is not None
            raise self._wire.invocation.die()
        if mode == "answer lost":
            raise ReadTimeoutError(endpoint_url="https://engine.invalid")

    def make_table(self, definition: dict[str, Any]) -> str:
        return str(self.client("dynamodb").create_table(**definition)["TableDescription"]["LatestStreamArn"])

    def make_queue(self, name: str, attributes: dict[str, str]) -> str:
        return str(self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def make_bucket(self, name: str) -> None:
        where: Any = {"LocationConstraint": "eu-west-1"}
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)

    def make_secret(self, name: str, text: str) -> None:
        self.client("secretsmanager").create_secret(Name=name, SecretString=text)

    def put_secret(self, name: str, text: str) -> None:
        self.client("secretsmanager").put_secret_value(SecretId=name, SecretString=text)

    def items(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            answer = self.client("dynamodb").scan(TableName=table, ConsistentRead=True, **more)
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def shard(self, stream: str) -> str:
        shards = self.client("dynamodbstreams").describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
        return str(shards[0]["ShardId"])

    def records(self, stream: str, start: int) -> list[dict[str, Any]]:
        streams = self.client("dynamodbstreams")
        iterator, found = self._read.get(stream) or (self._from_the_first(stream), [])
        more = True
        while more:
            answer = streams.get_records(ShardIterator=iterator)
            iterator, more = answer["NextShardIterator"], answer["Records"]
            found += more
        self._read[stream] = iterator, found
        return found[start:]

    def _from_the_first(self, stream: str) -> str:
        place = {"StreamArn": stream, "ShardId": self.shard(stream)}
        return str(
            self.client("dynamodbstreams").get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")[
                "ShardIterator"
            ]
        )

    def objects(self, bucket: str) -> list[str]:
        return [found["Key"] for found in self.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]

    def is_empty(self, queue: str) -> bool:
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=asked)["Attributes"]
        return not any(int(found[name]) for name in asked)

    def hand_offs(self, queue: str) -> list[str]:
        sqs, found = self.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found


class Beside(Protocol):
    """What is no AWS, and keeps what functions ask of it: it is rewound with the engine."""

    def snapshot(self) -> Any: ...
    def restore(self, snapshot: Any) -> None: ...
    def holds(self) -> Hashable:
        """Return what stands for all that it keeps."""
        ...


class Double:
    """The double, as an engine that can be rewound. `clock` is what time it is there, and `clients` are those of
    services that the double has not."""

    def __init__(self, wire: Wire, clock: Callable[[], datetime]) -> None:
        self.beside: list[Beside] = []
        self.clients: dict[str, Any] = {}
        self.cloud = Cloud(now=clock)
        self._lines = {
            service: wire.line(self.cloud.client(service), service)
            for service in ("dynamodb", "sqs", "s3", "secretsmanager", "dynamodbstreams")
        }
        self._shown: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._stretches: dict[tuple[int, int], tuple[Any, list[dict[str, Any]]]] = {}
        self._digests: dict[int, tuple[Any, int]] = {}
        self._exact_digests: dict[int, tuple[Any, int]] = {}

    def forget(self) -> None:
        """Drop what was remembered of items and records that are gone."""
        for remembered in (self._shown, self._stretches, self._digests, self._exact_digests):
            remembered.clear()

    def client(self, service: str) -> Any:
        return self._lines.get(service) or self.clients[service]

    def make_table(self, definition: dict[str, Any]) -> str:
        self.cloud.create_table(**definition)
        return str(self._table(definition["TableName"]).stream_arn)

    def make_queue(self, name: str, attributes: dict[str, str]) -> str:
        return self.cloud.create_queue(name, attributes)

    def make_bucket(self, name: str) -> None:
        self.cloud.create_bucket(name)

    def make_secret(self, name: str, text: str) -> None:
        self.cloud.put_secret(name, text)

    put_secret = make_secret

    def _table(self, name: str) -> Any:
        return self.cloud._dynamodb.tables[name]

    def _queue(self, url: str) -> Any:
        return self.cloud._sqs.queues[url]

    def _rows(self, table: str) -> Iterator[Any]:
        for partition in self._table(table).rows.partitions.values():
            yield from partition.rows.values()

    def items(self, table: str) -> list[dict[str, Any]]:
        return [row.item for row in self._rows(table)]

    def shard(self, _stream: str) -> str:
        return SHARD

    def records(self, stream: str, start: int) -> list[dict[str, Any]]:
        """Return a stream's records from the one of this number on: the same list each time, to be read only."""
        (table,) = (found for found in self.cloud._dynamodb.tables.values() if found.stream_arn == stream)
        if start >= len(table.stream):
            return []
        # Nothing is ever taken out of a stream or put between, so its last record stands for all before it.
        last = table.stream[-1]
        known = self._stretches.get((start, id(last)))
        if known is None or known[0] is not last:
            shown = [self._record(record, table) for record in table.stream[start:]]
            known = self._stretches[start, id(last)] = last, shown
        return known[1]

    def _record(self, record: Any, table: Any) -> dict[str, Any]:
        if id(record) not in self._shown:
            self._shown[id(record)] = record, shown_record(record, table)
        return self._shown[id(record)][1]

    def objects(self, bucket: str) -> list[str]:
        return list(self.cloud._s3.buckets[bucket].objects)

    @property
    def buckets(self) -> list[str]:
        return sorted(self.cloud._s3.buckets)

    def is_empty(self, queue: str) -> bool:
        return not self._queue(queue).messages

    def hand_offs(self, queue: str) -> list[str]:
        return [message.body for message in self._queue(queue).messages.values()]

    def snapshot(self) -> Any:
        return self.cloud.snapshot(), [each.snapshot() for each in self.beside]

    def restore(self, snapshot: Any) -> None:
        cloud, beside = snapshot
        self.cloud.restore(cloud)
        for each, state in zip(self.beside, beside, strict=True):
            each.restore(state)

    def fingerprint(self, table: str) -> Any:
        """Return what stands for all that a table, the queues, and what is beside the engine hold."""
        exactly = sum(self._exact_digest(row) for row in self._rows(table)) % _MODULUS
        return exactly, self.queues_digest(), self.beside_holds()

    def beside_holds(self) -> Hashable:
        return tuple(each.holds() for each in self.beside)

    def _exact_digest(self, row: Any) -> int:
        if id(row) not in self._exact_digests:
            self._exact_digests[id(row)] = row, digest(row.item)
        return self._exact_digests[id(row)][1]

    def table_digest(self, table: str, of: Callable[[dict[str, Any]], Any]) -> int:
        """Return a number that is the same for the same items, as far as `of` tells them apart."""
        return sum(self._digest(row, of) for row in self._rows(table)) % _MODULUS

    def _digest(self, row: Any, of: Callable[[dict[str, Any]], Any]) -> int:
        if id(row) not in self._digests:
            form = of(row.item)
            self._digests[id(row)] = row, 0 if form is None else digest(form)
        return self._digests[id(row)][1]

    def queues_digest(self) -> int:
        """Return a number that is the same for the same messages that can be received."""
        return hash(
            frozenset(
                (url, frozenset(Counter(message.body for message in queue.messages.values()).items()))
                for url, queue in self.cloud._sqs.queues.items()
                if queue.messages
            )
        )


_REFUSALS = {"throttled": ("ThrottlingException", 400), "fails": ("InternalServerError", 500)}
EVENT_MODES = ("dies before", "dies after", "answer lost", *_REFUSALS)


def _refused(request: Any, code: str, status: int) -> AWSResponse:
    # Every listener is asked, the in-process AWS too, which would carry the call out: let it not know the address.
    request.url = NOT_CALLED
    return AWSResponse(NOT_CALLED, status, HTTPHeaders(), _Body({"__type": code, "message": "injected"}))


class _Body:
    def __init__(self, said: dict[str, str]) -> None:
        self._content = orjson.dumps(said)

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


_MODULUS = 2**128


def digest(value: Any) -> int:
    """Return a number of 128 bits that stands for a value."""
    text = orjson.dumps(value, default=lambda found: found.hex(), option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(blake2b(text, digest_size=16).digest())
