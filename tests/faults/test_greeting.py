"""Every call of the greeting fails in every way: the flow is answered as in a calm run, or that nobody is known; nobody
is shown without a note of it, nothing but such notes is ever written, and whoever calls next is answered.
"""

from typing import Any

import pytest

from shared.store.keys import SEEN_PREFIX
from tests.faults import figures
from tests.faults.lab import Lab
from tests.faults.stories import ASKS, one, unit
from tests.faults.wire import Plan, calm, modes_of
from tests.faults.world import World
from tests.services.greeting.test_greeting import PHONE, UNKNOWN, asked


def known_by_phone(*, verified: bool) -> dict[str, Any]:
    """Return what makes somebody known by a number."""
    known = {"name": "Ana T.", "phone": {"value": PHONE, "verified": verified}}
    return unit("message.received", "m-5", second=70, text="¿Me llaman?", known=known)


def items(world: World, *, notes: bool) -> list[Any]:
    """Return the notes of who looked at whom, or all else that the table has."""
    found = world.stores.items(world.stack.table)
    return [item for item in found if item["sk"]["S"].startswith(SEEN_PREFIX) is notes]


def greeted(lab: Lab, *, verified: bool) -> None:
    """Let every call of a greeting fail in every way, and check what the flow is told, and what is noted of it."""
    world = lab.world((one(ASKS), one(known_by_phone(verified=verified))))
    world.run()
    function, start, before = (
        world.stack.functions["GreetingFunction"],
        lab.engine.snapshot(),
        items(world, notes=False),
    )

    def call(plan: Plan = calm, request: str = "call-1") -> Any:
        return world.invoke(function, asked(), plan, request=request)

    invocation, expected = call()
    noted = items(world, notes=True)
    assert (expected["known"], "name" in expected, len(noted)) == ("yes", verified, 1)
    told = figures.of("greeting")
    told.was_called("GreetingFunction is asked", invocation.calls)
    for number, each in enumerate(invocation.calls, start=1):
        for mode in modes_of(each):
            lab.engine.restore(start)
            faulty, answer = call(lambda place, _, number=number, mode=mode: mode if place == number else None)  # type: ignore[misc]
            assert answer in ((None,) if faulty.dead else (expected, UNKNOWN)), f"{answer}: {mode} at {each}"
            assert answer != expected or items(world, notes=True) == noted, f"nobody noted it: {mode} at {each}"
            assert items(world, notes=False) == before
            assert call(request="call-2")[1] == expected
            told.runs += 1


@pytest.mark.parametrize("verified", [False, True])
def test_whatever_befalls_a_call_the_caller_is_answered_and_noted(lab: Lab, verified: bool) -> None:
    greeted(lab, verified=verified)
