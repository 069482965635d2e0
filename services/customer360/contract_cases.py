"""What the lookup answers of a customer's cases."""

from pydantic import Field

from services.customer360.contract_parts import By, Part
from shared.casework.corrections import TriagePart
from shared.escalation import State
from shared.models import Instant
from shared.playbook import Priority


class Why(Part):
    """Why a case went to its department with its priority."""

    code: str = Field(description="For machines; new codes may appear.")
    text: str = Field(description="A sentence for a person.")
    evidence: str | None = Field(description="The playbook's phrase that was found in the message.")


class Stop(Part):
    """A department that had a case before, and how it left there."""

    department: str
    offered_at: Instant
    at: Instant = Field(description="When it left there.")
    act: str = Field(description="returned, handed_over, or expired when it was not seen to in time.")
    by: By
    why: str = Field(description="Empty when nobody said.")


class Correction(Part):
    """What somebody said of the triage, which was read wrong."""

    part: TriagePart = Field(description="Which part of it: the priority, the tone, or who speaks.")
    value: str = Field(description="What it is by their word.")
    at: Instant
    by: By
    why: str


class Talk(Part):
    """One of the customer's conversations."""

    identity: str
    channel: str
    thread: str


class Escalation(Part):
    """A request that a department take over what the customer said, or see to what was promised."""

    id: str = Field(description="The same as in the hand-off on the department's queue.")
    number: int = Field(description="How many things were done with it; say it to act on nothing but this state.")
    department: str = Field(description="Which has it, or has it offered, now.")
    state: State
    priority: Priority
    reasons: tuple[Why, ...] = Field(description="The deciding ones first.")
    offered_at: Instant = Field(description="To the department that has it now.")
    accept_by: Instant = Field(description="Not accepted by then, the offer goes to the department's fallback.")
    due_by: Instant | None = Field(
        description="Until when it is to be accepted; once it is, answered; and then, when it is taken for closed."
    )
    held_by: By | None = Field(description="Who accepted it.")
    accepted_at: Instant | None
    answered_at: Instant | None
    answered_in: Talk | None = Field(
        description="The other conversation in which the customer was answered last, such as a private one below a "
        "public post: what they say there is about this case, too. Null where they were only answered in its own."
    )
    solved_event_key: str | None = Field(
        description="The timeline entry in which the customer says that it is solved, once somebody had accepted it."
    )
    solved_event_of: str | None = Field(
        description="The identity of that entry, where it is another one of the customer's."
    )
    corrections: tuple[Correction, ...] = Field(
        description="The last word on each part of the triage, where one was said."
    )
    path: tuple[Stop, ...] = Field(description="The departments that had it before, the first one first.")
    path_left_out: int = Field(description="How many departments that had it before those of path are left out.")
    identity: str
    event_key: str = Field(description="The timeline entry that it rests on has the same identity and event_key.")
    commitment_id: str | None = Field(description="The promise that it is to be seen to, if it is about one.")


class OtherCase(Part):
    """An open case of a department that the token does not reach."""

    department: str
    state: State
