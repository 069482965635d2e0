"""Published examples of the specification, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.models import Delivery, Event, Ignored
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.standard_webhooks.sender import ACCOUNT, CORPUS

FOLDERS = [Path(__file__).parents[4].parent / "shared" / "payloads" / name for name in CORPUS]

pytestmark = pytest.mark.skipif(
    not all(folder.exists() for folder in FOLDERS), reason="the published payloads are not beside this checkout"
)

# The specification's examples are of other people's contracts.
EXPECTED = {
    "spec.example_1.json": ["ignored: unknown kind: example.event"],
    "spec.example_2.json": ["ignored: unknown kind: contact.created"],
    "spec.example_3.json": ["ignored: unknown kind: contact.created"],
}


def outcome(event: Event) -> str:
    return f"ignored: {event.reason}" if isinstance(event, Ignored) else event.kind


def test_every_file_means_what_the_table_says() -> None:
    app, now = load("app"), datetime(2026, 9, 21, tzinfo=UTC)
    found = {
        path.name: [outcome(event) for event in app.normalise(Delivery(app.name, ACCOUNT, path.read_bytes(), {}, now))]
        for folder in FOLDERS
        for path in folder.iterdir()
    }
    for outcomes in found.values():
        corpus.was_read("standard_webhooks", outcomes=outcomes)
    assert found == EXPECTED
