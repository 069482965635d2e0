"""Every call fails in every way by which an answer that names only a spot comes to the customer who spoke there, be it
heard after them or before: they have it and its edit once, and wait no more.

Staff of the company's write in the forum; an edit names their post, and nobody says to whom it was said.
"""

import pytest

from shared.projection.conversation import Conversation
from shared.store import keys
from shared.store.table import Table
from tests.faults import figures
from tests.faults.figures import Figures
from tests.faults.lab import Lab
from tests.faults.mutants import Patch
from tests.faults.mutants_alone import OF_UNNAMED_ANSWERS
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Explorer, same
from tests.faults.stories import said

ASKS, ANSWERS, EDITS = (said("discourse", name, settled=True) for name in ("text", "own", "own_edited"))
ORDERS = {
    "after what it answers": (ASKS, ANSWERS, EDITS),
    "before what it answers": (EDITS, ANSWERS, ASKS),
}
WHOSE = keys.identity("discourse:foro:3101")


def calm_run(lab: Lab, order: str) -> Picture:
    world = lab.world(ORDERS[order])
    world.run()
    rows = list(Table(lab.engine.client("dynamodb"), world.stack.table).query(WHOSE))
    copies = [row["sk"]["S"] for row in rows if row.get("ledger", {}).get("S", "").startswith(keys.COPY_PREFIX)]
    assert [key.split("#", 2)[2] for key in copies] == ["880110", "880110:edit:2"]
    (head,) = (row["state"]["S"] for row in rows if row["sk"]["S"].startswith(keys.CONVERSATION_PREFIX))
    assert Conversation.model_validate_json(head).waiting_since is None
    return picture(world)


@pytest.mark.parametrize("order", ORDERS)
def test_whatever_befalls_a_call_an_answer_comes_once_to_who_spoke_at_its_spot(lab: Lab, order: str) -> None:
    expected, told = calm_run(lab, order), figures.of("one fault, answers that name a spot")
    runs = Explorer(lab.world(ORDERS[order]), lab.engine, expected, same, told).explore(1)
    assert runs > 200, "a matrix of so few runs proves nothing"
    told.runs += runs


@pytest.mark.parametrize(("design", "order"), OF_UNNAMED_ANSWERS, ids=lambda each: getattr(each, "__name__", each))
def test_a_bad_design_of_it_is_caught(lab: Lab, design: Patch, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is wrong in a calm run: of its own the scene that a fault befalls comes to something else."""
    design(monkeypatch)
    own = calm_run(lab, order)
    with pytest.raises(AssertionError):
        Explorer(lab.world(ORDERS[order]), lab.engine, own, same, Figures()).explore(1)
    figures.of("mutants").mutants += 1


def test_whichever_is_heard_first_it_comes_to_the_same(lab: Lab) -> None:
    after, before = (calm_run(lab, order) for order in ORDERS)
    same(after, before)
