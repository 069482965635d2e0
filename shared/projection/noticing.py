"""Departments that know notices are told of what they have no longer, though it was not their own doing, and by their
queue of what became of the answers that they asked for by it.

It is told from the stream's own records: of a case from the step's, as a hand-off goes out from its own; of an answer
from whatever changed how it stands, its head having been brought up to that. A process that dies tells it again, under
the same `notice_id`: the queue drops the second within five minutes, and the department knows it after that. Consumers
that have no `connector` in the playbook know hand-offs alone, and get nothing else.
"""

from collections.abc import Iterable, Iterator

from shared.casework.replies import ReplyHead
from shared.casework.steps import Agent, CaseMove, ReplyMove, Step
from shared.notice import OVER, Notice, answer, arrived_after_all, over
from shared.playbook import Department
from shared.playbook.connectors import Queue
from shared.projection.cases import Cases
from shared.queues import Departments
from shared.store import keys
from shared.store.keys import Key
from shared.subjects import acts_by


def put(notice: Notice, departments: Departments) -> None:
    """Put a notice on its department's queue, in order with all others of its case.

    Its group is the case, and not the customer as a hand-off's: a department may keep a hand-off on the queue until it
    is told that it has it, which nothing could tell it behind that hand-off; and of what cannot be read in an act the
    case is known, and whose it is not. So a notice may overtake the hand-off that it speaks of.
    """
    departments.put(notice.department, notice.to_json(), group=notice.id, once=notice.notice_id)


def tell(step: Step, cases: Cases, departments: Departments) -> None:
    """Tell of a step, once it is projected, if there is anything to tell and somebody who wants to know."""
    match step:
        case CaseMove() if step.act in OVER:
            _tell_over(step, cases, departments)
        case ReplyMove():
            for head in _asked_by_queue([keys.reply(identity_name=step.identity, reply_id=step.reply_id)], cases):
                _tell_answer(head, departments)


def tell_heard(heads: Iterable[ReplyHead], cases: Cases, departments: Departments) -> None:
    """Tell of answers of which the platform told something, or of which it was found out that something it told is
    about them, once that is projected."""
    about = (keys.reply(identity_name=head.identity, reply_id=head.id) for head in heads)
    for head in _asked_by_queue(about, cases):
        is_told_by_its_step = head.sent is not None and head.state != "failed" and not arrived_after_all(head)
        if not is_told_by_its_step:
            _tell_answer(head, departments)


def _tell_over(step: CaseMove, cases: Cases, departments: Departments) -> None:
    listening = {department.name: department for department in cases.playbook().departments if department.connector}
    if not listening:
        return
    before = cases.after(step.identity, step.escalation_id, step.number - 1)
    department = listening.get(before.department)
    if department and not _did_so_in_its_tool(step.by, department):
        put(over(before, step), departments)


def _did_so_in_its_tool(by: Agent, department: Department) -> bool:
    """Return whether a department did something where it would be told of it. What is done at the desk is done in the
    name of the department that has the case as well, and is news to its tool."""
    tool = department.connector
    return tool is not None and by.department == department.name and acts_by(by.subject, tool.kind)


def _tell_answer(head: ReplyHead, departments: Departments) -> None:
    if notice := answer(head):
        put(notice, departments)


def _asked_by_queue(about: Iterable[Key], cases: Cases) -> Iterator[ReplyHead]:
    """Yield the answers among replies that a department asked for by its queue, if it still has one, as they stand."""
    wanted = set(about)
    acting = {each.name for each in cases.playbook().departments if isinstance(each.connector, Queue)} if wanted else ()
    for item in cases.table.get_many(sorted(wanted)).values() if acting else ():
        head = ReplyHead.stored(item["state"]["S"])
        if head.asked and head.asked.by.department in acting and acts_by(head.asked.by.subject, "queue"):
            yield head
