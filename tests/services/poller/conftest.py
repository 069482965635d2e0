"""Logs and metrics of one test do not reach the next."""

import logging
import sys
from collections.abc import Iterator

import pytest

from shared import telemetry


@pytest.fixture(autouse=True)
def _alone(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("INFO")
    logging.getLogger("httpx").disabled = True  # as `calling.over_tls` has it: its lines have the token
    # A handler that another test made writes to that test's output, which is closed by now.
    for handler in logging.getLogger("test").handlers:
        vars(handler)["stream"] = sys.stdout
    telemetry.metrics().clear_metrics()
    yield
    telemetry.metrics().clear_metrics()
