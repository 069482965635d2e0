"""What departments let lie moves on: once, in time, by one step however long nobody looked, and never past somebody."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.watch import departments
from shared import telemetry
from shared.casework import cases
from shared.casework.steps import OURSELVES, CaseMove
from shared.errors import Conflict
from shared.escalation import Escalation
from shared.projection import records
from shared.projection.open_work import listed
from shared.projection.projector import Projector
from shared.store import keys, steps
from shared.store.keys import Key
from shared.store.table import key_of
from tests.conftest import NOW
from tests.double.wire import Arguments
from tests.services.watch.meddling import Death, beside, dying, just_before
from tests.services.watch.shop import ACCEPT_WITHIN, ANSWER_WITHIN, HOUR, MINUTE, TICK, Shop, identity, said
from tests.world import record

COMPLAINT = "Me han cobrado dos veces la factura"
DUE = NOW + ACCEPT_WITHIN
CLOSE_AFTER = timedelta(days=3)


@pytest.fixture
def world() -> Shop:
    return offered()


def offered() -> Shop:
    """A shop in which something was offered to billing just now."""
    found = Shop()
    found.patient()
    found.has(said(text=COMPLAINT))
    assert (found.case().department, found.case().accept_by) == ("billing", DUE)
    return found


def done(world: Shop) -> list[str]:
    """Return what was done with the one case, in its order."""
    found = [steps.read(item) for item in world.scan() if item["sk"]["S"].startswith(keys.moves(world.case().id))]
    return [f"{step.act} by {step.by.subject}" for step in found if isinstance(step, CaseMove)]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The metrics that are counted."""
    found: list[str] = []
    monkeypatch.setattr(telemetry, "count", lambda name, number=1: found.extend([name] * number))
    return found


# ------------------------------------------------------------------------------------------------------ offers run out


def test_an_offer_that_nobody_accepts_goes_to_the_fallback(world: Shop, counted: list[str]) -> None:
    assert world.round(DUE - TICK)["offered"] == 0
    world.round(DUE)
    assert world.case().department == "billing", "at the very instant it may still be accepted"
    assert world.listed("offered") == [DUE]
    assert world.round(DUE + TICK)["offered"] == 1
    case = world.case()
    assert (case.department, case.state, case.offered_at) == ("care", "offered", DUE + TICK)
    assert case.accept_by == DUE + TICK + ACCEPT_WITHIN
    assert [(stop.department, stop.act) for stop in case.path] == [("billing", "expired")]
    assert world.desks() == {"care": [case.id]}
    (hand_off,) = world.handed("care")
    assert hand_off["claim"] == f"{case.id}-1"
    assert [stop["department"] for stop in hand_off["path"]] == ["billing"]
    assert "billing had not accepted it by 2026-11-22T14:00:00Z" in hand_off["reasons"][0]["text"]
    assert len(world.handed("billing")) == 1, "what they have on their queue stays there; the claim says that it is old"
    assert counted == ["OffersExpired"]


