"""A whole Mostrador in one process, run step by step: one invocation of one function is a step.

The world plays the parts of AWS around the functions: the platform that delivers again until it is answered, the
sources that deliver a batch again until it is done with or given up, the bucket that announces an object, the
schedule's clock. All that it knows is its `Progress`, so that a world can be put back to where it was.

Its clock stands still within a phase: what came at one instant is retried at that instant. So a faulty run writes the
same instants as a calm one, and all else that differs is a difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from shared.store.keys import instant
from tests.conftest import NOW
from tests.faults import lambdas
from tests.faults.process import Complaints, Context, Processes, environment
from tests.faults.stack import Engine, Function, QueueSource, Stack, StreamSource
from tests.faults.wire import Death, Invocation, Plan, Wire, calm

_ROUND = timedelta(minutes=61)
"""From one round of the schedules to the next: longer than the longest wait between two tries of anything."""

_MOST_ROUNDS = 20
_MOST_ATTEMPTS = 40

OURS_TO_DO = ("unprojected", "delivery")
"""The kinds of open work that end by themselves; a world is not done while there is any."""


class Stores(Engine, Protocol):
    """An engine that can be looked into without a call that counts."""

    def items(self, table: str) -> list[dict[str, Any]]: ...
    def records(self, stream: str, start: int) -> list[dict[str, Any]]:
        """Return a stream's records from the one of this number on, oldest first, as `GetRecords` gives them."""
        ...

    def shard(self, stream: str) -> str: ...
    def objects(self, bucket: str) -> list[str]: ...
    def is_empty(self, queue: str) -> bool: ...
    def hand_offs(self, queue: str) -> list[str]:
        """Return the bodies of a queue's messages; the last thing that is asked of it."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request of a platform, and when it comes: so long after the start, and once all before it is settled or
    not. Its name is its own among the arrivals of a world."""

    name: str
    platform: str
    account: str
    headers: Mapping[str, str] = field(hash=False)
    body: bytes
    at: timedelta = timedelta(0)
    settled: bool = False

    @property
    def path(self) -> str:
        return f"/webhooks/{self.platform}/{self.account}"

    @property
    def claims(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a colleague, who repeats it under its key until it is answered; the name is its own, as is the
    key unless it is the same request made once more."""

    name: str
    path: str
    body: bytes
    key: str
    at: timedelta = timedelta(0)
    settled: bool = True

    @property
    def headers(self) -> Mapping[str, str]:
        return {"content-type": "application/json", "idempotency-key": self.key}

    @property
    def claims(self) -> Mapping[str, str]:
        return {"sub": SUBJECT, "scope": "desk/write customers/link"}


SUBJECT = "colleague-1"
"""Who asks at the desk."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What somebody of a department does with a case, repeated under its key until it is done, or they are told that it
    cannot be done any more."""

    name: str
    identity: str
    case: str
    act: str
    who: str
    department: str
    to: str | None = None
    at: timedelta = timedelta(0)
    settled: bool = True

    @property
    def path(self) -> str:
        return f"{self.who} who {self.act}"

    @property
    def body(self) -> str:
        said = {name: getattr(self, name) for name in ("identity", "case", "act", "who", "department", "to")}
        return orjson.dumps(said | {"key": self.name}).decode()


type Arriving = Arrival | Asked | Acted


@dataclass(frozen=True, slots=True)
class Range:
    """A range of a stream's records that a function has yet to be done with, and how often it has failed."""

    start: int
    end: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a world has come.

    `waiting` are the arrivals, by their place, that are not acknowledged yet, `attempt` is the number of the first
    one's next try, and `acknowledged` are the ids of the requests that were. `rested` are the schedules that have had a
    round in peace since the last arrival; `read` and `pending` are of each stream source.
    """

    waiting: tuple[int, ...]
    clock: datetime = NOW
    attempt: int = 1
    acknowledged: tuple[str, ...] = ()
    announced: frozenset[str] = frozenset()
    rounds: int = 0
    rested: frozenset[int] = frozenset()
    read: tuple[int, ...] = ()
    pending: tuple[tuple[Range, ...], ...] = ()

    def at_rest(self) -> "Progress":
        """Return the same, with all rounds of the schedules still to be made."""
        return replace(self, rounds=0, rested=frozenset())


@dataclass(frozen=True, slots=True)
class Step:
    """What was done: which function ran, on what, and the calls that it made."""

    name: str
    invocation: Invocation
    ended: bool


class World:
    """Everything, once. `stack` is made on an engine whose clients are on `wire`."""

    def __init__(
        self, stack: Stack, stores: Stores, wire: Wire, complaints: Complaints, arrivals: Sequence[Arriving]
    ) -> None:
        self.stack = stack
        self.stores = stores
        self.wire = wire
        self.complaints = complaints
        self.arrivals = arrivals
        self.processes = Processes(self.now)
        self._colleague = Function(
            "ColleagueFunction", "tests.faults.colleague", "handler", {"TABLE_NAME": stack.table}, timeout=30
        )
        nothing = tuple(() for _ in stack.streams)
        self.progress = Progress(tuple(range(len(arrivals))), read=tuple(0 for _ in nothing), pending=nothing)

    def now(self) -> datetime:
        return self.progress.clock

    def run(self, plan: Plan = calm) -> None:
        """Go on until there is nothing left to do."""
        while self.step(plan):
            pass

    def step(self, plan: Plan = calm) -> Step | None:
        """Let the next function run, and say what it did; `None` when there is nothing left to do."""
        self.announce()
        if self._arrives():
            return self.arrive(plan)
        return self.work(plan) or self.round(plan)

    def _arrives(self) -> bool:
        if not self.progress.waiting:
            return False
        now = self.arrivals[self.progress.waiting[0]]
        first = len(self.progress.waiting) == len(self.arrivals)
        return first or not now.settled or self.progress.attempt > 1 or self._is_settled

    # the platform

    def arrive(self, plan: Plan) -> Step:
        """Let the platform make its next request."""
        now, *later = self.progress.waiting
        arrival, attempt = self.arrivals[now], self.progress.attempt
        self._progress(clock=NOW + arrival.at, attempt=attempt + 1, rounds=0, rested=frozenset())
        function, event = self.request(arrival, attempt)
        invocation, answer = self.invoke(function, event, plan)
        if acknowledges(answer):
            kept = (request_id(arrival, attempt),) if isinstance(arrival, Arrival) else ()
            self._progress(waiting=tuple(later), attempt=1, acknowledged=(*self.progress.acknowledged, *kept))
        elif attempt == _MOST_ATTEMPTS:
            raise AssertionError(f"whoever asked gave up: {answer}")
        return Step(f"{function.name} answers {arrival.path}", invocation, answer is not None)

    def request(self, arrival: Arriving, attempt: int) -> tuple[Function, dict[str, Any]]:
        """Return the function that answers an arrival, and the event that it is woken with."""
        if isinstance(arrival, Acted):
            return self._colleague, {"body": arrival.body}
        (route,) = (found for found in self.stack.routes if found.matches("POST", arrival.path))
        request = request_id(arrival, attempt)
        return route.function, lambdas.http(
            route.key, arrival.path, arrival.headers, arrival.body, request, arrival.claims
        )

    # the sources

    def work(self, plan: Plan) -> Step | None:
        """Let a queue or a stream give its function what there is; `None` when there is nothing."""
        for source in self.stack.queues:
            if step := self._receive(source, plan):
                return step
        for number, stream in enumerate(self.stack.streams):
            if step := self._read(number, stream, plan):
                return step
        return None

    def _receive(self, source: QueueSource, plan: Plan) -> Step | None:
        if self.stores.is_empty(source.url):
            return None
        sqs = self.stores.client("sqs")
        messages = sqs.receive_message(
            QueueUrl=source.url, MaxNumberOfMessages=source.batch_size, AttributeNames=["All"]
        ).get("Messages", [])
        if not messages:
            return None
        invocation, answer = self.invoke(source.function, lambdas.queue(messages), plan)
        failed = lambdas.failed(
            answer, [message["MessageId"] for message in messages], reports_items=source.reports_items
        )
        for message in messages:
            place = {"QueueUrl": source.url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in failed:
                sqs.change_message_visibility(**place, VisibilityTimeout=0)
            else:
                sqs.delete_message(**place)
        return Step(f"{source.function.name} reads {source.url.rsplit('/', 1)[-1]}", invocation, answer is not None)

    def _read(self, number: int, source: StreamSource, plan: Plan) -> Step | None:
        while not self.progress.pending[number]:
            start = self.progress.read[number]
            new = self.stores.records(source.stream, start)
            if not new:
                return None
            self._stream(number, read=start + len(new), pending=(Range(start, start + len(new)),))
            self._skip(number, source)
        now, *later = self.progress.pending[number]
        wanted = self._wanted(source, now)[: source.batch_size]
        if len(wanted) == source.batch_size and wanted[-1][0] + 1 < now.end:
            later = [replace(now, start=wanted[-1][0] + 1), *later]
            now = replace(now, end=wanted[-1][0] + 1)
        records = [record for _, record in wanted]
        invocation, answer = self.invoke(source.function, lambdas.stream(records, source.stream), plan)
        identifiers = [record["dynamodb"]["SequenceNumber"] for record in records]
        failed = lambdas.failed(answer, identifiers, reports_items=source.reports_items)
        again = self._again(source, now, wanted, failed, whole=answer is None)
        self._stream(number, read=self.progress.read[number], pending=(*again, *later))
        self._skip(number, source)
        return Step(f"{source.function.name} reads the stream", invocation, answer is not None)

    def _wanted(self, source: StreamSource, of: Range) -> list[tuple[int, dict[str, Any]]]:
        records = enumerate(self.stores.records(source.stream, of.start)[: of.end - of.start], start=of.start)
        return [(number, record) for number, record in records if lets_through(source, record)]

    def _skip(self, number: int, source: StreamSource) -> None:
        left = tuple(found for found in self.progress.pending[number] if self._wanted(source, found))
        self._stream(number, read=self.progress.read[number], pending=left)

    def _again(
        self,
        source: StreamSource,
        now: Range,
        wanted: list[tuple[int, dict[str, Any]]],
        failed: set[str],
        *,
        whole: bool,
    ) -> tuple[Range, ...]:
        """Return what is to be given again (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html):
        everything from the first failure on, halved if the source says so, which is no try of its own; and nothing
        once its tries are used up, when the source's destination is told."""
        if not failed:
            return ()
        numbers = [number for number, record in wanted if record["dynamodb"]["SequenceNumber"] in failed]
        left = replace(now, start=min(numbers))
        within = [number for number, _ in wanted if number >= left.start]
        if whole and source.bisects and len(within) > 1:
            middle = within[len(within) // 2]
            return (replace(left, end=middle), replace(left, start=middle))
        if left.tries == _MOST_ATTEMPTS:
            raise AssertionError(f"{source.function.name} never gets done with a batch")
        if source.retries < 0 or left.tries < source.retries:
            return (replace(left, tries=left.tries + 1),)
        if source.gives_up_to:
            first, last = (self.stores.records(source.stream, place)[0] for place in (within[0], within[-1]))
            self.stores.client("sqs").send_message(
                QueueUrl=source.gives_up_to,
                MessageBody=lambdas.given_up(source.stream, self.stores.shard(source.stream), first, last, len(within)),
            )
        return ()

    def announce(self) -> None:
        """Let each bucket tell its queue of the objects that are new."""
        for bucket, (prefix, queue) in self.stack.announcements.items():
            for name in self.stores.objects(bucket):
                if name.startswith(prefix) and name not in self.progress.announced:
                    self.stores.client("sqs").send_message(
                        QueueUrl=queue, MessageBody=lambdas.announcement(bucket, name)
                    )
                    self._progress(announced=self.progress.announced | {name})

    # the schedules

    def round(self, plan: Plan) -> Step | None:
        """Let the next schedule wake its function; `None` when nothing is left to be done by any."""
        if self._is_settled:
            return None
        at, schedules = self.progress, self.stack.schedules
        if at.rounds == _MOST_ROUNDS * len(schedules):
            raise AssertionError(f"still open: {sorted(self._open())}")
        number = at.rounds % len(schedules)
        self._progress(rounds=at.rounds + 1, clock=at.clock + _ROUND if number == 0 else at.clock)
        schedule = schedules[number]
        invocation, answer = self.invoke(schedule.function, dict(schedule.payload), plan)
        in_peace = {number} if answer is not None and not invocation.befell else set()
        self._progress(rested=self.progress.rested - {number} | in_peace)
        return Step(f"{schedule.function.name} makes its round", invocation, answer is not None)

    @property
    def _is_settled(self) -> bool:
        """Whether every schedule has had its round, and nothing is left that any of them would do."""
        return len(self.progress.rested) == len(self.stack.schedules) and self._is_idle and not self._open()

    @property
    def _is_idle(self) -> bool:
        return (
            all(self.stores.is_empty(source.url) for source in self.stack.queues)
            and not any(self.progress.pending)
            and not any(
                lets_through(stream, record)
                for number, stream in enumerate(self.stack.streams)
                for record in self.stores.records(stream.stream, self.progress.read[number])
            )
        )

    def _open(self) -> set[str]:
        items = self.stores.items(self.stack.table)
        listed = [(item["open"]["S"], item["open_at"]["S"]) for item in items if "open" in item]
        now = instant(self.now())
        return {where for where, at in listed if where.startswith(OURS_TO_DO) or (is_timed(where) and at < now)}

    # one invocation

    def invoke(self, function: Function, event: Mapping[str, Any], plan: Plan) -> tuple[Invocation, Any]:
        """Run a function once; return what it called, and its answer or `None` when it failed or died."""
        woken_by = event["Records"][0]["eventSource"] if "Records" in event else ""
        invocation = Invocation(plan, remaining=function.timeout * 1000, woken_by=woken_by)
        return invocation, self.carry_out(function, event, invocation)

    def carry_out(self, function: Function, event: Mapping[str, Any], invocation: Invocation) -> Any:
        """Run a function once, as this invocation; return its answer, or `None` when it failed or died."""
        self.wire.invocation = invocation
        answer = None
        try:
            with environment(function):
                answer = self.processes.handler(function)(event, Context(function, lambda: invocation.remaining))
                self.wire.way.end(invocation)
        except Death:
            pass
        except Exception as error:
            self.complaints.errors.append(error)
        finally:
            self.wire.invocation = None
        if invocation.dead:
            self.processes.end(function)
            return None
        return answer

    def _progress(self, **changes: Any) -> None:
        self.progress = replace(self.progress, **changes)

    def _stream(self, number: int, *, read: int, pending: tuple[Range, ...]) -> None:
        self._progress(
            read=_with(self.progress.read, number, read), pending=_with(self.progress.pending, number, pending)
        )


def is_timed(where: str) -> bool:
    """Return whether open work is the watch's to do once its instant has come."""
    return where.startswith(("promised", "waiting", "offered", "accepted", "answered"))


def request_id(arrival: Arriving, attempt: int) -> str:
    return f"{arrival.name}.{attempt}"


def acknowledges(answer: Any) -> bool:
    """Return whether an answer tells a platform that its delivery is kept, or a colleague that their step is, or that
    it cannot be taken any more."""
    return answer is not None and answer["statusCode"] in (200, 201, 409)


def lets_through(source: StreamSource, record: Mapping[str, Any]) -> bool:
    """Return whether a source's filters let a record through to its function."""
    place = id(source), id(record)
    known = _let_through.get(place)
    if known is None or known[0] is not source or known[1] is not record:
        fits = not source.filters or any(found.lets_through(record) for found in source.filters)
        known = _let_through[place] = source, record, fits
    return known[2]


_let_through: dict[tuple[int, int], tuple[StreamSource, Mapping[str, Any], bool]] = {}
"""What was found of records before: the double shows a record as the same object every time."""


def forget() -> None:
    """Drop what was found of records that are gone."""
    _let_through.clear()


def _with[T](values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])
