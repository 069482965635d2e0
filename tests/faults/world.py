"""A whole Mostrador in one process, run step by step: one invocation of one function is a step.

The world plays the parts of AWS around the functions: the platform that delivers again until it is answered, the
sources that deliver a batch again until it is done with or given up, the bucket that announces an object, the
schedule's clock. All that it knows is its `Progress`, so that a world can be put back to where it was.

Its clock stands still within a phase: what came at one instant is retried at that instant. So a faulty run writes the
same instants as a calm one, and all else that differs is a difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Protocol

import orjson

from shared.store.keys import instant
from tests.conftest import NOW
from tests.faults import lambdas
from tests.faults.arrivals import Acted, Arriving, ContactEvent, ContactRecord, Left, OverHttp
from tests.faults.arrivals import Arrival as Arrival
from tests.faults.process import Complaints, Context, Processes, environment
from tests.faults.progress import Progress, Range
from tests.faults.stack import Engine, Function, QueueSource, Stack, StreamSource
from tests.faults.wire import Death, Invocation, Plan, Wire, calm

_ROUND = timedelta(minutes=61)
"""From one round of the schedules to the next: longer than the longest wait between two tries of anything."""

_MOST_ROUNDS = 20
_MOST_ATTEMPTS = 40
_MOST_INVOCATIONS = 3
"""How often Lambda invokes a function that nobody waits for
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)."""

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
        self.processes = Processes(self.now, self.sleep)
        self._colleague = Function(
            "ColleagueFunction", "tests.faults.colleague", "handler", {"TABLE_NAME": stack.table}, timeout=30
        )
        nothing = tuple(() for _ in stack.streams)
        self.progress = Progress(tuple(range(len(arrivals))), read=tuple(0 for _ in nothing), pending=nothing)

    def now(self) -> datetime:
        return self.progress.clock

    def sleep(self, seconds: float) -> None:
        self._progress(clock=self.progress.clock + timedelta(seconds=seconds))

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
        """Let whoever is outside do what they do next."""
        arrival = self.arrivals[self.progress.waiting[0]]
        self._progress(clock=NOW + arrival.at, rounds=0, rested=frozenset())
        match arrival:
            case Left():
                arrival.leave(self.stack)
                self._taken(1)
                return Step(f"Somebody leaves {arrival.name}", Invocation(), ended=True)
            case ContactRecord():
                return self._hear(plan)
            case ContactEvent():
                return self._ask(arrival, plan, most=_MOST_INVOCATIONS)
            case _:
                return self._ask(arrival, plan, most=_MOST_ATTEMPTS)

    def _ask(self, arrival: OverHttp | Acted | ContactEvent, plan: Plan, *, most: int) -> Step:
        attempt = self.progress.attempt
        function, event = self.request(arrival, attempt)
        request = request_id(arrival, attempt)
        invocation, answer = self.invoke(function, event, plan, request=request)
        if acknowledges(answer):
            self._taken(1, *((request,) if isinstance(arrival, Arrival | ContactEvent) else ()))
        elif attempt == most:
            raise AssertionError(f"whoever asked gave up: {answer}")
        else:
            self._progress(attempt=attempt + 1)
        what = "is told of" if isinstance(arrival, ContactEvent) else "answers"
        return Step(f"{function.name} {what} {arrival.path}", invocation, answer is not None)

    def _taken(self, so_many: int, *requests: str) -> None:
        """Note that the next arrivals are acknowledged, and the ids of their requests."""
        at = self.progress
        self._progress(waiting=at.waiting[so_many:], attempt=1, acknowledged=(*at.acknowledged, *requests))

    def request(self, arrival: OverHttp | Acted | ContactEvent, attempt: int) -> tuple[Function, dict[str, Any]]:
        """Return the function that answers an arrival, and the event that it is woken with."""
        if isinstance(arrival, Acted):
            return self._colleague, {"body": arrival.body}
        if isinstance(arrival, ContactEvent):
            return self.stack.functions["CallsFunction"], orjson.loads(arrival.body)
        (route,) = (found for found in self.stack.routes if found.matches("POST", arrival.path))
        request = request_id(arrival, attempt)
        event = lambdas.http(route.key, arrival.path, arrival.headers, arrival.body, request, arrival.claims)
        return route.function, event | {"pathParameters": route.parameters(arrival.path)}

    def _hear(self, plan: Plan) -> Step:
        """Let the Kinesis stream give its function the next batch; what fails is given again, and all that follows."""
        source = self.stack.contact_records
        coming = takewhile(lambda each: isinstance(each, ContactRecord), map(self._arrival, self.progress.waiting))
        batch = [each for each in coming if isinstance(each, ContactRecord)][: source.batch_size]
        names = [request_id(each, 1) for each in batch]
        invocation, answer = self.invoke(source.function, lambdas.kinesis(zip(names, batch, strict=True)), plan)
        failed = lambdas.failed(answer, names, reports_items=source.reports_items)
        done = next((number for number, name in enumerate(names) if name in failed), len(names))
        self._taken(done, *names[:done])
        return Step(f"{source.function.name} reads contact records", invocation, answer is not None)

    def _arrival(self, number: int) -> Arriving:
        return self.arrivals[number]

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
        invocation, answer = self.invoke(source.function, lambdas.queue(messages, source.arn), plan)
        failed = lambdas.failed(
            answer, [message["MessageId"] for message in messages], reports_items=source.reports_items
        )
        hidden = _hidden(invocation)
        for message in messages:
            place = {"QueueUrl": source.url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] not in failed:
                sqs.delete_message(**place)
            elif message["ReceiptHandle"] not in hidden:
                sqs.change_message_visibility(**place, VisibilityTimeout=0)
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

    def invoke(
        self, function: Function, event: Mapping[str, Any], plan: Plan, *, request: str = "0"
    ) -> tuple[Invocation, Any]:
        """Run a function once; return what it called, and its answer or `None` when it failed or died. `request` is the
        invocation's id."""
        woken_by = event["Records"][0]["eventSource"] if "Records" in event else ""
        invocation = Invocation(plan, remaining=function.timeout * 1000, woken_by=woken_by, request=request)
        return invocation, self.carry_out(function, event, invocation)

    def carry_out(self, function: Function, event: Mapping[str, Any], invocation: Invocation) -> Any:
        """Run a function once, as this invocation; return its answer, an empty one where it gives none, or `None` when
        it failed or died."""
        self.wire.invocation = invocation
        answer = None
        try:
            with environment(function):
                context = Context(function, invocation.request, lambda: invocation.remaining)
                answer = self.processes.handler(function)(event, context) or {}
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
    return where.startswith(("promised", "waiting", "unconfirmed", "refused", "offered", "accepted", "answered"))


def request_id(arrival: Arriving, attempt: int) -> str:
    """Return the id of a request; what Lambda itself invokes a function with again has the same each time."""
    return f"{arrival.name}.{1 if isinstance(arrival, ContactEvent | ContactRecord) else attempt}"


def acknowledges(answer: Any) -> bool:
    """Return whether an answer tells a platform that its delivery is kept, or a colleague that their step is, or that
    it cannot be taken any more."""
    return answer is not None and answer.get("statusCode", 200) in (200, 201, 409)


def _hidden(invocation: Invocation) -> set[str]:
    """Return the receipts of the messages of which an invocation itself said for how long they are to be hidden."""
    hiding = (call for call in invocation.calls if call.operation == "ChangeMessageVisibility")
    return {call.arguments["ReceiptHandle"] for call in hiding}


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
