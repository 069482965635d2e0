"""An event loop for Mangum, which asks for the current one, and a counter on the template's table."""

import asyncio
from collections.abc import Iterator

import pytest

from shared.store.table import Table
from tests.services.customer360.counter import Counter


@pytest.fixture(autouse=True, scope="module")
def _loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def counter(table: Table) -> Counter:
    return Counter(table)
