"""The kept bytes of a time read again, after a bug that misread them; what differs is set right, and nothing else.

Bytes are never given up: an event that was wrong is deleted only after what its bytes mean today is written, and where
that is nothing new, the bytes go on as a delivery of a duplicate. In between, the projections are brought to what the
journal is about to be, so that dying anywhere leaves an event that the next replay still finds wrong. Since one request
can stand in another's place, the whole is gone through until nothing differs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, chain

from shared.errors import StoreUnavailable
from shared.ledger import Outcomes
from shared.models import Delivery
from shared.platforms import load
from shared.playbook import Playbook
from shared.projection.expansion import account, read
from shared.projection.open_work import LISTING, listed
from shared.repair.difference import Difference, Repair, repair
from shared.repair.reproject import reproject
from shared.store import journal, keys
from shared.store.journal import Bucket
from shared.store.keys import Key
from shared.store.ledger import Span, delivery_of, requests
from shared.store.table import Item, Table, key_of

_PASSES = 10
_AT_ONCE = 100

_REFUSAL = ("refused_by", "refused_at")


@dataclass(frozen=True, slots=True)
class Replay:
    """What reading again needs. `now` returns an aware instant."""

    table: Table
    bucket: Bucket
    now: Callable[[], datetime]

    def repairs(self, key: Key) -> list[Repair]:
        """Return all that has to change so that a request's bytes mean what our code of today reads in them."""
        item = self.table.get(key)
        if item is not None and (kept_with := _delivery_of(item)):
            # The index has not heard yet that this event has its bytes elsewhere by now.
            item = self.table.get(kept_with)
        if item is None:
            return []
        found = self._delivery(item) if item["sk"]["S"] == keys.DELIVERY else self._event(item)
        return [each for each in found if each]

    def _event(self, item: Item) -> Iterator[Repair | None]:
        entry = journal.entry(item)
        wanted = journal.record(entry.delivery, load(entry.delivery.platform))
        assert isinstance(wanted, dict), "what fitted into an item once does so again"
        if key_of(wanted) == entry.key:
            yield _reread(item, wanted)
        elif key_of(wanted).sk == keys.DELIVERY:
            yield from self._instead_of(item, wanted, entry.delivery)
        else:
            there = self.table.get(key_of(wanted))
            if there is None:
                yield repair(key_of(wanted), before=None, after=wanted)
            elif there["request"] != wanted["request"]:
                yield self._duplicate(entry.delivery)
            yield repair(entry.key, before=item, after=None)

    def _duplicate(self, delivery: Delivery) -> Repair | None:
        """Return what keeps the bytes of an event that, read rightly, another request has brought as well."""
        wanted = journal.delivery_item(delivery, (1, Outcomes(duplicate=1)))
        assert isinstance(wanted, dict), "what fitted into an item once does so again"
        there = self.table.get(key_of(wanted))
        return repair(key_of(wanted), before=there, after=there or wanted)

    def _instead_of(self, event: Item, wanted: Item, delivery: Delivery) -> Iterator[Repair | None]:
        """Yield what makes a delivery out of what was taken for one event: the bytes first, and the event last."""
        there = self.table.get(key_of(wanted))
        changes, settled = self._units(delivery, there or wanted, replaced=event)
        yield repair(key_of(wanted), before=there, after=settled)
        yield from changes

    def _delivery(self, item: Item) -> Iterator[Repair | None]:
        changes, settled = self._units(delivery_of(item, self.bucket), item)
        yield from changes
        yield repair(key_of(item), before=item, after=settled)

    def _units(
        self, delivery: Delivery, item: Item, *, replaced: Item | None = None
    ) -> tuple[list[Repair | None], Item]:
        """Return what has to change among the events of a kept delivery, and its item as it then is; `replaced` is an
        event that was kept by itself."""
        readings = read(delivery, load(delivery.platform), self.bucket)
        wanted = {key_of(found): found for reading in readings for found in reading.items}
        own = keys.ledger_of(keys.delivery_id(delivery))
        there = self.table.get_many([*wanted, *map(key_of, self.table.requests(own))])
        ours = {key for key, found in there.items() if found["ledger"]["S"] == own}
        if ours and any(reading.is_away for reading in readings):
            # What lay elsewhere is no longer to be had: what was read of it while it was is all that there is.
            return [], item
        if replaced is not None:
            ours.add(key_of(replaced))
            there[key_of(replaced)] = replaced
        changes = [repair(key, before=None, after=found) for key, found in wanted.items() if key not in there]
        changes += [_reread(there[key], found) for key, found in wanted.items() if key in ours]
        changes += [repair(key, before=there[key], after=None) for key in sorted(ours - wanted.keys())]
        brought = account(readings, lambda each: key_of(each) not in there or key_of(each) in ours)
        return changes, self._settled(item, *brought)

    def _settled(self, item: Item, units: int, outcomes: Outcomes) -> Item:
        outcomes = _still_refused(item, outcomes)
        over = (() if outcomes.refused else _REFUSAL) + (() if outcomes.unreadable else LISTING)
        after = {name: value for name, value in item.items() if name not in over} | journal.settled(units, outcomes)
        if outcomes.unreadable and "open" not in after:
            after |= listed("unreadable", key_of(item), self.now())
        return after


