"""What a department is told of a hand-off that it has: that it is over without its doing, what became of an act, or of
an answer to the customer that it asked for.

A published and versioned contract, on the same queue as the hand-offs (`shared/contracts/README.md`). It goes to none
but departments whose `connector` in the playbook says that they know it. `python -m shared.notice` prints its schema.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared.casework.replies import ReplyHead, State
from shared.casework.steps import Act, CaseMove
from shared.escalation import Escalation
from shared.handoff import HandOff, offer_id
from shared.models import Instant

OVER: Mapping[Act, Literal["withdrawn", "expired", "handed_over"]] = {
    "withdrawn": "withdrawn",
    "expired": "expired",
    "handed_over": "handed_over",
    "returned": "handed_over",
}
"""What ends a department's having a case, and what it is told where it did not do so itself. Whether others handed the
case over or back is one to whom has it no longer."""

Answered = Literal["sent", "failed", "unconfirmed", "given_up"]

_ANSWERED: Mapping[State, tuple[Answered, str]] = {
    "sent": ("sent", ""),
    "delivered": ("sent", ""),
    "read": ("sent", ""),
    "refused": ("failed", "{why}; what is still to be said is another act, under a key of its own"),
    "failed": (
        "failed",
        "the platform took it, and says that it did not reach the customer: answer them elsewhere, or by another act "
        "under a key of its own",
    ),
    "unconfirmed": (
        "unconfirmed",
        "{why}; it is looked into, and what that shows is told. Say it again only once somebody has looked on the "
        "channel, or decided at the desk what becomes of it",
    ),
    "given_up": (
        "given_up",
        "{who} gave it up ({why}); what is still to be said is another act, under a key of its own",
    ),
}
"""What a department is told of an answer, by how it stands, and the sentence; of one that is still seen to, nothing."""

_AFTER_ALL = "the platform said at first that it did not reach the customer, and says now that it did"

_NO_REASON: Mapping[State, str] = {
    "refused": "it was not taken",
    "unconfirmed": "nobody can tell whether it was sent",
    "given_up": "no reason was given",
}


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", from_attributes=True, json_schema_serialization_defaults_required=True
    )


class Place(_Part):
    """Another conversation of the customer's."""

    identity: str
    channel: str
    account: str
    thread: str


class Against(_Part):
    """Another commitment on the same matter that does not go together with the one that was made."""

    kind: Literal["contradiction", "both_open"] = Field(
        description="contradiction: a promise and a refusal both stand. both_open: two departments promise it."
    )
    department: str | None = Field(description="Whose commitment it is.")
    commitment: str | None = Field(description="Its id, where it is the department's own.")


