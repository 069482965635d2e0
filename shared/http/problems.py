"""What is answered when a request is refused or fails: the error's status, a stable code and what to do."""

from collections.abc import Mapping

import orjson
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as RoutingError

from shared.aws import FAILURES
from shared.errors import (
    Conflict,
    ContentTooLarge,
    Forbidden,
    InvalidParameter,
    MalformedRequest,
    MostradorError,
    NotFound,
    StoreUnavailable,
    Unauthenticated,
    UnsupportedMediaType,
)
from shared.http.unreadable import unreadable

MEDIA_TYPE = "application/problem+json"

_CODES: Mapping[type[MostradorError], str] = {
    MalformedRequest: "malformed_request",
    Unauthenticated: "unauthenticated",
    Forbidden: "forbidden",
    NotFound: "not_found",
    Conflict: "conflict",
    ContentTooLarge: "content_too_large",
    UnsupportedMediaType: "unsupported_media_type",
    InvalidParameter: "invalid_parameter",
    StoreUnavailable: "store_unavailable",
}

_ROUTING = {
    404: ("not_found", "there is no such path"),
    405: ("method_not_allowed", "this path takes another method; the header Allow names it"),
}

_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    403: {"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
    503: {"Retry-After": "1"},
}


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    status: int
    code: str = Field(description="For machines; stable.")
    detail: str = Field(description="What is wrong and what to do, for a person.")
    field: str | None = Field(description="The parameter that is wrong, as the caller wrote it.")


def problem(error: Exception) -> Problem:
    """Return what to tell the caller of an error; of one that is not of our making, only that it happened."""
    match error:
        case MostradorError() if code := _code(error):
            field = getattr(error, "field", None)
            return Problem(status=error.status, code=code, detail=str(error), field=field)
        case RequestValidationError():
            return problem(unreadable(error.errors(), within="query"))
        case RoutingError(status_code=status) if status in _ROUTING:
            code, detail = _ROUTING[status]
            return Problem(status=status, code=code, detail=detail, field=None)
        case _ if isinstance(error, FAILURES):
            return problem(StoreUnavailable("what is stored could not be read; try again"))
        case _:
            return Problem(status=500, code="internal", detail="something failed here; it has been logged", field=None)


def response(error: Exception) -> Response:
    """Return what to tell the caller of an error, as RFC 9457 writes it.

    An error may have `extensions`, further members of JSON (RFC 9457, section 3.2).
    """
    said = problem(error)
    headers = {**_HEADERS.get(said.status, {}), **(getattr(error, "headers", None) or {})}
    body = said.model_dump() | getattr(error, "extensions", {})
    return Response(orjson.dumps(body), said.status, headers, media_type=MEDIA_TYPE)


def _code(error: MostradorError) -> str | None:
    return next((_CODES[each] for each in type(error).__mro__ if each in _CODES), None)
