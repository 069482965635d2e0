"""The channels' function as Lambda runs it: the wiring, and a round that is logged and counted."""

import importlib
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from shared import aws
from shared.accounts import Account
from shared.playbook import parse
from shared.store.health import last_judgement
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.conftest import TABLE
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()


@pytest.fixture
def app(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    boto3.client("secretsmanager").create_secret(Name="tokens", SecretString="{}")
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setenv("API_TOKENS_ID", "tokens")
    _forget_clients()
    yield importlib.reload(importlib.import_module("services.channels.app"))
    _forget_clients()


def _forget_clients() -> None:
    for cached in (aws.client, aws.session):
        cached.cache_clear()  # type: ignore[union-attr]


def test_a_round_over_the_example_playbook_calls_nobody_without_tokens(
    app: Any, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(table, parse(EXAMPLE))
    assert app.handler({}, SimpleNamespace()) == {"found": {"unknown": len(parse(EXAMPLE).accounts)}}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (metrics,) = [line for line in lines if "_aws" in line]
    assert metrics["ChannelUnhealthy"] == [0.0]
    dimensions = {
        name for found in metrics["_aws"]["CloudWatchMetrics"] for names in found["Dimensions"] for name in names
    }
    assert dimensions == {"service"}
    assert last_judgement(table, Account(platform="telegram", account="tienda_bot")) is not None


def test_a_round_that_cannot_be_made_fails_aloud(app: Any) -> None:
    with pytest.raises(Exception, match="no playbook is published"):
        app.handler({}, SimpleNamespace())
