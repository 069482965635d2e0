"""What AWS answers when it will not: made on demand, since in memory nothing is throttled, broken or in conflict.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from collections.abc import Mapping
from typing import Literal

from botocore.exceptions import ClientError

from tests.double.dynamodb import cancelled
from tests.double.wire import Arguments, NotDoubled, Refusal, client_error

type Kind = Literal["throttled", "broken", "conflict", "half"]

_SLOW_DOWN = "The rate of requests exceeds the allowed throughput."
_SAID: Mapping[str, Mapping[str, tuple[str, str, int]]] = {
    "dynamodb": {
        "throttled": ("ProvisionedThroughputExceededException", _SLOW_DOWN, 400),
        "broken": ("InternalServerError", "The request processing has failed because of an unknown error.", 500),
    },
    "dynamodbstreams": {
        "throttled": ("ThrottlingException", _SLOW_DOWN, 400),
        "broken": ("InternalServerError", "The request processing has failed because of an unknown error.", 500),
    },
    "sqs": {
        "throttled": ("RequestThrottled", "Rate exceeded", 403),
        "broken": ("InternalFailure", "The request processing has failed because of an unknown error.", 500),
    },
    "s3": {
        "throttled": ("SlowDown", "Please reduce your request rate.", 503),
        "broken": ("InternalError", "We encountered an internal error. Please try again.", 500),
    },
    "secretsmanager": {
        "throttled": ("ThrottlingException", "Rate exceeded", 400),
        "broken": ("InternalServiceError", "An error occurred on the server side.", 500),
    },
}
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
_TRANSACTIONS = frozenset({"TransactWriteItems", "TransactGetItems"})
_BATCHES = frozenset({"BatchGetItem", "BatchWriteItem", "SendMessageBatch", "DeleteMessageBatch",
                      "ChangeMessageVisibilityBatch"})  # fmt: skip


class HandBackHalf(BaseException):
    """Raised by a hook's `before`: the service does the first half of a batch and hands the rest back."""


def kinds(operation: str) -> tuple[Kind, ...]:
    """Return what can befall an operation."""
    found: tuple[Kind, ...] = ("throttled", "broken")
    if operation in _WRITES | _TRANSACTIONS:
        found += ("conflict",)
    if operation in _BATCHES:
        found += ("half",)
    return found


def refuse(kind: Kind, service: str, operation: str, arguments: Arguments) -> ClientError | HandBackHalf:
    """Return what to raise from a hook's `before` for a service to refuse the call, wholly or in part."""
    if kind not in kinds(operation):
        raise NotDoubled(f"{operation} {kind}")
    if kind == "half":
        return HandBackHalf()
    if kind == "conflict":
        return client_error(service, operation, _conflict(operation, arguments))
    code, message, status = _SAID[service][kind]
    return client_error(service, operation, Refusal(code, message, status=status))


def _conflict(operation: str, arguments: Arguments) -> Refusal:
    message = "Transaction is ongoing for the item"
    if operation not in _TRANSACTIONS:
        return Refusal("TransactionConflictException", message)
    first = {"Code": "TransactionConflict", "Message": message}
    return cancelled([first] + [{"Code": "None"} for _ in arguments["TransactItems"][1:]])
