"""What a tool has not taken yet: a queue of its own for each department's tool, so that neither the department's queue
nor the next hand-off waits, and a tool that is dead holds up nobody else's."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PAUSES = tuple(60 * minutes for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 600))
"""For how many seconds it waits before each further attempt: a day and some hours in all. After as many attempts it is
a dead letter (`maxReceiveCount` in `template.yaml`)."""


class Waiting:
    """The queues of what is tried again, later each time; `urls` are by department."""

    def __init__(self, client: "SQSClient", urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def put(self, department: str, body: str) -> None:
        """Put on a department's queue what was tried once; it is tried again after the first pause."""
        self._client.send_message(QueueUrl=self._urls[department], MessageBody=body, DelaySeconds=PAUSES[0])

    def postpone(self, department: str, receipt: str, *, received: int) -> None:
        """Hide a message that was received so many times, for the pause that is due."""
        pause = PAUSES[min(received, len(PAUSES) - 1)]
        self._client.change_message_visibility(
            QueueUrl=self._urls[department], ReceiptHandle=receipt, VisibilityTimeout=pause
        )
