"""What is kept of an account's health, and what it is judged by."""

from datetime import datetime, timedelta
from typing import get_args

import orjson

from shared.accounts import LONGEST_SILENCE, Account
from shared.channels import Health, Reason
from shared.store import keys
from shared.store.keys import Key
from shared.store.refusals import REFUSED_PREFIX, partition
from shared.store.table import Table, state_of

HEALTH = "health"

_REASONS: tuple[Reason, ...] = get_args(Reason)


def last_delivery(table: Table, account: Account, *, since: datetime | None, now: datetime) -> datetime | None:
    """Return when a genuine delivery last came for an account, or `None` when there was none.

    It reads the index `ledger`, one row from each shard of a day, and goes back a day at a time until it finds one: no
    further than to the day of `since`, and than 14 days.
    """
    furthest = now - LONGEST_SILENCE
    for day in reversed(keys.days(max(since or furthest, furthest), now + timedelta(seconds=1))):
        shards = keys.ledger_shards(platform=account.platform, account=account.account, day=day)
        newest = [next(table.requests(shard, newest_first=True, page=1), None) for shard in shards]
        if found := [datetime.fromisoformat(item["received_at"]["S"]) for item in newest if item]:
            return max(found)
    return None


def last_refusals(table: Table, account: Account) -> dict[Reason, datetime]:
    """Return when something was last refused, for each reason that there has been."""
    pk = partition(platform=account.platform, account=account.account)
    found = table.get_many(Key(pk, f"{REFUSED_PREFIX}{reason}") for reason in _REASONS)
    at = {key.sk: datetime.fromisoformat(orjson.loads(state_of(item) or "")["at"]) for key, item in found.items()}
    return {reason: at[sk] for reason in _REASONS if (sk := f"{REFUSED_PREFIX}{reason}") in at}


def last_judgement(table: Table, account: Account) -> Health | None:
    state = state_of(table.get(Key(partition(platform=account.platform, account=account.account), HEALTH)))
    return None if state is None else Health.stored(state)


def keep(table: Table, account: Account, health: Health, *, before: Health | None) -> bool:
    """Keep a judgement if it is another than the last, and that is still the last; return whether it was written."""
    if health == before:
        return False
    key = Key(partition(platform=account.platform, account=account.account), HEALTH)
    seen = None if before is None else before.model_dump_json()
    return table.replace(key, state=health.model_dump_json(), seen=seen)
