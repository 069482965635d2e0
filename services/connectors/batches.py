"""Batches of the departments' queues, of those of what is tried again, and of their acts: each message on its own.

A department's queue is in order for each customer's hand-offs and each case's notices, and its acts are for each case:
after the first message of a group that is given back, the rest of the group is given back too.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from services.connectors.giving import WithoutConnectorError
from services.connectors.waiting import Waiting
from shared import notice, telemetry
from shared.handoff import HandOff
from shared.notice import Notice

type Record = Mapping[str, Any]
type Failures = dict[str, list[dict[str, str]]]


class Take(Protocol):
    """Gives a department's tool a hand-off, or tells it news of one; returns whether that is settled."""

    def __call__(self, message: HandOff | Notice) -> bool: ...


def of_department(records: Iterable[Record], take: Take, waiting: Waiting) -> Failures:
    """Take what is on a department's queue, and return the messages that it is to deliver again.

    What the tool does not take now waits elsewhere, and is off this queue: dying in between leaves it on both, and its
    claim has it given once. What is of a department without a tool is given back.
    """

    def done(record: Record) -> bool:
        message = notice.read(record["body"])
        if not take(message):
            waiting.put(message.department, record["body"])
        return True

    return in_order(records, done)


def tried_again(records: Iterable[Record], take: Take, waiting: Waiting, department: str) -> Failures:
    """Take what a department's tool has not taken before, and return the messages that are to come again; each is
    hidden for its pause."""
    failed: list[str] = []
    for record in records:
        if not _done(record, lambda record: take(notice.read(record["body"]))):
            failed.append(record["messageId"])
            received = int(record["attributes"]["ApproximateReceiveCount"])
            waiting.postpone(department, record["receiptHandle"], received=received)
    return to_retry(failed)


def in_order(records: Iterable[Record], do: Callable[[Record], bool]) -> Failures:
    """Do something with each message, and return those that are to be delivered again: what was not done, and what
    follows it in its group."""
    failed: list[str] = []
    stopped: set[str] = set()
    for record in records:
        group = record["attributes"]["MessageGroupId"]
        if group in stopped or not _done(record, do):
            stopped.add(group)
            failed.append(record["messageId"])
    return to_retry(failed)


def _done(record: Record, do: Callable[[Record], bool]) -> bool:
    try:
        return do(record)
    except WithoutConnectorError:
        telemetry.logger().warning("given back: the department has no such connector")
        telemetry.count("WithoutConnector")
    except Exception as error:
        telemetry.failure("message not taken", error)
    return False


def to_retry(identifiers: Iterable[str]) -> Failures:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}
