"""An AWS in memory, for tests: strict by the documentation, deterministic, fast enough for millions of calls.

    cloud = Cloud(now=lambda: NOW)
    cloud.create_table(**table_definition("ledger"))
    table = Table(cloud.client("dynamodb"), "ledger")

What it does not do, it refuses by `NotDoubled`, which is no `Exception`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from tests.double import refusals
from tests.double.dynamodb import DynamoDB
from tests.double.look import Look
from tests.double.meter import Meter
from tests.double.refusals import HandBackHalf, Kind
from tests.double.s3 import S3
from tests.double.secrets import SecretsManager
from tests.double.sqs import SQS
from tests.double.streams import Streams
from tests.double.wire import (
    Answer,
    Arguments,
    Client,
    Hook,
    NotDoubled,
    Refusal,
    check_arguments,
    client_error,
    metadata,
)

__all__ = ["Answer", "Arguments", "Cloud", "Hook", "Look", "NotDoubled"]


class Cloud:
    """One account in one region, empty; `now` is what time it is there, as an aware datetime."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.now = now
        self.hooks: list[Hook] = []
        self.meter = Meter()
        self._lock = RLock()
        self._dynamodb = DynamoDB(lambda: self.now(), self.meter)
        self._sqs = SQS(lambda: self.now())
        self._s3 = S3(lambda: self.now(), self._announce)
        self._secrets = SecretsManager(lambda: self.now())
        self._streams = Streams(lambda: self.now(), self._dynamodb)
        self._services: Mapping[str, Any] = {
            "dynamodb": self._dynamodb,
            "sqs": self._sqs,
            "s3": self._s3,
            "secretsmanager": self._secrets,
            "dynamodbstreams": self._streams,
        }

    # what is there

    def create_table(self, **definition: Any) -> None:
        """Make a table from the arguments of boto3's `create_table`."""
        self._dynamodb.create_table(definition)

    def create_queue(self, name: str, attributes: Mapping[str, str] | None = None) -> str:
        """Make a queue and return its URL."""
        return str(self._sqs.create_queue({"QueueName": name, "Attributes": attributes or {}})["QueueUrl"])

    def create_bucket(self, name: str, *, notify: str | None = None, prefix: str = "") -> None:
        """Make a bucket; each object whose name begins with the prefix is announced on the queue of this URL."""
        self._s3.create_bucket(name, notify=notify, prefix=prefix)

    def _announce(self, url: str, body: str) -> None:
        self._sqs.send_message({"QueueUrl": url, "MessageBody": body})

    def put_secret(self, name: str, text: str) -> None:
        """Make a text the current version of a secret."""
        self._secrets.put(name, text)

    @property
    def index_lag(self) -> timedelta:
        """How long a write takes to show in the global indexes; zero unless set."""
        return self._dynamodb.index_lag

    @index_lag.setter
    def index_lag(self, lag: timedelta) -> None:
        self._dynamodb.index_lag = lag

    # what is asked

    def client(self, service: str) -> Any:
        """Return a service as boto3's client of the same name shows it."""
        if service not in self._services:
            raise NotDoubled(service)
        return Client(self, service)

    def call(self, service: str, operation: str, arguments: Arguments) -> Answer:
        """Carry an operation out, between the hooks; raises botocore's `ClientError`."""
        known = self._services[service].operations.get(operation)
        if known is None:
            raise NotDoubled(f"{service}.{operation}")
        check_arguments(service, operation, known, arguments)
        half = self._before(service, operation, arguments)
        error: ClientError | None = None
        try:
            with self._lock:
                answer = self._carry_out(service, operation, arguments, half=half)
        except Refusal as refusal:
            error = client_error(service, operation, refusal)
            answer = dict(error.response)
        for hook in self.hooks:
            hook.after(service, operation, arguments, answer)
        if error is not None:
            raise error
        return answer

    def _before(self, service: str, operation: str, arguments: Arguments) -> bool:
        half = False
        for hook in self.hooks:
            try:
                hook.before(service, operation, arguments)
            except HandBackHalf:
                half = True
        return half

    def _carry_out(self, service: str, operation: str, arguments: Arguments, *, half: bool) -> Answer:
        host = self._services[service]
        self.meter.call(operation)
        if not half:
            return self._answered(host, operation, arguments)
        host.hands_back_half = True
        try:
            return self._answered(host, operation, arguments)
        finally:
            host.hands_back_half = False

    def _answered(self, host: Any, operation: str, arguments: Arguments) -> Answer:
        answer: Answer = host.operations[operation].carry_out(arguments)
        answer["ResponseMetadata"] = metadata()
        return answer

    def refuse(self, kind: Kind, service: str, operation: str, arguments: Arguments) -> ClientError | HandBackHalf:
        """Return what a hook's `before` raises for the service to refuse the call (`half`: the rest of a batch)."""
        return refusals.refuse(kind, service, operation, arguments)

    # what it came to

    def look(self) -> "Look":
        """Return a view of what is there, which no hook sees and which changes nothing."""
        return Look(self._dynamodb, self._sqs, self._s3)

    def snapshot(self) -> "Snapshot":
        """Return the whole state; it may be restored any number of times."""
        with self._lock:
            return Snapshot(
                self._dynamodb.snapshot(),
                self._sqs.snapshot(),
                self._s3.snapshot(),
                self._secrets.snapshot(),
                self.meter.copy(),
            )

    def restore(self, snapshot: "Snapshot") -> None:
        """Make the state what it was; clients and hooks stay."""
        with self._lock:
            self._dynamodb.restore(snapshot.dynamodb)
            self._sqs.restore(snapshot.sqs)
            self._s3.restore(snapshot.s3)
            self._secrets.restore(snapshot.secrets)
            self.meter.become(snapshot.meter)


class Snapshot(NamedTuple):
    """The state of all services."""

    dynamodb: Any
    sqs: Any
    s3: Any
    secrets: Any
    meter: Meter
