"""What is kept of an account's health, and what it is judged by."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.accounts import Account
from shared.channels import Facts, judge
from shared.models import Delivery
from shared.store import health, keys
from shared.store.journal import delivery_item
from shared.store.table import Table
from tests.conftest import NOW, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WHOSE = {"platform": "telegram", "account": "shop_bot"}
BOT = Account(platform="telegram", account="shop_bot")


def came(table: Table, at: datetime, *, account: str = "shop_bot", body: bytes = b"1") -> None:
    item = delivery_item(Delivery("telegram", account, body, {}, at, f"request {body!r}"))
    assert isinstance(item, dict)
    assert table.insert(item) is None


@pytest.mark.parametrize("age", [timedelta(0), MINUTE, DAY, 5 * DAY, 13 * DAY, 14 * DAY - MINUTE])
def test_the_last_delivery_is_found_whatever_day_and_shard_it_is_in(table: Table, age: timedelta) -> None:
    at = NOW - age
    for number in range(12):
        came(table, at - number * MINUTE, body=f"{number}".encode())
    assert health.last_delivery(table, BOT, since=None, now=NOW) == at


def test_the_newest_of_a_day_counts_whichever_shard_it_is_in(table: Table) -> None:
    for number in range(12):
        came(table, NOW + number * MINUTE, body=f"{number}".encode())
        found = health.last_delivery(table, BOT, since=None, now=NOW + DAY / 4)
        assert found == NOW + number * MINUTE


def test_another_accounts_delivery_is_not_taken_for_ours(table: Table) -> None:
    came(table, NOW, account="shop_bot2")
    came(table, NOW, account="shop_bot#2026-11-22")
    assert health.last_delivery(table, BOT, since=None, now=NOW) is None


def test_it_is_looked_no_further_back_than_to_the_day_of_what_is_known(table: Table) -> None:
    came(table, NOW - 3 * DAY)
    assert health.last_delivery(table, BOT, since=NOW - 3 * DAY, now=NOW) == NOW - 3 * DAY
    assert health.last_delivery(table, BOT, since=NOW - 2 * DAY, now=NOW) is None


def test_a_delivery_of_a_month_ago_is_not_looked_for(table: Table) -> None:
    came(table, NOW - 30 * DAY)
    assert health.last_delivery(table, BOT, since=None, now=NOW) is None


def test_a_judgement_is_kept_once_and_not_over_a_newer_one(table: Table, dynamodb: "DynamoDBClient") -> None:
    assert health.last_judgement(table, BOT) is None
    first = judge("telegram/shop_bot", Facts(known_since=NOW), before=None, now=NOW)
    assert health.keep(table, BOT, first, before=None)
    assert not health.keep(table, BOT, first, before=None), "somebody else was first"
    assert health.last_judgement(table, BOT) == first
    assert not health.keep(table, BOT, first, before=first)
    heard = judge("telegram/shop_bot", Facts(known_since=NOW, last_delivery=NOW), before=first, now=NOW)
    assert health.keep(table, BOT, heard, before=first)
    assert not health.keep(table, BOT, first, before=first), "somebody judged in between"
    assert health.last_judgement(table, BOT) == heard
    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert (item["pk"]["S"], item["sk"]["S"]) == ("account#telegram/shop_bot", "health")
    assert keys.ledger_shards(**WHOSE, day=NOW.date())[0] == "telegram/shop_bot#2026-11-22#0"
