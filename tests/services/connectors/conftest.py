"""Logs and metrics of one test do not reach the next; and a shop where nothing else is said of it."""

from collections.abc import Iterator

import pytest

from shared import telemetry
from tests.services.connectors.acts import QUEUE
from tests.services.connectors.shop import Shop


@pytest.fixture(autouse=True)
def _alone(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("INFO")
    telemetry.metrics().clear_metrics()
    yield
    telemetry.metrics().clear_metrics()


@pytest.fixture
def shop() -> Shop:
    """A shop of which one department has nothing but an AWS principal."""
    return Shop(QUEUE)
