"""What comes from the tools of departments over HTTP: whose is it, is it proven, do it, answer.

`POST /connectors/{kind}/{department}`, without a framework: Slack waits for three seconds, a cold start included, and
importing one takes a tenth of that.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from shared import telemetry
from shared.errors import MostradorError, NotFound, SignatureError
from shared.models import Request
from shared.playbook import Playbook
from shared.secrets import ConnectorSecrets


class Answer(NamedTuple):
    """What a tool is answered; `body` is JSON, or nothing."""

    status: int
    body: str = ""


class Verify(Protocol):
    def __call__(self, request: Request, secrets: tuple[str, ...], now: datetime) -> None: ...


class Tool(NamedTuple):
    """How requests of a kind of tool are proven, and what is made of those that are: by the connector's settings and
    the department's name."""

    verify: Verify
    take: Callable[[Any, str, Request], Answer]


@dataclass(frozen=True, slots=True)
class Door:
    """The way in. `tools` are by kind; `playbook` returns the company's current one, `now` an aware instant."""

    playbook: Callable[[], Playbook]
    secrets: ConnectorSecrets
    tools: Mapping[str, Tool]
    now: Callable[[], datetime]

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one invocation by API Gateway (HTTP API, payload format 2.0)."""
        names = event.get("pathParameters") or {}
        try:
            answer = self.answer(str(names.get("kind")), str(names.get("department")), request_of(event))
        except MostradorError as error:
            _refused(error)
            answer = Answer(error.status)
        except Exception as error:
            telemetry.failure("the connectors' door failed", error)
            answer = Answer(500)
        return {"statusCode": answer.status, "headers": {"content-type": "application/json"}, "body": answer.body}

    def answer(self, kind: str, department: str, request: Request) -> Answer:
        """Return the answer to a tool's request, once it is done.

        Raises `NotFound` when the department works with no such tool, `SignatureError` for what is not proven, and
        `MalformedRequest` for what cannot be read.
        """
        known = {each.name: each.connector for each in self.playbook().departments}
        connector, tool = known.get(department), self.tools.get(kind)
        if connector is None or connector.kind != kind or tool is None:
            raise NotFound("no department of that name works with such a tool")
        self._prove(tool, department, request)
        return tool.take(connector, department, request)

    def _prove(self, tool: Tool, department: str, request: Request) -> None:
        now = self.now()
        try:
            tool.verify(request, self.secrets.of(department).signing, now)
        except SignatureError:
            if not self.secrets.refresh():
                raise
            tool.verify(request, self.secrets.of(department).signing, now)


def _refused(error: MostradorError) -> None:
    if error.status >= 500:
        telemetry.failure("refused", error)
        return
    if isinstance(error, SignatureError):
        telemetry.count("SignatureRejected")
    # Not its text: that of a conflict names whoever was first, by what their tool calls them.
    telemetry.logger().warning("refused", extra={"error": type(error).__name__, "status": error.status})


def request_of(event: Mapping[str, Any]) -> Request:
    """Return the request that an invocation brings, with the bytes that were signed."""
    text = event.get("body") or ""
    body = b64decode(text) if event.get("isBase64Encoded") else text.encode()
    return Request(
        method=event["requestContext"]["http"]["method"],
        url=event["rawPath"],
        headers=event.get("headers") or {},
        query={},
        body=body,
    )
