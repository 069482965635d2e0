"""Every call fails in every way by which the watch finds out that somebody has to be told, alone: they are told once.

A case that is accepted and not resolved in time is raised with whoever has it, also after a time in which we waited for
the customer; one whose answer did not arrive is taken up again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from shared.casework.cases import BY_OURSELVES
from shared.casework.steps import Agent, CaseMove, ReplyAsked, ReplyMove, reply_id
from shared.ids import step_id
from shared.store import steps
from shared.store.table import Table
from tests.conftest import NOW
from tests.faults import figures
from tests.faults.arrivals import Arriving, Left
from tests.faults.figures import Figures
from tests.faults.lab import FULL, Lab, minutes, under
from tests.faults.mutants import Patch
from tests.faults.mutants_alone import OF_THE_WATCH
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Explorer, same
from tests.faults.stack import Stack
from tests.faults.stories import ACCEPTS, CASE, COMPLAINS, one, passes, unit
from tests.faults.world import World

WHOSE = "app:shop_app:u-1001"
RESOLVE_WITHIN = timedelta(days=4)

# Somebody answers in the app before the case is accepted, which the app tells later: so it stays accepted. When its
# time would be over we wait for the customer still, and it is listed for when the answer is due. After the customer's
# word it is to be resolved before that: whoever hears it lists it anew.
_LOOKS_INTO_IT = unit("message.sent", "m-2", second=30, text="Lo miramos", reply_to="m-1")
_ASKS_ON = unit("message.received", "m-7", second=5 * 86_400 + 3600, text="¿Saben ya algo?")
UNRESOLVED = (
    one(COMPLAINS),
    ACCEPTS,
    one(_LOOKS_INTO_IT, at=timedelta(hours=1), settled=True),
    passes(4 * 24 + 12, "we wait"),
    one(_ASKS_ON, at=timedelta(days=5), settled=True),
    passes(9 * 24 + 12, "unresolved"),
)


def answer(stack: Stack) -> None:
    """Keep what the desk and whoever sends keep of an answer that the app took under a name of its own."""
    table, at = Table(stack.engine.client("dynamodb"), stack.table), NOW + timedelta(hours=1)
    by = Agent(subject="lena", department="billing")
    own = step_id(subject=by.subject, identity=WHOSE, idempotency_key="answer")
    where = {"channel": "app", "account": "shop_app", "thread": "direct"}
    said = {"id": own, "identity": WHOSE, "at": at, "by": by, "text": "Ya está devuelto.", "escalation_id": CASE}
    asked = ReplyAsked.model_validate(said | where)
    steps.keep(table, asked)
    for number, act in enumerate(("attempted", "sent"), start=1):
        what = {"id": f"stp_{number}", "identity": WHOSE, "at": at, "by": BY_OURSELVES, "reply_id": reply_id(asked)}
        more = {"external_id": "m-9"} if act == "sent" else {}
        steps.keep(table, ReplyMove.model_validate(what | {"number": number, "act": act} | more))


_FAILED = unit("receipt.updated", "m-9/failed", second=7300, target="m-9", status="failed", error="131047")
NOT_ARRIVED = (
    one(COMPLAINS),
    ACCEPTS,
    Left("an answer", answer, at=timedelta(hours=1)),
    one(_FAILED, at=timedelta(hours=2), settled=True),
)


def to_be_resolved(playbook: dict[str, Any]) -> None:
    """Have a time within which what is asked in the app is to be resolved."""
    playbook["clocks"].append({"kind": "resolve", "channel": "app", "within": minutes(RESOLVE_WITHIN)})


@dataclass(frozen=True, slots=True)
class Scene:
    """What comes, under which playbook, and what is done once with the case in the end. Calls go wrong while no more
    than so many are still to come (`last`), and at full depth from the beginning."""

    story: Sequence[Arriving]
    changes: Callable[[dict[str, Any]], object]
    ends: tuple[str, ...]
    last: int

    def world(self, lab: Lab) -> World:
        return under(lab.world(self.story), self.changes)

    def begun(self, lab: Lab) -> World:
        """Return a world that has come in peace to where calls go wrong."""
        world = self.world(lab)
        while not FULL and len(world.progress.waiting) > self.last:
            world.step()
        return world

    def calm(self, lab: Lab) -> Picture:
        world = self.world(lab)
        world.run()
        moves = steps.moves(Table(lab.engine.client("dynamodb"), world.stack.table), identity=WHOSE, of=CASE)
        assert [move.act for move in moves if isinstance(move, CaseMove)] == list(self.ends)
        return picture(world)


SCENES = {
    "unresolved": Scene(UNRESOLVED, to_be_resolved, ("accepted", "reminded"), last=1),
    "not arrived": Scene(NOT_ARRIVED, dict, ("accepted", "answered", "reopened"), last=0),
}


@pytest.mark.parametrize("name", SCENES)
def test_whatever_befalls_a_call_whoever_has_the_case_is_told_once(lab: Lab, name: str) -> None:
    scene, told = SCENES[name], figures.of("one fault, what the watch tells")
    expected = scene.calm(lab)
    runs = Explorer(scene.begun(lab), lab.engine, expected, same, told).explore(1)
    assert runs > 200, "a matrix of so few runs proves nothing"
    told.runs += runs


@pytest.mark.parametrize(("design", "name"), OF_THE_WATCH, ids=lambda each: getattr(each, "__name__", each))
def test_a_bad_design_of_what_the_watch_tells_is_caught(
    lab: Lab, design: Patch, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is wrong in a calm run: of its own the scene that a fault befalls comes to something else."""
    design(monkeypatch)
    own = SCENES[name].calm(lab)
    with pytest.raises(AssertionError):
        Explorer(SCENES[name].begun(lab), lab.engine, own, same, Figures()).explore(1)
    figures.of("mutants").mutants += 1
