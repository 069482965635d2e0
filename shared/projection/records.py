"""Batches of a stream or a queue: each record on its own, so that a bad one holds nobody up.

What fails is listed in the sparse index, where `services/watch` finds it, and its batch goes on. Only what cannot
even be listed is given back to be delivered again.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from shared import telemetry
from shared.platforms import load
from shared.projection.projector import Projector
from shared.queues import unspilled
from shared.store import journal
from shared.store.journal import OBJECT_PREFIX, Journal
from shared.store.table import Item, key_of

type Failures = dict[str, list[dict[str, str]]]


def stream(records: Iterable[Mapping[str, Any]], projector: Projector) -> Failures:
    """Project a batch of the table's stream and return the sequence numbers to be delivered again.

    Neighbouring records of one person are folded together.
    """
    failed: list[str] = []
    for _, together in groupby(records, key=lambda record: record["dynamodb"]["Keys"]["pk"]["S"]):
        group = list(together)
        items = [image(record) for record in group]
        try:
            projector.project(items)
        except Exception as error:
            telemetry.failure("projection failed", error)
            failed += _left_behind(projector, group, items)
    return _to_retry(failed)


def _left_behind(projector: Projector, group: list[Mapping[str, Any]], items: list[Item]) -> list[str]:
    try:
        for item in items:
            projector.postpone(key_of(item), kind="unprojected", attempts=0)
    except Exception as error:
        telemetry.failure("listing failed", error)
        return [record["dynamodb"]["SequenceNumber"] for record in group]
    return []


def image(record: Mapping[str, Any]) -> Item:
    """Return a stream record's new item; Lambda gives binary values as base64 text."""
    return {name: _binary(value) for name, value in record["dynamodb"]["NewImage"].items()}


def _binary(value: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(value.get("B"), str):
        return {"B": b64decode(value["B"], validate=True)}
    return dict(value)


def spill(messages: Iterable[Mapping[str, Any]], projector: Projector, into: Journal) -> Failures:
    """Journal what the spill queue holds and return the messages to be delivered again.

    A message is a delivery that the table refused, or the bucket's announcement of one that no item can hold.
    """
    failed: list[str] = []
    for message in messages:
        try:
            for item in _spilled_items(message["body"], projector):
                into.keep(item)
        except Exception as error:
            telemetry.failure("spilled delivery not journalled", error)
            failed.append(message["messageId"])
    return _to_retry(failed)


def _spilled_items(body: str, projector: Projector) -> Iterable[Item | journal.Object]:
    said = journal.parse_announcement(body)
    if said is None:
        delivery = unspilled(body)
        return [journal.record(delivery, load(delivery.platform))]
    return [journal.object_item(projector.bucket.get(name)) for name in said if name.startswith(OBJECT_PREFIX)]


def _to_retry(identifiers: Iterable[str]) -> Failures:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}
