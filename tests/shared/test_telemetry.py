"""Logs say what failed and where, and never a word of anybody's."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from shared import telemetry
from shared.errors import MostradorError, StoreUnavailable, UnreadableDelivery
from shared.platforms import Unit
from shared.store import keys
from tests import counter
from tests.conftest import NOW

CANARY = "canary-4711"


class Unprintable(Exception):
    """An error whose text cannot even be made."""

    def __str__(self) -> str:
        raise RuntimeError(CANARY)


class Answered(Exception):
    """An HTTP library's error: its `response` is no dictionary."""

    response = object()


FOREIGN: list[Exception] = [
    ValueError(CANARY),
    KeyError(CANARY),
    UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    ExceptionGroup(CANARY, [ValueError(CANARY)]),
    ReadTimeoutError(endpoint_url=f"https://{CANARY}.invalid"),
    ConnectTimeoutError(endpoint_url=f"https://{CANARY}.invalid"),
    EndpointConnectionError(endpoint_url=f"https://{CANARY}.invalid"),
    ClientError({"Error": {"Message": CANARY}}, "PutItem"),
    Answered(CANARY),
    Unprintable(CANARY),
]


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Return the lines that were logged, each as its object."""
    handler: Any = telemetry.logger().registered_handler
    # Not by `setStream`, which flushes: the stream may be another test's output, and closed by now.
    written, before = io.StringIO(), handler.stream
    handler.stream = written
    yield lambda: [orjson.loads(line) for line in written.getvalue().splitlines()]
    handler.stream = before
    telemetry.metrics().clear_metrics()


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
def test_a_foreign_error_shows_its_kind_and_none_of_its_text(
    logged: Callable[[], list[dict[str, Any]]], error: Exception
) -> None:
    telemetry.failure("projection failed", raised(error))
    (line,) = logged()
    assert CANARY not in str(line)
    assert (line["message"], line["level"], line["error"]) == ("projection failed", "ERROR", type(error).__name__)
    assert line["reason"] == ""


def test_a_refusal_of_aws_shows_its_code(logged: Callable[[], list[dict[str, Any]]]) -> None:
    refusal = ClientError({"Error": {"Code": "ThrottlingException", "Message": CANARY}}, "PutItem")
    telemetry.failure("projection failed", raised(refusal))
    (line,) = logged()
    assert line["reason"] == "ThrottlingException"
    assert CANARY not in str(line)


@pytest.mark.parametrize("error", [StoreUnavailable("the table is away"), MostradorError("the table is away")])
def test_our_own_error_shows_its_text(logged: Callable[[], list[dict[str, Any]]], error: Exception) -> None:
    telemetry.failure("projection failed", raised(error))
    (line,) = logged()
    assert (line["error"], line["reason"]) == (type(error).__name__, "the table is away")


def test_our_own_error_shows_nothing_of_the_error_that_it_comes_from(
    logged: Callable[[], list[dict[str, Any]]],
) -> None:
    said = {"kind": "message", "external_id": CANARY, "occurred_at": CANARY, CANARY: 1}
    with pytest.raises(UnreadableDelivery) as refused:
        counter.COUNTER.read(Unit("message", said, "shop", NOW))
    telemetry.failure("not read", refused.value)
    (line,) = logged()
    assert "occurred_at" in line["reason"]
    assert refused.value.__cause__ is not None


def test_the_line_of_ours_is_named(logged: Callable[[], list[dict[str, Any]]]) -> None:
    with pytest.raises(AttributeError) as failed:
        keys.event(None)  # type: ignore[arg-type]
    telemetry.failure("projection failed", failed.value)
    telemetry.failure("projection failed", ValueError("raised nowhere"))
    ours, nowhere = logged()
    assert ours["where"].startswith("keys.py:")
    assert nowhere["where"] == "unknown"


def test_every_failure_is_counted(
    logged: Callable[[], list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        telemetry.failure("projection failed", ValueError())
    telemetry.count("OpenDelivery", 0)
    telemetry.flush()
    written = orjson.loads(capsys.readouterr().out)
    assert sum(written["Failure"]) == 3
    assert written["OpenDelivery"] == [0]
    telemetry.flush()
    assert capsys.readouterr().out == ""
