"""Nobody waits for ever: whoever is not answered in time is somebody's, told once at each stage, and only while so."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from shared import telemetry
from shared.casework.steps import OURSELVES, Agent, CaseMove, LinkDecision, Talk, pair
from shared.escalation import Escalation
from shared.models import Call, PersonalEvent
from shared.projection.open_work import listed
from shared.projection.unanswered import answer_due, own_id
from shared.store import keys, steps
from tests.conftest import NOW
from tests.double.wire import Arguments
from tests.services.watch.meddling import Death, beside, dying, just_before
from tests.services.watch.shop import ACCEPT_WITHIN, ANSWER_WITHIN, HOUR, MINUTE, TICK, Shop, head_of, identity, said

COMPLAINT = "Me han cobrado dos veces la factura"
DUE, DUE_AGAIN = NOW + ANSWER_WITHIN, NOW + 2 * ANSWER_WITHIN
HELLO = said(text="Hola")


@pytest.fixture
def world() -> Shop:
    return Shop()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The metrics that are counted."""
    found: list[str] = []
    monkeypatch.setattr(telemetry, "count", lambda name, number=1: found.extend([name] * number))
    return found


def answer(at: datetime, name: str = "a", **more: Any) -> PersonalEvent:
    return said(name=name, at=at, direction="outbound", **more)


def own(event: PersonalEvent, world: Shop, at: Any = "overdue") -> str:
    return own_id(world.head(event), at, head_of(event))


def states(world: Shop) -> list[tuple[str, str, str]]:
    return [(case.department, case.priority, case.state) for case in world.cases()]


def moves(world: Shop, person: str = "ana") -> list[CaseMove]:
    found = (steps.read(item) for item in world.scan() if item["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_"))
    return [step for step in found if isinstance(step, CaseMove) and step.identity == identity(person)]


