"""Answers of AWS that no local engine gives by itself, put in place of the next ones that a client would get."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

NOT_CALLED = "http://nothing.invalid/"

type Answer = tuple[int, Mapping[str, Any]] | Exception | None
"""A status and a body, an error of the connection, or `None` for the engine's own answer."""


class Injected:
    """What a client is answered, one call after another; `calls` counts the tries that the SDK made in all."""

    def __init__(self, client: Any, operation: str, *answers: Answer) -> None:
        self.calls = 0
        self._answers = deque(answers)
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"before-send.{service}.{operation}", self._instead)

    def _instead(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        self.calls += 1
        answer = self._answers.popleft() if self._answers else None
        match answer:
            case None:
                return None
            case Exception():
                raise answer
            case status, body:
                # Every handler of this event runs, the in-process engine's too: it knows no such address.
                request.url = NOT_CALLED
                return AWSResponse(NOT_CALLED, status, HTTPHeaders(), _Body(orjson.dumps(body)))


def refusal(code: str, status: int = 400) -> Answer:
    """Return the answer by which DynamoDB refuses a call."""
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected"}


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content
