"""What is asked to be written: a flat JSON object as the body, and a key under which it is done once."""

import re
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import ContentTooLarge, InvalidParameter, MalformedRequest, UnsupportedMediaType
from shared.http.unreadable import unreadable

KEY = "Idempotency-Key"
MOST_BYTES = 65_536

_A_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_TEXT = re.compile(rb'("(?:[^"\\]|\\.)*+")\s*(:)?')
"""A text in valid JSON, and the colon that makes it a name."""


class Body(BaseModel):
    """The fields of a body, texts and truth values; any other one is refused by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


def idempotency_key(request: Request) -> str:
    """Return the key under which a request is done once (draft-ietf-httpapi-idempotency-key-header-07).

    Raises `MalformedRequest` when there is none, as the draft has it, or none that could be one.
    """
    key = request.headers.get(KEY)
    if key is None:
        raise MalformedRequest(f"{KEY}: is missing; give each write a key of its own, and repeat it with it", field=KEY)
    if not _A_KEY.fullmatch(key):
        raise MalformedRequest(f"{KEY}: must be 1 to 128 visible ASCII characters, such as a UUID", field=KEY)
    return key


def reader[B: Body](model: type[B]) -> Callable[[Request], Coroutine[Any, Any, B]]:
    """Return a dependency that reads a request's body as `parse` does."""

    async def read(request: Request) -> B:
        return parse(model, await request.body(), content_type=request.headers.get("content-type", ""))

    return read


def parse[B: Body](model: type[B], body: bytes, *, content_type: str) -> B:
    """Return what a body says.

    Raises `ContentTooLarge`, `UnsupportedMediaType`, `MalformedRequest` for what is no JSON object in UTF-8, and
    `InvalidParameter` that names the first field at fault.
    """
    if len(body) > MOST_BYTES:
        raise ContentTooLarge(f"the body has more than {MOST_BYTES} bytes; say it shorter")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("the body must be application/json, by its Content-Type too")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedRequest("the body is no JSON in UTF-8 (RFC 8259); correct it") from error
    if not isinstance(said, dict):
        raise MalformedRequest("the body must be a JSON object: names with values, in braces")
    try:
        found = model.model_validate(said)
    except ValidationError as error:
        raise unreadable(error.errors(), within="body") from error
    _each_once(body)
    return found


def _each_once(body: bytes) -> None:
    """Raise `InvalidParameter` for a name that stands twice in a flat object: readers differ on which one counts."""
    names = Counter(orjson.loads(text) for text, colon in _TEXT.findall(body) if colon)
    for name, times in names.items():
        if times > 1:
            raise InvalidParameter(name, "stands there more than once; keep one")


def described(model: type[Body]) -> dict[str, Any]:
    """Return what an operation's description says of the body and of the key."""
    schema = model.model_json_schema()
    header = {
        "name": KEY,
        "in": "header",
        "required": True,
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,128}$"},
        "description": "Yours, a new one for each write. The same request under the same key is done once and "
        "answered again; another request under it is refused with 422.",
    }
    return {
        "parameters": [header],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
    }