def test_nobody_stands_behind_the_default_department_so_it_is_reminded(world: Shop, counted: list[str]) -> None:
    world.round(DUE + TICK)
    counted.clear()
    at, priorities, gaps = DUE + TICK, [], []
    for _ in range(9):
        due = world.case().accept_by
        gaps.append(due - at)
        at = due + TICK
        world.round(at)
        priorities.append(world.case().priority)
    assert [gap // ACCEPT_WITHIN for gap in gaps] == [1, 1, 2, 4, 8, 16, 32, 32, 32], "each time after twice as long"
    assert priorities == ["high"] + ["urgent"] * 8
    assert {hand_off["claim"] for hand_off in world.handed("care")} == {
        f"{world.case().id}-{number}" for number in range(1, 11)
    }
    assert counted == ["CasesReminded", "LastResortReminded"] * 9


def test_what_is_accepted_and_not_answered_is_raised_once_and_then_taken_away(world: Shop, counted: list[str]) -> None:
    world.clock = NOW + MINUTE
    world.do(world.case().id, "accepted")
    world.settle()
    assert world.round(DUE + TICK)["offered"] == 0
    first = NOW + MINUTE + ANSWER_WITHIN
    world.round(first)
    assert done(world) == ["accepted by u1"]
    world.round(first + TICK)
    case = world.case()
    assert (case.state, case.department, case.priority, case.reminders) == ("accepted", "billing", "high", 1)
    assert case.held_by is not None, "whoever has it still has it"
    assert case.next_by == first + TICK + ANSWER_WITHIN
    assert len(world.handed("billing")) == 2
    assert case.next_by is not None
    world.round(case.next_by + TICK)
    case = world.case()
    assert (case.state, case.department, case.held_by) == ("offered", "care", None)
    assert done(world) == ["accepted by u1", f"reminded by {OURSELVES}", f"expired by {OURSELVES}"]
    assert "billing had not answered it by" in world.handed("care")[0]["reasons"][0]["text"]
    assert counted == ["CasesReminded", "OffersExpired"]


def test_what_was_answered_and_of_which_nothing_more_came_is_closed(world: Shop) -> None:
    world.do(world.case().id, "accepted")
    world.do(world.case().id, "answered")
    world.settle()
    assert world.listed("answered") == [NOW + CLOSE_AFTER]
    world.round(NOW + CLOSE_AFTER + TICK)
    assert world.case().state == "closed"
    assert world.desks() == {}
    assert [item for item in world.scan() if "open" in item and item["sk"]["S"].startswith("escalation#")] == []
    assert world.round(NOW + 400 * CLOSE_AFTER)["answered"] == 0


def asks_on(world: Shop, *, projected: bool) -> None:
    """She asks on after the answer; the stream has brought that, or not yet."""
    world.do(world.case().id, "accepted")
    world.do(world.case().id, "answered")
    world.settle()
    world.clock = NOW + HOUR
    (world.has if projected else world.keep)(said(name="2", at=world.clock, text="Sigue sin devolverse"))


def test_nothing_is_closed_while_she_waits_though_the_stream_has_not_brought_what_she_asked(
    world: Shop, counted: list[str]
) -> None:
    asks_on(world, projected=False)
    assert world.case().state == "answered"
    late = NOW + CLOSE_AFTER + TICK
    for _ in range(2):
        world.round(late)
        case = world.case()
        assert (case.state, case.department) == ("accepted", "billing")
        assert done(world) == ["accepted by u1", "answered by u1", f"reopened by {OURSELVES}"]
        assert world.listed("accepted") == [case.next_by] == [late + ANSWER_WITHIN]
        assert world.desks() == {"billing": [case.id]}
    assert [hand_off["offer"] for hand_off in world.handed("billing")] == [0, 3]
    assert "CasesClosed" not in counted


def test_what_is_taken_up_again_and_left_is_raised_and_taken_away_like_any_other(world: Shop) -> None:
    asks_on(world, projected=True)
    late = NOW + CLOSE_AFTER + TICK
    world.round(late)
    world.round(late + ANSWER_WITHIN + TICK)
    world.round(late + 2 * ANSWER_WITHIN + 2 * TICK)
    assert world.case().department == "care"
    assert done(world)[2:] == [f"reopened by {OURSELVES}", f"reminded by {OURSELVES}", f"expired by {OURSELVES}"]


def test_whatever_call_the_watch_dies_at_she_is_not_forgotten() -> None:
    def prepared() -> Shop:
        shop = offered()
        asks_on(shop, projected=False)
        shop.clock = NOW + CLOSE_AFTER + TICK
        return shop

    calm = prepared()
    before = len(calm.calls)
    calm.watch()
    for number in range(1, len(calm.calls) - before + 1):
        for moment in ("before", "after"):
            world = prepared()
            with dying(world.cloud, number, moment), suppress(Death):
                world.watch()
            world.round(NOW + CLOSE_AFTER + 2 * MINUTE)
            assert world.case().state == "accepted", f"{moment} call {number}"
            assert done(world) == ["accepted by u1", "answered by u1", f"reopened by {OURSELVES}"]
            assert [hand_off["offer"] for hand_off in world.handed("billing")] == [0, 3]


@pytest.mark.parametrize("down", [HOUR, timedelta(days=1), timedelta(days=40)])
def test_when_the_watch_was_down_a_case_moves_by_one_step_and_has_its_whole_time(world: Shop, down: timedelta) -> None:
    at = DUE + down
    for _ in range(3):
        world.round(at)
    case = world.case()
    assert (case.department, case.number, case.accept_by) == ("care", 1, at + ACCEPT_WITHIN)


def test_what_is_given_back_again_and_again_ends_with_the_owner(world: Shop) -> None:
    for department, to in (("billing", "technical"), ("technical", "billing"), ("billing", "technical")):
        world.do(world.case().id, "returned", department=department, to=to, why="No es nuestro.")
    world.settle()
    case = world.case()
    assert (case.department, case.returns) == ("care", 3)
    assert [stop.department for stop in case.path] == ["billing", "technical", "billing"]
    world.round(case.accept_by + TICK)
    assert done(world)[-1] == f"reminded by {OURSELVES}", "and stays there"


# -------------------------------------------------------------------------------------------- departments that are not


def test_an_offer_that_does_not_even_reach_a_queue_runs_out_like_any_other() -> None:
    """The playbook names a department before the template gives it a queue."""
    shop = Shop()
    shop.patient()
    queue = shop.queues.pop("billing")
    shop.keep(said(text=COMPLAINT))
    stream(shop)  # brings the message,
    stream(shop)  # and what was made of it
    assert shop.listed("unprojected"), "it is tried again, in vain"
    shop.round(NOW + HOUR, then_settle=False)
    assert shop.case().department == "billing"
    shop.round(DUE + HOUR, then_settle=False)
    stream(shop)
    assert shop.case().department == "care"
    assert [hand_off["claim"] for hand_off in shop.handed("care")] == [f"{shop.case().id}-1"]
    assert shop.listed("offered") == [DUE + HOUR + ACCEPT_WITHIN]
    assert shop.listed("unprojected") == []
    shop.queues["billing"] = queue
    assert shop.handed("billing") == []


def stream(world: Shop) -> None:
    """Let the stream bring what is new, once, whatever comes of it."""
    batch = world.undone()
    records.stream([record(item, number) for number, item in enumerate(batch)], world.projector())
    world._done |= set(map(key_of, batch))


def test_a_department_that_the_playbook_has_no_more_loses_what_it_has_to_the_default_one(world: Shop) -> None:
    left = [each.model_dump() for each in world.playbook.departments if each.name != "billing"]
    world.republish(departments=left, clocks=world.playbook.clocks)
    world.round(DUE + TICK)
    assert world.case().department == "care"
    accepted = offered()
    accepted.do(accepted.case().id, "accepted")
    accepted.settle()
    accepted.republish(departments=left, clocks=accepted.playbook.clocks)
    accepted.round(NOW + ANSWER_WITHIN + TICK)
    assert done(accepted) == ["accepted by u1", f"expired by {OURSELVES}"], "there is nobody to be reminded"
    assert accepted.case().department == "care"


# --------------------------------------------------------------------------------------------- when somebody is faster


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("accepted", ("accepted", "billing", 1)),
        ("returned", ("offered", "technical", 1)),
        ("handed_over", ("offered", "technical", 1)),
    ],
)
def test_who_does_something_at_the_moment_at_which_it_expires_is_first(world: Shop, act: Any, expected: Any) -> None:
    def just_then() -> None:
        world.do(world.case().id, act, to=None if act == "accepted" else "technical")

    with just_before(world.cloud, journals_a_move, just_then):
        world.round(DUE + TICK)
    case = world.case()
    assert (case.state, case.department, case.number) == expected
    assert world.handed("care") == []
    assert world.listed("accepted") + world.listed("offered") == [case.due_by]