def clock(kind: str, within: Any, **of: str) -> dict[str, Any]:
    return {"kind": kind, "within": dict.fromkeys(("low", "normal", "high", "urgent"), within // MINUTE)} | of


PATIENT = clock("first_answer", 100 * HOUR, department="billing")
"""Whoever accepted something has more time than the customer is to wait."""


# -- when, and whom


def test_who_waits_is_listed_for_when_they_are_to_be_answered(world: Shop) -> None:
    world.has(HELLO)
    assert world.listed("waiting") == [DUE]
    world.has(said(name="2", at=NOW + HOUR))
    assert world.listed("waiting") == [DUE], "the first message counts"
    world.has(answer(NOW + 2 * HOUR))
    assert world.listed("waiting") == []


def test_whom_nobody_answers_in_time_the_default_department_is_told_of(world: Shop, counted: list[str]) -> None:
    world.has(HELLO)
    assert world.round(DUE - TICK)["waiting"] == 0
    world.round(DUE)
    assert world.cases() == [], "at the very instant they may still be answered"
    assert world.round(DUE + TICK)["waiting"] == 1
    case = world.case()
    assert states(world) == [("care", "high", "offered")]
    assert (case.offered_at, case.accept_by) == (DUE + TICK, DUE + TICK + ACCEPT_WITHIN)
    (reason,) = case.reasons
    assert reason.code == "answer_overdue"
    assert "waiting since 2026-11-22T12:00:00Z, and were to hear by 2026-11-22T20:00:00Z" in reason.text
    (hand_off,) = world.handed("care")
    assert (hand_off["message"]["text"], hand_off["claim"]) == ("Hola", case.id)
    assert counted == ["AnswersOverdue"]
    assert world.listed("waiting") == [DUE_AGAIN]


def test_after_as_long_again_it_is_urgent_and_then_there_is_no_further_stage(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK)
    (first,) = world.cases()
    world.do(first.id, "accepted", department="care")
    world.round(DUE_AGAIN + TICK)
    case = world.case()
    assert (case.department, case.priority, case.state) == ("care", "urgent", "accepted"), (
        "they have it, and hear of it"
    )
    assert moves(world)[-1].why.startswith("Still nobody has answered the customer")
    assert (world.listed("waiting"), world.listed("long_waiting")) == ([], [NOW]), "and is known to wait"
    world.round(DUE_AGAIN + MINUTE)
    assert len(moves(world)) == 2


def test_what_was_told_and_closed_without_an_answer_is_urgent_for_the_last_resort(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK)
    world.do(world.case().id, "accepted", department="care")
    world.do(world.case().id, "closed", department="care")
    world.round(DUE_AGAIN + TICK)
    assert states(world) == [("care", "high", "closed"), ("care", "urgent", "offered")]
    assert len(world.handed("care")) == 2


@pytest.mark.parametrize("person", ["ana", "ana-in-private"])
def test_who_waits_where_a_case_went_on_is_its_departments_and_nobody_elses(world: Shop, person: str) -> None:
    world.republish(clocks=[PATIENT])
    world.has(said(text=COMPLAINT))
    if person != "ana":
        linked = {"id": "stp_l", "identity": identity("ana"), "at": NOW, "by": Agent(subject="u1")}
        pairs = (pair(identity("ana"), identity(person)),)
        steps.keep(world.table, LinkDecision.model_validate(linked | {"decision": "linked", "pairs": pairs}))
        world.settle()
    case = world.case().id
    there = Talk(identity=identity(person), channel="telegram", thread="private")
    for act, more in (("accepted", {}), ("answered", {"answered_in": there}), ("reopened", {})):
        world.do(case, act, **more)  # type: ignore[arg-type]
    world.has(said(name="2", person=person, thread="private", text="¿Y bien?"))
    world.round(DUE + TICK)
    assert [state for department, _, state in states(world)] == ["accepted"]
    assert moves(world)[-1].act == "reminded"


def test_the_department_that_has_the_matter_is_reminded_and_no_second_case_is_made(world: Shop) -> None:
    world.republish(clocks=[PATIENT])
    world.has(said(text=COMPLAINT))
    world.do(world.case().id, "accepted")
    world.clock = NOW + HOUR
    world.do(world.case().id, "corrected", priority="low")
    world.round(DUE + TICK)
    assert states(world) == [("billing", "high", "accepted")]
    (*before, reminded) = moves(world)
    assert len(before) == 2, "accepted, corrected"
    assert (reminded.act, reminded.by.subject) == ("reminded", OURSELVES)
    assert "were to hear by" in reminded.why
    (*_, hand_off) = sorted(world.handed("billing"), key=lambda found: int(found["offer"]))
    assert "It still waits (billing). Nobody has answered the customer" in hand_off["reasons"][0]["text"]


def test_whoever_has_had_it_for_long_loses_it_at_the_second_stage(world: Shop) -> None:
    world.republish(clocks=[clock("accept", 100 * HOUR)])
    world.has(said(text=COMPLAINT))
    world.round(DUE + TICK)
    assert states(world) == [("billing", "high", "offered")]
    world.round(DUE_AGAIN + TICK)
    assert states(world) == [("care", "urgent", "offered")]
    assert [stop.department for stop in world.case().path] == ["billing"]


def test_whoever_has_it_for_a_moment_only_keeps_it_at_the_second_stage(world: Shop) -> None:
    world.republish(clocks=[clock("accept", 100 * HOUR)])
    world.has(said(text=COMPLAINT))
    world.round(DUE + TICK)
    world.clock = DUE_AGAIN - MINUTE
    world.do(world.case().id, "returned", to="technical")
    world.round(DUE_AGAIN + TICK)
    assert states(world) == [("technical", "urgent", "offered")]


def test_whoever_answered_before_is_asked_when_the_customer_waits_again(world: Shop) -> None:
    world.has(said(text=COMPLAINT))
    world.do(world.case().id, "accepted")
    world.do(world.case().id, "answered")
    world.has(answer(NOW + HOUR), said(name="2", at=NOW + 2 * HOUR, text="¿Y bien?"))
    world.round(NOW + 2 * HOUR + ANSWER_WITHIN + TICK)
    assert states(world) == [("billing", "high", "accepted")], "they were asked at once, and are pressed now"
    (hand_off,) = [found for found in world.handed("billing") if found["reasons"][0]["code"] == "reopened"]
    assert hand_off["message"]["text"] == "¿Y bien?"
    world.round(NOW + 2 * HOUR + 2 * ANSWER_WITHIN + TICK)
    assert states(world)[0][:2] == ("care", "urgent")


def test_a_first_and_a_next_answer_have_clocks_of_their_own_by_channel(world: Shop) -> None:
    world.republish(
        clocks=[clock("first_answer", HOUR, channel="telegram"), clock("next_answer", 3 * HOUR), clock("accept", HOUR)]
    )
    world.has(HELLO)
    assert world.listed("waiting") == [NOW + HOUR]
    world.has(answer(NOW + HOUR), said(name="2", at=NOW + 2 * HOUR))
    assert world.listed("waiting") == [NOW + 3 * HOUR], "it might be a new matter: that is found out then"
    world.round(NOW + 3 * HOUR)
    assert world.listed("waiting") == [NOW + 5 * HOUR]
    assert world.cases() == []


def test_the_clock_stands_still_while_the_default_department_is_closed(world: Shop) -> None:
    """NOW is a Sunday noon in November: an hour later in Madrid."""
    office = {"name": "office", "time_zone": "Europe/Madrid", "hours": {"mon-fri": ["09:00-17:00"]}}
    with_calendar = [
        each.model_dump() | ({"calendar": "office"} if each.name == "care" else {})
        for each in world.playbook.departments
    ]
    world.republish(calendars=[office], departments=with_calendar)
    world.has(HELLO)
    assert world.round(DUE)["waiting"] == 1, "another department might have had it, which never closes"
    assert world.listed("waiting") == [datetime.fromisoformat("2026-11-23T16:00:00Z")]
    world.round(datetime.fromisoformat("2026-11-23T16:00:01Z"))
    assert world.case().accept_by == datetime.fromisoformat("2026-11-24T10:00:00Z")
    assert world.listed("waiting") == [datetime.fromisoformat("2026-11-24T16:00:00Z")]


def test_another_conversation_of_the_same_person_is_another_matter(world: Shop) -> None:
    elsewhere = said(name="9", text=COMPLAINT, thread="t-2")
    world.has(HELLO, elsewhere, answer(NOW + MINUTE, "b", thread="t-2"))
    world.round(DUE + TICK)
    asked = next(case for case in world.cases() if case.unanswered)
    assert asked.event_key == keys.event(HELLO).sk
    assert [move.act for move in moves(world) if move.escalation_id != asked.id] == ["withdrawn"], "that was answered"


@pytest.mark.parametrize(
    ("first", "others"),
    [
        (said(Call, "7", status="missed"), []),
        (said(name="7", dated=False), [said(name="6", dated=False, at=NOW + MINUTE)]),
        (said(name="7", text="a"), [said(name="5", thread="t-2"), said(name="6", direction="outbound", at=NOW - HOUR)]),
        (said(name="7", text="a"), [said(name="9", text="b")]),
    ],
    ids=["a missed call", "an undated message", "beside others of that instant", "two at one instant"],
)
def test_it_rests_on_the_message_that_waits(world: Shop, first: PersonalEvent, others: list[PersonalEvent]) -> None:
    world.has(first, *others)
    world.round(DUE + TICK)
    (case,) = [case for case in world.cases() if case.unanswered and case.unanswered.conversation == head_of(first).sk]
    assert case.event_key == keys.event(first).sk


def test_when_the_watch_was_down_through_both_stages_one_step_is_made(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE_AGAIN + 40 * HOUR)
    assert states(world) == [("care", "urgent", "offered")]
    assert world.case().accept_by == DUE_AGAIN + 40 * HOUR + ACCEPT_WITHIN
    assert world.listed("waiting") == []


# -- only while they wait


def test_the_index_may_list_who_waits_no_more(world: Shop) -> None:
    world.has(HELLO, answer(NOW + HOUR))
    before = world.table.get(head_of(HELLO))
    world.table.set(head_of(HELLO), listed("waiting", head_of(HELLO), NOW))
    assert world.round(DUE + TICK)["waiting"] == 1
    assert world.cases() == []
    assert world.table.get(head_of(HELLO)) == before


def test_what_is_not_due_by_the_playbook_of_today_is_looked_at_later(world: Shop) -> None:
    world.has(HELLO)
    world.republish(clocks=[clock("first_answer", 10 * HOUR)])
    assert world.round(DUE + TICK)["waiting"] == 1
    assert world.cases() == []
    assert world.listed("waiting") == [NOW + 10 * HOUR]
    assert answer_due(world.playbook, world.head(HELLO)) == NOW + 10 * HOUR
    world.round(NOW + 10 * HOUR + TICK)
    assert states(world) == [("care", "high", "offered")]


@pytest.mark.parametrize("stage", [DUE, DUE_AGAIN])
def test_what_asks_for_an_answer_goes_when_there_is_one_unless_somebody_has_it(world: Shop, stage: datetime) -> None:
    world.has(HELLO)
    world.round(stage + TICK)
    world.has(answer(stage + MINUTE))
    assert [state for *_, state in states(world)] == ["withdrawn"]
    assert moves(world)[-1].why == "the customer was answered"
    assert world.listed("offered") == world.listed("waiting") == []
    other = Shop()
    other.has(HELLO)
    other.round(stage + TICK)
    other.do(other.case().id, "accepted", department="care")
    other.has(answer(stage + MINUTE))
    assert [state for *_, state in states(other)] == ["answered"], "theirs to close"


def test_an_answer_that_comes_late_counts_from_when_it_was_given(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK)
    world.has(answer(NOW + HOUR))
    assert [state for *_, state in states(world)] == ["withdrawn"]


def test_a_late_answer_before_what_waits_changes_nothing(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK)
    world.has(answer(NOW - HOUR))
    assert states(world) == [("care", "high", "offered")]
    world.round(DUE + MINUTE)
    assert states(world) == [("care", "high", "offered")]


def test_a_message_that_comes_late_makes_the_wait_longer_and_no_second_case(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK)
    world.has(said(name="0", at=NOW - 2 * HOUR, text="¿Hay alguien?"))
    assert world.listed("waiting") == [DUE - 2 * HOUR]
    world.round(DUE + MINUTE)
    assert states(world) == [("care", "high", "offered")], "it is with somebody who was told when it was due already"
    assert moves(world) == []
    assert world.listed("waiting") == [DUE_AGAIN - 2 * HOUR]


def test_who_writes_again_is_not_raised_again(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK)
    world.has(said(name="2", at=DUE + MINUTE, text="¿Hola?"))
    assert world.listed("waiting") == [DUE], "the head was written, and is looked at once more"
    world.round(DUE + 2 * MINUTE)
    assert states(world) == [("care", "high", "offered")]
    assert moves(world) == []
    assert world.listed("waiting") == [DUE_AGAIN]


def test_who_writes_again_does_not_have_a_department_reminded_twice(world: Shop) -> None:
    world.republish(clocks=[PATIENT])
    world.has(said(text=COMPLAINT))
    world.do(world.case().id, "accepted")
    world.do(world.case().id, "corrected", priority="low")
    world.round(DUE + TICK)
    number = world.case().number
    world.has(said(name="2", at=DUE + MINUTE, text="¿Hola?"))
    world.round(DUE + 2 * MINUTE)
    assert world.case().number == number


@pytest.mark.parametrize("text", ["Muchas gracias", "ok, perfecto 👍"])
def test_whoever_only_thanks_waits_for_nothing(world: Shop, text: str) -> None:
    world.has(HELLO, answer(NOW + HOUR), said(name="2", at=NOW + 2 * HOUR, text=text))
    assert world.head(HELLO).waiting_since is None
    assert world.listed("waiting") == []
    assert world.round(NOW + 2 * HOUR + ANSWER_WITHIN + TICK)["waiting"] == 0
    assert world.cases() == []


def test_a_head_that_took_a_thank_you_for_a_question_is_mended_by_the_watchs_look(world: Shop) -> None:
    world.has(HELLO, answer(NOW + HOUR), said(name="2", at=NOW + 2 * HOUR, text="Gracias Ana"))
    key, there = head_of(HELLO), world.table.get(head_of(HELLO))
    assert there is not None
    stale = world.head(HELLO).model_copy(update={"waiting_since": NOW + 2 * HOUR})
    extra = listed("waiting", key, NOW + 3 * HOUR) | {"projected_at": there["projected_at"]}
    state = stale.model_dump_json(exclude_defaults=True)
    world.table.replace(key, state=state, seen=there["state"]["S"], extra=extra)
    assert world.round(NOW + 3 * HOUR)["waiting"] == 1
    assert world.table.get(key) == there


def test_whoever_asks_after_having_thanked_has_waited_since_then(world: Shop) -> None:
    asks = said(name="3", at=NOW + 5 * HOUR, text="¿Y lo otro?")
    world.has(HELLO, answer(NOW + HOUR), said(name="2", at=NOW + 2 * HOUR, text="Gracias"), asks)
    due = NOW + 5 * HOUR + ANSWER_WITHIN
    assert world.head(HELLO).waiting_since == NOW + 5 * HOUR
    assert world.listed("waiting") == [due]
    world.round(due + TICK)
    asked = next(case for case in world.cases() if case.unanswered)
    assert asked.event_key == keys.event(asks).sk
    assert "waiting since 2026-11-22T17:00:00Z" in asked.reasons[0].text
    assert world.listed("waiting") == [due + ANSWER_WITHIN]
    world.has(answer(due + HOUR, "b"))
    assert {case.state for case in world.cases()} == {"withdrawn"}


def test_whoever_thanks_after_having_asked_still_waits(world: Shop) -> None:
    world.has(HELLO, said(name="2", at=NOW + HOUR, text="Gracias"))
    world.round(DUE + TICK)
    assert states(world) == [("care", "high", "offered")]
    assert world.case().event_key == keys.event(HELLO).sk


# -- when somebody is faster


def test_who_is_answered_between_the_watchs_look_and_its_offer_is_nobodys(world: Shop) -> None:
    world.has(HELLO)
    with just_before(world.cloud, offers, lambda: project(world, answer(DUE))):
        world.round(DUE + TICK)
    assert [state for *_, state in states(world)] == ["withdrawn"]
    assert world.handed("care") == []
    assert world.listed("waiting") == world.listed("offered") == []


def test_who_is_answered_before_the_stream_brings_the_offer_is_nobodys(world: Shop) -> None:
    world.has(HELLO)
    world.round(DUE + TICK, then_settle=False)
    project(world, answer(DUE))
    world.settle()
    assert [state for *_, state in states(world)] == ["withdrawn"]
    assert world.handed("care") == []


def test_what_is_left_over_is_taken_back_when_its_time_comes(world: Shop) -> None:
    """Whatever died when: nobody is reminded for somebody who was answered."""
    world.has(HELLO)
    world.round(DUE + TICK)
    with just_before(world.cloud, looks_for_what_was_raised, lambda: None):
        project(world, answer(DUE))
    case = world.case()
    assert case.state == "withdrawn"
    stale = case.as_first_offered
    key = keys.escalation(identity_name=case.identity, escalation_id=case.id)
    for item in world.scan():
        if item["sk"]["S"].startswith(keys.moves(case.id)):
            where = {"pk": item["pk"], "sk": item["sk"]}
            world.cloud.client("dynamodb").delete_item(TableName=world.table._name, Key=where)
    there = world.table.get(key)
    assert there is not None
    again = stale.model_dump_json(exclude_defaults=True)
    world.table.replace(key, state=again, seen=there["state"]["S"], extra=listed("offered", key, stale.accept_by))
    world.round(stale.accept_by + TICK)
    assert [state for *_, state in states(world)] == ["withdrawn"]


def project(world: Shop, event: PersonalEvent) -> None:
    """Journal an event, and let a projector of its own bring it at once."""
    world.keep(event)
    bring(world, event)


def bring(world: Shop, event: PersonalEvent) -> None:
    item = world.table.get(keys.event(event))
    assert item is not None
    world.projector().project([item])


def offers(operation: str, arguments: Arguments) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(keys.ESCALATION_PREFIX)


def looks_for_what_was_raised(operation: str, _: Arguments) -> bool:
    return operation == "BatchGetItem"


def test_a_case_that_ends_at_the_moment_at_which_it_is_reminded_is_not_the_end_of_it(world: Shop) -> None:
    world.republish(clocks=[PATIENT])
    world.has(said(text=COMPLAINT))
    world.do(world.case().id, "accepted")
    world.do(world.case().id, "corrected", priority="low")
    world.settle()
    with just_before(world.cloud, journals_a_move, lambda: void(world.do(world.case().id, "closed"))):
        world.round(DUE + TICK)
    assert states(world) == [("billing", "low", "closed")]
    assert world.listed("waiting") == [DUE + TICK + MINUTE], "it is looked at again"
    world.round(DUE + TICK + MINUTE)
    assert states(world) == [("billing", "low", "closed"), ("care", "high", "offered")]


def void(_: object) -> None: ...


def journals_a_move(operation: str, arguments: Arguments) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_")


# -- once, whatever happens


def with_a_case() -> Shop:
    """A shop in which a department has the matter and lets it lie."""
    found = Shop({"clocks": [clock("accept", 100 * HOUR)]})
    found.has(said(text=COMPLAINT))
    return found


def without() -> Shop:
    """A shop in which nobody knows of it."""
    found = Shop()
    found.has(HELLO)
    return found


def lasting(world: Shop) -> list[dict[str, Any]]:
    """Return what is kept, but for what says at which instant the watch came to it."""
    of_an_instant = {"projected_at", "received_at", "open_at", "urgency"}
    found = ({name: value for name, value in item.items() if name not in of_an_instant} for item in world.scan())
    return [item | {"state": _said(item)} for item in found]


def _said(item: dict[str, Any]) -> Any:
    if item["sk"]["S"].startswith(keys.ESCALATION_PREFIX):
        case = Escalation.model_validate_json(item["state"]["S"])
        return case.id, case.department, case.state, case.number, case.priority, case.reasons, case.event_key
    if item["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_"):
        step = steps.read(item)
        assert isinstance(step, CaseMove)
        return step.id, step.number, step.act, step.to, step.why
    return item.get("state")


@pytest.mark.parametrize("at", [DUE, DUE_AGAIN])
@pytest.mark.parametrize("prepared", [with_a_case, without])
def test_whatever_call_the_watch_dies_at_all_comes_to_the_same(prepared: Any, at: datetime) -> None:
    calm = prepared()
    before = len(calm.calls)
    calm.round(at + TICK)
    calls = len(calm.calls) - before
    assert calls > 20
    for number in range(1, calls + 1):
        for moment in ("before", "after"):
            world = prepared()
            with dying(world.cloud, number, moment), suppress(Death):
                world.round(at + TICK)
            world.round(at + 2 * MINUTE)
            assert lasting(world) == lasting(calm), f"{moment} call {number}"
            assert list(map(len, map(world.handed, world.queues))) == list(map(len, map(calm.handed, calm.queues)))
            assert world.listed("waiting") == calm.listed("waiting")


@pytest.mark.parametrize("at", [DUE, DUE_AGAIN])
@pytest.mark.parametrize("prepared", [with_a_case, without])
def test_two_watches_come_to_what_one_comes_to(prepared: Any, at: datetime) -> None:
    calm, world = prepared(), prepared()
    calm.round(at + TICK)
    world.clock = at + TICK
    with beside(world.cloud, world.watch):
        world.round(at + TICK)
    assert lasting(world) == lasting(calm)
    assert world.listed("waiting") == calm.listed("waiting")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_projector_that_dies_with_an_answer_leaves_nobody_asked_for_one(moment: str) -> None:
    number = 0
    ended = False
    while not ended:
        number += 1
        world = without()
        world.round(DUE + TICK)
        world.keep(late := answer(DUE + MINUTE))
        before = len(world.calls)
        with dying(world.cloud, number, moment), suppress(Death):
            bring(world, late)
        ended = len(world.calls) - before < number
        world.settle()
        assert [state for *_, state in states(world)] == ["withdrawn"], f"{moment} call {number}"
        assert world.listed("waiting") == world.listed("offered") == []
    assert number > 5


# -- what it costs


def test_a_round_costs_what_is_due_and_not_who_waits() -> None:
    calls = []
    for number in (1, 40):
        world = without()
        world.has(*(said(name=f"l{count}", person=f"l{count}", at=NOW + HOUR) for count in range(number)))
        before = len(world.calls)
        assert world.round(DUE + TICK, then_settle=False)["waiting"] == 1
        calls.append([operation for operation, _ in world.calls[before:]])
    assert calls[0] == calls[1]
