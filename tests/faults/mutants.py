"""Product code made worse, for tests of the matrix: the designs that lose or double, and slips of one line.

Two families are found by themselves, from the calls that the product makes: every condition on a write, deleted; every
write that is followed by another call, made only after that one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.escalation import escalate
from shared.models import Message
from shared.platforms import Platform
from shared.projection import about as people
from shared.projection import records
from shared.projection.projector import Projector, offered
from shared.store import keys
from shared.store.journal import Journal, repetition
from shared.store.keys import Key
from shared.store.table import key_of, state_of
from tests.faults.wire import Call, Invocation, Way

type Patch = Callable[[pytest.MonkeyPatch], None]


def kind_of(call: Call) -> str:
    """Return what a call does and to which kind of thing, without the names of any one."""
    said = call.arguments
    if "Item" in said or ("Key" in said and call.service == "dynamodb"):
        key = said.get("Item") or said["Key"]
        return f"{call.operation} {_first(key['pk']['S'])}/{_first(key['sk']['S'])}"
    if "IndexName" in said:
        return f"{call.operation} {said['IndexName']}"
    if "QueueUrl" in said:
        return f"{call.operation} {'department' if said['QueueUrl'].endswith('.fifo') else 'queue'}"
    return call.operation


def _first(key: str) -> str:
    return key.split("#", 1)[0]


# conditions


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that the product puts on one kind of write."""

    kind: str
    expression: str

    def __str__(self) -> str:
        return f"{self.kind}, if {self.expression.replace('#', '')}"


def conditions(calls: Sequence[Call]) -> set[Condition]:
    """Return the conditions that these calls carry."""
    carried = (call for call in calls if "ConditionExpression" in call.arguments)
    return {Condition(kind_of(call), call.arguments["ConditionExpression"]) for call in carried}


@dataclass
class Without(Way):
    """Takes one condition off every write that carries it."""

    condition: Condition

    def make(self, invocation: Invocation, call: Call, method: Callable[..., Any]) -> Any:
        if conditions([call]) == {self.condition}:
            call = replace(call, arguments=_unconditional(call))
        return super().make(invocation, call, method)


def _unconditional(call: Call) -> Mapping[str, Any]:
    of_condition = {"ConditionExpression", "ReturnValuesOnConditionCheckFailure"}
    if "UpdateExpression" not in call.arguments:
        of_condition |= {"ExpressionAttributeNames", "ExpressionAttributeValues"}
    return {name: value for name, value in call.arguments.items() if name not in of_condition}


