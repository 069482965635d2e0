"""The queues: the spill that takes what the table refuses, and the departments' own."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from shared.errors import ConfigurationError
from shared.models import Delivery
from shared.store import codec
from shared.store.keys import instant

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Spill:
    """Where a verified delivery waits while the table refuses it."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def keep(self, delivery: Delivery) -> None:
        """Put a delivery aside, whole; a message holds 1 MiB, and the caller learns of more by the queue's own
        error."""
        self._client.send_message(QueueUrl=self._url, MessageBody=spilled(delivery))


def spilled(delivery: Delivery) -> str:
    """Return a delivery as the text of one message, in ASCII, its bytes compressed."""
    # Not by orjson, which writes characters that SQS refuses as they are.
    return json.dumps(
        {
            "platform": delivery.platform,
            "account": delivery.account,
            "headers": dict(delivery.headers),
            "received_at": instant(delivery.received_at),
            "packed": b64encode(codec.pack(b"", delivery.body)).decode("ascii"),
        }
    )


def unspilled(message: str) -> Delivery:
    """Return the delivery that a spilled message holds; the exact inverse of `spilled`."""
    said = orjson.loads(message)
    return Delivery(
        platform=said["platform"],
        account=said["account"],
        body=codec.unpack(b64decode(said["packed"], validate=True))[1],
        headers=said["headers"],
        received_at=datetime.fromisoformat(said["received_at"]),
    )


class Departments:
    """The departments' FIFO queues, by the department's name."""

    def __init__(self, client: "SQSClient", urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def offer(self, *, department: str, customer_id: str, escalation_id: str, body: str) -> None:
        """Put a hand-off on a department's queue: in order for each customer, once for each escalation.

        The queue itself drops a second one within five minutes (SQS FIFO deduplication); after that the consumer's
        claim by escalation id does.
        """
        if department not in self._urls:
            raise ConfigurationError(
                f"the playbook names the department {department}, which has no queue in the template"
            )
        self._client.send_message(
            QueueUrl=self._urls[department],
            MessageBody=body,
            MessageGroupId=customer_id,
            MessageDeduplicationId=escalation_id,
        )
