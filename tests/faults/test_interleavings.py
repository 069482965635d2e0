"""All interleavings of two and of three runs at once, with and without a death at any point."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.store.keys import ESCALATION_PREFIX, STEP_PREFIX
from tests.conftest import NOW
from tests.faults import figures, lambdas
from tests.faults.arrivals import Acted, Arrival, Arriving, Asked
from tests.faults.figures import Figures
from tests.faults.interleaving import Run, Scheduler
from tests.faults.lab import FULL, Lab
from tests.faults.mutants import kind_of
from tests.faults.picture import Picture, picture
from tests.faults.progress import Range
from tests.faults.sequential import same
from tests.faults.stories import (
    A_BATCH,
    ANSWERS,
    ASKS,
    CLAIMS,
    COMPLAINS,
    CONSENTS,
    DISMISSES,
    EDITS,
    LINKS,
    LINKS_ON,
    NEEDS,
    NOTES,
    PARTS,
    PROMISES,
    PROVES,
    RETURNS,
    again,
    comes,
    keeps,
    moves,
    one,
    passes,
    proves,
    said,
)
from tests.faults.wire import Call, calm
from tests.faults.world import World, acknowledges, lets_through, request_id

BOTH = comes("u-1001"), comes("u-1002")
COMPLAINT, TEXT, EDITED = (said("telegram", sample) for sample in ("complaint", "text", "edited"))
CLAIM, PROOF = map(one, (CLAIMS, PROVES))
AGAIN, ONCE_MORE = again(COMPLAINT), again(again(COMPLAINT))

type Scene = tuple[Sequence[Arriving], Callable[[World], None], Sequence[Callable[[World], Run]]]
"""What arrives, what happens first, and then the runs that go on at once."""


def door(number: int) -> Callable[[World], Run]:
    """Return the door's run for the arrival of this place."""

    def run(world: World) -> Run:
        arrival = world.arrivals[number]
        assert isinstance(arrival, Arrival | Asked | Acted), "what somebody is answered"
        function, event = world.request(arrival, 1)
        return Run(f"door {number}", function, event, ended)

    def ended(world: World, answer: Any) -> None:
        at, arrival = world.progress, world.arrivals[number]
        if acknowledges(answer):
            waiting = tuple(place for place in at.waiting if place != number)
            told = (request_id(arrival, 1),) if isinstance(arrival, Arrival) else ()
            world.progress = replace(at, waiting=waiting, acknowledged=(*at.acknowledged, *told))
        else:
            world.progress = replace(at, attempt=2)

    return run


def _with[T](values: tuple[T, ...], number: int, value: T) -> tuple[T, ...]:
    return (*values[:number], value, *values[number + 1 :])


def projector(*, last: bool = True, skip: int = 0) -> Callable[[World], Run]:
    """Return the projector's run for all that the stream has, but for the first so many.

    Only of the last run with a batch does the source know
    whether it is done with it: the others are its own earlier tries, which it takes for dead."""

    def run(world: World) -> Run:
        number, source = world.stack.stream_of("ProjectorFunction")
        records = [found for found in world.stores.records(source.stream, 0) if lets_through(source, found)][skip:]
        assert records, "a run without a batch proves nothing"
        read = len(world.stores.records(source.stream, 0))

        def ended(after: World, answer: Any) -> None:
            if last and answer is not None and not answer["batchItemFailures"]:
                after.progress = replace(after.progress, read=_with(after.progress.read, number, read))

        return Run("projector", source.function, lambdas.stream(records, source.stream), ended)

    return run


def one_of(number: int) -> Callable[[World], Run]:
    """Return the projector's run for one record of the stream, which it is done with when that run succeeds."""

    def run(world: World) -> Run:
        at_stream, source = world.stack.stream_of("ProjectorFunction")
        every = world.stores.records(source.stream, 0)
        place, record = [(place, found) for place, found in enumerate(every) if lets_through(source, found)][number]

        def ended(after: World, answer: Any) -> None:
            at = after.progress
            again = () if answer is not None and not answer["batchItemFailures"] else (Range(place, place + 1),)
            read = max(at.read[at_stream], len(every))
            pending = (*at.pending[at_stream], *again)
            after.progress = replace(
                at, read=_with(at.read, at_stream, read), pending=_with(at.pending, at_stream, pending)
            )

        return Run(f"projector {number}", source.function, lambdas.stream([record], source.stream), ended)

    return run


