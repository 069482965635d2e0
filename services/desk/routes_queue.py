"""The paths of a department's queue."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from services.desk import asked_cases as asked
from services.desk import contract_cases as contract
from services.desk.claiming import Claiming
from services.desk.queue import Queue
from services.desk.routing import Asker, Author, part_of, read, reading, write, writing
from services.desk.writer import CASES, WRITE
from shared.http import answering
from shared.http.writing import reader

reads = reading(WRITE, asked.QueueQuery, part=CASES, of_somebody=False)
writes = writing(WRITE, part=CASES, of_somebody=False)

_Queue = Annotated[Queue, part_of(Queue)]
_Claiming = Annotated[Claiming, part_of(Claiming)]
DepartmentId = Annotated[
    str, Path(alias="name", pattern="^[a-z][a-z0-9_]{0,30}$", description="A department of the playbook.")
]


@reads.get("/departments/{name}/escalations", **read("queue", contract.Queue))
async def queue(
    name: DepartmentId, query: Annotated[asked.QueueQuery, Query()], queue: _Queue, caller: Asker, request: Request
) -> Response:
    """Return a page of a department's open cases, the one to be seen to first before the others.

    `Cache-Control` says for how long nobody need ask again: the longer nothing has happened, the longer, but not beyond
    the next deadline. Asked again with the ETag, an unchanged page is 304.
    """
    page = queue.page(name, query, caller)
    return answering.unless_unchanged(request, page.seen, lambda: queue.answer(page), fresh_for=page.fresh_for)


_CLAIM: dict[str, Any] = write(
    "claim", asked.Claim, contract.Done, conflict="Others were faster with every case that was tried."
)


@writes.post(
    "/departments/{name}/claims",
    **_CLAIM | {"responses": _CLAIM["responses"] | {204: {"description": "No case waits for the department."}}},
)
async def claim(
    name: DepartmentId, said: Annotated[asked.Claim, Depends(reader(asked.Claim))], claiming: _Claiming, writer: Author
) -> Response:
    """Accept the case of a department that is to be seen to first, whichever that is; of two who ask at once each gets
    another one."""
    done = claiming.claim(name, said, writer)
    return Response(status_code=204) if done is None else answering.json(done, 201)
