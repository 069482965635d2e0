"""What can be done with an escalation, and what it comes to: one fold over all that was done, in its own order.

An escalation is never without a department. Whoever hands it back, hands it over or lets its time pass has by the same
step offered it to the next one: `returned` and `expired` are things that happen, and no states in which it could rest.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.casework import corrections
from shared.casework.steps import OURSELVES, Act, Agent, CaseMove, Corrections, Talk
from shared.errors import Conflict, InvalidParameter
from shared.escalation import Done, Due, Escalation, Offer, Passage, State, accept_by, answer_by
from shared.ids import move_id
from shared.playbook import ClockKind, Playbook, Priority

BY_OURSELVES = Agent(subject=OURSELVES)

ASKS_ON = "the customer wrote again after the answer"
"""Why an escalation that was answered is taken up again."""

_MOST_DOUBLINGS = 5

_LONGEST_PATH = 40
"""How many departments of its path an escalation keeps: the last ones, and how many there were before; the timeline has
all."""


class _Rule(NamedTuple):
    """From which states something may be done, and to which state it leads; none where the state stays."""

    allowed: frozenset[State]
    leads_to: State | None


_OPEN: frozenset[State] = frozenset({"offered", "accepted", "answered"})

RULES: Mapping[Act, _Rule] = {
    "accepted": _Rule(frozenset({"offered"}), "accepted"),
    "returned": _Rule(_OPEN, "offered"),
    "handed_over": _Rule(_OPEN, "offered"),
    "expired": _Rule(frozenset({"offered", "accepted"}), "offered"),
    "reminded": _Rule(frozenset({"offered", "accepted"}), None),
    "corrected": _Rule(_OPEN, None),
    "said_solved": _Rule(frozenset({"accepted", "answered"}), None),
    "answered": _Rule(frozenset({"accepted"}), "answered"),
    "reopened": _Rule(frozenset({"answered"}), "accepted"),
    "closed": _Rule(frozenset({"accepted", "answered"}), "closed"),
    "withdrawn": _Rule(_OPEN, "withdrawn"),
}

OFFERING: frozenset[Act] = frozenset({"returned", "handed_over", "expired", "reminded", "reopened"})
"""After these the hand-off is put on a department's queue, once more."""


def fold(case: Escalation, moves: Iterable[CaseMove]) -> Escalation:
    """Return an escalation with all of these in it; those that are in it already change nothing.

    Raises `ValueError` when one is missing in between.
    """
    for move in sorted(moves, key=lambda each: each.number):
        if move.number > case.number + 1:
            raise ValueError("something that was done with the escalation before is missing")
        if move.number == case.number + 1:
            case = _with(case, move)
    return case


def _with(case: Escalation, move: CaseMove) -> Escalation:
    changes: dict[str, Any] = {
        "number": move.number,
        "state": RULES[move.act].leads_to or case.state,
        "priority": move.priority or case.priority,
        "first": case.first or Offer.model_validate(case.model_dump(include=set(Offer.model_fields))),
        "last": Done(
            at=move.at, by=move.by, act=move.act, why=move.why, evidence=move.evidence, evidence_of=move.evidence_of
        ),
    }
    if move.act in OFFERING:
        changes["offer"] = move.number
    if move.act == "corrected":
        changes["corrections"] = corrections.fold(case.corrections, move)
    if move.clock == "resolve":
        changes["unresolved_at"] = move.at
    elif move.act == "reminded":
        changes["reminders"] = case.reminders + 1
    if move.act == "answered":
        changes |= {"is_answered": True, "answered_in": move.answered_in or case.answered_in}
    if asks_on(move):
        changes |= {"is_answered": False, "asked_on_at": move.at}
    if move.act == "said_solved":
        changes |= {"solved_event_key": move.evidence, "solved_event_of": move.evidence_of}
    return case.model_copy(update=changes | _CHANGES[changes["state"]](case, move))


