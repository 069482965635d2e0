"""What fails again and again: a batch that the stream gives up, and a poison among good deliveries."""

from collections.abc import Sequence

import pytest

from shared.escalation import escalate
from shared.projection import projector as projection
from tests.faults import figures
from tests.faults.arrivals import Arriving
from tests.faults.lab import Lab
from tests.faults.picture import Picture, lasting, picture
from tests.faults.sequential import same
from tests.faults.stories import A_BATCH, ASKS, COMPLAINS, STORIES, one, said, unit
from tests.faults.wire import Call, Plan
from tests.faults.world import World

STREAM = "aws:dynamodb"


def calm_run(lab: Lab, story: Sequence[Arriving]) -> tuple[Picture, int]:
    """Return what a calm run comes to, and the most calls that a batch of the stream takes in it."""
    world, most = lab.world(story), 0
    while step := world.step():
        if step.invocation.woken_by == STREAM:
            most = max(most, len(step.invocation.calls))
    return picture(world), most


@pytest.mark.parametrize("mode", ["dies before", "dies after", "throttled", "fails", "answer lost"])
@pytest.mark.parametrize("story", ["one complaint", "a batch", "a complaint, a text, an edit", "something unreadable"])
def test_a_batch_that_is_given_up_is_taken_over(lab: Lab, story: str, mode: str) -> None:
    expected, most = calm_run(lab, STORIES[story])
    told = figures.of("batches given up")
    for place in range(most + 1):
        world = lab.world(STORIES[story])

        def plan(number: int, _: Call, world: World = world, place: int = place) -> str | None:
            now = world.wire.invocation
            assert now is not None
            return mode if now.woken_by == STREAM and number >= place else None

        steps = []
        while step := world.step(plan):
            steps.append(step)
        told.steps += len(steps)
        told.runs += 1
        told.faults += sum(len(step.invocation.befell) for step in steps)
        same(picture(world), expected)
        if place == 0:
            assert any("leftbehind" in step.name for step in steps), "nothing was given up"


POISON = unit("message.received", "poison", customer="u-666", text="Una factura venenosa")
GOOD = (said("telegram", "complaint"), one(COMPLAINS), *A_BATCH, one(ASKS))


def poisoned(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Let every process die that projects the poison, as it does of too little memory or time."""

    def deadly(message: object, **known: object) -> object:
        if getattr(message, "external_id", "") == "poison":
            assert world.wire.invocation is not None
            raise world.wire.invocation.die()
        return escalate(message, **known)  # type: ignore[arg-type]

    monkeypatch.setattr(projection, "escalate", deadly)


def nothing(_number: int, _call: Call) -> None:
    """Plan nothing."""


def no_reading(world: World) -> Plan:
    """Return the plan by which the stream's batches can read nothing: all that they hold is left to the watch."""

    def plan(_: int, call: Call) -> str | None:
        now = world.wire.invocation
        return "fails" if now and now.woken_by == STREAM and call.operation == "BatchGetItem" else None

    return plan


@pytest.mark.parametrize("left_to_the_watch", [False, True])
@pytest.mark.parametrize("place", range(len(GOOD) + 1))
def test_a_poison_holds_nobody_up_and_is_not_lost(
    lab: Lab, place: int, left_to_the_watch: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dead-letter queue of what was left behind may have a message of the poison in the end: its alarm says so."""
    arrivals = [*GOOD[:place], one(POISON), *GOOD[place:]]
    without, _ = calm_run(lab, GOOD)
    whole, _ = calm_run(lab, arrivals)
    world = lab.world(arrivals)
    with monkeypatch.context() as patch:
        poisoned(patch, world)
        with pytest.raises(AssertionError, match=r"still open: .*unprojected"):
            world.run(no_reading(world) if left_to_the_watch else nothing)
    meanwhile = lasting(world.stores.items(world.stack.table))
    assert {key: meanwhile.get(key) for key in without["table"]} == without["table"], "somebody else was held up"
    world.progress = world.progress.at_rest()
    world.run()
    found = picture(world)
    same(found | {"dead letters": whole["dead letters"]}, whole)
