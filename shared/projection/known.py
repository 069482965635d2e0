"""What platforms say of a person, each value with the instant at which it was said: the latest one counts.

A conversation's head carries what its messages said, since it is written with each of them anyway; the identity's
`about` item carries what everything else said. Whoever asks joins the two.
"""

from collections.abc import Iterable, Mapping

from shared.models import Frozen, Instant, PersonalEvent, ProfileChange

FIELDS = ("name", "handle", "language")


class Known(Frozen):
    """A value and the instant of the event that said it."""

    at: Instant
    value: str


type Knowledge = Mapping[str, Known]


def said(event: PersonalEvent) -> dict[str, Known]:
    """Return what an event says of the customer."""
    values = {field: getattr(event.author, field, None) for field in FIELDS}
    if isinstance(event, ProfileChange) and event.field in FIELDS:
        values[event.field] = event.current
    return {field: Known(at=event.occurred_at, value=value) for field, value in values.items() if value}


def join(*parts: Knowledge) -> dict[str, Known]:
    """Return the latest of each field; at the same instant the greater value, so that the order of the parts is no
    matter."""
    return {field: max(found, key=_recency) for field in FIELDS if (found := list(_all(parts, field)))}


def _all(parts: Iterable[Knowledge], field: str) -> Iterable[Known]:
    return (part[field] for part in parts if field in part)


def _recency(known: Known) -> tuple[Instant, str]:
    return known.at, known.value
