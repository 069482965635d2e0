"""The answers to reads, parsed in one go.

The SDK takes an answer apart value by value, by the shapes of its service model, which is most of the processor time of
a long query. Typed values are in the JSON as we keep them already, but for the binary ones.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

_READS = ("Query", "GetItem", "BatchGetItem")

_WHOLE = 200


def parse_at_once(events: "BaseEventHooks") -> None:
    """Have the clients that are made with these events parse what DynamoDB answers to reads in one go.

    They return what they return without it. What the SDK makes of the rest of an answer, its status, headers, check sum
    and errors, stays with the SDK (its event `before-parse`).
    """
    for operation in _READS:
        events.register(f"before-parse.dynamodb.{operation}", _parse)


def _parse(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    if response_dict["status_code"] != _WHOLE:
        return
    try:
        found = read(response_dict["body"])
    except ValueError:
        return  # the SDK has its own way with what is no JSON, and asks again
    customized_response_dict.update(found)
    response_dict["body"] = b""


def read(body: bytes) -> dict[str, Any]:
    """Return what DynamoDB answered to one of the reads; raises `ValueError` when that is no answer to one."""
    try:
        said = {name: part for name, part in orjson.loads(body).items() if part is not None}
        for item in _items(said):
            _restore(item.values())
    except (AttributeError, KeyError, TypeError):
        raise ValueError("no answer of DynamoDB's has this shape") from None
    return said


def _items(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all items and keys, wherever an answer to one of the reads has them."""
    yield from said.get("Items", ())
    yield from (said[name] for name in ("Item", "LastEvaluatedKey") if name in said)
    yield from chain.from_iterable(said.get("Responses", {}).values())
    yield from chain.from_iterable(left["Keys"] for left in said.get("UnprocessedKeys", {}).values())


def _restore(values: Iterable[dict[str, Any]]) -> None:
    """Put bytes in place of their base64, in typed values and what they hold."""
    for value in values:
        if "S" in value:
            continue
        ((kind, content),) = value.items()
        match kind:
            case "B":
                value["B"] = b64decode(content)
            case "BS":
                value["BS"] = [b64decode(each) for each in content]
            case "M":
                _restore(content.values())
            case "L":
                _restore(content)
