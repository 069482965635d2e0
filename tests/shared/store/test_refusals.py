"""The door's notes of what it refused: seldom, never older, never in the way."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ConnectTimeoutError

from shared.accounts import Account
from shared.store import health
from shared.store.refusals import RefusalNotes
from shared.store.table import Table
from tests.conftest import NOW, TABLE
from tests.injection import Answer, Injected, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WHOSE = {"platform": "telegram", "account": "shop_bot"}
BOT = Account(platform="telegram", account="shop_bot")


def test_the_last_refusal_of_each_reason_is_kept_and_never_an_older_one(table: Table) -> None:
    clock = iter(float(second) for second in range(0, 6000, 60))
    notes = RefusalNotes(table, clock=lambda: next(clock))
    assert health.last_refusals(table, BOT) == {}
    assert notes.note(**WHOSE, reason="signature", at=NOW)
    assert notes.note(**WHOSE, reason="handshake", at=NOW - DAY)
    assert not notes.note(**WHOSE, reason="signature", at=NOW - MINUTE), "another process was later"
    assert health.last_refusals(table, BOT) == {"signature": NOW, "handshake": NOW - DAY}
    assert notes.note(**WHOSE, reason="signature", at=NOW + timedelta(microseconds=1))
    assert health.last_refusals(table, BOT)["signature"] == NOW + timedelta(microseconds=1)
    assert health.last_refusals(table, Account(platform="telegram", account="other")) == {}


def test_one_process_notes_one_account_and_reason_once_a_minute(table: Table) -> None:
    seconds = [100.0]
    notes = RefusalNotes(table, clock=lambda: seconds[0])
    written = []
    for second in range(0, 130):
        seconds[0] = 100.0 + second
        written.append(notes.note(**WHOSE, reason="signature", at=NOW + timedelta(seconds=second)))
    assert [second for second, was in enumerate(written) if was] == [0, 60, 120]
    assert notes.note(**WHOSE, reason="handshake", at=NOW)
    assert notes.note(platform="telegram", account="other", reason="signature", at=NOW)


@pytest.mark.parametrize(
    "answer",
    [
        refusal("AccessDeniedException"),
        refusal("ValidationException"),
        ConnectTimeoutError(endpoint_url="https://away"),
    ],
    ids=["forbidden", "too long a name", "nobody there"],
)
def test_a_note_that_cannot_be_written_disturbs_nobody_and_is_not_tried_at_once_again(
    dynamodb: "DynamoDBClient", answer: Answer
) -> None:
    table = Table(dynamodb, TABLE)
    notes = RefusalNotes(table, clock=lambda: 0.0)
    injected = Injected(dynamodb, "PutItem", *([answer] * 10))
    assert not notes.note(**WHOSE, reason="signature", at=NOW)
    tries = injected.calls
    assert 0 < tries <= 5
    assert not notes.note(**WHOSE, reason="signature", at=NOW)
    assert injected.calls == tries
    assert health.last_refusals(table, BOT) == {}
