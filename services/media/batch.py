"""A batch of the media queue: each file by itself, and whatever stops one stops no other."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import ceil
from typing import Any

from services.media.copying import Copier
from services.media.waking import Failures
from shared import telemetry
from shared.aws import FAILURES
from shared.queues import Media, waiting_file

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=15)


def work(messages: Iterable[Mapping[str, Any]], copier: Copier, queue: Media) -> Failures:
    """Copy what the queue holds; return the messages that are to come again.

    A link may be good for minutes only, so that the first pauses are short. One that has come so often that each pause
    is the longest comes 110 times in a day, after which it is not tried any more (`copying.LONGEST`): less often than
    the queue gives it (`maxReceiveCount`), so that only what kills the process each time becomes a dead letter.
    """
    again: list[str] = []
    for message in messages:
        pause = _seen_to(message, copier)
        if pause is not None:
            again.append(message["messageId"])
            _postpone(message, queue, max(pause, _least(message)))
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in again]}


def _seen_to(message: Mapping[str, Any], copier: Copier) -> timedelta | None:
    try:
        return copier.copy(waiting_file(message["body"]))
    except Exception as error:
        telemetry.failure("a file was not seen to", error)
        return timedelta(0)


def _least(message: Mapping[str, Any]) -> timedelta:
    times = int(message["attributes"]["ApproximateReceiveCount"])
    return min(_FIRST_PAUSE * (1 << min(times - 1, 20)), _LONGEST_PAUSE)


def _postpone(message: Mapping[str, Any], queue: Media, pause: timedelta) -> None:
    """Hide a message for as long as it is to wait; without that, it comes again when the queue's own time is over."""
    try:
        queue.postpone(message["receiptHandle"], ceil(pause.total_seconds()))
    except FAILURES as error:
        telemetry.failure("a file comes again at another time", error)
