"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from functools import partial

import orjson
import pytest

from shared.models import Delivery, Event
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.zendesk.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

TRIGGER = "ignored: a trigger's own body, which has no fixed shape: subscribe the webhook to events"
EXPECTED = {"zendesk-go.trigger.ticket_update.json": [TRIGGER]}
OF_VECTORS = {
    "zendesk-go": ["ignored: somebody's record in Zendesk: nothing was said"],
    "zendesk-webhookx": [TRIGGER],
    "zendesk-webhookx-wrong-ts": [TRIGGER],
}


def read(body: bytes) -> list[Event]:
    return load("zendesk").normalise(Delivery("zendesk", ACCOUNT, body, {}, datetime(2026, 9, 21, tzinfo=UTC)))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("zendesk", partial(read, path.read_bytes())) for path in FILES} == EXPECTED


def test_the_bodies_of_the_vectors_mean_what_the_table_says() -> None:
    vectors = orjson.loads(corpus.VECTORS.read_bytes())["vectors"]
    bodies = {each["id"]: each["body"].encode() for each in vectors if each["platform"] == "zendesk"}
    assert {name: [corpus.outcome(event) for event in read(body)] for name, body in bodies.items()} == OF_VECTORS
