"""The example consumer, run as a department runs it: its file as the main program, against a FIFO queue."""

import asyncio
import runpy
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest
from moto import mock_aws

from services.connectors.acts import Acts
from services.connectors.answering import Answering
from services.connectors.in_queue import InQueue
from services.connectors.noting import Noting
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.steps import Agent
from shared.escalation import Escalation
from shared.handoff import offer_id
from shared.queues import Departments
from shared.store.playbooks import CurrentPlaybook
from tests.services.connectors.shop import Shop
from tests.services.customer360.counter import ANA
from tests.services.desk.office import BILLING, Office
from tests.services.desk.test_desk import case as only_case

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

    def consume(self, *, dying_before: str | None = None, dying_after: str | None = None) -> None:
        self._monkeypatch.setattr(boto3, "client", lambda _name: _interrupted(dying_before, dying_after))
        self._monkeypatch.setattr(sys, "argv", [str(PROGRAM), self.url, str(self.inbox)])
        runpy.run_path(str(PROGRAM), run_name="__main__")

    def rows(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.inbox)) as inbox:
            return inbox.execute("SELECT claim, hand_off FROM inbox ORDER BY rowid").fetchall()


def _interrupted(dying_before: str | None, dying_after: str | None) -> "SQSClient":
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
    if dying_after:
        client.meta.events.register(f"after-call.sqs.{dying_after}", die)
    return client


@pytest.fixture
def department(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Department]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for name in ("AWS_ENDPOINT_URL", "ACTS_QUEUE_URL", "DESK_URL", "DESK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield Department(boto3.session.Session().client("sqs"), tmp_path, monkeypatch)


def body(number: int, **changes: Any) -> str:
    return orjson.dumps(HAND_OFF | {"id": f"esc_{number}", "claim": f"esc_{number}"} | changes).decode()


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


def test_what_is_offered_again_is_another_claim(department: Department, capsys: pytest.CaptureFixture[str]) -> None:
    for place, claim in enumerate(("esc_1", "esc_1-2", "esc_1-2")):
        department.send(body(1, offer=2 * bool(place), claim=claim), f"{place}")
        department.consume()
    assert [row[0] for row in department.rows()] == ["esc_1", "esc_1-2"]
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    "nonsense", ["{", "[]", "{}", "7", '{"id": "esc_1"}', '{"claim": "esc_1"}', '{"claim": "esc_1", "message": "x"}']
)
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
    assert sum(1 for line in lines if line.strip()) <= 80


# --- by AWS alone


