"""Where polls have got to: a row for each account that is polled, or for each of its things."""

from collections.abc import Iterable

from shared.accounts import Account
from shared.polling import Polled
from shared.store import keys
from shared.store.keys import Key
from shared.store.refusals import partition
from shared.store.table import Table, state_of


def key(account: Account, thing: str) -> Key:
    return keys.poll(partition(platform=account.platform, account=account.account), thing)


def last(table: Table, found: Key) -> Polled | None:
    """Return how the last poll ended (strongly consistent), or `None` when there was none."""
    return read(state_of(table.get(found)))


def all_of(table: Table, wanted: Iterable[Key]) -> dict[Key, Polled]:
    """Return how the last polls ended, of those that there were (strongly consistent)."""
    found = {where: read(state_of(item)) for where, item in table.get_many(wanted).items()}
    return {where: polled for where, polled in found.items() if polled is not None}


def of_account(table: Table, account: Account, things: list[str]) -> list[Polled]:
    """Return how the last poll of each of an account's things ended that was ever polled."""
    return list(all_of(table, (key(account, thing) for thing in things)).values())


def move(table: Table, where: Key, after: Polled, *, before: Polled | None) -> bool:
    """Keep how a poll ended if the one before is still the last; return whether it was written."""
    seen = None if before is None else before.model_dump_json()
    return table.replace(where, state=after.model_dump_json(), seen=seen)


def read(state: str | None) -> Polled | None:
    return None if state is None else Polled.stored(state)
