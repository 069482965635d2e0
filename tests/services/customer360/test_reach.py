"""Which ways to somebody are open, by the platforms' windows."""

from datetime import timedelta

import pytest

from services.customer360.contract import Contact
from services.customer360.reach import ways
from shared.projection.conversation import Conversation
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ago

DAY = timedelta(hours=24)
WINDOWS = {"whatsapp": DAY, "telegram": None}


def _head(channel: str, *, inbound: float | None = None, outbound: float = 99, thread: str = "direct") -> Conversation:
    return Conversation(
        identity=ANA,
        account="shop",
        channel=channel,
        thread=thread,
        visibility="private",
        opened_at=ago(days=9),
        last_inbound_at=None if inbound is None else ago(hours=inbound),
        last_outbound_at=ago(hours=outbound),
    )


@pytest.mark.parametrize(
    ("channel", "inbound", "is_open", "code", "until"),
    [
        ("telegram", None, True, "always", None),
        ("telegram", 999, True, "always", None),
        ("whatsapp", 23.9, True, "within_window", ago(hours=23.9) + DAY),
        ("whatsapp", 24, False, "window_closed", NOW),
        ("whatsapp", 99, False, "window_closed", ago(hours=99) + DAY),
        ("whatsapp", None, False, "never_wrote", None),
        ("fax", 1, False, "not_served", None),
    ],
)
def test_a_window_is_open_for_its_time_after_the_customer_s_last_word(
    channel: str, inbound: float | None, is_open: bool, code: str, until: object
) -> None:
    (way,) = ways([_head(channel, inbound=inbound)], [], WINDOWS, NOW)
    assert (way.open, way.code, way.open_until) == (is_open, code, until)
    assert (way.channel, way.identity, way.account, way.value) == (channel, ANA, "shop", None)


def test_our_own_words_open_no_window() -> None:
    (way,) = ways([_head("whatsapp", inbound=30, outbound=1)], [], WINDOWS, NOW)
    assert not way.open


def test_the_last_word_in_any_thread_of_a_channel_counts() -> None:
    heads = _head("whatsapp", inbound=30), _head("whatsapp", inbound=2, thread="group-1")
    (way,) = ways(heads, [], WINDOWS, NOW)
    assert (way.open, way.open_until) == (True, ago(hours=2) + DAY)


def test_open_ones_come_first_and_then_the_last_used() -> None:
    heads = _head("whatsapp", inbound=30), _head("telegram", inbound=50)
    assert [way.channel for way in ways(heads, [], WINDOWS, NOW)] == ["telegram", "whatsapp"]


def test_phones_and_addresses_are_ways_but_for_those_given_up() -> None:
    def known(kind: str, value: str, *, verified: bool = False, until: object = None) -> Contact:
        more = {"platform": None, "proof": "platform" if verified else None, "since": ago(days=9), "until": until}
        return Contact.model_validate({"kind": kind, "value": value, "verified": verified, **more})

    contacts = [
        known("phone", "+34600111222", verified=True),
        known("phone", "+34600111333", verified=True, until=ago(days=1)),
        known("customer_number", "TP-1", verified=True),
        known("email", "ana@example.com"),
        known("handle", "ana"),
    ]
    found = [(way.channel, way.value, way.verified, way.open) for way in ways([], contacts, WINDOWS, NOW)]
    assert found == [("phone", "+34600111222", True, True), ("email", "ana@example.com", False, True)]
