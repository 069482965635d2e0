"""The way of a reply from the desk's word to the customer, run step by step: the projector, the queue, whoever sends,
and the platforms' stand-ins; every call of AWS and of a platform passes where it can go wrong.

Its clock goes on whenever nothing is left to do, until what waits has had time to be seen to for hours.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import count
from typing import Any

import httpx
import orjson
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.standin import StandIn, token
from infra.local.standin.standin import SIGN_INS
from infra.local.standin.state import Arrived, Request
from services.replies.batch import work
from services.replies.sender import Sender
from shared import platforms
from shared.accounts import Account, AccountThing
from shared.casework.replies import ReplyHead
from shared.casework.steps import OURSELVES, Agent, ReplyAsked, reply_id
from shared.models import Message, Receipt
from shared.playbook import Playbook, parse
from shared.projection.conversation import Conversation
from shared.projection.open_work import kind_of
from shared.projection.projector import Projector
from shared.queues import Departments, Replies
from shared.secrets import ApiToken
from shared.store import journal, keys, steps
from shared.store.journal import Bucket
from shared.store.table import Item, Table, key_of
from tests import counter, replying
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.faults import lambdas
from tests.faults.wire import MODES, Call, Death, Invocation, Plan, Wire, calm
from tests.template import ROOT, table_definition

MINUTE = timedelta(minutes=1)
AGENT = Agent(subject="colleague-1", department="care")
_MINUTES = 4 * 60
_MOST_AT_ONCE = 5
"""So many minutes the clock goes on at once while nothing happens."""
_STREAMED = (keys.EVENT_PREFIX, keys.STEP_PREFIX, keys.ESCALATION_PREFIX)

type Echoes = Callable[["Street", Arrived], None]
"""What a platform tells us of a thing that it has just taken."""

OVER_HTTP = (
    *("dies before", "dies after", "no connection", "no answer", "answer lost"),
    *("limited", "broken before", "broken after"),
)
"""The ways in which a call of a platform's API goes wrong."""


def modes_of(call: Call) -> list[str]:
    """Return the ways in which a call can go wrong that a caller can tell apart: of one that only reads, that it fails,
    or that the process dies."""
    if call.service == "platform":
        return list(OVER_HTTP)
    return [name for name in (_OF_WRITES if call.writes else _OF_READS) if MODES[name].applies(call)]


_OF_READS = ("dies before", "throttled")
_OF_WRITES = (*_OF_READS, "dies after", "answer lost", "answer lost, tried again")


@cache
def playbook() -> Playbook:
    """The example's, without anything that it does by itself."""
    example = parse((ROOT / "infra" / "playbook.example.toml").read_text())
    off = {"acknowledgement": type(example.acknowledgement)(), "accounts": ()}
    return Playbook.model_validate(example.model_dump() | off)


