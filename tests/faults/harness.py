"""A whole Mostrador in one process, whose every AWS call can be made to fail or to be the last thing a process did.

The world plays the parts of AWS that no in-process engine plays faithfully: the platform that delivers again until it
is answered, the stream that delivers a batch again until it is done with, the bucket that announces an object, the
watch's clock. The code under test is the real door, the real projector and the real watch.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any, Literal

import boto3
import orjson
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ReadTimeoutError

from services.watch.rounds import drive_due_work
from services.webhooks.door import Door
from shared.models import Request
from shared.playbook import Playbook, parse
from shared.projection import records
from shared.projection.projector import Projector
from shared.queues import Departments, Spill
from shared.secrets import WebhookSecrets
from shared.store.journal import OBJECT_PREFIX, Bucket, Journal
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.shortcut import shortened
from shared.store.table import Item, Table
from tests.conftest import NOW, TABLE
from tests.template import ROOT, table_definition

type Mode = Literal["dies before", "dies after", "refused", "answer lost"]
MODES: tuple[Mode, ...] = ("dies before", "dies after", "refused", "answer lost")

_ROUNDS = 40
_DEPARTMENTS = ("billing", "delivery_and_orders", "technical", "care")


class Death(BaseException):
    """The process is gone. No `Exception`, so that no code under test can swallow it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls the call of this number, counted from 1 over the whole run."""

    at: int
    mode: Mode


@dataclass
class Faults:
    """Counts the calls of every client and makes the chosen ones fail."""

    planned: tuple[Fault, ...] = ()
    armed: bool = False
    calls: list[str] = field(default_factory=list)
    befell: set[int] = field(default_factory=set)

    def before(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        if not self.armed:
            return None
        self.calls.append(event_name.split(".", 1)[1])
        match self._mode("dies before", "refused"):
            case "dies before":
                raise Death
            case "refused":
                return self._refused(request)
        return None

    def _refused(self, request: Any) -> AWSResponse:
        # Every listener is asked, the in-process AWS too, which would carry the call out: let it not know the address.
        url, request.url = request.url, "http://nothing.invalid/"
        return _throttled(url)

    def after(self, **_: Any) -> None:
        if not self.armed:
            return
        match self._mode("dies after", "answer lost"):
            case "dies after":
                raise Death
            case "answer lost":
                raise ReadTimeoutError(endpoint_url="https://engine.invalid")

    def _mode(self, *modes: Mode) -> Mode | None:
        now = len(self.calls)
        found = next((fault.mode for fault in self.planned if fault.at == now and fault.mode in modes), None)
        if found:
            self.befell.add(now)
        return found

    def all_befell(self) -> bool:
        """Return whether every fault planned for a call that was made did happen: a matrix must not go blind."""
        return {fault.at for fault in self.planned if fault.at <= len(self.calls)} == self.befell


class _Clients:
    """The clients of all worlds, made once because that is slow; the faults are those of the world in force."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._made: dict[str, Any] = {}

    def __call__(self, service: Any) -> Any:
        if service not in self._made:
            made = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
            made.meta.events.register_first("before-send", lambda **said: self.faults.before(**said))
            made.meta.events.register("after-call", lambda **said: self.faults.after(**said))
            self._made[service] = made
        return self._made[service]


_clients = _Clients()


