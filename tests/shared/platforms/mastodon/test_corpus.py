"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.models import Delivery
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.mastodon.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

EXPECTED = {
    "docs.admin_webhook.report.created.json": ["ignored: something for the instance's moderators to look at"],
    # What a template makes of an event, which the administrator takes off again.
    "docs.admin_webhook.report.created1.json": [
        "unreadable: mastodon: no object with an event: has the webhook a template?"
    ],
}


def outcomes(path: Path) -> list[str]:
    delivery = Delivery("mastodon", ACCOUNT, path.read_bytes(), {}, datetime(2026, 9, 21, tzinfo=UTC))
    return corpus.read("mastodon", lambda: load("mastodon").normalise(delivery))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: outcomes(path) for path in FILES} == EXPECTED
