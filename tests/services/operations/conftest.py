"""An event loop for Mangum, which asks for the current one, and an office with something to look at."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.services.operations.bureau import Bureau
from tests.template import table_definition


@pytest.fixture(autouse=True, scope="module")
def _loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def bureau() -> Bureau:
    cloud = Cloud(now=lambda: NOW)
    cloud.create_table(**table_definition(TABLE))
    return Bureau(cloud.client)
