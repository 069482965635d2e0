"""The whole door, as deployed: its app module with the environment that the template gives it, on an in-process AWS."""

import asyncio
import base64
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from moto import mock_aws

from services.webhooks.outside import Outside
from shared import aws
from shared.secrets import WebhookSecrets
from shared.store import keys
from shared.store.refusals import REFUSED_PREFIX, RefusalNotes
from shared.store.table import Item, Table, key_of
from tests.conftest import NOW, TABLE
from tests.contract.platforms import PLATFORMS, Signed, handed_out
from tests.template import table_definition


@dataclass
class Counter:
    """The deployed door: call it as API Gateway does, and look at what was kept."""

    handler: Callable[[dict[str, Any], Any], dict[str, Any]]
    dynamodb: Any
    sqs: Any
    spill_url: str
    calls: list[str] = field(default_factory=list)
    requests: Iterator[int] = field(default_factory=count)

    def post(self, path: str, given: Signed, *, as_base64: bool = False) -> int:
        """Post a request to a webhook and return the status."""
        return int(self._call("POST", path, given.headers, given.body, {}, as_base64=as_base64)["statusCode"])

    def get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        return self._call("GET", path, {}, b"", query, as_base64=False)

    def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str],
        *,
        as_base64: bool,
    ) -> dict[str, Any]:
        text = base64.b64encode(body).decode() if as_base64 else body.decode()
        event = {
            "version": "2.0",
            "routeKey": "POST /webhooks/{platform}/{account}",
            "rawPath": path,
            "rawQueryString": urlencode(query, errors="surrogatepass"),
            "headers": {"host": "door.example", **{name.lower(): value for name, value in headers.items()}},
            "requestContext": {
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                "requestId": f"request-{next(self.requests)}",
                "stage": "$default",
            },
            "body": text,
            "isBase64Encoded": as_base64,
        }
        return self.handler(event, None)

    def kept(self) -> list[Item]:
        """Return what was kept, in the order of its keys."""
        notes = (keys.REPEATED_PREFIX, REFUSED_PREFIX)
        return [item for item in self._items() if not item["sk"]["S"].startswith(notes)]

    def repetitions(self) -> int:
        """Return how often it was noted that something had come before."""
        return len([item for item in self._items() if item["sk"]["S"].startswith(keys.REPEATED_PREFIX)])

    def refusals(self) -> set[str]:
        """Return for what reasons it was noted that something was refused."""
        found = [item["sk"]["S"] for item in self._items() if item["sk"]["S"].startswith(REFUSED_PREFIX)]
        return {name.removeprefix(REFUSED_PREFIX) for name in found}

    def _items(self) -> list[Item]:
        return sorted(self.dynamodb.scan(TableName=TABLE)["Items"], key=key_of)

    def spilled(self) -> list[str]:
        found = self.sqs.receive_message(QueueUrl=self.spill_url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]


_APP = "services.webhooks.app"


def secrets() -> str:
    """Return the door's secrets document: two live secrets for every platform's account."""
    return orjson.dumps({f"{found.name}/{found.sender.ACCOUNT}": found.secrets for found in PLATFORMS}).decode()


@contextmanager
def imported_door(spill_url: str) -> Iterator[ModuleType]:
    """Import the door's app module as Lambda does, whoever else has one of their own."""
    environment = {
        "TABLE_NAME": TABLE,
        "SPILL_QUEUE_URL": spill_url,
        "DELIVERY_BUCKET": "deliveries",
        "WEBHOOK_SECRETS_ID": "secrets",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.delitem(sys.modules, _APP, raising=False)
        app = importlib.import_module(_APP)
        loop = asyncio.get_event_loop()
        yield app
    loop.close()


def forget_all(door_app: ModuleType, patch: pytest.MonkeyPatch) -> None:
    """Leave the door what it is when it has just started, and stop its clock."""
    fresh = replace(
        door_app._door,
        now=lambda: NOW,
        secrets=WebhookSecrets(aws.client("secretsmanager"), "secrets"),
        refusals=RefusalNotes(Table(aws.client("dynamodb"), TABLE)),
        outside=Outside(handed_out),
    )
    patch.setattr(door_app, "_door", fresh)


@pytest.fixture(scope="session")
def door_app() -> Iterator[ModuleType]:
    """The door's app module, imported once: all that changes between tests is what AWS holds."""
    with imported_door("https://sqs.eu-west-1.amazonaws.com/123456789012/spill") as app:
        yield app


@pytest.fixture(scope="module", autouse=True)
def _loop(door_app: ModuleType) -> Iterator[None]:
    """The thread's event loop, which other suites take away again."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def counter(door_app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """A fresh door with two live secrets for every platform's account."""
    with mock_aws():
        dynamodb, sqs = aws.client("dynamodb"), aws.client("sqs")
        dynamodb.create_table(**table_definition(TABLE))
        spill_url = sqs.create_queue(QueueName="spill")["QueueUrl"]
        aws.client("s3").create_bucket(
            Bucket="deliveries", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        aws.client("secretsmanager").create_secret(Name="secrets", SecretString=secrets())
        forget_all(door_app, monkeypatch)
        yield Counter(door_app.handler, dynamodb, sqs, spill_url)
