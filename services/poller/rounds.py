"""One round over what is polled: who waits longest first, each by itself, and no cursor ahead of the journal.

A poll ends in three steps that may each be the last: what was found is journalled, piece by piece; then the cursor is
moved, if it is still where it was read. Whoever dies in between leaves a cursor behind that finds the same again, under
the same keys; of two who poll at once the second finds the cursor moved.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import httpx

from shared import platforms, polling, telemetry
from shared.accounts import Account
from shared.calling import CONNECTIONS, drive
from shared.models import Delivery
from shared.playbook import Playbook
from shared.playbook.listening import words_for
from shared.polling import Polled
from shared.ports import Call, Found, PollPort
from shared.secrets import ApiToken
from shared.store import polls
from shared.store.journal import Journal, Kept, record
from shared.store.keys import Key
from shared.store.table import Table

_LONGEST_AGO = datetime.min.replace(tzinfo=UTC)
_FAILED = "our own code could not ask it: see the poller's log"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about at once: one thing of an account, or all of it."""

    account: Account
    thing: str
    port: PollPort

    @property
    def key(self) -> Key:
        return polls.key(self.account, self.thing)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a poll ended: `found` is none where nobody was asked, `error` a bug of ours that it came upon."""

    outcome: str
    found: Found | None = None
    kept: Mapping[Kept, int] = field(default_factory=dict)
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Poller:
    """What rounds need. `tokens` are the API tokens by `<platform>/<account>`; `now` returns an aware instant.

    `known` is how polls ended, as far as this process has seen: nobody makes one due earlier, so what is not due by it
    need not be read.
    """

    table: Table
    journal: Journal
    playbook: Callable[[], Playbook]
    tokens: Callable[[], Mapping[str, ApiToken]]
    client: httpx.Client
    now: Callable[[], datetime]
    at_once: int = CONNECTIONS
    known: dict[Key, Polled] = field(default_factory=dict)

    def round(self, *, time_is_left: Callable[[], bool], may_go_on: Callable[[], bool] = lambda: True) -> Counter[str]:
        """Poll all that is due while time is left; return how many polls ended in which way.

        A poll that has begun makes calls while it may go on, and is then one that was not answered: its row is written,
        and it backs off.

        What cannot be polled is counted as a failure, and stops no other.
        """
        due = self._due()
        tokens = self.tokens() if any(target.port.needs_token for target in due) else {}
        with ThreadPoolExecutor(max_workers=self.at_once) as threads:
            polled = [
                threads.submit(self._poll, target, tokens.get(target.account.name), time_is_left, may_go_on)
                for target in due
            ]
        outcomes: Counter[str] = Counter()
        for target, poll in zip(due, polled, strict=True):
            try:
                ended = poll.result()
            except Exception as error:
                ended = Ended("failed", error=error)
                self.known.pop(target.key, None)
            _tell(target, ended)
            outcomes[ended.outcome] += 1
        return outcomes

    def _due(self) -> list[Target]:
        """Return what is due, who waits longest first; what was never polled has waited for ever."""
        targets = _targets(self.playbook().accounts)
        unknown = [target.key for target in targets if target.key not in self.known]
        self.known.update(polls.all_of(self.table, unknown))
        waiting = {target: self._due_at(target) for target in targets}
        return sorted((target for target, at in waiting.items() if at <= self.now()), key=waiting.__getitem__)

    def _due_at(self, target: Target) -> datetime:
        known = self.known.get(target.key)
        return known.due(polling.cadence(target.account, target.port, target.thing)) if known else _LONGEST_AGO

    def _poll(
        self,
        target: Target,
        token: ApiToken | None,
        time_is_left: Callable[[], bool],
        may_go_on: Callable[[], bool],
    ) -> Ended:
        if not time_is_left():
            return Ended("postponed")
        now, before = self.now(), polls.last(self.table, target.key)
        if before is not None:
            self.known[target.key] = before
            if self._due_at(target) > now:
                return Ended("not due")
        if target.port.needs_token and token is None:
            return Ended("no token")
        if self._has_spent(target, now):
            return Ended("spent")
        found, calls, error = self._asked(target, token, before, now, may_go_on)
        kept = self._kept(target, found, now)
        after = polling.after(before, found, calls=calls, now=now)
        if not polls.move(self.table, target.key, after, before=before):
            return Ended("overtaken", found, kept, error)
        self.known[target.key] = after
        return Ended("failing" if found.failing else "polled", found, kept, error)

    def _has_spent(self, target: Target, now: datetime) -> bool:
        if (most := target.port.calls_a_day) is None:
            return False
        whole = polls.of_account(self.table, target.account, polling.things(target.account, target.port))
        return sum(found.calls_on(now.date()) for found in whole) >= most

    def _asked(
        self,
        target: Target,
        token: ApiToken | None,
        before: Polled | None,
        now: datetime,
        may_go_on: Callable[[], bool],
    ) -> tuple[Found, int, Exception | None]:
        """Return what a poll found, and how many calls it made; a bug in a port is a poll that failed."""
        port, cursor = target.port, before.cursor if before else ""
        calls = 0

        def makes_another() -> bool:
            nonlocal calls
            is_made = may_go_on()
            calls += is_made
            return is_made

        try:
            words = words_for(self.playbook(), target.account.name)
            who = polling.asked_about(target.account, token, port, target.thing, words)
            asking = port.poll(who, cursor, now)
            found = drive(asking, self.client, hosts=port.hosts(who), may_go_on=makes_another)
        except Exception as error:
            return Found((), cursor, _FAILED, failing=True), calls, error
        assert not isinstance(found, Call), "only a dry run ends with a call"
        return found, calls, None

    def _kept(self, target: Target, found: Found, now: datetime) -> Counter[Kept]:
        vendor, account = platforms.load(target.account.platform), target.account.account
        kept: Counter[Kept] = Counter()
        run = uuid4().hex
        for number, body in enumerate(found.bodies):
            delivery = Delivery(vendor.name, account, body, {}, now, f"poll-{run}-{number}")
            kept[self.journal.keep(record(delivery, vendor))] += 1
        return kept


def _targets(accounts: tuple[Account, ...]) -> list[Target]:
    """Return what there is to poll; a platform whose port is broken leaves its own accounts out, and no others."""
    found = []
    for account in accounts:
        try:
            port = platforms.poll(account.platform)
        except Exception as error:
            telemetry.failure("a platform cannot be polled", error)
            continue
        if port:
            found += [Target(account, thing, port) for thing in polling.things(account, port)]
    return found


def _tell(target: Target, ended: Ended) -> None:
    """Count and log how a poll ended: here, since metrics are no business of threads."""
    if ended.error:
        telemetry.failure("an account could not be polled", ended.error)
    for outcome, number in ended.kept.items():
        telemetry.count(f"Delivery{outcome.capitalize()}", number)
    if ended.found and ended.found.sentence:
        log = telemetry.logger().warning if ended.found.failing else telemetry.logger().info
        log("poll", extra={"account": target.account.name, "says": ended.found.sentence})
