"""The table's stream wakes the copying: each attachment of a new event becomes one message of the queue.

Nothing is read here but the keys and how many there are, so that nothing can be wrong with a record. Why the files are
not fetched here: a platform that does not answer would hold up all others behind it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared import telemetry
from shared.aws import FAILURES
from shared.queues import Media, MediaWaiting
from shared.store.keys import Key

type Failures = dict[str, list[dict[str, str]]]


def wake(records: Iterable[Mapping[str, Any]], queue: Media) -> Failures:
    """Ask for the files of a batch of the stream, and return the first record of which the queue did not take all.

    The stream gives that one again and all that follow it: what is asked for twice is copied once.
    """
    records = list(records)
    waiting = {each: number for number, record in enumerate(records) for each in _files(record)}
    try:
        refused = queue.ask(list(waiting))
    except FAILURES as error:
        telemetry.failure("files not asked for", error)
        refused = list(waiting)
    telemetry.count("MediaAsked", len(waiting) - len(refused))
    first = min((waiting[each] for each in refused), default=None)
    failed = [] if first is None else [records[first]["dynamodb"]["SequenceNumber"]]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _files(record: Mapping[str, Any]) -> list[MediaWaiting]:
    image = record["dynamodb"]["NewImage"]
    event = Key(image["pk"]["S"], image["sk"]["S"])
    return [MediaWaiting(event, number) for number in range(int(image["files"]["N"]))]
