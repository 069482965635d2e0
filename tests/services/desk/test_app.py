"""The function as Lambda starts it."""

import sys
from importlib import import_module
from typing import Any, cast

import orjson
import pytest

from shared.errors import ConfigurationError
from shared.ids import customer_id
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.conftest import TABLE
from tests.services.customer360.counter import ANA, PLAYBOOK, Counter, called, said
from tests.services.desk.office import EVERYTHING, HERS

_APP = "services.desk.app"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, table: Table) -> Any:
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    publish(table, PLAYBOOK)
    Counter(table).hear(said("1", "Hola"))
    return import_module(_APP)


def ask(app: Any, path: str, body: str) -> dict[str, Any]:
    event = called(path, claims=EVERYTHING, method="POST") | {"body": body}
    event["headers"] |= {"content-type": "application/json", "idempotency-key": "k"}
    return cast("dict[str, Any]", app.handler(event, None))


def test_the_wired_function_keeps_and_answers(app: Any) -> None:
    answer = ask(app, f"{HERS}/notes", '{"text": "Llamar"}')
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (201, False)
    assert orjson.loads(answer["body"])["identity"] == ANA


def test_the_wired_function_refuses_as_text_and_logs_no_path(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    nobody = customer_id("telegram:tienda_bot:nobody")
    answer = ask(app, f"/customers/{nobody}/notes", '{"text": "x"}')
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (404, False)
    assert [record.name for record in caplog.records if "mangum" in record.name] == []
    assert nobody not in caplog.text


def test_metrics_are_written_at_the_end(app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ask(app, f"{HERS}/notes", "")
    assert '"DeskRefused":[1.0]' in capsys.readouterr().out


def test_without_its_table_the_function_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        import_module(_APP)
