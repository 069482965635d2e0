"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.models import Delivery, Receipt
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.tiktok.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

EXPECTED = {
    "chatwoot.im_mark_read_msg.json": ["receipt"],
    # Cut down to the conversation by whoever published it: without a message's id and sender there is nothing to keep.
    "chatwoot.im_receive_msg.json": [
        "unreadable: tiktok im_receive_msg: ValidationError at content.message_id, content.timestamp, content.type, "
        "content.from_user, content.to_user"
    ],
    "chatwoot.unknown_event.json": ["ignored: unknown kind: unknown_event"],
    "docs.authorization.removed.json": ["ignored: AUTHORISATION REMOVED: nothing more will come for this account"],
}


def delivery(path: Path) -> Delivery:
    return Delivery("tiktok", ACCOUNT, path.read_bytes(), {}, datetime(2026, 9, 21, tzinfo=UTC))


def outcomes(path: Path) -> list[str]:
    return corpus.read("tiktok", lambda: load("tiktok").normalise(delivery(path)))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: outcomes(path) for path in FILES} == EXPECTED


def test_a_watermark_is_whose_it_says() -> None:
    (receipt,) = load("tiktok").normalise(delivery(FILES[0]))
    assert isinstance(receipt, Receipt)
    assert (receipt.identity, receipt.thread, receipt.target) == ("tiktok:biz-123:user-1", "tt-conv-1", None)
    assert receipt.occurred_at == datetime.fromtimestamp(1700000000, UTC)
