"""Whether an event of a history is in the journal already, under the key that its own delivery gave it."""

from datetime import timedelta

from shared.models import PersonalEvent
from shared.store import keys
from shared.store.table import Table

_NEAR = timedelta(minutes=1)
"""Histories date to the second, cut or rounded; as the external id decides, looking further does no harm."""


def is_kept(table: Table, event: PersonalEvent) -> bool:
    """Return whether an event with this identity and external id is kept at about this time, or undated."""
    pk, sk = keys.event(event)
    own = sk.removeprefix(f"{keys.EVENT_PREFIX}{keys.instant(event.occurred_at)}#")
    first, last = (f"{keys.EVENT_PREFIX}{keys.instant(event.occurred_at + side)}" for side in (-_NEAR, _NEAR))
    if any(
        item["sk"]["S"][len(first) + 1 :] == own for item in table.query(pk, first=first, last=f"{last}#\U0010ffff")
    ):
        return True
    return table.get(keys.event(event.model_copy(update={"dated": False}))) is not None
