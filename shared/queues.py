"""The queues: the spill that takes what the table refuses, the departments' own, and how each is looked after."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import batched
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from shared.errors import ConfigurationError
from shared.models import Delivery
from shared.store import codec
from shared.store.keys import Key, instant

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType


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
            "request_id": delivery.request_id,
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
        request_id=said["request_id"],
    )


class Departments:
    """The departments' FIFO queues, by the department's name."""

    def __init__(self, client: "SQSClient", urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def offer(self, *, department: str, customer_id: str, offer_id: str, body: str) -> None:
        """Put a hand-off on a department's queue: in order for each customer, once for each offer.

        The queue itself drops a second one within five minutes (SQS FIFO deduplication); after that the consumer's
        claim by the offer's id does.
        """
        self.put(department, body, group=customer_id, once=offer_id)

    def put(self, department: str, body: str, *, group: str, once: str) -> None:
        """Put a message on a department's queue: in order within its group, once in five minutes by what tells it from
        others."""
        if department not in self._urls:
            raise ConfigurationError(
                f"the playbook names the department {department}, which has no queue in the template"
            )
        self._client.send_message(
            QueueUrl=self._urls[department], MessageBody=body, MessageGroupId=group, MessageDeduplicationId=once
        )


class ReplyWaiting(NamedTuple):
    """A message of the replies' queue: whose reply it is, and its id. The words are in the journal."""

    identity: str
    reply_id: str


class Replies:
    """The FIFO queue of what is to be said to customers."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, reply: ReplyWaiting, *, conversation: Key, number: int = 0) -> None:
        """Put a reply on the queue: in order for each conversation, once for each time that it is asked for.

        `number` is how many things have become of it. The queue drops a second message within five minutes (SQS FIFO
        deduplication); after that the journal tells whoever sends that it was sent.
        """
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps(reply._asdict()),
            MessageGroupId=sha256("\n".join(conversation).encode()).hexdigest(),
            MessageDeduplicationId=f"{reply.reply_id}-{number}" if number else reply.reply_id,
        )

    def postpone(self, receipt: str, seconds: int) -> None:
        """Hide a received message, and with it all that follows in its conversation, for so many seconds."""
        hidden = min(seconds, _LONGEST_HIDING)
        self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=hidden)


def waiting_reply(message: str) -> ReplyWaiting:
    """Return what a message of the replies' queue says; the inverse of what `Replies.ask` writes."""
    said = orjson.loads(message)
    return ReplyWaiting(said["identity"], said["reply_id"])


class MediaWaiting(NamedTuple):
    """A message of the media queue: which event's so-manieth attachment is to be copied."""

    event: Key
    number: int


class Media:
    """The queue of the files that are to be copied."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, waiting: Sequence[MediaWaiting]) -> list[MediaWaiting]:
        """Put files on the queue, in calls of ten; return those that it did not take."""
        refused = []
        for batch in batched(waiting, _AT_ONCE, strict=False):
            entries = [{"Id": str(number), "MessageBody": _waiting_file(each)} for number, each in enumerate(batch)]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
            refused += [batch[int(each["Id"])] for each in answer.get("Failed", [])]
        return refused

    def postpone(self, receipt: str, seconds: int) -> None:
        """Hide a received message for so many seconds."""
        hidden = min(seconds, _LONGEST_HIDING)
        self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=hidden)


def _waiting_file(waiting: MediaWaiting) -> str:
    return json.dumps({"pk": waiting.event.pk, "sk": waiting.event.sk, "number": waiting.number})


def waiting_file(message: str) -> MediaWaiting:
    """Return what a message of the media queue says; the inverse of what `Media.ask` writes."""
    said = orjson.loads(message)
    return MediaWaiting(Key(said["pk"], said["sk"]), said["number"])


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages a queue has, as SQS counts them: approximately, and a minute late after a change.

    `waiting` can be received now, `in_flight` were received and are not deleted yet, and `dead_letters` were given up.
    """

    queue: str
    waiting: int
    in_flight: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as it was received."""

    receipt: str
    send: Mapping[str, Any]
    """The arguments that send it again."""


class Queue:
    """One queue with its dead-letter queue, for whoever looks after them."""

    def __init__(self, client: "SQSClient", name: str, *, url: str, dead_letters_url: str) -> None:
        self.name = name
        self._client = client
        self.url = url
        self.dead_letters_url = dead_letters_url

    def backlog(self) -> Backlog:
        """Return how many messages there are now."""
        waiting, in_flight = self._count(self.url)
        return Backlog(
            queue=self.name, waiting=waiting, in_flight=in_flight, dead_letters=sum(self._count(self.dead_letters_url))
        )

    def _count(self, url: str) -> tuple[int, int]:
        found = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[*_COUNTS])["Attributes"]
        waiting, in_flight = (int(found[name]) for name in _COUNTS)
        return waiting, in_flight

    def dead_letters(self, *, most: int) -> Iterator[Letter]:
        """Yield dead letters, each at most once in a minute, until there are none or so many were yielded."""
        while most > 0:
            found = self._client.receive_message(
                QueueUrl=self.dead_letters_url,
                MaxNumberOfMessages=min(most, _AT_ONCE),
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["MessageGroupId"],
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=_WAIT_SECONDS,
            ).get("Messages", [])
            if not found:
                return
            most -= len(found)
            yield from (Letter(message["ReceiptHandle"], _again(message)) for message in found)

    def take_back(self, letter: Letter) -> None:
        """Put a dead letter on the queue again, and only then take it off the dead-letter queue.

        Dying in between leaves it on both, which doubles a message and loses none. SQS has whoever does this as the
        sender of what is sent again: no queue's reader may know by the sender what was done before.
        """
        self._client.send_message(QueueUrl=self.url, **letter.send)
        self._client.delete_message(QueueUrl=self.dead_letters_url, ReceiptHandle=letter.receipt)


def queues(client: "SQSClient", urls: Mapping[str, tuple[str, str]]) -> list[Queue]:
    """Return the queues of a stack, from the URLs of each and of its dead-letter queue, by name."""
    return [Queue(client, name, url=url, dead_letters_url=dead) for name, (url, dead) in urls.items()]


_COUNTS: tuple["QueueAttributeNameType", ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)
_LONGEST_HIDING = 11 * 60 * 60
"""A message may be hidden for twelve hours from when it was received (ChangeMessageVisibility)."""
_AT_ONCE = 10
_HIDDEN_SECONDS = 60
_WAIT_SECONDS = 1
"""Receiving without waiting asks a part of SQS's servers only, and may miss what is there (ReceiveMessage)."""


def _again(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that send a received message again.

    A FIFO queue forgets for five minutes whatever has an id that it has seen. The original's id would have a hand-off
    that died young dropped in silence; the dead letter's own id is new to the queue, is the same however often this one
    is sent again, and is another one when it dies once more, since what is sent is a new message.
    """
    arguments: dict[str, Any] = {"MessageBody": message["Body"]}
    if attributes := message.get("MessageAttributes"):
        arguments["MessageAttributes"] = attributes
    if group := message.get("Attributes", {}).get("MessageGroupId"):
        arguments |= {"MessageGroupId": group, "MessageDeduplicationId": f"redriven-{message['MessageId']}"}
    return arguments
