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
    """Something that the company said, and what the platform told of it afterwards."""

    name: str
    minute: int
    by_a_reply: bool
    told: frozenset[str]

    @property
    def arrived(self) -> bool:
        return "failed" not in self.told or bool(self.told & {"delivered", "read"})

    @property
    def reply_id(self) -> str:
        return f"rpl_{self.name}"

    def events(self) -> list[PersonalEvent]:
        receipts: list[PersonalEvent] = [receipt(self.name, self.minute + 1, status) for status in self.told]
        return receipts if self.by_a_reply else [message(self.name, self.minute, direction="outbound"), *receipts]

    def taken(self, number: int) -> list[Step]:
        """Return the reply, and that the case which it names was answered by it."""
        if not self.by_a_reply:
            return []
        where = {"account": "shop", "channel": "counter", "text": "Hasta las dos", "escalation_id": CASE.id}
        about: dict[str, Any] = {"identity": ANA, "at": at(self.minute), "by": LENA}
        asked = ReplyAsked.model_validate(about | where | {"id": f"stp_{self.name}"})
        what = {"id": f"stp_{self.name}-1", "reply_id": self.reply_id, "number": 1, "act": "sent"}
        sent = ReplyMove.model_validate(about | what | {"external_id": self.name, "sent_at": at(self.minute)})
        return [asked, sent, moved(number, "answered", self.minute, id=follow_id(ANA, CASE.id, self.reply_id))]


def kept(asked: Iterable[Message], answers: Iterable[Answer]) -> list[Item]:
    """Return all that is kept of who asked, and of what the company said."""
    answers = list(answers)
    events = [*asked, *(event for answer in answers for event in answer.events())]
    told = [journal.expanded_item(replace(counter.delivery(), received_at=each.occurred_at), each) for each in events]
    taken: list[Step] = [moved(1, "accepted", 0.6)]
    for number, answer in enumerate(answers, start=2):
        taken += answer.taken(number)
    return [*told, *map(steps.item, taken), CASE_ITEM]


def shown(items: Iterable[Item]) -> list[tuple[Any, ...]]:
    """Return the runs of all clocks, but for what they tell of what did not reach the customer."""
    found = runs(talks(items, PLAYBOOK)[HERE], NOW)
    return [(run.kind, run.stretches, run.stopped_at, run.ended, run.screen) for run in found]


MINUTES = st.lists(st.integers(1, 30), unique=True, max_size=3)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Message], list[Answer]]:
    asked = [message(f"in-{minute}", minute, text="¿Hola?") for minute in draw(MINUTES)]
    told = st.frozensets(st.sampled_from(STATUSES))
    return [ASKED, *asked], [Answer(f"m-{each}", each, draw(st.booleans()), draw(told)) for each in draw(MINUTES)]


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_clocks_go_as_if_what_did_not_reach_the_customer_had_never_been_said(
    history: tuple[list[Message], list[Answer]], chance: Any
) -> None:
    asked, answers = history
    items = kept(asked, answers)
    chance.shuffle(items)
    assert shown(items) == shown(kept(asked, [answer for answer in answers if answer.arrived]))
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


def test_a_case_that_was_answered_by_what_did_not_arrive_elsewhere_is_not_answered_by_it() -> None:
    said = message("m-1", 10, direction="outbound", thread="otro")
    there = {"identity": ANA, "channel": "counter", "thread": "otro"}
    move = moved(2, "answered", 10, evidence=keys.event(said).sk, answered_in=there)
    told: list[PersonalEvent] = [ASKED, said, receipt("m-1", 11, "failed").model_copy(update={"thread": "otro"})]
    entries = [journal.expanded_item(counter.delivery(), each) for each in told]
    for items, stopped in ((entries, None), (entries[:2], at(10))):
        first, *_ = runs(talks([*items, CASE_ITEM, steps.item(move)], PLAYBOOK)[HERE], NOW)
        assert first.stopped_at == stopped


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