def asks_on(move: CaseMove) -> bool:
    """Return whether by this a case is taken up again, by whomever, since the customer asked on (`follow_up`)."""
    return move.act == "reopened" or (move.act == "handed_over" and move.evidence is not None)


def _offered(case: Escalation, move: CaseMove) -> dict[str, Any]:
    if move.to is None:  # it stays where it is, with another priority, or for another while
        return {"accept_by": move.due_by or case.accept_by}
    left = Passage(
        department=case.department, offered_at=case.offered_at, at=move.at, by=move.by, act=move.act, why=move.why
    )
    path = (*case.path, left)
    return {
        "department": move.to,
        "offered_at": move.at,
        "accept_by": move.due_by or case.accept_by,
        "returns": case.returns + _goes_back(case, move.act, move.to),
        "reminders": 0,
        "path": path[-_LONGEST_PATH:],
        "path_left_out": case.path_left_out + len(path[:-_LONGEST_PATH]),
        "held_by": None,
        "accepted_at": None,
        "answered_at": None,
        "reopened_at": None,
        "next_by": None,
    }


def _goes_back(case: Escalation, act: Act, to: str) -> bool:
    """Return whether a department hands it back by this, or it comes to one that had it before, whoever brings it
    there."""
    return act == "returned" or (to != case.department and to in {stop.department for stop in case.path})


_NOT_SOLVED = {"solved_event_key": None, "solved_event_of": None}


def _accepted(case: Escalation, move: CaseMove) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    match move.act:
        case "accepted":
            taken = {"held_by": move.by, "accepted_at": move.at, "reminders": 0}
        case "reopened":
            taken = {"reopened_at": move.at, "answered_at": None, "reminders": 0, **_NOT_SOLVED}
    return {**taken, "next_by": move.due_by or case.next_by}


def _answered(case: Escalation, move: CaseMove) -> dict[str, Any]:
    answered = {"answered_at": move.at} if move.act == "answered" else {}
    return {**answered, "next_by": move.due_by or case.next_by}


def _ended(_: Escalation, move: CaseMove) -> dict[str, Any]:
    return {"ended_at": move.at, "next_by": None}


_CHANGES = {"offered": _offered, "accepted": _accepted, "answered": _answered, "closed": _ended, "withdrawn": _ended}


def must_allow(case: Escalation, act: Act) -> None:
    """Raise `Conflict`, saying how the escalation stands, through whom and since when, unless this may be done now."""
    if case.state in RULES[act].allowed:
        return
    raise Conflict(in_the_way(case))


def in_the_way(case: Escalation) -> str:
    """Return how an escalation stands, for people who want to do what cannot be done, and what can be."""
    return f"{standing(case)}; {_REMEDY[case.state]}"


def standing(case: Escalation) -> str:
    """Return how an escalation stands, for people: where, through whom and since when."""
    where, last = f"it is {case.state} with {case.department}", case.last
    if last is None:
        return f"{where} since {case.offered_at:%Y-%m-%dT%H:%M:%SZ}"
    who = last.by.subject if last.by.department is None else f"{last.by.subject} of {last.by.department}"
    return f"{where}: {last.act} by {who} at {last.at:%Y-%m-%dT%H:%M:%SZ}"


_REMEDY: Mapping[State, str] = {
    "offered": "accept it first",
    "accepted": "ask whoever has it, or hand it over",
    "answered": "close it, or hand it over",
    "closed": "it is over; what the customer writes next makes a new one",
    "withdrawn": "it is over; what the customer writes next makes a new one",
}


class Doing(NamedTuple):
    """What somebody wants to do with an escalation, when, and why; `to`, `priority` and what else of the triage is
    otherwise where that is said."""

    act: Act
    at: datetime
    by: Agent
    why: str = ""
    to: str | None = None
    priority: Priority | None = None
    evidence: str | None = None
    evidence_of: str | None = None
    corrections: Corrections | None = None
    answered_in: Talk | None = None
    clock: ClockKind | None = None


