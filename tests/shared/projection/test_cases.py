"""Escalations as the table shows them: done once, in one order, whoever is first, and handed over for each offer."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.casework import cases
from shared.casework.cases import Doing
from shared.casework.steps import Act, Agent, CaseMove
from shared.errors import Conflict, NotFound
from shared.escalation import Escalation
from shared.ids import escalation_id
from shared.models import Delivery, Message
from shared.projection import records
from shared.projection.cases import Cases, open_cases, urgency
from shared.store import journal, keys, steps
from shared.store.table import Item
from tests.conftest import NOW
from tests.world import World, playbook, record

ANA = "telegram:tienda_bot:5150001"
CASE = escalation_id(identity=ANA, external_id="1", department="billing")
KEY = keys.escalation(identity_name=ANA, escalation_id=CASE)
LENA, IDA = (Agent(subject=name, department="billing") for name in ("lena", "ida"))


def says(world: World, text: str, number: str = "1") -> None:
    message = Message(
        external_id=number, occurred_at=NOW, identity=ANA, account="tienda_bot", channel="telegram", text=text
    )
    delivery = Delivery("telegram", "tienda_bot", b"", {}, NOW)
    assert world.table.insert(journal.expanded_item(delivery, message)) is None


@pytest.fixture
def world() -> World:
    """Where Ana's complaint is offered to billing, and its hand-off waits on the queue."""
    world = World({})
    says(world, "No reconozco este cobro duplicado")
    world.settle()
    return world


def desk(world: World) -> Cases:
    return Cases(world.table, playbook, world.now)


def do(world: World, act: Act, by: Agent = LENA, **more: object) -> CaseMove:
    seen, name = more.pop("seen", None), more.pop("step_id", None)
    doing = Doing(act, world.now(), by, **more)  # type: ignore[arg-type]
    return desk(world).do(ANA, CASE, doing, step_id=name, seen=seen)  # type: ignore[arg-type]


def item(world: World) -> Item:
    found = world.table.get(KEY)
    assert found is not None
    return found


def shown(world: World) -> Escalation:
    return Escalation.model_validate_json(item(world)["state"]["S"])


def offers(world: World, department: str) -> list[tuple[str, int]]:
    read = (json.loads(body) for body in world.hand_offs(department))
    return sorted((each["id"], each["offer"]) for each in read)


# --- who is first ----------------------------------------------------------------------------------------------------


def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told_who(world: World) -> None:
    keep = steps.keep

    def accept(by: Agent) -> CaseMove | Conflict:
        try:
            return do(world, "accepted", by, step_id=f"stp_{by.subject}")
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(2) as both:
        results = list(both.map(accept, (LENA, IDA)))
    (first,) = [each for each in results if isinstance(each, CaseMove)]
    (second,) = [each for each in results if isinstance(each, Conflict)]
    assert f"accepted by {first.by.subject} of billing" in str(second)
    assert keep(world.table, first) == first
    assert desk(world).read(ANA, CASE).held_by == first.by


@pytest.mark.parametrize("winner", ["lena", "ida"])
def test_who_read_before_somebody_else_wrote_is_judged_by_what_they_wrote(
    world: World, winner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = {"lena": LENA, "ida": IDA}
    loser = by["ida" if winner == "lena" else "lena"]
    keep = steps.keep

    def late(table: object, step: CaseMove) -> object:
        """Let the other one be a moment faster."""
        monkeypatch.setattr(steps, "keep", keep)
        do(world, "accepted", by[winner], step_id="stp_faster")
        return keep(table, step)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "keep", late)
    with pytest.raises(Conflict, match=f"accepted by {winner} of billing"):
        do(world, "accepted", loser, step_id="stp_slower")
    assert desk(world).read(ANA, CASE).held_by == by[winner]


def test_what_may_be_done_after_the_other_is_done_after_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = steps.keep

    def late(table: object, step: CaseMove) -> object:
        monkeypatch.setattr(steps, "keep", keep)
        do(world, "corrected", IDA, priority="urgent")
        return keep(table, step)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "keep", late)
    assert do(world, "accepted", LENA, step_id="stp_1").number == 2
    assert (desk(world).read(ANA, CASE).priority, desk(world).read(ANA, CASE).held_by) == ("urgent", LENA)


