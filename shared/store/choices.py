"""The notes of which case somebody takes who asks for the next one of a department, whichever that is.

A note is written before anything is done with the case, and names the number that the case had then: once somebody else
has done something with it, nothing can be done with it under the note, so that one key never takes two.
"""

from datetime import datetime, timedelta

from shared.models import Frozen, Identifier
from shared.store.keys import Key
from shared.store.table import Table

DEPARTMENT_PREFIX = "department#"
CHOICE_PREFIX = "choice#"

KEPT_FOR = timedelta(days=7)
"""For how long the same request can be repeated."""


class Choice(Frozen):
    """A case by its identity and its id, and how many things were done with it when it was chosen."""

    identity: Identifier
    escalation_id: Identifier
    number: int


def partition(department: str) -> str:
    return f"{DEPARTMENT_PREFIX}{department}"


def read(table: Table, department: str, step_id: str) -> Choice | None:
    """Return which case the step of this id takes; none while none was chosen."""
    item = table.get(_key(department, step_id))
    return Choice.stored(item["state"]["S"]) if item else None


def keep(
    table: Table, department: str, step_id: str, choice: Choice, *, instead_of: Choice | None, now: datetime
) -> bool:
    """Note which case is taken, in place of one with which somebody else was faster; return whether it was written.

    It is not when the note is another by now: a request under the same key was faster.
    """
    return table.replace(
        _key(department, step_id),
        state=choice.model_dump_json(),
        seen=instead_of.model_dump_json() if instead_of else None,
        extra={"expires_at": {"N": str(int((now + KEPT_FOR).timestamp()))}},
    )


def _key(department: str, step_id: str) -> Key:
    return Key(partition(department), f"{CHOICE_PREFIX}{step_id}")
