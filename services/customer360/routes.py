"""The lookup's paths: asked, noted, answered in JSON, and logged without a word about whom."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response, Security
from fastapi.security import HTTPBearer

from services.customer360 import contract, contract_clocks, contract_history, contract_links, contract_lookup
from services.customer360.access import AUDIT, LINK, READ, Caller, caller
from services.customer360.asked import (
    QUERIES,
    AuditQuery,
    ClocksQuery,
    CustomerQuery,
    Looked,
    LookupQuery,
    PreviewQuery,
    TimelineQuery,
)
from services.customer360.history import Chronicle
from services.customer360.kinship import Kinship
from services.customer360.lookup import Lookup
from services.customer360.timing import Timing
from shared.http import answering
from shared.http.query import each_once

_NAME = "lookup"


def api(lookup: Lookup | None) -> FastAPI:
    """Return the service. Without a lookup it can only be described, not called."""
    app = answering.service(_NAME, title="Mostrador: customer 360", summary="One call, everything about the person.")
    app.state.lookup = lookup
    for router in (_reading, _linking, _auditing):
        app.include_router(router)
    return app


_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    auto_error=False,
    description="Verified by the gateway. `customers/read` lets its holder look customers up, `customers/link` see who "
    "else they might be, `customers/audit` see who looked; each `department/<name>` limits that to this department's "
    "cases, and each `purpose/<name>` to the parts that the playbook names for it.",
)


async def _lookup(request: Request) -> Lookup:
    found: Lookup = request.app.state.lookup
    return found


async def _who(request: Request) -> Caller:
    found: Caller = request.state.caller
    return found


_Lookup = Annotated[Lookup, Depends(_lookup)]
_Caller = Annotated[Caller, Depends(_who)]
_Id = Annotated[
    str,
    Path(
        alias="id",
        pattern="^cus_[a-z2-7]{26}$",
        description="Any id of the customer, as hand-offs and look-ups name it.",
    ),
]


def _router(scope: str) -> APIRouter:
    async def may_look(request: Request, lookup: _Lookup) -> None:
        request.state.caller = caller(request.scope.get("aws.event"), needed=scope, playbook=lookup.playbook)

    return APIRouter(
        route_class=answering.answered(_NAME),
        dependencies=[Security(_TOKEN, scopes=[scope]), Depends(may_look), Depends(each_once(*QUERIES))],
        responses={
            401: answering.refusal("There is no token that the gateway verified, or it says nothing of whose it is."),
            403: answering.refusal("The token lacks a scope, or has one that means nothing; `detail` says which."),
            404: answering.refusal("Nobody is known by that."),
            422: answering.refusal("A parameter cannot be read or meant; `field` names it."),
            503: answering.refusal("The table could not be reached, or it could not be noted who looks; try again."),
        },
    )


_reading, _linking, _auditing = _router(READ), _router(LINK), _router(AUDIT)


def _shown(parts: Iterable[str]) -> Any:
    return {"id", *parts}


@_reading.get(
    "/customers/lookup",
    operation_id="lookup",
    response_model=contract_lookup.Lookup,
    responses={304: answering.UNCHANGED},
)
async def find(query: Annotated[LookupQuery, Query()], lookup: _Lookup, caller: _Caller, request: Request) -> Response:
    """Find customers by exactly one of identity, phone, email, customer_number, or handle with platform."""
    shown = {"found_by": True, "customer": _shown(query.parts(caller.access))}
    found = lookup.find(query, caller)
    return answering.unless_known(request, found, include={"customers": {"__all__": shown}, "identities_omitted": True})


@_reading.get(
    "/customers/{id}", operation_id="customer", response_model=contract.Customer, responses={304: answering.UNCHANGED}
)
async def customer(
    customer_id: _Id, query: Annotated[CustomerQuery, Query()], lookup: _Lookup, caller: _Caller, request: Request
) -> Response:
    """Return everything about one customer but the history."""
    found = lookup.customer(customer_id, query, caller)
    return answering.unless_known(request, found, include=_shown(query.parts(caller.access)))


@_reading.get(
    "/customers/{id}/timeline",
    operation_id="timeline",
    response_model=contract_history.Timeline,
    responses={304: answering.UNCHANGED},
)
async def timeline(
    customer_id: _Id, query: Annotated[TimelineQuery, Query()], lookup: _Lookup, caller: _Caller, request: Request
) -> Response:
    """Return a page of what happened on all the customer's channels and of what the company did, the newest first."""
    return answering.unless_known(request, Chronicle(lookup).timeline(customer_id, query, caller))


@_reading.get(
    "/customers/{id}/clocks",
    operation_id="clocks",
    response_model=contract_clocks.Clocks,
    responses={304: answering.UNCHANGED},
)
async def clocks(
    customer_id: _Id, query: Annotated[ClocksQuery, Query()], lookup: _Lookup, caller: _Caller, request: Request
) -> Response:
    """Return how long the customer was kept waiting for what, and why what was late was."""
    return answering.unless_known(request, Timing(lookup).clocks(customer_id, query, caller))


@_linking.get(
    "/customers/{id}/links",
    operation_id="links",
    response_model=contract_links.Links,
    responses={304: answering.UNCHANGED},
)
async def links(
    customer_id: _Id, query: Annotated[Looked, Query()], lookup: _Lookup, caller: _Caller, request: Request
) -> Response:
    """Return why the customer's identities are one person, and who else they might be."""
    return answering.unless_known(request, Kinship(lookup).links(customer_id, query, caller))


@_linking.get(
    "/customers/{id}/links/preview",
    operation_id="preview",
    response_model=contract_links.Preview,
    responses={304: answering.UNCHANGED, 409: answering.refusal("The two are one customer already.")},
)
async def preview(
    customer_id: _Id, query: Annotated[PreviewQuery, Query()], lookup: _Lookup, caller: _Caller, request: Request
) -> Response:
    """Name exactly what a link with another customer would bring together; nothing but this look is written."""
    return answering.unless_known(request, Kinship(lookup).preview(customer_id, query, caller))


@_auditing.get("/customers/{id}/audit", operation_id="audit", response_model=contract_history.Audit)
async def audit(customer_id: _Id, query: Annotated[AuditQuery, Query()], lookup: _Lookup, caller: _Caller) -> Response:
    """Return a page of who read and changed what of the customer's, the newest first."""
    return answering.json(Chronicle(lookup).audit(customer_id, query, caller))
