"""After the faults: what still has to happen by itself, and what only a repair brings back."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local.home import Home
from shared.playbook import Playbook
from shared.projection.open_work import listed
from shared.repair.difference import Difference
from shared.repair.reproject import reproject
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Table

_DRIVEN = ("delivery", "unprojected")
_LOOK_SECONDS = 5.0
_UNCHANGED_SECONDS = 150
"""Longer than the watch takes to find anything: its minute, the two that it leaves a delivery, and some to spare."""

_HAND_OVER_SECONDS = 60

_GIVEN_BACK = '"listing failed"'
"""What the projector logs when it can neither project records nor list them; the engine takes them for done."""

_PROJECTORS_LOG = "/mostrador/mostrador/projector"
_OWN_QUEUES = ("spill", "left_behind")
_EVER = "9999"

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settling:
    """`patience` is for how many seconds queues and open work may take to become empty."""

    home: Home
    table: Table
    playbook: Callable[[], Playbook]
    since: datetime
    patience: float
    say: Say

    def wait(self) -> dict[str, int]:
        """Return what is still pending when nothing is any more, or patience is over."""
        deadline, told = time.monotonic() + self.patience, 0.0
        while any((pending := self.pending()).values()) and time.monotonic() < deadline:
            if time.monotonic() - told > 30:
                self.say(f"pending: {named(pending)}")
                told = time.monotonic()
            time.sleep(_LOOK_SECONDS)
        return {name: number for name, number in pending.items() if number}

    def pending(self) -> dict[str, int]:
        """Return how much waits where: open work by kind, messages of our own queues, dead letters of all."""
        work = {kind: sum(len(self._open(shard)) for shard in keys.shards(kind)) for kind in _DRIVEN}
        queues = json.loads(self.home.outputs()["Queues"])
        waiting = {f"on the queue {name}": queues[name][0] for name in _OWN_QUEUES}
        dead = {f"dead letters of {name}": urls[1] for name, urls in queues.items()}
        sqs = self.home.client("sqs")
        return work | {name: _length(sqs, url) for name, url in (waiting | dead).items()}

    def _open(self, shard: str) -> list[Key]:
        return list(self.table.open_work(shard, until=_EVER))

    def left_to_reproject(self, people: Iterable[str]) -> dict[str, list[Difference]]:
        """Return, by partition, what differs from the recomputation and stays so for longer than the watch takes."""
        left = self.different(people)
        since = time.monotonic()
        while left and time.monotonic() - since < _UNCHANGED_SECONDS:
            time.sleep(_LOOK_SECONDS)
            before, left = left, self.different(left)
            if left.keys() != before.keys():
                since = time.monotonic()
                self.say(f"{len(left)} people are not projected yet")
        return left

    def reproject(self, people: Iterable[str]) -> None:
        for _ in self._differences(people, do=True):
            pass

    def different(self, people: Iterable[str]) -> dict[str, list[Difference]]:
        """Return what differs from the recomputation, by partition."""
        found = {person: list(self._differences([person], do=False)) for person in people}
        return {person: differences for person, differences in found.items() if differences}

    def _differences(self, people: Iterable[str], *, do: bool) -> Iterator[Difference]:
        return reproject(people, table=self.table, playbook=self.playbook, now=_now, do=do)

    def left_alone(self, not_handed_over: Callable[[], list[Key]]) -> list[Key]:
        """Return the escalations that are not handed over, once the projector has had its time for that."""
        deadline = time.monotonic() + _HAND_OVER_SECONDS
        while (left := not_handed_over()) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        return left

    def hand_to_the_watch(self, left: Collection[Key]) -> None:
        """List items as left behind, as the watch does when AWS names it a range that the projector gave up, and wait
        until it has done them."""
        for key in left:
            self.table.set(key, listed("unprojected", key, _now()))
        if left:
            self.wait()

    def given_back(self) -> int:
        """Return how often the projector gave records back to the stream."""
        logs = self.home.client("logs").get_paginator("filter_log_events")
        since = int(self.since.timestamp() * 1000)
        pages = logs.paginate(logGroupName=_PROJECTORS_LOG, filterPattern=_GIVEN_BACK, startTime=since)
        return sum(len(page["events"]) for page in pages)


def _now() -> datetime:
    return datetime.now(UTC)


def _length(sqs: Any, url: str) -> int:
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counts))["Attributes"]
    return sum(int(found[name]) for name in counts)


def named(pending: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in pending.items() if number)
