"""A case that is accepted and not resolved in time is raised with whoever has it: once, in time, and by the clock."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.casework.steps import OURSELVES, CaseMove
from shared.clocks.clock import Clock, clocks
from shared.clocks.targets import targets_for
from shared.projection.timing import Talk, talks
from shared.repair.reproject import reproject
from shared.store import keys, steps
from tests.conftest import NOW
from tests.double.wire import Arguments
from tests.services.watch.meddling import Death, beside, dying, just_before
from tests.services.watch.shop import HOUR, MINUTE, TICK, Shop, identity, minutes, said

COMPLAINT = "Me han cobrado dos veces la factura"
WITHIN = 6 * HOUR
DUE = NOW + WITHIN
_FAR = 365 * 24 * HOUR


def shop(**changes: Any) -> Shop:
    """A shop in which nobody minds how long an answer takes, and every matter is to be resolved in six hours."""
    found = Shop()
    far = minutes(_FAR)
    clocks = [{"kind": kind, "within": far} for kind in ("first_answer", "next_answer")]
    found.republish(
        clocks=[*clocks, {"kind": "resolve", "within": minutes(WITHIN)}],
        priorities=found.playbook.priorities.model_dump() | {"answer_within": far},
        **changes,
    )
    return found


def accepted(**changes: Any) -> Shop:
    """Such a shop in which billing has accepted a complaint ten minutes after it came."""
    found = shop(**changes)
    found.has(said(text=COMPLAINT))
    found.clock = NOW + 10 * MINUTE
    found.do(found.case().id, "accepted")
    found.settle()
    return found


@pytest.fixture
def world() -> Shop:
    return accepted()


def done(world: Shop) -> list[str]:
    items = (item for item in world.scan() if item["sk"]["S"].startswith(keys.moves(world.case().id)))
    return [f"{move.act} by {move.by.subject}" for move in map(steps.read, items) if isinstance(move, CaseMove)]


def raised(world: Shop) -> int:
    """Return how often somebody was told that the one case is not resolved in time: by steps, and by hand-offs."""
    told = [
        hand_off for name in world.queues for hand_off in world.handed(name) if "to be resolved" in _reason(hand_off)
    ]
    said_so = [item for item in world.scan() if item["sk"]["S"].startswith(keys.moves(world.case().id))]
    moves = [move for move in map(steps.read, said_so) if isinstance(move, CaseMove) and move.clock == "resolve"]
    assert len({hand_off["claim"] for hand_off in told}) == len(moves)
    return len(moves)


def _reason(hand_off: dict[str, Any]) -> str:
    return str(hand_off["reasons"][0]["text"])


def looks(world: Shop, *instants: datetime) -> None:
    for at in instants:
        world.round(at)


def matter(world: Shop) -> Clock:
    """Return the last clock of the whole matter, as the lookup shows it."""
    items = list(world.table.query(keys.identity(identity())))
    happened = talks(items, world.playbook)[Talk("telegram", "direct")]
    within = targets_for(world.playbook, channel="telegram")
    found = clocks(happened, within, world.playbook.calendar, world.clock, quiet=world.playbook.hand_offs.close_after)
    return [each for each in found if each.kind == "resolve"][-1]


def test_it_is_listed_for_its_clock_and_raised_once_with_who_has_it(world: Shop) -> None:
    before = world.case()
    looks(world, NOW + 11 * MINUTE)
    assert world.listed("accepted") == [DUE] == [matter(world).due_at]
    assert world.round(NOW + 12 * MINUTE)["accepted"] == 0, "it is looked at once, and then when it is due"
    looks(world, DUE)
    assert raised(world) == 0, "at the very instant it is in time"
    for at in (DUE + TICK, DUE + MINUTE, DUE + HOUR):
        world.round(at)
        assert raised(world) == 1
    case = world.case()
    assert (case.state, case.department, case.held_by) == ("accepted", "billing", before.held_by)
    assert (case.priority, case.unresolved_at) == ("high", DUE + TICK)
    assert (case.next_by, case.reminders) == (before.next_by, 0), "nobody has more time to answer by that, or less"
    assert world.listed("accepted") == [before.next_by]
    assert "It still waits (billing). it was to be resolved by 2026-11-22T18:00:00Z" in _reason(
        world.handed("billing")[-1]
    )
    assert done(world) == ["accepted by u1", f"reminded by {OURSELVES}"]


def test_without_such_a_clock_nobody_looks_before_the_answer_is_due() -> None:
    world = accepted()
    world.republish(clocks=[each for each in world.playbook.clocks if each.kind != "resolve"])
    looks(world, NOW + 11 * MINUTE, DUE + TICK)
    assert raised(world) == 0
    assert world.listed("accepted") == [world.case().next_by]


def test_two_watches_at_once_raise_it_once(world: Shop) -> None:
    looks(world, NOW + 11 * MINUTE)
    world.clock = DUE + TICK
    with beside(world.cloud, world.watch):
        world.round(DUE + TICK)
    looks(world, DUE + MINUTE)
    assert raised(world) == 1
    assert world.listed("accepted") == [world.case().next_by]


def test_two_watches_that_look_for_the_first_time_list_it_for_its_clock(world: Shop) -> None:
    world.clock = NOW + 11 * MINUTE
    with beside(world.cloud, world.watch):
        world.watch()
    looks(world, NOW + 15 * MINUTE)
    assert world.listed("accepted") == [DUE]


def test_after_an_hour_in_which_no_watch_looked_it_is_raised_in_the_first_round(world: Shop) -> None:
    looks(world, DUE + HOUR)
    assert raised(world) == 1
    looks(world, DUE + HOUR + MINUTE)
    assert raised(world) == 1


def test_whatever_call_the_watch_dies_at_it_is_raised_once() -> None:
    def prepared() -> Shop:
        found = accepted()
        found.clock = DUE + TICK
        return found

    calm = prepared()
    before = len(calm.calls)
    calm.watch()
    made = [operation for operation, _ in calm.calls[before:]]
    assert {"UpdateItem", "PutItem"} <= set(made)
    for number in range(made.index("GetItem") + 1, len(made) + 1):  # before that it asks what is due
        for moment in ("before", "after"):
            world = prepared()
            with dying(world.cloud, number, moment), suppress(Death):
                world.watch()
            looks(world, world.clock + 2 * MINUTE, world.clock + 9 * MINUTE)
            assert raised(world) == 1, f"{moment} call {number}"
            assert done(world) == ["accepted by u1", f"reminded by {OURSELVES}"]
            assert world.listed("accepted") == [world.case().next_by]


@pytest.mark.parametrize("act", ["closed", "answered", "handed_over"])
def test_who_does_something_with_it_at_the_very_moment_is_first(world: Shop, act: Any) -> None:
    looks(world, NOW + 11 * MINUTE)

    def just_then() -> None:
        world.do(world.case().id, act, to="technical" if act == "handed_over" else None)

    with just_before(world.cloud, _journals_a_move, just_then):
        world.round(DUE + TICK)
    looks(world, DUE + MINUTE, DUE + HOUR)
    assert raised(world) == 0
    assert done(world) == ["accepted by u1", f"{act} by u1"]


def _journals_a_move(operation: str, arguments: Arguments) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_")


# -- while we wait for the customer


def answered(world: Shop, at: datetime) -> None:
    world.clock = at
    world.has(said(name="a", text="Devuelto", at=at, direction="outbound"))
    assert world.case().state == "answered"


def test_the_time_in_which_the_case_was_answered_does_not_count(world: Shop) -> None:
    answered(world, NOW + HOUR)
    looks(world, DUE + TICK, DUE + HOUR)
    assert raised(world) == 0
    world.clock = asked = DUE + 2 * HOUR
    world.has(said(name="2", text="Sigue sin devolverse", at=asked))
    looks(world, asked + MINUTE)
    assert world.case().state == "accepted"
    due = asked + WITHIN - HOUR
    assert world.listed("accepted") == [due] == [matter(world).due_at]
    looks(world, due)
    assert raised(world) == 0
    looks(world, due + MINUTE, due + HOUR)
    assert raised(world) == 1


@pytest.mark.parametrize("silent", [HOUR, timedelta(days=10)])
def test_what_stays_accepted_though_we_wait_stands_still_until_the_customer_speaks(
    world: Shop, silent: timedelta
) -> None:
    """Somebody answers before it is accepted, in the platform's own app, which tells of it an hour later."""
    looks(world, NOW + 11 * MINUTE)
    world.clock = NOW + HOUR
    world.has(said(name="a", text="Lo miramos", at=NOW + 5 * MINUTE, direction="outbound"))
    assert world.case().state == "accepted"
    looks(world, DUE + TICK)
    assert raised(world) == 0
    assert world.listed("accepted") == [world.case().next_by]
    world.clock = asked = DUE + silent
    world.has(said(name="2", text="¿Saben ya algo?", at=asked))
    looks(world, asked + MINUTE)
    due = asked + WITHIN - 5 * MINUTE
    assert world.listed("accepted") == [due] == [matter(world).due_at]
    looks(world, due + MINUTE, due + HOUR)
    assert raised(world) == 1


