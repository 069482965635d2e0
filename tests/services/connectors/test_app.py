"""The connectors' function as Lambda runs it: the wiring, and which queue leads where."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest

from shared import aws
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.conftest import TABLE
from tests.services.connectors.shop import MAIL, SECRETS, SLACK, working_in
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HAND_OFF = orjson.loads((ROOT / "shared" / "contracts" / "handoff-1.example.json").read_bytes())


@pytest.fixture
def app(dynamodb: "DynamoDBClient", table: Table, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    document = {"billing": {"signing": SECRETS, "token": "xoxb"}}
    boto3.client("secretsmanager").create_secret(Name="tools", SecretString=orjson.dumps(document).decode())
    publish(table, working_in(billing=SLACK, care=MAIL))
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setenv("CONNECTOR_SECRETS_ID", "tools")
    urls = {name: boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("tool", "acts", "mail")}
    monkeypatch.setenv("MAIL_QUEUE_URL", urls["mail"])
    for name in ("tool", "acts"):
        monkeypatch.setenv(f"{name.upper()}_QUEUES", orjson.dumps({"billing": urls[name]}).decode())
    monkeypatch.setenv("DEPARTMENT_QUEUES", orjson.dumps({"billing": "https://sqs/1/billing.fifo"}).decode())
    monkeypatch.setenv("MAIL_BUCKET", "mail")
    _forget_clients()
    yield importlib.reload(importlib.import_module("services.connectors.app"))
    _forget_clients()


def _forget_clients() -> None:
    for cached in (aws.client, aws.session):
        cached.cache_clear()  # type: ignore[union-attr]


def batch(queue: str, body: Any) -> dict[str, Any]:
    record = {
        "messageId": "m1",
        "receiptHandle": "r1",
        "body": orjson.dumps(body).decode(),
        "attributes": {"MessageGroupId": "g1", "ApproximateReceiveCount": "1"},
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
    }
    return {"Records": [record]}


GIVEN_BACK = {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_a_hand_off_of_a_department_without_a_tool_is_given_back(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    other = HAND_OFF | {"department": "technical"}
    assert app.handler(batch("mostrador-technical.fifo", other), None) == GIVEN_BACK
    assert "the department has no such connector" in caplog.text


def test_acts_of_a_department_that_does_not_work_like_that_are_given_back(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert app.handler(batch("acts", {"act": "accepted"}), None) == GIVEN_BACK
    assert "the department has no such connector" in caplog.text


def test_what_is_no_hand_off_is_given_back(app: Any) -> None:
    assert app.handler(batch("mostrador-billing.fifo", {"x": 1}), None) == GIVEN_BACK


def test_mail_leads_to_the_mailbox(app: Any) -> None:
    inner = {"notificationType": "AmazonSnsSubscriptionSucceeded"}
    told = {"Message": orjson.dumps(inner).decode()}
    assert app.handler(batch("mail", told), None) == {"batchItemFailures": []}


def test_what_waits_is_hidden_for_longer_when_it_fails_again(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: list[tuple[str, str, int]] = []

    def hide(_: object, department: str, receipt: str, *, received: int) -> None:
        hidden.append((department, receipt, received))

    monkeypatch.setattr(type(app._waiting), "postpone", hide)
    assert app.handler(batch("tool", {"x": 1}), None) == GIVEN_BACK
    assert hidden == [("billing", "r1", 1)]


@pytest.mark.parametrize(
    ("kind", "department", "status"), [("slack", "billing", 401), ("slack", "care", 404), ("mail", "care", 404)]
)
def test_a_request_is_answered_as_api_gateway_reads_it(app: Any, kind: str, department: str, status: int) -> None:
    event = {
        "version": "2.0",
        "routeKey": "POST /connectors/{kind}/{department}",
        "rawPath": f"/connectors/{kind}/{department}",
        "pathParameters": {"kind": kind, "department": department},
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": "payload=%7B%7D",
        "isBase64Encoded": False,
    }
    answer = app.handler(event, None)
    assert (answer["statusCode"], answer["body"]) == (status, "")


def test_a_request_without_parts_is_not_there(app: Any) -> None:
    event = {"rawPath": "/connectors", "requestContext": {"http": {"method": "POST"}}}
    assert app.handler(event, None)["statusCode"] == 404
