"""What became of every unit that ever came: each is in exactly one place, and the sums must meet.

A unit is what a platform's `split` cuts a delivery into. `Outcomes` says what became of one delivery's units and is
kept with it; `Balance` adds up what is kept about an account. What was received is counted by itself, from the units
that `split` found, so that a sum that does not meet is a fault that shows, and not an arithmetic identity.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import Field

from shared.models import Event, Frozen, Ignored, Instant

type Reasons = dict[str, int]

_LONGEST_REASON = 200
_MOST_REASONS = 100

OTHERS = "others"
"""The reason under which the rarest are counted together: a payload can make any number of them, and an item holds
400 KB."""


class Outcomes(Frozen):
    """What became of the units of one delivery; reasons by number of units.

    `journalled` units have at least one event that this delivery brought, `duplicate` ones none that was not there
    already. `unreadable` ones are kept with their bytes and tried again; `refused` ones are those that an operator has
    decided not to read.
    """

    journalled: int = 0
    duplicate: int = 0
    ignored: Reasons = Field(default_factory=dict)
    refused: Reasons = Field(default_factory=dict)
    unreadable: Reasons = Field(default_factory=dict)

    @property
    def units(self) -> int:
        reasons = (self.ignored, self.refused, self.unreadable)
        return self.journalled + self.duplicate + sum(sum(found.values()) for found in reasons)

    def to_json(self) -> str:
        """Return them as a `delivery` item keeps them: the same text for the same outcomes."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def of(
        cls,
        *,
        journalled: int = 0,
        duplicate: int = 0,
        ignored: Iterable[str] = (),
        refused: Iterable[str] = (),
        unreadable: Iterable[str] = (),
    ) -> Self:
        """Return the outcomes of units, each of the last three by its reason; reasons are cut to a bounded size."""
        return cls(
            journalled=journalled,
            duplicate=duplicate,
            ignored=_bounded(ignored),
            refused=_bounded(refused),
            unreadable=_bounded(unreadable),
        )


def _bounded(reasons: Iterable[str]) -> Reasons:
    found = Counter(reason[:_LONGEST_REASON] for reason in reasons)
    kept = dict(sorted(found.most_common(_MOST_REASONS)))
    if others := found.total() - sum(kept.values()):
        kept[OTHERS] = kept.get(OTHERS, 0) + others
    return kept


def reason_to_ignore(events: Iterable[Event]) -> str | None:
    """Return why nothing is done with a unit that means these events, or `None` when one of them is somebody's."""
    reasons = []
    for event in events:
        if not isinstance(event, Ignored):
            return None
        reasons.append(event.reason)
    return reasons[0]


Where = Literal["projector", "reader", "bucket"]
"""Where units can be pending: with the projector, which has not expanded their delivery yet; with the reader, since
our code cannot read them; in the delivery bucket, whose announcement has not been journalled yet."""


class Row(Frozen):
    """One request of a platform that was acknowledged, as the table keeps it.

    `units` is how many `split` finds in it. `outcomes` is what became of them, or `None` for a delivery that nobody
    has expanded yet. `repeated` is true when the same delivery had come before: its units are duplicates, one by one.
    """

    received_at: Instant
    units: int
    outcomes: Outcomes | None
    repeated: bool = False


class Pending(Frozen):
    """Units that somebody still has to act on; `since` is when the oldest of them was received."""

    units: int
    since: Instant


class Balance(Frozen):
    """What an account's platform sent, and what became of it."""

    deliveries: int = 0
    received: int = 0
    journalled: int = 0
    duplicate: int = 0
    ignored: Reasons = Field(default_factory=dict)
    refused: Reasons = Field(default_factory=dict)
    pending: Mapping[Where, Pending] = Field(default_factory=dict)

    @property
    def accounted_for(self) -> int:
        """Return the right-hand side of the balance."""
        reasons = sum(sum(found.values()) for found in (self.ignored, self.refused))
        return self.journalled + self.duplicate + reasons + sum(found.units for found in self.pending.values())

    @property
    def balances(self) -> bool:
        return self.received == self.accounted_for


def balance(rows: Iterable[Row], *, in_bucket: Iterable[Row] = ()) -> Balance:
    """Return what rows add up to, in whatever order they come; `in_bucket` are deliveries that only the bucket has."""
    totals: Counter[str] = Counter()
    ignored: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    pending: dict[Where, Pending] = {}
    for row in in_bucket:
        totals.update(deliveries=1, received=row.units)
        _add(pending, "bucket", row, row.units)
    for row in rows:
        totals.update(deliveries=1, received=row.units)
        if row.repeated:
            totals.update(duplicate=row.units)
        elif row.outcomes is None:
            _add(pending, "projector", row, row.units)
        else:
            totals.update(journalled=row.outcomes.journalled, duplicate=row.outcomes.duplicate)
            ignored.update(row.outcomes.ignored)
            refused.update(row.outcomes.refused)
            _add(pending, "reader", row, sum(row.outcomes.unreadable.values()))
    return Balance(
        **totals, ignored=dict(sorted(ignored.items())), refused=dict(sorted(refused.items())), pending=pending
    )


def _add(pending: dict[Where, Pending], where: Where, row: Row, units: int) -> None:
    if units:
        known = pending.get(where, Pending(units=0, since=row.received_at))
        pending[where] = Pending(units=known.units + units, since=min(known.since, row.received_at))
