"""An event loop for Mangum, which asks for the current one, and an office with something to look at."""

import asyncio
from collections.abc import Iterator

import pytest

from shared.store.table import Table
from tests.services.operations.bureau import Bureau


@pytest.fixture(autouse=True, scope="module")
def _loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def bureau(table: Table) -> Bureau:
    return Bureau(table)
