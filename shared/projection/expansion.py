"""What becomes of a delivery that was kept whole: each of its units is journalled, and accounted for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared import telemetry
from shared.errors import UnreadableDelivery
from shared.ledger import Outcomes, reason_to_ignore
from shared.models import Delivery, Ignored
from shared.platforms import Platform, Unit, describe
from shared.store import journal, keys
from shared.store.elsewhere import whole
from shared.store.journal import Bucket
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What our code makes of one unit: the events to journal, or why there are none; `is_away` is whether what it tells
    of lies elsewhere and was not to be had, so that nobody knows what it says."""

    items: tuple[Item, ...] = ()
    ignored: str | None = None
    unreadable: str | None = None
    is_away: bool = False


def read(delivery: Delivery, platform: Platform, bucket: Bucket | None) -> list[Reading]:
    """Return what our code makes of each unit; a delivery that it cannot cut into units is one that it cannot read, and
    so is one of which a part lies elsewhere and is not to be had: it may be later."""
    try:
        complete = whole(delivery, platform, bucket)
    except UnreadableDelivery as error:
        return [Reading(unreadable=str(error), is_away=True)]
    try:
        units = platform.units(complete)
    except UnreadableDelivery as error:
        return [Reading(unreadable=str(error))]
    return [_read(delivery, platform, unit) for unit in units]


def _read(delivery: Delivery, platform: Platform, unit: Unit) -> Reading:
    try:
        events = platform.read(unit)
        items = [journal.expanded_item(delivery, event) for event in events if not isinstance(event, Ignored)]
    except UnreadableDelivery as error:
        return Reading(unreadable=str(error))
    except Exception as error:
        telemetry.failure("unit not journalled", error)
        return Reading(unreadable=f"{platform.name} {unit.name}: {describe(error)}")
    return Reading(tuple(items), ignored=reason_to_ignore(events))


def account(readings: Sequence[Reading], brought: Callable[[Item], bool]) -> tuple[int, Outcomes]:
    """Return how many units there are, and what becomes of them.

    `brought` is asked of each event whether this delivery is what brought it; of an event that is in several units,
    the first one has.
    """
    seen = set[Key]()
    events = [reading for reading in readings if reading.items]
    journalled = sum(_any_new(reading, brought, seen) for reading in events)
    return len(readings), Outcomes.of(
        journalled=journalled,
        duplicate=len(events) - journalled,
        ignored=[reading.ignored for reading in readings if reading.ignored is not None],
        unreadable=[reading.unreadable for reading in readings if reading.unreadable is not None],
    )


def _any_new(reading: Reading, brought: Callable[[Item], bool], seen: set[Key]) -> bool:
    own = {key_of(item) for item in reading.items if brought(item)} - seen
    seen |= own
    return bool(own)


def expand(delivery: Delivery, platform: Platform, table: Table, bucket: Bucket | None = None) -> tuple[int, Outcomes]:
    """Journal the events of all units of a kept delivery; return how many units there are, and what became of them.

    Doing it again gives the same answer, since an event that is there already names the delivery that brought it. What
    has the same key and does not say the same is a duplicate too, and nothing of it is lost: its bytes are the kept
    delivery's. Of what lies elsewhere those are not all; where that can change, its key is of what it says.
    """

    def brought(item: Item) -> bool:
        there = table.insert(item)
        return there is None or there["ledger"] == own

    own = {"S": keys.ledger_of(keys.delivery_id(delivery))}
    return account(read(delivery, platform, bucket), brought)
