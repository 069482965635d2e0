"""Every call fails in every way by which somebody who opens one conversation after the other is told by ourselves that
somebody will answer: once, in the first of them, and that is noted with the person.

What is left to the watch is said and noted an hour later: instants count to the day.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import orjson
import pytest

from shared.casework.steps import ReplyAsked
from shared.store import keys, steps
from shared.store.table import Table
from tests.faults import figures
from tests.faults.figures import Figures
from tests.faults.lab import Lab, under
from tests.faults.mutants import Patch
from tests.faults.mutants_alone import OF_ACKNOWLEDGING
from tests.faults.picture import Picture, picture, to_the_day
from tests.faults.sequential import Explorer, same
from tests.faults.stories import one, together, unit
from tests.faults.world import World

WHOSE = "app:shop_app:u-1001"


@pytest.fixture(autouse=True)
def _names() -> Iterator[None]:
    """Have whoever sends give all that becomes of a reply one name: nobody sends at once with them here, and where a
    world is does not depend on chance."""
    with patch("secrets.token_hex", lambda size: "0" * 2 * size):
        yield


def writes(thread: str, *, hours: int = 0) -> dict[str, Any]:
    """Return a message of a conversation, by a clock that is five minutes ahead: heard in the next round, it is no hour
    old."""
    return unit("message.received", f"m-{thread}", second=(1 + hours) * 3600 + 300, text="¿Hola?", thread=thread)


ALONE = "in one"
ORDERS = {
    ALONE: (one(writes("t-1")),),
    "at once": (together("both", writes("t-1"), writes("t-2")),),
    "one after the other": (one(writes("t-1")), one(writes("t-2", hours=2), at=timedelta(hours=2), settled=True)),
}


def closed(playbook: dict[str, Any]) -> None:
    """Have nobody there on a Sunday."""
    for each in playbook["departments"]:
        each["calendar"] = "office"


def world(lab: Lab, order: str) -> World:
    return under(lab.world(ORDERS[order]), closed)


def calm_run(lab: Lab, order: str) -> Picture:
    calm = world(lab, order)
    calm.run()
    table = Table(lab.engine.client("dynamodb"), calm.stack.table)
    asked = [step for step in steps.of(table, keys.identity(WHOSE)) if isinstance(step, ReplyAsked)]
    assert [(step.thread, step.automatic) for step in asked] == [("t-1", True)]
    about = table.get(keys.about(WHOSE))
    assert about is not None
    assert "app" in orjson.loads(about["state"]["S"])["acknowledged"]
    return picture(calm)


def same_by_day(found: Picture, expected: Picture) -> None:
    same(*({name: _by_day(part) for name, part in each.items()} for each in (found, expected)))


def _by_day(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _by_day(each) for name, each in part.items()}
    return to_the_day(part)


def explore(lab: Lab, order: str, told: Figures) -> int:
    """Let every call fail in every way; return in how many runs."""
    expected = calm_run(lab, order)
    return Explorer(world(lab, order), lab.engine, expected, same_by_day, told).explore(1)


@pytest.mark.parametrize("order", [order for order in ORDERS if order != ALONE])
def test_whatever_befalls_a_call_who_opens_many_conversations_is_told_once(lab: Lab, order: str) -> None:
    told = figures.of("one fault, told in one of many conversations")
    runs = explore(lab, order, told)
    assert runs > 200, "a matrix of so few runs proves nothing"
    told.runs += runs


@pytest.mark.parametrize(("design", "order"), OF_ACKNOWLEDGING, ids=lambda each: getattr(each, "__name__", each))
def test_a_bad_design_of_it_is_caught(lab: Lab, design: Patch, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told twice is so when all is calm; else the scene that a fault befalls comes to something else."""
    design(monkeypatch)
    with pytest.raises(AssertionError):
        explore(lab, order, Figures())
    figures.of("mutants").mutants += 1