def test_who_accepts_just_after_it_has_expired_is_told_who_has_it(world: Shop) -> None:
    world.round(DUE + TICK)
    with pytest.raises(Conflict, match="it is offered with care: expired by mostrador"):
        world.projector().cases.do(identity(), world.case().id, accepting(world.clock), seen=0)
    world.do(world.case().id, "accepted", department="care")
    assert world.case().held_by is not None


def accepting(at: datetime) -> cases.Doing:
    return cases.Doing("accepted", at, cases.BY_OURSELVES)


def test_what_is_withdrawn_while_the_watch_looks_stays_off_the_list(world: Shop) -> None:
    with just_before(world.cloud, lists_for_later, lambda: void(world.do(world.case().id, "withdrawn"))):
        world.round(DUE + TICK)
    assert world.case().state == "withdrawn"
    assert world.listed("offered") == []
    assert world.desks() == {}


def void(_: object) -> None: ...


def journals_a_move(operation: str, arguments: Arguments) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_")


def lists_for_later(operation: str, _: Arguments) -> bool:
    return operation == "UpdateItem"


def test_the_index_may_list_what_was_done_a_moment_ago(world: Shop) -> None:
    world.do(world.case().id, "accepted")
    key = key_of_case(world.case())
    before = world.table.get(key)
    world.table.set(key, listed("offered", key, DUE))
    world.round(DUE + TICK)
    assert world.table.get(key) == before
    assert done(world) == ["accepted by u1"]


