"""Every fault at every call of a run, and every combination of so many: explored, not sampled.

A run is a path of steps, each one invocation. What comes after a step depends only on where it left the world, so two
runs that meet in the same world are one from there on, and are followed once; `runs` still counts both. Each invocation
is a cold start, so that nothing that a process remembers is part of where a world is.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.engines import Double, digest
from tests.faults.figures import Figures
from tests.faults.picture import Picture, arrival_of, lasting_form, picture, request_of
from tests.faults.progress import Progress, Range
from tests.faults.stack import StreamSource
from tests.faults.wire import Call, Plan, modes_of
from tests.faults.world import Step, World, lets_through


@dataclass(frozen=True, slots=True)
class Where:
    """Where a world was; equal to another when all that comes after is, as far as a picture shows it."""

    content: Any
    progress: Any
    exactly: Progress = field(compare=False, repr=False)
    snapshot: Any = field(compare=False, repr=False)


class Difference(AssertionError):
    """A run came to something else than a calm one; says which faults befell which calls."""


class Unsteady(Exception):
    """A step that is taken again from where it was taken before makes other calls, though nothing has befallen it yet:
    something outlives the process that is no part of where a world is. No mutant is caught by that."""


type Faults = tuple[tuple[int, str], ...]
"""What befalls the calls of one invocation: the number of a call, and a row of `MODES`."""


@dataclass
class Explorer:
    """Follows all runs of a world with up to so many faults, and compares what each comes to with `expected`; `modes`
    are the ways in which a call is let go wrong, and `befalls` says whether one of a step is."""

    world: World
    engine: Double
    expected: Picture
    compare: Callable[[Picture, Picture], None]
    figures: Figures
    modes: Callable[[Call], list[str]] = modes_of
    befalls: Callable[[Step], bool] = lambda _: True
    _runs: dict[tuple[Where, int], int] = field(default_factory=dict)
    _met: set[Where] = field(default_factory=set)

    def explore(self, faults: int) -> int:
        """Return how many runs there are with up to so many faults; raises `Difference` for the first that differs."""
        self._most = faults
        return self._from(self.where(), faults, ())

    def where(self) -> Where:
        return Where(content(self.world, self.engine), so_far(self.world), self.world.progress, self.engine.snapshot())

    def put_back(self, where: Where) -> None:
        self.engine.restore(where.snapshot)
        self.world.progress = where.exactly
        self.world.processes.end_all()
        self.world.complaints.errors.clear()

    def _from(self, start: Where, faults: int, history: tuple[str, ...]) -> int:
        if (start, faults) in self._runs:
            return self._runs[start, faults]
        runs = 0
        for after, left, told in self._steps(start, faults):
            if after is None:
                self._check(start, history)
                runs += 1
            else:
                runs += self._from(after, left, (*history, *told))
        self._runs[start, faults] = runs
        return runs

    def _steps(self, start: Where, faults: int) -> Iterator[tuple[Where | None, int, list[str]]]:
        """Yield where each way of making the next step leads, how many faults may still come, and what befell it."""
        plans: list[tuple[Faults, list[Call]]] = [((), [])]
        while plans:
            plan, known = plans.pop()
            self.put_back(start)
            try:
                step = self.world.step(_as_planned(dict(plan)))
            except Exception as error:
                raise Difference(f"after {plan}: {error}") from error
            if step is None:
                yield None, faults, []
                return
            self.figures.steps += 1
            calls = step.invocation.calls
            if calls[: len(known)] != known:
                raise Unsteady(f"{step.name}, {plan}: {list(map(str, calls))} for {list(map(str, known))}")
            befalls = self.befalls(step)
            if befalls and len(plan) < faults:
                plans += self._further(plan, calls)
            if befalls and not plan and faults == self._most:
                self.figures.was_called(step.name, calls)
            told = [f"{mode} at {step.name}, call {number}: {calls[number - 1]}" for number, mode in plan]
            yield self.where(), faults - len(plan), told

    def _further(self, plan: Faults, calls: list[Call]) -> list[tuple[Faults, list[Call]]]:
        """Return the plans with one more fault, at a call after all that this plan has one at, each with the calls that
        are made until then."""
        first = plan[-1][0] + 1 if plan else 1
        places = enumerate(calls[first - 1 :], start=first)
        return [((*plan, (number, mode)), calls[:number]) for number, call in places for mode in self.modes(call)]

    def _check(self, start: Where, history: tuple[str, ...]) -> None:
        if start in self._met:
            return
        self._met.add(start)
        self.figures.ends += 1
        self.put_back(start)
        try:
            self.compare(picture(self.world), self.expected)
        except AssertionError as error:
            raise Difference(f"{list(history)}: {error}") from error


def _as_planned(faults: Mapping[int, str]) -> Plan:
    return lambda number, _: faults.get(number)


def content(world: World, engine: Double) -> Any:
    """Return what stands for all that the stores hold, but for what no picture shows and no step depends on."""
    items = engine.items(world.stack.table)
    return (
        engine.table_digest(world.stack.table, lasting_form),
        frozenset((item["pk"]["S"], arrival_of(request)) for item in items if (request := request_of(item))),
        engine.queues_digest(),
        tuple(tuple(engine.objects(bucket)) for bucket in engine.buckets),
        engine.beside_holds(),
    )


def so_far(world: World) -> Any:
    """Return what stands for how far a world has come: what is ahead of it, not how it came here."""
    at = world.progress
    unknown = frozenset(at.acknowledged) - {request_of(item) for item in world.stores.items(world.stack.table)}
    ahead = tuple(_ahead(world, source, number) for number, source in enumerate(world.stack.streams))
    return at.waiting, at.clock, at.attempt, unknown, at.announced, at.rounds, at.rested, ahead


def _ahead(world: World, source: StreamSource, number: int) -> Any:
    ranges = (*world.progress.pending[number], Range(world.progress.read[number], sys.maxsize))
    pending = tuple((_records(world, source, found), found.tries) for found in ranges)
    told = source.gives_up_to and not world.stores.is_empty(source.gives_up_to)
    return pending, all_records(world, source) if told else None


def all_records(world: World, source: StreamSource) -> tuple[int, ...]:
    """Return what stands for all that a stream source has ever had for its function, in order."""
    return _records(world, source, Range(0, sys.maxsize))


def _records(world: World, source: StreamSource, of: Range) -> tuple[int, ...]:
    records = world.stores.records(source.stream, of.start)
    if not records:
        return ()
    place = id(source), id(records), of.end
    known = _stretches.get(place)
    if known is None or known[0] is not source or known[1] is not records:
        wanted = (found for found in records[: of.end - of.start] if lets_through(source, found))
        known = _stretches[place] = source, records, tuple(_record_digest(found) for found in wanted)
    return known[2]


def _record_digest(record: dict[str, Any]) -> int:
    known = _digests.get(id(record))
    if known is None or known[0] is not record:
        known = _digests[id(record)] = record, digest(lasting_form(record["dynamodb"]["NewImage"]))
    return known[1]


_digests: dict[int, tuple[dict[str, Any], int]] = {}
_stretches: dict[tuple[int, int, int], tuple[StreamSource, list[dict[str, Any]], tuple[int, ...]]] = {}
"""What stands for records, and for stretches of them: the double shows each as the same object every time."""


def forget() -> None:
    """Drop what stands for records that are gone."""
    _digests.clear()
    _stretches.clear()


def same(found: Picture, expected: Picture) -> None:
    """Raise `AssertionError` that names the first things in which two pictures differ."""
    if found == expected:
        return
    told: list[str] = []
    for part in expected:
        if found[part] != expected[part]:
            told += _differences(part, found[part], expected[part])
    raise AssertionError("; ".join(told[:5]))


def _differences(part: str, found: Any, expected: Any) -> Iterator[str]:
    for name in sorted({*found, *expected}, key=str):
        one, other = found.get(name), expected.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            fields = [key for key in {*one, *other} if one.get(key) != other.get(key)]
            yield f"{part} {name}: {', '.join(f'{key}: {one.get(key)} for {other.get(key)}' for key in fields)[:400]}"
        else:
            yield f"{part} {name}: {one} for {other}"
