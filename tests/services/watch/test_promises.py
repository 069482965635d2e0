"""Promises are raised before they are broken: once each, whatever dies, and never when somebody was faster."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.casework.cases import Doing
from shared.casework.steps import Agent, Commitment, CommitmentEnd, CommitmentMove, Step
from shared.escalation import Escalation
from shared.ids import escalation_id, reminder_id, step_id
from shared.models import Call, PersonalEvent, Receipt
from shared.projection.open_work import listed
from shared.store import keys, steps
from shared.store.table import Item
from tests.conftest import NOW
from tests.double.wire import Arguments
from tests.services.watch.meddling import Death, beside, dying, just_before
from tests.services.watch.shop import HOUR, TICK, Shop, identity, said
from tests.world import playbook

NOTICE = playbook().commitments.notice
UNTIL = NOW + 24 * HOUR
COMPLAINT = "Me han cobrado dos veces la factura"


def step(name: str) -> str:
    return step_id(subject="u1", identity="app:shop:ana", idempotency_key=name)


def commitment(name: str = "a") -> str:
    return step(name).replace("stp_", "com_")


DUE, BROKEN = (reminder_id(term_id=commitment(), stage=stage) for stage in ("due", "broken"))


def promise(name: str = "a", person: str = "ana", department: str | None = "billing", **more: Any) -> Commitment:
    by = Agent(subject="u1", department=department)
    plain = {"matter": "la devolución", "text": "Se lo devolvemos.", "until": UNTIL}
    return Commitment(id=step(name), identity=identity(person), at=NOW, by=by, **plain | more)


def end(at: datetime, outcome: Any = "kept") -> CommitmentEnd:
    by = Agent(subject="u2")
    return CommitmentEnd(id=step("end"), identity=identity(), at=at, by=by, commitment_id=commitment(), outcome=outcome)


def move(name: str, at: datetime, until: datetime) -> CommitmentMove:
    return CommitmentMove(
        id=step(name), identity=identity(), at=at, by=Agent(subject="u2"), commitment_id=commitment(), until=until
    )


class Counter(Shop):
    """A shop in which somebody makes promises, and nobody minds how long a customer waits."""

    def __init__(self) -> None:
        super().__init__()
        self.patient()

    def raised(self) -> dict[str, Escalation]:
        items = (item for item in self.scan() if item["sk"]["S"].startswith(keys.ESCALATION_PREFIX))
        found = (Escalation.model_validate_json(item["state"]["S"]) for item in items)
        return {escalation.id: escalation for escalation in found if escalation.commitment_id}

    def states(self) -> dict[str, str]:
        return {name: escalation.state for name, escalation in self.raised().items()}


@pytest.fixture
def world() -> Counter:
    return Counter()


# ------------------------------------------------------------------------------------------------------- when, and whom


def test_a_promise_is_found_when_it_is_nearly_due_and_not_before(world: Counter) -> None:
    world.has(said(), promise())
    assert world.listed("promised") == [UNTIL - NOTICE]
    assert world.round(UNTIL - NOTICE - TICK)["promised"] == 0
    assert world.raised() == {}
    assert world.round(UNTIL - NOTICE)["promised"] == 1
    (reminder,) = world.raised().values()
    assert (reminder.id, reminder.department, reminder.priority) == (DUE, "billing", "normal")
    assert (reminder.offered_at, reminder.accept_by) == (UNTIL - NOTICE, UNTIL)
    assert [reason.code for reason in reminder.reasons] == ["commitment_due"]
    (hand_off,) = world.handed("billing")
    assert hand_off["commitment"]["text"] == "Se lo devolvemos."
    assert hand_off["message"]["external_id"] == "1"
    assert world.listed("promised") == [UNTIL]


def test_what_is_still_open_when_its_time_is_over_is_raised_again_with_the_fallback(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    world.round(UNTIL)
    assert world.states() == {DUE: "offered"}, "at the very instant it may still be kept"
    world.round(UNTIL + TICK)
    assert world.states() == {DUE: "withdrawn", BROKEN: "offered"}, "nobody is reminded of what is broken"
    broken = world.raised()[BROKEN]
    assert (broken.department, broken.priority, broken.offered_at) == ("care", "high", UNTIL)
    assert [reason.code for reason in broken.reasons] == ["commitment_broken"]
    assert [hand_off["commitment"]["department"] for hand_off in world.handed("care")] == ["billing"]
    assert world.listed("promised") == []
    assert world.round(UNTIL + 99 * HOUR)["promised"] == 0


def test_when_the_watch_was_down_only_the_broken_promise_is_raised(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL + 24 * HOUR)
    assert world.states() == {BROKEN: "offered"}
    assert world.handed("billing") == []
    assert world.listed("promised") == []


def test_nobody_is_reminded_of_what_they_have_only_just_promised(world: Counter) -> None:
    world.has(said(), promise(until=NOW + HOUR))
    assert world.round(NOW)["promised"] == 0
    assert world.round(NOW + HOUR / 2)["promised"] == 1
    assert world.raised()[DUE].accept_by == NOW + HOUR


@pytest.mark.parametrize(
    ("department", "reminded", "told"),
    [
        ("technical", "technical", "care"),
        ("care", "care", "care"),  # nobody stands behind the default department
        (None, "care", "care"),
        ("closed_last_year", "care", "care"),
    ],
)
def test_who_is_reminded_and_who_is_told(world: Counter, department: str | None, reminded: str, told: str) -> None:
    world.has(said(), promise(department=department))
    world.round(UNTIL - NOTICE)
    world.round(UNTIL + TICK)
    found = world.raised()
    assert [found[DUE].department, found[BROKEN].department] == [reminded, told]


@pytest.mark.parametrize(
    "made",
    [promise(until=None), promise(stance="refusal", until=None), promise(stance="refusal")],
    ids=["without a term", "a refusal", "a refusal with a term"],
)
def test_what_has_no_term_is_never_due(world: Counter, made: Commitment) -> None:
    world.has(said(), made)
    assert world.listed("promised") == []


# ----------------------------------------------------------------------------------------------------- what it rests on

TO_BILLING = escalation_id(identity=identity(), external_id="1", department="billing")


@pytest.mark.parametrize(
    ("events", "case", "expected"),
    [
        ([said(name="1"), said(name="2", at=NOW + HOUR)], None, "2"),
        ([said(name="1", text=COMPLAINT), said(name="2", at=NOW + HOUR)], TO_BILLING, "1"),
        ([said(name="1"), said(name="2", at=NOW + HOUR)], "esc_of_somebody_else", "2"),
        ([said(name="1"), said(name="2", at=NOW + HOUR, direction="outbound")], None, "1"),
        ([said(name="2", direction="outbound"), said(Receipt, "3", at=NOW + HOUR, status="read")], None, "2"),
        ([said(name="1"), said(Call, "2", at=NOW + HOUR, status="completed")], None, "1"),
        ([said(Call, "1", status="missed"), said(Call, "2", at=NOW + HOUR, status="completed")], None, "2"),
        ([said(Receipt, "7", status="read", dated=False)], None, "7"),
    ],
    ids=[
        "the newest message",
        "the message of its case",
        "a case that is not theirs",
        "what the customer said rather than we",
        "what we said rather than a receipt",
        "a message rather than a call",
        "the newest call of somebody who never writes",
        "all there is, and undated",
    ],
)
def test_what_the_hand_off_shows(world: Counter, events: list[PersonalEvent], case: str | None, expected: str) -> None:
    world.has(*events, promise(escalation_id=case))
    world.round(UNTIL - NOTICE)
    (hand_off,) = [found for found in world.handed("billing") if found["commitment"]]
    assert hand_off["message"]["external_id"] == expected
    assert [key.rpartition("#")[2] for key in hand_off["evidence"]] == [expected]


def test_a_promise_to_nobody_fails_and_holds_up_nobody(world: Counter) -> None:
    world.has(promise(), promise("b", "bea", until=UNTIL + TICK), said(person="bea"))
    assert world.round(UNTIL - NOTICE + TICK)["promised"] == 2
    assert world.raised().keys() == {reminder_id(term_id=commitment("b"), stage="due")}
    assert world.listed("promised") == [UNTIL - NOTICE + TICK + timedelta(minutes=1), UNTIL + TICK]
    world.has(said())
    world.round(UNTIL - NOTICE + HOUR)
    assert world.raised().keys() == {reminder_id(term_id=commitment("b"), stage="due"), DUE}


# --------------------------------------------------------------------------------------------- when somebody was faster


@pytest.mark.parametrize(
    "then",
    [end(NOW + HOUR), end(NOW + HOUR, "withdrawn"), move("m", NOW + HOUR, UNTIL + 24 * HOUR)],
    ids=["kept", "withdrawn", "moved"],
)
def test_what_was_seen_to_before_is_not_raised(world: Counter, then: Step) -> None:
    world.has(said(), promise(), then)
    assert world.round(UNTIL - NOTICE)["promised"] == 0
    assert world.round(UNTIL + TICK)["promised"] == 0
    assert world.raised() == {}


@pytest.mark.parametrize(
    "then",
    [end(NOW + HOUR), end(NOW + HOUR, "withdrawn"), move("m", NOW + HOUR, UNTIL + 24 * HOUR)],
    ids=["kept", "withdrawn", "moved"],
)
def test_the_index_may_list_what_is_over(world: Counter, then: Step) -> None:
    """It is eventually consistent: the head is read first."""
    world.has(said(), promise(), then)
    head = keys.commitment(identity_name=identity(), commitment_id=commitment())
    before = world.table.get(head)
    assert before is not None
    world.table.set(head, listed("promised", head, UNTIL - NOTICE))
    assert world.round(UNTIL - NOTICE)["promised"] == 1
    assert world.raised() == {}
    assert world.table.get(head) == before


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (end(UNTIL), {DUE: "withdrawn"}),
        (end(UNTIL, "withdrawn"), {DUE: "withdrawn"}),
        (move("m", UNTIL, UNTIL + 24 * HOUR), {DUE: "withdrawn"}),
    ],
    ids=["kept", "withdrawn", "moved"],
)
def test_a_reminder_that_nobody_has_taken_up_is_withdrawn(world: Counter, then: Step, expected: dict[str, str]) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    world.has(then)
    assert world.states() == expected
    assert world.listed("offered") == []


def test_what_is_kept_late_is_broken_no_more(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    world.round(UNTIL + TICK)
    world.has(end(UNTIL + HOUR))
    assert world.states() == {DUE: "withdrawn", BROKEN: "withdrawn"}


def test_a_reminder_that_somebody_has_accepted_is_theirs(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    accept(world, DUE)
    world.has(end(UNTIL))
    assert world.states() == {DUE: "accepted"}


def test_a_promise_that_is_moved_is_raised_at_its_new_time_even_when_it_is_moved_back(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    world.has(move("m", UNTIL - HOUR, UNTIL + 24 * HOUR), move("n", UNTIL - HOUR + TICK, UNTIL))
    assert world.round(UNTIL - HOUR / 2 + TICK)["promised"] == 1
    assert world.states() == {DUE: "withdrawn", reminder_id(term_id=step("n"), stage="due"): "offered"}
    world.round(UNTIL + TICK)
    assert world.states()[reminder_id(term_id=step("n"), stage="broken")] == "offered"


def test_what_is_kept_between_the_watchs_look_and_its_reminder_goes_to_nobody(world: Counter) -> None:
    world.has(said(), promise())
    with just_before(world.cloud, reads_the_journal, lambda: world.has(end(UNTIL - NOTICE))):
        world.round(UNTIL - NOTICE)
    assert world.states() == {DUE: "withdrawn"}
    assert world.handed("billing") == []
    assert world.listed("promised") == []
    assert world.listed("offered") == []


def test_what_is_kept_before_the_stream_brings_the_reminder_goes_to_nobody(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE, then_settle=False)
    steps.keep(world.table, end(UNTIL))
    world.projector().take(end(UNTIL))
    world.settle()
    assert world.states() == {DUE: "withdrawn"}
    assert world.handed("billing") == []


def test_a_reminder_left_behind_and_withdrawn_meanwhile_is_not_listed_as_offered(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE, then_settle=False)
    key = keys.escalation(identity_name=identity(), escalation_id=DUE)
    world.projector().postpone(key, kind="unprojected", attempts=0)
    steps.keep(world.table, end(UNTIL))
    world.projector().take(end(UNTIL))
    world.projector().again(key)
    assert world.states() == {DUE: "withdrawn"}
    assert world.listed("offered") == world.listed("unprojected") == []


def test_a_reminder_that_is_accepted_at_the_moment_at_which_it_is_withdrawn_is_theirs(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    with just_before(world.cloud, does_something_with_a_case, lambda: accept(world, DUE)):
        world.has(end(UNTIL))
    assert world.states() == {DUE: "accepted"}


def test_a_reminder_that_is_accepted_while_it_is_listed_again_is_not_offered_to_anybody(world: Counter) -> None:
    world.has(said(), promise())
    world.round(UNTIL - NOTICE)
    key = keys.escalation(identity_name=identity(), escalation_id=DUE)
    world.projector().postpone(key, kind="unprojected", attempts=0)
    with just_before(world.cloud, writes_a_case, lambda: accept(world, DUE)):
        world.projector().again(key)
    assert world.states() == {DUE: "accepted"}
    assert world.listed("offered") == []


def accept(world: Counter, name: str) -> None:
    """Let somebody of the department take it on, as the desk does."""
    found = world.projector().cases
    doing = Doing("accepted", world.now(), Agent(subject="u3", department="billing"))
    found.take(found.do(identity(), name, doing, step_id=step("accept")))


def does_something_with_a_case(operation: str, arguments: Arguments) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(keys.moves(DUE))


def writes_a_case(operation: str, arguments: Arguments) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(keys.ESCALATION_PREFIX)


def reads_the_journal(operation: str, arguments: Arguments) -> bool:
    return operation == "Query" and "IndexName" not in arguments


# -------------------------------------------------------------------------------------------------- once, whatever dies


def lasting(world: Counter) -> list[Item]:
    """Return the table without when it was written, and without until when what was raised then is to be accepted."""
    return [
        {name: value for name, value in item.items() if name not in {"projected_at", "open_at", "urgency"}}
        | {"state": {"S": _A_DEADLINE.sub("", item["state"]["S"]) if "state" in item else ""}}
        for item in world.scan()
    ]


_A_DEADLINE = re.compile(r'"accept_by":"[^"]*"')


def handed_over(world: Counter) -> list[list[str]]:
    return [[_A_DEADLINE.sub("", body) for body in world.hand_offs(name)] for name in world.queues]


@pytest.mark.parametrize("at", [UNTIL - NOTICE, UNTIL + TICK], ids=["due", "broken"])
def test_whatever_call_the_watch_dies_at_all_comes_to_the_same(at: datetime) -> None:
    calm = Counter()
    calm.has(said(), promise())
    before = len(calm.calls)
    calm.round(at)
    calls = len(calm.calls) - before
    assert calls > 20
    for number in range(1, calls + 1):
        for moment in ("before", "after"):
            world = Counter()
            world.has(said(), promise())
            with dying(world.cloud, number, moment), suppress(Death):
                world.round(at)
            world.round(at + timedelta(minutes=2))
            assert lasting(world) == lasting(calm), f"{moment} call {number}"
            assert handed_over(world) == handed_over(calm)


def test_two_watches_raise_each_promise_once(world: Counter) -> None:
    world.has(said(), promise())
    world.clock = UNTIL - NOTICE
    with beside(world.cloud, world.watch):
        world.round(UNTIL - NOTICE)
    assert world.states() == {DUE: "offered"}
    assert len(world.handed("billing")) == 1
    assert world.listed("promised") == [UNTIL]


# -------------------------------------------------------------------------------------------------------- what it costs


def test_a_round_costs_what_is_due_and_not_what_is_open() -> None:
    calls = []
    for number in (1, 60):
        world = Counter()
        later = [promise(f"later{count}", until=UNTIL + 48 * HOUR) for count in range(number)]
        world.has(said(), promise(), *later)
        before = len(world.calls)
        assert world.round(UNTIL - NOTICE, then_settle=False)["promised"] == 1
        calls.append([operation for operation, _ in world.calls[before:]])
    assert calls[0] == calls[1]


def test_a_shorter_notice_counts_for_what_is_listed_already(world: Counter) -> None:
    world.has(said(), promise())
    world.republish(commitments={"remind_before_minutes": 30})
    assert world.round(UNTIL - NOTICE)["promised"] == 1
    assert world.raised() == {}
    assert world.listed("promised") == [UNTIL - HOUR / 2]
    assert world.round(UNTIL - HOUR / 2)["promised"] == 1
    assert world.states() == {DUE: "offered"}
