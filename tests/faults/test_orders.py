"""Whatever the order, the number of times and the parcels in which things come, all comes to the same."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, permutations
from random import Random
from typing import Any

import pytest

from shared.store.journal import entry
from shared.store.keys import DELIVERY_PREFIX, EVENT_PREFIX
from tests.faults import figures, lambdas
from tests.faults.arrivals import Arriving
from tests.faults.lab import Lab
from tests.faults.picture import Picture, picture
from tests.faults.sequential import same
from tests.faults.stories import A_CONVERSATION, ASKS, STORIES, again, one, together
from tests.faults.world import World, lets_through


def run(lab: Lab, arrivals: Sequence[Arriving]) -> World:
    world = lab.world(arrivals)
    world.run()
    told = figures.of("orders and repetitions")
    told.runs += 1
    return world


def settled(arrivals: Iterable[Arriving]) -> list[Arriving]:
    """Return arrivals each of which waits until all before it is settled."""
    return [replace(arrival, settled=True) for arrival in arrivals]


@pytest.mark.parametrize("each", [list, settled], ids=["at once", "one after the other"])
def test_any_order_comes_to_the_same(lab: Lab, each: Any) -> None:
    arrivals = [one(event) for event in A_CONVERSATION]
    expected = picture(run(lab, arrivals))
    for order in permutations(arrivals):
        same(picture(run(lab, each(order))), expected)


@pytest.mark.parametrize("each", [list, settled], ids=["at once", "one after the other"])
def test_each_may_come_again_at_any_place(lab: Lab, each: Any) -> None:
    arrivals = [one(event) for event in A_CONVERSATION]
    for arrival in arrivals:
        expected = picture(run(lab, [*arrivals, again(arrival)]))
        for place in range(len(arrivals) + 1):
            order = each([*arrivals[:place], again(arrival), *arrivals[place:]])
            same(picture(run(lab, order)), expected)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=3), timedelta(days=1)], ids=str)
def test_coming_again_changes_nothing_but_the_ledger(lab: Lab, later: timedelta) -> None:
    for story in ("one complaint", "a batch", "only things to ignore", "something unreadable"):
        arrivals = STORIES[story]
        expected = picture(run(lab, arrivals))
        repeated = [again(arrival, at=later, settled=later >= timedelta(days=1)) for arrival in arrivals]
        world = run(lab, [*arrivals, *repeated])
        found = picture(world)
        assert all(names == expected["brought by"][pk] | {f"{name} again" for name in expected["brought by"][pk]}
                   for pk, names in found["brought by"].items() if pk.startswith(DELIVERY_PREFIX))  # fmt: skip
        same(found | {"brought by": expected["brought by"]}, expected)


def people(found: Picture) -> dict[Any, Any]:
    """Return what is known of people, whatever deliveries brought it: items of deliveries are left out, and of an event
    everything but the event itself."""
    return {
        key: entry(item | {"request": {"S": ""}}).event if key[1].startswith(EVENT_PREFIX) else item
        for key, item in found["table"].items()
        if not key[0].startswith(DELIVERY_PREFIX)
    }


def test_a_batch_split_and_split_batches_merged_come_to_the_same(lab: Lab) -> None:
    events = [*A_CONVERSATION, ASKS]
    whole = picture(run(lab, [together("all", *events)]))
    parcels = Random(1)
    for _ in range(60):
        shuffled = parcels.sample(events, len(events))
        cuts = sorted({0, len(events), *parcels.choices(range(len(events)), k=parcels.randrange(len(events)))})
        parts = [shuffled[start:end] for start, end in pairwise(cuts)]
        arrivals = [one(*part) if len(part) == 1 else together(str(part), *part) for part in parts]
        found = picture(run(lab, arrivals))
        assert people(found) == people(whole)
        assert found["departments"] == whole["departments"]
        assert found["ledger"] == whole["ledger"]


@pytest.mark.parametrize("story", STORIES)
def test_the_stream_may_give_anything_again_and_late(lab: Lab, story: str) -> None:
    world = run(lab, STORIES[story])
    expected = picture(world)
    _, source = world.stack.stream_of("ProjectorFunction")
    records = [found for found in world.stores.records(source.stream, 0) if lets_through(source, found)]
    shuffles = Random(2)
    orders = [records, records[::-1], records * 2, *(shuffles.sample(records, len(records)) for _ in range(5))]
    for order in orders:
        for size in (1, 2, len(order)):
            for start in range(0, len(order), size):
                batch = lambdas.stream(order[start : start + size], source.stream)
                _, answer = world.invoke(source.function, batch, lambda *_: None)
                assert answer is not None
                assert not answer["batchItemFailures"]
            world.run()
            same(picture(world), expected)
