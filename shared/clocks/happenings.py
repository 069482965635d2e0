"""What happens in a conversation, as far as clocks go by it: who spoke, and what was done with its cases."""

from collections.abc import Iterable, Iterator
from typing import Literal

from shared.casework.steps import OURSELVES, CaseMove
from shared.clocks.thanks import needs_no_answer
from shared.escalation import Escalation
from shared.listening import Hears, deaf, is_overheard
from shared.models import Call, Frozen, Identifier, Instant, Message, PersonalEvent
from shared.playbook import Priority

Screen = Literal["ours", "native"]

What = Literal[
    "spoke",
    "thanked",
    "talked",
    "answered",
    "unreached",
    "acknowledged",
    "offered",
    "accepted",
    "returned",
    "handed_over",
    "expired",
    "reminded",
    "corrected",
    "said_solved",
    "reopened",
    "closed",
    "withdrawn",
]


class Happening(Frozen):
    """One thing that happened at an instant; two with the same `id` are the same thing, told twice.

    - The customer `spoke` (a message, or a call that nobody took), only `thanked`, or `talked` with somebody who took
      their call.
    - The company `answered`, on our `screen` or on the platform's own, or `acknowledged` by itself. What it answered
      and did not reach the customer, says the platform, is `unreached`: their waiting goes on.
    - All others were done with a `case`, by number: `offered` is its first offer, and whatever names a `department` has
      offered it there. `closed` without a case ends what the conversation is about. One that is `aside` is not about
      the conversation, but reminds of a promise. What is `only_taken` for closed was closed by nobody: it ends no
      customer's waiting.

    `priority` is the one from then on, where it says so; a message can only raise it.
    """

    id: Identifier
    at: Instant
    what: What
    screen: Screen | None = None
    case: str | None = None
    number: int = 0
    department: str | None = None
    priority: Priority | None = None
    aside: bool = False
    only_taken: bool = False


def of_event(
    event: PersonalEvent,
    *,
    priority: Priority | None = None,
    screen: Screen | None = None,
    hears: Hears = deaf,
    reached: bool = True,
) -> Happening | None:
    """Return what an event of the journal is to clocks, or none.

    `priority` is what triage found in a message; `screen` says of what the company sent where it was written, and
    `reached` whether the customer has it, for all that the platform told of it (`Arrivals`). What nobody wrote is for
    whoever knows of replies to tell apart. What nobody said to the company is none, unless by what is listened for
    (`hears`) an answer is owed.
    """
    what: What
    if is_overheard(event) and not ((heard := hears(event)) and heard.asks):
        return None
    match event:
        case Message(direction="outbound"):
            what = "answered" if reached else "unreached"
        case Message() if needs_no_answer(event):
            what = "thanked"
        case Call(by_machine=True) | Call(is_words=True):  # nobody has been spoken to, or other events say so
            return None
        case Message() | Call(direction="inbound", status="missed" | "rejected" | "failed"):
            what = "spoke"
        case Call(direction="inbound", status="answered" | "completed"):
            what = "talked"
        case Call(status="answered" | "completed"):
            what = "answered"
        case _:  # what rings may yet be taken, and a call of ours that nobody took says nothing
            return None
    return Happening(id=event.external_id, at=event.occurred_at, what=what, screen=screen, priority=priority)


def of_case(case: Escalation, moves: Iterable[CaseMove]) -> Iterator[Happening]:
    """Yield a case's first offer and what was done with it.

    That it was answered is left out where an event of its conversation shows it, since the event is what answers.
    """
    first, aside = case.as_first_offered, case.commitment_id is not None
    yield Happening(
        id=case.id,
        at=first.offered_at,
        what="offered",
        case=case.id,
        department=first.department,
        priority=first.priority,
        aside=aside,
    )
    for move in moves:
        if move.act == "answered" and move.evidence is not None and move.answered_in is None:
            continue
        yield Happening(
            id=move.id,
            at=move.at,
            what=move.act,
            case=case.id,
            number=move.number,
            department=move.to,
            priority=move.priority,
            aside=aside,
            only_taken=move.act == "closed" and move.by.subject == OURSELVES,
        )