def _throttled(url: str) -> AWSResponse:
    class _Raw:
        def stream(self, **_: Any) -> Iterator[bytes]:
            yield orjson.dumps({"__type": "com.amazonaws#ThrottlingException", "message": "slow down"})

    return AWSResponse(url, 400, HTTPHeaders(), _Raw())


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a platform: what the door is given."""

    platform: str
    account: str
    headers: dict[str, str]
    body: bytes

    def request(self) -> Request:
        url = f"https://door.invalid/webhooks/{self.platform}/{self.account}"
        return Request("POST", url, self.headers, {}, self.body)


class World:
    """Everything, once: use inside `mock_aws`."""

    def __init__(self, secrets: dict[str, Any], *faults: Fault) -> None:
        self.faults = _clients.faults = Faults(faults)
        self.clock = NOW
        self._secrets = secrets
        self._done: set[tuple[str, str]] = set()
        self._announced: set[str] = set()
        self._build()
        self.faults.armed = True

    def _build(self) -> None:
        self.dynamodb = _clients("dynamodb")
        self.dynamodb.create_table(**table_definition(TABLE))
        self.sqs = _clients("sqs")
        fifo = {"FifoQueue": "true"}
        self.queues = {
            name: self.sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"] for name in _DEPARTMENTS
        }
        self.spill_url = self.sqs.create_queue(QueueName="spill", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        self.s3 = _clients("s3")
        self.s3.create_bucket(Bucket="deliveries", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        secretsmanager = _clients("secretsmanager")
        secretsmanager.create_secret(Name="secrets", SecretString=orjson.dumps(self._secrets).decode())
        self._secrets_client = secretsmanager
        self.table = Table(self.dynamodb, TABLE)
        self._door_table = Table(_short_way(self.dynamodb, self.faults), TABLE)
        self.bucket = Bucket(self.s3, "deliveries")
        publish(self.table, playbook())

    def set_secrets(self, secrets: dict[str, Any]) -> None:
        self._secrets_client.put_secret_value(SecretId="secrets", SecretString=orjson.dumps(secrets).decode())

    @cached_property
    def _journal(self) -> Journal:
        return Journal(self.table, self.bucket)

    def now(self) -> datetime:
        return self.clock

    def door(self) -> Door:
        """A door of a fresh process."""
        return Door(
            secrets=WebhookSecrets(self._secrets_client, "secrets"),
            journal=Journal(self._door_table, self.bucket),
            spill=Spill(self.sqs, self.spill_url),
            now=self.now,
        )

    def projector(self) -> Projector:
        """A projector of a fresh process."""
        return Projector(
            table=self.table,
            bucket=self.bucket,
            departments=Departments(self.sqs, self.queues),
            playbook=CurrentPlaybook(self.table),
            now=self.now,
        )

    def deliver(self, call: Call) -> None:
        """Deliver as a platform does: again and again, until the answer is that it was kept."""
        self.clock = NOW
        for _ in range(_ROUNDS):
            if self._survives(
                lambda: self.door().answer(platform=call.platform, account=call.account, request=call.request())
            ):
                return
        raise AssertionError("the platform gave up")

    def settle(self) -> None:
        """Let the stream, the spill queue and the watch do their work until there is none."""
        for _ in range(_ROUNDS):
            self._drain_spill()
            self._drain_stream()
            if not self._left_over():
                return
            self.clock += timedelta(hours=2)
            self._survives(lambda: drive_due_work(self.projector(), time_is_left=lambda: True))
        raise AssertionError(f"still open: {self._left_over()}")

    def _survives(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except (Death, Exception):
            return False
        return True

    def _drain_stream(self) -> None:
        for _ in range(_ROUNDS):
            batch = self.undone()
            if not batch:
                return
            try:
                answer = records.stream([_record(item, number) for number, item in enumerate(batch)], self.projector())
            except Death:
                continue
            again = {int(failed["itemIdentifier"]) for failed in answer["batchItemFailures"]}
            self._done |= {_key(item) for number, item in enumerate(batch) if number < min(again, default=len(batch))}
        raise AssertionError("the stream's batch never got done")

    def undone(self) -> list[Item]:
        return [item for item in self.scan() if _is_streamed(item) and _key(item) not in self._done]

    def _drain_spill(self) -> None:
        self._announce()
        for _ in range(_ROUNDS):
            self.faults.armed, armed = False, self.faults.armed
            messages = self.sqs.receive_message(QueueUrl=self.spill_url, MaxNumberOfMessages=10).get("Messages", [])
            self.faults.armed = armed
            if not messages:
                return
            batch = [{"messageId": found["MessageId"], "body": found["Body"]} for found in messages]
            try:
                answer = records.spill(batch, self.projector(), self._journal)
            except Death:
                continue
            again = {failed["itemIdentifier"] for failed in answer["batchItemFailures"]}
            self.faults.armed = False
            for message in messages:
                if message["MessageId"] not in again:
                    self.sqs.delete_message(QueueUrl=self.spill_url, ReceiptHandle=message["ReceiptHandle"])
            self.faults.armed = armed
        raise AssertionError("the spill queue never got empty")

    def _announce(self) -> None:
        self.faults.armed, armed = False, self.faults.armed
        for found in self.objects():
            if found["Key"] not in self._announced:
                body = {"Records": [{"s3": {"bucket": {"name": "deliveries"}, "object": {"key": found["Key"]}}}]}
                self.sqs.send_message(QueueUrl=self.spill_url, MessageBody=orjson.dumps(body).decode())
                self._announced.add(found["Key"])
        self.faults.armed = armed

    def objects(self) -> list[dict[str, Any]]:
        return list(self.s3.list_objects_v2(Bucket="deliveries", Prefix=OBJECT_PREFIX).get("Contents", []))

    def _left_over(self) -> list[tuple[str, str]]:
        kinds = ("unprojected", "delivery")
        return [_key(item) for item in self.scan() if item.get("open", {}).get("S", "").startswith(kinds)]

    def scan(self) -> list[Item]:
        self.faults.armed, armed = False, self.faults.armed
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        self.faults.armed = armed
        return sorted(items, key=_key)

    def picture(self) -> dict[str, Any]:
        """Return what the run came to: the table but for when it was written, and each queue's hand-offs by id."""
        self.faults.armed = False
        assert self.faults.all_befell(), "a planned fault did not happen"
        return {"table": [_lasting(item) for item in self.scan()]} | {
            name: sorted(self._hand_offs(url)) for name, url in self.queues.items()
        }

    def _hand_offs(self, url: str) -> set[str]:
        found: set[str] = set()
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            found |= {message["Body"] for message in messages}
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


def _short_way(client: Any, faults: Faults) -> Any:
    """Return the client as the door has it: its puts go the short way, which has no event after the answer."""
    made: Any = shortened(client, Credentials("test", "test"))
    send = made._send

    def sent(body: bytes) -> Any:
        answer = send(body)
        faults.after()
        return answer

    made._send = sent
    return made


@cache
def playbook() -> Playbook:
    return parse((ROOT / "infra" / "playbook.example.toml").read_text())


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _is_streamed(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(("event#", "escalation#")) or item["sk"]["S"] == "delivery"


def _record(item: Item, number: int) -> dict[str, Any]:
    """Return an item as Lambda gives a stream's record of its insertion."""
    plain = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()
    }
    keys = {"pk": item["pk"], "sk": item["sk"]}
    return {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "dynamodb": {"Keys": keys, "NewImage": plain, "SequenceNumber": str(number)},
    }


def _lasting(item: Item) -> Item:
    """Return an item without what says when, and at which try, it was written."""
    transient = {"projected_at"}
    if item.get("open", {}).get("S", "").startswith("unreadable"):
        transient |= {"open_at", "attempts"}
    return {name: value for name, value in item.items() if name not in transient}
