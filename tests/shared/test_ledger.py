"""The sums of the ledger: they meet when every unit has one outcome, and show it when one has none."""

from datetime import timedelta
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger import OTHERS, Balance, Outcomes, Pending, Row, balance, reason_to_ignore
from shared.models import Ignored, Message
from tests.conftest import NOW

MESSAGE = Message(external_id="1", occurred_at=NOW, identity="counter:shop:ana", account="shop", channel="counter")
IGNORED = Ignored(external_id="2", occurred_at=NOW, reason="a sticker")

some = st.integers(0, 5)
reasons = st.lists(st.sampled_from(["a sticker", "a poll", "nobody's"]))
outcomes = st.builds(Outcomes.of, journalled=some, duplicate=some, ignored=reasons, refused=reasons, unreadable=reasons)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Return rows whose outcomes have exactly their units."""
    found = draw(st.none() | outcomes)
    return Row(
        received_at=NOW + timedelta(minutes=draw(st.integers(0, 99))),
        units=found.units if found else draw(some),
        outcomes=found,
        repeated=found is None and draw(st.booleans()),
    )


@given(st.lists(rows()), st.lists(rows()))
def test_it_balances_when_every_unit_has_one_outcome(kept: list[Row], in_bucket: list[Row]) -> None:
    found = balance(kept, in_bucket=[row.model_copy(update={"repeated": False}) for row in in_bucket])
    assert found.balances
    assert found.received == sum(row.units for row in (*kept, *in_bucket))
    assert found.deliveries == len(kept) + len(in_bucket)


@given(st.lists(rows(), min_size=1), st.sampled_from([-1, 1]), st.data())
def test_it_does_not_balance_when_one_delivery_has_a_unit_too_many_or_too_few(
    kept: list[Row], slip: int, data: st.DataObject
) -> None:
    settled = [place for place, row in enumerate(kept) if row.outcomes is not None]
    if settled:
        place = data.draw(st.sampled_from(settled))
        kept[place] = kept[place].model_copy(update={"units": kept[place].units + slip})
        assert not balance(kept).balances


@given(st.lists(rows()), st.randoms())
def test_the_order_of_rows_is_no_matter(kept: list[Row], random: Random) -> None:
    shuffled = list(kept)
    random.shuffle(shuffled)
    assert balance(shuffled) == balance(kept)


def test_what_is_pending_says_where_and_since_when() -> None:
    late, early = NOW + timedelta(hours=1), NOW
    found = balance(
        [
            Row(received_at=late, units=2, outcomes=None),
            Row(received_at=early, units=3, outcomes=None),
            Row(received_at=late, units=2, outcomes=Outcomes.of(journalled=1, unreadable=["no date"])),
            Row(received_at=early, units=2, outcomes=None, repeated=True),
        ],
        in_bucket=[Row(received_at=early, units=7, outcomes=None)],
    )
    assert found == Balance(
        deliveries=5,
        received=16,
        journalled=1,
        duplicate=2,
        pending={
            "projector": Pending(units=5, since=early),
            "reader": Pending(units=1, since=late),
            "bucket": Pending(units=7, since=early),
        },
    )
    assert found.balances


def test_nothing_is_a_balance_too() -> None:
    assert balance([]) == Balance()
    assert Balance().balances


@given(outcomes)
def test_outcomes_come_back_as_they_were(found: Outcomes) -> None:
    assert Outcomes.model_validate_json(found.to_json()) == found


def test_outcomes_read_the_same_in_whatever_order_they_were_counted() -> None:
    one, other = (Outcomes.of(ignored=found) for found in (["a", "b", "b"], ["b", "a", "b"]))
    assert one.to_json() == other.to_json() == '{"ignored":{"a":1,"b":2}}'


def test_reasons_never_outgrow_their_item() -> None:
    many = [f"unknown kind: {number} {'x' * 5000}" for number in range(3000)] + ["known"] * 7
    found = Outcomes.of(ignored=many)
    assert found.units == len(many)
    assert found.ignored["known"] == 7
    assert found.ignored[OTHERS] > 2000
    assert len(found.to_json()) < 64_000


def test_a_reason_that_is_itself_called_others_is_not_lost() -> None:
    found = Outcomes.of(ignored=[*(str(number) for number in range(200)), *[OTHERS] * 3])
    assert found.units == 203


@pytest.mark.parametrize(
    ("events", "reason"),
    [([MESSAGE], None), ([IGNORED, MESSAGE], None), ([IGNORED], "a sticker"), ([IGNORED, IGNORED], "a sticker")],
)
def test_a_unit_is_ignored_when_none_of_its_events_is_somebodys(events: list[Message | Ignored], reason: str) -> None:
    assert reason_to_ignore(events) == reason


def test_what_is_kept_holds_nothing_that_is_nought() -> None:
    assert orjson.loads(Outcomes().to_json()) == {}
