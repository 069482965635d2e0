"""The lookup's paths: asked, answered in JSON, logged without a word about whom, and kept by no cache."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response, Security
from fastapi.security import HTTPBearer

from services.customer360 import contract
from services.customer360.access import READ, Access, access
from services.customer360.asked import LookupQuery, TimelineQuery
from services.customer360.lookup import Lookup
from shared.http import answering
from shared.http.query import each_once

_NAME = "lookup"


def api(lookup: Lookup | None) -> FastAPI:
    """Return the service. Without a lookup it can only be described, not called."""
    app = answering.service(_NAME, title="Mostrador: customer 360", summary="One call, everything about the person.")
    app.state.lookup = lookup
    app.include_router(_router)
    return app


async def _access(request: Request) -> Access:
    return access(request.scope.get("aws.event"))


async def _lookup(request: Request) -> Lookup:
    found: Lookup = request.app.state.lookup
    return found


_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    auto_error=False,
    description="Verified by the gateway. `customers/read` lets its holder look customers up; each `department/<name>` "
    "limits that to this department's cases.",
)

_router = APIRouter(
    route_class=answering.answered(_NAME),
    dependencies=[Security(_TOKEN, scopes=[READ]), Depends(_access), Depends(each_once(LookupQuery, TimelineQuery))],
    responses={
        401: answering.refusal("There is no token that the gateway verified."),
        403: answering.refusal("The token lacks the scope customers/read."),
        404: answering.refusal("Nobody is known by that."),
        422: answering.refusal("A parameter cannot be read; `field` names it."),
        503: answering.refusal("The table could not be read; try again."),
    },
)

_Access = Annotated[Access, Depends(_access)]
_Lookup = Annotated[Lookup, Depends(_lookup)]
_Id = Annotated[
    str,
    Path(alias="id", pattern="^cus_[a-z2-7]{26}$", description="The customer's id, as hand-offs and look-ups name it."),
]


@_router.get("/customers/lookup", operation_id="lookup", response_model=contract.Lookup)
async def find(query: Annotated[LookupQuery, Query()], lookup: _Lookup, access: _Access) -> Response:
    """Find customers by exactly one of identity, phone, email, or handle with platform."""
    way = query.way()
    return answering.json(lookup.by_identity(way, access) if isinstance(way, str) else lookup.by_contact(way, access))


@_router.get("/customers/{id}", operation_id="customer", response_model=contract.Customer)
async def customer(customer_id: _Id, lookup: _Lookup, access: _Access) -> Response:
    """Return everything about one customer but the history."""
    return answering.json(lookup.customer(customer_id, access))


@_router.get("/customers/{id}/timeline", operation_id="timeline", response_model=contract.Timeline)
async def timeline(
    customer_id: _Id, query: Annotated[TimelineQuery, Query()], lookup: _Lookup, access: _Access
) -> Response:
    """Return a page of what happened on all the customer's channels, the newest first."""
    return answering.json(lookup.timeline(customer_id, query, access))