def test_only_what_was_seen_is_acted_on_where_that_is_asked_for(world: World) -> None:
    do(world, "corrected", IDA, priority="urgent")
    with pytest.raises(Conflict, match=r"corrected by ida of billing at .*; look at it again"):
        do(world, "accepted", LENA, seen=0)
    assert do(world, "accepted", LENA, seen=1).number == 2


def test_the_same_asked_again_is_done_once_whatever_was_done_since(world: World) -> None:
    first = do(world, "accepted", step_id="stp_1")
    do(world, "handed_over", to="technical", step_id="stp_2")
    world.clock += timedelta(hours=1)
    assert do(world, "accepted", step_id="stp_1") == first
    assert desk(world).read(ANA, CASE).number == 2


def test_nothing_is_done_with_an_escalation_that_is_none(world: World) -> None:
    for act in (lambda: desk(world).read(ANA, "esc_x"), lambda: desk(world).do(ANA, "esc_x", _closing())):
        with pytest.raises(NotFound):
            act()


def _closing() -> Doing:
    return Doing("closed", NOW, LENA)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_what_nobody_projected_is_shown_by_the_stream(world: World) -> None:
    for act in ("accepted", "answered", "closed"):
        do(world, act)
    assert shown(world).state == "offered"
    world.settle()
    assert (shown(world).state, shown(world).number) == ("closed", 3)


def test_the_same_state_whoever_shows_what_in_which_order(world: World) -> None:
    moves = [do(world, "accepted"), do(world, "answered"), do(world, "closed")]
    projector = world.projector()
    for taken in (moves[2], moves[0], moves[2], moves[1]):
        projector.take(taken)
        assert shown(world) == cases.fold(shown(world).as_first_offered, moves)


def test_it_is_listed_for_the_watch_and_for_its_department_until_it_ends(world: World) -> None:
    def listed() -> tuple[str, str, str, bool]:
        found = item(world)
        kind = found.get("open", {"S": ""})["S"].partition("#")[0]
        at, desk_of = (found.get(name, {"S": ""})["S"] for name in ("open_at", "desk"))
        return kind, at, desk_of, "urgency" in found

    def due() -> str:
        case = shown(world)
        by = NOW if case.state == "accepted" else case.due_by  # at once: somebody has to look when it is to be resolved
        return keys.instant(by) if by else ""

    assert listed() == ("offered", due(), "billing", True)
    for act, kind, department in (
        ("accepted", "accepted", "billing"),
        ("answered", "answered", "billing"),
        ("handed_over", "offered", "technical"),
        ("withdrawn", "", ""),
    ):
        do(world, act, **({"to": "technical"} if act == "handed_over" else {}))  # type: ignore[arg-type]
        world.settle()
        assert listed() == (kind, due(), department, bool(kind))


def test_the_pressing_and_then_the_first_due_are_seen_to_first_and_what_is_answered_last(world: World) -> None:
    plain = shown(world)
    urgent = plain.model_copy(update={"priority": "urgent", "accept_by": NOW + timedelta(days=9)})
    later = plain.model_copy(update={"accept_by": NOW + timedelta(days=9)})
    answered = urgent.model_copy(update={"state": "answered", "next_by": NOW})
    assert sorted([answered, later, plain, urgent], key=urgency) == [urgent, plain, later, answered]


# --- what is handed over ---------------------------------------------------------------------------------------------


def test_every_offer_is_handed_over_once_to_the_department_that_gets_it(world: World) -> None:
    assert offers(world, "billing") == [(CASE, 0)]
    do(world, "returned", to="technical", why="No es una factura.")
    world.settle()
    assert offers(world, "technical") == [(CASE, 1)]
    do(world, "returned", to="billing", why="Sí lo es.")
    world.settle()
    assert offers(world, "billing") == [(CASE, 0), (CASE, 2)]
    (last,) = [read for body in world.hand_offs("billing") if (read := json.loads(body))["offer"] == 2]
    assert [(stop["department"], stop["why"]) for stop in last["path"]] == [
        ("billing", "No es una factura."),
        ("technical", "Sí lo es."),
    ]


