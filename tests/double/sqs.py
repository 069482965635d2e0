"""SQS: standard and FIFO queues in memory, with their documented limits, in-flight locks and dead letters.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5, sha256
from typing import Any

import orjson

from tests.double.wire import Answer, Arguments, NotDoubled, Operation, Refusal, operation

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_UNFIT = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_ID = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}")
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|(?=.{1,80}$)[A-Za-z0-9_-]+\.fifo")
_MOST_BYTES = 1024 * 1024
_MOST_AT_ONCE = 10
_LONGEST_VISIBILITY = 43_200
_LONGEST_DELAY = 900
_LONGEST_WAIT = 20
_REMEMBERED_SECONDS = 300
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html"""

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_NUMBERS: Mapping[str, tuple[int, int, int]] = {
    "DelaySeconds": (0, 0, _LONGEST_DELAY),
    "MaximumMessageSize": (_MOST_BYTES, 1024, _MOST_BYTES),
    "MessageRetentionPeriod": (345_600, 60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 0, _LONGEST_WAIT),
    "VisibilityTimeout": (30, 0, _LONGEST_VISIBILITY),
}
"""The default, the least and the most of each attribute that is a number."""

_WORDS: Mapping[str, frozenset[str]] = {
    "FifoQueue": frozenset({"true"}),
    "ContentBasedDeduplication": frozenset({"true", "false"}),
    "DeduplicationScope": frozenset({"queue", "messageGroup"}),
    "FifoThroughputLimit": frozenset({"perQueue", "perMessageGroupId"}),
    "SqsManagedSseEnabled": frozenset({"true", "false"}),
}
_FIFO_ONLY = frozenset({"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"})
_ADDRESS = "https://sqs.eu-west-1.amazonaws.com/000000000000/"
_ARN = "arn:aws:sqs:eu-west-1:000000000000:"


@dataclass(slots=True, eq=False)
class Message:
    """One message; times are seconds since 1970."""

    id: str
    body: str
    sent_at: float
    visible_at: float
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None
    receives: int = 0
    first_received_at: float = 0
    receipt: str = ""
    came_from: str | None = None
    attributes: Mapping[str, Any] | None = None

    def in_flight(self, now: float) -> bool:
        return self.receives > 0 and self.visible_at > now


@dataclass(slots=True)
class Queue:
    """One queue; the messages in the order in which they were sent."""

    name: str
    attributes: dict[str, str]
    created_at: float
    messages: dict[str, Message] = field(default_factory=dict)
    remembered: dict[tuple[str, ...], tuple[float, str, str]] = field(default_factory=dict)
    swept_at: float = 0

    @property
    def url(self) -> str:
        return _ADDRESS + self.name

    @property
    def arn(self) -> str:
        return _ARN + self.name

    @property
    def fifo(self) -> bool:
        return self.name.endswith(".fifo")

    def number(self, name: str) -> int:
        return int(self.attributes[name])

    @property
    def redrive(self) -> tuple[str, int] | None:
        """The dead-letter queue's ARN, and how often a message is given before it goes there."""
        if "RedrivePolicy" not in self.attributes:
            return None
        said = orjson.loads(self.attributes["RedrivePolicy"])
        return said["deadLetterTargetArn"], int(said["maxReceiveCount"])

    def copy(self) -> "Queue":
        return Queue(
            self.name,
            self.attributes.copy(),
            self.created_at,
            {name: copy(message) for name, message in self.messages.items()},
            self.remembered.copy(),
            self.swept_at,
        )

    def forget_old(self, now: float) -> None:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""
        if now == self.swept_at:
            return
        self.swept_at, oldest = now, now - self.number("MessageRetentionPeriod")
        for message in list(self.messages.values()):
            if message.sent_at <= oldest:
                del self.messages[message.id]

    def receivable(self, now: float) -> Iterator[Message]:
        """Yield the messages that a consumer may be given now, in the order they would be given.

        A FIFO queue's group waits for as long as one of its messages is in flight or not yet due.
        """
        closed = {message.group for message in self.messages.values() if message.in_flight(now)} if self.fifo else set()
        for message in self.messages.values():
            if self.fifo and message.group in closed:
                continue
            if message.visible_at <= now:
                yield message
            else:
                closed.add(message.group)


