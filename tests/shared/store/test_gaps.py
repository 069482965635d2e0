"""Whether an event of a history is in the journal already."""

from datetime import timedelta

import pytest

from shared.models import Message
from shared.store import gaps
from shared.store.journal import record
from shared.store.table import Table
from tests import counter
from tests.conftest import NOW

MILLISECOND = timedelta(milliseconds=1)


def said(external_id: str = "m_1", **more: object) -> Message:
    common = {"identity": "counter:shop:ana", "account": "shop", "channel": "counter", "occurred_at": NOW}
    return Message.model_validate(common | {"external_id": external_id} | more)


def keep(table: Table, event: Message) -> None:
    item = record(counter.delivery(event), counter.COUNTER)
    assert isinstance(item, dict)
    assert table.insert(item) is None


@pytest.mark.parametrize("off", [0, 1, 417, 999, 1000, -1, -999, 59_999, -59_999])
def test_a_message_is_found_by_its_id_although_its_webhook_dated_it_more_exactly(table: Table, off: int) -> None:
    keep(table, said(occurred_at=NOW + off * MILLISECOND))
    assert gaps.is_kept(table, said())


def test_one_that_its_webhook_did_not_date_is_found_too(table: Table) -> None:
    keep(table, said(dated=False))
    assert gaps.is_kept(table, said())


@pytest.mark.parametrize("external_id", ["x" * 600, "m#2", "m_1#", "sha256:abc", "ñ"])
def test_an_id_of_any_shape_is_compared_as_keys_have_it(table: Table, external_id: str) -> None:
    keep(table, said(external_id, occurred_at=NOW + MILLISECOND))
    assert gaps.is_kept(table, said(external_id))
    assert not gaps.is_kept(table, said(f"{external_id}2"))


@pytest.mark.parametrize(
    "other",
    [
        {"external_id": "m_2"},
        {"external_id": "2#m_1"},
        {"external_id": "1m_1"},
        {"identity": "counter:shop:berta"},
        {"occurred_at": NOW + timedelta(hours=1)},
    ],
    ids=["another id", "an id that ends alike", "an id that begins otherwise", "another person", "another time"],
)
def test_nothing_else_is_taken_for_it(table: Table, other: dict[str, object]) -> None:
    keep(table, said(**({"external_id": "m_1"} | other)))  # type: ignore[arg-type]
    assert not gaps.is_kept(table, said())