def watch(world: World) -> Run:
    """Return the watch's round."""
    (schedule,) = (found for found in world.stack.schedules if "watch" in found.function.module)
    return Run("watch", schedule.function, dict(schedule.payload), lambda *_: None)


def spill(world: World) -> Run:
    """Return the run for what waits on the spill queue."""
    (source,) = (found for found in world.stack.queues if "spill" in found.url)
    sqs = world.stores.client("sqs")
    messages = sqs.receive_message(QueueUrl=source.url, MaxNumberOfMessages=10)["Messages"]

    def ended(after: World, answer: Any) -> None:
        failed = lambdas.failed(answer, [found["MessageId"] for found in messages], reports_items=source.reports_items)
        for found in messages:
            place = {"QueueUrl": source.url, "ReceiptHandle": found["ReceiptHandle"]}
            if found["MessageId"] in failed:
                after.stores.client("sqs").change_message_visibility(**place, VisibilityTimeout=0)
            else:
                after.stores.client("sqs").delete_message(**place)

    return Run("spill", source.function, lambdas.queue(messages), ended)


def come(number: int) -> Callable[[World], None]:
    """Let so many arrivals come, and nothing else happen."""

    def before(world: World) -> None:
        for _ in range(number):
            world.step()

    return before


def come_and_wait(number: int) -> Callable[[World], None]:
    """Let so many arrivals come, and an hour pass in which nobody does anything."""

    def before(world: World) -> None:
        come(number)(world)
        world.progress = replace(world.progress, clock=NOW + timedelta(hours=1))

    return before


def first_is_known(world: World) -> None:
    """Let the first arrival be projected, and then the others come."""
    waiting = world.progress.waiting
    world.progress = replace(world.progress, waiting=waiting[:1])
    world.step()
    world.step()
    world.progress = replace(world.progress, waiting=waiting[1:])
    come(len(waiting) - 1)(world)


def left_behind(world: World) -> None:
    """Let the first arrival come and the projector fail with it; then let the second come, an hour later."""
    waiting = world.progress.waiting
    world.progress = replace(world.progress, waiting=waiting[:1])
    world.step()
    world.step(lambda number, _: "fails" if number == 1 else None)
    world.progress = replace(world.progress, waiting=waiting[1:])
    if waiting[1:]:
        world.step()
    world.progress = replace(world.progress, clock=NOW + timedelta(hours=1))


def shown(number: int) -> Callable[[World], None]:
    """Let so many arrivals come and be projected; let the desk keep what is asked of it then, and not get round to
    showing it."""

    def not_shown(_: int, __: Call) -> str | None:
        assert world.wire.invocation is not None
        *before, _now = world.wire.invocation.calls
        return "fails" if before and kind_of(before[-1]) == "PutItem identity/step" else None

    world: World

    def before(of: World) -> None:
        nonlocal world
        world, every = of, of.progress.waiting
        for place in every:
            world.progress = replace(world.progress, waiting=(place,))
            world.arrive(calm if place < number else not_shown)
            if place < number:
                world.work(calm)
        assert not world.progress.waiting

    return before


def shown_alone(number: int) -> Callable[[World], None]:
    """Let so many arrivals come and be projected, and the others wait."""

    def before(world: World) -> None:
        waiting = world.progress.waiting
        for place in waiting[:number]:
            world.progress = replace(world.progress, waiting=(place,))
            world.arrive(calm)
            world.work(calm)
        world.progress = replace(world.progress, waiting=waiting[number:])

    return before


def settled(number: int, *, then: Callable[[World], None]) -> Callable[[World], None]:
    """Let so many arrivals come and all be done that comes of them; the others come as `then` says."""

    def before(world: World) -> None:
        waiting = world.progress.waiting
        world.progress = replace(world.progress, waiting=waiting[:number])
        world.run()
        world.progress = replace(world.progress.at_rest(), waiting=waiting[number:])
        then(world)

    return before


def later(**after: float) -> Callable[[World], None]:
    """Let the first arrival come and all be done that comes of it, and so much time pass."""

    def pass_(world: World) -> None:
        world.progress = replace(world.progress, clock=NOW + timedelta(**after))

    return settled(1, then=pass_)


def nearly_due(world: World) -> None:
    """Let a promise be made, and time pass until it is nearly due; only then is the last thing asked."""
    *first, last = world.progress.waiting
    for place in first:
        world.progress = replace(world.progress, waiting=(place,))
        world.arrive(calm)
        world.work(calm)
    world.progress = replace(world.progress, waiting=(last,), clock=NOW + timedelta(hours=32))


