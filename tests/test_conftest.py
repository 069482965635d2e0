"""The AWS of this process stands being asked by many threads at once, as the services ask; a log is its own test's."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.core import botocore_stubber
from moto.core.request import normalize_request

from shared import telemetry
from shared.store.table import Table


def test_one_request_is_seen_to_at_a_time(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = 0, 0

    def slowly(request: Any) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.02)
        inside -= 1
        return normalize_request(request)

    monkeypatch.setattr(botocore_stubber, "normalize_request", slowly)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: list(table.requests("one")), range(8))) == [[]] * 8
    assert most == 1


@pytest.mark.parametrize("line", ["the logger may be made here", "it was made in another test"])
def test_the_log_goes_to_the_output_of_the_test_that_writes_it(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.logger().warning(line)
    printed = capsys.readouterr()
    assert line in printed.out
    assert printed.err == ""