def test_what_ran_out_just_before_they_were_answered_is_raised_when_they_ask_on(world: Shop) -> None:
    """The watch was down when it ran out: what waits for the customer by now is nothing to remind anybody of."""
    looks(world, NOW + 11 * MINUTE)
    answered(world, DUE + MINUTE)
    looks(world, DUE + HOUR)
    assert raised(world) == 0
    world.clock = DUE + 2 * HOUR
    world.has(said(name="2", text="Sigue sin devolverse", at=world.clock))
    looks(world, world.clock + MINUTE, world.clock + 2 * MINUTE)
    assert raised(world) == 1


# -- by the calendar, and by what else changes it


def test_it_counts_in_the_open_time_of_who_has_it_without_holidays() -> None:
    """NOW is a Sunday, and Monday is a holiday of theirs: it begins on Tuesday."""
    office = {
        "name": "mornings",
        "time_zone": "Europe/Madrid",
        "hours": {"mon-fri": ["09:00-13:00"]},
        "closed": [(NOW + timedelta(days=1)).date().isoformat()],
    }
    plain = Shop().playbook
    departments_ = [
        each.model_dump() | {"calendar": "mornings" if each.name == "billing" else None} for each in plain.departments
    ]
    world = accepted(calendars=[*(each.model_dump() for each in plain.calendars), office], departments=departments_)
    looks(world, NOW + 11 * MINUTE)
    wednesday = datetime.fromisoformat("2026-11-25T10:00:00Z")
    assert matter(world).due_at == wednesday
    looks(world, wednesday)
    assert raised(world) == 0
    looks(world, wednesday + MINUTE)
    assert raised(world) == 1