class SQS:
    """All queues of an account in one region."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._clock = now
        self.queues: dict[str, Queue] = {}
        self._own: set[str] = set()
        self._made = 0
        self.hands_back_half = False
        send = "MessageBody! MessageAttributes DelaySeconds MessageGroupId MessageDeduplicationId"
        self.operations: dict[str, Operation] = {
            "CreateQueue": operation(self.create_queue, "QueueName! Attributes"),
            "DeleteQueue": operation(self.delete_queue, "QueueUrl!"),
            "GetQueueUrl": operation(self.get_queue_url, "QueueName!"),
            "ListQueues": operation(self.list_queues, "QueueNamePrefix MaxResults NextToken"),
            "GetQueueAttributes": operation(self.get_queue_attributes, "QueueUrl! AttributeNames"),
            "SetQueueAttributes": operation(self.set_queue_attributes, "QueueUrl! Attributes!"),
            "PurgeQueue": operation(self.purge_queue, "QueueUrl!"),
            "SendMessage": operation(self.send_message, f"QueueUrl! {send}"),
            "SendMessageBatch": operation(self._batch(self.send_message, send), "QueueUrl! Entries!"),
            "ReceiveMessage": operation(
                self.receive_message,
                "QueueUrl! MaxNumberOfMessages VisibilityTimeout WaitTimeSeconds AttributeNames "
                "MessageSystemAttributeNames MessageAttributeNames",
            ),
            "DeleteMessage": operation(self.delete_message, "QueueUrl! ReceiptHandle!"),
            "DeleteMessageBatch": operation(self._batch(self.delete_message, "ReceiptHandle!"), "QueueUrl! Entries!"),
            "ChangeMessageVisibility": operation(
                self.change_message_visibility, "QueueUrl! ReceiptHandle! VisibilityTimeout!"
            ),
            "ChangeMessageVisibilityBatch": operation(
                self._batch(self.change_message_visibility, "ReceiptHandle! VisibilityTimeout!"),
                "QueueUrl! Entries!",
            ),
        }

    # the whole

    def snapshot(self) -> Any:
        """Return all queues as they are: from now on shared, and each is copied when it is next asked for."""
        self._own.clear()
        return self.queues.copy(), self._made

    def restore(self, snapshot: Any) -> None:
        queues, self._made = snapshot
        self.queues = queues.copy()
        self._own.clear()

    def _now(self) -> float:
        return self._clock().timestamp()

    def _new_id(self) -> str:
        """Return an id of the form that SQS has, the same in every run."""
        self._made += 1
        found = md5(str(self._made).encode(), usedforsecurity=False).hexdigest()
        return f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:]}"

    # queues

    def create_queue(self, ask: Arguments) -> Answer:
        name, attributes = ask["QueueName"], dict(ask.get("Attributes", {}))
        if not _NAME.fullmatch(name) or name.endswith(".fifo") != (attributes.get("FifoQueue") == "true"):
            raise _wrong("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        queue = Queue(name, {key: str(default) for key, (default, _, _) in _NUMBERS.items()}, self._now())
        if queue.fifo:
            queue.attributes |= {
                "ContentBasedDeduplication": "false",
                "DeduplicationScope": "queue",
                "FifoThroughputLimit": "perQueue",
            }
        existing = self.queues.get(queue.url)
        self._set(queue, attributes)
        if existing and not attributes.items() <= existing.attributes.items():
            raise Refusal(
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for attribute",
                QueryErrorCode="QueueNameExists",
            )
        self.queues.setdefault(queue.url, queue)
        return {"QueueUrl": queue.url}

    def _set(self, queue: Queue, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if name in _NUMBERS:
                _, least, most = _NUMBERS[name]
                fits = str(value).isdecimal() and least <= int(value) <= most
            elif name in _WORDS:
                fits = value in _WORDS[name] and (queue.fifo or name not in _FIFO_ONLY)
            elif name == "RedrivePolicy":
                fits = self._is_redrive(queue, value)
            else:
                raise NotDoubled(f"the queue attribute {name}")
            if not fits:
                raise Refusal("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
            queue.attributes[name] = value

    def _is_redrive(self, queue: Queue, value: str) -> bool:
        said = orjson.loads(value)
        target = next((found for found in self.queues.values() if found.arn == said["deadLetterTargetArn"]), None)
        return target is not None and target.fifo == queue.fifo and 1 <= int(said["maxReceiveCount"]) <= 1000

    def set_queue_attributes(self, ask: Arguments) -> Answer:
        queue = self._queue(ask)
        if "FifoQueue" in ask["Attributes"]:
            raise Refusal("InvalidAttributeName", "Unknown Attribute FifoQueue.")
        self._set(queue, ask["Attributes"])
        return {}

    def delete_queue(self, ask: Arguments) -> Answer:
        del self.queues[self._queue(ask).url]
        return {}

    def get_queue_url(self, ask: Arguments) -> Answer:
        return {"QueueUrl": self._queue({"QueueUrl": _ADDRESS + ask["QueueName"]}).url}

    def list_queues(self, ask: Arguments) -> Answer:
        most = ask.get("MaxResults", 1000)
        found = sorted(
            url for url, queue in self.queues.items() if queue.name.startswith(ask.get("QueueNamePrefix", ""))
        )
        found = [url for url in found if url > ask.get("NextToken", "")]
        answer: Answer = {"QueueUrls": found[:most]} if found else {}
        # Without MaxResults there is one page of at most 1,000, and no token (ListQueues).
        return answer | ({"NextToken": found[most - 1]} if "MaxResults" in ask and len(found) > most else {})

    def get_queue_attributes(self, ask: Arguments) -> Answer:
        queue, now = self._queue(ask), self._now()
        queue.forget_old(now)
        flying = sum(message.in_flight(now) for message in queue.messages.values())
        delayed = sum(message.visible_at > now and not message.receives for message in queue.messages.values())
        known = queue.attributes | {
            "QueueArn": queue.arn,
            "ApproximateNumberOfMessages": str(len(queue.messages) - flying - delayed),
            "ApproximateNumberOfMessagesNotVisible": str(flying),
            "ApproximateNumberOfMessagesDelayed": str(delayed),
            "CreatedTimestamp": str(int(queue.created_at)),
            "LastModifiedTimestamp": str(int(queue.created_at)),
        }
        wanted = ask.get("AttributeNames", [])
        unknown = set(wanted) - known.keys() - _WORDS.keys() - {"All", "RedrivePolicy"}
        if unknown:
            raise Refusal("InvalidAttributeName", f"Unknown Attribute {min(unknown)}.")
        found = {name: value for name, value in known.items() if name in wanted or "All" in wanted}
        return {"Attributes": found} if found else {}

    def purge_queue(self, ask: Arguments) -> Answer:
        self._queue(ask).messages.clear()
        return {}

    def _queue(self, ask: Arguments) -> Queue:
        if ask["QueueUrl"] not in self.queues:
            raise Refusal(
                "AWS.SimpleQueueService.NonExistentQueue",
                "The specified queue does not exist.",
                QueryErrorCode="QueueDoesNotExist",
            )
        return self._owned(ask["QueueUrl"])

    def _owned(self, url: str) -> Queue:
        """Return a queue that no snapshot shares."""
        if url not in self._own:
            self.queues[url] = self.queues[url].copy()
            self._own.add(url)
        return self.queues[url]

    # messages

    def send_message(self, ask: Arguments) -> Answer:
        queue, now = self._queue(ask), self._now()
        body = ask["MessageBody"]
        _check_body(body, queue.number("MaximumMessageSize"))
        delay = _within(ask.get("DelaySeconds", queue.number("DelaySeconds")), "DelaySeconds", _LONGEST_DELAY)
        group, token = _ids(queue, ask)
        digest = md5(body.encode(), usedforsecurity=False).hexdigest()
        if queue.fifo:
            message = Message(
                "", body, now, now + delay, str(group), str(token), attributes=deepcopy(ask.get("MessageAttributes"))
            )
            return {"MD5OfMessageBody": digest} | self._send_in_order(queue, message)
        message = Message(
            self._new_id(), body, now, now + delay, group, attributes=deepcopy(ask.get("MessageAttributes"))
        )
        queue.messages[message.id] = message
        return {"MD5OfMessageBody": digest, "MessageId": message.id}

    def _send_in_order(self, queue: Queue, message: Message) -> Answer:
        now, token = message.sent_at, str(message.deduplication)
        by_group = queue.attributes["DeduplicationScope"] == "messageGroup"
        remembered = (str(message.group), token) if by_group else (token,)
        sent_at, found, sequence = queue.remembered.get(remembered, (-_REMEMBERED_SECONDS, "", ""))
        if now - sent_at >= _REMEMBERED_SECONDS:
            found = message.id = self._new_id()
            sequence = message.sequence = f"{self._made:020}"
            queue.remembered[remembered] = (now, found, sequence)
            queue.messages[found] = message
        return {"MessageId": found, "SequenceNumber": sequence}

    def receive_message(self, ask: Arguments) -> Answer:
        queue, now = self._queue(ask), self._now()
        most = ask.get("MaxNumberOfMessages", 1)
        if not 1 <= most <= _MOST_AT_ONCE:
            raise _wrong(f"Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10")
        hidden = _within(
            ask.get("VisibilityTimeout", queue.number("VisibilityTimeout")), "VisibilityTimeout", _LONGEST_VISIBILITY
        )
        _within(ask.get("WaitTimeSeconds", 0), "WaitTimeSeconds", _LONGEST_WAIT)
        wanted = {*ask.get("AttributeNames", ()), *ask.get("MessageSystemAttributeNames", ())}
        queue.forget_old(now)
        found: list[Answer] = []
        dead: list[Message] = []
        redrive = queue.redrive
        for message in queue.receivable(now):
            if len(found) == most:
                break
            if redrive and message.receives >= redrive[1]:
                dead.append(message)
            else:
                self._give(queue, message, now, hidden)
                found.append(_shown(message, wanted) | _own(message, ask.get("MessageAttributeNames", ())))
        if redrive and dead:
            self._bury(queue, dead, redrive[0], now)
        return {"Messages": found} if found else {}

    def _give(self, queue: Queue, message: Message, now: float, hidden: int) -> None:
        message.receives += 1
        message.first_received_at = message.first_received_at or now
        message.visible_at = now + hidden
        message.receipt = f"{queue.name}#{message.id}#{message.receives}"

    def _bury(self, queue: Queue, dead: list[Message], arn: str, now: float) -> None:
        """Move messages to the dead-letter queue: a FIFO queue's count as sent now, a standard queue's as ever."""
        target = self._owned(next(url for url, found in self.queues.items() if found.arn == arn))
        for message in dead:
            del queue.messages[message.id]
            message.came_from = message.came_from or queue.arn
            message.sent_at = now if queue.fifo else message.sent_at
            message.visible_at, message.receipt = now, ""
            target.messages[message.id] = message

    def delete_message(self, ask: Arguments) -> Answer:
        """An older receipt of a message that was given again deletes nothing, and says so nowhere (DeleteMessage)."""
        queue, now = self._queue(ask), self._now()
        message = _received(queue, ask["ReceiptHandle"])
        if message is None:
            return {}
        if queue.fifo and not message.in_flight(now):
            raise _wrong("Value for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.")
        del queue.messages[message.id]
        return {}

    def change_message_visibility(self, ask: Arguments) -> Answer:
        queue, now = self._queue(ask), self._now()
        hidden = _within(ask["VisibilityTimeout"], "VisibilityTimeout", _LONGEST_VISIBILITY)
        message = _received(queue, ask["ReceiptHandle"])
        if message is None or not message.in_flight(now):
            raise Refusal(
                "AWS.SimpleQueueService.MessageNotInflight",
                "The message is not in flight.",
                QueryErrorCode="MessageNotInflight",
            )
        message.visible_at = now + hidden
        return {}

    # batches

    def _batch(self, single: Callable[[Arguments], Answer], arguments: str) -> Callable[[Arguments], Answer]:
        known = operation(single, f"Id! {arguments}")

        def batch(ask: Arguments) -> Answer:
            self._queue(ask)
            entries = ask["Entries"]
            _check_entries(entries)
            good: list[Answer] = []
            bad: list[Answer] = []
            most = -(-len(entries) // 2) if self.hands_back_half else len(entries)
            for number, entry in enumerate(entries):
                if not known.required <= entry.keys() <= known.known:
                    raise NotDoubled(f"a batch entry with {sorted(entry)}")
                if number >= most:
                    bad.append({"Id": entry["Id"], "Code": "InternalError", "Message": "", "SenderFault": False})
                    continue
                try:
                    own = {name: value for name, value in entry.items() if name != "Id"}
                    good.append({"Id": entry["Id"]} | single({"QueueUrl": ask["QueueUrl"], **own}))
                except Refusal as refusal:
                    code, message = refusal.code, refusal.message
                    bad.append({"Id": entry["Id"], "Code": code, "Message": message, "SenderFault": True})
            return ({"Successful": good} if good else {}) | ({"Failed": bad} if bad else {})

        return batch


def _check_entries(entries: list[Arguments]) -> None:
    names = [entry["Id"] for entry in entries]
    size = sum(len(entry.get("MessageBody", "").encode()) for entry in entries)
    for code, wrong in (
        ("EmptyBatchRequest", not entries),
        ("TooManyEntriesInBatchRequest", len(entries) > _MOST_AT_ONCE),
        ("InvalidBatchEntryId", not all(_ENTRY_ID.fullmatch(name) for name in names)),
        ("BatchEntryIdsNotDistinct", len(set(names)) < len(names)),
        ("BatchRequestTooLong", size > _MOST_BYTES),
    ):
        if wrong:
            raise Refusal(f"AWS.SimpleQueueService.{code}", code, QueryErrorCode=code)


def _check_body(body: str, most: int) -> None:
    if not body:
        raise Refusal("MissingParameter", "The request must contain the parameter MessageBody.")
    if _UNFIT.search(body):
        raise Refusal(
            "InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | ..."
        )
    if len(body.encode()) > most:
        raise _wrong(f"One or more parameters are invalid. Reason: Message must be shorter than {most} bytes.")


def _ids(queue: Queue, ask: Arguments) -> tuple[str | None, str | None]:
    group, token = ask.get("MessageGroupId"), ask.get("MessageDeduplicationId")
    for name, value in (("MessageGroupId", group), ("MessageDeduplicationId", token)):
        if value is not None and not _ID.fullmatch(value):
            raise _wrong(f"Value for parameter {name} is invalid. Reason: 1 to 128 alphanumeric and punctuation")
    if not queue.fifo:
        if token is not None:
            raise _wrong("The request includes a parameter that is not valid for this queue type.")
        return group, None
    if group is None:
        raise Refusal("MissingParameter", "The request must contain the parameter MessageGroupId.")
    if "DelaySeconds" in ask:
        raise _wrong("Value for parameter DelaySeconds is invalid. Reason: not valid for this queue type.")
    if token is None and queue.attributes["ContentBasedDeduplication"] == "true":
        token = sha256(ask["MessageBody"].encode()).hexdigest()
    if token is None:
        raise _wrong(
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided"
        )
    return group, token


def _received(queue: Queue, receipt: str) -> Message | None:
    name, _, rest = receipt.partition("#")
    message_id, _, given = rest.partition("#")
    if name != queue.name or not given.isdecimal():
        raise Refusal("ReceiptHandleIsInvalid", f'The input receipt handle "{receipt}" is not a valid receipt handle.')
    found = queue.messages.get(message_id)
    return found if found and found.receipt == receipt else None


def _within(value: int, name: str, most: int) -> int:
    if not 0 <= value <= most:
        raise _wrong(f"Value {value} for parameter {name} is invalid. Reason: Must be between 0 and {most}")
    return value


def _wrong(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def _own(message: Message, wanted: Iterable[str]) -> Answer:
    """Return what the sender gave a message beside its body, as far as it is asked for."""
    own = {name: dict(value) for name, value in (message.attributes or {}).items() if {name, "All"} & {*wanted}}
    return {"MessageAttributes": own} if own else {}


def _shown(message: Message, wanted: set[str]) -> Answer:
    found: Answer = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "Body": message.body,
    }
    if not wanted:
        return found
    known = {
        "SenderId": "AIDAEXAMPLE",
        "SentTimestamp": str(int(message.sent_at * 1000)),
        "ApproximateReceiveCount": str(message.receives),
        "ApproximateFirstReceiveTimestamp": str(int(message.first_received_at * 1000)),
        "MessageGroupId": message.group,
        "MessageDeduplicationId": message.deduplication,
        "SequenceNumber": message.sequence,
        "DeadLetterQueueSourceArn": message.came_from,
    }
    shown = {name: value for name, value in known.items() if value is not None and (name in wanted or "All" in wanted)}
    return found | ({"Attributes": shown} if shown else {})
