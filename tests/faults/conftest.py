"""The lab of the fault matrix, made once for each file of tests."""

from collections.abc import Iterator

import pytest

from tests.engine import ministack as ministack
from tests.faults.lab import Lab, on_the_double


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with on_the_double() as lab:
        yield lab
