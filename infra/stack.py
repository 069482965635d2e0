"""A deployed stack, as whoever repairs it needs it: its outputs, and what they lead to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self

import boto3
import orjson

from shared import queues, secrets
from shared.errors import ConfigurationError, InvalidParameter
from shared.platforms import names
from shared.playbook import Playbook
from shared.projection.projector import Projector
from shared.queues import Departments, Queue, Replies
from shared.store.journal import Bucket
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_COMMAND = "`python -m infra.repair {command}`"


@dataclass(frozen=True)
class Stack:
    """`outputs` are the stack's own by name, `client` makes a client of its AWS, `now` is an aware instant.

    `doors` are how a command is given, for looking and for doing, with `{command}` in its place.
    """

    outputs: Mapping[str, str]
    client: Callable[[str], Any]
    now: datetime
    doors: tuple[str, str] = (_COMMAND, "`python -m infra.repair {command} --do`")

    @classmethod
    def deployed(cls, name: str) -> Self:
        """Return a stack that is deployed to the AWS that the environment names."""

        def client(service: str) -> Any:
            return boto3.client(service)  # type: ignore[call-overload]

        (found,) = client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        return cls(outputs, client, datetime.now(UTC))

    def door(self, command: str, *, do: bool = False) -> str:
        return self.doors[do].format(command=command)

    @cached_property
    def table(self) -> Table:
        return Table(self.client("dynamodb"), self.outputs["TableName"])

    @cached_property
    def bucket(self) -> Bucket:
        places = {"ses": "MailBucketName", "connect": "ConnectBucketName"}
        return Bucket(
            self.client("s3"),
            self.outputs["DeliveryBucketName"],
            places={platform: self.outputs.get(output, "") for platform, output in places.items()},
        )

    @cached_property
    def queues(self) -> list[Queue]:
        return queues.queues(self._sqs, orjson.loads(self.outputs["Queues"]))

    def queue(self, name: str) -> Queue:
        return next(queue for queue in self.queues if queue.name == name)

    @cached_property
    def playbook(self) -> Callable[[], Playbook]:
        return CurrentPlaybook(self.table)

    @cached_property
    def projector(self) -> Projector:
        return Projector(
            table=self.table,
            bucket=self.bucket,
            departments=Departments(self._sqs, orjson.loads(self.outputs["DepartmentQueues"])),
            playbook=self.playbook,
            now=lambda: self.now,
            public_url=self.outputs["ApiUrl"],
            version="repair",
            replies=Replies(self._sqs, self.queue("replies").url),
        )

    @cached_property
    def _sqs(self) -> Any:
        return self.client("sqs")

    def accounts(self) -> list[str]:
        """Return all accounts, `<platform>/<account>`: those of the playbook, and those that have webhook secrets."""
        document = self.client("secretsmanager").get_secret_value(SecretId=self.outputs["WebhookSecretsId"])
        try:
            listed = {account.name for account in self.playbook().accounts}
        except ConfigurationError:
            listed = set()  # none is published yet, and deliveries are kept all the same
        return sorted(listed | secrets.parse(document["SecretString"]).keys())

    def account(self, name: str) -> tuple[str, str]:
        """Return platform and account; raises `InvalidParameter` for what names no account."""
        platform, _, account = name.partition("/")
        if platform not in names() or not account:
            raise InvalidParameter("account", f"write <platform>/<account>, with one of: {', '.join(names())}")
        return platform, account
