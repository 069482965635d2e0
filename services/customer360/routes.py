"""The lookup's paths: asked, answered in JSON, logged without a word about whom, and kept by no cache."""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException as RoutingError

from services.customer360 import contract, problems
from services.customer360.access import READ, Access, access
from services.customer360.asked import LookupQuery, TimelineQuery
from services.customer360.lookup import Lookup
from shared import telemetry
from shared.errors import InvalidParameter


def api(lookup: Lookup | None) -> FastAPI:
    """Return the service. Without a lookup it can only be described, not called."""
    app = FastAPI(
        title="Mostrador: customer 360",
        version="1",
        summary="One call, everything about the person.",
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.lookup = lookup
    app.include_router(_router)
    app.add_exception_handler(RoutingError, _no_path)
    return app


class _Answered(APIRoute):
    """A path whose every outcome is answered, even that of a bug: nothing is left to a handler that logs its text."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return _outcome(self.path, await answer(request))
            except Exception as error:
                return _refused(self.path, error)

        return answered


async def _no_path(_: Request, error: Exception) -> Response:
    return _refused("none", error)


def _refused(path: str, error: Exception) -> Response:
    said = problems.problem(error)
    if said.status >= 500:
        telemetry.failure("lookup failed", error)
    return _outcome(path, problems.response(said), code=said.code)


def _outcome(path: str, response: Response, code: str = "ok") -> Response:
    telemetry.logger().info("lookup", extra={"path": path, "status": response.status_code, "code": code})
    telemetry.count("LookupAnswered" if response.status_code < 400 else "LookupRefused")
    response.headers["Cache-Control"] = "no-store"
    return response


async def _access(request: Request) -> Access:
    return access(request.scope.get("aws.event"))


async def _each_once(request: Request) -> None:
    times = Counter(name for name, _ in request.query_params.multi_items())
    for name in (*LookupQuery.model_fields, *TimelineQuery.model_fields):
        if times[name] > 1:
            raise InvalidParameter(name, "is given more than once; give it once")


async def _lookup(request: Request) -> Lookup:
    found: Lookup = request.app.state.lookup
    return found


def _refusal(description: str) -> dict[str, Any]:
    return {"model": contract.Problem, "description": description}


_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    auto_error=False,
    description="Verified by the gateway. `customers/read` lets its holder look customers up; each `department/<name>` "
    "limits that to this department's cases.",
)

_router = APIRouter(
    route_class=_Answered,
    dependencies=[Security(_TOKEN, scopes=[READ]), Depends(_access), Depends(_each_once)],
    responses={
        401: _refusal("There is no token that the gateway verified."),
        403: _refusal("The token lacks the scope customers/read."),
        404: _refusal("Nobody is known by that."),
        422: _refusal("A parameter cannot be read; `field` names it."),
        503: _refusal("The table could not be read; try again."),
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
    return _json(lookup.by_identity(way, access) if isinstance(way, str) else lookup.by_contact(way, access))


@_router.get("/customers/{id}", operation_id="customer", response_model=contract.Customer)
async def customer(customer_id: _Id, lookup: _Lookup, access: _Access) -> Response:
    """Return everything about one customer but the history."""
    return _json(lookup.customer(customer_id, access))


@_router.get("/customers/{id}/timeline", operation_id="timeline", response_model=contract.Timeline)
async def timeline(
    customer_id: _Id, query: Annotated[TimelineQuery, Query()], lookup: _Lookup, access: _Access
) -> Response:
    """Return a page of what happened on all the customer's channels, the newest first."""
    return _json(lookup.timeline(customer_id, query, access))


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
