"""What a department is told of a hand-off that it has: that it is over without its doing, or what became of an act.

A published and versioned contract, on the same queue as the hand-offs (`shared/contracts/README.md`). It goes to none
but departments whose `connector` in the playbook says that they know it. `python -m shared.notice` prints its schema.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared.casework.steps import Act, CaseMove
from shared.escalation import Escalation
from shared.handoff import HandOff, offer_id
from shared.models import Instant

OVER: Mapping[Act, Literal["withdrawn", "expired"]] = {"withdrawn": "withdrawn", "expired": "expired"}
"""What ends a department's having a case though it did not do so itself, and what it is told."""


class Notice(BaseModel):
    """News of a hand-off; what is not known, or goes with another kind, is null."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_serialization_defaults_required=True)

    version: Literal["1"] = "1"
    notice: Literal["withdrawn", "expired", "done", "refused"] = Field(
        description="withdrawn: nobody need see to it any more. expired: it was not seen to in time, and is with "
        "another department. done, refused: what became of an act that the department sent. No hand-off has this field."
    )
    id: str = Field(description="The escalation's id, as in the hand-off.")
    department: str
    at: Instant = Field(description="When it came to that.")
    why: str = Field(description="A sentence for a person; empty when nobody said.")
    claim: str | None = Field(None, description="Of withdrawn and expired: the hand-off's. Pass over one you know not.")
    act: str | None = Field(None, description="Of done and refused: the act, by its own word.")
    idempotency_key: str | None = Field(None, description="Of done and refused: the act's.")
    until: Instant | None = Field(None, description="Of refused: until when it was possible, where time is against it.")
    alternatives: tuple[str, ...] = Field((), description="Of refused: what would be let through instead.")

    def to_json(self) -> str:
        """Return the body of the queue's message: JSON in ASCII."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True, separators=(",", ":"))


def over(before: Escalation, move: CaseMove) -> Notice:
    """Return what the department that had an escalation is told of what ended that."""
    return Notice(
        notice=OVER[move.act],
        id=before.id,
        department=before.department,
        at=move.at,
        why=move.why,
        claim=offer_id(before),
    )


def read(body: str) -> HandOff | Notice:
    """Return what a message of a department's queue is; raises `ValueError` for what is neither."""
    said = orjson.loads(body)
    is_notice = isinstance(said, dict) and "notice" in said
    return Notice.model_validate(said) if is_notice else HandOff.model_validate_json(body)


def schema() -> dict[str, Any]:
    """Return the contract as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mostrador:notice:1",
        **Notice.model_json_schema(mode="serialization"),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
