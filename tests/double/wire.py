"""What stands between the callers and the services: boto3's methods, its errors, and the hooks around each call."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any, NamedTuple, Protocol

from botocore import xform_name
from botocore.errorfactory import ClientExceptionsFactory
from botocore.exceptions import ClientError, ParamValidationError
from botocore.session import get_session

type Arguments = Mapping[str, Any]
type Answer = dict[str, Any]


class NotDoubled(BaseException):
    """The double does not do what was asked. No `Exception`, so that no code under test can swallow it."""


class Refusal(Exception):
    """A service's refusal on its way to the caller, who gets it as botocore's `ClientError`.

    `fields` are what the error's response holds beside `Error`.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


class Invalid(Refusal):
    """DynamoDB's `ValidationException`; within a transaction one that is about an item is the reason to cancel it."""

    def __init__(self, message: str, *, of_item: bool = False) -> None:
        super().__init__("ValidationException", message)
        self.of_item = of_item


def invalid(message: str) -> Invalid:
    return Invalid(message)


class Operation(NamedTuple):
    """What carries an operation out, and the arguments that it knows."""

    carry_out: Callable[[Arguments], Answer]
    required: frozenset[str]
    known: frozenset[str]


def operation(carry_out: Callable[[Arguments], Answer], arguments: str) -> Operation:
    """Return an operation from the names of its arguments, the required ones marked `Name!`."""
    names = arguments.split()
    return Operation(
        carry_out,
        frozenset(name[:-1] for name in names if name.endswith("!")),
        frozenset(name.removesuffix("!") for name in names),
    )


class Hook(Protocol):
    """What is called around every call of every client, and may raise anything.

    What `before` raises the server never saw; what `after` raises comes when the server has done the work, and its
    answer is lost. `operation` is the API's name, such as `PutItem`.
    """

    def before(self, service: str, operation: str, arguments: Arguments) -> None: ...
    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


class Host(Protocol):
    """Where calls arrive."""

    def call(self, service: str, operation: str, arguments: Arguments) -> Answer: ...


_PAGES = {
    ("dynamodb", "query"): ("ExclusiveStartKey", "LastEvaluatedKey"),
    ("dynamodb", "scan"): ("ExclusiveStartKey", "LastEvaluatedKey"),
    ("s3", "list_objects_v2"): ("ContinuationToken", "NextContinuationToken"),
    ("sqs", "list_queues"): ("NextToken", "NextToken"),
}


class Client:
    """A service as boto3's client shows it."""

    def __init__(self, host: Host, service: str) -> None:
        self._host = host
        self._service = service
        self.exceptions: Any = exceptions(service)

    def __getattr__(self, name: str) -> Any:
        if (operation := operations(self._service).get(name)) is None:
            raise NotDoubled(f"{self._service}.{name}")
        method = partial(self._call, operation)
        setattr(self, name, method)
        return method

    def _call(self, operation: str, **arguments: Any) -> Answer:
        return self._host.call(self._service, operation, arguments)

    def get_paginator(self, method: str) -> "Paginator":
        if (self._service, method) not in _PAGES:
            raise NotDoubled(f"pages of {self._service}.{method}")
        return Paginator(getattr(self, method), *_PAGES[self._service, method])

    def close(self) -> None: ...


class Paginator(NamedTuple):
    """Asks for one page after the other."""

    ask: Callable[..., Answer]
    given: str
    found: str

    def paginate(self, **arguments: Any) -> Iterator[Answer]:
        while True:
            answer = self.ask(**arguments)
            yield answer
            if self.found not in answer:
                return
            arguments[self.given] = answer[self.found]


@cache
def operations(service: str) -> Mapping[str, str]:
    """Return the operation for each of boto3's methods of a service."""
    return {xform_name(name): name for name in get_session().get_service_model(service).operation_names}


@cache
def exceptions(service: str) -> Any:
    """Return the classes of a service's errors, as a boto3 client has them under `exceptions`."""
    return ClientExceptionsFactory().create_client_exceptions(get_session().get_service_model(service))


def check_arguments(service: str, name: str, known: Operation, arguments: Arguments) -> None:
    """Raise what the SDK raises for a missing argument, and `NotDoubled` for one that the double does not know."""
    given = arguments.keys()
    if not given <= known.known:
        raise NotDoubled(f"{service}.{name} with {sorted(given - known.known)}")
    if not known.required <= given:
        raise ParamValidationError(report=f"Missing required parameter in input: {sorted(known.required - given)}")


def client_error(service: str, operation: str, refusal: Refusal) -> ClientError:
    """Return a refusal as the SDK raises it, of the class that the client has for its code."""
    error = {"Code": refusal.code, "Message": refusal.message}
    found = exceptions(service)
    kind = found.from_code(refusal.fields.pop("QueryErrorCode", refusal.code))
    response: Any = {"Error": error, "ResponseMetadata": metadata(refusal.status), **refusal.fields}
    made: ClientError = kind(response, operation)
    return made


def metadata(status: int = 200) -> Answer:
    return {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