@dataclass
class Street:
    """One conversation on a channel, in which a customer wrote an hour ago, and all that sends replies there.

    `echoes` is called whenever the platform has taken something, while whoever sends still waits for the answer.
    `during` is called at each call of a platform, before it is made, as another process that runs at the same time.
    """

    channel: str
    echoes: Echoes | None = None
    during: Callable[["Street"], None] | None = None
    clock: datetime = NOW
    wire: Wire = field(default_factory=Wire)
    invocations: list[Invocation] = field(default_factory=list)
    plans: Mapping[int, Plan] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cloud = Cloud(now=lambda: self.clock)
        self.cloud.create_table(**table_definition(TABLE))
        self.cloud.create_bucket("deliveries")
        fifo = {"FifoQueue": "true", "VisibilityTimeout": "360"}
        self.url = self.cloud.create_queue("replies.fifo", fifo)
        departments = [each.name for each in playbook().departments]
        self._departments = {
            name: self.cloud.create_queue(f"{name}.fifo", {"FifoQueue": "true"}) for name in departments
        }
        self.place = replying.place(self.channel, **({"person": "34600000001"} if self.channel == "whatsapp" else {}))
        self.standin = StandIn(lambda: self.clock)
        self.standin.spoke(self.place)
        folder = platforms.folder_of(self.channel)
        own = token(folder, self.place.account)
        named = replying.NAMES.get(folder, self.place.account)
        self.tokens = {f"{folder}/{named}": ApiToken(token=own)} if own else {}
        self.held: list[Any] = []
        self._names = count(1)
        self._numbers = count(1)
        self._done: set[Any] = set()
        self.table = Table(self.cloud.client("dynamodb"), TABLE)
        self.hear(self.customer)
        for item in self._new():
            self._projector(calm=True).project([item])
            self._done.add(key_of(item))

    @property
    def common(self) -> dict[str, Any]:
        of = ("identity", "account", "channel", "thread", "visibility")
        return {name: getattr(self.place, name) for name in of}

    @property
    def customer(self) -> Message:
        """What the customer wrote."""
        return Message(
            external_id=self.place.reply_to or "m-0",
            occurred_at=NOW - timedelta(hours=1),
            text="¿Hasta cuándo abrís?",
            summons=self.place.summoned,
            title=self.place.title,
            **self.common,
        )

    @property
    def answers(self) -> str:
        return keys.event(self.customer).sk

    # what happens

    def hear(self, event: Message | Receipt) -> None:
        """Have the door journal an event, unless it is there."""
        delivery = replace(counter.delivery(), received_at=self.clock)
        self.table.insert(journal.expanded_item(delivery, event))

    def ask(self, text: str, **said: Any) -> str:
        """Journal what is to be said, as the desk does; return the reply's id."""
        of = {name: self.common[name] for name in ("identity", "account", "channel", "thread")}
        by = Agent(subject=OURSELVES) if said.get("automatic") else said.pop("by", AGENT)
        own = f"{next(self._numbers):026b}".replace("0", "a").replace("1", "b")
        step = ReplyAsked(id=f"stp_{own}", at=self.clock, by=by, text=text, **of | {"reply_to": self.answers} | said)
        steps.keep(self.table, step)
        return reply_id(step)

    def run(self, minutes: int = _MINUTES) -> None:
        """Let everything be seen to for so long."""
        until, idle = self.clock + minutes * MINUTE, 0
        while self.clock < until:
            idle += 1
            while self.project() or self.send():
                idle = 1
            self.clock = min(until, self.clock + min(idle, _MOST_AT_ONCE) * MINUTE)

    def project(self) -> bool:
        """Have the projector take what is new, one record after the other; return whether there was any."""
        new = self._new()
        for item in new:
            if self._invoke(partial(self._projector().project, [item])) is not _FAILED:
                self._done.add(key_of(item))
        return bool(new)

    def send(self) -> bool:
        """Have the queue wake whoever sends; return whether it did."""
        asked = {"QueueUrl": self.url, "MaxNumberOfMessages": 5, "AttributeNames": ["All"]}
        messages = self.cloud.client("sqs").receive_message(**asked).get("Messages", [])
        if not messages:
            return False
        self.held = messages
        self.handle(messages)
        return True

    def handle(self, messages: list[Any], *, deletes: bool = True) -> None:
        """Give a batch to a process that sends, and take off the queue what it is done with."""
        event = lambdas.queue(messages)["Records"]
        answer = self._invoke(lambda: work(event, self.sender(), self._queue(), time_is_left=lambda: True))
        failed = lambdas.failed(
            None if answer is _FAILED else answer, [each["MessageId"] for each in messages], reports_items=True
        )
        for message in messages:
            if message["MessageId"] not in failed and deletes:
                with suppress(ClientError):  # its time is over, and it is given to others
                    self.cloud.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def _invoke(self, handler: Callable[[], Any]) -> Any:
        try:
            with self.invoked():
                return handler()
        except (Death, ClientError, BotoCoreError):
            return _FAILED

    @contextmanager
    def invoked(self) -> Iterator[None]:
        """Be a function for a while, whatever runs outside of it."""
        outer = self.wire.invocation
        self.wire.invocation = Invocation(self.plans.get(len(self.invocations), calm))
        self.invocations.append(self.wire.invocation)
        try:
            yield
        finally:
            self.wire.invocation = outer

    # the processes

    def _line(self, service: str) -> Any:
        return self.wire.line(self.cloud.client(service), service)

    def _lined(self) -> Table:
        return Table(self._line("dynamodb"), TABLE)

    def _queue(self) -> Replies:
        return Replies(self._line("sqs"), self.url)

    def _projector(self, *, calm: bool = False) -> Projector:
        return Projector(
            self.table if calm else self._lined(),
            Bucket(self.cloud.client("s3"), "deliveries"),
            Departments(self.cloud.client("sqs"), self._departments),
            playbook,
            lambda: self.clock,
            replies=self._queue(),
        )

    def sender(self) -> Sender:
        return Sender(
            table=self._lined(),
            playbook=self._playbook,
            tokens=lambda: self.tokens,
            client=httpx.Client(transport=httpx.MockTransport(self._over_http)),
            now=lambda: self.clock,
            name=lambda: f"n{next(self._names)}",
            jitter=lambda: 0.5,
            things={"region": "eu-west-1", "configuration_set": ""},
            door=replying.DOOR,
        )

    def _playbook(self) -> Playbook:
        """Return the playbook, which lists the account where nothing else says that it is ours, or where it is."""
        folder = platforms.folder_of(self.channel)
        named, things = replying.NAMES.get(folder), replying.THINGS.get(folder, ())
        if self.tokens and named is None:
            return playbook()
        own = tuple(AccountThing(kind=thing.kind, id=thing.id) for thing in things if named)
        listed = Account(platform=folder, account=named or "shop", things=own)
        return playbook().model_copy(update={"accounts": (listed,)})

    # the platform

    def _over_http(self, request: httpx.Request) -> httpx.Response:
        if self.during:
            self.during(self)
        invocation = self.wire.invocation
        assert invocation is not None, "platforms are called by functions alone"
        if invocation.dead:
            raise Death
        call = Call("platform", request.method, {"url": str(request.url)})
        invocation.calls.append(call)
        mode = invocation.plan(len(invocation.calls), call)
        return self._answered(request) if mode is None else self._befallen(mode, invocation, request)

    def _befallen(self, mode: str, invocation: Invocation, request: httpx.Request) -> httpx.Response:
        method = "GET" if request.url.path in SIGN_INS else request.method
        match mode:
            case "dies before":
                raise invocation.die()
            case "dies after":
                self._answered(request)
                raise invocation.die()
            case "no connection":
                raise httpx.ConnectError("refused")
            case "no answer":
                raise httpx.ReadTimeout("silence")
            case "answer lost":
                self._answered(request)
                raise httpx.ReadError("reset")
            case "limited":
                self.standin.fail("limited", method=method)
            case "broken before" | "broken after":
                self.standin.fail("broken_before" if mode == "broken before" else "broken_after", method=method)
        return self._answered(request)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        before = len(self.standin.sent)
        path, query = request.url.path, dict(request.url.params)
        asked = Request(request.method, request.url.host, path, query, dict(request.headers), request.content)
        response = self.standin.respond(asked)
        for arrived in self.standin.sent[before:]:
            if self.echoes:
                self.echoes(self, arrived)
        if response is None:
            raise httpx.ReadError("reset")
        return httpx.Response(response.status, headers=response.headers, content=orjson.dumps(response.value))

    # what came of it

    def _new(self) -> list[Item]:
        return self.cloud.look().items(TABLE, self._is_new)

    def _is_new(self, item: Item) -> bool:
        return item["sk"]["S"].startswith(_STREAMED) and key_of(item) not in self._done

    def head(self, reply: str) -> ReplyHead:
        found = self.table.get(keys.reply(identity_name=self.place.identity, reply_id=reply))
        assert found is not None, "there is no such reply"
        return ReplyHead.model_validate_json(found["state"]["S"])

    def listed_as(self, reply: str) -> str | None:
        """Return as what kind of open work a reply is listed, if it is."""
        return kind_of(self.table.get(keys.reply(identity_name=self.place.identity, reply_id=reply)))

    @property
    def conversation(self) -> Conversation:
        found = self.table.get(keys.conversation(self.customer))
        assert found is not None, "the customer has written"
        return Conversation.model_validate_json(found["state"]["S"])

    def arrived(self, text: str) -> int:
        return sum(each.text == text for each in self.standin.sent)

    def points(self) -> Iterator[tuple[int, int, Call]]:
        """Yield all calls of all invocations: the numbers of the invocation and of the call within it."""
        for place, invocation in enumerate(self.invocations):
            yield from ((place, number, call) for number, call in enumerate(invocation.calls, start=1))


_FAILED = object()
