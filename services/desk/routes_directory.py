"""The paths of the directory."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.desk import contract_directory as contract
from services.desk.asked_directory import DirectoryQuery
from services.desk.office import Office
from services.desk.routes_queue import DepartmentId
from services.desk.routing import part_of, read, reading
from services.desk.writer import WRITE
from shared.http import answering

reads = reading(WRITE, DirectoryQuery, of_somebody=False)

_Office = Annotated[Office, part_of(Office)]


@reads.get("/directory", **read("directory", contract.Directory))
async def directory(query: Annotated[DirectoryQuery, Query()], office: _Office, request: Request) -> Response:
    """Return the company's departments and people: who is there, who is on call, and who may promise what.

    With a `matter` the people are those who may promise that, until an instant where one is said. Where nobody may, 422
    says what may be promised, or until when.
    """
    return answering.unless_known(request, office.directory(query))


@reads.get("/departments/{name}", **read("department", contract.DepartmentWithPeople))
async def department(name: DepartmentId, office: _Office, request: Request) -> Response:
    """Return one department with its people, those who are on call first."""
    return answering.unless_known(request, office.department(name))
