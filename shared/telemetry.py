"""Logs and metrics: one structured line per outcome, and never a word of what a customer wrote or who they are."""

import re
import traceback
from functools import cache
from threading import Lock

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.errors import MostradorError

_COUNTING = Lock()
"""Powertools writes metrics as soon as they are a hundred, and forgets them: two threads may not do that at once."""


@cache
def logger() -> Logger:
    """Return the function's logger; its service name and level come from Powertools' own environment variables."""
    return Logger(log_uncaught_exceptions=False, utc=True)


@cache
def metrics() -> Metrics:
    """Return the function's metrics, in CloudWatch's embedded format."""
    return Metrics()


def flush() -> None:
    """Write the invocation's metrics to its log, if there are any; called at the end of each invocation."""
    if metrics().metric_set:
        metrics().flush_metrics()


def count(name: str, number: int = 1) -> None:
    """Add to one of the invocation's metrics, from whichever thread."""
    with _COUNTING:
        metrics().add_metric(name=name, unit=MetricUnit.Count, value=number)


def failure(what: str, error: Exception) -> None:
    """Log that something failed: the error's kind and the line of ours that it came from, and none of its text,
    which may quote a payload. Our own errors' texts are free of personal data and are logged whole."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _OURS.search(frame.filename)]
    where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown"
    said = str(error) if isinstance(error, MostradorError) else _aws_code(error)
    logger().error(what, extra={"error": type(error).__name__, "reason": said, "where": where})
    count("Failure")


def _aws_code(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


_OURS = re.compile(r"/(?:shared|services)/")
