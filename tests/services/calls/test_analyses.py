"""What Contact Lens wrote down of a call becomes a part of that call, once, in whichever order all of it comes."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest

from services.watch.rounds import drive_due_work
from shared.clocks.runs import Run
from shared.ids import customer_id
from shared.ledger import Outcomes
from shared.models import Call
from shared.projection.conversation import Conversation
from shared.projection.timing import Talk
from shared.repair.difference import Difference
from shared.repair.replay import replay
from shared.store import journal, keys
from shared.store.held import held, nobodys
from shared.store.keys import Key
from shared.store.ledger import Span, balance_of
from shared.store.table import Item
from tests import waits
from tests.services.calls.test_intake import IDENTITY, Refusing, head, intake, kept, record
from tests.services.customer360.counter import Counter
from tests.shared.platforms.connect.cases import ANA, BUCKET, FILES, MENU_SUMMARY, SAMPLES, SUMMARY, TALK, contact
from tests.shared.platforms.connect.sender import ACCOUNT
from tests.world import World, playbook

REDACTED = TALK.format("[PII]")


class Company(World):
    """A world in which Contact Lens has written down all that samples tell of."""

    def __init__(self, *, files: bool = True) -> None:
        super().__init__({})
        self.own = intake(self, instance=ACCOUNT)
        self.told = 0
        if files:
            self.write_down()

    def write_down(self, **change: Any) -> None:
        """Put all files where they are told of; those that can be changed, so."""
        for name, file in FILES.items():
            changed = orjson.dumps(orjson.loads(file) | change) if change and b'"COMPLETED"' in file else file
            self.put(name, changed)

    def put(self, name: str, file: bytes) -> None:
        self.cloud.client("s3").put_object(Bucket=BUCKET, Key=name, Body=file)

    def tell(self, *samples: str) -> None:
        """Let Connect tell these, each projected before the next comes: files by a notice, all else by a record."""
        for sample in samples:
            self.told += 1
            if b'"aws.s3"' in SAMPLES[sample]:
                self.own.event(orjson.loads(SAMPLES[sample]), request_id=f"r{self.told}")
            else:
                self.own.records([record(SAMPLES[sample], self.told)])
            self.settle()

    def tell_again(self, sample: str) -> None:
        """Let S3 tell of a file that was written once more under its name."""
        self.told += 1
        self.own.event(orjson.loads(SAMPLES[sample]) | {"id": f"e-{self.told}"}, request_id=f"r{self.told}")
        self.settle()

    def told_of(self, identity: str = IDENTITY) -> list[Call]:
        """Return what is journalled under an identity."""
        items = (item for item in kept(self) if item["sk"]["S"].startswith(keys.EVENT_PREFIX))
        found = (journal.entry(item).event for item in items)
        return [event for event in found if isinstance(event, Call) and event.identity == identity]

    def words(self, identity: str = IDENTITY) -> list[Call]:
        return [call for call in self.told_of(identity) if call.is_words]

    def notice(self) -> Item:
        (found,) = self.notices()
        return found

    def notices(self) -> list[Item]:
        return [item for item in kept(self) if item["sk"]["S"] == keys.DELIVERY and b"aws.s3" in _body(item)]

    def outcomes_of_all(self) -> list[Outcomes]:
        return [Outcomes.model_validate_json(item["outcomes"]["S"]) for item in self.notices()]

    def outcomes(self) -> Outcomes:
        return Outcomes.model_validate_json(self.notice()["outcomes"]["S"])

    def try_again(self) -> None:
        self.clock += timedelta(hours=2)
        drive_due_work(self.projector(), time_is_left=lambda: True)
        self.settle()

    def lasting(self) -> dict[tuple[str, str], Any]:
        """Return what heads and clocks say of her, and whose the call is."""
        passing = ("projected_at", "packed", "request", "received_at", "ledger")
        return {
            (item["pk"]["S"], item["sk"]["S"]): {name: said for name, said in item.items() if name not in passing}
            for item in self.scan()
            if item["pk"]["S"].startswith((keys.IDENTITY_PREFIX, keys.SAID_PREFIX))
        }

    def heads(self) -> list[Conversation]:
        rows = self.table.query(keys.identity(IDENTITY))
        states = (row["state"]["S"] for row in rows if row["sk"]["S"].startswith(keys.CONVERSATION_PREFIX))
        return list(map(Conversation.model_validate_json, states))

    def runs(self) -> list[Run]:
        items = list(self.table.query(keys.identity(IDENTITY)))
        found = waits.answers(items, playbook(), self.clock)
        return found.get(Talk("connect_phone", "direct"), [])

    def replay(self) -> Iterator[Difference]:
        playbook = self.projector().playbook
        return replay(self.span(), table=self.table, bucket=self.bucket, playbook=playbook, now=self.now, do=True)

    def calls_made(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def span(self) -> Span:
        return Span("connect", ACCOUNT, self.clock - timedelta(days=2), self.clock + timedelta(days=1))


def _body(item: Item) -> bytes:
    return journal.delivery(item).body if item["sk"]["S"] == keys.DELIVERY else b""


ONCE = ("answered", "analysis_redacted")


# ------------------------------------------------------------------------------------------------- a part of their call


@pytest.mark.parametrize("order", list(permutations(ONCE)))
@pytest.mark.parametrize("again", [(), ONCE])
def test_it_is_a_part_of_the_customers_call_once_whichever_comes_first(
    order: Sequence[str], again: Sequence[str]
) -> None:
    company = Company()
    company.tell(*order, *again)
    (words,) = company.words()
    assert (words.transcript, words.summary, words.call_id) == (REDACTED, SUMMARY, contact(1))
    assert words.external_id.startswith(f"{contact(1)}:analysis:")
    assert words.status == "completed"
    assert len(company.words(f"phone:{ACCOUNT}:{ACCOUNT}")) == 1, "as it was told, it stays where it was"
    assert len(company.told_of()) == 3


def test_all_orders_come_to_the_same_table() -> None:
    found = []
    for order in permutations(("answered", "analysis_redacted", "abandoned")):
        company = Company()
        company.tell(*order)
        found.append(company.lasting())
    assert all(each == found[0] for each in found[1:])


def test_what_was_said_in_a_call_of_ours_is_told_as_of_one() -> None:
    for order in permutations(("our_call_taken", "analysis_of_our_call")):
        company = Company()
        company.tell(*order)
        assert {call.direction for call in company.told_of()} == {"outbound"}
        assert len(company.words()) == 1


SHORT = {"Transcript": [{"ParticipantId": "AGENT", "Content": "Dígame."}]}


@pytest.mark.parametrize("late", [False, True])
def test_an_analysis_that_is_written_again_is_told_as_it_was_and_as_it_is(*, late: bool) -> None:
    """A summary may come later, say; the call may be known only after both."""
    company = Company(files=False)
    company.write_down(**SHORT)
    company.tell(*(() if late else ("answered",)), "analysis_redacted")
    company.write_down()
    company.tell_again("analysis_redacted")
    company.tell(*(("answered",) if late else ()))
    assert {words.transcript for words in company.words()} == {"company: Dígame.", REDACTED}
    assert company.outcomes_of_all() == [Outcomes(journalled=1)] * 2


def test_an_analysis_that_is_written_again_in_the_same_words_is_told_once() -> None:
    company = Company(files=False)
    company.write_down(Categories={"MatchedCategories": ["Pedidos"]})
    company.tell("answered", "analysis_redacted")
    company.write_down()
    company.tell_again("analysis_redacted")
    assert len(company.words()) == 1
    assert sorted(company.outcomes_of_all(), key=str) == [Outcomes(duplicate=1), Outcomes(journalled=1)]


def test_what_was_said_to_a_menu_and_to_an_agent_is_both_told() -> None:
    company = Company()
    notice, name = _told_as(SAMPLES["analysis_of_a_menu"], contact(1), was=contact(3))
    company.put(name, FILES[_name(SAMPLES["analysis_of_a_menu"])])
    company.tell("answered", "analysis_redacted")
    company.own.event(orjson.loads(notice), request_id="r9")
    company.settle()
    assert {words.by_machine for words in company.words()} == {False, True}


def test_what_was_said_in_nobodys_call_waits_for_its_record() -> None:
    company = Company()
    company.tell("analysis_redacted", "abandoned")
    assert company.words() == []
    company.tell("answered")
    assert len(company.words()) == 1


# ------------------------------------------------------------------------------------- what it does not say of the call


@pytest.mark.parametrize("order", list(permutations(ONCE)))
def test_it_changes_neither_head_nor_clocks(order: Sequence[str]) -> None:
    alone, company = Company(), Company()
    alone.tell("answered")
    company.tell(*order)
    assert head(company) == head(alone)
    assert company.runs() == alone.runs()


@pytest.mark.parametrize("sample", ["analysis_of_a_menu", "analysis_of_a_menu_redacted"])
@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_what_is_said_to_a_menu_answers_nobody_and_makes_nobody_wait(*, sample: str, waits: bool, first: bool) -> None:
    alone, company = Company(), Company()
    calls = (*(("abandoned",) if waits else ()), "menu_alone")
    alone.tell(*calls)
    company.tell(*((sample, *calls) if first else (*calls, sample)))
    (words,) = company.words()
    assert (words.call_id, words.by_machine, words.summary) == (contact(3), True, MENU_SUMMARY)
    assert company.heads() == alone.heads()
    assert [each.waiting_since is not None for each in company.heads()] == [True] * waits
    assert company.runs() == alone.runs()


def test_whoever_waits_still_waits_whatever_a_machine_said_to_them() -> None:
    """Contact Lens writes down what is said to a menu, too: of a call that nobody took, say."""
    company = Company()
    notice, name = _told_as(SAMPLES["analysis_redacted"], contact(2))
    company.put(name, FILES[_name(SAMPLES["analysis_redacted"])])
    company.tell("abandoned")
    before, runs = head(company), company.runs()
    company.own.event(orjson.loads(notice), request_id="r9")
    company.settle()
    assert len(company.words()) == 1
    assert head(company) == before
    assert company.runs() == runs
    assert before.waiting_since
    assert [run.stopped_at for run in runs] == [None]


def _name(notice: bytes) -> str:
    return str(orjson.loads(notice)["detail"]["object"]["key"])


def _told_as(notice: bytes, of: str, *, was: str = contact(1)) -> tuple[bytes, str]:
    changed = notice.replace(was.encode(), of.encode())
    return changed, _name(changed)


# ---------------------------------------------------------------------------------------------------------- the lookup


@pytest.fixture
def loop() -> Iterator[None]:
    """Give the service the event loop that Lambda gives it."""
    own = asyncio.new_event_loop()
    asyncio.set_event_loop(own)
    yield
    asyncio.set_event_loop(None)
    own.close()


@pytest.mark.usefixtures("loop")
def test_whoever_looks_them_up_reads_what_was_said_and_what_it_came_to() -> None:
    company = Company()
    company.tell("analysis_redacted", "answered")
    counter = Counter(company.table, now=company.now)
    (found,) = counter.ask("/customers/lookup", f"phone={ANA.replace('+', '%2B')}").json["customers"]
    shown = counter.ask(f"/customers/{found['customer']['id']}/timeline").json
    events = [entry["event"] for entry in shown["entries"]]
    (words,) = [event for event in events if event["transcript"]]
    assert (words["transcript"], words["summary"], words["call_id"]) == (REDACTED, SUMMARY, contact(1))
    assert (words["by_machine"], words["direction"]) == (False, "inbound")
    assert [event["call_id"] for event in events if event["status"] == "completed"] == [contact(1)] * 2
    (last,) = found["customer"]["last_contacts"]
    assert (last["status"], last["duration"]) == ("completed", 180)


# ------------------------------------------------------------------------------------- journal first, and nothing lost


def test_a_notice_costs_one_write_and_the_file_is_read_behind_it() -> None:
    company = Company()
    before = len(company.calls_made())
    company.own.event(orjson.loads(SAMPLES["analysis_redacted"]), request_id="r1")
    assert company.calls_made()[before:] == ["PutItem"]
    company.settle()
    assert "GetObject" in company.calls_made()
    assert company.outcomes() == Outcomes(journalled=1)
    assert company.notice()["account"]["S"] == ACCOUNT
    assert "open" not in company.notice()


@pytest.mark.parametrize("sample", ["analysis_of_a_chat", "analysis_of_a_mail", "redacted_recording"])
def test_what_is_not_read_is_not_fetched_either(sample: str) -> None:
    company = Company()
    company.tell(sample)
    assert "GetObject" not in company.calls_made()
    assert sum(company.outcomes().ignored.values()) == 1


def test_a_file_that_is_not_there_yet_is_read_when_it_is() -> None:
    company = Company(files=False)
    company.tell("analysis_redacted", "answered")
    assert company.words() == []
    assert company.outcomes().unreadable == {"connect: what it tells of is not there, or we may not read it": 1}
    pending = balance_of(company.span(), table=company.table, bucket=company.bucket)
    assert (pending.pending["reader"].units, pending.balances) == (1, True)
    company.write_down()
    company.try_again()
    assert len(company.words()) == 1
    assert company.outcomes() == Outcomes(journalled=1)


@pytest.mark.parametrize("sample", ["unreadable_analysis", "unreadable_large_analysis"])
def test_what_cannot_be_read_stays_visible_and_tells_nobody_anything(
    sample: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    company = Company()
    company.tell(sample)
    ((reason, number),) = company.outcomes().unreadable.items()
    assert number == 1
    assert company.notice()["open"]["S"].startswith("unreadable")
    assert "Ana" not in reason + caplog.text + capsys.readouterr().out


def test_nothing_that_was_said_is_logged(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level("DEBUG")
    company = Company()
    company.tell("analysis", "answered")
    assert len(company.words()) == 1
    assert not any(word in caplog.text + capsys.readouterr().out for word in ("Ana", "pedido", "dígame", ANA))


@pytest.mark.parametrize("bucket", ["mail", "deliveries", "connect2", "somebody-elses"])
def test_no_other_bucket_is_ever_read(bucket: str) -> None:
    company = Company()
    told = orjson.loads(SAMPLES["analysis"])
    told["detail"]["bucket"]["name"] = bucket
    company.own.event(told, request_id="r1")
    company.settle()
    assert "GetObject" not in company.calls_made()
    assert sum(company.outcomes().unreadable.values()) == 1


def test_when_the_table_refuses_it_waits_on_the_spill_queue() -> None:
    company = Company()
    Refusing(company, "PutItem")
    company.own.event(orjson.loads(SAMPLES["analysis"]), request_id="r1")
    assert len(list(company.cloud.look().messages(company.own.spill._url))) == 1


def test_replaying_reads_the_file_again_and_finds_no_difference() -> None:
    company = Company()
    company.tell("answered", "analysis_redacted")
    before = company.scan()
    assert list(company.replay()) == []
    assert company.scan() == before


def test_replaying_takes_nothing_away_once_the_file_is_no_more() -> None:
    """How long the instance's bucket keeps it is not ours to say."""
    company = Company()
    company.tell("answered", "analysis_redacted")
    before = company.scan()
    for name in FILES:
        company.cloud.client("s3").delete_object(Bucket=BUCKET, Key=name)
    assert list(company.replay()) == []
    assert company.scan() == before


