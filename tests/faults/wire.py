"""Between the code under test and AWS: every single call passes here, and here is where it goes wrong.

An `Invocation` counts the calls that one run of a handler makes and asks a plan what befalls each. The ways in which a
call can go wrong are the rows of `MODES`; each says to which calls it applies, so that a transaction or a batch write
that somebody adds later meets its own faults without a change here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from botocore.exceptions import ClientError, ReadTimeoutError


class Death(BaseException):
    """The process is gone. No `Exception`, so that no code under test can swallow it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of AWS, in boto3's words."""

    service: str
    operation: str
    arguments: Mapping[str, Any] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"

    @property
    def is_http(self) -> bool:
        """Whether it is a request to somebody who is no AWS."""
        return self.service == HTTP

    @property
    def writes(self) -> bool:
        return not self.operation.startswith((*_LOOKS, "Receive"))

    @property
    def leaves_traces(self) -> bool:
        """Whether the server is another for it."""
        return not self.operation.startswith(_LOOKS)


_LOOKS = ("Get", "BatchGet", "Query", "Scan", "Describe", "List")
HTTP = "http"
"""What stands for a service where it is none of AWS's; the operation is the request's method."""

type Send = Callable[[], Any]
type Plan = Callable[[int, Call], str | None]
"""What befalls the call of this number, counted from 1 within its invocation: a row of `MODES`, or nothing."""


def calm(_number: int, _call: Call) -> None:
    """Plan nothing."""


@dataclass
class Invocation:
    """One run of a handler. Once dead, it reaches nothing any more, whatever swallowed its death. `woken_by` is
    Lambda's word for the source, where the event tells of one, `request` the invocation's id; `held` is a mutant's."""

    plan: Plan = calm
    remaining: int = 60_000
    woken_by: str = ""
    request: str = "0"
    calls: list[Call] = field(default_factory=list)
    befell: list[tuple[int, str]] = field(default_factory=list)
    dead: bool = False
    held: Any = None

    def make(self, call: Call, send: Send) -> Any:
        """Make a call, or let befall it what the plan says."""
        if self.dead:
            raise Death
        self.calls.append(call)
        mode = self.plan(len(self.calls), call)
        if mode is None:
            return send()
        self.befell.append((len(self.calls), mode))
        return MODES[mode].befall(self, call, send)

    def die(self) -> Death:
        self.dead = True
        return Death()


@dataclass(frozen=True, slots=True)
class Mode:
    """A way in which a call goes wrong, and the calls that can go wrong so."""

    befall: Callable[[Invocation, Call, Send], Any]
    applies: Callable[[Call], bool] = lambda call: not call.is_http


def _dies_before(invocation: Invocation, _call: Call, _send: Send) -> Any:
    raise invocation.die()


def _dies_after(invocation: Invocation, _call: Call, send: Send) -> Any:
    _done(send)
    raise invocation.die()


def _refused(code: str, status: int) -> Callable[[Invocation, Call, Send], Any]:
    def befall(_invocation: Invocation, call: Call, _send: Send) -> Any:
        raise refusal(code, status, call.operation)

    return befall


def _answer_lost(_invocation: Invocation, _call: Call, send: Send) -> Any:
    _done(send)
    raise ReadTimeoutError(endpoint_url="https://engine.invalid")


def _answer_lost_and_tried_again(_invocation: Invocation, _call: Call, send: Send) -> Any:
    """The SDK's own retry: the caller sees only what the second try is answered."""
    _done(send)
    return send()


def _takes_all_time(invocation: Invocation, _call: Call, send: Send) -> Any:
    invocation.remaining = 5_000
    return send()


def _silence(_invocation: Invocation, _call: Call, _send: Send) -> Any:
    raise httpx.ReadTimeout("silence")


def _response_lost(_invocation: Invocation, _call: Call, send: Send) -> Any:
    send()
    raise httpx.ReadError("reset")


def _no_connection(_invocation: Invocation, _call: Call, _send: Send) -> Any:
    raise httpx.ConnectError("refused")


def _responds(status: int, *, after: bool = False) -> Callable[[Invocation, Call, Send], Any]:
    """Return what answers with a status, and nothing else: before it does anything, or after it has done it."""

    def befall(_invocation: Invocation, _call: Call, send: Send) -> Any:
        if after:
            send()
        return httpx.Response(status)

    return befall


def _half_done(_invocation: Invocation, call: Call, send: Send) -> Any:
    return _HALVES[call.operation](call, send)


