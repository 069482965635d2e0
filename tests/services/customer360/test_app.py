"""The function as Lambda starts it."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from shared.errors import ConfigurationError
from shared.ids import customer_id
from shared.store.table import Table
from tests.conftest import TABLE
from tests.services.customer360.counter import ANA, Counter, called, said

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_APP = "services.customer360.app"


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> Table:
    """The table as the SDK's own clients see it."""
    return Table(dynamodb, TABLE)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, counter: Counter) -> Any:
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    return import_module(_APP)


def test_the_wired_function_answers(app: Any, counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    counter.hear(said("1", "Hola"))
    answer = app.handler(called("/customers/lookup", f"identity={ANA}"), cast("Any", None))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    (found,) = orjson.loads(answer["body"])["customers"]
    assert found["customer"]["id"] == customer_id(ANA)


def test_the_wired_function_refuses_as_text_and_logs_no_path(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    answer = app.handler(called(f"/customers/{customer_id(ANA)}"), cast("Any", None))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (404, False)
    assert orjson.loads(answer["body"])["code"] == "not_found"
    assert [record.name for record in caplog.records if "mangum" in record.name] == []
    assert customer_id(ANA) not in caplog.text


def test_metrics_are_written_at_the_end(app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    app.handler(called("/customers/lookup"), cast("Any", None))
    assert '"LookupRefused":[1.0]' in capsys.readouterr().out


def test_without_its_table_the_function_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        import_module(_APP)
