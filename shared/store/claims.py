"""The claims of hand-offs that tools of departments get, and which department's endpoint wants no more."""

from datetime import datetime, timedelta

from shared.connectors.claims import Claim
from shared.store.keys import Key
from shared.store.table import Table, state_of

CLAIM_PREFIX = "claim#"
CONNECTOR_PREFIX = "connector#"

KEPT = timedelta(days=180)
"""For how long a claim is kept after it was last touched: longer than a hand-off can wait on any queue, and than a
department takes to answer."""


def key(claim: str) -> Key:
    return Key(f"{CLAIM_PREFIX}{claim}", "hand_over")


def read(table: Table, claim: str) -> Claim | None:
    """Return a claim as it is now, or none."""
    state = state_of(table.get(key(claim)))
    return None if state is None else Claim.stored(state)


def write(table: Table, before: Claim | None, after: Claim, *, now: datetime) -> bool:
    """Write a claim if the table still holds the one that was read; return whether it did."""
    expires_at = {"expires_at": {"N": str(int((now + KEPT).timestamp()))}}
    seen = _state(before) if before else None
    return table.replace(key(after.claim), state=_state(after), seen=seen, extra=expires_at)


def _state(claim: Claim) -> str:
    return claim.model_dump_json(exclude_defaults=True)


def _switch(department: str) -> Key:
    return Key(f"{CONNECTOR_PREFIX}{department}", "gone")


def switch_off(table: Table, department: str, *, playbook_version: int) -> bool:
    """Note that a department's endpoint wants no more, until another version of the playbook is current; return whether
    that is news."""
    return table.raise_to(_switch(department), rank=playbook_version, state="gone")


def is_switched_off(table: Table, department: str, *, playbook_version: int) -> bool:
    item = table.get(_switch(department))
    return item is not None and int(item["rank"]["N"]) >= playbook_version
