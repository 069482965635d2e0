"""The function as Lambda starts it."""

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any, cast

import boto3
import orjson
import pytest

from shared import aws
from shared.errors import ConfigurationError
from tests.conftest import TABLE
from tests.services.customer360.counter import called
from tests.services.operations.bureau import BUCKET, EVERYTHING, SHOP, Bureau, with_a_story

_APP = "services.operations.app"


@pytest.fixture
def bureau(dynamodb: object) -> Bureau:
    """An office that the SDK's own clients see too."""
    return Bureau(cast("Any", boto3.client))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bureau: Bureau) -> Iterator[Any]:
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setenv("DELIVERY_BUCKET", BUCKET)
    names = {name: [url.rpartition("/")[2] for url in urls] for name, urls in bureau.urls.items()}
    monkeypatch.setenv("QUEUES", orjson.dumps(names).decode())
    monkeypatch.setenv("SPILL_QUEUE_URL", bureau.urls["spill"][0])
    monkeypatch.delitem(sys.modules, _APP, raising=False)
    for cached in (aws.client, aws.session):
        cached.cache_clear()  # type: ignore[union-attr]
    yield import_module(_APP)
    for cached in (aws.client, aws.session):
        cached.cache_clear()  # type: ignore[union-attr]


def test_the_wired_function_answers(app: Any, bureau: Bureau, capsys: pytest.CaptureFixture[str]) -> None:
    with_a_story(bureau)
    answers = [
        app.handler(called(path, query, claims=EVERYTHING), cast("Any", None))
        for path, query in [("/ledger", f"{SHOP}&since=2026-11-20T00:00Z&until=2026-11-23T00:00Z"), ("/dead", "")]
    ]
    assert [(answer["statusCode"], answer["isBase64Encoded"]) for answer in answers] == [(200, False)] * 2
    assert orjson.loads(answers[0]["body"])["balances"] is True
    assert len(orjson.loads(answers[1]["body"])["queues"]) == 6
    assert '"OperationsAnswered":[1.0]' in capsys.readouterr().out


def test_the_wired_function_refuses_as_text(app: Any) -> None:
    answer = app.handler(called("/ledger", "platform=fax&account=a", claims=EVERYTHING), cast("Any", None))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (422, False)
    assert orjson.loads(answer["body"])["field"] == "platform"


@pytest.mark.parametrize("missing", ["TABLE_NAME", "DELIVERY_BUCKET", "QUEUES", "SPILL_QUEUE_URL"])
def test_without_its_settings_the_function_does_not_start(
    app: Any, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    monkeypatch.delitem(sys.modules, _APP)
    with pytest.raises(ConfigurationError, match=missing):
        import_module(_APP)
