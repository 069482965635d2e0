"""Published examples of the specification, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from shared.models import Delivery, Event
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.standard_webhooks.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

# The specification's examples are of other people's contracts.
EXPECTED = {
    "spec.example_1.json": ["ignored: unknown kind: example.event"],
    "spec.example_2.json": ["ignored: unknown kind: contact.created"],
    "spec.example_3.json": ["ignored: unknown kind: contact.created"],
}


def read(path: Path) -> list[Event]:
    return load("app").normalise(
        Delivery("standard_webhooks", ACCOUNT, path.read_bytes(), {}, datetime(2026, 9, 21, tzinfo=UTC))
    )


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("standard_webhooks", partial(read, path)) for path in FILES} == EXPECTED