def spilled(world: World) -> None:
    """Let the table refuse the first arrival, which is put aside."""
    world.step(lambda _, call: "throttled" if call.operation == "PutItem" else None)


def calm_picture(lab: Lab, arrivals: Sequence[Arriving]) -> Picture:
    world = lab.world(arrivals)
    world.run()
    return picture(world)


def follow(lab: Lab, scene: Scene, expected: Picture, told: Figures, *, deaths: int) -> int:
    """Follow all schedules of a scene; return how many there are."""
    arrivals, before, runs = scene
    world = lab.world(arrivals)
    before(world)
    return Scheduler(world, lab.engine, [run(world) for run in runs], expected, same, told, deaths).explore()


SCENES: dict[str, Scene] = {
    "two doors, one delivery": ((COMPLAINT, AGAIN), come(0), (door(0), door(1))),
    "three doors, one delivery": ((COMPLAINT, AGAIN, ONCE_MORE), come(0), (door(0), door(1), door(2))),
    "a door and the projector": ((COMPLAINT, EDITED), come(1), (door(1), projector())),
    "two doors and the projector": ((COMPLAINT, AGAIN, TEXT), come(1), (door(1), door(2), projector())),
    "two projectors, one record": ((COMPLAINT,), come(1), (projector(last=False), projector())),
    "two projectors, one delivery": (A_BATCH, come(1), (projector(last=False), projector())),
    "two projectors, one person": ((COMPLAINT, TEXT), come(2), (one_of(0), one_of(1))),
    "two projectors, what is claimed and what is proven": ((CLAIM, PROOF), come(2), (one_of(0), one_of(1))),
    "two projectors, one person that is known": (
        tuple(map(one, (EDITS, CLAIMS, PROVES))),
        first_is_known,
        (one_of(1), one_of(2)),
    ),
    "two projectors, one conversation that is known": (
        tuple(map(one, (CLAIMS, ASKS, ANSWERS))),
        first_is_known,
        (one_of(1), one_of(2)),
    ),
    "two projectors, a question and its answer": (tuple(map(one, (ASKS, ANSWERS))), come(2), (one_of(0), one_of(1))),
    "three projectors, one person": (
        tuple(map(one, (ASKS, ANSWERS, EDITS))),
        come(3),
        (one_of(0), one_of(1), one_of(2)),
    ),
    "the projector and the watch, one delivery": (A_BATCH, come_and_wait(1), (projector(), watch)),
    "the projector and the watch, one person": ((COMPLAINT, TEXT), left_behind, (projector(skip=1), watch)),
    "two watches": ((one(ASKS),), left_behind, (watch, watch)),
    "two watches, a promise that is nearly due": (
        (one(ASKS), PROMISES, passes(32, "nearly due")),
        shown(2),
        (watch, watch),
    ),
    "two watches, an offer that runs out": (
        (one(COMPLAINS), passes(7 * 24, "expired")),
        later(days=7),
        (watch, watch),
    ),
    "two watches, somebody whom nobody answers": (
        (one(ASKS), passes(16 * 24, "overdue")),
        later(days=16),
        (watch, watch),
    ),
    "two projectors, a case that is handed back": (
        (one(COMPLAINS), RETURNS),
        settled(1, then=shown(0)),
        (projector(last=False, skip=2), projector(skip=2)),
    ),
    "two projectors, a note and a need": ((one(ASKS), NOTES, NEEDS), shown(1), (one_of(1), one_of(2))),
    "two projectors, two steps beside a third": ((one(ASKS), NOTES, NEEDS, CONSENTS), shown(2), (one_of(2), one_of(3))),
    "two projectors, a promise that is moved and kept": (
        (one(ASKS), PROMISES, moves(), keeps()),
        shown(2),
        (one_of(2), one_of(3)),
    ),
    "a door and the spill": ((COMPLAINT, AGAIN), spilled, (door(1), spill)),
    "two doors and the spill": ((COMPLAINT, AGAIN, ONCE_MORE), spilled, (door(1), door(2), spill)),
}

