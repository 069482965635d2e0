"""The poller's function as Lambda runs it: the wiring, and a round that is counted."""

import importlib
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import httpcore
import pytest

from shared import aws, public
from shared.playbook import parse
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.conftest import TABLE
from tests.services.poller.newsstand import PLAYBOOK, account
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()


class _Context(SimpleNamespace):
    def get_remaining_time_in_millis(self) -> int:
        return int(self.left)


@pytest.fixture
def app(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    boto3.client("secretsmanager").create_secret(Name="tokens", SecretString="{}")
    for name, value in {"TABLE_NAME": TABLE, "API_TOKENS_ID": "tokens", "DELIVERY_BUCKET": "deliveries"}.items():
        monkeypatch.setenv(name, value)
    _forget_clients()
    yield importlib.reload(importlib.import_module("services.poller.app"))
    _forget_clients()


def _forget_clients() -> None:
    for cached in (aws.client, aws.session):
        cached.cache_clear()  # type: ignore[union-attr]


def test_a_round_over_the_example_playbook_asks_nobody_before_there_is_a_token(app: Any, table: Table) -> None:
    publish(table, parse(EXAMPLE))
    assert app.handler({}, _Context(left=120_000)) == {"polls": {"no token": 1}}


def test_a_feed_at_a_private_address_is_a_poll_that_failed(
    app: Any,
    table: Table,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolved: list[str] = []

    def private(host: str, port: int) -> str:
        resolved.append(host)
        raise httpcore.ConnectError("the host is not a public one")

    monkeypatch.setattr(public, "public_address", private)
    publish(table, PLAYBOOK.model_copy(update={"accounts": (account("prensa", "inside.example.com"),)}))
    assert app.handler({}, _Context(left=120_000)) == {"polls": {"failing": 1}}
    assert resolved == ["inside.example.com"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (metrics,) = [line for line in lines if "_aws" in line]
    assert metrics["PollFailing"] == [1.0]
    (said,) = [vars(record) for record in caplog.records if record.getMessage() == "poll"]
    assert said["account"] == "feeds/prensa"


def test_a_round_without_time_begins_nothing(app: Any, table: Table) -> None:
    publish(table, PLAYBOOK.model_copy(update={"accounts": (account("prensa", "inside.example.com"),)}))
    assert app.handler({}, _Context(left=60_000)) == {"polls": {"postponed": 1}}


def test_a_poll_that_has_begun_stops_while_its_last_call_and_the_journal_fit_in(
    app: Any, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter([66_000, 51_000, 49_000])
    went_on: list[bool] = []

    def round_(*, time_is_left: Any, may_go_on: Any) -> dict[str, int]:
        went_on.extend([time_is_left(), may_go_on(), may_go_on()])
        return {}

    class Later:
        def get_remaining_time_in_millis(self) -> int:
            return next(left)

    monkeypatch.setattr(app, "_poller", SimpleNamespace(round=round_))
    app.handler({}, Later())
    assert went_on == [True, True, False]


def test_a_round_that_cannot_be_made_fails_aloud(app: Any) -> None:
    with pytest.raises(Exception, match="no playbook is published"):
        app.handler({}, _Context(left=120_000))
