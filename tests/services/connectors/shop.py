"""A shop whose departments work in tools of their own: everything put together in one process, Lambda's part played."""

import base64
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson

from services.connectors import batches
from services.connectors.acts import Acts
from services.connectors.answering import Answering
from services.connectors.door import Door, Tool
from services.connectors.giving import Giver
from services.connectors.in_mail import InMail
from services.connectors.in_queue import InQueue
from services.connectors.in_slack import InSlack
from services.connectors.in_tickets import InTickets
from services.connectors.noting import Noting
from services.connectors.post import Post
from services.connectors.telling import Teller
from services.connectors.waiting import Waiting
from shared.connectors.claims import Claim
from shared.connectors.jira import signature as jira
from shared.connectors.slack import signature as slack
from shared.connectors.zendesk import signature as zendesk
from shared.escalation import Escalation
from shared.handoff import HandOff
from shared.ids import escalation_id
from shared.models import Delivery, Message
from shared.notice import Notice
from shared.playbook import Playbook
from shared.projection.cases import Cases
from shared.queues import Departments
from shared.secrets import ConnectorSecrets
from shared.store import claims, journal
from shared.store.playbooks import CurrentPlaybook, publish
from tests.double.wire import Answer as Done
from tests.double.wire import Arguments
from tests.services.connectors.tools import JIRA_TOKEN, SLACK_TOKEN, ZENDESK_TOKEN, Ses, Tools
from tests.world import World, playbook

ANA = "telegram:tienda_bot:5150001"
CASE = escalation_id(identity=ANA, external_id="1", department="billing")
WORDS = "No reconozco este cobro duplicado <!channel> & *nada*"

SLACK = {"kind": "slack", "team": "T0SHOP", "channel": "C0BILLING"}
ZENDESK = {"kind": "zendesk", "host": "teleprado.zendesk.com", "group": "98738", "user": "900"}
JIRA = {"kind": "jira", "host": "teleprado.atlassian.net", "project": "TEC", "user": "712020:bot"}
WEBHOOK = {"kind": "webhook", "url": "https://hand-offs.teleprado.example/in?from=mostrador"}
MAIL = {
    "kind": "mail",
    "to": ["facturas@teleprado.example"],
    "people": ["ana.torres@teleprado.example"],
    "sender": "mostrador@teleprado.example",
    "replies_to": "handoff.teleprado.example",
}

SECRETS = ["current-secret", "previous-secret"]
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKENS = {"slack": SLACK_TOKEN, "zendesk": ZENDESK_TOKEN, "jira": JIRA_TOKEN}


def working_in(version: int = 5, **tools: dict[str, Any] | None) -> Playbook:
    """Return the example playbook with the connectors of these departments; `version` counts on from its own."""
    said = orjson.loads(playbook().to_json())
    said["version"] += version
    for department in said["departments"]:
        department["connector"] = tools.get(department["name"])
    return Playbook.from_json(orjson.dumps(said).decode())


class DiesAt:
    """A hook that lets a process die at its so-manieth call to AWS: before it is done, or before its answer comes."""

    def __init__(self, number: int, *, done: bool) -> None:
        self.left, self.done, self.died = number, done, False

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if not self.died and not self.done:
            self._count()

    def after(self, service: str, operation: str, arguments: Arguments, answer: Done) -> None:
        if not self.died and self.done:
            self._count()

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.died = True
            raise RuntimeError("the process dies")


class Meanwhile:
    """A hook that does something once, just before the next call of one kind."""

    def __init__(self, operation: str, do: Callable[[], object]) -> None:
        self.operation, self.do, self.done = operation, do, False

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if operation == self.operation and not self.done:
            self.done = True
            self.do()

    def after(self, service: str, operation: str, arguments: Arguments, answer: Done) -> None: ...


