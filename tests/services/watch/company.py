"""A company for some days: customers write, departments are as they are, and every process dies now and then.

The parts of AWS are played by the strict double: a stream in one shard, given again from where somebody died with it;
FIFO queues that deliver again what nobody deleted.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import orjson

from services.watch.rounds import drive_due_work
from shared.casework.cases import Doing, standing
from shared.casework.steps import Agent, CaseMove
from shared.errors import Conflict
from shared.escalation import Escalation
from shared.ids import step_id
from shared.models import Delivery, Message
from shared.playbook import Playbook
from shared.projection import records
from shared.projection.conversation import Conversation
from shared.projection.projector import Projector
from shared.queues import Departments
from shared.store import journal, keys, steps
from shared.store.journal import Bucket
from shared.store.table import Item, Table
from tests.conftest import NOW
from tests.double import Answer, Cloud
from tests.double.wire import Arguments
from tests.faults import lambdas
from tests.services.watch.meddling import Death
from tests.template import table_definition

TABLE = "company"
TICK = timedelta(minutes=15)

_BATCH = 25
_ROUNDS = 10
_STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/company/stream/1"
_STREAMED = (keys.EVENT_PREFIX, keys.ESCALATION_PREFIX, keys.STEP_PREFIX)


class Company:
    """Everything, once. `deaths` counts whom a call was the last of."""

    def __init__(self, playbook: Playbook, random: Random, *, dying: float) -> None:
        self.playbook = playbook
        self.random = random
        self.clock = NOW
        self.deaths = 0
        self._dying = dying
        self._mortal = False
        self._read = 0
        self.cloud = Cloud(now=lambda: self.clock)
        view = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        self.cloud.create_table(**table_definition(TABLE), StreamSpecification=view)
        self.queues = {
            each.name: self.cloud.create_queue(f"{each.name}.fifo", {"FifoQueue": "true"})
            for each in playbook.departments
        }
        self.table = Table(self.cloud.client("dynamodb"), TABLE)
        self.sent: dict[str, set[str]] = {}
        self.cloud.hooks.append(self)

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self._die_perhaps()
        if operation == "SendMessage":
            department = next(name for name, url in self.queues.items() if url == arguments["QueueUrl"])
            self.sent.setdefault(orjson.loads(arguments["MessageBody"])["claim"], set()).add(department)

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
        self._die_perhaps()

    def _die_perhaps(self) -> None:
        if self._mortal and self.random.random() < self._dying:
            raise Death

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """Let whoever does something die at any call, before it or after it."""
        self._mortal = self._dying > 0
        try:
            yield
        except Death:
            self.deaths += 1
        finally:
            self._mortal = False

    def for_ever(self) -> None:
        """Let nobody die any more."""
        self._dying = 0

    def projector(self) -> Projector:
        """A projector, or a watch, of a fresh process."""
        departments = Departments(self.cloud.client("sqs"), self.queues)
        bucket = Bucket(self.cloud.client("s3"), "none")
        return Projector(self.table, bucket, departments, lambda: self.playbook, lambda: self.clock)

    def says(self, person: str, name: str, text: str, **more: Any) -> None:
        """Let somebody say something, or be answered."""
        message = Message(
            external_id=name,
            occurred_at=self.clock,
            identity=f"telegram:shop:{person}",
            account="shop",
            channel="telegram",
            text=text,
            **more,
        )
        delivery = Delivery("telegram", "shop", b"", {}, self.clock)
        self.table.insert(journal.expanded_item(delivery, message))

    def tick(self, *work: Callable[[], object]) -> None:
        """Let some time pass, in which the stream is read, two watches look, and departments work, in any order."""
        self.clock += TICK
        turns = [self.stream, self.watch, self.watch, self.stream, *work]
        self.random.shuffle(turns)
        for turn in turns:
            with self.mortal():
                turn()

    def watch(self) -> None:
        drive_due_work(self.projector(), time_is_left=lambda: True)

    def stream(self) -> None:
        """Give the projector what is new, and again what somebody died with."""
        while new := self.cloud.look().records(TABLE, after=self._read)[:_BATCH]:
            wanted = [record for record in new if _is_streamed(record)]
            answer = records.stream(lambdas.stream(wanted, _STREAM)["Records"], self.projector())
            assert not answer["batchItemFailures"], "what could not be projected could not even be listed"
            self._read += len(new)

    def settle(self) -> None:
        """Let the stream and the watch come to rest: at this instant, or when what was left behind is tried again."""
        for _ in range(_ROUNDS):
            for turn in (self.stream, self.watch, self.stream):
                turn()
            if not any(_is_left_behind(item) for item in self.items()):
                return
            self.clock += timedelta(hours=2)
        raise AssertionError("something stays left behind")

    def items(self) -> list[Item]:
        return self.cloud.look().items(TABLE)

    def cases(self) -> list[Escalation]:
        """Return all cases, as their items have them."""
        return [
            Escalation.model_validate_json(item["state"]["S"])
            for item in self.items()
            if item["sk"]["S"].startswith(keys.ESCALATION_PREFIX)
        ]

    def moves(self) -> dict[str, list[CaseMove]]:
        """Return all that was done with each case, in its order."""
        found: dict[str, list[CaseMove]] = {}
        for item in self.items():
            if item["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_"):
                step = steps.read(item)
                assert isinstance(step, CaseMove)
                found.setdefault(step.escalation_id, []).append(step)
        return found

    def heads(self) -> list[tuple[Item, Conversation]]:
        return [
            (item, Conversation.model_validate_json(item["state"]["S"]))
            for item in self.items()
            if item["sk"]["S"].startswith(keys.CONVERSATION_PREFIX)
        ]


def _is_streamed(record: Arguments) -> bool:
    return record["eventName"] == "INSERT" and str(record["dynamodb"]["Keys"]["sk"]["S"]).startswith(_STREAMED)


def _is_left_behind(item: Item) -> bool:
    return str(item.get("open", {}).get("S", "")).startswith("unprojected")


class Department:
    """One that reads its queue and claims what it finds there. `counts` says how often it did what, and how often
    something came again under a claim that it had."""

    def __init__(self, company: Company, name: str) -> None:
        self.company = company
        self.name = name
        self.claimed: set[str] = set()
        self.counts: Counter[str] = Counter()

    def begin(self, told: dict[str, Any]) -> None:
        """Begin with what it was handed."""
        raise NotImplementedError

    def work(self) -> None:
        """Read the queue to its end, as a consumer does that may die after anything."""
        sqs, queue = self.company.cloud.client("sqs"), self.company.queues[self.name]
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                told = orjson.loads(message["Body"])
                if told["claim"] in self.claimed:
                    self.counts["again"] += 1
                else:
                    self.begin(told)
                    self.claimed.add(told["claim"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def do(self, told: dict[str, Any], act: Any, *, key: str, why: str = "", to: str | None = None) -> bool:
        """Do something with a case, once under a key; return whether it could be done."""
        by = Agent(subject=f"somebody of {self.name}", department=self.name)
        named = step_id(subject=by.subject, identity=told["identity"], idempotency_key=f"{told['claim']} {key}")
        cases = self.company.projector().cases
        case = cases.read(told["identity"], told["id"])
        doing = Doing(act, self.company.clock, by, why, to=to)
        try:
            if case.department != self.name:
                raise Conflict(standing(case))
            move = cases.do(case.identity, case.id, doing, step_id=named, seen=case.number)
        except Conflict:
            self.counts["told who has it"] += 1
            return False
        cases.take(move)
        self.counts[act] += 1
        return True
