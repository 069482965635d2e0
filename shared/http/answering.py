"""Outcomes: every one is answered, even that of a bug, logged without a word about whom, and kept by no cache."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException as RoutingError

from shared import telemetry
from shared.http import problems
from shared.http.problems import Problem


def service(what: str, *, title: str, summary: str) -> FastAPI:
    """Return a service without paths yet, which answers for every path that it has not got.

    `what` is what its log lines are called, and its metrics begin with.
    """
    app = FastAPI(title=title, version="1", summary=summary, openapi_url=None, redirect_slashes=False)

    async def no_path(_: Request, error: Exception) -> Response:
        return _refused(what, "none", error)

    app.add_exception_handler(RoutingError, no_path)
    return app


def answered(what: str) -> type[APIRoute]:
    """Return the class of a service's paths: nothing is left to a handler that logs an error's text."""

    class Answered(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def outcome(request: Request) -> Response:
                try:
                    return _outcome(what, self.path, await answer(request))
                except Exception as error:
                    return _refused(what, self.path, error)

            return outcome

    return Answered


def json(answer: BaseModel) -> Response:
    """Return an answer as its own model writes it."""
    return Response(answer.model_dump_json(), media_type="application/json")


def refusal(description: str) -> dict[str, Any]:
    """Return the description of a refusal, for the responses of a router."""
    return {"model": Problem, "description": description}


def _refused(what: str, path: str, error: Exception) -> Response:
    said = problems.problem(error)
    if said.status >= 500:
        telemetry.failure(f"{what} failed", error)
    return _outcome(what, path, problems.response(said), code=said.code)


def _outcome(what: str, path: str, response: Response, code: str = "ok") -> Response:
    telemetry.logger().info(what, extra={"path": path, "status": response.status_code, "code": code})
    telemetry.count(f"{what.capitalize()}{'Answered' if response.status_code < 400 else 'Refused'}")
    response.headers["Cache-Control"] = "no-store"
    return response
