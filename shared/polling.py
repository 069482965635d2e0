"""Asking for what is new where nobody tells us: what is asked, when it is due again, and whether it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from shared.channels import presence
from shared.models import Count, Frozen, Instant
from shared.ports import Found, PollPort, Presence, Subscription, Thing

if TYPE_CHECKING:
    from shared.accounts import Account
    from shared.secrets import ApiToken

LONGEST_PAUSE = timedelta(hours=6)
"""What fails is asked half as often each time, but never less often than this."""

TOLERATED = 2
"""So many failures in a row are nobody's business: a host is restarted, a line is cut."""

OVERDUE = timedelta(minutes=30)
"""Later than that nobody asks: the poller itself stands still."""

QUERY = "query"
"""The kind of thing that a platform is searched for: what the playbook names for the account, and what it listens
for."""

_NOT_YET = "it has not been asked for what is new yet"
_STANDS_STILL = "nobody has asked it for what is new for too long: see to the poller's alarms"


class Polled(Frozen):
    """How the last poll ended. `cursor` is the platform's own, and never ahead of what is in the journal.

    `failures` are those in a row, the first of them `failing_since`; `says` is what to do about them. `calls` are those
    of the `day` (UTC).
    """

    at: Instant
    cursor: str = Field(default="", repr=False)
    failures: Count = 0
    failing_since: Instant | None = None
    says: str = ""
    not_before: Instant | None = None
    day: date | None = None
    calls: Count = 0

    def due(self, every: timedelta) -> datetime:
        """Return from when on to ask again."""
        doubled: timedelta = every * (1 << min(self.failures, 8))
        again = self.at + min(doubled, max(every, LONGEST_PAUSE))
        return max(again, self.not_before) if self.not_before else again

    def calls_on(self, day: date) -> int:
        return self.calls if self.day == day else 0


def after(before: Polled | None, found: Found, *, calls: int, now: datetime) -> Polled:
    """Return how a poll ended, whose bodies are in the journal."""
    known = before or Polled(at=now)
    return Polled(
        at=now,
        cursor=found.cursor,
        failures=known.failures + 1 if found.failing else 0,
        failing_since=(known.failing_since or now) if found.failing else None,
        says=found.sentence,
        not_before=found.not_before,
        day=now.date(),
        calls=known.calls_on(now.date()) + calls,
    )


def things(account: "Account", port: PollPort) -> list[str]:
    """Return the ids of an account's things that are polled one by one, or an empty one for the account as a whole."""
    return [thing.id for thing in account.things if thing.kind in port.things] or [""]


def cadence(account: "Account", port: PollPort, thing: str) -> timedelta:
    """Return how long to wait between two polls of a thing: what the playbook says of it, or of its account, or else
    what fits the platform."""
    said = (each.every_minutes for each in account.things if each.kind in port.things and each.id == thing)
    minutes = next(said, None) or account.poll_every_minutes
    return timedelta(minutes=minutes) if minutes else port.every


def asked_about(
    account: "Account", token: "ApiToken | None", port: PollPort, thing: str, listened_for: Iterable[str] = ()
) -> Presence:
    """Return an account as its platform's poll port sees it, with the one thing that it is asked about; one that can be
    searched is searched for the words that are `listened_for`, too."""
    whole = presence(account, token)
    if not port.things:
        queries = (Thing(QUERY, word) for word in listened_for) if QUERY in port.also else ()
        return replace(whole, things=tuple(dict.fromkeys((*whole.things, *queries))))
    return replace(whole, things=tuple(each for each in whole.things if each.kind in port.things and each.id == thing))


def subscription(polled: Mapping[str, Polled], account: "Account", port: PollPort, now: datetime) -> Subscription:
    """Return whether an account that is polled is heard, from how the last polls of its things ended, by thing."""
    failing = [found for found in polled.values() if found.failures > TOLERATED]
    if failing:
        sentence = "; ".join(found.says for found in failing)
        return Subscription("failing", sentence, min(found.failing_since or found.at for found in failing))
    overdue = [found.at for thing, found in polled.items() if now - found.due(cadence(account, port, thing)) > OVERDUE]
    if overdue:
        return Subscription("failing", _STANDS_STILL, min(overdue))
    if len(polled) < len(things(account, port)):
        return Subscription("unknown", _NOT_YET)
    return Subscription("active", "")
