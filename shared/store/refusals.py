"""The door's notes of what it refused, by which an account's health is judged later."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Table

if TYPE_CHECKING:
    from shared.channels import Reason  # not at the door, whose cold start would pay for it

ACCOUNT_PREFIX = "account#"
REFUSED_PREFIX = "refused#"

_NOTE_SECONDS = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def partition(*, platform: str, account: str) -> str:
    return f"{ACCOUNT_PREFIX}{platform}/{account}"


class RefusalNotes:
    """Where the door notes what it refused: at most once a minute for each account and reason in each process.

    It is for accounts that exist, so that nobody can fill the table with names of their own, and it never fails: a note
    that could not be written is not worth an answer that comes late or wrong.
    """

    def __init__(self, table: Table, *, clock: Callable[[], float] = monotonic) -> None:
        self._table = table
        self._clock = clock
        self._noted: dict[tuple[str, str, Reason], float] = {}

    def note(self, *, platform: str, account: str, reason: "Reason", at: datetime) -> bool:
        """Keep that something was refused at an instant, unless a later one is kept; return whether it was written."""
        what, now = (platform, account, reason), self._clock()
        if now - self._noted.get(what, -_NOTE_SECONDS) < _NOTE_SECONDS:
            return False
        self._noted[what] = now
        key = Key(partition(platform=platform, account=account), f"{REFUSED_PREFIX}{reason}")
        rank = (at - _EPOCH) // timedelta.resolution
        try:
            return self._table.raise_to(key, rank=rank, state=orjson.dumps({"at": keys.instant(at)}).decode())
        except (ClientError, BotoCoreError):
            return False
