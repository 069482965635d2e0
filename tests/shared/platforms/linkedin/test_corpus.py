"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from shared.models import Delivery, Event, Message
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.linkedin.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

POST = "urn:li:activity:29292929292992929292"
EXPECTED = {
    "social_action.comment.json": (
        "linkedin:12345:urn:li:person:member123",
        f"urn:li:comment:({POST},12345)",
        POST,
        "Hello from LinkedIn",
    ),
    # Not decorated: somebody whom nobody knows said something that has to be looked at.
    "social_action.comment_min_string_id.json": (
        "linkedin:123:author-of-urn:li:comment:789",
        "urn:li:comment:789",
        "urn:li:share:456",
        "",
    ),
}


def read(path: Path) -> list[Event]:
    at = datetime(2026, 9, 21, tzinfo=UTC)
    return load("linkedin").normalise(Delivery("linkedin", ACCOUNT, path.read_bytes(), {}, at))


def told(event: Event) -> tuple[str, str, str, str]:
    assert isinstance(event, Message)
    return event.identity, event.external_id, event.thread, event.text


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("linkedin", partial(read, path)) for path in FILES} == {
        name: ["message"] for name in EXPECTED
    }
    assert {path.name: [told(event) for event in read(path)] for path in FILES} == {
        name: [meaning] for name, meaning in EXPECTED.items()
    }