def test_whoever_is_to_be_forgotten_it_is_found_with_all_that_leads_to_it() -> None:
    company = Company()
    company.tell("analysis_redacted", "answered", "abandoned")
    found = {each.where for each in held(customer_id(IDENTITY), table=company.table, bucket=company.bucket)}
    telling = telling_words(company)
    row = keys.said(channel="connect_phone", account=ACCOUNT, external_id=contact(1))
    assert len(telling) == 3
    assert telling | {row} <= found


def test_what_was_said_in_a_call_of_which_nothing_came_is_nobodys_until_something_does() -> None:
    company = Company()
    company.tell("abandoned", "analysis_redacted")
    assert telling_words(company).isdisjoint(
        each.where for each in held(customer_id(IDENTITY), table=company.table, bucket=company.bucket)
    )
    assert set(nobodys(INSTANCES_OWN, company.table)) == telling_words(company)
    company.tell("answered")
    assert list(nobodys(INSTANCES_OWN, company.table)) == []


def test_what_was_said_in_a_call_that_was_put_aside_stays_nobodys() -> None:
    company = Company()
    notice, name = _told_as(SAMPLES["analysis_redacted"], contact(19))
    company.put(name, FILES[_name(SAMPLES["analysis_redacted"])])
    company.own.event(orjson.loads(notice), request_id="r9")
    company.tell("listened_to")
    assert set(nobodys(INSTANCES_OWN, company.table)) == telling_words(company)


INSTANCES_OWN = f"phone:{ACCOUNT}:{ACCOUNT}"


def telling_words(company: Company) -> set[Key]:
    """Return what of the journal has words, or the notice of them."""
    return {
        Key(item["pk"]["S"], item["sk"]["S"])
        for item in kept(company)
        if ":analysis" in item["sk"]["S"] or b"aws.s3" in _body(item)
    }
