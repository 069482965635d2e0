"""What the journal alone comes to is what the projector comes to, in whatever order and batches it was told."""

from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.models import Author, Call, ContactPoint, Deletion, Edit, Message, PersonalEvent, ProfileChange, Receipt
from shared.projection.computed import compute
from shared.projection.known import join, said
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Item
from tests import counter
from tests.conftest import NOW
from tests.shared.repair.house import PLAYBOOK, House

CONTACTS = [
    ContactPoint(kind="phone", value="+34600000000"),
    ContactPoint(kind="phone", value="+34600000000", proof="platform"),
    ContactPoint(kind="email", value="ana@example.com"),
]


def _common(**more: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    authors = st.builds(
        Author,
        name=st.sampled_from([None, "Ana", "Ana Torres"]),
        handle=st.sampled_from([None, "ana", "anatorres"]),
        contacts=st.lists(st.sampled_from(CONTACTS), max_size=2).map(tuple),
    )
    return {
        "external_id": st.integers(1, 9).map(str),
        "occurred_at": st.integers(0, 9).map(lambda minute: NOW.replace(minute=minute)),
        "dated": st.booleans(),
        "identity": st.just("counter:shop:ana"),
        "account": st.just("shop"),
        "channel": st.just("counter"),
        "thread": st.sampled_from(["direct", "post"]),
        "author": st.none() | authors,
        **more,
    }


def _moment(day: int, minute: int) -> datetime:
    return NOW.replace(day=day, minute=minute)


directions, targets = st.sampled_from(["inbound", "outbound"]), st.integers(1, 3).map(str)
some_events: st.SearchStrategy[PersonalEvent] = st.one_of(
    st.builds(
        Message,
        **_common(
            direction=directions,
            visibility=st.sampled_from(["public", "private"]),
            text=st.sampled_from(["", "Gracias", "No estoy contenta", "Sois unos ladrones"]),
            occurred_at=st.builds(_moment, st.integers(1, 9), st.integers(0, 9)),
        ),
    ),
    st.builds(Edit, **_common(target=targets)),
    st.builds(Deletion, **_common(target=targets)),
    st.builds(
        Call,
        **_common(
            direction=directions,
            status=st.sampled_from(["ringing", "answered", "missed", "rejected", "completed", "failed"]),
            duration=st.sampled_from([None, 7]),
        ),
    ),
    st.builds(ProfileChange, **_common(field=st.just("handle"), current=st.sampled_from(["ana", "otra"]))),
    st.builds(Receipt, **_common(status=st.just("read"))),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(some_events, max_size=8), st.randoms(use_true_random=False))
def test_the_projector_comes_to_what_the_journal_says(events: list[PersonalEvent], random: Any) -> None:
    house = House()
    for event in events:
        house.table.insert(journal.expanded_item(counter.delivery(), event))
    kept = [item for key, item in house.items().items() if key.sk.startswith(keys.EVENT_PREFIX)]
    told = [*kept, *random.sample(kept, len(kept) // 2)]
    random.shuffle(told)
    while told:
        size = random.randint(1, 3)
        house.projector().project(told[:size])
        del told[:size]
    entries = [journal.entry(item) for item in kept]
    random.shuffle(entries)
    assert projected(house) == {key: lasting(item) for key, item in compute(entries, lambda: PLAYBOOK).items.items()}


@given(st.lists(some_events, max_size=8))
def test_whatever_was_said_of_a_person_is_in_a_head_or_in_about(events: list[PersonalEvent]) -> None:
    """Each event is in exactly one of the two: neither forgets what the other leaves out."""
    entries = [journal.entry(journal.expanded_item(counter.delivery(), event)) for event in events]
    computed = compute(entries, lambda: PLAYBOOK)
    known = [head.known for head in computed.heads.values()] + ([computed.about.known] if computed.about else [])
    assert join(*known) == join(*map(said, events))


def projected(house: House) -> dict[Key, Item]:
    not_computed = (keys.EVENT_PREFIX, keys.ESCALATION_PREFIX)
    own = {key: item for key, item in house.items().items() if not key.pk.startswith(keys.PLAYBOOK)}
    return {key: lasting(item) for key, item in own.items() if not key.sk.startswith(not_computed)}


def lasting(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "projected_at"}


def test_of_nothing_comes_nothing() -> None:
    assert dict(compute([], lambda: PLAYBOOK).items) == {}
