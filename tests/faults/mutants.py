"""Product code made worse, for tests of the matrix: the designs that lose or double, and slips of one line.

Two families are found by themselves, from the calls that the product makes: every condition on a write, deleted; every
write that is followed by another call, made only after that one.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from services.watch import promises, rounds
from shared.casework.links import Link
from shared.escalation import escalate
from shared.ids import reminder_id
from shared.models import Message
from shared.platforms import Platform
from shared.projection import about as people
from shared.projection import casework, links, records, settling
from shared.projection.cases import offer as write_offer
from shared.projection.grounds import grounds
from shared.projection.projector import Projector
from shared.projection.settling import Change
from shared.reminders import remind
from shared.store import keys, steps
from shared.store.journal import Journal, repetition
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table, key_of, state_of
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
    update = call.arguments.get("UpdateExpression")
    if update is None:
        of_condition |= {"ExpressionAttributeNames", "ExpressionAttributeValues"}
    left = {name: value for name, value in call.arguments.items() if name not in of_condition}
    if update is not None:  # a name that no expression has is refused
        used = set(re.findall(r"#\w+", update))
        left["ExpressionAttributeNames"] = {
            name: value for name, value in left["ExpressionAttributeNames"].items() if name in used
        }
    return left


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
    """Takes down the conditions and the neighbours that there are, and how many calls are made."""

    conditions: set[Condition] = field(default_factory=set)
    neighbours: set[Neighbours] = field(default_factory=set)
    calls: int = 0

    def make(self, invocation: Invocation, call: Call, method: Callable[..., Any]) -> Any:
        self.calls += 1
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

    def know(self: Projector, events: Any, seen: Any) -> people.About:
        key = keys.about(events[0].identity)
        before = state_of(seen.get(key))
        about = people.About.model_validate_json(before) if before else None
        for event in events:
            about = people.fold(about, event)
        assert about is not None
        state = about.model_dump_json(exclude_defaults=True)
        if state != before and self.table.replace(key, state=state, seen=before):
            self._rows(None, about)
        return about

    patch.setattr(Projector, "_know", know)


def write_then_send(patch: pytest.MonkeyPatch) -> None:
    """The hand-off is sent by whoever has just written the escalation, and by nobody else."""
    offer = Projector._offer

    def write_and_send(self: Projector, entry: Any, _: Any) -> bool:
        said = entry.event
        if not isinstance(said, Message):
            return False
        found = escalate(said, received_at=entry.received_at, event_key=entry.key.sk, playbook=self.playbook())
        if found is None:
            return False
        if write_offer(self.table, found):
            offer(self, found)
        return True

    def offer_again(self: Projector, escalation: Any) -> None:
        if grounds(escalation):  # what is raised by the watch, which sends nothing
            offer(self, escalation)

    patch.setattr(Projector, "_escalate", write_and_send)
    patch.setattr(Projector, "_offer", offer_again)


def one_side_of_a_pair(patch: pytest.MonkeyPatch) -> None:
    """What is known of a pair is kept with one of the two."""
    settle_all = settling.settle_all

    def settled(table: Table, changes: Callable[[], Sequence[Change]]) -> None:
        def some() -> list[Change]:
            return [each for each in changes() if each.after is None or not _is_second(each.after)]

        settle_all(table, some)

    patch.setattr(links, "settle_all", settled)


def _is_second(item: Any) -> bool:
    if not item["sk"]["S"].startswith(keys.LINK_PREFIX):
        return False
    one, other = Link.model_validate_json(item["state"]["S"]).pair
    return key_of(item) == keys.link(of=other, other=one)


def links_settled_once(patch: pytest.MonkeyPatch) -> None:
    """Links are worked out once, and whatever was not any more what was read is left."""

    def settled(table: Table, changes: Callable[[], Sequence[Change]]) -> None:
        for each in changes():
            table.change(each.key, before=each.before, after=each.after)

    patch.setattr(links, "settle_all", settled)


def links_written_over(patch: pytest.MonkeyPatch) -> None:
    """Links are written whatever stands there by now."""

    def settled(table: Table, changes: Callable[[], Sequence[Change]]) -> None:
        for each in changes():
            table.change(each.key, before=table.get(each.key), after=each.after)

    patch.setattr(links, "settle_all", settled)


def unweighed_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What is new of somebody is weighed by whoever learnt it, and by nobody after them."""
    to_be_weighed = people.to_be_weighed
    new: list[Any] = []

    def noted(before: Any, after: Any) -> Any:
        new.extend(to_be_weighed(before, after).unweighed)
        return after

    know = Projector._know

    def known(self: Projector, events: Any, seen: Any) -> None:
        new.clear()
        know(self, events, seen)
        if new:
            links.weigh(events[0].identity, tuple(new), table=self.table, playbook=self.playbook, now=self.now)

    patch.setattr(people, "to_be_weighed", noted)
    patch.setattr(Projector, "_know", known)


