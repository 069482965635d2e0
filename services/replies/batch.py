"""A batch of the replies' queue: in order within each conversation, and whatever stops one stops no other."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from math import ceil
from typing import Any
from zlib import crc32

from services.replies.sender import Sender
from shared import telemetry
from shared.aws import FAILURES
from shared.queues import Replies, waiting_reply

type Failures = dict[str, list[dict[str, str]]]

_FIRST_PAUSE = timedelta(seconds=20)
_LONGEST_PAUSE = timedelta(minutes=15)
_SOON = timedelta(seconds=1)
_GROWS = 1.25
_LONGEST_LEAST = timedelta(minutes=10)


def work(
    messages: Iterable[Mapping[str, Any]], sender: Sender, queue: Replies, *, time_is_left: Callable[[], bool]
) -> Failures:
    """See to what the queue holds; return the messages that are to come again.

    After the first of a conversation that is not done with, the rest of it comes again with it: later messages would
    overtake it, and as long as one of them is hidden the queue gives out none of the conversation.
    """
    stopped: dict[str, timedelta] = {}
    again: list[str] = []
    for message in messages:
        conversation = message["attributes"]["MessageGroupId"]
        if conversation not in stopped:
            pause = _seen_to(message, sender) if time_is_left() else _SOON
            if pause is None:
                continue
            stopped[conversation] = pause
        again.append(message["messageId"])
        stopped[conversation] = max(stopped[conversation], _least(message))
        _postpone(message, queue, stopped[conversation])
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in again]}


def _seen_to(message: Mapping[str, Any], sender: Sender) -> timedelta | None:
    try:
        return sender.send(waiting_reply(message["body"]))
    except Exception as error:
        telemetry.failure("a reply was not seen to", error)
        times = 1 << min(int(message["attributes"]["ApproximateReceiveCount"]), 10)
        return min(_FIRST_PAUSE * times, _LONGEST_PAUSE)


def _least(message: Mapping[str, Any]) -> timedelta:
    """Return the least pause before a message comes once more: the longer, the oftener it has come, so that no wait,
    however long, uses up how often the queue gives it (`maxReceiveCount`).

    It is about a third of the time for which the message has been coming, until it is ten to fifteen minutes: then it
    comes 180 times in 25 hours at most, and a reply is not seen to for longer (`sender.LONGEST`). Many who wait for one
    account are spread over that half, or one of all who come at once would be let through.
    """
    times = int(message["attributes"]["ApproximateReceiveCount"])
    spread = 1 + crc32(f"{message['messageId']} {times}".encode()) / 2**33
    return min(_SOON * (_GROWS ** min(times - 1, 99) - 1), _LONGEST_LEAST) * spread


def _postpone(message: Mapping[str, Any], queue: Replies, pause: timedelta) -> None:
    """Hide a message for as long as it is to wait; without that, it comes again when the queue's own time is over."""
    try:
        queue.postpone(message["receiptHandle"], ceil(pause.total_seconds()))
    except FAILURES as error:
        telemetry.failure("a reply comes again at another time", error)
