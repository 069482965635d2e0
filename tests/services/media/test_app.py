"""The media function as Lambda runs it: the wiring, from the stream to the bucket and to the link."""

import importlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import httpcore
import pytest

from shared import aws, public
from shared.platforms import load
from shared.playbook import parse
from shared.store import keys, media
from shared.store.journal import record
from shared.store.playbooks import publish
from shared.store.table import Table, key_of
from tests.conftest import TABLE
from tests.services.media.darkroom import delivery
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()


@pytest.fixture
def app(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    url = boto3.client("sqs").create_queue(QueueName="media")["QueueUrl"]
    boto3.client("secretsmanager").create_secret(
        Name="tokens", SecretString='{"telegram/tienda_bot": {"token": "4711:secret"}}'
    )
    environment = {"TABLE_NAME": TABLE, "API_TOKENS_ID": "tokens", "MEDIA_BUCKET": "media", "MEDIA_QUEUE_URL": url}
    environment |= {"MAIL_BUCKET": "mail"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _forget_clients()
    yield importlib.reload(importlib.import_module("services.media.app"))
    _forget_clients()


def _forget_clients() -> None:
    for cached in (aws.client, aws.session):
        cached.cache_clear()  # type: ignore[union-attr]


def test_a_file_goes_from_the_stream_to_the_queue_and_is_asked_for_at_public_addresses_alone(
    app: Any, table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved: list[str] = []

    def private(host: str, port: int) -> str:
        resolved.append(host)
        raise httpcore.ConnectError("the host is not a public one")

    monkeypatch.setattr(public, "public_address", private)
    publish(table, parse(EXAMPLE))
    item = record(delivery(), load("telegram"))
    assert isinstance(item, dict)
    table.insert(item)
    image = {name: item[name] for name in ("pk", "sk", "files")}
    stream = {"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
    assert app.handler({"Records": [stream]}, None) == {"batchItemFailures": []}
    sqs, url = boto3.client("sqs"), app._settings.media_queue_url
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    waiting = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }
    again = {"batchItemFailures": [{"itemIdentifier": message["MessageId"]}]}
    assert app.handler({"Records": [waiting]}, None) == again
    assert resolved == ["api.telegram.org"]
    kept = table.get(keys.media(key_of(item), 0))
    assert kept is not None
    assert media.read(kept).state == "later"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    counted = {name: each[name] for each in lines if "_aws" in each for name in each if name.startswith("Media")}
    assert counted == {"MediaAsked": [1.0], "MediaLater": [1.0]}


def test_by_default_nobody_looks_for_malware_and_with_guardduty_its_tags_are_read(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app._copier.scanner.verdict("media/a") == "not_scanned"
    assert app._copier.check(b"MZ", claimed="image/jpeg").refused
    assert (app._copier.most_bytes, app._copier.for_days) == (25 * 1024 * 1024, 0)
    assert app._copier.elsewhere.places == {"ses": "mail"}
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="media", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="media", Key="media/a", Tagging="GuardDutyMalwareScanStatus=NO_THREATS_FOUND")
    s3.put_object(Bucket="media", Key="media/b")
    monkeypatch.setenv("MEDIA_SCANNING", "guardduty")
    monkeypatch.setenv("MEDIA_RETENTION_DAYS", "90")
    scanning = importlib.reload(app)
    assert [scanning._copier.scanner.verdict(f"media/{name}") for name in "ab"] == ["clean", "awaited"]
    assert scanning._copier.for_days == 90