def replay(
    span: Span,
    *,
    table: Table,
    bucket: Bucket,
    playbook: Callable[[], Playbook],
    now: Callable[[], datetime],
    do: bool,
) -> Iterator[Difference]:
    """Read an account's requests of a time again; yield each difference, made or, unless `do`, only found.

    With the events come the projections of everybody whose events change. Raises `StoreUnavailable` when other
    processes keep writing the same items.
    """
    work = Replay(table, bucket, now)

    def people(found: Sequence[Sequence[Repair]]) -> Iterator[Difference]:
        changed = {each.key: each.after for each in chain.from_iterable(found) if _is_event(each.key)}
        partitions = dict.fromkeys(key.pk for key in changed)
        return reproject(partitions, table=table, playbook=playbook, now=now, do=do, assumed=changed)

    for _ in range(_PASSES):
        differs = False
        for some in batched(_requests(span, table), _AT_ONCE, strict=False):
            found = [repairs for key in some if (repairs := work.repairs(key))]
            differs = differs or bool(found)
            yield from _make(found, people, table) if do else _show(found, people)
        if not (do and differs):
            return
    raise StoreUnavailable("other processes kept writing what is being read again")


type _People = Callable[[Sequence[Sequence[Repair]]], Iterator[Difference]]


def _show(found: Sequence[Sequence[Repair]], people: _People) -> Iterator[Difference]:
    yield from (each.told(done=False) for each in chain.from_iterable(found))
    yield from people(found)


def _make(found: Sequence[Sequence[Repair]], people: _People, table: Table) -> Iterator[Difference]:
    """Write what is new, then bring the projections to what comes next, then change, and delete last.

    Of a request whose new items could not all be written, nothing else is touched: the next pass sees why.
    """
    going_on = []
    for repairs in found:
        new = [each for each in repairs if each.before is None]
        written = [each.told(done=True) for each in new if each.make(table)]
        yield from written
        if len(written) == len(new):
            going_on.append([each for each in repairs if each.before is not None])
    yield from people(going_on)
    for each in sorted(chain.from_iterable(going_on), key=lambda each: each.after is None):
        if each.make(table):
            yield each.told(done=True)


def _requests(span: Span, table: Table) -> Iterator[Key]:
    found = map(key_of, requests(span, table))
    return (key for key in found if not key.sk.startswith(keys.REPEATED_PREFIX))


def _is_event(key: Key) -> bool:
    return key.sk.startswith(keys.EVENT_PREFIX)


def _delivery_of(item: Item) -> Key | None:
    """Return the kept delivery that has an event's bytes, if one has."""
    listed_with: str = item["ledger"]["S"]
    of_delivery = listed_with.startswith(keys.DELIVERY_PREFIX)
    return Key(listed_with, keys.DELIVERY) if of_delivery and _is_event(key_of(item)) else None


def _reread(before: Item, wanted: Item) -> Repair | None:
    """Return what makes an event say what our code reads today; the same words packed otherwise are no difference."""
    if before["ledger"] != wanted["ledger"]:
        return repair(key_of(before), before=before, after=wanted)
    if journal.entry(before).event == journal.entry(wanted).event:
        return None
    return repair(key_of(before), before=before, after=before | {"packed": wanted["packed"]})


def _still_refused(item: Item, outcomes: Outcomes) -> Outcomes:
    """Return outcomes in which what an operator has refused to read, and what still cannot be read, stays refused."""
    before = Outcomes.stored(item["outcomes"]["S"]) if "outcomes" in item else Outcomes()
    if not (before.refused and outcomes.unreadable):
        return outcomes
    units = sum(outcomes.unreadable.values())
    as_before = units == sum(before.refused.values())
    refused = before.refused if as_before else {next(iter(before.refused)): units}
    return outcomes.model_copy(update={"refused": refused, "unreadable": {}})
