"""What did not reach the customer is told by all receipts together, in whatever order they come."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.arrival import Arrivals
from shared.casework.replies import ReplyHead, hear
from shared.models import Message, Receipt
from tests.conftest import NOW

COMMON: dict[str, Any] = {"identity": "counter:shop:ana", "account": "shop", "channel": "counter"}
SAID = Message(external_id="m-1", occurred_at=NOW, direction="outbound", **COMMON)


def receipt(status: str, **about: Any) -> Receipt:
    named: dict[str, Any] = {"target": "m-1", "occurred_at": NOW + timedelta(minutes=1)}
    return Receipt.model_validate(COMMON | {"external_id": f"r-{status}", "status": status} | named | about)


@pytest.mark.parametrize(
    ("told", "failed"),
    [
        ((), False),
        (("sent",), False),
        (("failed",), True),
        (("sent", "failed"), True),
        (("failed", "delivered"), False),
        (("failed", "read"), False),
        (("failed", "played"), False),
    ],
)
def test_what_reached_the_customer_has_arrived_whatever_else_failed(told: tuple[str, ...], failed: bool) -> None:
    receipts = [receipt(status) for status in told]
    assert Arrivals(receipts).has_failed(SAID) is failed
    assert Arrivals(reversed(receipts)).has_failed(SAID) is failed


def test_what_failed_is_nobody_elses_failure() -> None:
    assert not Arrivals([receipt("failed", target="m-2")]).has_failed(SAID)
    by_our_id = receipt("failed", target=None, reply_id="rpl_1")
    assert not Arrivals([by_our_id]).has_failed(SAID)
    assert Arrivals([by_our_id]).has_failed(SAID, "rpl_1")


@pytest.mark.parametrize(
    ("mark", "failed"),
    [
        ({}, False),
        ({"occurred_at": NOW - timedelta(seconds=1)}, True),
        ({"occurred_at": NOW + timedelta(days=7, seconds=1)}, True),
        ({"thread": "otro"}, True),
    ],
    ids=["after it", "before it", "too long after it", "elsewhere"],
)
def test_what_the_customer_has_read_up_to_an_instant_has_arrived(mark: dict[str, Any], failed: bool) -> None:
    receipts = [receipt("failed"), receipt("read", target=None, **mark)]
    assert Arrivals(receipts).has_failed(SAID) is failed


@given(st.lists(st.sampled_from(("sent", "delivered", "read", "played", "failed"))))
def test_what_was_written_in_the_platform_s_own_app_is_judged_as_a_reply_of_ours(told: list[str]) -> None:
    head = ReplyHead(id="rpl_1", identity=SAID.identity)
    for status in told:
        head = hear(head, receipt(status))
    assert Arrivals(map(receipt, told)).has_failed(SAID) is head.has_failed
