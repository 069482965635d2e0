"""An event loop for Mangum, which asks for the current one, and a counter on the template's table."""

import asyncio
from collections.abc import Iterator

import pytest

from shared.store.table import Table
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.services.customer360.counter import Counter
from tests.template import table_definition


@pytest.fixture(autouse=True, scope="module")
def _loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def cloud() -> Cloud:
    """An AWS in memory with the template's table in it."""
    found = Cloud(now=lambda: NOW)
    found.create_table(**table_definition(TABLE))
    return found


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.client("dynamodb"), TABLE)


@pytest.fixture
def counter(table: Table) -> Counter:
    return Counter(table)
