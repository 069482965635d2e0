"""Logs and metrics of one test do not reach the next."""

import logging
from collections.abc import Iterator

import pytest

from shared import telemetry


@pytest.fixture(autouse=True)
def _alone(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("INFO")
    logging.getLogger("httpx").disabled = True  # as `calling.over_tls` has it: its lines have the token
    telemetry.metrics().clear_metrics()
    yield
    telemetry.metrics().clear_metrics()
