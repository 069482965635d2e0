"""The rows by which a person is found: the customer they are, and every contact point.

Each is written before the `about` item that says that it is there, and only ever raised: from claimed to verified.
"""

from collections.abc import Iterator
from typing import NamedTuple

from shared.casework.links import points
from shared.ids import customer_id
from shared.projection.about import About, strength
from shared.store import keys
from shared.store.keys import Key


class Row(NamedTuple):
    """A row with its rank: one of the same or a higher rank stays."""

    key: Key
    rank: int
    state: str


def of(about: About) -> Iterator[Row]:
    """Yield the rows that find the person behind an identity."""
    member = keys.membership(customer_id=customer_id(about.identity), identity_name=about.identity)
    yield Row(member, 0, "{}")
    for (kind, value), contact in points(about).items():
        key = keys.contact(kind=kind, value=value, identity_name=about.identity)
        yield Row(key, strength(contact.proof), contact.model_dump_json(include={"proof"}))
