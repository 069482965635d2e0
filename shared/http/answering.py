"""Outcomes: every one is answered, even that of a bug, logged without a word about whom, and kept by no cache but the
caller's own, who may ask whether an answer is still the same."""

from collections.abc import Callable, Coroutine
from hashlib import sha256
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


def json(answer: BaseModel, status: int = 200) -> Response:
    """Return an answer as its own model writes it."""
    return Response(answer.model_dump_json(), status, media_type="application/json")


UNCHANGED: dict[str, Any] = {"description": "The answer is still the one that the caller has, by its ETag."}


def unless_known(request: Request, answer: BaseModel, *, include: Any = None) -> Response:
    """Return an answer, or the parts of it to `include`, with its ETag; or 304 without it when the caller's
    `If-None-Match` names that (RFC 9110, section 13.1.2).

    The tag is a digest of the whole answer, so that it changes with the smallest thing that is shown, and with the hour
    where that changes what is shown.
    """
    body = answer.model_dump_json(include=include).encode()
    headers = _private(f'"{_digest(body)}"', "no-cache")
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def unless_unchanged(request: Request, seen: bytes, answer: Callable[[], BaseModel], *, fresh_for: int) -> Response:
    """Return an answer that is made only when what was `seen` of it is not what the caller's `If-None-Match` names;
    else 304. For so many seconds the caller need not ask again (RFC 9111, section 4.2).

    The tag is a weak one (RFC 9110, section 8.8.1): what else is in the answer may be another by now.
    """
    headers = _private(f'W/"{_digest(seen)}"', f"max-age={fresh_for}")
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(answer().model_dump_json(), headers=headers, media_type="application/json")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _private(tag: str, kept: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": f"private, {kept}", "Vary": "Authorization"}


def _is_known(request: Request, tag: str) -> bool:
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    return bool(known & {tag.removeprefix("W/"), "*"})


def refusal(description: str) -> dict[str, Any]:
    """Return the description of a refusal, for the responses of a router."""
    return {"model": Problem, "description": description}


def _refused(what: str, path: str, error: Exception) -> Response:
    said = problems.problem(error)
    if said.status >= 500:
        telemetry.failure(f"{what} failed", error)
    return _outcome(what, path, problems.response(error), code=said.code)


def _outcome(what: str, path: str, response: Response, code: str = "ok") -> Response:
    telemetry.logger().info(what, extra={"path": path, "status": response.status_code, "code": code})
    telemetry.count(f"{what.capitalize()}{'Answered' if response.status_code < 400 else 'Refused'}")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
