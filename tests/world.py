"""The product's parts put together in one process on the double, for tests of a part that needs the others around it.

Nothing fails here; what happens when something does is the business of `tests/faults`.
"""

import base64
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import orjson

from services.watch.rounds import drive_due_work
from services.webhooks.door import Door
from services.webhooks.outside import Outside
from shared.models import Request
from shared.playbook import Playbook, parse
from shared.projection import records
from shared.projection.projector import Projector
from shared.queues import Departments, Replies, Spill
from shared.secrets import WebhookSecrets
from shared.store import keys
from shared.store.journal import Bucket, Journal
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.refusals import RefusalNotes
from shared.store.table import Item, Table, key_of
from tests.conftest import NOW, TABLE
from tests.contract.platforms import handed_out
from tests.double import Answer, Cloud
from tests.double.wire import Arguments
from tests.template import ROOT, table_definition

_ROUNDS = 40


@cache
def playbook() -> Playbook:
    return parse((ROOT / "infra" / "playbook.example.toml").read_text())


class World:
    """Everything, once. `calls` are those made to AWS since the beginning, with their arguments.

    `refused` are the numbers of calls of an operation, from 1, that are throttled.
    """

    def __init__(self, secrets: Mapping[str, Any], *, refused: Mapping[str, Collection[int]] | None = None) -> None:
        self.clock = NOW
        self.cloud = Cloud(now=self.now)
        self.cloud.create_table(**table_definition(TABLE))
        self.cloud.create_bucket("deliveries")
        self.cloud.create_bucket("mail")
        self.cloud.create_bucket("connect")
        self.outside = Outside(handed_out)
        names = [department.name for department in playbook().departments]
        self.queues = {name: self.cloud.create_queue(f"{name}.fifo", {"FifoQueue": "true"}) for name in names}
        self.replies_url = self.cloud.create_queue("replies.fifo", {"FifoQueue": "true"})
        self._spill = Spill(self.cloud.client("sqs"), self.cloud.create_queue("spill"))
        self.set_secrets(secrets)
        self.table, self.bucket = (
            Table(self.cloud.client("dynamodb"), TABLE),
            Bucket(self.cloud.client("s3"), "deliveries", places={"ses": "mail", "connect": "connect"}),
        )
        publish(self.table, playbook())
        self._done: set[Key] = set()
        self.calls: list[tuple[str, Arguments]] = []
        self._refused = refused or {}
        self.cloud.hooks.append(self)

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        """Take note of a call (a hook of the double), and throttle the chosen ones."""
        self.calls.append((operation, arguments))
        if len([name for name, _ in self.calls if name == operation]) in self._refused.get(operation, ()):
            raise self.cloud.refuse("throttled", service, operation, arguments)

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...

    def set_secrets(self, secrets: Mapping[str, Any]) -> None:
        self.cloud.put_secret("secrets", orjson.dumps(secrets).decode())

    def now(self) -> datetime:
        return self.clock

    def door(self) -> Door:
        """A door of a fresh process."""
        return Door(
            secrets=WebhookSecrets(self.cloud.client("secretsmanager"), "secrets"),
            journal=Journal(self.table, self.bucket),
            spill=self._spill,
            refusals=RefusalNotes(self.table),
            now=self.now,
            outside=self.outside,
        )

    def projector(self) -> Projector:
        """A projector of a fresh process."""
        departments = Departments(self.cloud.client("sqs"), self.queues)
        replies = Replies(self.cloud.client("sqs"), self.replies_url)
        return Projector(
            self.table, self.bucket, departments, CurrentPlaybook(self.table), self.now, version="42", replies=replies
        )

    def deliver(self, *, platform: str, account: str, headers: Mapping[str, str], body: bytes) -> object:
        """Return what the door makes of a platform's request; raises what it refuses it with."""
        request = Request("POST", f"https://door.example/webhooks/{platform}/{account}", headers, {}, body)
        return self.door().answer(platform=platform, account=account, request=request, request_id="r1")

    def settle(self) -> None:
        """Let the stream and the watch do their work until there is none but what cannot be read."""
        for _ in range(_ROUNDS):
            while batch := self.undone():
                records.stream([record(item, number) for number, item in enumerate(batch)], self.projector())
                self._done |= set(map(key_of, batch))
            if not any(
                item.get("open", {"S": ""})["S"].startswith(("unprojected", "delivery")) for item in self.scan()
            ):
                return
            self.clock += timedelta(hours=2)
            drive_due_work(self.projector(), time_is_left=lambda: True)
        raise AssertionError("something stays open")

    def undone(self) -> list[Item]:
        """Return what the stream has not given to the projector yet."""
        fresh = self.cloud.look().items(TABLE, lambda item: _is_streamed(item) and key_of(item) not in self._done)
        return sorted(fresh, key=key_of)

    def scan(self) -> list[Item]:
        return sorted(self.cloud.look().items(TABLE), key=key_of)

    def hand_offs(self, department: str) -> list[str]:
        """Return the hand-offs that wait on a department's queue."""
        return sorted({message.body for message in self.cloud.look().messages(self.queues[department])})


def _is_streamed(item: Item) -> bool:
    name: str = item["sk"]["S"]
    return name.startswith((keys.EVENT_PREFIX, keys.ESCALATION_PREFIX, keys.STEP_PREFIX)) or name == keys.DELIVERY


def record(item: Item, number: int) -> dict[str, Any]:
    """Return an item as Lambda gives a stream's record of its insertion."""
    image = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()
    }
    return {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"pk": item["pk"], "sk": item["sk"]}, "NewImage": image, "SequenceNumber": str(number)},
    }
