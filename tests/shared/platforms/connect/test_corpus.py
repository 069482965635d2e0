"""Published events, read file by file; none of them is copied into the project."""

from pathlib import Path

import pytest

from shared.platforms import load
from shared.platforms.connect.calls import NAMELESS
from tests import corpus
from tests.shared.platforms.connect.cases import CHAT, delivered
from tests.shared.platforms.connect.sender import CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

# Not one of them says who called: that is what contact records are for.
EXPECTED = {
    "docs.CONNECTED_TO_AGENT.routing_criteria_PascalCase.json": [f"ignored: {NAMELESS}"],
    "docs.CONNECTED_TO_AGENT.voice.json": [f"ignored: {NAMELESS}"],
    "docs.CONTACT_DATA_UPDATED.chat.json": [f"ignored: {CHAT}"],
    "docs.DISCONNECTED.outbound.json": [f"ignored: {NAMELESS}"],
    "real.DISCONNECTED.abandoned.json": [f"ignored: {NAMELESS}"],
    "real.QUEUED.voice.json": [f"ignored: {NAMELESS}"],
}


def outcomes(path: Path) -> list[str]:
    return corpus.read("connect", lambda: load("connect").normalise(delivered(path.read_bytes())))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: outcomes(path) for path in FILES} == EXPECTED


def test_every_file_says_of_which_instance_it_is() -> None:
    for path in FILES:
        (unit,) = load("connect").units(delivered(path.read_bytes()))
        assert unit.account != "unknown"
        assert not unit.account.startswith("arn:")