class Notice(_Part):
    """News of a hand-off; what is not known, or goes with another kind, is null."""

    version: Literal["1"] = "1"
    notice: Literal[
        "withdrawn", "expired", "handed_over", "done", "refused", "sent", "failed", "unconfirmed", "given_up"
    ] = Field(
        description="withdrawn: nobody need see to it any more. expired: it was not seen to in time, and is with "
        "another department. handed_over: somebody gave it to another department. done, refused: what became of an act "
        "that the department sent. sent, failed, unconfirmed, given_up: what became of an answer that it asked for "
        "(act replied, and done); unconfirmed may still become another, and failed or given_up sent, under another "
        "notice_id, when the platform says later that it arrived. No hand-off has this field."
    )
    notice_id: str = Field("", description="Tells it from every other one: pass over one that you know.")
    id: str = Field(description="The escalation's id, as in the hand-off.")
    department: str
    at: Instant = Field(description="When it came to that.")
    why: str = Field(description="A sentence for a person; empty when nobody said.")
    claim: str | None = Field(
        None, description="Of withdrawn, expired and handed_over: the hand-off's. Pass over one you know not."
    )
    to: str | None = Field(None, description="Of expired and handed_over: the department that has it now.")
    act: str | None = Field(None, description="Of done and refused: the act, by its own word. Of an answer: replied.")
    idempotency_key: str | None = Field(None, description="Of done and refused: the act's.")
    until: Instant | None = Field(None, description="Of refused: until when it was possible, where time is against it.")
    alternatives: tuple[str, ...] = Field((), description="Of refused: what would be let through instead.")
    reply: str | None = Field(None, description="Of an answer, and of done where that was asked for: the answer's id.")
    code: str | None = Field(
        None,
        description="For machines: of an answer that failed the platform's code, or ours; of refused why the channel "
        "does not let it through, such as window_closed.",
    )
    field: str | None = Field(None, description="Of refused: which field of the act is to be mended, if one is.")
    elsewhere: tuple[Place, ...] = Field(
        (), description="Of refused, where it may not be said there: the customer's conversations where a text may."
    )
    note: str | None = Field(None, description="Of done where something was noted: the note's id.")
    commitment: str | None = Field(None, description="Of done where the customer was told something: its id.")
    conflicts: tuple[Against, ...] = Field(
        (), description="Of done where the customer was told something: what it does not go together with."
    )

    def to_json(self) -> str:
        """Return the body of the queue's message: JSON in ASCII."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True, separators=(",", ":"))


def over(before: Escalation, move: CaseMove) -> Notice:
    """Return what the department that had an escalation is told of what ended that."""
    kind, claim = OVER[move.act], offer_id(before)
    return Notice(
        notice=kind,
        notice_id=f"{claim}-{kind}",
        id=before.id,
        department=before.department,
        at=move.at,
        why=move.why,
        claim=claim,
        to=move.to,
    )


def arrived_after_all(head: ReplyHead) -> bool:
    """Return whether an answer reached the customer though the platform has said that it did not, whichever it said
    first: whoever was told the one has to be told the other."""
    return head.state in _ARRIVED and any(told.status == "failed" for told in head.told)


_ARRIVED: frozenset[State] = frozenset({"delivered", "read"})


def answer(head: ReplyHead) -> Notice | None:
    """Return what the department that asked for an answer about a case is told of how that stands; none where there is
    nothing to tell.

    However often that is asked, and whatever was heard of first, the same state has the same `notice_id`; what goes out
    again and is refused again is another one, and so is that it arrived after all.
    """
    asked, (kind, sentence) = head.asked, _ANSWERED.get(head.state, (None, ""))
    if kind is None or asked is None or asked.escalation_id is None or asked.by.department is None:
        return None
    came = _came_of(head)
    sentence = _AFTER_ALL if arrived_after_all(head) else sentence
    return Notice(
        notice=kind,
        notice_id="-".join((head.id, kind, *came.turn)),
        id=asked.escalation_id,
        department=asked.by.department,
        at=came.at,
        why=sentence.format(who=came.who, why=came.why),
        act="replied",
        reply=head.id,
        code=came.code,
    )


class _Came(NamedTuple):
    """Since when an answer stands as it does, and through what: `turn` tells it from the times before."""

    at: datetime
    code: str | None = None
    turn: tuple[str, ...] = ()
    who: str = ""
    why: str = ""


def _came_of(head: ReplyHead) -> _Came:
    if head.state == "failed":
        failed = next(told for told in head.told if told.status == "failed")
        return _Came(failed.at, failed.error)
    if arrived_after_all(head):
        return _Came(min(told.at for told in head.told if told.status in _ARRIVED), turn=("after", "all"))
    if head.state in ("sent", *_ARRIVED):
        return _Came(head.sent_at or min(told.at for told in head.told))
    last = head.last
    assert last is not None, "without a move it is queued"
    who = f"{last.by.subject} of {last.by.department}" if last.by.department else last.by.subject
    return _Came(last.at, last.code, (f"{last.number}",), who, last.why or _NO_REASON[head.state])


def read(body: str) -> HandOff | Notice:
    """Return what a message of a department's queue is; raises `ValueError` for what is neither."""
    said = orjson.loads(body)
    is_notice = isinstance(said, dict) and "notice" in said
    return Notice.model_validate(said, extra="ignore") if is_notice else HandOff.model_validate_json(body)


def schema() -> dict[str, Any]:
    """Return the contract as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mostrador:notice:1",
        **Notice.model_json_schema(mode="serialization"),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
