"""What holds for every call: told in any order and number it comes to one head; whatever comes is read or refused."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored, PersonalEvent
from shared.projection import conversation
from shared.projection.conversation import Conversation
from shared.store import keys
from tests.shared.platforms.connect.cases import MEANINGS, RECEIVED, SAMPLES, changed, events

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)

LATER = {"InitiationTimestamp": "2026-09-21T12:00:00Z", "DisconnectTimestamp": "2026-09-21T12:05:00Z"}
CALLED_BACK = changed("our_call_taken", ConnectedToSystemTimestamp="2026-09-21T12:00:15Z", **LATER)
TO_A_MACHINE = changed("our_call_to_a_machine", ConnectedToSystemTimestamp="2026-09-21T12:00:15Z", **LATER)

STORIES: dict[str, tuple[Sequence[bytes], bool]] = {
    "an agent took it": (
        [SAMPLES[name] for name in ("named_queued", "named_connected_to_agent", "answered", "still_on")],
        False,
    ),
    "given up in the queue": ([SAMPLES["abandoned"], SAMPLES["named_disconnected"]], True),
    "given up twice": ([SAMPLES["abandoned"], SAMPLES["named_disconnected_undated"]], True),
    "passed on, and taken": ([SAMPLES["passed_on_in_queue"], SAMPLES["passed_on_and_taken"]], False),
    "taken, passed on, and given up": (
        [SAMPLES["answered"], changed("abandoned", DisconnectTimestamp="2026-09-21T10:09:00Z")],
        True,
    ),
    "a menu alone": ([SAMPLES["menu_alone"]], False),
    "given up, and a menu alone": ([SAMPLES["abandoned"], changed("menu_alone", **LATER)], True),
    "given up, and called back": ([SAMPLES["abandoned"], CALLED_BACK], False),
    "given up, and a machine called back": ([SAMPLES["abandoned"], TO_A_MACHINE], True),
    "given up, and rung up in vain": ([SAMPLES["abandoned"], changed("our_call_not_taken", **LATER)], True),
    "withheld, passed on, and taken": ([SAMPLES["withheld"], changed("withheld_and_passed_on", Agent=None)], True),
}


def personal(body: bytes) -> list[PersonalEvent]:
    return [event for event in events(body) if not isinstance(event, Ignored)]


def head(told: Sequence[PersonalEvent]) -> Conversation | None:
    """Fold as the projector does: the journal is asked for what was said after an answer."""
    kept = {(event.identity, event.external_id, event.occurred_at): event for event in told}
    asked = [event.occurred_at for event in kept.values() if conversation.speaks(event) == "inbound"]
    found: Conversation | None = None
    for event in told:
        found = conversation.fold(found, event, lambda at: min((each for each in asked if each > at), default=None))
    return found


@pytest.mark.parametrize("story", STORIES)
@given(data=st.data())
def test_a_calls_states_come_to_one_head_in_any_order_and_number(story: str, data: st.DataObject) -> None:
    bodies, waits = STORIES[story]
    told = [event for body in bodies for event in personal(body)]
    again = data.draw(st.lists(st.sampled_from(told), max_size=4))
    found = head(data.draw(st.permutations([*told, *again])))
    assert found == head(told)
    assert bool(found and found.waiting_since) is waits


def test_a_call_that_was_given_up_waits_since_then_and_one_that_was_taken_says_for_how_long() -> None:
    abandoned, answered = head(personal(SAMPLES["abandoned"])), head(personal(SAMPLES["answered"]))
    assert abandoned
    assert abandoned.waiting_since == personal(SAMPLES["abandoned"])[0].occurred_at
    assert answered
    assert answered.last_call
    assert (answered.last_call.status, answered.last_call.duration) == ("completed", 180)


@pytest.mark.parametrize("name", MEANINGS)
def test_a_redelivery_has_the_same_keys(name: str) -> None:
    first, again = (
        [keys.event(event) for event in events(SAMPLES[name], at=at) if not isinstance(event, Ignored)]
        for at in (RECEIVED, RECEIVED + timedelta(days=1))
    )
    assert first == again


@pytest.mark.parametrize("name", ["answered", "abandoned", "our_call_taken"])
def test_a_record_that_is_told_again_with_more_in_it_says_the_same_of_the_call(name: str) -> None:
    more = {"LastUpdateTimestamp": "2026-09-22T10:00:00Z", "Attributes": {"csat": "4"}, "NextContactId": "another"}
    assert events(changed(name, **more)) == MEANINGS[name]


@pytest.mark.parametrize("name", MEANINGS)
def test_names_are_read_in_whatever_letters(name: str) -> None:
    def spelt(value: Any, spell: Any) -> Any:
        if isinstance(value, dict):
            return {spell(key): spelt(inner, spell) for key, inner in value.items()}
        return [spelt(inner, spell) for inner in value] if isinstance(value, list) else value

    body = orjson.loads(SAMPLES[name])
    for spell in (str.upper, str.lower, str.title):
        assert events(orjson.dumps(spelt(body, spell))) == MEANINGS[name]


def test_two_things_never_share_a_key_unless_they_are_the_same() -> None:
    found: dict[Any, PersonalEvent] = {}
    for name in MEANINGS:
        for event in personal(SAMPLES[name]):
            assert found.setdefault(keys.event(event), event).kind == event.kind
            assert found[keys.event(event)].model_dump()["status"] == event.model_dump()["status"]


def fields(value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from fields(inner)


@given(data=st.data())
def test_any_change_of_a_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(MEANINGS)))])
    holder, name = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[name] = data.draw(JSON)
    else:
        del holder[name]
    with suppress(UnreadableDelivery):
        found = events(orjson.dumps(body))
        assert found
        assert all(isinstance(event, Event) for event in found)