# neighbours


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two calls that one function makes one after the other, the first of them a write."""

    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.first} after {self.second}"


END = "the end"


def neighbours(calls: Sequence[Call]) -> Iterator[Neighbours]:
    """Yield the neighbours among the calls of an invocation; the last call's neighbour is the invocation's end."""
    kinds = [*map(kind_of, calls), END]
    for call, first, second in zip(calls, kinds, kinds[1:], strict=False):
        if call.writes and first != second:
            yield Neighbours(first, second)


@dataclass
class Swapped(Way):
    """Makes a write only after the call that follows it, and tells at once that it was done."""

    pair: Neighbours

    def make(self, invocation: Invocation, call: Call, method: Callable[..., Any]) -> Any:
        held, invocation.held = invocation.held, None
        kind = kind_of(call)
        if held and kind != self.pair.second:
            super().make(invocation, *held)
            held = None
        if kind == self.pair.first:
            invocation.held = call, method
            return {}
        answer = super().make(invocation, call, method)
        if held:
            super().make(invocation, *held)
        return answer

    def end(self, invocation: Invocation) -> None:
        """Make what is still held; but what would come after the end is never made: a process is frozen there."""
        held, invocation.held = invocation.held, None
        if held and self.pair.second != END:
            super().make(invocation, *held)


@dataclass
class Noting(Way):
    """Takes down the conditions and the neighbours that there are."""

    conditions: set[Condition] = field(default_factory=set)
    neighbours: set[Neighbours] = field(default_factory=set)

    def make(self, invocation: Invocation, call: Call, method: Callable[..., Any]) -> Any:
        self.conditions |= conditions([call])
        return super().make(invocation, call, method)

    def end(self, invocation: Invocation) -> None:
        self.neighbours.update(neighbours(invocation.calls))


# designs


def claim_before_write(patch: pytest.MonkeyPatch) -> None:
    """A marker says "seen" before the message is kept."""
    keep = Journal.keep

    def marked(self: Journal, what: Any) -> Any:
        if isinstance(what, dict):
            claimed = Key(f"claim#{what['pk']['S']}", f"claim#{what['sk']['S']}")
            if not self._table.replace(claimed, state="{}", seen=None):
                self._table.insert(repetition(what))
                return "duplicate"
        return keep(self, what)

    patch.setattr(Journal, "keep", marked)


def look_up_before_write(patch: pytest.MonkeyPatch) -> None:
    """Whether it is a duplicate is asked first, and then it is written without a condition."""
    keep = Journal.keep

    def asked(self: Journal, what: Any) -> Any:
        if not isinstance(what, dict):
            return keep(self, what)
        if self._table.get(key_of(what)):
            self._table.insert(repetition(what))
            return "duplicate"
        self._table._client.put_item(TableName=self._table._name, Item=what)
        return "event"

    patch.setattr(Journal, "keep", asked)


def note_before_write(patch: pytest.MonkeyPatch) -> None:
    """That something came again is noted before it is known."""
    keep = Journal.keep

    def noted(self: Journal, what: Any) -> Any:
        if isinstance(what, dict):
            self._table.insert(repetition(what))
        return keep(self, what)

    patch.setattr(Journal, "keep", noted)


def first_of_the_batch(patch: pytest.MonkeyPatch) -> None:
    """Only the first unit of a delivery is read."""
    units = Platform.units
    patch.setattr(Platform, "units", lambda self, delivery: units(self, delivery)[:1])


def swallow_and_acknowledge(patch: pytest.MonkeyPatch) -> None:
    """A failing projection is logged, and the batch is done with."""
    patch.setattr(records, "_left_behind", lambda *_: [])


def swallow_at_the_door(patch: pytest.MonkeyPatch) -> None:
    """A delivery that could not be kept is logged, and acknowledged."""
    keep = Journal.keep

    def kept(self: Journal, what: Any) -> Any:
        try:
            return keep(self, what)
        except Exception:
            return "event"

    patch.setattr(Journal, "keep", kept)


def rows_after_about(patch: pytest.MonkeyPatch) -> None:
    """The item that says "this person can be found" is written before the rows by which they are found."""

    def know(self: Projector, events: Any, seen: Any) -> None:
        key = keys.about(events[0].identity)
        before = state_of(seen.get(key))
        about = people.About.model_validate_json(before) if before else None
        for event in events:
            about = people.fold(about, event)
        assert about is not None
        state = about.model_dump_json(exclude_defaults=True)
        if state != before and self.table.replace(key, state=state, seen=before):
            self._rows(None, about)

    patch.setattr(Projector, "_know", know)


def write_then_send(patch: pytest.MonkeyPatch) -> None:
    """The hand-off is sent by whoever has just written the escalation, and by nobody else."""
    offer = Projector._offer

    def write_and_send(self: Projector, entry: Any) -> None:
        said = entry.event
        if not isinstance(said, Message):
            return
        found = escalate(said, received_at=entry.received_at, event_key=entry.key.sk, playbook=self.playbook())
        if found is None:
            return
        key = keys.escalation(identity_name=said.identity, escalation_id=found.id)
        state = found.model_dump_json(exclude_defaults=True)
        if self.table.replace(key, state=state, seen=None, extra=offered(key, found)):
            offer(self, found)

    patch.setattr(Projector, "_escalate", write_and_send)
    patch.setattr(Projector, "_offer", lambda *_: None)


DESIGNS: tuple[Patch, ...] = (
    claim_before_write,
    look_up_before_write,
    note_before_write,
    first_of_the_batch,
    swallow_and_acknowledge,
    swallow_at_the_door,
    rows_after_about,
    write_then_send,
)

WRONG_EVEN_WHEN_CALM: tuple[Patch, ...] = (note_before_write, first_of_the_batch)
"""Those that need no fault to be found out."""
