"""The example consumer, run as a department runs it: its file as the main program, against a FIFO queue."""

import runpy
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "infra" / "consume_department.py"
HAND_OFF = orjson.loads((ROOT / "shared" / "contracts" / "handoff-1.example.json").read_bytes())


class Department:
    """A department's queue, and its consumer, which Ctrl-C stops after its first batch."""

    def __init__(self, sqs: "SQSClient", folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sqs = sqs
        self.inbox = folder / "inbox.sqlite3"
        self._monkeypatch = monkeypatch
        self.url = sqs.create_queue(
            QueueName="billing.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "0"}
        )["QueueUrl"]

    def send(self, body: str, deduplication: str) -> None:
        self.sqs.send_message(
            QueueUrl=self.url, MessageBody=body, MessageGroupId="cus_1", MessageDeduplicationId=deduplication
        )

    def waiting(self) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])

    def consume(self, *, dying_before: str | None = None) -> None:
        self._monkeypatch.setattr(boto3, "client", lambda _name: _interrupted(dying_before))
        self._monkeypatch.setattr(sys, "argv", [str(PROGRAM), self.url, str(self.inbox)])
        runpy.run_path(str(PROGRAM), run_name="__main__")

    def rows(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.inbox)) as inbox:
            return inbox.execute("SELECT id, hand_off FROM inbox ORDER BY rowid").fetchall()


def _interrupted(dying_before: str | None) -> "SQSClient":
    client = boto3.session.Session().client("sqs")
    batches = iter(["the only one"])

    def poll(**_: Any) -> None:
        if next(batches, None) is None:
            raise KeyboardInterrupt

    def die(**_: Any) -> None:
        raise SystemExit("killed")

    client.meta.events.register("before-call.sqs.ReceiveMessage", poll)
    if dying_before:
        client.meta.events.register(f"before-call.sqs.{dying_before}", die)
    return client


@pytest.fixture
def department(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Department]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Department(boto3.session.Session().client("sqs"), tmp_path, monkeypatch)


def body(number: int) -> str:
    return orjson.dumps(HAND_OFF | {"id": f"esc_{number}"}).decode()


def test_every_hand_off_is_printed_and_deleted(department: Department, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        department.send(body(number), str(number))
    department.consume()
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"high, accept by 2026-03-02T10:30:01Z: {HAND_OFF['message']['text']}"] * 3
    assert department.rows() == [(f"esc_{number}", body(number)) for number in range(3)]
    assert department.waiting() == 0


def test_what_comes_twice_is_taken_once(department: Department, capsys: pytest.CaptureFixture[str]) -> None:
    for deduplication in ("first", "again"):
        department.send(body(1), deduplication)
    department.consume()
    department.send(body(1), "a day later")
    department.consume()
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert len(department.rows()) == 1
    assert department.waiting() == 0


def test_dying_before_the_delete_loses_and_doubles_nothing(
    department: Department, capsys: pytest.CaptureFixture[str]
) -> None:
    department.send(body(1), "1")
    with pytest.raises(SystemExit, match="killed"):
        department.consume(dying_before="DeleteMessage")
    assert (len(department.rows()), department.waiting()) == (1, 1)
    department.consume()
    assert (len(department.rows()), department.waiting()) == (1, 0)
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("nonsense", ["{", "[]", "{}", "7", '{"id": "esc_1"}', '{"id": "esc_1", "message": "x"}'])
def test_what_is_no_hand_off_stays_on_the_queue_and_the_rest_goes_on(
    department: Department, capsys: pytest.CaptureFixture[str], nonsense: str
) -> None:
    department.send(nonsense, "nonsense")
    department.send(body(2), "2")
    department.consume()
    printed = capsys.readouterr()
    assert "is no hand-off: left on the queue" in printed.err
    assert [row[0] for row in department.rows()] == ["esc_2"]
    assert department.waiting() == 1


def test_without_a_queue_it_says_how_to_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(PROGRAM)])
    with pytest.raises(SystemExit, match="QUEUE_URL"):
        runpy.run_path(str(PROGRAM), run_name="__main__")


def test_it_stays_short_enough_to_copy() -> None:
    lines = PROGRAM.read_text(encoding="utf-8").split('"""')[2].splitlines()
    assert sum(1 for line in lines if line.strip()) <= 30
