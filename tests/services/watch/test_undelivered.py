"""Whoever thinks that the customer was answered is told that they were not: once each time, whatever dies."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from services.watch.rounds import DRIVEN
from shared.casework.cases import BY_OURSELVES
from shared.casework.replies import Act, ReplyHead
from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.escalation import Escalation
from shared.ids import escalation_id, step_id
from shared.models import Receipt
from shared.projection.replies import PATIENCE
from shared.store import keys
from tests.conftest import NOW
from tests.services.watch.meddling import Death, beside, dying, just_before
from tests.services.watch.shop import HOUR, MINUTE, TICK, Shop, identity, said

COMPLAINT = "Me han cobrado dos veces la factura"
CASE = escalation_id(identity=identity(), external_id="1", department="billing")
ASKED = step_id(subject="u1", identity=identity(), idempotency_key="answer")
REPLY = ASKED.replace("stp_", "rpl_")
ASKED_AT = NOW + 10 * MINUTE


class Counter(Shop):
    """A shop in which Ana has complained, and somebody has answered her; nobody minds how long she waits."""

    def __init__(self) -> None:
        super().__init__()
        self.patient()

    def complaint(self, then: str = "accepted") -> None:
        self.has(said(text=COMPLAINT))
        if then == "accepted":
            self.clock = NOW + MINUTE
            self.do(CASE, "accepted")
            self.settle()

    def answers(self, case: str | None = CASE, **more: Any) -> None:
        """Let somebody of billing ask for an answer; nobody has sent it yet."""
        self.clock = ASKED_AT
        by = Agent(subject="u1", department="billing")
        plain = {"text": "Ya está devuelto.", "channel": "telegram", "account": "shop", "escalation_id": case}
        asked = ReplyAsked.model_validate(
            {"id": ASKED, "identity": identity(), "at": ASKED_AT, "by": by} | plain | more
        )
        assert reply_id(asked) == REPLY
        self.has(asked)

    def becomes(self, *acts: Act, by: Agent = BY_OURSELVES, **more: Any) -> None:
        """Let that become of the answer, one thing after the other, at this instant."""
        for act in acts:
            self.has(self.move(act, by, **more))

    def move(self, act: Act, by: Agent = BY_OURSELVES, **more: Any) -> ReplyMove:
        number = self.reply().number + 1
        what = {"id": f"stp_{number}", "identity": identity(), "at": self.clock, "by": by, "reply_id": REPLY}
        return ReplyMove.model_validate(what | {"number": number, "act": act} | more)

    def told(self, status: str, at: datetime, **more: Any) -> None:
        self.clock = at
        self.has(said(Receipt, status, at=at, target="m-7", status=status, **more))

    def reply(self) -> ReplyHead:
        item = self.table.get(keys.reply(identity_name=identity(), reply_id=REPLY))
        assert item is not None
        return ReplyHead.model_validate_json(item["state"]["S"])

    def raised(self) -> list[Escalation]:
        return [case for case in self.cases() if case.reply_id]

    def of_the_complaint(self) -> Escalation:
        (found,) = (case for case in self.cases() if case.id == CASE)
        return found

    def states(self) -> list[tuple[str, str]]:
        return [(case.department, case.state) for case in self.cases()]

    def looks_again(self, at: datetime) -> None:
        for _ in range(3):
            self.round(at)


@pytest.fixture
def world() -> Counter:
    return Counter()


def failed(world: Counter) -> None:
    """Let an answer be sent that answers its case, and then not arrive."""
    world.complaint()
    world.answers()
    world.becomes("attempted", "sent", external_id="m-7")
    assert world.of_the_complaint().state == "answered"
    world.told("failed", NOW + 20 * MINUTE, error="131047")


# -------------------------------------------------------------------------------------------------------- who is told


def test_what_was_answered_by_it_is_taken_up_again(world: Counter) -> None:
    failed(world)
    world.looks_again(NOW + 21 * MINUTE)
    case = world.of_the_complaint()
    assert (case.state, case.is_answered, case.reopened_at) == ("accepted", False, NOW + 21 * MINUTE)
    assert case.last is not None
    assert "did not reach them, says the platform (131047)" in case.last.why
    assert REPLY in case.last.why
    assert world.raised() == []
    *_, handed = world.handed("billing")
    assert handed["reasons"][0]["text"].endswith(f"The reply is {REPLY}.")
    assert world.listed("refused") == []


def test_whoever_has_the_case_is_reminded_when_an_answer_is_not_taken(world: Counter) -> None:
    world.complaint()
    world.answers()
    world.becomes("refused", code="window_closed", why="the customer may be written to for 24 hours")
    world.looks_again(ASKED_AT)
    case = world.of_the_complaint()
    assert (case.state, case.reminders, case.priority) == ("accepted", 1, "high")
    assert case.last is not None
    assert "(window_closed: the customer may be written to for 24 hours)" in case.last.why
    assert world.raised() == []


def test_the_department_that_it_is_offered_to_is_told(world: Counter) -> None:
    world.complaint(then="offered")
    world.answers()
    world.becomes("refused")
    world.looks_again(ASKED_AT)
    case = world.of_the_complaint()
    assert (case.state, case.reminders) == ("offered", 1)


def test_nobody_is_asked_while_there_may_come_word_of_it(world: Counter) -> None:
    world.complaint()
    world.answers()
    world.becomes("attempted", "unknown")
    world.looks_again(ASKED_AT + PATIENCE - TICK)
    assert world.of_the_complaint().reminders == 0
    world.looks_again(ASKED_AT + PATIENCE)
    case = world.of_the_complaint()
    assert case.reminders == 1
    assert case.last is not None
    assert case.last.why.startswith("Nobody can tell whether what was written to the customer was sent")


@pytest.mark.parametrize("name", ["billing", None, "closed_last_year"])
def test_an_answer_that_names_no_case_makes_one(world: Counter, name: str | None) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None, by=Agent(subject="u1", department=name), reply_to=keys.event(said(text="Hola")).sk)
    world.becomes("attempted", "unknown")
    world.looks_again(ASKED_AT + PATIENCE)
    (case,) = world.raised()
    assert (case.department, case.state, case.priority) == (
        "billing" if name == "billing" else "care",
        "offered",
        "high",
    )
    assert [reason.code for reason in case.reasons] == ["reply_unconfirmed"]
    (handed,) = world.handed(case.department)
    assert handed["message"]["text"] == "Hola"


def test_an_answer_to_a_message_that_is_gone_shows_what_was_said_last(world: Counter) -> None:
    world.has(said(text="Hola"), said(name="2", at=NOW + MINUTE, text="¿Hay alguien?"))
    world.answers(case=None, reply_to="event#2020-01-01T00:00:00.000000Z#gone")
    world.becomes("refused")
    world.looks_again(ASKED_AT)
    (handed,) = world.handed("billing")
    assert handed["message"]["external_id"] == "2"


def test_a_case_that_is_closed_by_then_has_another_one_made(world: Counter) -> None:
    failed(world)
    world.do(CASE, "closed")
    world.settle()
    world.looks_again(NOW + 21 * MINUTE)
    assert world.states() == [("billing", "closed"), ("billing", "offered")]
    (case,) = world.raised()
    assert [reason.code for reason in case.reasons] == ["reply_failed"]


def test_a_case_is_never_taken_for_closed_before_somebody_was_told(world: Counter) -> None:
    failed(world)
    world.looks_again(NOW + 30 * 24 * HOUR)
    assert world.of_the_complaint().state == "accepted"


def test_nobody_is_asked_about_what_no_person_wrote(world: Counter) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None, automatic=True, by=BY_OURSELVES)
    world.becomes("attempted", "sent", external_id="m-7")
    world.told("failed", NOW + 20 * MINUTE)
    world.looks_again(NOW + HOUR)
    assert world.cases() == []


# ------------------------------------------------------------------------------------------------- once, whatever comes


def test_of_two_times_that_it_is_refused_somebody_is_told_twice(world: Counter) -> None:
    world.complaint()
    world.answers()
    world.becomes("refused")
    world.looks_again(ASKED_AT)
    world.becomes("not_there", by=Agent(subject="u1"))
    world.becomes("refused")
    world.looks_again(ASKED_AT)
    assert world.of_the_complaint().reminders == 2


def test_what_is_told_of_it_again_tells_nobody_again(world: Counter) -> None:
    failed(world)
    world.looks_again(NOW + 21 * MINUTE)
    world.do(CASE, "closed")
    world.settle()
    before = world.cases()
    world.told("sent", NOW + 19 * MINUTE)
    assert world.listed("refused") != [], "it stands as it stood"
    world.looks_again(NOW + HOUR)
    assert world.cases() == before


@pytest.mark.parametrize(("status", "state"), [("delivered", "withdrawn"), ("read", "withdrawn"), ("sent", "offered")])
def test_what_arrived_after_all_is_asked_about_no_more(world: Counter, status: str, state: str) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None)
    world.becomes("attempted", "sent", external_id="m-7")
    world.told("failed", NOW + 20 * MINUTE)
    world.looks_again(NOW + 21 * MINUTE)
    world.told(status, NOW + 22 * MINUTE)
    assert [case.state for case in world.raised()] == [state]


@pytest.mark.parametrize("act", ["not_there", "given_up", "sent"])
def test_what_somebody_has_decided_about_is_asked_about_no_more(world: Counter, act: Act) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None)
    world.becomes("attempted", "unknown")
    world.looks_again(ASKED_AT + PATIENCE)
    world.becomes(act, by=Agent(subject="u1"))
    assert [case.state for case in world.raised()] == ["withdrawn"]
    assert world.listed("offered") == []


def test_what_somebody_has_accepted_is_theirs(world: Counter) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None)
    world.becomes("refused")
    world.looks_again(ASKED_AT)
    (case,) = world.raised()
    world.do(case.id, "accepted")
    world.becomes("given_up", by=Agent(subject="u1"))
    assert [case.state for case in world.raised()] == ["accepted"]


def test_what_was_decided_before_its_record_comes_goes_to_nobody(world: Counter) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None)
    world.becomes("refused")
    world.round(ASKED_AT, then_settle=False)
    decided = world.move("given_up", Agent(subject="u1"))
    world.keep(decided)
    world.projector().take(decided)
    world.settle()
    assert [case.state for case in world.raised()] == ["withdrawn"]
    assert world.handed("billing") == []


def test_what_becomes_of_it_while_the_watch_looks_counts(world: Counter) -> None:
    world.has(said(text="Hola"))
    world.answers(case=None)
    world.becomes("refused")
    by = Agent(subject="u1")
    with just_before(world.cloud, lambda operation, _: operation == "Query", lambda: world.becomes("given_up", by=by)):
        world.round(ASKED_AT)
    assert [case.state for case in world.raised()] in ([], ["withdrawn"])
    assert world.listed("refused") == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("story", ["failed", "refused"])
def test_dying_at_any_call_tells_somebody_once(story: str, moment: str) -> None:
    number, is_over = 1, False
    while not is_over:
        world = Counter()
        _told(world, story)
        with dying(world.cloud, number, moment):
            world.clock = NOW + 30 * MINUTE
            try:
                DRIVEN["refused"](world.projector(), keys.reply(identity_name=identity(), reply_id=REPLY))
                is_over = True
            except Death:
                number += 1
        with suppress(Death):
            world.settle()
        world.looks_again(NOW + 2 * HOUR)
        assert _what_is_known(world) == _calmly(story), (number, moment)
    assert number > 5, "several calls were made"


@pytest.mark.parametrize("story", ["failed", "refused"])
def test_two_watches_at_once_tell_somebody_once(story: str) -> None:
    world = Counter()
    _told(world, story)
    world.clock = NOW + 30 * MINUTE
    with beside(world.cloud, world.watch):
        world.watch()
    world.settle()
    assert _what_is_known(world) == _calmly(story)


def _told(world: Counter, story: str) -> None:
    if story == "failed":
        failed(world)
        return
    world.has(said(text="Hola"))
    world.answers(case=None)
    world.becomes("refused")


def _calmly(story: str) -> list[tuple[str, str, int, int]]:
    world = Counter()
    _told(world, story)
    world.round(NOW + 30 * MINUTE)
    return _what_is_known(world)


def _what_is_known(world: Counter) -> list[tuple[str, str, int, int]]:
    """Return how each case stands, and how often it was put on a queue."""
    return [(case.id, case.state, case.number, len(world.handed(case.department))) for case in world.cases()]
