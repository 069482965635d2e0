"""The function as Lambda starts it, on the table that is deployed: every call of it refused, in turn."""

import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from shared import aws
from shared.errors import ConfigurationError
from shared.store.table import Table
from tests.conftest import TABLE
from tests.injection import Injected, refusal
from tests.services.customer360.counter import ANA, Counter, said
from tests.services.greeting.test_greeting import PHONE, UNKNOWN, asked

_APP = "services.greeting.app"
_CONTEXT = SimpleNamespace(aws_request_id="r1")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, table: Table) -> Any:
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    aws.client.cache_clear()  # type: ignore[attr-defined]
    Counter(table).hear(said("1", "Hola", who=ANA))
    yield import_module(_APP)
    aws.client.cache_clear()  # type: ignore[attr-defined]


def test_the_wired_function_says_who_is_calling_and_logs_nobody(
    app: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    found = app.handler(asked(), _CONTEXT)
    assert (found["known"], found["name"]) == ("yes", "Ana Torres")
    told = caplog.text + capsys.readouterr().out
    assert PHONE not in told
    assert "Ana" not in told


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException"])
@pytest.mark.parametrize(("operation", "before"), [("Query", 0), ("Query", 1), ("Query", 2), ("BatchWriteItem", 0)])
def test_whatever_the_table_refuses_the_caller_is_unknown_at_once(
    app: Any, operation: str, before: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    injected = Injected(aws.client("dynamodb", tries=1), operation, *[None] * before, refusal(code))
    assert app.handler(asked(), _CONTEXT) == UNKNOWN
    assert injected.calls == before + 1, "tried once, and nothing after it"
    assert '"Failure":[1.0]' in capsys.readouterr().out
    assert app.handler(asked(), _CONTEXT)["known"] == "yes"


def test_without_its_table_the_function_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        import_module(_APP)
