"""The fault matrix can fail: each of these common designs, put in the place of ours, is caught by it."""

from collections.abc import Callable
from typing import Any

import pytest
from moto import mock_aws

from shared.escalation import escalate
from shared.platforms import Platform
from shared.projection import about as people
from shared.projection import projector as projection
from shared.projection import records
from shared.projection.projector import Projector
from shared.store import keys
from shared.store.journal import Journal, Outcome
from shared.store.keys import Key
from shared.store.table import state_of
from tests.faults.harness import MODES, Call, Fault
from tests.faults.test_spine import A_BATCH, ONE_COMPLAINT, run

type Patch = Callable[[pytest.MonkeyPatch], None]


def claim_before_write(patch: pytest.MonkeyPatch) -> None:
    """A marker says "seen" before the message is kept."""
    keep = Journal.keep

    def marked(self: Journal, what: Any) -> Outcome:
        claimed = Key(f"claim#{what['pk']['S']}", what["sk"]["S"])
        if not self._table.replace(claimed, state="{}", seen=None):
            return "duplicate"
        return keep(self, what)

    patch.setattr(Journal, "keep", marked)


def swallow_and_acknowledge(patch: pytest.MonkeyPatch) -> None:
    """A failing projection is logged, and the batch is done with."""
    patch.setattr(records, "_left_behind", lambda *_: [])


def first_of_the_batch(patch: pytest.MonkeyPatch) -> None:
    """Only the first unit of a delivery is read."""
    units = Platform.units
    patch.setattr(Platform, "units", lambda self, delivery: units(self, delivery)[:1])


def rows_after_about(patch: pytest.MonkeyPatch) -> None:
    """The item that says "this person can be found" is written before the rows by which they are found."""

    def know(self: Projector, events: Any, seen: Any) -> None:
        key = keys.about(events[0].identity)
        before = state_of(seen.get(key))
        about = people.fold(people.About.model_validate_json(before) if before else None, events[0])
        state = about.model_dump_json(exclude_defaults=True)
        if state != before and self.table.replace(key, state=state, seen=before):
            self._rows(None, about)

    patch.setattr(Projector, "_know", know)


def write_then_send(patch: pytest.MonkeyPatch) -> None:
    """The hand-off is sent by whoever has just written the escalation, and by nobody else."""

    def write_and_send(self: Projector, entry: Any) -> None:
        said = entry.event
        found = escalate(said, received_at=entry.received_at, event_key=entry.key.sk, playbook=self.playbook())
        if found is None:
            return
        key = keys.escalation(identity_name=said.identity, escalation_id=found.id)
        state = found.model_dump_json(exclude_defaults=True)
        if self.table.replace(key, state=state, seen=None, extra=projection._offered(key, found)):
            offer(self, found)

    offer = Projector._offer
    patch.setattr(Projector, "_escalate", write_and_send)
    patch.setattr(Projector, "_offer", lambda *_: None)


MUTANTS: list[tuple[Patch, tuple[Call, ...]]] = [
    (claim_before_write, ONE_COMPLAINT),
    (swallow_and_acknowledge, ONE_COMPLAINT),
    (first_of_the_batch, A_BATCH),
    (rows_after_about, ONE_COMPLAINT),
    (write_then_send, ONE_COMPLAINT),
]


@pytest.mark.parametrize(("mutant", "story"), MUTANTS, ids=lambda found: getattr(found, "__name__", ""))
def test_the_matrix_catches_it(mutant: Patch, story: tuple[Call, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        calm = run(story)
        points, expected = len(calm.faults.calls), _items(calm.picture())
    mutant(monkeypatch)
    assert any(_differs(story, Fault(at, mode), expected) for mode in MODES for at in range(1, points + 2))


def _differs(story: tuple[Call, ...], fault: Fault, expected: Any) -> bool:
    with mock_aws():
        try:
            return bool(_items(run(story, fault).picture()) != expected)
        except AssertionError:  # the run never came to an end
            return True


def _items(picture: dict[str, Any]) -> dict[str, Any]:
    """Return a picture without a mutant's own markers, which are no difference in what was kept."""
    return picture | {"table": [item for item in picture["table"] if not item["pk"]["S"].startswith("claim#")]}
