"""All interleavings of runs that go on at once, with and without a death at any point: explored, not sampled.

What a run does next depends only on what its calls were answered so far. So a run is not kept going: it is started
again and given the answers it has had, until it asks for more. Where two orders of calls leave the same content and
every run with the same answers, they are one from there on: the graph of these places has every schedule as a path, and
is far smaller than the number of its paths, which is counted exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import orjson
from botocore.exceptions import ClientError

from tests.faults.engines import Double
from tests.faults.figures import Figures
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Difference, all_records
from tests.faults.stack import Function
from tests.faults.wire import Call, Invocation, Send
from tests.faults.world import World


@dataclass(frozen=True, slots=True)
class Run:
    """An invocation that goes on beside others. `ends` is told of its answer, `None` for one that failed or died, when
    all have ended."""

    name: str
    function: Function
    event: Mapping[str, Any]
    ends: Callable[[World, Any], None]


@dataclass(frozen=True, slots=True)
class History:
    """What a run's calls were answered so far; two are the same when their numbers are."""

    number: int
    answers: tuple[Any, ...] = field(compare=False, repr=False)
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Asks:
    """The next call of a run."""

    call: Call
    send: Send


@dataclass(frozen=True, slots=True)
class Ended:
    """That a run has no more calls to make, and its answer."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Place:
    content: Any
    histories: tuple[History, ...]
    deaths: int
    snapshot: Any = field(compare=False, repr=False)


class Replayed(Invocation):
    """An invocation whose first calls are answered from its history, and which is stopped at the next one."""

    def __init__(self, history: History, remaining: int) -> None:
        super().__init__(remaining=remaining)
        self._history = history
        self.asks: Asks | None = None

    def make(self, call: Call, send: Send) -> Any:
        if self.dead:
            raise self.die()
        known = self._history.answers
        if len(self.calls) == len(known):
            self.asks = Asks(call, send)
            raise self.die()
        asked, answer = known[len(self.calls)]
        assert asked == str(call), "a run that is given the same answers makes the same calls"
        self.calls.append(call)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Scheduler:
    """Follows all schedules of these runs from where the world is, each then to its end, and compares what it comes to
    with `expected`. With `deaths`, so many of the runs may die, before or after any of their calls."""

    world: World
    engine: Double
    runs: Sequence[Run]
    expected: Picture
    compare: Callable[[Picture, Picture], None]
    figures: Figures
    deaths: int = 0
    _schedules: dict[Place, int] = field(default_factory=dict)
    _numbers: dict[tuple[int, int, bytes], int] = field(default_factory=dict)
    _next: dict[tuple[int, int], Asks | Ended] = field(default_factory=dict)
    _ends: set[Any] = field(default_factory=set)

    def explore(self) -> int:
        """Return how many schedules there are; raises `Difference` for the first that differs."""
        self._start = self.world.progress
        first = tuple(History(0, ()) for _ in self.runs)
        return self._from(self._place(first, 0), ())

    def _place(self, histories: tuple[History, ...], deaths: int) -> Place:
        ahead = tuple(all_records(self.world, source) for source in self.world.stack.streams)
        content = self.engine.fingerprint(self.world.stack.table), ahead
        return Place(content, histories, deaths, self.engine.snapshot())

    def _from(self, place: Place, schedule: tuple[str, ...]) -> int:
        if place in self._schedules:
            return self._schedules[place]
        found = 0
        for number, history in enumerate(place.histories):
            asks = self._asks(number, history)
            if isinstance(asks, Ended):
                continue
            for way in _ways(asks.call) if place.deaths < self.deaths else _CALM:
                self.engine.restore(place.snapshot)
                after = self._after(number, history, asks, way)
                histories = (*place.histories[:number], after, *place.histories[number + 1 :])
                told = (*schedule, f"{self.runs[number].name}: {asks.call}{way}")
                found += self._from(self._place(histories, place.deaths + bool(way)), told)
        if not found:
            found = 1
            self._check(place, schedule)
        self._schedules[place] = found
        return found

    def _asks(self, number: int, history: History) -> Asks | Ended:
        if history.dead:
            return Ended(None)
        if (number, history.number) not in self._next:
            self._next[number, history.number] = self._again(self.runs[number], history)
            self.figures.steps += 1
        return self._next[number, history.number]

    def _again(self, run: Run, history: History) -> Asks | Ended:
        self.world.progress = self._start  # its clock, which a schedule that was followed to its end has moved
        self.world.processes.end_all()
        replayed = Replayed(history, run.function.timeout * 1000)
        answer = self.world.carry_out(run.function, run.event, replayed)
        return replayed.asks or Ended(answer)

    def _after(self, number: int, history: History, asks: Asks, way: str) -> History:
        if way == _DIES_BEFORE:
            return replace(history, dead=True)
        try:
            answer = asks.send()
        except ClientError as error:
            answer = error
        if way == _DIES_AFTER:
            return replace(history, dead=True)
        known = (number, history.number, _digest(answer))
        return History(
            self._numbers.setdefault(known, len(self._numbers) + 1), (*history.answers, (str(asks.call), answer))
        )

    def _check(self, place: Place, schedule: tuple[str, ...]) -> None:
        answers = [self._asks(number, history) for number, history in enumerate(place.histories)]
        told = tuple(as_answer(found) for found in answers)
        if (place.content, told) in self._ends:
            return
        self._ends.add((place.content, told))
        self.figures.ends += 1
        self.engine.restore(place.snapshot)
        self.world.progress = self._start
        self.world.processes.end_all()
        self.world.complaints.errors.clear()
        try:
            for run, answer in zip(self.runs, told, strict=True):
                run.ends(self.world, answer and orjson.loads(answer))
            self.world.run()
            self.compare(picture(self.world), self.expected)
        except AssertionError as error:
            raise Difference(f"{list(schedule)}: {error}") from error


_DIES_BEFORE, _DIES_AFTER = " (dies before)", " (dies after)"
_CALM = ("",)


def _ways(call: Call) -> tuple[str, ...]:
    """Return how a call may go; whoever dies after one that leaves no traces dies as before it."""
    return (*_CALM, _DIES_BEFORE, _DIES_AFTER) if call.leaves_traces else (*_CALM, _DIES_BEFORE)


def as_answer(found: Asks | Ended) -> bytes | None:
    assert isinstance(found, Ended), "all runs have ended"
    return None if found.answer is None else orjson.dumps(found.answer)


def _digest(answer: Any) -> bytes:
    if isinstance(answer, ClientError):
        return b"!" + _digest(answer.response)
    if isinstance(answer, httpx.Response):
        return orjson.dumps([answer.status_code, answer.text])
    kept = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return orjson.dumps(kept, default=lambda value: value.hex(), option=orjson.OPT_SORT_KEYS)
