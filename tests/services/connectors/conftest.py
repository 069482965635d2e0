"""Logs and metrics of one test do not reach the next."""

from collections.abc import Iterator

import pytest

from shared import telemetry


@pytest.fixture(autouse=True)
def _alone(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("INFO")
    telemetry.metrics().clear_metrics()
    yield
    telemetry.metrics().clear_metrics()