class Shop:
    """Where Ana's complaint is offered to billing, which works in the tool of these settings."""

    def __init__(self, tool: dict[str, Any] | None, words: str = WORDS, **more: Any) -> None:
        self.world = World({})
        self.cloud = self.world.cloud
        self.table = self.world.table
        self.tools, self.ses = Tools(), Ses()
        self.waiting_url = self.cloud.create_queue("billing-tool")
        self.acts_url = self.cloud.create_queue("billing-acts.fifo", {"FifoQueue": "true"})
        self.mail_url = self.cloud.create_queue("mail")
        self.cloud.create_bucket("mail")
        self.cloud.put_secret("tools", "{}")
        self.publish(working_in(billing=tool))
        if tool:
            signing = [WHSEC] if tool["kind"] == "webhook" else SECRETS
            self.set_secrets({"billing": {"signing": signing, "token": TOKENS.get(tool["kind"], "")}})
        self.says(words, **more)

    def as_it_was(self) -> Callable[[], None]:
        """Return what makes everything as it is now, as often as wanted; but for the tools, which have nothing then."""
        snapshot, clock, hooks = self.cloud.snapshot(), self.world.clock, list(self.cloud.hooks)

        def restore() -> None:
            self.cloud.restore(snapshot)
            self.world.clock, self.cloud.hooks[:] = clock, hooks
            self.tools, self.ses = Tools(), Ses()

        return restore

    def publish(self, book: Playbook) -> None:
        publish(self.table, book)

    def set_secrets(self, document: Any) -> None:
        self.cloud.put_secret("tools", orjson.dumps(document).decode())

    def says(self, text: str, number: str = "1", **more: Any) -> None:
        """Let Ana say something, and the projector do its work."""
        message = Message(
            external_id=number,
            occurred_at=self.world.now(),
            identity=ANA,
            account="tienda_bot",
            channel="telegram",
            text=text,
            **more,
        )
        delivery = Delivery("telegram", "tienda_bot", b"", {}, self.world.now())
        self.table.insert(journal.expanded_item(delivery, message))
        self.world.settle()

    # a fresh process each time

    @property
    def cases(self) -> Cases:
        return Cases(self.table, CurrentPlaybook(self.table), self.world.now)

    @property
    def secrets(self) -> ConnectorSecrets:
        return ConnectorSecrets(self.cloud.client("secretsmanager"), "tools")

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.cloud.client("sqs"), {"billing": self.waiting_url})

    def giver(self) -> Giver:
        book = CurrentPlaybook(self.table)
        post = Post(self.ses)
        return Giver(self.table, self.cases, book, self.secrets, self.tools.client(), post, self.world.now)

    def take(self) -> batches.Take:
        """Return what gives the tool what is on the department's queue, and tells it."""
        book, giver = CurrentPlaybook(self.table), self.giver()
        teller = Teller(self.table, book, self.secrets, self.tools.client(), Post(self.ses), self.world.now)
        return lambda message: teller.tell(message) if isinstance(message, Notice) else giver.give(message)

    def door(self) -> Door:
        book, client, secrets = CurrentPlaybook(self.table), self.tools.client(), self.secrets
        acts = Acts(self.table, self.cases, self.world.now)
        tickets = InTickets(acts, Answering(acts, self.table, self.world.now), book, secrets, client)
        tools = {
            "slack": Tool(slack.verify, InSlack(acts, book, secrets, client).take),
            "zendesk": Tool(zendesk.verify, tickets.zendesk),
            "jira": Tool(jira.verify, tickets.jira),
        }
        return Door(book, secrets, tools, self.world.now)

    def mailbox(self) -> InMail:
        acts = Acts(self.table, self.cases, self.world.now)
        answering = Answering(acts, self.table, self.world.now)
        book, post = CurrentPlaybook(self.table), Post(self.ses)
        return InMail(acts, answering, book, self.secrets, post, self.cloud.client("s3"), "mail")

    def acting(self) -> InQueue:
        acts = Acts(self.table, self.cases, self.world.now)
        answering = Answering(acts, self.table, self.world.now)
        departments = Departments(self.cloud.client("sqs"), self.world.queues)
        return InQueue(
            acts, answering, Noting(acts, self.table, self.world.now), CurrentPlaybook(self.table), departments
        )

    # what Lambda does

    def hand_over(self, department: str = "billing") -> list[str]:
        """Work through a department's queue, once; return the ids of the messages that were given back."""
        take = self.take()
        return self._work(self.world.queues[department], lambda batch: batches.of_department(batch, take, self.waiting))

    def try_again(self) -> list[str]:
        take = self.take()
        return self._work(self.waiting_url, lambda batch: batches.tried_again(batch, take, self.waiting, "billing"))

    def take_acts(self) -> list[str]:
        acting = self.acting()
        return self._work(
            self.acts_url, lambda batch: batches.in_order(batch, lambda record: acting.take(record, "billing"))
        )

    def take_mail(self) -> list[str]:
        mailbox = self.mailbox()
        return self._work(self.mail_url, mailbox.batch)

    def _work(self, url: str, work: Callable[[list[dict[str, Any]]], batches.Failures]) -> list[str]:
        sqs = self.cloud.client("sqs")
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
        messages = found.get("Messages", [])
        records = [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"],
            }
            for each in messages
        ]
        failed = [each["itemIdentifier"] for each in work(records)["batchItemFailures"]] if records else []
        for each in messages:
            if each["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return failed

    def request(self, kind: str, body: bytes, headers: dict[str, str], department: str = "billing") -> tuple[int, str]:
        event = {
            "rawPath": f"/connectors/{kind}/{department}",
            "pathParameters": {"kind": kind, "department": department},
            "requestContext": {"http": {"method": "POST"}},
            "headers": headers,
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = self.door().respond(event)
        return answer["statusCode"], answer["body"]

    # what there is

    @property
    def case(self) -> Escalation:
        return self.cases.read(ANA, CASE)

    @property
    def claim(self) -> Claim:
        found = claims.read(self.table, CASE)
        assert found is not None
        return found

    def still(self, url: str) -> list[str]:
        return [message.body for message in self.cloud.look().messages(url)]

    def hand_off(self) -> HandOff:
        (body,) = self.world.hand_offs("billing")
        return HandOff.model_validate_json(body)

    # Slack's part

    def slack(self, payload: dict[str, Any], *, secret: str = SECRETS[0], late: int = 0) -> tuple[int, str]:
        """Send an interaction as Slack does, signed so many seconds ago."""
        body = f"payload={quote(orjson.dumps(payload).decode())}".encode()
        timestamp = str(int(self.world.now().timestamp()) - late)
        signed = hmac.digest(secret.encode(), f"v0:{timestamp}:".encode() + body, "sha256").hex()
        headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signed}"}
        return self.request("slack", body, headers)
