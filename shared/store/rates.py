"""How much an account has sent, counted in the table, so that all who send keep to what the platform allows together.

What is counted and then not sent, because a process died in between, counts all the same: too little is sent for the
rest of a window, and never too much. Windows begin at multiples of their length; around such an instant twice as much
may go out as a platform that counts from any instant allows, and the platform's own refusal then says for how long.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import orjson

from shared.replying import Rate
from shared.store import keys
from shared.store.refusals import partition
from shared.store.table import Table, state_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = timedelta(hours=1)
"""How long a window's count is kept after its end."""


class Sending(NamedTuple):
    """Who sends: an account of the company's, by the platform's own id for it, on one of the platform's channels."""

    platform: str
    account: str
    channel: str

    @property
    def partition(self) -> str:
        return partition(platform=self.platform, account=self.account)


def take(table: Table, who: Sending, limits: Iterable[Rate], now: datetime) -> timedelta | None:
    """Count one more that is sent; return none when it may be, and otherwise how long to wait.

    The shortest window is asked first, and what it allows counts there even if a longer one then says no.
    """
    paused = state_of(table.get(keys.pause(who.partition, channel=who.channel)))
    if paused and (until := datetime.fromisoformat(orjson.loads(paused)["until"])) > now:
        return until - now
    for rate in sorted(limits, key=lambda each: each.within):
        seconds = max(int(rate.within.total_seconds()), 1)
        window = int(now.timestamp()) // seconds
        ends_at = datetime.fromtimestamp((window + 1) * seconds, UTC)
        key = keys.rate(who.partition, channel=who.channel, seconds=seconds, window=window)
        if not table.count_up(key, most=rate.most, expires_at=int((ends_at + _KEPT).timestamp())):
            return ends_at - now
    return None


def pause(table: Table, who: Sending, until: datetime) -> None:
    """Note until when nothing is to be sent, unless a later instant is noted."""
    key = keys.pause(who.partition, channel=who.channel)
    rank = (until - _EPOCH) // timedelta.resolution
    table.raise_to(key, rank=rank, state=orjson.dumps({"until": keys.instant(until)}).decode())