def test_what_is_in_the_journal_counts_before_its_item_says_so(world: Shop) -> None:
    """Somebody accepted, and their process died before it wrote the item; the stream has not come to it yet."""
    accepted = world.projector().cases.do(identity(), world.case().id, accepting(NOW))
    world.round(DUE + TICK, then_settle=False)
    assert done(world) == [f"accepted by {OURSELVES}"]
    world.settle()
    assert world.case().state == "accepted"
    assert world.listed("accepted") == [accepted.due_by]


def key_of_case(case: Escalation) -> Key:
    return keys.escalation(identity_name=case.identity, escalation_id=case.id)


# ---------------------------------------------------------------------------------------------- once, whatever happens


def test_two_watches_move_a_case_once(world: Shop, counted: list[str]) -> None:
    world.clock = DUE + TICK
    with beside(world.cloud, world.watch):
        world.round(DUE + TICK)
    assert done(world) == [f"expired by {OURSELVES}"]
    assert len(world.handed("care")) == 1
    assert world.listed("offered") == [DUE + TICK + ACCEPT_WITHIN]


@pytest.mark.parametrize("accepted", [False, True])
def test_whatever_call_the_watch_dies_at_all_comes_to_the_same(accepted: bool) -> None:
    """What is done is done at the instant at which it is first tried; a second watch finds it, or does it then."""

    def prepared() -> tuple[Shop, datetime]:
        shop = offered()
        if accepted:
            shop.do(shop.case().id, "accepted")
        due = shop.case().due_by
        assert due is not None
        shop.clock = due + TICK
        return shop, shop.clock

    calm, at = prepared()
    before = len(calm.calls)
    calm.round(at)
    calls = len(calm.calls) - before
    assert calls > 20
    for number in range(1, calls + 1):
        for moment in ("before", "after"):
            world, at = prepared()
            with dying(world.cloud, number, moment), suppress(Death):
                world.round(at)
            world.round(at + 2 * MINUTE)
            found, expected = world.case(), calm.case()
            assert (found.number, found.department, found.state) == (
                expected.number,
                expected.department,
                expected.state,
            )
            assert found.due_by in (expected.due_by, (expected.due_by or at) + 2 * MINUTE), f"{moment} call {number}"
            assert done(world) == done(calm)
            assert list(map(len, map(world.handed, world.queues))) == list(map(len, map(calm.handed, calm.queues)))
            assert world.desks() == calm.desks()
            assert world.listed(found.state) == [found.due_by]


def test_what_kills_the_process_does_not_stay_the_first_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    world = offered()
    world.clock = NOW + MINUTE
    world.has(said(name="2", person="bea", at=NOW + MINUTE, text=COMPLAINT))
    poison, other = (world.cases(person=person)[0] for person in ("ana", "bea"))
    move_on = departments.move_on

    def die(projector: Projector, item: Any) -> bool:
        if item["sk"]["S"].endswith(poison.id):
            raise Death
        return move_on(projector, item)

    monkeypatch.setattr(departments, "move_on", die)
    world.clock = DUE + HOUR
    for _ in range(3):
        with suppress(Death):
            world.watch()
    assert [world.cases(person=person)[0].department for person in ("ana", "bea")] == ["billing", "care"]
    assert other.department == "billing"


def test_a_case_that_cannot_be_moved_is_tried_again_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    world = offered()
    world.has(said(name="2", person="bea", text=COMPLAINT))
    move_on = departments.move_on

    def fail(projector: Projector, item: Any) -> bool:
        if item["pk"]["S"].endswith("ana"):
            raise RuntimeError("a bug")
        return move_on(projector, item)

    with monkeypatch.context() as bug:
        bug.setattr(departments, "move_on", fail)
        world.round(DUE + TICK)
    assert [world.cases(person=person)[0].department for person in ("ana", "bea")] == ["billing", "care"]
    world.round(DUE + 2 * MINUTE)
    assert {case.department for case in world.cases()} == {"care"}


# ------------------------------------------------------------------------------------------------------- what it costs


def test_a_round_costs_what_is_due_and_not_what_is_open() -> None:
    calls = []
    for number in (1, 40):
        world = offered()
        world.clock = NOW + HOUR
        world.has(*(said(name=f"l{count}", person=f"l{count}", text=COMPLAINT) for count in range(number)))
        before = len(world.calls)
        assert world.round(DUE + TICK, then_settle=False)["offered"] == 1
        calls.append([operation for operation, _ in world.calls[before:]])
    assert calls[0] == calls[1]
