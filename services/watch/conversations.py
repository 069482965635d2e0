"""What the watch does about customers whom nobody answers in time: somebody is told, and once more after as long again.

Where a department has the matter already it is reminded; else one is asked to answer. Both have an id made of the
conversation, since when it waits, and the stage: found again, or by two watches at once, it is the same.
"""

from typing import NamedTuple

from shared import telemetry
from shared.casework.cases import BY_OURSELVES, Doing, is_last_resort
from shared.casework.steps import OURSELVES, Act
from shared.errors import Conflict
from shared.escalation import Escalation
from shared.ids import step_id
from shared.listening import hearing
from shared.playbook import PRIORITIES, Playbook
from shared.projection import waits
from shared.projection.asking import questions
from shared.projection.cases import offer, open_cases
from shared.projection.conversation import Conversation
from shared.projection.going_on import talk_of
from shared.projection.links import members
from shared.projection.open_work import Anew
from shared.projection.projector import Projector
from shared.projection.unanswered import (
    STAGES,
    Stage,
    answer_due,
    own_id,
    priority,
    raised,
    stage,
    stage_due,
    why,
)
from shared.projection.unanswered import waiting as list_as
from shared.projection.waits import Wait
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Item, Table


class _Waiting(NamedTuple):
    """A conversation in which somebody waits: its head and key, the same head as of when they first asked for
    something, the journal's key of what they asked, and their wait by the clocks."""

    head: Conversation
    key: Key
    asked: Conversation
    event_key: str
    wait: Wait

    def own_id(self, at: Stage) -> str:
        return own_id(self.head, at, self.key)


def see_to(projector: Projector, key: Key, item: Item) -> Anew | None:
    """See to a listed conversation if its time has come, and return for when it is next to be looked at, if ever."""
    head = Conversation.stored(item["state"]["S"])
    hears = hearing(projector.playbook)
    found = next(questions(projector.table, head, head.waiting_since, hears), None) if head.waiting_since else None
    if found is None:  # nobody waits, or what waits was taken for a question when it was written, and only thanks
        return _as(head.model_copy(update={"waiting_since": None}), {})
    playbook = projector.playbook()
    asked = head.model_copy(update={"waiting_since": found.event.occurred_at})
    wait = waits.read(projector.table, asked, playbook, projector.now())
    at = stage(asked, projector.now(), playbook, wait)
    if at is None or _tell_somebody(projector, _Waiting(head, key, asked, found.key.sk, wait), at, playbook):
        return _as(head, list_as(key, asked, playbook, seen_to=at, wait=wait))
    return None


def _as(head: Conversation, listing: Item) -> Anew:
    return Anew(head.model_dump_json(exclude_defaults=True), listing)


def _tell_somebody(projector: Projector, waiting: _Waiting, at: Stage, playbook: Playbook) -> bool:
    """Tell a department that it is time to answer, unless one was told; return whether one is told by now."""
    if projector.table.get(keys.escalation(identity_name=waiting.head.identity, escalation_id=waiting.own_id(at))):
        return True
    found = _open_cases(projector.table, waiting)
    unsettled = next((case for case in found if case.state != "answered"), None)
    if unsettled:
        return _press(projector, unsettled, waiting, at, playbook)
    department = playbook.department_or_default(found[0].department if found else None)
    if at == STAGES[-1] and department.fallback:
        department = playbook.department(department.fallback)
    case = raised(
        waiting.asked,
        at,
        head=waiting.head,
        key=waiting.key,
        event_key=waiting.event_key,
        department=department.name,
        playbook=playbook,
        now=projector.now(),
        wait=waiting.wait,
    )
    if offer(projector.table, case):
        telemetry.count("AnswersOverdue")
    return True


def _press(projector: Projector, case: Escalation, waiting: _Waiting, at: Stage, playbook: Playbook) -> bool:
    """Press the department that has the matter; return whether that was done, which it is not when somebody has done
    something with the case meanwhile."""
    doing = Doing(
        _act(case, waiting, at, playbook),
        projector.now(),
        BY_OURSELVES,
        why(waiting.asked, at, playbook, waiting.wait).text,
        priority=max(case.priority, priority(at), key=PRIORITIES.index),
    )
    if doing.act == "corrected" and doing.priority == case.priority:
        return True
    own = f"{waiting.own_id(at)}#{case.id}"
    named = step_id(subject=OURSELVES, identity=case.identity, idempotency_key=own)
    try:
        projector.cases.take(projector.cases.do(case.identity, case.id, doing, step_id=named, seen=case.number))
    except Conflict:
        return False
    telemetry.count("AnswersOverdue")
    return True


def _act(case: Escalation, waiting: _Waiting, at: Stage, playbook: Playbook) -> Act:
    """Return what is done with a case whose customer waits: its department is reminded, and at the last stage it loses
    it to the fallback. Whoever has had it for a moment only keeps it, and whoever was offered it after the stage was
    reached knows, and is told no more than how pressing it is."""
    if case.offered_at > stage_due(playbook, waiting.asked, at, waiting.wait):
        return "corrected"
    for_long = case.offered_at <= answer_due(playbook, waiting.asked, times=1.5, wait=waiting.wait)
    return "expired" if at == STAGES[-1] and for_long and not is_last_resort(case, playbook) else "reminded"


def _open_cases(table: Table, waiting: _Waiting) -> list[Escalation]:
    """Return the open escalations of a conversation, and those that go on there, the one to be seen to first before the
    others."""
    own, others = waiting.head.identity, members(table.get(keys.members(waiting.head.identity)))
    found, talk = open_cases(table, own, *others, but=""), talk_of(waiting.head)
    events = table.get_many(Key(waiting.key.pk, case.event_key) for case in found if case.identity == own)
    of_it = {key.sk for key, item in events.items() if keys.conversation(journal.entry(item).event) == waiting.key}
    return [case for case in found if case.answered_in == talk or (case.identity == own and case.event_key in of_it)]
