"""What the watch does: drive again what the projector left behind, see to what is promised, and say how much there is
and how old it is."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from services.watch import promises
from shared import telemetry
from shared.errors import ConfigurationError, StoreUnavailable
from shared.playbook import Accounting
from shared.projection.projector import Projector
from shared.repair.dead import LEFT_TO_THE_PROJECTOR
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import key_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

GRACE = {
    "unprojected": timedelta(0),
    "delivery": LEFT_TO_THE_PROJECTOR,
    "unreadable": timedelta(0),
}
"""The kinds of open work that the projector left behind, and how long each is left to it first."""

DRIVEN: Mapping[str, Callable[[Projector, Key], None]] = {
    **dict.fromkeys(GRACE, Projector.again),
    "promised": promises.see_to,
}
"""The kinds of open work that the watch drives, and how."""

_MOST_READS = 100
"""How many pages of the stream a range may take; an event source's batch is at most a few."""


def drive_due_work(projector: Projector, *, time_is_left: Callable[[], bool]) -> dict[str, int]:
    """Drive all open work that is due, while time is left; return how many items of each kind were found.

    What fails again is listed for later, each time later, and the round goes on.
    """
    found = dict.fromkeys(DRIVEN, 0)
    for kind, key in _due(projector):
        if not time_is_left():
            break
        found[kind] += 1
        _drive(projector, kind, key)
    return found


def pending_too_long(projector: Projector) -> int:
    """Return how many items have waited for longer than the playbook allows since they were received, whenever their
    next try is due."""
    longest = timedelta(minutes=_accounting(projector).pending_at_most_minutes)
    received_before = keys.instant(projector.now() - longest)
    listed = (item for kind in GRACE for shard in keys.shards(kind) for item in projector.table.listed(shard))
    return sum(item["received_at"]["S"] < received_before for item in listed if "received_at" in item)


def _accounting(projector: Projector) -> Accounting:
    try:
        return projector.playbook().accounting
    except ConfigurationError:
        return Accounting()  # before the first playbook is published


def _due(projector: Projector) -> Iterator[tuple[str, Key]]:
    """Yield all that is due, the longest due first, whatever its kind and shard: who fails goes behind the others."""
    found = (_listed(projector, kind, shard) for kind in DRIVEN for shard in keys.shards(kind))
    for _, kind, key in heapq.merge(*found):
        yield kind, key


def _listed(projector: Projector, kind: str, shard: str) -> Iterator[tuple[str, str, Key]]:
    until = keys.instant(projector.now() - GRACE.get(kind, timedelta(0)))
    for item in projector.table.listed(shard, until=until):
        yield item["open_at"]["S"], kind, key_of(item)


def _drive(projector: Projector, kind: str, key: Key) -> None:
    try:
        DRIVEN[kind](projector, key)
    except Exception as error:
        telemetry.failure("still left behind", error)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A range of the table's stream that the projector's function never finished, as its on-failure destination
    names it."""

    stream_arn: str
    shard: str
    first: str
    last: str

    @classmethod
    def parse(cls, message: str) -> "LeftBehind":
        """Return what an on-failure message of a stream source says (AWS Lambda, invocation record for streams)."""
        said: Mapping[str, str] = orjson.loads(message)["DDBStreamBatchInfo"]
        return cls(said["streamArn"], said["shardId"], said["startSequenceNumber"], said["endSequenceNumber"])

    def keys(self, client: "DynamoDBStreamsClient") -> Iterator[Key]:
        """Yield the keys of what was inserted in the range; the stream keeps records for 24 hours.

        Raises `StoreUnavailable` when the range could not be read to its end.
        """
        iterator: str | None = client.get_shard_iterator(
            StreamArn=self.stream_arn,
            ShardId=self.shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=self.first,
        )["ShardIterator"]
        for _ in range(_MOST_READS):
            if iterator is None:
                break
            answer = client.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                number = int(record["dynamodb"]["SequenceNumber"])
                if number <= int(self.last) and record["eventName"] == "INSERT":
                    named: Any = record["dynamodb"]["Keys"]
                    yield Key(named["pk"]["S"], named["sk"]["S"])
                if number >= int(self.last):
                    return
            # An answer without records is no end: it may take several calls to come to the next one (GetRecords).
            iterator = answer.get("NextShardIterator")
        raise StoreUnavailable("the stream does not show the whole range that was left behind")

    def list_all(self, projector: Projector, client: "DynamoDBStreamsClient") -> None:
        """List everything in the range as left behind, for the rounds to drive.

        Driving it here would let one item that kills the process take the whole range with it, again and again.
        """
        for key in filter(_is_projected, self.keys(client)):
            projector.postpone(key, kind="unprojected", attempts=0)


def _is_projected(key: Key) -> bool:
    return key.sk == keys.DELIVERY or key.sk.startswith((keys.EVENT_PREFIX, keys.ESCALATION_PREFIX, keys.STEP_PREFIX))