def test_another_priority_or_department_brings_it_forward(world: Shop) -> None:
    quick = {"kind": "resolve", "department": "technical", "within": minutes(2 * HOUR)}
    pressing = {"kind": "resolve", "within": minutes(WITHIN) | {"high": 240, "urgent": 180}}
    others = [each for each in world.playbook.clocks if each.kind != "resolve"]
    world.republish(clocks=[*others, pressing, quick])
    looks(world, NOW + 11 * MINUTE)
    world.do(world.case().id, "corrected", priority="high")
    world.settle()
    looks(world, NOW + 12 * MINUTE)
    assert world.listed("accepted") == [NOW + 4 * HOUR] == [matter(world).due_at]
    world.do(world.case().id, "handed_over", to="technical")
    world.do(world.case().id, "accepted", department="technical")
    world.settle()
    looks(world, NOW + 13 * MINUTE)
    assert world.listed("accepted") == [NOW + 2 * HOUR] == [matter(world).due_at]


@pytest.mark.parametrize("how", ["by another message", "by what is done with another case"])
def test_another_case_of_the_same_matter_brings_it_forward(world: Shop, how: str) -> None:
    pressing = {"kind": "resolve", "within": minutes(WITHIN) | {"urgent": 60}}
    world.republish(clocks=[*(each for each in world.playbook.clocks if each.kind != "resolve"), pressing])
    first = world.case().id
    world.has(said(name="2", text="El router no se enciende", at=NOW + 10 * MINUTE))
    other = next((case for case in world.cases() if case.id != first), None)
    looks(world, NOW + 11 * MINUTE)
    assert world.listed("accepted") == [DUE]
    world.clock = NOW + 12 * MINUTE
    if how == "by another message":
        world.has(said(name="3", text="El cable echa humo", at=NOW + 12 * MINUTE))
    else:
        assert other is not None
        world.do(other.id, "corrected", department=other.department, priority="urgent")
        world.settle()
    looks(world, NOW + 13 * MINUTE)
    assert matter(world).due_at == NOW + HOUR
    assert world.listed("accepted") == [NOW + HOUR]


def test_what_a_department_has_that_the_playbook_has_no_more_goes_to_the_default_one(world: Shop) -> None:
    left = [each.model_dump() for each in world.playbook.departments if each.name != "billing"]
    world.republish(departments=left, clocks=world.playbook.clocks)
    looks(world, DUE + MINUTE)
    assert (world.case().department, world.case().state) == ("care", "offered")
    world.do(world.case().id, "accepted", department="care")
    world.settle()
    looks(world, DUE + HOUR, DUE + 2 * HOUR)
    assert raised(world) == 1


def test_a_shorter_time_in_a_new_playbook_counts_once_projections_are_computed_again(world: Shop) -> None:
    looks(world, NOW + 11 * MINUTE)

    def repaired() -> int:
        work = reproject(
            [keys.identity(identity())], table=world.table, playbook=lambda: world.playbook, now=world.now, do=True
        )
        return sum("open_at" in each.fields for each in work)

    assert repaired() == 0, "what the watch has left is left"
    others = [each for each in world.playbook.clocks if each.kind != "resolve"]
    world.republish(clocks=[*others, {"kind": "resolve", "within": minutes(2 * HOUR)}])
    assert repaired() == 1
    assert world.listed("accepted") == [NOW + 2 * HOUR]
    assert repaired() == 0
