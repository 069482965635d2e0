"""A small Mostrador for repairs: a table, a projector that does all its work at once, and bytes that can be misread."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import orjson

from shared.casework.steps import Step
from shared.models import Delivery, Event, Message, event_adapter
from shared.platforms import Platform, Unit
from shared.playbook import parse
from shared.projection.projector import Projector
from shared.queues import Departments, Replies
from shared.repair.difference import Difference
from shared.repair.replay import replay
from shared.repair.reproject import reproject
from shared.store import journal, keys, steps
from shared.store.journal import Bucket, Journal, record
from shared.store.keys import Key
from shared.store.ledger import Span
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.table import Item, Table, key_of
from tests import counter
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.template import ROOT, table_definition

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
SPAN = Span(counter.NAME, counter.ACCOUNT, NOW.replace(hour=0), NOW.replace(hour=23))
COMPLAINT = "Me han cobrado la factura dos veces"

type Read = Callable[[dict[str, Any]], list[Event]]


def as_written(value: dict[str, Any]) -> list[Event]:
    return [event_adapter.validate_python(value)]


def said(number: int, text: str = "Hola", person: str = "ana", **more: Any) -> Message:
    return Message.model_validate(
        {
            "external_id": str(number),
            "occurred_at": NOW.replace(minute=number),
            "identity": f"counter:shop:{person}",
            "account": "shop",
            "channel": "counter",
            "text": text,
        }
        | more
    )


class House:
    """`read` is what our code makes of a unit's bytes: put another in its place, and it is deployed. `playbook` is the
    one by which projections are computed again."""

    def __init__(self) -> None:
        self.read: Read = as_written
        self.clock = NOW
        self.playbook = PLAYBOOK
        self.cloud = Cloud(now=lambda: self.clock)
        self.cloud.create_table(**table_definition(TABLE))
        self.cloud.create_bucket("deliveries")
        names = [department.name for department in PLAYBOOK.departments]
        self.urls = {name: self.cloud.create_queue(f"{name}.fifo", {"FifoQueue": "true"}) for name in names}
        self.replies_url = self.cloud.create_queue("replies.fifo", {"FifoQueue": "true"})
        self.table = Table(self.cloud.client("dynamodb"), TABLE)
        self.bucket = Bucket(self.cloud.client("s3"), "deliveries")
        publish(self.table, PLAYBOOK)
        self._requests = 0
        self._done = set[Key]()

    def platform(self, _: str = counter.NAME) -> Platform:
        def reader(unit: Unit) -> list[Event]:
            return self.read(unit.value)

        return replace(counter.COUNTER, events=dict.fromkeys(counter.KINDS, reader))

    def projector(self) -> Projector:
        departments = Departments(self.cloud.client("sqs"), self.urls)
        replies = Replies(self.cloud.client("sqs"), self.replies_url)
        return Projector(
            self.table,
            self.bucket,
            departments,
            CurrentPlaybook(self.table),
            lambda: NOW,
            version="1",
            replies=replies,
        )

    def take(self, *events: Event | dict[str, Any]) -> Delivery:
        """Keep one delivery of these events, and project everything."""
        delivery = self.keep(*events)
        self.settle()
        return delivery

    def keep(self, *events: Event | dict[str, Any]) -> Delivery:
        """Keep one delivery of these events."""
        self._requests += 1
        delivery = replace(counter.delivery(*events), request_id=str(self._requests))
        Journal(self.table, self.bucket).keep(record(delivery, self.platform()))
        return delivery

    def alone(self, what: Message | Step) -> None:
        """Journal one thing and project it, as a process that knows of nothing else."""
        if isinstance(what, Message):
            key = keys.event(what)
            self._requests += 1
            delivery = replace(counter.delivery(what), request_id=str(self._requests))
            Journal(self.table, self.bucket).keep(record(delivery, self.platform()))
        else:
            key = steps.key(what)
            steps.keep(self.table, what)
        self._done.add(key)
        item = self.table.get(key)
        assert item is not None
        self.projector().project([item])

    def settle(self) -> None:
        while new := [item for item in self.items().values() if _streamed(item) and key_of(item) not in self._done]:
            for item in new:
                self.projector().project([item])
                self._done.add(key_of(item))

    def replay(self, *, do: bool) -> list[Difference]:
        found = list(
            replay(SPAN, table=self.table, bucket=self.bucket, playbook=lambda: PLAYBOOK, now=lambda: NOW, do=do)
        )
        if do:
            self.settle()
        return found

    def reproject(self, *people: str, do: bool) -> list[Difference]:
        partitions: Iterable[str] = [keys.identity(f"counter:shop:{person}") for person in people]
        now, playbook = self.clock, self.playbook
        return list(reproject(partitions, table=self.table, playbook=lambda: playbook, now=lambda: now, do=do))

    def handed(self, department: str) -> list[dict[str, Any]]:
        """Return the hand-offs on a department's queue, by their offers."""
        messages = self.cloud.look().messages(self.urls[department])
        return sorted((orjson.loads(message.body) for message in messages), key=lambda each: int(each["offer"]))

    def items(self) -> dict[Key, Item]:
        return {key_of(item): item for item in self.cloud.look().items(TABLE)}

    def forget(self, key: Key) -> None:
        """Delete an item, as nothing of ours ever would."""
        self.cloud.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})

    def begin_again(self) -> None:
        """Forget everything but the playbook."""
        for key in self.items():
            if not key.pk.startswith("playbook"):
                self.forget(key)
        self._done.clear()

    def people(self) -> dict[Key, Item]:
        """Return all but the deliveries and the notes on requests, without what says by which way it came."""
        return {
            key: {name: value for name, value in item.items() if name not in ("ledger", "request", "packed")}
            | ({"event": {"S": orjson.dumps(event(item)).decode()}} if "packed" in item else {})
            for key, item in self.items().items()
            if not key.pk.startswith("delivery#") and not key.sk.startswith("repeated#")
        }


def event(item: Item) -> dict[str, Any]:
    return journal.entry(item).event.model_dump(mode="json")


def _streamed(item: Item) -> bool:
    return (
        str(item["sk"]["S"]).startswith((keys.EVENT_PREFIX, keys.ESCALATION_PREFIX, keys.STEP_PREFIX))
        or item["sk"]["S"] == "delivery"
    )
