"""The deployed door with a hostile caller in front of it."""

import asyncio
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.abuse.caller import Caller
from tests.conftest import TABLE
from tests.contract.conftest import Counter, counter

__all__ = ["counter"]

_APP = "services.webhooks.app"
_ENVIRONMENT = {
    "TABLE_NAME": TABLE,
    "SPILL_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/spill",
    "DELIVERY_BUCKET": "deliveries",
    "WEBHOOK_SECRETS_ID": "secrets",
}


@pytest.fixture(scope="module")
def door_app() -> Iterator[ModuleType]:
    """The door's app module, imported as Lambda does; other suites import one of their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.delitem(sys.modules, _APP, raising=False)
        app = importlib.import_module(_APP)
        loop = asyncio.get_event_loop()
        yield app
        del sys.modules[_APP]
    loop.close()


@pytest.fixture
def _loop(door_app: ModuleType) -> Iterator[None]:
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