def _half_read(call: Call, send: Send) -> Any:
    """Hand the last key of each table back unread (BatchGetItem, UnprocessedKeys)."""
    answer = send()
    responses, unprocessed = {}, {}
    for table, wanted in call.arguments["RequestItems"].items():
        last = wanted["Keys"][-1]
        found = answer["Responses"].get(table, [])
        responses[table] = [item for item in found if {name: item[name] for name in last} != last]
        unprocessed[table] = {**wanted, "Keys": [last]}
    return {**answer, "Responses": responses, "UnprocessedKeys": unprocessed}


def _handed_back(_invocation: Invocation, call: Call, _send: Send) -> Any:
    return _NOTHING_DONE[call.operation](call.arguments)


_HALVES: dict[str, Callable[[Call, Send], Any]] = {"BatchGetItem": _half_read}
_NOTHING_DONE: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "BatchGetItem": lambda said: {"Responses": {}, "UnprocessedKeys": said["RequestItems"]},
    "BatchWriteItem": lambda said: {"UnprocessedItems": said["RequestItems"]},
    "SendMessageBatch": lambda said: {"Failed": [{"Id": each["Id"]} for each in said["Entries"]]},
}
"""What the calls of many things are answered when none of them was done."""

_TRIED_ONCE = ("sesv2",)
"""The services of which all clients are made without retries (`aws.later`)."""


# Whoever dies after a look dies as before it, and one that is tried again is one look: "dies after" and "tried again"
# are of what leaves traces.
MODES: dict[str, Mode] = {
    "dies before": Mode(_dies_before, lambda _: True),
    "dies after": Mode(_dies_after, lambda call: call.leaves_traces),
    "throttled": Mode(_refused("ThrottlingException", 400)),
    "fails": Mode(_refused("InternalServerError", 500)),
    "answer lost": Mode(_answer_lost),
    "answer lost, tried again": Mode(
        _answer_lost_and_tried_again,
        lambda call: call.leaves_traces and not call.is_http and call.service not in _TRIED_ONCE,
    ),
    "takes all time": Mode(_takes_all_time),
    "half done": Mode(_half_done, lambda call: call.operation in _HALVES),
    "handed back": Mode(_handed_back, lambda call: call.operation in _NOTHING_DONE),
    "conflicts": Mode(
        _refused("TransactionCanceledException", 400), lambda call: call.operation.startswith("Transact")
    ),
    "no connection": Mode(_no_connection, lambda call: call.is_http),
    "no answer": Mode(_silence, lambda call: call.is_http),
    "response lost": Mode(_response_lost, lambda call: call.is_http),
    "limited": Mode(_responds(429), lambda call: call.is_http),
    "broken before": Mode(_responds(500), lambda call: call.is_http),
    "broken after": Mode(_responds(500, after=True), lambda call: call.is_http),
}


def modes_of(call: Call) -> list[str]:
    """Return the ways in which a call can go wrong."""
    return [name for name, mode in MODES.items() if mode.applies(call)]


def refusal(code: str, status: int, operation: str) -> ClientError:
    """Return the error by which the SDK tells that AWS refused a call."""
    said: Any = {"Error": {"Code": code, "Message": "injected"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, operation)


def _done(send: Send) -> None:
    """Let the server do the work; whatever it answers is lost."""
    try:
        send()
    except ClientError:
        return


class Wire:
    """Where an invocation's calls are seen; between invocations, calls pass as they are. `way` is how they are handed
    to the invocation, which only mutants change."""

    def __init__(self) -> None:
        self.invocation: Invocation | None = None
        self.way = Way()

    def make(self, call: Call, method: Callable[..., Any]) -> Any:
        if self.invocation is None:
            return method(**call.arguments)
        return self.way.make(self.invocation, call, method)

    def line(self, client: Any, service: str) -> "Line":
        """Return a client whose calls pass this wire."""
        return Line(self, client, service)


class Way:
    """Hands each call to its invocation as it comes."""

    def make(self, invocation: Invocation, call: Call, method: Callable[..., Any]) -> Any:
        return invocation.make(call, lambda: method(**call.arguments))

    def end(self, invocation: Invocation) -> None:
        """Be told that a handler has answered, before anybody hears of it."""


class Line:
    """A client of the double's on a wire."""

    def __init__(self, wire: Wire, client: Any, service: str) -> None:
        self._wire = wire
        self._client = client
        self._service = service

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        operation = name.title().replace("_", "")

        def call(**arguments: Any) -> Any:
            return self._wire.make(Call(self._service, operation, arguments), method)

        return call

    def get_paginator(self, method: str) -> Any:
        """Return what asks for one page after the other, each a call of its own."""
        return self._client.get_paginator(method)._replace(ask=getattr(self, method))