LINKING: dict[str, Scene] = {
    "two projectors, two words on one pair": ((*BOTH, DISMISSES, LINKS), shown(2), (one_of(2), one_of(3))),
    "two projectors, a chain of links": ((*BOTH, comes("u-1003"), LINKS, LINKS_ON), shown(3), (one_of(3), one_of(4))),
    "two projectors, a link and what speaks for it": (
        (proves("u-1001"), comes("u-1002"), LINKS, proves("u-1002")),
        shown(2),
        (one_of(2), one_of(3)),
    ),
    "two projectors, a link and what speaks for another": (
        (proves("u-1001"), comes("u-1002"), comes("u-1003"), LINKS_ON, proves("u-1002")),
        shown(3),
        (one_of(3), one_of(4)),
    ),
    "two projectors, two are parted and prove the same": (
        (proves("u-1001"), comes("u-1002"), LINKS, PARTS, proves("u-1002")),
        shown(3),
        (one_of(3), one_of(4)),
    ),
    "two projectors, the same address of two": (
        (*BOTH, proves("u-1001"), proves("u-1002")),
        shown(2),
        (one_of(2), one_of(3)),
    ),
    "two desks, a chain of links": (
        (*BOTH, comes("u-1003"), LINKS, LINKS_ON),
        shown_alone(3),
        (door(3), door(4)),
    ),
}
"""Where it is decided who is one person: each run of these makes two dozen calls."""

SCENES |= LINKING


A_PROMISE_KEPT_WHEN_NEARLY_DUE = (one(ASKS), PROMISES, keeps(at=timedelta(hours=32)))

_LONG = {
    "two projectors, two words on one pair",
    "two projectors, a link and what speaks for another",
    "two projectors, a chain of links",
    "two projectors, two are parted and prove the same",
    "two projectors, the same address of two",
    "two desks, a chain of links",
}
_DEEP = {
    ("two watches", 1),
    ("two watches, a promise that is nearly due", 1),
    ("two watches, an offer that runs out", 1),
    ("two watches, somebody whom nobody answers", 1),
    ("three projectors, one person", 1),
    ("the projector and the watch, one person", 1),
    *((scene, 1) for scene in LINKING),
    *((scene, 0) for scene in _LONG),
}
"""Scenes with so many calls that they take minutes, most of them only with a death in them: followed at full depth. One
of each kind is followed always."""


def _is_followed(scene: str, deaths: int) -> bool:
    """Return whether a scene is followed always, with so many deaths: where one may die, that none does is among it."""
    return (scene, deaths) not in _DEEP and (deaths == 1 or (scene, 1) in _DEEP)


FOLLOWED = [(scene, deaths) for deaths in (0, 1) for scene in SCENES if FULL or _is_followed(scene, deaths)]


@pytest.mark.parametrize(("scene", "deaths"), FOLLOWED)
def test_any_interleaving_leaves_what_one_after_the_other_leaves(lab: Lab, scene: str, deaths: int) -> None:
    arrivals, _, runs = SCENES[scene]
    told = figures.of(f"{len(runs)} at once, {deaths} dying")
    found = follow(lab, SCENES[scene], calm_picture(lab, arrivals), told, deaths=deaths)
    told.schedules += found
    assert found > len(runs), "runs that never meet prove nothing"


def _is_a_move(key: tuple[str, str]) -> bool:
    return key[1].startswith(f"{STEP_PREFIX}esc_")


def test_a_promise_may_be_kept_at_the_moment_at_which_it_is_raised(lab: Lab) -> None:
    """Whoever is first, nobody has a reminder on their list in the end; it is there, withdrawn, or it never was."""
    told = figures.of("the watch and the desk at once")
    outcomes: set[tuple[int, ...]] = set()

    def nobody_is_reminded(found: Picture, expected: Picture) -> None:
        raised = {key: item for key, item in found["table"].items() if key[1].startswith(ESCALATION_PREFIX)}
        states = [orjson.loads(item["state"]["S"])["state"] for item in raised.values() if "open" not in item]
        assert states == ["withdrawn"] * len(raised)
        told.runs += 1
        outcomes.add((len(raised), *map(len, found["departments"].values())))
        rest = {key: item for key, item in found["table"].items() if key not in raised and not _is_a_move(key)}
        same(found | {"table": rest, "departments": expected["departments"]}, expected)

    expected = calm_picture(lab, A_PROMISE_KEPT_WHEN_NEARLY_DUE)
    world = lab.world(A_PROMISE_KEPT_WHEN_NEARLY_DUE)
    nearly_due(world)
    runs = [watch(world), door(2)(world)]
    told.schedules += Scheduler(world, lab.engine, runs, expected, nobody_is_reminded, told, deaths=1).explore()
    assert {raised for raised, *_ in outcomes} == {0, 1}
