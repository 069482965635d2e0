"""DynamoDB Streams: the tables' changes in the order they were made, each for a day, in one shard.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bench.capacity import item_size
from tests.double.dynamodb import DynamoDB
from tests.double.tables import Record, Table
from tests.double.values import copied
from tests.double.wire import Answer, Arguments, Operation, Refusal, invalid, operation

SHARD = "shardId-00000000000000000000-00000001"
KEPT = timedelta(hours=24)
_ITERATOR_LASTS = timedelta(minutes=15)
_MOST_IN_PAGE = 1000
_MOST_PAGE_BYTES = 1024 * 1024

_VIEWS: Mapping[str, tuple[bool, bool]] = {
    "KEYS_ONLY": (False, False),
    "NEW_IMAGE": (False, True),
    "OLD_IMAGE": (True, False),
    "NEW_AND_OLD_IMAGES": (True, True),
}
"""Whether a stream's records show the old image, and the new."""


class Streams:
    """The streams of all tables that have one."""

    def __init__(self, now: Callable[[], datetime], dynamodb: DynamoDB) -> None:
        self._now = now
        self._dynamodb = dynamodb
        self.operations: dict[str, Operation] = {
            "ListStreams": operation(self.list_streams, "TableName"),
            "DescribeStream": operation(self.describe_stream, "StreamArn!"),
            "GetShardIterator": operation(
                self.get_shard_iterator, "StreamArn! ShardId! ShardIteratorType! SequenceNumber"
            ),
            "GetRecords": operation(self.get_records, "ShardIterator! Limit"),
        }

    def list_streams(self, ask: Arguments) -> Answer:
        found = [
            {"StreamArn": table.stream_arn, "TableName": table.name, "StreamLabel": table.stream_arn.rpartition("/")[2]}
            for table in self._dynamodb.tables.values()
            if table.view and ask.get("TableName", table.name) == table.name
        ]
        return {"Streams": found}

    def describe_stream(self, ask: Arguments) -> Answer:
        table = self._table(ask["StreamArn"])
        return {
            "StreamDescription": {
                "StreamArn": table.stream_arn,
                "TableName": table.name,
                "StreamStatus": "ENABLED",
                "StreamViewType": table.view,
                "Shards": [{"ShardId": SHARD, "SequenceNumberRange": {"StartingSequenceNumber": _number(0)}}],
            }
        }

    def _table(self, arn: str) -> Table:
        for table in self._dynamodb.tables.values():
            if table.view and table.stream_arn == arn:
                return table
        raise Refusal("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")

    def get_shard_iterator(self, ask: Arguments) -> Answer:
        table = self._table(ask["StreamArn"])
        if ask["ShardId"] != SHARD:
            raise Refusal("ResourceNotFoundException", "Requested resource not found: Shard does not exist")
        kind, given = ask["ShardIteratorType"], ask.get("SequenceNumber")
        if (given is None) == (kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")):
            raise invalid(f"Invalid combination of parameters: SequenceNumber and {kind}")
        oldest = next((record.number for record in self._kept(table)), self._next(table))
        first = {
            "TRIM_HORIZON": lambda: oldest,
            "LATEST": lambda: self._next(table),
            "AT_SEQUENCE_NUMBER": lambda: int(str(given)),
            "AFTER_SEQUENCE_NUMBER": lambda: int(str(given)) + 1,
        }[kind]()
        if given is not None and first < oldest:
            raise _trimmed()
        return {"ShardIterator": self._iterator(table, first)}

    def _next(self, table: Table) -> int:
        return table.stream[-1].number + 1 if table.stream else 0

    def _iterator(self, table: Table, first: int) -> str:
        return f"{table.stream_arn}|{first}|{self._now().timestamp()}"

    def _kept(self, table: Table) -> list[Record]:
        oldest = self._now() - KEPT
        return table.stream[bisect_left(table.stream, oldest, key=lambda record: record.at) :]

    def get_records(self, ask: Arguments) -> Answer:
        arn, first, made_at = ask["ShardIterator"].split("|")
        table, limit = self._table(arn), ask.get("Limit", _MOST_IN_PAGE)
        if self._now().timestamp() - float(made_at) > _ITERATOR_LASTS.total_seconds():
            raise Refusal("ExpiredIteratorException", "Iterator expired")
        if not 1 <= limit <= _MOST_IN_PAGE:
            raise invalid("Value at 'limit' failed to satisfy constraint")
        kept = self._kept(table)
        if kept and len(kept) < len(table.stream) and int(first) < kept[0].number:
            raise _trimmed()
        found: list[Answer] = []
        size, after = 0, int(first)
        for record in kept[bisect_left(kept, int(first), key=lambda record: record.number) :]:
            shown = shown_record(record, table)
            size += shown["dynamodb"]["SizeBytes"]
            if len(found) == limit or (found and size > _MOST_PAGE_BYTES):
                break
            found.append(shown)
            after = record.number + 1
        return {"Records": found, "NextShardIterator": self._iterator(table, after)}


def shown_record(record: Record, table: Table) -> Answer:
    """Return a change as `GetRecords` shows it, by the stream's view type."""
    with_old, with_new = _VIEWS[str(table.view)]
    images: dict[str, Any] = {"Keys": copied(record.key)}
    if with_new and record.new:
        images["NewImage"] = copied(record.new.item)
    if with_old and record.old:
        images["OldImage"] = copied(record.old.item)
    return {
        "eventID": f"{record.number:032x}",
        "eventName": "INSERT" if record.old is None else "REMOVE" if record.new is None else "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": record.at.replace(microsecond=0),
            "SequenceNumber": _number(record.number),
            "SizeBytes": sum(map(item_size, images.values())),
            "StreamViewType": table.view,
            **images,
        },
    }


def _number(number: int) -> str:
    return f"{number:021}"


def _trimmed() -> Refusal:
    return Refusal("TrimmedDataAccessException", "The operation attempted to read past the oldest stream record.")
