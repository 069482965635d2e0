"""The reckoning: what the table and the queues hold, against what was sent and answered; a fault is a sentence."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from infra.local.soak.plan import Original, as_received
from infra.local.soak.senders import Sent
from shared.escalation import Escalation
from shared.ledger import Balance
from shared.models import PersonalEvent
from shared.platforms import load
from shared.projection.expansion import read
from shared.projection.unnamed import is_copy
from shared.store import journal, keys
from shared.store.journal import Bucket, Object
from shared.store.keys import Key
from shared.store.ledger import Span, balance_of, requests
from shared.store.table import Item, Table, key_of

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a delivery has to become: the partition that its requests are noted in, its units, its events by key."""

    partition: str
    units: int
    unreadable: int
    events: Mapping[Key, PersonalEvent]


def meaning(original: Original) -> Meaning:
    delivery, platform = as_received(original), load(original.platform)
    kept = journal.record(delivery, platform)
    readings = read(delivery, platform, None)
    items = [item for reading in readings for item in reading.items]
    return Meaning(
        partition=keys.delivery(journal.id_in(kept.name)).pk if isinstance(kept, Object) else kept["pk"]["S"],
        units=len(readings),
        unreadable=sum(reading.unreadable is not None for reading in readings),
        events={key_of(item): journal.entry(item).event for item in items},
    )


@dataclass(frozen=True)
class Audit:
    """One soak's reckoning with the requests of a time; `balances` are those of the accounts, once `faults` was
    asked."""

    table: Table
    bucket: Bucket
    sent: Sent
    since: datetime
    until: datetime
    balances: dict[str, Balance] = field(default_factory=dict)

    @cached_property
    def meanings(self) -> dict[Original, Meaning]:
        return {original: meaning(original) for original in self.sent.attempts}

    @cached_property
    def expected(self) -> dict[Key, list[PersonalEvent]]:
        """Return every event that has to be in the journal, with all that a delivery said that it is."""
        found: dict[Key, list[PersonalEvent]] = defaultdict(list)
        for each in self.meanings.values():
            for key, event in each.events.items():
                found[key].append(event)
        return dict(found)

    def faults(self, items: Mapping[Key, Item], handed_over: Collection[str]) -> Iterator[str]:
        """Yield a sentence for each thing that does not add up; `items` is all of the table, `handed_over` the ids on
        the departments' queues."""
        for platform, account in self._accounts():
            yield from self._ledger(platform, account)
        yield from self._requests()
        yield from self._journal(items)
        yield from told("escalations without a hand-off", (key.sk for key in not_handed_over(items, handed_over)))

    def _accounts(self) -> list[tuple[str, str]]:
        return sorted({(each.platform, each.account) for each in self.meanings})

    def _ledger(self, platform: str, account: str) -> Iterator[str]:
        name, own = f"{platform}/{account}", self._of(platform, account)
        found = balance_of(Span(platform, account, self.since, self.until), table=self.table, bucket=self.bucket)
        self.balances[name] = found
        if not found.balances:
            yield f"{name}: {found.received} units received, and {found.accounted_for} accounted for"
        least = sum(each.units * self.sent.answered[original] for original, each in own.items())
        most = sum(each.units * self.sent.attempts[original] for original, each in own.items())
        if not least <= found.received <= most:
            yield f"{name}: {found.received} units received, {least} were answered 200 and {most} were sent"
        unreadable = sum({each.partition: each.unreadable for each in own.values()}.values())
        pending: dict[str, int] = {where: waiting.units for where, waiting in found.pending.items()}
        if pending != ({"reader": unreadable} if unreadable else {}):
            yield f"{name}: pending are {pending}, and {unreadable} units cannot be read"

    def _of(self, platform: str, account: str) -> dict[Original, Meaning]:
        return {
            original: each
            for original, each in self.meanings.items()
            if (original.platform, original.account) == (platform, account)
        }

    def _requests(self) -> Iterator[str]:
        """Yield where requests that were answered are not in the ledger: partition by partition, so that none is made
        up for by one that nobody was answered for."""
        spans = [Span(*each, self.since, self.until) for each in self._accounts()]
        listed = (item["pk"]["S"] for span in spans for item in requests(span, self.table))
        # What has the key of another event and says something else keeps its bytes in a partition of its own.
        kept_whole = {
            keys.delivery(keys.delivery_id(as_received(each))).pk: to.partition for each, to in self.meanings.items()
        }
        noted = Counter(kept_whole.get(partition, partition) for partition in listed)
        answered, attempts = Counter[str](), Counter[str]()
        for original, each in self.meanings.items():
            answered[each.partition] += self.sent.answered[original]
            attempts[each.partition] += self.sent.attempts[original]
        wrong = (each for each in attempts | noted if not answered[each] <= noted[each] <= attempts[each])
        yield from told("partitions where the ledger has not all requests", (each.partition("#")[0] for each in wrong))

    def _journal(self, items: Mapping[Key, Item]) -> Iterator[str]:
        there = {key: item for key, item in items.items() if key.sk.startswith(keys.EVENT_PREFIX)}
        kept = {key: journal.entry(item).event for key, item in there.items() if not is_copy(item)}
        expected = self.expected
        yield from told("events missing", (said[0].kind for key, said in expected.items() if key not in kept))
        yield from told("events that nobody sent", (event.kind for key, event in kept.items() if key not in expected))
        both = ((event, expected[key]) for key, event in kept.items() if key in expected)
        yield from told("events that say something else", (event.kind for event, said in both if _other(event, said)))
        names = Counter((event.kind, event.identity, event.external_id) for event in kept.values())
        sent = Counter((said[0].kind, said[0].identity, said[0].external_id) for said in expected.values())
        yield from told("events that are there more than once", (kind for kind, *_ in (names - sent).elements()))
        copies = (item for item in there.values() if is_copy(item))
        yield from told("answers that say something else to the customer", _altered(copies, kept))


def _altered(copies: Iterable[Item], kept: Mapping[Key, PersonalEvent]) -> Iterator[str]:
    """Yield the kind of each copy that is not what the company said, but for whose it is."""
    of = {keys.copy_of(key): event for key, event in kept.items() if not event.names_a_customer}
    for item in copies:
        event, original = journal.entry(item).event, of.get(item["ledger"]["S"])
        whose = {"identity": event.identity, "thread": event.thread}
        if original is None or event != original.model_copy(update=whose):
            yield event.kind


def not_handed_over(items: Mapping[Key, Item], handed_over: Collection[str]) -> list[Key]:
    """Return the escalations that are on no department's queue, and were not taken back before they could be."""
    found = escalations(items).items()
    return [key for key, case in found if case.id not in handed_over and case.state != "withdrawn"]


def escalations(items: Mapping[Key, Item]) -> dict[Key, Escalation]:
    return {
        key: Escalation.stored(item["state"]["S"])
        for key, item in items.items()
        if key.sk.startswith(keys.ESCALATION_PREFIX)
    }


def _other(event: PersonalEvent, said: Iterable[PersonalEvent]) -> bool:
    """Return whether an event is none of what was said; of undated ones, each attempt has its own instant."""
    return all(
        event != (each if each.dated else each.model_copy(update={"occurred_at": event.occurred_at})) for each in said
    )


def told(what: str, which: Iterable[str]) -> Iterator[str]:
    """Yield one sentence that counts things, unless there are none."""
    counted = Counter(which)
    if counted:
        shown = ", ".join(f"{number} {name}" for name, number in counted.most_common(_SHOWN))
        yield f"{counted.total()} {what}: {shown}"
