"""Random events, in a random order, with random faults in every twentieth and in nearly every third call.

`FAULT_EVENTS` says how many events there are for each rate, and `FAULT_SEED` repeats a run; the seed is told at
the end.
"""

import os
from random import Random, SystemRandom

import pytest

from tests.faults import figures
from tests.faults.arrivals import Arriving
from tests.faults.crowd import crowd
from tests.faults.figures import Figures
from tests.faults.lab import Lab
from tests.faults.picture import Picture, picture, whoever_was_first
from tests.faults.sequential import same
from tests.faults.wire import Plan, modes_of
from tests.faults.world import Step, World

EVENTS = int(os.environ.get("FAULT_EVENTS", "10000"))
SEED = int(os.environ.get("FAULT_SEED") or SystemRandom().randrange(10**6))
RATES = (0.05, 0.3)

_IN_A_WORLD = 200
_ROUNDS = 5
"""So many rounds of the schedules are made under faults before they stop."""


@pytest.mark.timeout(0)
def test_random_events_and_random_faults(lab: Lab) -> None:
    done = 0
    while done < EVENTS:
        number = min(_IN_A_WORLD, EVENTS - done)
        arrivals = crowd(number, Random(f"{SEED} {done}"))
        expected = calm_picture(lab, arrivals)
        for rate in RATES:
            random = Random(f"{SEED} {done} {rate}")
            told = figures.of(f"random, {rate:.0%} of calls failing, seed {SEED}")
            try:
                same(faulty_picture(lab, arrivals, rate, random, told), expected)
            except AssertionError as error:
                raise AssertionError(f"FAULT_SEED={SEED}, events from {done}, {rate:.0%}: {error}") from error
            told.events += number
        done += number


def calm_picture(lab: Lab, arrivals: list[Arriving]) -> Picture:
    world = lab.world(arrivals)
    world.run()
    return whoever_was_first(picture(world))


def faulty_picture(lab: Lab, arrivals: list[Arriving], rate: float, random: Random, told: Figures) -> Picture:
    world = lab.world(arrivals)
    plan = failing(rate, random)
    while world.progress.waiting or world.progress.rounds < _ROUNDS:
        step = any_step(world, plan, random)
        if step is None:
            break
        told.steps += 1
        told.faults += len(step.invocation.befell)
    world.progress = world.progress.at_rest()
    world.run()
    return whoever_was_first(picture(world))


def any_step(world: World, plan: Plan, random: Random) -> Step | None:
    """Let anybody's turn come next."""
    world.announce()
    turns = [world.work, world.round]
    random.shuffle(turns)
    if world.progress.waiting and random.random() < 0.5:
        return world.arrive(plan)
    return next((step for turn in turns if (step := turn(plan))), None) or (
        world.arrive(plan) if world.progress.waiting else None
    )


def failing(rate: float, random: Random) -> Plan:
    """Return the plan by which so many of all calls go wrong, each in any of its ways."""
    return lambda _, call: random.choice(modes_of(call)) if random.random() < rate else None