def move(case: Escalation, doing: Doing, playbook: Playbook, *, step_id: str | None = None) -> CaseMove:
    """Return the next move of an escalation; by ourselves when there is no `step_id`, and then the same at every call.

    Raises `Conflict` when that may not be done as it stands, and `InvalidParameter` for a department that is none, or
    the one that has it already, and for a correction that changes nothing.
    """
    must_allow(case, doing.act)
    if doing.act == "corrected":
        corrections.must_change(case.corrections, doing.priority, doing.corrections, was=case.priority)
    to = _next(case, doing, playbook)
    priority = doing.priority or case.priority
    return CaseMove(
        id=step_id or move_id(escalation_id=case.id, number=case.number + 1, act=doing.act),
        identity=case.identity,
        at=doing.at,
        by=doing.by,
        why=doing.why,
        escalation_id=case.id,
        number=case.number + 1,
        act=doing.act,
        to=to,
        priority=doing.priority,
        corrections=doing.corrections,
        due_by=_due_by(case, doing, to or case.department, priority, playbook),
        evidence=doing.evidence,
        evidence_of=doing.evidence_of,
        answered_in=doing.answered_in,
        clock=doing.clock,
    )


def _next(case: Escalation, doing: Doing, playbook: Playbook) -> str | None:
    if doing.act not in ("returned", "handed_over", "expired"):
        return None
    names = [department.name for department in playbook.departments]
    to = doing.to or _fallback(case, playbook)
    if _goes_back(case, doing.act, to) and case.returns + 1 >= playbook.hand_offs.most_returns:
        to = to if case.department == playbook.owner else playbook.owner
    if to not in names:
        raise InvalidParameter("to", f"there is no such department; name one of: {', '.join(names)}")
    if to == case.department:
        raise InvalidParameter("to", f"{to} has it already; name another department")
    return to


def _fallback(case: Escalation, playbook: Playbook) -> str:
    known = {department.name: department for department in playbook.departments}
    here = known.get(case.department)
    return (here.fallback if here else None) or playbook.default_department


def is_last_resort(case: Escalation, playbook: Playbook) -> bool:
    """Return whether nobody is left to whom an escalation could fall from where it is."""
    return _fallback(case, playbook) == case.department


def _due_by(case: Escalation, doing: Doing, department: str, priority: Priority, playbook: Playbook) -> datetime | None:
    """Return until when the next thing is to be done; none where that stays as it is. Another priority counts from when
    the clock began; a reminder gives as much time again, and twice as much each further time."""
    if doing.act == "said_solved" or (doing.act == "corrected" and doing.priority is None):
        return None
    if doing.act == "reminded" and doing.clock is not None:
        return None
    corrected = doing.act == "corrected"
    times = 2 ** min(case.reminders, _MOST_DOUBLINGS) if doing.act == "reminded" else 1
    due = Due(department, priority, case.channel, case.group)
    match RULES[doing.act].leads_to or case.state:
        case "offered":
            return accept_by(playbook, due, case.offered_at if corrected else doing.at, times=times)
        case "accepted":
            since = (case.reopened_at or case.accepted_at or doing.at) if corrected else doing.at
            return answer_by(playbook, due, since, times=times)
        case "answered":
            return case.next_by if corrected else doing.at + playbook.hand_offs.close_after
        case _:
            return None


def follow_up(case: Escalation, now: datetime, playbook: Playbook) -> Doing:
    """Return what is done with an answered escalation when the customer asks on: who has it takes it up again, or the
    default department where the playbook has theirs no more. The event is for whoever knows it to name."""
    return take_up(case, now, playbook, ASKS_ON)


def take_up(case: Escalation, now: datetime, playbook: Playbook, why: str) -> Doing:
    """Return what is done with an answered escalation that is not settled after all: whoever has it takes it up again,
    or the default department where the playbook has theirs no more."""
    if case.department in {department.name for department in playbook.departments}:
        return Doing("reopened", now, BY_OURSELVES, why)
    return Doing("handed_over", now, BY_OURSELVES, why, to=playbook.default_department)
