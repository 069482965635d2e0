"""One round over the playbook's accounts: ask, judge, keep what changed, and count."""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import httpx

from shared import platforms, polling, telemetry
from shared.accounts import Account
from shared.calling import CONNECTIONS, drive
from shared.channels import UNHEALTHY, Facts, Health, judge, presence, with_subscription
from shared.playbook import Playbook
from shared.ports import Call, Subscription
from shared.secrets import ApiToken
from shared.store import health as store
from shared.store import polls
from shared.store.table import Table

_CANNOT_BE_ASKED = "this platform cannot be asked; only what comes tells that it delivers"
_NO_TOKEN = "there is no API token for it: give one (infra/README.md, Give an API token)"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one account: `unanswered` when its platform was asked with a token, and did not tell."""

    name: str
    health: Health
    unanswered: bool


@dataclass(frozen=True, slots=True)
class Checks:
    """What a round needs. `tokens` are the API tokens by `<platform>/<account>`; `now` returns an aware instant."""

    table: Table
    playbook: Callable[[], Playbook]
    tokens: Callable[[], Mapping[str, ApiToken]]
    client: httpx.Client
    now: Callable[[], datetime]

    def round(self) -> Counter[str]:
        """Check every account, several at once; return how many are in which state.

        An account that cannot be checked is counted as a failure and stops no other.
        """
        accounts, tokens = self.playbook().accounts, self.tokens()
        with ThreadPoolExecutor(max_workers=CONNECTIONS) as threads:
            checks = [threads.submit(self._check, account, tokens.get(account.name)) for account in accounts]
        checked = []
        for check in checks:
            try:
                checked.append(check.result())
            except Exception as error:
                telemetry.failure("an account could not be checked", error)
        return _told(checked)

    def _check(self, account: Account, token: ApiToken | None) -> Checked:
        now = self.now()
        before = store.last_judgement(self.table, account)
        known = before.facts if before else None
        facts = Facts(
            known_since=known.known_since if known else now,
            last_delivery=self._last_delivery(account, known, now),
            last_refusals=store.last_refusals(self.table, account),
            silent_at_most_minutes=account.silent_at_most_minutes,
        )
        found = self._subscription(account, token, now)
        health = judge(account.name, with_subscription(facts, found), before=before, now=now)
        store.keep(self.table, account, health, before=before)
        return Checked(account.name, health, unanswered=token is not None and found.state == "unknown")

    def _last_delivery(self, account: Account, known: Facts | None, now: datetime) -> datetime | None:
        if known is None:
            return store.last_delivery(self.table, account, since=None, now=now)
        # What came before the last judgement is known from it, and may be longer ago than the ledger is looked back.
        newer = store.last_delivery(self.table, account, since=known.heard_since, now=now)
        return newer or known.last_delivery

    def _subscription(self, account: Account, token: ApiToken | None, now: datetime) -> Subscription:
        port = platforms.subscription(account.platform)
        if port is None:
            return self._polled(account, token, now)
        if token is None:
            return Subscription("unknown", _NO_TOKEN)
        found = drive(port.ask(presence(account, token), now), self.client, hosts=port.hosts)
        assert not isinstance(found, Call), "only a dry run ends with a call"
        return found

    def _polled(self, account: Account, token: ApiToken | None, now: datetime) -> Subscription:
        """Return whether what nobody tells us is asked for, and answers: from the poller's own notes."""
        port = platforms.poll(account.platform)
        if port is None:
            return Subscription("unknown", _CANNOT_BE_ASKED)
        if port.needs_token and token is None:
            return Subscription("unknown", _NO_TOKEN)
        things = {polls.key(account, thing): thing for thing in polling.things(account, port)}
        last = {things[key]: found for key, found in polls.all_of(self.table, things).items()}
        return polling.subscription(last, account, port, now)


def _told(checked: list[Checked]) -> Counter[str]:
    """Count the states, and log the round in one line with what to do about each account that is not well."""
    states = Counter(str(each.health.state) for each in checked)
    for state, number in states.items():
        telemetry.count(f"Channel{state.capitalize()}", number)
    unhealthy = [each for each in checked if each.health.state in UNHEALTHY]
    unanswered = [each for each in checked if each.unanswered]
    telemetry.count("ChannelUnhealthy", len(unhealthy))
    telemetry.count("ChannelUnanswered", len(unanswered))
    log = telemetry.logger().warning if unhealthy or unanswered else telemetry.logger().info
    log(
        "channels",
        extra={
            "states": dict(states),
            "unhealthy": {each.name: each.health.sentence for each in unhealthy},
            "unanswered": {each.name: each.health.facts.subscription_says for each in unanswered},
        },
    )
    return states
