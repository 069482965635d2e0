"""What the watch does: drive again what the projector left behind, see to what is promised and to whom nobody answers,
move on what departments let lie, and say how much there is and how old it is.

A round asks the index once: for what is due, and for what falls due before the next one, which it sees to at its very
instant. So a schedule that comes once a minute finds what is overdue within moments, and is done at once while nothing
is; what is listed for less than a minute ahead is found by the next round.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from services.watch import conversations, departments, promises, undelivered
from shared import telemetry
from shared.errors import ConfigurationError, StoreUnavailable
from shared.playbook import Accounting
from shared.projection.open_work import Anew, attempts_at, kind_of
from shared.projection.projector import Projector
from shared.repair.dead import LEFT_TO_THE_PROJECTOR
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, key_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

GRACE = {
    "unprojected": timedelta(0),
    "delivery": LEFT_TO_THE_PROJECTOR,
    "unreadable": timedelta(0),
}
"""The kinds of open work that the projector left behind, and how long each is left to it first."""


def again(projector: Projector, key: Key) -> None:
    """Project what was left behind once more; an offer that does not even reach its department's queue runs out of time
    like any other."""
    try:
        projector.again(key)
    finally:
        if key.sk.startswith(keys.ESCALATION_PREFIX) and (item := projector.table.get(key)):
            departments.move_on(projector, item)


type _Drive = Callable[[Projector, Key], None]


def _seen_to(kinds: Collection[str], see_to: Callable[[Projector, Key, Item], Anew | None]) -> dict[str, _Drive]:
    """Return how what is listed as these kinds is driven: seen to, and listed anew as that says, if it says so, and if
    nothing has changed meanwhile. It is listed for later first: what kills the process must not stay first in line."""

    def drive(projector: Projector, key: Key) -> None:
        item = projector.table.get(key)
        kind = kind_of(item)
        if item is None or kind is None or kind not in kinds:
            return
        projector.postpone(key, kind=kind, attempts=attempts_at(item))
        if (anew := see_to(projector, key, item)) is not None:
            extra = anew.listing | {"projected_at": item["projected_at"]}
            projector.table.replace(key, state=anew.state, seen=item["state"]["S"], extra=extra)

    return dict.fromkeys(kinds, drive)


DRIVEN: Mapping[str, _Drive] = {
    **dict.fromkeys(GRACE, again),
    **_seen_to(("promised",), promises.see_to),
    **_seen_to(("waiting",), conversations.see_to),
    **_seen_to(undelivered.KINDS, undelivered.see_to),
    **_seen_to(departments.KINDS, departments.see_to),
}
"""The kinds of open work that the watch drives, and how."""

BETWEEN_ROUNDS = timedelta(minutes=1)
"""After how long the next round comes."""

AT_ONCE = 8
"""How many the function drives at a time: each mostly waits for the table, and a client keeps ten connections open."""

_MOMENT = timedelta(milliseconds=1)
"""At the very instant what is due may still be done in time."""

_MOST_READS = 100
"""How many pages of the stream a range may take; an event source's batch is at most a few."""


class Due(NamedTuple):
    """An item that is to be driven as what it is listed, from an instant on."""

    at: datetime
    kind: str
    key: Key


type Wait = Callable[[timedelta], None]
"""Let so much time pass."""


def drive_due_work(
    projector: Projector, *, time_is_left: Callable[[], bool], at_once: int = 1, wait: Wait | None = None
) -> dict[str, int]:
    """Drive all open work that is due, so many `at_once`, while time is left; return how many items of each kind were
    found. Who can `wait` drives what falls due until the next round as well, each at its instant, and leaves to that
    round what is not done by then.

    What fails again is listed for later, each time later, and the round goes on. When a department opens, all that came
    overnight may fall due in one instant; whatever is driven at the same time could as well be by two watches.
    """
    found = dict.fromkeys(DRIVEN, 0)
    until = projector.now() + (BETWEEN_ROUNDS - _MOMENT if wait else timedelta(0))
    with ThreadPoolExecutor(at_once) as workers:
        run = workers.map if at_once > 1 else map
        for due in together(_due(projector, until), most=at_once, now=projector.now, wait=wait):
            if not time_is_left() or (wait and projector.now() >= until):
                break
            for each in due:
                found[each.kind] += 1
            for _ in run(partial(_drive, projector), due):
                pass
    return found


def together(
    due: Iterable[Due], *, most: int, now: Callable[[], datetime], wait: Wait | None = None
) -> Iterator[list[Due]]:
    """Yield what is to be driven at a time, so many at most, in order. Who can `wait` waits until the instant of what
    is not due yet is over, and yields what is due before that."""
    batch: list[Due] = []
    for each in due:
        if batch and (len(batch) == most or (wait and each.at >= now())):
            yield batch
            batch = []
        left = each.at - now()
        if wait and left >= timedelta(0):
            wait(left + _MOMENT)
        batch.append(each)
    if batch:
        yield batch


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


def _due(projector: Projector, until: datetime) -> Iterator[Due]:
    """Yield all that is due by an instant, the longest due first, whatever its kind and shard: who fails goes behind
    the others."""
    return heapq.merge(*(_listed(projector, kind, shard, until) for kind in DRIVEN for shard in keys.shards(kind)))


def _listed(projector: Projector, kind: str, shard: str, until: datetime) -> Iterator[Due]:
    grace = GRACE.get(kind, timedelta(0))
    for item in projector.table.listed(shard, until=keys.instant(until - grace)):
        yield Due(datetime.fromisoformat(item["open_at"]["S"]) + grace, kind, key_of(item))


def _drive(projector: Projector, due: Due) -> None:
    try:
        DRIVEN[due.kind](projector, due.key)
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
