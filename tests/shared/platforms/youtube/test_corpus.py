"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.models import Delivery
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.youtube.cases import GONE, VIDEOS
from tests.shared.platforms.youtube.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

EXPECTED = {
    "push.deleted_entry.atom.xml": [f"ignored: {GONE}"],
    "push.deleted_entry_python_lib.atom.xml": [f"ignored: {GONE}"],
    "push.upload_or_update.atom.xml": [f"ignored: {VIDEOS}"],
}


def outcomes(path: Path) -> list[str]:
    delivery = Delivery("youtube", ACCOUNT, path.read_bytes(), {}, datetime(2026, 11, 22, tzinfo=UTC))
    return corpus.read("youtube", lambda: load("youtube").normalise(delivery))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: outcomes(path) for path in FILES} == EXPECTED
