"""Tones day by day: the strongest of each day and the newest days, however often and in what order they are told."""

from datetime import UTC, datetime, timedelta, timezone
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Message
from shared.projection.tones import MOST_DAYS, Felt, felt, join
from tests.conftest import NOW

some_felt = st.builds(
    Felt,
    at=st.integers(0, 40).map(lambda hours: NOW + timedelta(hours=7 * hours)),
    name=st.sampled_from(("pleased", "unhappy", "angry")),
    evidence=st.lists(st.sampled_from(("a", "b", "c")), min_size=1, max_size=3).map(tuple),
)


def message(text: str, at: datetime = NOW) -> Message:
    return Message(external_id="1", occurred_at=at, identity="a:b:c", account="b", channel="a", text=text)


@given(st.lists(some_felt, max_size=30), st.randoms(use_true_random=False))
def test_any_order_any_repetition_and_any_parts_give_the_same(told: list[Felt], random: Random) -> None:
    again = [*told, *random.choices(told, k=len(told))] if told else []
    random.shuffle(again)
    nothing: tuple[Felt, ...] = ()
    one_by_one = reduce(lambda kept, each: join((*kept, each)), again, nothing)
    cut = random.randint(0, len(again))
    in_parts = join((*join(again[:cut]), *join(again[cut:])))
    assert one_by_one == in_parts == join(again) == join(told)


@given(st.lists(some_felt, max_size=30))
def test_of_each_of_the_newest_days_the_strongest_is_kept(told: list[Felt]) -> None:
    kept = join(told)
    days = sorted({each.at.date() for each in told}, reverse=True)
    assert [each.day for each in kept] == days[:MOST_DAYS]
    for each in kept:
        assert each in told
        assert each.rank == max(other.rank for other in told if other.day == each.day)


def test_the_strongest_is_the_worst_then_the_one_with_more_signs_then_the_later() -> None:
    hour = timedelta(hours=1)
    weakest_first = [
        Felt(NOW + 2 * hour, "pleased", ("a", "b", "c")),
        Felt(NOW, "unhappy", ("a",)),
        Felt(NOW + hour, "unhappy", ("a",)),
        Felt(NOW + hour, "unhappy", ("b",)),
        Felt(NOW, "unhappy", ("a", "b")),
        Felt(NOW - hour, "angry", ("a",)),
    ]
    for place in range(1, len(weakest_first) + 1):
        assert join(weakest_first[:place]) == (weakest_first[place - 1],)
        assert join(reversed(weakest_first[:place])) == (weakest_first[place - 1],)


def test_a_day_is_one_in_utc() -> None:
    """Half past midnight in Madrid is the evening before in UTC."""
    madrid = timezone(timedelta(hours=2))
    found = felt(message("Sois unos ladrones", datetime(2026, 7, 2, 0, 30, tzinfo=madrid)))
    assert found == Felt(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "angry", ("unos ladrones",))
    assert found.day.isoformat() == "2026-07-01"


@pytest.mark.parametrize("text", ["", "Gracias", "¿A qué hora abrís?"])
def test_most_messages_say_nothing_of_it(text: str) -> None:
    assert felt(message(text)) is None


def test_a_review_is_felt_by_its_stars_and_our_answer_to_it_is_not() -> None:
    review = message("").model_copy(update={"rating": 2})
    assert felt(review) == Felt(NOW, "unhappy", ("2 of 5 stars",))
    assert felt(review.model_copy(update={"direction": "outbound"})) is None
