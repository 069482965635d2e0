"""A conversation's head is what the journal says, however its events came: late, twice, at once, in any order.

The model below plays the projector's processes against one head: each journals its events first, then reads the
head, folds, writes on the condition that the head is still the one it read, and folds again until nothing changes. Any
of them may stop at any step, die, and begin again.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.models import Author, Call, Deletion, Edit, Message, PersonalEvent, Reaction, Receipt
from shared.projection.conversation import Conversation, fold, speaks
from shared.projection.known import join, said
from tests import strategies
from tests.conftest import NOW

COMMON = {"identity": "counter:shop:ana", "account": "shop", "channel": "counter", "thread": "direct"}

moments = st.integers(0, 5).map(lambda second: NOW + timedelta(seconds=second))
common: dict[str, SearchStrategy[Any]] = {name: st.just(value) for name, value in COMMON.items()} | {
    "external_id": st.just("1"),
    "occurred_at": moments,
    "author": st.none() | st.builds(Author, name=st.sampled_from(("Ana", "Ana Torres"))),
}
spoken = st.builds(Message, direction=strategies.directions, visibility=strategies.visibilities, **common) | st.builds(
    Call, direction=strategies.directions, status=st.sampled_from(("missed", "answered", "ringing")), **common
)
anything = spoken | strategies.events(**common)


def message(second: int, direction: str = "inbound", **fields: object) -> Message:
    at = NOW + timedelta(seconds=second)
    return Message.model_validate(
        COMMON | {"external_id": f"{direction} {second}", "occurred_at": at, "direction": direction} | fields
    )


def call(second: int, direction: str, status: str) -> Call:
    at = NOW + timedelta(seconds=second)
    return Call.model_validate(
        COMMON | {"external_id": f"call {second}", "occurred_at": at, "direction": direction, "status": status}
    )


# ---------------------------------------------------------------------------------------------------- the specification


def specified(events: Iterable[PersonalEvent]) -> Conversation | None:
    """Return the head of a conversation in which exactly this was said, by its definition."""
    told = [event for event in events if speaks(event)]
    if not told:
        return None
    inbound = [event.occurred_at for event in told if speaks(event) == "inbound"]
    outbound = [event.occurred_at for event in told if speaks(event) == "outbound"]
    waiting = [at for at in inbound if not outbound or at > max(outbound)]
    public = any(isinstance(event, Message) and event.visibility == "public" for event in told)
    return Conversation(
        **COMMON,
        visibility="public" if public else "private",
        opened_at=min(inbound + outbound),
        last_inbound_at=max(inbound, default=None),
        last_outbound_at=max(outbound, default=None),
        waiting_since=min(waiting, default=None),
        known=join(*map(said, told)),
    )


# ------------------------------------------------------------------------------------------------------------ the model


@dataclass
class World:
    """One journal and one head."""

    journalled: list[PersonalEvent] = field(default_factory=list)
    head: Conversation | None = None

    def first_inbound_after(self, at: datetime) -> datetime | None:
        found = (event.occurred_at for event in self.journalled if speaks(event) == "inbound")
        return min((found_at for found_at in found if found_at > at), default=None)

    def project(self, events: Sequence[PersonalEvent]) -> Generator[None]:
        """Journal events and bring the head up to them, one step at a time."""
        for event in events:
            self.journalled.append(event)
            yield
        before = self.head
        while True:
            yield
            after = before
            for event in events:
                after = fold(after, event, self.first_inbound_after)
            yield
            if after == before:
                return
            written = self.head == before
            if written:
                self.head = after
            yield
            before = after if written else self.head


def calm(events: Iterable[PersonalEvent]) -> Conversation | None:
    world = World()
    for event in events:
        finish(world.project([event]))
    return world.head


def finish(process: Iterable[None]) -> None:
    for _ in process:
        pass


batches = st.lists(st.lists(spoken, min_size=1, max_size=3), min_size=1, max_size=4)


# ------------------------------------------------------------------------------------------------------- the properties


@given(st.lists(anything, max_size=6), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_calm_head(events: list[PersonalEvent], random: Random) -> None:
    shuffled = [*events, *random.choices(events, k=len(events))] if events else []
    random.shuffle(shuffled)
    assert calm(shuffled) == calm(events) == specified(events)


@given(batches, st.lists(st.integers(0, 9)), st.data())
def test_any_interleaving_of_processes_that_may_die_gives_the_calm_head(
    work: list[list[PersonalEvent]], schedule: list[int], data: st.DataObject
) -> None:
    world = World()
    running = [world.project(events) for events in work]
    deaths = data.draw(st.lists(st.integers(0, len(work) - 1), max_size=3), label="deaths")
    for step in schedule:
        process = step % len(running)
        next(running[process], None)
        if step == 9 and deaths:
            dead = deaths.pop()
            running[dead] = world.project(work[dead])
    for left in running:
        finish(left)
    assert world.head == specified(event for events in work for event in events)


@given(st.lists(spoken, max_size=5))
def test_the_head_survives_being_kept_as_text(events: list[PersonalEvent]) -> None:
    """The table compares texts: an equal head must be an equal text, after any number of times through the table."""
    head = calm(events)
    if head is not None:
        text = head.model_dump_json(exclude_defaults=True)
        again = Conversation.model_validate_json(text)
        assert again == head
        assert again.model_dump_json(exclude_defaults=True) == text


@given(st.lists(spoken, min_size=1, max_size=5), anything)
def test_an_event_that_is_in_the_head_already_changes_nothing(
    events: list[PersonalEvent], other: PersonalEvent
) -> None:
    world = World()
    for event in events:
        finish(world.project([event]))
    assert all(fold(world.head, event, world.first_inbound_after) == world.head for event in events)
    if speaks(other) is None:
        assert fold(world.head, other, world.first_inbound_after) == world.head


# ---------------------------------------------------------------------------------------------------------- known cases


@pytest.mark.parametrize(
    ("events", "waiting_since"),
    [
        ([message(1)], 1),
        ([message(1), message(2)], 1),
        ([message(1), message(2, "outbound")], None),
        ([message(2, "outbound")], None),
        ([message(1), message(2, "outbound"), message(3)], 3),
        ([message(1), message(2), message(3), message(2, "outbound")], 3),
        ([message(1), message(1, "outbound")], None),
        ([message(1), message(3), message(4), message(2, "outbound"), message(3, "outbound")], 4),
        ([call(1, "inbound", "missed")], 1),
        ([message(1), call(2, "inbound", "answered")], None),
        ([message(1), call(2, "outbound", "completed")], None),
        ([message(1), call(2, "outbound", "missed")], 1),
        ([message(1), call(2, "inbound", "ringing")], 1),
    ],
)
def test_who_waits_and_since_when(events: list[PersonalEvent], waiting_since: int | None) -> None:
    expected = None if waiting_since is None else NOW + timedelta(seconds=waiting_since)
    for order in permutations(events):
        head = calm(order)
        assert head is not None
        assert head.waiting_since == expected


@pytest.mark.parametrize(
    ("direction", "status", "speaker"),
    [
        ("inbound", "ringing", None),
        ("inbound", "missed", "inbound"),
        ("inbound", "rejected", "inbound"),
        ("inbound", "failed", "inbound"),
        ("inbound", "answered", "outbound"),
        ("inbound", "completed", "outbound"),
        ("outbound", "ringing", None),
        ("outbound", "missed", None),
        ("outbound", "rejected", None),
        ("outbound", "failed", None),
        ("outbound", "answered", "outbound"),
        ("outbound", "completed", "outbound"),
    ],
)
def test_who_speaks_in_a_call(direction: str, status: str, speaker: str | None) -> None:
    """The caller who reached nobody waits; two who talked to each other are both answered."""
    assert speaks(call(1, direction, status)) == speaker


@pytest.mark.parametrize("kind", [Edit, Deletion, Reaction, Receipt])
def test_what_says_nothing_opens_no_conversation(kind: type[PersonalEvent]) -> None:
    fields = COMMON | {"external_id": "1", "occurred_at": NOW, "target": "2", "status": "read"}
    event = kind.model_validate({name: value for name, value in fields.items() if name in kind.model_fields})
    assert fold(None, event, _nobody_asks) is None


def test_the_journal_is_asked_only_when_a_late_answer_makes_it_a_question() -> None:
    """The question costs a query; an ordinary dialogue never needs it."""
    head = None
    for second in range(5):
        head = fold(head, message(2 * second), _nobody_asks)
        head = fold(head, message(2 * second + 1, "outbound"), _nobody_asks)
        head = fold(head, message(0, "outbound"), _nobody_asks)
    head = fold(fold(head, message(11), _nobody_asks), message(11, "outbound"), _nobody_asks)
    asked: list[datetime] = []

    def first_inbound_after(at: datetime) -> datetime | None:
        asked.append(at)
        return None

    fold(fold(head, message(20), _nobody_asks), message(15, "outbound"), first_inbound_after)
    assert asked == [NOW + timedelta(seconds=15)]


def test_a_message_journalled_between_the_question_and_the_write_is_seen_by_the_second_question() -> None:
    """Why the projector folds until nothing changes: the head must not say 5 when the journal says 3."""
    world = World()
    for event in (message(1), message(5)):
        finish(world.project([event]))
    late = world.project([message(2, "outbound")])
    for _ in range(3):  # journalled, read, asked: the journal's answer is 5
        next(late)
    finish(world.project([message(3)]))  # changes nothing in the head: somebody waits since 1 already
    finish(late)
    assert world.head is not None
    assert world.head.waiting_since == NOW + timedelta(seconds=3)


def _nobody_asks(at: datetime) -> datetime | None:
    raise AssertionError("nothing had to be asked")
