"""An event loop for Mangum, which asks for the current one, and an office to which people have written."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.services.desk.office import Office


@pytest.fixture(autouse=True, scope="module")
def _loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def office() -> Office:
    return Office().with_people()
