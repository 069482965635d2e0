"""What the desk answers of cases, the same words as the lookup has for them."""

from pydantic import Field

from services.desk.contract import By, Kept, Part
from shared.casework.corrections import TriagePart
from shared.casework.steps import Act
from shared.escalation import State
from shared.http.problems import Problem
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
    act: Act = Field(description="returned, handed_over, or expired when it was not seen to in time.")
    by: By
    why: str = Field(description="Empty when nobody said.")


class Talk(Part):
    """One of the customer's conversations."""

    identity: str
    channel: str
    thread: str


class Last(Part):
    """What was last done with a case."""

    at: Instant
    by: By = Field(description="mostrador is the product itself.")
    act: Act
    why: str = Field(description="Empty when nobody said.")
    evidence: str | None = Field(description="The event_key of the timeline entry that brought it about, if one did.")
    evidence_of: str | None = Field(
        description="The identity of that entry, where it is another one of the customer's."
    )


class Correction(Part):
    """What somebody said of the triage, which was read wrong."""

    part: TriagePart = Field(description="Which part of it: the priority, the tone, or who speaks.")
    value: str = Field(description="What it is by their word.")
    at: Instant
    by: By
    why: str


class Sibling(Part):
    """Another open case of the same customer, on whichever of their identities."""

    id: str
    department: str
    state: State
    priority: Priority
    due_by: Instant | None


class Escalation(Part):
    """A request that a department take over what a customer said, or see to what was promised."""

    id: str = Field(description="The same as in the hand-off on the department's queue.")
    customer_id: str = Field(description="An id of the customer; with it the case is named in paths.")
    identity: str
    number: int = Field(description="How many things were done with it; say it to act on nothing but this state.")
    department: str = Field(description="Which has it, or has it offered, now.")
    state: State
    priority: Priority
    reasons: tuple[Why, ...] = Field(description="The deciding ones first.")
    opened_at: Instant = Field(description="When it was offered first.")
    offered_at: Instant = Field(description="To the department that has it now.")
    due_by: Instant | None = Field(
        description="Until when it is to be accepted; once it is, answered; and then, when it is taken for closed. "
        "Null when it has ended."
    )
    overdue: bool = Field(description="Whether that has passed.")
    answer_by: Instant | None = Field(
        description="Until when the customer is to be answered, counted from when they asked, by the clock of the "
        "playbook for their channel, group and priority. Null when they have been, or it is no question of theirs."
    )
    held_by: By | None = Field(description="Who accepted it.")
    accepted_at: Instant | None
    answered_at: Instant | None
    answered_in: Talk | None = Field(
        description="The other conversation in which the customer was answered last, such as a private one below a "
        "public post: what they say there is about this case, too. Null where they were only answered in its own."
    )
    reopened_at: Instant | None = Field(
        description="When the customer was last found to have asked on after an answer."
    )
    solved_event_key: str | None = Field(
        description="The timeline entry in which the customer says that it is solved, once somebody had accepted it."
    )
    solved_event_of: str | None = Field(
        description="The identity of that entry, where it is another one of the customer's."
    )
    ended_at: Instant | None
    returns: int = Field(description="How often it was handed back, or came to a department that had it before.")
    path: tuple[Stop, ...] = Field(description="The departments that had it before, the first one first.")
    path_left_out: int = Field(description="How many departments that had it before those of path are left out.")
    last: Last | None = Field(description="What was last done with it; null when nothing was.")
    corrections: tuple[Correction, ...] = Field(
        description="The last word on each part of the triage, where one was said."
    )
    event_key: str = Field(description="The timeline entry that it rests on has the same identity and event_key.")
    commitment_id: str | None = Field(description="The promise that it is to be seen to, if it is about one.")


class Case(Escalation):
    """One case, with what else is open about the same person."""

    others: tuple[Sibling, ...] = Field(description="The one to be seen to first before the others.")


class Listed(Escalation):
    """A case in a department's queue."""

    others: int = Field(description="How many other open cases the customer has, with any department.")


class Queue(Part):
    """A page of a department's open cases, the one to be seen to first before the others."""

    department: str
    cases: tuple[Listed, ...]
    next_cursor: str | None = Field(description="Null on the last page. A page may have few cases, or none, before it.")


class Done(Kept):
    """Something that was done with a case, and the case as it stands now."""

    act: Act
    number: int = Field(description="Which it was of all that was done with the case.")
    to: str | None = Field(description="The department to which the case was offered by it.")
    case: Case


class Standing(Part):
    """How a case stands, in which something else was found than the caller knew or may do anything with."""

    number: int
    state: State
    department: str
    priority: Priority
    held_by: By | None
    due_by: Instant | None
    last: Last | None = Field(description="By whom, when and how it came to stand so.")


class CaseProblem(Problem):
    """Why nothing was done with a case."""

    stands: Standing = Field(description="The case as it is now.")
