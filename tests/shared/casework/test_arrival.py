"""What did not reach the customer is told by all receipts together, in whatever order they come."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework.arrival import Arrivals, is_watermark
from shared.casework.replies import Asked, Move, ReplyHead, hear
from shared.casework.steps import Agent
from shared.models import Message, Receipt
from shared.projection.replies import up_to
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


ABOUT: tuple[dict[str, Any], ...] = ({}, {"target": None})
"""By name, and of everything up to an instant."""


def head_of(receipts: Iterable[Receipt]) -> ReplyHead:
    """Return a reply of that name, sent through the desk, of which all this was told."""
    by = Agent(subject="lena", department="care")
    asked = Asked(at=NOW, by=by, channel="counter", account="shop")
    sent = Move(number=1, act="sent", at=NOW, by=by, external_id="m-1", sent_at=NOW)
    head = ReplyHead(id="rpl_1", identity=SAID.identity, asked=asked, moves=(sent,))
    for each in receipts:
        head = up_to(head, [each]) if is_watermark(each) else hear(head, each) if each.target else head
    return head


def test_a_word_about_one_message_beats_a_word_about_all() -> None:
    """What failed by name was not read with the rest."""
    told = [receipt("failed", error="no such app"), receipt("read", target=None, occurred_at=NOW + timedelta(hours=1))]
    for order in permutations(told):
        head = head_of(order)
        assert (head.state, head.has_failed, head.objection) == ("failed", True, "no such app")
        assert Arrivals(order).has_failed(SAID)
    arrived = head_of([*told, receipt("delivered")])
    assert (arrived.state, arrived.has_failed) == ("read", False)


def test_nobody_says_that_all_failed() -> None:
    told = [receipt("failed", target=None)]
    assert head_of(told).state == "sent"
    assert not Arrivals(told).has_failed(SAID)


@given(st.lists(st.tuples(st.sampled_from(("sent", "delivered", "read", "played", "failed")), st.sampled_from(ABOUT))))
def test_what_was_written_in_the_platform_s_own_app_is_judged_as_a_reply_of_ours(
    told: list[tuple[str, dict[str, Any]]],
) -> None:
    receipts = [receipt(status, **about) for status, about in told]
    head = head_of(receipts)
    assert head_of(reversed(receipts)) == head
    assert Arrivals(receipts).has_failed(SAID) is head.has_failed
