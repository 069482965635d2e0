"""The paths of operations: what came in and what became of it, what is stuck, and who is heard."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response, Security
from fastapi.security import HTTPBearer

from services.operations import contract
from services.operations.asked import DeadQuery, LedgerQuery
from services.operations.office import Office
from shared.http import answering
from shared.http.query import each_once
from shared.http.scopes import scopes

READ = "operations/read"

_NAME = "operations"

type Responses = dict[int | str, dict[str, Any]]


def api(office: Office | None) -> FastAPI:
    """Return the service. Without an office it can only be described, not called."""
    app = answering.service(
        _NAME, title="Mostrador: operations", summary="Is anything missing, stuck, or not heard? Nothing personal."
    )
    app.state.office = office
    app.include_router(_router)
    return app


async def _may_read(request: Request) -> None:
    scopes(request.scope.get("aws.event"), needed=READ)


async def _office(request: Request) -> Office:
    found: Office = request.app.state.office
    return found


_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    auto_error=False,
    description="Verified by the gateway. `operations/read` lets its holder read all of it.",
)

_router = APIRouter(
    route_class=answering.answered(_NAME),
    dependencies=[Security(_TOKEN, scopes=[READ]), Depends(_may_read)],
    responses={
        401: answering.refusal("There is no token that the gateway verified."),
        403: answering.refusal("The token lacks the scope operations/read."),
        503: answering.refusal("What is stored could not be read; try again."),
    },
)

_UNREADABLE: Responses = {422: answering.refusal("A parameter cannot be read; `field` names it.")}
_NO_ACCOUNT: Responses = {404: answering.refusal("Nothing came for the account, and the playbook has no such one.")}
_NO_PLAYBOOK: Responses = {404: answering.refusal("No playbook is published that could name accounts.")}

_Office = Annotated[Office, Depends(_office)]


@_router.get(
    "/ledger",
    operation_id="ledger",
    response_model=contract.Ledger,
    responses=_UNREADABLE | _NO_ACCOUNT,
    dependencies=[Depends(each_once(LedgerQuery))],
)
async def ledger(query: Annotated[LedgerQuery, Query()], office: _Office) -> Response:
    """Return what an account's platform sent in a time, and what became of every unit of it."""
    return answering.json(office.ledger(query))


@_router.get(
    "/dead",
    operation_id="dead",
    response_model=contract.Dead,
    responses=_UNREADABLE,
    dependencies=[Depends(each_once(DeadQuery))],
)
async def dead(query: Annotated[DeadQuery, Query()], office: _Office) -> Response:
    """Return all that is stuck, and how many messages every queue has."""
    return answering.json(office.dead(query))


@_router.get("/channels", operation_id="channels", response_model=contract.Channels, responses=_NO_PLAYBOOK)
async def channels(office: _Office) -> Response:
    """Return whether each account of the playbook is still heard."""
    return answering.json(office.channels())
