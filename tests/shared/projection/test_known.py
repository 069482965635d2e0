"""What platforms say of a person: the latest counts, whatever the order in which it was heard."""

from datetime import timedelta
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Author, Edit, Message, PersonalEvent, ProfileChange
from shared.projection.known import FIELDS, Knowledge, Known, join, said
from tests import strategies
from tests.conftest import NOW

knowledge = st.dictionaries(
    st.sampled_from(FIELDS),
    st.builds(
        Known,
        at=st.integers(0, 3).map(lambda second: NOW + timedelta(seconds=second)),
        value=st.sampled_from(("Ana", "Ana Torres", "anatorres")),
    ),
)

COMMON = {"external_id": "1", "occurred_at": NOW, "identity": "a", "account": "shop", "channel": "counter"}
AUTHOR = Author(name="Ana Torres", handle="anatorres", language="es", reach=12)


def profile_change(field: str, current: str | None, author: Author | None = None) -> ProfileChange:
    return ProfileChange.model_validate(COMMON | {"field": field, "current": current, "author": author})


@given(st.lists(knowledge, max_size=4), st.randoms(use_true_random=False))
def test_joining_knows_no_order_no_grouping_and_no_repetition(parts: list[Knowledge], random: Random) -> None:
    shuffled = [*parts, *parts]
    random.shuffle(shuffled)
    one_by_one: Knowledge = reduce(join, shuffled, {})
    assert one_by_one == join(*parts) == join(*shuffled)
    assert list(one_by_one) == list(join(*parts)), "the same order of fields, hence the same text"


@given(st.lists(knowledge, max_size=4))
def test_the_latest_of_each_field_is_known(parts: list[Knowledge]) -> None:
    for field in FIELDS:
        heard = [part[field] for part in parts if field in part]
        assert join(*parts).get(field) == max(heard, key=lambda known: (known.at, known.value), default=None)


@given(strategies.events())
def test_what_is_said_is_said_at_the_events_instant_and_is_never_empty(event: PersonalEvent) -> None:
    for field, known in said(event).items():
        assert field in FIELDS
        assert known.at == event.occurred_at
        assert known.value


@pytest.mark.parametrize(
    ("event", "values"),
    [
        (Message.model_validate(COMMON), {}),
        (
            Message.model_validate(COMMON | {"author": AUTHOR}),
            {"name": "Ana Torres", "handle": "anatorres", "language": "es"},
        ),
        (Message.model_validate(COMMON | {"author": Author(name="Ana")}), {"name": "Ana"}),
        (Message.model_validate(COMMON | {"author": Author(name="")}), {}),
        (Edit.model_validate(COMMON | {"target": "0", "author": Author(handle="ana")}), {"handle": "ana"}),
        (profile_change("handle", "ana.torres"), {"handle": "ana.torres"}),
        (profile_change("name", "Ana T.", AUTHOR), {"name": "Ana T.", "handle": "anatorres", "language": "es"}),
        (profile_change("picture", "https://example.com/ana.jpg"), {}),
        (profile_change("handle", None), {}),
    ],
)
def test_what_an_event_says_of_the_person(event: PersonalEvent, values: dict[str, str]) -> None:
    assert said(event) == {field: Known(at=NOW, value=value) for field, value in values.items()}
