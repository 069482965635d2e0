"""What is there, seen from outside: no hook is called, nothing is charged, nothing changes."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.double.dynamodb import DynamoDB
from tests.double.s3 import S3
from tests.double.sqs import SQS, Message
from tests.double.streams import shown_record
from tests.double.values import Item
from tests.double.wire import Answer


class SeenMessage(NamedTuple):
    """A message that lies in a queue, in flight or not."""

    id: str
    body: str
    group: str | None
    deduplication: str | None
    receives: int
    visible_at: float


class SeenObject(NamedTuple):
    """An object that lies in a bucket."""

    body: bytes
    metadata: Mapping[str, str]


class Look:
    """A view of the state as it is at each call."""

    def __init__(self, dynamodb: DynamoDB, sqs: SQS, s3: S3) -> None:
        self._dynamodb = dynamodb
        self._sqs = sqs
        self._s3 = s3

    def items(self, table: str, which: Callable[[Item], bool] = lambda _: True) -> list[Item]:
        """Return a table's items, by their keys: all, or those `which` are chosen, by what must only be read."""
        found = self._dynamodb.tables[table]
        chosen = (row for row in found.rows.throughout() if which(row.item))
        return [row.copied() for row in sorted(chosen, key=lambda row: found.schema.key(row.item))]

    def records(self, table: str, *, after: int = 0) -> list[Answer]:
        """Return a table's stream from behind this many records, as `GetRecords` shows them."""
        found = self._dynamodb.tables[table]
        return [shown_record(record, found) for record in found.stream[after:]]

    def messages(self, url: str) -> list[SeenMessage]:
        """Return a queue's messages in the order they were sent, those in flight too."""
        return [_seen(message) for message in self._sqs.queues[url].messages.values()]

    def objects(self, bucket: str) -> dict[str, SeenObject]:
        """Return a bucket's objects by their names."""
        found = self._s3.buckets[bucket].objects
        return {name: SeenObject(one.body, dict(one.metadata)) for name, one in found.items()}


def _seen(message: Message) -> SeenMessage:
    return SeenMessage(
        message.id, message.body, message.group, message.deduplication, message.receives, message.visible_at
    )
