"""The watch goes by the clocks that the fold has: channel, group, department and priority, as they are and as they
change."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clocks.clock import clocks
from shared.clocks.targets import targets_for
from shared.models import Author, ContactPoint, PersonalEvent
from shared.playbook import Playbook
from shared.projection.timing import Talk, talks
from shared.store import keys
from tests.conftest import NOW
from tests.services.watch.shop import MINUTE, Shop, head_of, identity, said
from tests.world import playbook

BILL = "Me han cobrado dos veces la factura"
HIGH = "Es urgente, necesito que me llamen"
VIP = Author(contacts=(ContactPoint(kind="email", value="ana@gestoria.example", proof="app_session"),))


def whatsapp(text: str, at: datetime = NOW, name: str = "1", **more: Any) -> PersonalEvent:
    return said(name=name, text=text, at=at, channel="whatsapp", **more)


@pytest.fixture
def world() -> Shop:
    """A shop with the example's clocks: by WhatsApp high has 30 minutes and normal an hour; the group `business` has 15
    and 30 on whatever channel."""
    example = playbook()
    return Shop({each: example.model_dump()[each] for each in ("clocks", "priorities", "groups", "departments")})


def raised_within_a_minute(world: Shop, due: datetime) -> bool:
    """Let the watch look every minute; return whether somebody is told after a wait was due, and not before."""
    minute = NOW
    while minute <= due:
        world.round(minute)
        assert not _told(world), f"at {minute}"
        minute += MINUTE
    world.round(due + MINUTE)
    return _told(world)


def _told(world: Shop) -> bool:
    def pressed(case: Any) -> bool:
        return bool(case.last and "answered the customer" in case.last.why)

    return any(case.unanswered or pressed(case) for case in world.cases())


@pytest.mark.parametrize(
    ("text", "author", "minutes"),
    [("Hola", None, 60), (HIGH, None, 30), ("Hola", VIP, 30), (HIGH, VIP, 15)],
    ids=["normal", "high", "a group", "high of a group"],
)
def test_a_breach_is_found_within_a_minute_of_the_clock(world: Shop, text: str, author: Any, minutes: int) -> None:
    world.has(whatsapp(text, author=author))
    assert raised_within_a_minute(world, NOW + minutes * MINUTE)


def test_a_correction_of_the_priority_brings_it_forward(world: Shop) -> None:
    world.has(whatsapp(BILL))
    world.round(NOW + 10 * MINUTE)
    assert world.listed("waiting") == [NOW + 60 * MINUTE]
    world.clock = NOW + 20 * MINUTE
    world.do(world.case().id, "corrected", priority="high")
    world.settle()
    world.round(NOW + 21 * MINUTE)
    assert world.listed("waiting") == [NOW + 30 * MINUTE]


def test_a_hand_over_to_a_department_with_less_time_brings_it_forward(world: Shop) -> None:
    quick = {"kind": "first_answer", "channel": "whatsapp", "department": "technical", "within": _within(20)}
    world.republish(clocks=[*world.playbook.model_dump()["clocks"], quick])
    world.has(whatsapp(BILL))
    world.round(NOW + 10 * MINUTE)
    assert world.listed("waiting") == [NOW + 60 * MINUTE]
    world.do(world.case().id, "handed_over", to="technical")
    world.settle()
    world.round(NOW + 11 * MINUTE)
    assert world.listed("waiting") == [NOW + 20 * MINUTE]


def test_one_stage_does_not_bring_the_next_with_it(world: Shop) -> None:
    """That we pressed a department makes the matter high, whose target is over twice by then."""
    world.has(whatsapp(BILL))
    world.do(world.case().id, "accepted")
    world.settle()
    for minute in range(0, 118, 2):
        world.round(NOW + minute * MINUTE)
    assert world.case().department == "billing"
    assert world.listed("waiting") == [NOW + 120 * MINUTE]
    assert world.case().priority == "high"


# -- never later than the fold


def _within(minutes: int) -> dict[str, int]:
    return {"urgent": minutes // 2, "high": minutes, "normal": minutes, "low": minutes * 2}


_DEPARTMENTS = ("billing", "technical", "care")
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.sampled_from(["Hola", HIGH, "Gracias Ana", BILL])),
        st.tuples(st.just("answers"), st.just("Dígame")),
        st.tuples(st.just("accepted"), st.just("")),
        st.tuples(st.just("corrected"), st.sampled_from(["low", "normal", "high", "urgent"])),
        st.tuples(st.just("handed_over"), st.sampled_from(_DEPARTMENTS)),
        st.tuples(st.just("closed"), st.just("")),
        st.tuples(st.just("looks"), st.just("")),
    ),
    min_size=1,
    max_size=9,
)


def _office() -> dict[str, Any]:
    """The example's clocks, with a department that is closed on the Sunday that `NOW` is."""
    example = playbook().model_dump()
    own = {"billing": {"calendar": "office"}}
    departments = [each | own.get(each["name"], {}) for each in example["departments"]]
    more = {"kind": "next_answer", "department": "technical", "within": _within(25)}
    kept = {each: example[each] for each in ("priorities", "groups", "calendars")}
    return kept | {"departments": departments, "clocks": [*example["clocks"], more]}


