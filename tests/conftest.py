"""What every suite stands on: a frozen clock, fake credentials, an in-process AWS with the template's own table."""

from shared.cold_start import loaded

import logging
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from shared.store.table import Table
from tests import corpus
from tests.abuse import figures as abuse
from tests.faults import figures as faults
from tests.services.watch import figures as watch
from tests.template import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TABLE = "mostrador-test"

loaded()  # a function that does not load, as some tests have it, leaves no process in which garbage is never looked for

# How long an example takes says more of the machine than of the code.
settings.register_profile("mostrador", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mostrador")

os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="eu-west-1",
    AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
    POWERTOOLS_METRICS_NAMESPACE="Mostrador",
    POWERTOOLS_SERVICE_NAME="test",
)


class _Output:
    """Whatever is the standard output when something is written."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture(autouse=True)
def _own_log() -> None:
    """Have the product's log written to this test's output: a handler keeps that of the test that made it, which is
    closed by now, and for each line tells the whole stack of what went wrong."""
    for handler in logging.getLogger(os.environ["POWERTOOLS_SERVICE_NAME"]).handlers:
        vars(handler)["stream"] = _Output()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS of this process's own, empty, that sees to one request at a time.

    moto's backends are plain dictionaries: of two threads, one reads what the other is changing, and gets a 500 or a
    `RuntimeError` that no AWS would give.
    """
    turn, answer = threading.Lock(), BotocoreStubber.process_request

    def in_turn(stubber: BotocoreStubber, request: Any) -> Any:
        with turn:
            return answer(stubber, request)

    monkeypatch.setattr(BotocoreStubber, "process_request", in_turn)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", _session())
        yield


@cache
def _session() -> boto3.Session:
    """Return the session of all tests: each of its own would read the services' descriptions anew, and moto forgets
    boto3's own each time."""
    return boto3.Session()


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    """A DynamoDB client with the template's table in it."""
    client = boto3.client("dynamodb")
    client.create_table(**table_definition(TABLE))
    return client


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> Table:
    return Table(dynamodb, TABLE)


def _figures() -> list[str]:
    return [*corpus.lines(), *abuse.lines(), *faults.lines(), *watch.lines()]


_told_by_workers: list[str] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["figures"] = _figures()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _told_by_workers.extend(node.workeroutput["figures"] if hasattr(node, "workeroutput") else ())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in (*_figures(), *sorted(_told_by_workers)):
        terminalreporter.write_line(line)