class Company:
    """What is on the other side of the two queues: the connectors' function, and Ana's complaint."""

    def __init__(self, department: Department) -> None:
        self.department, self.shop = department, Shop({"kind": "queue"})
        self.acts_url = department.sqs.create_queue(
            QueueName="acts.fifo",
            Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "0"},
        )["QueueUrl"]

    def works(self) -> None:
        """Take the acts off their queue, as Lambda does, and tell the department."""
        acts = Acts(self.shop.table, self.shop.cases, self.shop.world.now)
        answering = Answering(acts, self.shop.table, self.shop.world.now)
        told = Departments(self.department.sqs, {"billing": self.department.url})
        noting = Noting(acts, self.shop.table, self.shop.world.now)
        queue = InQueue(acts, answering, noting, CurrentPlaybook(self.shop.table), told)
        for message in self.acts():
            record = {
                "messageId": message["MessageId"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            assert queue.take(record, "billing")
            self.department.sqs.delete_message(QueueUrl=self.acts_url, ReceiptHandle=message["ReceiptHandle"])

    def acts(self) -> list[Any]:
        found = self.department.sqs.receive_message(
            QueueUrl=self.acts_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return found.get("Messages", [])


@pytest.fixture
def company(department: Department, monkeypatch: pytest.MonkeyPatch) -> Company:
    found = Company(department)
    monkeypatch.setenv("ACTS_QUEUE_URL", found.acts_url)
    return found


def test_a_case_is_accepted_without_a_token_and_is_work_once_it_is_ours(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    for deduplication in ("first", "again"):
        department.send(hand_off, deduplication)
    department.consume()
    assert printed(capsys) == [], "nobody knows yet whose it is"
    company.works()
    assert (company.shop.case.state, company.shop.case.number) == ("accepted", 1)
    for _ in range(2):
        department.consume()
    (line,) = printed(capsys)
    assert line.startswith("normal, accept by")
    assert (len(department.rows()), department.waiting(), company.acts()) == (1, 0, [])


@pytest.mark.parametrize(
    "dying", [{"dying_before": "SendMessage"}, {"dying_after": "SendMessage"}, {"dying_before": "DeleteMessage"}]
)
def test_wherever_it_dies_nothing_is_lost_and_nothing_doubled(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str], dying: dict[str, str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    department.send(hand_off, "1")
    with pytest.raises(SystemExit, match="killed"):
        department.consume(**dying)
    company.works()  # and the notice may be read before the hand-off comes again
    department.consume()
    company.works()
    department.consume()
    assert (company.shop.case.number, len(department.rows()), department.waiting()) == (1, 1, 0)
    assert len(printed(capsys)) == 1


def test_a_notice_that_is_read_while_the_hand_off_is_hidden_still_makes_it_work(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when the consumer died after it sent the act: SQS gives the hand-off back only when its time is over."""
    (hand_off,) = company.shop.world.hand_offs("billing")
    department.send(hand_off, "1")
    with pytest.raises(SystemExit, match="killed"):
        department.consume(dying_after="SendMessage")
    company.works()
    (receipt,) = [
        message["ReceiptHandle"]
        for message in department.sqs.receive_message(QueueUrl=department.url, MaxNumberOfMessages=10)["Messages"]
        if "notice" not in orjson.loads(message["Body"])
    ]
    department.sqs.change_message_visibility(QueueUrl=department.url, ReceiptHandle=receipt, VisibilityTimeout=60)
    department.consume()
    assert len(printed(capsys)) == 1


def test_a_notice_of_what_another_inbox_has_is_left_for_whoever_reads_into_that(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    department.send(hand_off, "1")
    department.consume()
    company.works()
    own = department.inbox
    department.inbox = own.with_name("another.sqlite3")
    department.consume()
    assert department.waiting() == 1
    assert "is left on the queue: its hand-off is in no inbox here" in capsys.readouterr().err
    department.inbox = own
    department.consume()
    assert len(printed(capsys)) == 1
    assert department.waiting() == 0


def test_what_became_of_other_acts_is_passed_over(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"act": "returned", "why": "x", "escalation_id": company.shop.case.id, "identity": ANA}
    department.sqs.send_message(
        QueueUrl=company.acts_url,
        MessageGroupId="x",
        MessageBody=orjson.dumps(said | {"idempotency_key": "k"}).decode(),
    )
    company.works()
    department.consume()
    assert (printed(capsys), department.waiting()) == ([], 0)


def test_dying_before_the_notice_is_deleted_prints_the_work_once(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    department.send(hand_off, "1")
    department.consume()
    company.works()
    with pytest.raises(SystemExit, match="killed"):
        department.consume(dying_before="DeleteMessage")
    company.works()
    department.consume()
    company.works()
    department.consume()
    assert (company.shop.case.number, len(department.rows()), department.waiting()) == (1, 1, 0)
    assert len(printed(capsys)) == 1


def test_what_somebody_else_has_by_now_is_not_ours(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    department.send(hand_off, "1")
    gone = Doing("expired", company.shop.world.now(), BY_OURSELVES, "nobody accepted it")
    company.shop.cases.do(ANA, company.shop.case.id, gone)
    department.consume()
    company.works()
    department.consume()
    (line,) = printed(capsys)
    assert line.startswith("not ours: it is offered with care: expired by mostrador")
    assert department.waiting() == 0


def test_what_is_taken_back_is_said_once_and_only_of_what_was_taken(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    case = company.shop.case
    company.shop.cases.take(
        company.shop.cases.do(ANA, case.id, Doing("withdrawn", company.shop.world.now(), BY_OURSELVES, "answered"))
    )
    company.shop.world.settle()
    notice = next(body for body in company.shop.world.hand_offs("billing") if "notice" in body)
    department.send(notice, "before")
    department.send(hand_off, "1")
    department.consume()
    department.send(notice.replace("withdrawn", "expired"), "after")
    department.consume()
    assert printed(capsys) == ["not ours: answered"]
    assert department.waiting() == 0


def test_it_is_said_who_has_what_a_colleague_at_the_desk_handed_over(
    department: Department, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_off,) = company.shop.world.hand_offs("billing")
    department.send(hand_off, "1")
    department.consume()
    company.works()
    department.consume()
    cases, case = company.shop.cases, company.shop.case
    ida = Agent(subject="ida", department="billing")
    cases.take(cases.do(ANA, case.id, Doing("handed_over", company.shop.world.now(), ida, "the line is down", "care")))
    company.shop.world.settle()
    notice = next(body for body in company.shop.world.hand_offs("billing") if "notice" in body)
    for deduplication in ("first", "again"):
        department.send(notice, deduplication)
    department.consume()
    assert printed(capsys)[1:] == ["not ours: care has it: the line is down"]
    assert department.waiting() == 0


def test_what_became_of_an_answer_is_said_once_for_each_time_that_it_came_to_that(
    department: Department, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = orjson.loads((ROOT / "shared" / "contracts" / "notice-1.examples.json").read_bytes())
    told = {each["notice"]: each for each in examples if each["reply"]}
    for notice in (told["failed"], told["failed"], told["failed"] | {"notice_id": "another"}, told["sent"]):
        department.send(orjson.dumps(notice).decode(), f"{department.waiting()}")
    department.consume()
    reply = told["sent"]["reply"]
    failed = f"answer {reply} failed: {told['failed']['why']}"
    assert printed(capsys) == [failed, failed, f"answer {reply} sent"]
    assert department.waiting() == 0


# --- with a token for the desk


class Desk:
    """The desk with Ana's complaint in it, over HTTP; `fails` is the status of every answer while it cannot be
    reached."""

    def __init__(self) -> None:
        self.office = Office().with_people()
        self.asked: list[tuple[str, int]] = []
        self.fails: int | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(desk) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["content-length"])).decode()
                assert self.headers["authorization"] == "Bearer token-of-billing"
                key = self.headers["idempotency-key"]
                with asyncio.Runner() as runner:
                    asyncio.set_event_loop(runner.get_loop())
                    answer = desk.office.ask(self.path, said, claims=BILLING, key=key)
                    asyncio.set_event_loop(None)
                status = desk.fails or answer.status
                desk.asked.append((key, status))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer.text.encode())

            def log_message(self, *_: object) -> None: ...

        return Handler

    @property
    def case(self) -> Escalation:
        return self.office.cases.read(ANA, only_case(self.office))

    def hand_off(self, **changes: Any) -> str:
        customer = HAND_OFF["customer"] | {"id": self.case.customer_id}
        return body(1, id=self.case.id, claim=offer_id(self.case), customer=customer, **changes)


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what the consumer printed, without the desk's log."""
    return [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]


@pytest.fixture
def desk(department: Department, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    found = Desk()
    thread = Thread(target=found.server.serve_forever)
    thread.start()
    monkeypatch.setenv("DESK_URL", found.url)
    monkeypatch.setenv("DESK_TOKEN", "token-of-billing")
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def test_a_case_is_accepted_at_the_desk_and_once_however_often_it_comes(
    department: Department, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_off = desk.hand_off()
    for deduplication in ("first", "again"):
        department.send(hand_off, deduplication)
    department.consume()
    department.send(hand_off, "a day later")
    department.consume()
    assert (desk.case.state, desk.case.number) == ("accepted", 1)
    assert desk.case.held_by == Agent(subject="bill", department="billing")
    assert {status for _, status in desk.asked} == {201}
    assert len({key for key, _ in desk.asked}) == 1
    assert len(printed(capsys)) == len(department.rows()) == 1
    assert department.waiting() == 0


def test_dying_between_accepting_and_keeping_loses_and_doubles_nothing(
    department: Department, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    department.send(desk.hand_off(), "1")
    with pytest.raises(SystemExit, match="killed"):
        department.consume(dying_before="DeleteMessage")
    department.consume()
    assert [status for _, status in desk.asked] == [201, 201]
    assert (desk.case.number, len(department.rows()), department.waiting()) == (1, 1, 0)
    assert len(printed(capsys)) == 1


def test_of_two_consumers_with_inboxes_of_their_own_one_has_it(
    department: Department, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_off = desk.hand_off()
    department.send(hand_off, "1")
    department.consume()
    department.inbox = department.inbox.with_name("another.sqlite3")
    department.send(hand_off, "2")
    department.consume()
    first, second = printed(capsys)
    assert first.startswith("high, accept by")
    assert second.startswith("not ours: it is accepted with billing: accepted by bill of billing")
    assert (desk.case.number, department.waiting()) == (1, 0)


def test_what_went_elsewhere_meanwhile_is_not_taken(
    department: Department, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_off = desk.hand_off()
    gone = Doing("expired", desk.office.clock, BY_OURSELVES, "nobody accepted it")
    desk.office.cases.take(desk.office.cases.do(ANA, desk.case.id, gone))
    department.send(hand_off, "1")
    department.consume()
    (line,) = printed(capsys)
    assert line.startswith("not ours: it is offered with care: expired by mostrador")
    assert (desk.case.number, department.waiting()) == (1, 0)


@pytest.mark.parametrize("status", [401, 403, 422, 429, 500, 503])
def test_while_the_desk_does_not_answer_everything_stays(
    department: Department, desk: Desk, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.fails = status
    department.send(desk.hand_off(), "1")
    department.consume()
    assert f"{status}" in capsys.readouterr().err
    assert (department.rows(), department.waiting()) == ([], 1)
    desk.fails = None
    department.consume()
    assert (desk.case.number, len(department.rows()), department.waiting()) == (1, 1, 0)


def test_while_nobody_is_there_everything_stays(
    department: Department, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESK_URL", "http://127.0.0.1:9")
    department.send(desk.hand_off(), "1")
    department.consume()
    assert "is left on the queue" in capsys.readouterr().err
    assert (department.rows(), department.waiting()) == ([], 1)