def reminder_of_the_instant(patch: pytest.MonkeyPatch) -> None:
    """A reminder is named by when it was made."""
    see_to = rounds.DRIVEN["promised"]

    def seen_to(projector: Projector, key: Key) -> None:
        def reminder(*said: Any, **more: Any) -> Any:
            name = reminder_id(term_id=keys.instant(projector.now()), stage="due")
            return remind(*said, **more).model_copy(update={"id": name})

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(promises, "remind", reminder)
            see_to(projector, key)

    patch.setitem(rounds.DRIVEN, "promised", seen_to)


def off_the_list_before_it_is_raised(patch: pytest.MonkeyPatch) -> None:
    """A promise is taken off the list of those to be seen to, and then it is raised."""
    see_to = rounds.DRIVEN["promised"]

    def seen_to(projector: Projector, key: Key) -> None:
        if there := projector.table.get(key):
            left = {name: value for name, value in there.items() if name not in ("open", "open_at", "attempts")}
            projector.table.change(key, before=there, after=left)
            with pytest.MonkeyPatch.context() as inner:
                inner.setattr(Table, "get", _showing(key, there))
                see_to(projector, key)

    patch.setitem(rounds.DRIVEN, "promised", seen_to)


def _showing(key: Key, item: Any) -> Callable[..., Any]:
    get = Table.get
    return lambda self, wanted: item if wanted == key else get(self, wanted)


def shown_before_it_is_kept(patch: pytest.MonkeyPatch) -> None:
    """The desk brings the projections up to a step, and then journals it."""
    keep = steps.keep

    def kept(table: Table, step: Any) -> Any:
        playbook = CurrentPlaybook(table)
        casework.take(step, table=table, playbook=playbook, now=lambda: step.at)
        return keep(table, step)

    patch.setattr(steps, "keep", kept)


def reminders_stay(patch: pytest.MonkeyPatch) -> None:
    """Nobody takes the reminders of a promise back when it is kept."""
    patch.setattr(casework, "_withdraw_outdated", lambda *_: None)


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

AT_THE_DESK: tuple[tuple[Patch, str], ...] = (
    (one_side_of_a_pair, "two prove the same address"),
    (links_settled_once, "two projectors, a chain of links"),
    (links_written_over, "two projectors, a chain of links"),
    (unweighed_forgotten, "two prove the same address"),
    (reminder_of_the_instant, "a promise is nearly due, broken, and kept late"),
    (off_the_list_before_it_is_raised, "a promise is nearly due, broken, and kept late"),
    (shown_before_it_is_kept, "two are linked, and parted"),
    (reminders_stay, "a promise is nearly due, broken, and kept late"),
)
"""Those of what the company does, each with the story or the scene that finds it out."""

WRONG_EVEN_WHEN_CALM: tuple[Patch, ...] = (note_before_write, first_of_the_batch, one_side_of_a_pair, reminders_stay)
"""Those that need no fault to be found out."""

WRONG_ONLY_AT_ONCE: tuple[Patch, ...] = (look_up_before_write,)
"""Those that get through every fault of one run alone: they are looked for where runs go on at once."""