def test_what_was_passed_on_before_it_was_handed_over_goes_only_where_it_is_now(world: World) -> None:
    do(world, "handed_over", to="technical")
    do(world, "handed_over", to="care")
    do(world, "corrected", priority="urgent")
    world.settle()
    assert offers(world, "technical") == []
    assert offers(world, "care") == [(CASE, 2)]
    (last,) = map(json.loads, world.hand_offs("care"))
    assert last["priority"] == "urgent"


def test_what_could_not_be_handed_over_yet_is_so_whatever_is_corrected_meanwhile(world: World) -> None:
    """What lists it as left behind is not written over: it would never be sent."""
    other = World({})
    says(other, "No reconozco este cobro duplicado")
    queue = other.queues.pop("billing")
    other.projector().project(other.undone())
    for _ in range(2):
        projector = other.projector()
        records.stream([record(found, 1) for found in other.undone()], projector)
    assert item(other)["open"]["S"].startswith("unprojected#")
    attempts = item(other)["attempts"]
    desk(other).take(do(other, "corrected", priority="urgent"))
    assert item(other)["open"]["S"].startswith("unprojected#")
    assert item(other)["attempts"] == attempts
    assert shown(other).priority == "urgent"
    assert item(other)["desk"] == {"S": "billing"}
    other.queues["billing"] = queue
    other.settle()
    assert offers(other, "billing") == [(CASE, 0)]
    assert item(other)["open"]["S"].startswith("offered#")


@pytest.mark.parametrize(
    ("act", "listed"), [("accepted", "accepted#"), ("handed_over", "offered#"), ("withdrawn", None)]
)
def test_what_needs_no_first_hand_off_any_more_is_listed_as_it_stands(
    world: World, act: Act, listed: str | None
) -> None:
    world.projector().postpone(KEY, kind="unprojected", attempts=3)
    desk(world).take(do(world, act, to="technical" if act == "handed_over" else None))
    assert "attempts" not in item(world)
    assert item(world)["open"]["S"].startswith(listed) if listed else "open" not in item(world)


def test_what_is_over_is_not_handed_over(world: World) -> None:
    do(world, "handed_over", to="technical")
    do(world, "withdrawn")
    world.settle()
    assert offers(world, "technical") == []


def test_who_had_accepted_is_reminded_on_their_queue(world: World) -> None:
    do(world, "accepted")
    do(world, "reminded", cases.BY_OURSELVES, priority="high", why="no answer")
    world.settle()
    assert offers(world, "billing") == [(CASE, 0), (CASE, 2)]
    assert shown(world).state == "accepted"


def test_open_ones_of_one_person_know_of_each_other(world: World) -> None:
    says(world, "No tengo internet desde ayer", "2")
    says(world, "Y mi pedido no ha llegado", "3")
    world.settle()
    (told,) = map(json.loads, world.hand_offs("technical"))
    assert CASE in [other["id"] for other in told["others"]]
    do(world, "withdrawn")
    world.settle()
    assert CASE not in [case.id for case in open_cases(world.table, ANA, but="")]
    assert len(open_cases(world.table, ANA, but="")) == 2


def test_it_is_withdrawn_by_ourselves_unless_somebody_was_faster(world: World) -> None:
    seen = desk(world).read(ANA, CASE)
    do(world, "accepted")
    desk(world).withdraw(seen, "solved")
    assert desk(world).read(ANA, CASE).state == "accepted"
    desk(world).withdraw(desk(world).read(ANA, CASE), "solved", evidence="event#1")
    found = shown(world)
    assert (found.state, found.last and (found.last.by, found.last.evidence)) == (
        "withdrawn",
        (cases.BY_OURSELVES, "event#1"),
    )
