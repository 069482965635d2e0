"""What did not reach the customer is no answer to clocks: they go as if it had never been said, and tell of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.casework.cases import BY_OURSELVES
from shared.casework.steps import Agent, CaseMove, ReplyAsked, ReplyMove, Step, follow_id
from shared.clocks.runs import runs
from shared.escalation import Escalation
from shared.models import Message, PersonalEvent, Receipt
from shared.projection.timing import Talk, talks
from shared.store import journal, keys, steps
from shared.store.table import Item
from tests import counter
from tests.conftest import NOW
from tests.shared.repair.house import PLAYBOOK

ANA = "counter:shop:ana"
LENA = Agent(subject="lena", department="care")
COMMON: dict[str, Any] = {"identity": ANA, "account": "shop", "channel": "counter"}
HERE = Talk("counter", "direct")
STATUSES = ("sent", "delivered", "read", "failed")


def at(minute: float) -> datetime:
    return NOW - timedelta(minutes=100 - minute)


def message(name: str, minute: float, **said: Any) -> Message:
    return Message(external_id=name, occurred_at=at(minute), **COMMON | said)


def receipt(of: str, minute: float, status: str) -> Receipt:
    about = {"external_id": f"{of}-{status}", "target": of, "occurred_at": at(minute), "status": status}
    return Receipt.model_validate(COMMON | about)


ASKED = message("in-0", 0, text="¿Hasta cuándo abren?")
CASE = Escalation(
    id="esc_1",
    department="care",
    priority="normal",
    reasons=(),
    offered_at=at(0.5),
    accept_by=at(60),
    identity=ANA,
    event_key=keys.event(ASKED).sk,
    customer_id="cus_1",
    playbook_version=1,
)


KEY = keys.escalation(identity_name=ANA, escalation_id=CASE.id)
CASE_ITEM: Item = {"pk": {"S": KEY.pk}, "sk": {"S": KEY.sk}, "state": {"S": CASE.model_dump_json()}}


def moved(number: int, act: str, minute: float, **more: Any) -> CaseMove:
    own = {"id": f"stp_{number}", "identity": ANA, "at": at(minute), "by": BY_OURSELVES, "escalation_id": CASE.id}
    return CaseMove.model_validate(own | {"number": number, "act": act} | more)


class Answer(NamedTuple):
    """Something that the company said, and what the platform told of it afterwards; `thread` is where."""

    name: str
    minute: float
    by_a_reply: bool
    told: frozenset[str]
    thread: str = "direct"

    @property
    def arrived(self) -> bool:
        return "failed" not in self.told or bool(self.told & {"delivered", "read"})

    @property
    def reply_id(self) -> str:
        return f"rpl_{self.name}"

    def events(self) -> list[PersonalEvent]:
        receipts: list[PersonalEvent] = [receipt(self.name, self.minute + 1, status) for status in self.told]
        said = message(self.name, self.minute, direction="outbound", thread=self.thread)
        return receipts if self.by_a_reply else [said, *receipts]

    def taken(self) -> list[Step]:
        """Return the reply, and that it was sent."""
        if not self.by_a_reply:
            return []
        where = {"account": "shop", "channel": "counter", "text": "Hasta las dos", "escalation_id": CASE.id}
        where["thread"] = self.thread
        about: dict[str, Any] = {"identity": ANA, "at": at(self.minute), "by": LENA}
        asked = ReplyAsked.model_validate(about | where | {"id": f"stp_{self.name}"})
        what = {"id": f"stp_{self.name}-1", "reply_id": self.reply_id, "number": 1, "act": "sent"}
        sent = ReplyMove.model_validate(about | what | {"external_id": self.name, "sent_at": at(self.minute)})
        return [asked, sent]

    def answered(self, number: int) -> CaseMove:
        """Return that the case was answered by it."""
        there = {"answered_in": {"identity": ANA, "channel": "counter", "thread": self.thread}}
        own = follow_id(ANA, CASE.id, self.reply_id)
        return moved(number, "answered", self.minute, id=own, **there if self.thread != "direct" else {})


def kept(asked: Iterable[Message], answers: Iterable[Answer], *, first: Answer | None = None) -> list[Item]:
    """Return all that is kept of who asked, and of what the company said. The case was answered by the reply that was
    heard of `first`, else by the earliest; the others moved nothing."""
    answers = list(answers)
    replied = sorted((answer for answer in answers if answer.by_a_reply), key=lambda answer: answer.minute)
    heard_first = first if first in replied else next(iter(replied), None)
    events = [*asked, *(event for answer in answers for event in answer.events())]
    told = [journal.expanded_item(replace(counter.delivery(), received_at=each.occurred_at), each) for each in events]
    taken: list[Step] = [moved(1, "accepted", 0.6)]
    taken += [heard_first.answered(2)] if heard_first else []
    for answer in answers:
        taken += answer.taken()
    return [*told, *map(steps.item, taken), CASE_ITEM]


def shown(items: Iterable[Item]) -> list[tuple[Any, ...]]:
    """Return the runs of all clocks, but for what they tell of what did not reach the customer. That a case was
    answered does not say on which screen: here it is by replies alone."""
    found = runs(talks(items, PLAYBOOK)[HERE], NOW)
    return [(run.kind, run.stretches, run.stopped_at, run.ended, run.screen or "ours") for run in found]


MINUTES = st.lists(st.integers(1, 30), unique=True, max_size=3)


WAYS = st.sampled_from([(True, "otro"), (True, "direct"), (False, "direct")])
TOLD = st.one_of(st.just(frozenset({"failed"})), st.frozensets(st.sampled_from(STATUSES)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Message], list[Answer]]:
    asked = [message(f"in-{minute}", minute, text="¿Hola?") for minute in draw(MINUTES)]

    def answer(minute: int) -> Answer:
        by_a_reply, thread = draw(WAYS)
        at = minute + 0.5 if by_a_reply else minute  # the move of a case comes before what is said at the same instant
        return Answer(f"m-{minute}", at, by_a_reply, draw(TOLD), thread)

    return [ASKED, *asked], [answer(minute) for minute in draw(MINUTES)]


@settings(max_examples=100, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_clocks_go_as_if_what_did_not_reach_the_customer_had_never_been_said(
    history: tuple[list[Message], list[Answer]], chance: Any
) -> None:
    asked, answers = history
    first = chance.choice(answers) if answers else None
    items = kept(asked, answers, first=first)
    chance.shuffle(items)
    assert shown(items) == shown(kept(asked, [answer for answer in answers if answer.arrived], first=first))
    noted = {minute for run in runs(talks(items, PLAYBOOK)[HERE], NOW) for minute in run.unreached}
    assert noted <= {at(answer.minute) for answer in answers if not answer.arrived}


@pytest.mark.parametrize("by_a_reply", [True, False], ids=["through the desk", "in the platform's own app"])
def test_waiting_goes_on_and_tells_of_the_answer_that_did_not_arrive(by_a_reply: bool) -> None:
    lost = Answer("m-1", 10, by_a_reply, frozenset({"sent", "failed"}))
    real = Answer("m-2", 20, by_a_reply, frozenset({"delivered"}))
    first, _ = (run for run in runs(talks(kept([ASKED], [lost, real]), PLAYBOOK)[HERE], NOW) if run.kind != "accept")
    assert (first.kind, first.stopped_at, first.unreached) == ("first_answer", at(20), [at(10)])
    arrived_after_all = lost._replace(told=lost.told | {"delivered"})
    first, *_ = runs(talks(kept([ASKED], [arrived_after_all, real]), PLAYBOOK)[HERE], NOW)
    assert (first.stopped_at, first.unreached) == (at(10), [])


LOST = Answer("m-1", 10, True, frozenset({"sent", "failed"}), "otro")


@pytest.mark.parametrize("by_a_reply", [True, False], ids=["through the desk", "in the platform's own app"])
def test_a_case_s_lost_answer_elsewhere_does_not_hide_the_one_that_arrived_there(by_a_reply: bool) -> None:
    """The second one moves nothing: the case was answered, as everybody thought."""
    real = Answer("m-2", 20, by_a_reply, frozenset({"delivered"}), "otro")
    first, resolve = (
        run for run in runs(talks(kept([ASKED], [LOST, real]), PLAYBOOK)[HERE], NOW) if run.kind != "accept"
    )
    assert (first.stopped_at, first.unreached) == (at(20), [at(10)])
    assert (resolve.kind, resolve.stretches[-1].paused, resolve.unreached) == ("resolve", True, [at(10)])


def test_what_was_answered_before_the_case_was_taken_up_again_does_not_stand_for_a_later_answer() -> None:
    earlier = Answer("m-0", 5, True, frozenset({"delivered"}), "otro")
    again, reopened = message("in-8", 8, text="¿Y el domingo?"), moved(3, "reopened", 9)
    items = [*kept([ASKED, again], [earlier, LOST]), steps.item(reopened), steps.item(LOST.answered(4))]
    *_, last = (run for run in runs(talks(items, PLAYBOOK)[HERE], NOW) if run.kind == "next_answer")
    assert (last.stopped_at, last.unreached) == (None, [at(10)])
    real = Answer("m-2", 20, True, frozenset({"delivered"}), "otro")
    *_, last = (
        run
        for run in runs(talks([*items, *map(steps.item, real.taken())], PLAYBOOK)[HERE], NOW)
        if run.kind == "next_answer"
    )
    assert last.stopped_at == at(20)


@pytest.mark.parametrize("thread", ["direct", "otro"])
def test_a_reply_of_which_only_its_failure_is_known_is_named(thread: str) -> None:
    """Its case was not answered by it, since nobody knew that it was sent."""
    asked, sent = LOST._replace(thread=thread).taken()
    attempted = sent.model_copy(update={"act": "attempted", "external_id": None, "sent_at": None})
    failed = receipt("m-1", 11, "failed").model_copy(update={"reply_id": LOST.reply_id})
    items = [
        *kept([ASKED], []),
        *map(steps.item, (asked, attempted)),
        journal.expanded_item(counter.delivery(), failed),
    ]
    first, *_ = runs(talks(items, PLAYBOOK)[HERE], NOW)
    assert (first.stopped_at, first.unreached) == (None, [at(10)])


def test_a_case_that_was_answered_by_what_did_not_arrive_elsewhere_is_not_answered_by_it() -> None:
    said = message("m-1", 10, direction="outbound", thread="otro")
    there = {"identity": ANA, "channel": "counter", "thread": "otro"}
    move = moved(2, "answered", 10, evidence=keys.event(said).sk, answered_in=there)
    told: list[PersonalEvent] = [ASKED, said, receipt("m-1", 11, "failed").model_copy(update={"thread": "otro"})]
    entries = [journal.expanded_item(counter.delivery(), each) for each in told]
    for items, stopped in ((entries, None), (entries[:2], at(10))):
        first, *_ = runs(talks([*items, CASE_ITEM, steps.item(move)], PLAYBOOK)[HERE], NOW)
        assert (first.stopped_at, first.unreached) == (stopped, [] if stopped else [at(10)])


def test_nobody_is_answered_by_what_failed_to_a_public_post_s_author_in_private() -> None:
    """In the partition of the private address the row `sent#` alone says that it was a reply of ours."""
    key = keys.sent(identity_name=ANA, external_id="m-1")
    ours = '{"reply_id":"rpl_a","identity":"counter:shop:in-public"}'
    row: Item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": ours}}
    echo = message("m-1", 10, direction="outbound")
    told: list[PersonalEvent] = [ASKED, echo, receipt("m-1", 11, "failed")]
    items = [journal.expanded_item(counter.delivery(), each) for each in told]
    first, *_ = runs(talks([*items, row], PLAYBOOK)[HERE], NOW)
    assert (first.stopped_at, first.unreached) == (None, [at(10)])


@pytest.mark.parametrize("settled", [None, 20], ids=["nothing since", "an answer that arrived since"])
def test_an_offer_is_not_taken_back_by_what_did_not_arrive_but_by_what_did(settled: int | None) -> None:
    said = Answer("m-1", 10, False, frozenset({"sent", "failed"}))
    later = [Answer("m-2", settled, False, frozenset({"delivered"}))] if settled else []
    events = [ASKED, *(event for answer in (said, *later) for event in answer.events())]
    withdrawn = moved(1, "withdrawn", 10.1, evidence=keys.event(message("m-1", 10, direction="outbound")).sk)
    items = [*(journal.expanded_item(counter.delivery(), each) for each in events), CASE_ITEM, steps.item(withdrawn)]
    found = {run.kind: run for run in runs(talks(items, PLAYBOOK)[HERE], NOW)}
    stopped = at(settled) if settled else None
    assert [found[kind].stopped_at for kind in ("first_answer", "accept")] == [stopped, stopped]
    assert found["accept"].ended == ("withdrawn" if settled else None)
