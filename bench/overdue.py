"""Whether whoever was not answered in time is found in time, and what a round of the watch reads to find them, by how
many conversations are open.

The watch, its rounds and the table's code are the real ones, on the tests' strict DynamoDB. Conversations that become
due while it is watched are really in it; all the others that are open are in a stand-in for the index alone, sorted by
when they are due, which is asked along with it. A query of an index reads what fits its range of sort keys, and costs
half a unit for each 4 KB of that, or half a unit for nothing
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from math import ceil
from typing import Any, cast

from bench.capacity import READ_UNIT, item_size
from bench.figures import Figure
from services.watch.rounds import AT_ONCE, drive_due_work, pending_too_long
from shared.models import Delivery, Message
from shared.playbook import Playbook, parse
from shared.projection.projector import Projector
from shared.queues import Departments
from shared.store import journal, keys
from shared.store.journal import Bucket
from shared.store.table import Table
from tests.double import Cloud
from tests.template import ROOT, table_definition

OPEN = (10, 10_000, 1_000_000)
IN_TIME = 60
"""In how many seconds what is overdue is to be found."""

BURST, A_CALL = 2_000, timedelta(milliseconds=10)
BURST_AT = timedelta(seconds=45)
"""When in the watch's minute the burst comes: what that round cannot do any more is the next one's."""

_MILLISECOND = timedelta(milliseconds=1)
_TABLE = "overdue"
_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_LATER = timedelta(hours=1)
_SPREAD = timedelta(days=10)
_APART = timedelta(seconds=41)
_ROUNDS = 10


def measure() -> Iterator[Figure]:
    """Yield for each number of open conversations how long the slowest took to be found, and what rounds read."""
    first: Watched | None = None
    for number in OPEN:
        watched = watch(number)
        first = first or watched
        what = f"watch, {number:,} open conversations"
        yield Figure(f"{what}: the longest until one is found", watched.longest, "s", "simulated time", IN_TIME)
        yield Figure(f"{what}: queries of a round", watched.queries, "calls", _AS_FEW, first.queries)
        yield Figure(f"{what}: read units of a round", watched.read, "units", _AS_FEW, first.read)
        yield Figure(f"{what}: calls for each that is found", watched.calls, "calls", _AS_FEW, first.calls)
    yield Figure(
        f"watch, {BURST:,} due in one instant: until the last is found, at {A_CALL // _MILLISECOND} ms a call",
        burst(BURST),
        "s",
        "simulated time",
        IN_TIME,
    )
    yield Figure("watch, due as soon as it is told of: until it is found", told_late(), "s", "simulated time", IN_TIME)


_AS_FEW = "the same with the fewest"


class Crowd:
    """Conversations that are open and not due yet, as the index `open` lists them."""

    def __init__(self, number: int, *, since: datetime) -> None:
        self._since = since
        self._step = _SPREAD / max(number, 1)
        self._members: dict[str, array[int]] = {shard: array("q") for shard in keys.shards("waiting")}
        for member in range(number):
            self._members[keys.shard("waiting", _partition(member))].append(member)

    def __len__(self) -> int:
        return sum(map(len, self._members.values()))

    def due(self, shard: str, until: str) -> list[dict[str, Any]]:
        """Return the rows of a shard that are due by an instant, the longest due first."""
        found = self._members.get(shard, array("q"))
        end = bisect_right(found, until, key=lambda member: keys.instant(self._at(member)))
        return [
            {
                "pk": {"S": _partition(member)},
                "sk": {"S": "conversation#app#direct"},
                "open": {"S": shard},
                "open_at": {"S": keys.instant(self._at(member))},
            }
            for member in found[:end]
        ]

    def _at(self, member: int) -> datetime:
        return self._since + member * self._step


def _partition(member: int) -> str:
    return keys.identity(f"app:crowd:{member}")


@dataclass
class Client:
    """DynamoDB, with a crowd in its index; counts the queries of the index and the units that they read."""

    inner: Any
    crowd: Crowd
    queries: int = 0
    read: float = 0

    def query(self, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.inner.query(**request)
        if "IndexName" not in request:
            return answer
        said = request["ExpressionAttributeValues"]
        more = self.crowd.due(said[":partition"]["S"], said[":last"]["S"]) if request["IndexName"] == "open" else []
        rows = sorted([*answer["Items"], *more], key=lambda row: str(row["open_at"]["S"]))
        self.queries += 1
        self.read += max(1, ceil(sum(map(item_size, rows)) / READ_UNIT)) / 2
        return answer | {"Items": rows}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass(frozen=True, slots=True)
class Watched:
    """`longest` is how many seconds passed until the slowest was found; `queries` and `read` are the most that a round
    asked of the index, and `calls` what each that was found took besides. `found` is how many that were."""

    longest: float
    queries: int
    read: float
    calls: float
    found: int


def burst(number: int, *, a_call: timedelta = A_CALL) -> float:
    """Return how many seconds pass until the last of so many is found that fall due in one instant, by a watch that
    does so many at a time as the function does, and waits for each of its calls."""
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Bench")
    shop, due = Shop(0), _NOW + BURST_AT
    for member in range(number):
        shop.waits(member, due=due)
    shop.a_call = a_call
    with redirect_stdout(StringIO()):  # so many metrics are written as they come
        for minute in range(2):
            shop.clock = max(shop.clock, _NOW + minute * timedelta(minutes=1))
            shop.round()
    assert len(shop.looked) == number, "what one round leaves, the next one finds"
    return round((max(shop.looked.values()) - due).total_seconds(), 1)


def told_late() -> float:
    """Return how many seconds pass until somebody is found of whom we are told just after a round has asked what falls
    due, when it is time already."""
    shop = Shop(0)
    shop.round()
    shop.clock = due = _NOW + _MILLISECOND
    shop.waits(0, due=due)
    shop.clock = _NOW + timedelta(minutes=1)
    assert shop.round() == 1
    return (max(shop.looked.values()) - due).total_seconds()


@dataclass
class Shop:
    """A Mostrador with so many open conversations. Rounds take no time but for what they wait, and `a_call` for each of
    their calls; `looked` says when they first looked at whom."""

    number: int
    clock: datetime = _NOW
    a_call: timedelta = timedelta(0)
    looked: dict[str, datetime] = field(default_factory=dict)
    cloud: Cloud = field(init=False)
    client: Client = field(init=False)
    projector: Projector = field(init=False)

    def __post_init__(self) -> None:
        self.cloud = Cloud(now=lambda: self.clock)
        self.cloud.create_table(**table_definition(_TABLE))
        self.client = Client(self.cloud.client("dynamodb"), Crowd(self.number, since=_NOW + _LATER))
        table, playbook = Table(cast("Any", self.client), _TABLE), _playbook()
        departments = Departments(self.cloud.client("sqs"), {})
        bucket = Bucket(self.cloud.client("s3"), "none")
        self.projector = Projector(table, bucket, departments, lambda: playbook, lambda: self.clock)
        self._is_round = False
        self.cloud.hooks.append(self)

    def before(self, _service: str, operation: str, arguments: Any) -> None:
        """Let a call take its time (a hook of the double): those that ask what is due come one after the other."""
        if self._is_round:
            self.clock += self.a_call if "IndexName" in arguments else self.a_call / AT_ONCE
            if operation == "GetItem" and arguments["Key"]["sk"]["S"].startswith(keys.CONVERSATION_PREFIX):
                self.looked.setdefault(arguments["Key"]["pk"]["S"], self.clock)

    def after(self, service: str, operation: str, arguments: Any, answer: Any) -> None: ...

    def waits(self, member: int, *, due: datetime) -> None:
        """Let somebody write so that they are to be answered by an instant."""
        message = Message(
            external_id=str(member),
            occurred_at=due - _TARGET,
            identity=f"app:real:{member}",
            account="real",
            channel="app",
            text="Hola",
        )
        item = journal.expanded_item(Delivery("app", "real", b"", {}, message.occurred_at), message)
        self.projector.table.insert(item)
        self.projector.project([item])

    def round(self) -> int:
        """Let the watch make its round as its function does; return how many waited for too long."""
        self._is_round = True
        found = drive_due_work(self.projector, time_is_left=lambda: True, wait=self._wait)["waiting"]
        pending_too_long(self.projector)
        self._is_round = False
        return found

    def _wait(self, length: timedelta) -> None:
        self.clock += length


def watch(number: int) -> Watched:
    """Watch so many open conversations for some minutes, in which some become due."""
    shop = Shop(number)
    dues = [_NOW + place * _APART for place in range(1, int(_ROUNDS * timedelta(minutes=1) / _APART))]
    for member, due in enumerate(dues):
        shop.waits(member, due=due)
    waiting, longest, queries, read, calls = list(dues), 0.0, 0, 0.0, 0
    for minute in range(_ROUNDS):
        shop.clock = _NOW + minute * timedelta(minutes=1)
        until = shop.clock + timedelta(minutes=1)
        made = sum(shop.cloud.meter.operations.values())
        shop.client.queries, shop.client.read, shop.looked = 0, 0, {}
        found = shop.round()
        overdue = [due for due in waiting if due < until]
        assert found == len(overdue), "a round finds all that fall due before the next one, and nobody else"
        waiting = waiting[found:]
        after = [looked - due for looked, due in zip(sorted(shop.looked.values()), overdue, strict=True)]
        assert all(each > timedelta(0) for each in after), "nobody is pressed before it is time"
        longest = max([longest, *(each.total_seconds() for each in after)])
        queries, read = max(queries, shop.client.queries), max(read, shop.client.read)
        calls += sum(shop.cloud.meter.operations.values()) - made - shop.client.queries
    assert not waiting, "all were found"
    return Watched(longest, queries, read, round(calls / len(dues), 1), len(dues))


_TARGET = timedelta(hours=8)


def _playbook() -> Playbook:
    """Return the example playbook, in which every answer is due within as long, day and night."""
    example = parse((ROOT / "infra" / "playbook.example.toml").read_text())
    within = dict.fromkeys(("low", "normal", "high", "urgent"), _TARGET // timedelta(minutes=1))
    departments = [each.model_dump() | {"calendar": None} for each in example.departments]
    clocks = [{"kind": kind, "within": within} for kind in ("first_answer", "next_answer")]
    return Playbook.model_validate(example.model_dump() | {"departments": departments, "clocks": clocks})
