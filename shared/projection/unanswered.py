"""Customers who wait: until when they are to be answered, and what is made of it when nobody does.

There are two stages: when the time is over, and when as much time again is; who waits on after that is listed apart,
the longest wait first. What is raised at one has an id of its own,
so that it is raised once, however often and by however many it is found.
"""

from datetime import datetime
from typing import Literal, NamedTuple, get_args

from shared.casework.steps import OURSELVES, Act, CaseMove
from shared.clocks.calendar import after
from shared.clocks.targets import targets
from shared.escalation import Due, Escalation, Unanswered, accept_by
from shared.ids import customer_id, move_id, overdue_id
from shared.playbook import Playbook, Priority
from shared.projection.conversation import Conversation
from shared.projection.open_work import kind_of, listed
from shared.projection.waits import Wait, earliest
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Item, Table
from shared.triage import Reason

Stage = Literal["overdue", "long_overdue"]

STAGES: tuple[Stage, ...] = get_args(Stage)

LONG = "long_waiting"
"""As what a conversation is listed that was seen to at every stage and in which the customer waits on."""


def answer_due(playbook: Playbook, head: Conversation, *, times: float = 1, wait: Wait | None = None) -> datetime:
    """Return until when a customer who waits is to be answered: within what the playbook allows for a first or a next
    answer on their channel, so many times, in the open time of the default department; never later than the clock of
    their `wait` says, which knows how pressing it is, whose it is, and who they are.
    """
    assert head.waiting_since is not None, "nobody waits"
    within = targets(
        playbook,
        "first_answer" if head.last_outbound_at is None else "next_answer",
        priority="normal",
        channel=head.channel,
        group=wait.group if wait else None,
        department=playbook.default_department,
    )
    assert within is not None, "there is a deadline for answers in every playbook"
    ordinary = after(playbook.calendar(playbook.default_department), head.waiting_since, within * times)
    by_the_clock = wait and wait.due(playbook, times=times)
    return min(ordinary, by_the_clock) if by_the_clock else ordinary


def stage_due(playbook: Playbook, head: Conversation, at: Stage, wait: Wait | None = None) -> datetime:
    """Return the instant from which on a stage is reached."""
    return answer_due(playbook, head, times=1 + STAGES.index(at), wait=wait)


def stage(head: Conversation, now: datetime, playbook: Playbook, wait: Wait | None = None) -> Stage | None:
    """Return which stage the wait of a customer has reached at an instant, or none."""
    if head.waiting_since is None:
        return None
    return next((at for at in reversed(STAGES) if stage_due(playbook, head, at, wait) < now), None)


def next_look(
    head: Conversation, seen_to: Stage | None, playbook: Playbook, wait: Wait | None = None
) -> datetime | None:
    """Return when a conversation is to be looked at next, once this stage was seen to; none when nobody waits, or no
    further stage comes. Without its `wait` that is the first instant at which any clock could be over."""
    if head.waiting_since is None or seen_to == STAGES[-1]:
        return None
    if seen_to is None:
        return stage_due(playbook, head, STAGES[0], wait) if wait else earliest(playbook, head)
    return stage_due(playbook, head, STAGES[STAGES.index(seen_to) + 1], wait)


def waiting(
    key: Key, head: Conversation, playbook: Playbook, *, seen_to: Stage | None = None, wait: Wait | None = None
) -> Item:
    """Return the attributes that list a conversation for when it is to be looked at next and, when it was seen to at
    every stage, since when they wait: there the longest wait is the first, and nobody has to look."""
    if head.waiting_since is not None and seen_to == STAGES[-1]:
        return listed(LONG, key, head.waiting_since)
    at = next_look(head, seen_to, playbook, wait)
    return listed("waiting", key, at) if at else {}


