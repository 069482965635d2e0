"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import orjson
import pytest

from shared.models import Delivery, Event, Message
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.discourse.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

TOPIC = "ignored: a topic: what is said in it comes with its posts"
EXPECTED = {
    "crate.post_created.json": ["ignored: the company's own topic: it speaks to nobody in particular"],
    "fedora.accepted_solution.json": [
        "ignored: what solved a topic: it came when it was posted, and who says so is not told"
    ],
    "fedora.post_created.json": ["message"],
    "fedora.post_destroyed.json": ["deletion"],
    "fedora.post_edited.json": ["edit"],
    "fedora.post_liked.json": ["reaction"],
    # The words are not in the recording: they were taken out, or the forum's settings leave them out.
    "fedora.post_recovered.json": ["ignored: visible again, without saying what it says"],
    "fedora.topic_created.json": [TOPIC],
    "fedora.topic_destroyed.json": [TOPIC],
    "fedora.topic_edited.json": [TOPIC],
    "fedora.topic_recovered.json": [TOPIC],
}


def read(path: Path) -> list[Event]:
    # Most files hold the headers beside the body.
    held = orjson.loads(path.read_bytes())
    headers, body = held.get("headers", {}), held.get("body", held)
    at = datetime(2026, 9, 21, tzinfo=UTC)
    return load("discourse").normalise(Delivery("discourse", ACCOUNT, orjson.dumps(body), headers, at))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("discourse", partial(read, path)) for path in FILES} == EXPECTED


def test_a_post_stands_where_its_recording_says() -> None:
    (message,) = read(next(path for path in FILES if path.name == "fedora.post_created.json"))
    assert isinstance(message, Message)
    assert (message.identity, message.thread) == (f"discourse:{ACCOUNT}:2401", "46582")
    assert message.title == "Docs meeting agenda: 2023-02-08"
    assert message.permalink == "https://discussion.fedoraproject.org/t/docs-meeting-agenda-2023-02-08/46582/3"
