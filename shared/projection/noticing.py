"""Departments that know notices are told of what they have no longer, though it was not their own doing.

It is told from the step's own record in the stream, as a hand-off goes out from its own: a process that dies tells it
again, and the queue drops the second within five minutes. Consumers that have no `connector` in the playbook know
hand-offs alone, and get nothing else.
"""

from shared.casework.steps import Step
from shared.notice import OVER, over
from shared.projection.cases import Cases
from shared.queues import Departments


def tell_over(step: Step, cases: Cases, departments: Departments) -> None:
    """Tell the department that had an escalation before a step, if there is anything to tell and it wants to know."""
    if step.kind != "case" or step.act not in OVER:
        return
    listening = {department.name for department in cases.playbook().departments if department.connector}
    if not listening:
        return
    before = cases.after(step.identity, step.escalation_id, step.number - 1)
    if before.department in listening:
        notice = over(before, step)
        departments.put(
            before.department, notice.to_json(), group=before.customer_id, once=f"{notice.claim}-{notice.notice}"
        )
