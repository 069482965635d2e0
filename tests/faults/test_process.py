"""The harness itself: it sees when a step is not the same step, and a test that ends does not end inside the house."""

import pytest

from shared.playbook import Playbook
from shared.store.playbooks import CurrentPlaybook
from tests.faults.figures import Figures
from tests.faults.lab import Lab
from tests.faults.picture import picture
from tests.faults.sequential import Explorer, Unsteady, same
from tests.faults.stories import ASKS, NOTES, ONE_COMPLAINT, one
from tests.faults.test_interleavings import shown_alone
from tests.faults.wire import Call


def too_late(_: int, __: Call) -> None:
    """Fail in the midst of a run, as a test that takes too long does: by a signal, wherever it is just then."""
    pytest.fail("it took too long")


def test_what_ends_a_test_in_the_midst_of_an_answer_ends_it(lab: Lab) -> None:
    world = lab.world((one(ASKS), NOTES))
    shown_alone(1)(world)
    with pytest.raises(pytest.fail.Exception, match="too long"):
        world.arrive(too_late)


def test_what_outlives_a_process_is_noticed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    world = lab.world(ONE_COMPLAINT)
    world.run()
    expected = picture(world)
    remembered: list[Playbook] = []
    read = CurrentPlaybook.__call__

    def read_once(self: CurrentPlaybook) -> Playbook:
        if not remembered:
            remembered.append(read(self))
        return remembered[0]

    monkeypatch.setattr(CurrentPlaybook, "__call__", read_once)
    with pytest.raises(Unsteady, match="GetItem"):
        Explorer(lab.world(ONE_COMPLAINT), lab.engine, expected, same, Figures()).explore(1)
