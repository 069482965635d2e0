"""The deployed door with a hostile caller in front of it, on an AWS in memory: of so many requests the SDK's part would
be most of the time, and `tests/contract` goes through it for every platform."""

import asyncio
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import pytest

from shared import aws
from tests.abuse.caller import Caller
from tests.conftest import NOW, TABLE
from tests.contract.conftest import Counter, forget_all, imported_door, secrets
from tests.double import Cloud
from tests.template import table_definition

_APP = "services.webhooks.app"


class Deployed(NamedTuple):
    """The door's app module, and the cloud it runs on."""

    app: ModuleType
    cloud: Cloud
    spill_url: str
    as_deployed: Any
    """What the cloud holds before the first request."""


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """The door's app module, imported as Lambda does; other suites import one of their own."""
    cloud = Cloud(now=lambda: NOW)
    cloud.create_table(**table_definition(TABLE))
    spill_url = cloud.create_queue("spill")
    cloud.create_bucket("deliveries")
    cloud.put_secret("secrets", secrets())
    connect = cache(cloud.client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws, "client", lambda service, **_: connect(service))
        patch.setattr(aws, "later", lambda service, **_: connect(service))
        without = SimpleNamespace(get_credentials=lambda: None)  # who has none takes no short cut past the clients
        patch.setattr(aws, "session", lambda: without)
        with imported_door(spill_url) as app:
            yield Deployed(app, cloud, spill_url, cloud.snapshot())
        del sys.modules[_APP]


@pytest.fixture
def door_app(deployed: Deployed) -> ModuleType:
    return deployed.app


@pytest.fixture
def counter(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """A fresh door with two live secrets for every platform's account."""
    deployed.cloud.restore(deployed.as_deployed)
    forget_all(deployed.app, monkeypatch)
    return Counter(deployed.app.handler, aws.client("dynamodb"), aws.client("sqs"), deployed.spill_url)


@pytest.fixture
def _loop() -> Iterator[None]:
    """The thread's event loop, which other suites take away again."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def caller(
    _loop: None, counter: Counter, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Iterator[Caller]:
    """A hostile caller; when the test ends, nothing personal may have been logged."""
    made = Caller(counter)
    yield made
    printed = capsys.readouterr()
    made.assert_discreet(printed.out + printed.err + "".join(f"{vars(record)}\n" for record in caplog.records))
