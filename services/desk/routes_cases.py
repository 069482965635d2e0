"""The paths of one case: how it stands, and what is done with it."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from services.desk import asked_cases as asked
from services.desk import contract_cases as contract
from services.desk.asked_cases import CaseAct
from services.desk.cases import Escalations
from services.desk.routing import Asker, Author, Id, part_of, read, reading, write, writing
from services.desk.writer import CASES, WRITE
from shared.http import answering
from shared.http.writing import reader

reads = reading(WRITE, part=CASES)
writes = writing(WRITE, part=CASES)

_Escalations = Annotated[Escalations, part_of(Escalations)]
CaseId = Annotated[
    str, Path(alias="escalation_id", pattern="^esc_[a-z2-7]{26}$", description="The case's id, as its hand-off has it.")
]

_STANDS_OTHERWISE = (
    "It stands otherwise: somebody was faster, it is with another department, or it does not allow this; `stands` says "
    "how, and by whom and when it came to that."
)


@reads.get("/customers/{id}/escalations/{escalation_id}", **read("case", contract.Case))
async def case(
    customer_id: Id, escalation_id: CaseId, escalations: _Escalations, caller: Asker, request: Request
) -> Response:
    """Return one case with the departments that had it before, and what else is open about the same person."""
    return answering.unless_known(request, escalations.show(customer_id, escalation_id, caller))


def _act(path: str, name: str, body: type[CaseAct], does: str) -> None:
    @writes.post(
        f"/customers/{{id}}/escalations/{{escalation_id}}/{path}",
        **write(name, body, contract.Done, conflict=_STANDS_OTHERWISE, problem=contract.CaseProblem),
        summary=does.partition(":")[0].rstrip("."),
        description=does,
    )
    async def act(
        customer_id: Id,
        escalation_id: CaseId,
        said: Annotated[CaseAct, Depends(reader(body))],
        escalations: _Escalations,
        writer: Author,
    ) -> Response:
        return answering.json(escalations.act(customer_id, escalation_id, said, writer), 201)


_act("accepted", "accept", asked.Accepted, "Accept a case: the department takes it, in the name of whoever asks.")
_act("returned", "return", asked.Returned, "Hand a case back: it is not the department's.")
_act("handed-over", "hand_over", asked.HandedOver, "Hand a case over: another department goes on with it.")
_act("answered", "answer", asked.Answered, "Say that the customer was answered: elsewhere than through the desk.")
_act("closed", "close", asked.Closed, "Close a case: there is nothing more to do.")
_act("corrected", "correct", asked.Corrected, "Correct the triage: the case is more pressing than that, or less.")
_act("withdrawn", "withdraw_case", asked.Withdrawn, "Take a case back: nobody need see to it any more.")
