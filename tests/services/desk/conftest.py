"""An event loop for Mangum, which asks for the current one, and an office to which people have written."""

import asyncio
import logging
import sys
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


@pytest.fixture(autouse=True)
def _own_log() -> None:
    """A handler that another test made writes to that test's output, which is closed by now."""
    for handler in logging.getLogger("test").handlers:
        vars(handler)["stream"] = sys.stdout


@pytest.fixture
def office() -> Office:
    return Office().with_people()