@settings(max_examples=60, deadline=None)
@given(_STEPS, st.booleans(), st.integers(3, 40))
def test_a_conversation_is_never_listed_later_than_the_fold_says(steps: list[Any], is_vip: bool, apart: int) -> None:
    world = Shop(_office())
    author = VIP if is_vip else None
    looked: datetime | None = None
    for number, (what, which) in enumerate(steps):
        world.clock = at = NOW + number * apart * MINUTE
        if what == "says":
            world.has(whatsapp(which, at, str(number), author=author))
        elif what == "answers":
            world.has(whatsapp(which, at, str(number), direction="outbound"))
        elif what == "looks":
            world.round(at)
            looked = at
        else:
            _done(world, what, which)
        has_spoken = any(each == "says" for each, _ in steps[: number + 1])
        _listed_in_time(world, "business" if is_vip and has_spoken else None, looked)


def _done(world: Shop, act: Any, which: str) -> None:
    """Let it be done with the first case with which it may be."""
    doing = {"corrected": {"priority": which}, "handed_over": {"to": which}}.get(act, {})
    for case in world.cases():
        free = case.state in {"accepted": ("offered",), "closed": ("accepted", "answered")}.get(
            act, ("offered", "accepted")
        )
        already = {"handed_over": case.department, "corrected": case.priority}.get(act)
        if free and already != which:
            world.do(case.id, act, department=case.department, **doing)
            world.settle()
            return


def _listed_in_time(world: Shop, group: str | None, looked: datetime | None) -> None:
    """Check that the watch looks in time at what nobody was told of. Whoever was offered it after its time was over is
    told no more by a watch that finds it so: that it has looked since is enough."""
    due = _by_the_fold(world, world.playbook, group)
    item = world.table.get(head_of(whatsapp("")))
    if due is None or item is None:
        return
    listed = item.get("open", {"S": "nothing"})["S"].partition("#")[0]
    assert listed in ("waiting", "long_waiting")
    told = any(case.unanswered or (case.last and "answered the customer" in case.last.why) for case in world.cases())
    seen_to = told or (looked is not None and looked > due)
    if listed == "waiting" and not seen_to:
        assert datetime.fromisoformat(item["open_at"]["S"]) <= due


def _by_the_fold(world: Shop, by: Playbook, group: str | None) -> datetime | None:
    items = list(world.table.query(keys.identity(identity())))
    happened = talks(items, by).get(Talk("whatsapp", "direct"), [])
    within = targets_for(by, channel="whatsapp", group=group)
    found = clocks(happened, within, by.calendar, world.clock, quiet=by.hand_offs.close_after)
    running = [each for each in found if each.kind.endswith("_answer") and each.stopped_at is None]
    return running[-1].due_at if running else None
