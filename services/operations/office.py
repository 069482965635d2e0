"""The office: what an operator looks at, put together from what is stored."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from services.operations.asked import DeadQuery, LedgerQuery
from services.operations.contract import Channel, Channels, Dead, Ledger, Queue, Stuck
from shared import queues
from shared.accounts import Account
from shared.channels import UNHEALTHY
from shared.errors import ConfigurationError, NotFound
from shared.playbook import Playbook
from shared.repair.dead import stuck
from shared.store.health import last_judgement
from shared.store.journal import Bucket
from shared.store.ledger import balance_of
from shared.store.table import Table

SPILL = "spill"

_NOT_LOOKED_AT = "{name} has not been looked at yet: that is done every five minutes"


@dataclass(frozen=True, slots=True)
class Office:
    """`queues` are all queues of the stack, `playbook` returns the company's current one; `now` an aware instant."""

    table: Table
    bucket: Bucket
    queues: Sequence[queues.Queue]
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]

    def ledger(self, query: LedgerQuery) -> Ledger:
        """Return an account's balance.

        Raises `NotFound` for one that nobody knows: an empty balance of a misspelt account would look like good news.
        """
        span = query.span(self.now())
        found = balance_of(span, table=self.table, bucket=self.bucket)
        if not found.deliveries and f"{span.platform}/{span.account}" not in self._names():
            raise NotFound(
                "nothing came for this account in this time, and the playbook has no such account; check its spelling"
            )
        (spill,) = (queue.backlog() for queue in self.queues if queue.name == SPILL)
        return Ledger.model_validate(
            {**found.model_dump(), **asdict(span), "balances": found.balances, "spill": Queue.model_validate(spill)}
        )

    def dead(self, query: DeadQuery) -> Dead:
        """Return all that is stuck, and every queue."""
        found, more = stuck(self.table, now=self.now(), most=query.limit)
        return Dead(
            stuck=tuple(map(Stuck.model_validate, found)),
            more=more,
            queues=tuple(Queue.model_validate(queue.backlog()) for queue in self.queues),
        )

    def channels(self) -> Channels:
        """Return whether each account of the playbook is heard; raises `NotFound` when none was ever published."""
        try:
            accounts = self.playbook().accounts
        except ConfigurationError as error:
            raise NotFound(str(error)) from error
        return Channels(channels=tuple(sorted(map(self._channel, accounts), key=_unheard_first)))

    def _channel(self, account: Account) -> Channel:
        health = last_judgement(self.table, account)
        return Channel(
            platform=account.platform,
            account=account.account,
            state=health and health.state,
            since=health and health.since,
            sentence=health.sentence if health else _NOT_LOOKED_AT.format(name=account.name),
            last_delivery=health and health.facts.last_delivery,
        )

    def _names(self) -> set[str]:
        try:
            return {account.name for account in self.playbook().accounts}
        except ConfigurationError:
            return set()


def _unheard_first(channel: Channel) -> tuple[bool, str, str]:
    return channel.state not in UNHEALTHY, channel.platform, channel.account
