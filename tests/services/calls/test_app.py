"""The function as Lambda starts it."""

import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
import orjson
import pytest

from shared.errors import ConfigurationError
from shared.store.table import Table
from tests.conftest import TABLE
from tests.services.calls.test_intake import record
from tests.shared.platforms.connect.cases import ANA, SAMPLES
from tests.shared.platforms.connect.sender import ACCOUNT

_APP = "services.calls.app"
_CONTEXT = SimpleNamespace(aws_request_id="r1")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, table: Table) -> Any:
    for name, value in {"TABLE_NAME": TABLE, "SPILL_QUEUE_URL": "https://q", "DELIVERY_BUCKET": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    return import_module(_APP)


def test_the_wired_function_keeps_events_and_records_and_logs_nobody(
    app: Any, table: Table, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    assert app.handler(orjson.loads(SAMPLES["event_queued"]), _CONTEXT) is None
    batch = {"Records": [record(SAMPLES["abandoned"], 1), record(SAMPLES["unreadable"], 2)]}
    assert app.handler(batch, _CONTEXT) == {"batchItemFailures": []}
    assert len(boto3.client("dynamodb").scan(TableName=TABLE)["Items"]) == 3
    written = capsys.readouterr().out
    assert '"DeliveryEvent":[1.0]' in written
    assert ANA not in written + caplog.text


def test_what_s3_tells_is_the_instances_own(monkeypatch: pytest.MonkeyPatch, app: Any, table: Table) -> None:
    monkeypatch.setenv("CONNECT_INSTANCE_ARN", f"arn:aws:connect:eu-west-1:111122223333:instance/{ACCOUNT}")
    monkeypatch.delitem(sys.modules, _APP)
    assert import_module(_APP).handler(orjson.loads(SAMPLES["analysis"]), _CONTEXT) is None
    (item,) = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    assert (item["platform"]["S"], item["account"]["S"]) == ("connect", ACCOUNT)


@pytest.mark.parametrize("missing", ["TABLE_NAME", "SPILL_QUEUE_URL", "DELIVERY_BUCKET"])
def test_without_what_it_needs_the_function_does_not_start(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in ("TABLE_NAME", "SPILL_QUEUE_URL", "DELIVERY_BUCKET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv(missing)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    with pytest.raises(ConfigurationError, match=missing):
        import_module(_APP)
