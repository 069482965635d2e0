"""Steps in the journal: what the company did about a customer, beside what the customer said."""

from collections.abc import Callable, Iterator

import orjson

from shared.casework.steps import (
    CaseMove,
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    LinkDecision,
    Need,
    Note,
    ReplyAsked,
    ReplyMove,
    Step,
    step_adapter,
)
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table

_LAST = "\U0010ffff"


def key(step: Step) -> Key:
    """Return where a step is kept: what is done with an escalation or a reply under its number there, else
    under its own id."""
    match step:
        case CaseMove(escalation_id=whose) | ReplyMove(reply_id=whose):
            return keys.move(identity_name=step.identity, of=whose, number=step.number)
    return keys.step(identity_name=step.identity, step_id=step.id)


def item(step: Step) -> Item:
    own = key(step)
    state = step.model_dump(mode="json", exclude_defaults=True) | {"kind": step.kind}
    return {
        "pk": {"S": own.pk},
        "sk": {"S": own.sk},
        "received_at": {"S": keys.instant(step.at)},
        "state": {"S": orjson.dumps(state).decode()},
    }


def read(found: Item) -> Step:
    """Return the step that an item keeps; the inverse of `item`."""
    return step_adapter.validate_json(found["state"]["S"], extra="ignore")


def keep(table: Table, step: Step) -> Step:
    """Journal a step in one call, and return it as the journal has it.

    Where its key is taken, that is the step of the same author under the same idempotency key: whoever asked again
    compares the two.
    """
    there = table.insert(item(step))
    return read(there) if there else step


def once[S: (Note, Commitment, CommitmentEnd, CommitmentMove, Need, Consent, LinkDecision, ReplyAsked)](
    table: Table, step: S, may: Callable[[], object] = lambda: None
) -> S | None:
    """Take a step once under its key, and return it as the journal has it; none where the key was given to something
    else. `may` is asked before the first time, and raises when it may not be taken."""
    found = table.get(key(step))
    there = read(found) if found else None
    if there is None:
        may()
        there = keep(table, step)
    kept = step.model_copy(update={"at": there.at})
    return kept if there == kept else None


def of(table: Table, partition: str) -> Iterator[Step]:
    """Yield the steps in an identity's partition, as they are now."""
    first = keys.STEP_PREFIX
    return map(read, table.query(partition, first=first, last=f"{first}{_LAST}"))


def moves(table: Table, *, identity: str, of: str, after: int = 0) -> list[Step]:
    """Return what was done with an escalation or a reply after so many things, in its order, as it is now."""
    first = keys.move(identity_name=identity, of=of, number=after + 1)
    return [read(item) for item in table.query(first.pk, first=first.sk, last=f"{keys.moves(of)}{_LAST}")]
