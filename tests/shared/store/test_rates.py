"""What an account sends is counted for all who send, and nobody sends while its platform takes nothing."""

from datetime import timedelta

import pytest

from shared.replying import Rate
from shared.store import rates
from shared.store.rates import Sending
from shared.store.table import Table
from tests.conftest import NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BOT = Sending("telegram", "shop_bot", "telegram")
THREE = (Rate(3, MINUTE),)


def test_so_many_may_be_sent_in_a_window_and_then_it_says_how_long_to_wait(table: Table) -> None:
    at = NOW + 20 * SECOND
    assert [rates.take(table, BOT, THREE, at) for _ in range(5)] == [None, None, None, 40 * SECOND, 40 * SECOND]
    assert rates.take(table, BOT, THREE, NOW + MINUTE) is None


def test_each_account_and_each_channel_has_counts_of_its_own(table: Table) -> None:
    others = [BOT._replace(account="other_bot"), BOT._replace(channel="x_dm"), BOT._replace(platform="x")]
    assert [rates.take(table, who, (Rate(1, MINUTE),), NOW) for who in (BOT, *others)] == [None] * 4
    assert rates.take(table, BOT, (Rate(1, MINUTE),), NOW) == MINUTE


def test_of_several_limits_each_holds(table: Table) -> None:
    both = (Rate(3, MINUTE), Rate(2, SECOND))
    assert [rates.take(table, BOT, both, NOW) for _ in range(3)] == [None, None, SECOND]
    assert rates.take(table, BOT, both, NOW + SECOND) is None
    assert rates.take(table, BOT, both, NOW + 2 * SECOND) == 58 * SECOND


def test_while_a_platform_takes_nothing_nothing_is_counted(table: Table) -> None:
    rates.pause(table, BOT, NOW + 30 * SECOND)
    rates.pause(table, BOT, NOW + 10 * SECOND)
    assert rates.take(table, BOT, THREE, NOW) == 30 * SECOND
    assert rates.take(table, BOT._replace(channel="x_dm"), THREE, NOW) is None
    assert [rates.take(table, BOT, THREE, NOW + 30 * SECOND) for _ in range(4)] == [None, None, None, 30 * SECOND]


def test_without_limits_nothing_is_counted(table: Table) -> None:
    assert [rates.take(table, BOT, (), NOW) for _ in range(100)] == [None] * 100


@pytest.mark.parametrize("most", [1, 2])
def test_a_count_is_forgotten_some_time_after_its_window(table: Table, most: int) -> None:
    for _ in range(most + 1):
        rates.take(table, BOT, (Rate(most, MINUTE),), NOW)
    (item,) = table.query("account#telegram/shop_bot")
    assert int(item["count"]["N"]) == most
    assert timedelta(0) < timedelta(seconds=int(item["expires_at"]["N"]) - NOW.timestamp()) < timedelta(hours=2)
