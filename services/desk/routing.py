"""What the desk's paths have in common: the token, who asks, and how an operation is described."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from services.desk.writer import Caller, Writer, caller, writer
from shared.http import answering
from shared.http.query import Query, each_once
from shared.http.writing import Body, described

NAME = "desk"

_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    auto_error=False,
    description="Verified by the gateway. `desk/write` lets its holder see to cases and write, `customers/link` say "
    "who is one person with whom; each `department/<name>` limits that to this department's name and cases, and each "
    "`purpose/<name>` what is shown to the parts that the playbook names for it.",
)

type _Responses = dict[int | str, dict[str, Any]]

_ALWAYS: _Responses = {
    401: answering.refusal("There is no token that the gateway verified, or it says nothing of whose it is."),
    403: answering.refusal("The token lacks a scope, has one that means nothing, or its purposes leave this out."),
}
_READING: _Responses = {
    422: answering.refusal("A parameter cannot be read or meant; `field` names it."),
    503: answering.refusal("The table could not be reached; try again."),
}
_WRITING: _Responses = {
    400: answering.refusal("There is no idempotency key, or the body is no JSON object."),
    413: answering.refusal("The body is too long."),
    415: answering.refusal("The body is no JSON by its own account."),
    422: answering.refusal("A field cannot be read or meant; `field` names it."),
    503: answering.refusal("The table could not be reached; repeat the request under its key."),
}
_OF_SOMEBODY: _Responses = {
    404: answering.refusal("Nobody is known by that id, or they have no such thing in the token's reach.")
}


def writing(scope: str, *, part: str | None = None, of_somebody: bool = True) -> APIRouter:
    """Return a router of writes that need a scope of the token; `part` is what they show, `of_somebody` whether their
    paths name a customer."""

    async def may_write(request: Request) -> None:
        request.state.caller = found = writer(request, needed=scope, playbook=request.app.state.playbook)
        if part is not None:
            found.must_see(part)

    return _router(scope, may_write, _WRITING | (_OF_SOMEBODY if of_somebody else {}))


def reading(scope: str, *queries: type[Query], part: str | None = None, of_somebody: bool = True) -> APIRouter:
    """Return a router of reads that need a scope of the token."""

    async def may_read(request: Request) -> None:
        request.state.caller = found = caller(request, needed=scope, playbook=request.app.state.playbook)
        if part is not None:
            found.must_see(part)

    responses = _READING | (_OF_SOMEBODY if of_somebody else {})
    return _router(scope, may_read, responses, Depends(each_once(*queries)))


def _router(scope: str, may: Callable[[Request], Any], responses: _Responses, *dependencies: Any) -> APIRouter:
    return APIRouter(
        route_class=answering.answered(NAME),
        dependencies=[Security(_TOKEN, scopes=[scope]), Depends(may), *dependencies],
        responses=_ALWAYS | responses,
    )


def part_of[P](kind: type[P]) -> Any:
    """Return the dependency that is a part of the service, by its class."""

    async def found(request: Request) -> P:
        part: P = request.app.state.parts[kind]
        return part

    return Depends(found)


async def _caller(request: Request) -> Caller:
    found: Caller = request.state.caller
    return found


async def _writer(request: Request) -> Writer:
    found: Writer = request.state.caller
    return found


Asker = Annotated[Caller, Depends(_caller)]
Author = Annotated[Writer, Depends(_writer)]
Id = Annotated[
    str, Path(alias="id", pattern="^cus_[a-z2-7]{26}$", description="Any id of the customer, as look-ups name it.")
]


def write(
    name: str,
    body: type[Body],
    answer: type[BaseModel],
    *,
    conflict: str = "",
    problem: type[BaseModel] | None = None,
    unfit: type[BaseModel] | None = None,
) -> dict[str, Any]:
    """Return what is said of an operation that writes; `conflict` is what may be in its way, `problem` how it says so,
    `unfit` how it says what is wrong with the request, where that is more than usual."""
    responses: _Responses = {}
    if conflict:
        responses[409] = answering.refusal(conflict) | ({"model": problem} if problem else {})
    if unfit:
        responses[422] = _WRITING[422] | {"model": unfit}
    return {
        "operation_id": name,
        "status_code": 201,
        "response_model": answer,
        "response_description": "It is kept, now or by an earlier request that this one repeats.",
        "responses": responses,
        "openapi_extra": described(body),
    }


def read(name: str, answer: type[BaseModel]) -> dict[str, Any]:
    """Return what is said of an operation that reads, whose answers have an ETag."""
    return {"operation_id": name, "response_model": answer, "responses": {304: answering.UNCHANGED}}