def look_sooner(table: Table, case: Escalation, playbook: Playbook) -> None:
    """List the conversation of a case for the first instant at which any clock of its wait could be over: what became
    of the case may have brought that forward. Whoever looks then lists it for when it is over."""
    said = table.get(Key(keys.identity(case.identity), case.event_key))
    key = keys.conversation(journal.entry(said).event) if said else None
    item = table.get(key) if key else None
    if key is None or item is None or kind_of(item) != "waiting":
        return
    head = Conversation.stored(item["state"]["S"])
    if head.waiting_since is None:  # answered while the watch put it off, which finds that when it looks
        return
    sooner = listed("waiting", key, earliest(playbook, head))
    if sooner["open_at"]["S"] < item["open_at"]["S"]:
        table.set(key, sooner, having="open")


def moves_clocks(move: CaseMove) -> bool:
    """Return whether what was done with a case may move the clock of the answer: its priority, or its department.
    That the watch pressed somebody because a stage was reached moves none."""
    by_a_watch = move.by.subject == OURSELVES
    is_press = by_a_watch and move.id != move_id(escalation_id=move.escalation_id, number=move.number, act=move.act)
    return move.act in _MOVING and not is_press


_MOVING: frozenset[Act] = frozenset({"returned", "handed_over", "expired", "reminded", "corrected", "withdrawn"})


class _Raised(NamedTuple):
    priority: Priority
    text: str


_RAISED: dict[Stage, _Raised] = {
    "overdue": _Raised(
        "high", "Nobody has answered the customer: they have been waiting since {since}, and were to hear by {due}."
    ),
    "long_overdue": _Raised(
        "urgent",
        "Still nobody has answered the customer: they have been waiting since {since}, and were to hear by {due}.",
    ),
}


def priority(at: Stage) -> Priority:
    """Return how pressing a conversation is at a stage."""
    return _RAISED[at].priority


def why(head: Conversation, at: Stage, playbook: Playbook, wait: Wait | None = None) -> Reason:
    """Return the reason for which a conversation is raised, with a sentence that says since when it waits and by when
    it was to be answered."""
    assert head.waiting_since is not None, "nobody waits"
    said = {"since": head.waiting_since, "due": answer_due(playbook, head, wait=wait)}
    text = _RAISED[at].text.format(**{name: f"{instant:%Y-%m-%dT%H:%M:%SZ}" for name, instant in said.items()})
    return Reason(code="answer_overdue", text=text)


def raised(
    asked: Conversation,
    at: Stage,
    *,
    head: Conversation,
    key: Key,
    event_key: str,
    department: str,
    playbook: Playbook,
    now: datetime,
    wait: Wait | None = None,
) -> Escalation:
    """Return the offer that asks a department to answer a conversation, of which this is the head and its key.

    `asked` is the same head with the instant at which the customer first asked for something, `event_key` the journal's
    key of the message in which they did.
    """
    assert head.waiting_since is not None, "nobody waits"
    due = Due(department, priority(at), head.channel, wait.group if wait else None)
    return Escalation(
        id=own_id(head, at, key),
        department=department,
        priority=due.priority,
        reasons=(why(asked, at, playbook, wait),),
        offered_at=now,
        accept_by=accept_by(playbook, due, now),
        identity=head.identity,
        event_key=event_key,
        customer_id=customer_id(head.identity),
        playbook_version=playbook.version,
        asked_at=head.waiting_since,
        channel=due.channel,
        group=due.group,
        unanswered=Unanswered(conversation=key.sk, since=head.waiting_since),
    )


def own_id(head: Conversation, at: Stage, key: Key) -> str:
    """Return the id of what is raised of a conversation at a stage."""
    assert head.waiting_since is not None, "nobody waits"
    since = keys.instant(head.waiting_since)
    return overdue_id(identity=head.identity, conversation=key.sk, since=since, stage=at)


def is_answered(since: datetime, head: Conversation | None) -> bool:
    """Return whether a customer who has waited since an instant does so no more. Who is found to have waited even
    longer still waits."""
    return head is None or head.waiting_since is None or head.waiting_since > since
