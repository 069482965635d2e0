"""Steps as the table shows them: one item each, in any order, however often they are taken and whoever takes them."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.casework.brief import Brief
from shared.casework.commitments import CommitmentHead
from shared.casework.steps import Agent, Commitment, CommitmentEnd, CommitmentMove, Consent, Need, Note, Step
from shared.errors import StoreUnavailable
from shared.projection import casework
from shared.projection.settling import settle
from shared.store import keys, steps
from shared.store.keys import Key
from shared.store.table import Item, Table
from tests.conftest import NOW
from tests.world import World, playbook

ANA = "telegram:shop:ana"
HOUR = timedelta(hours=1)
UNTIL = NOW + 24 * HOUR
NOTICE = playbook().commitments.notice
BRIEF, HEAD = keys.brief(ANA), keys.commitment(identity_name=ANA, commitment_id="com_a")


def step(kind: Any, name: str, at: datetime = NOW, **said: Any) -> Any:
    return kind(id=f"stp_{name}", identity=ANA, at=at, by=Agent(subject="u1", department="billing"), **said)


MADE = step(Commitment, "a", matter="la devolución", text="Se lo devolvemos.", until=UNTIL)
MOVED = step(CommitmentMove, "m", NOW + HOUR, commitment_id="com_a", until=UNTIL + 24 * HOUR)
ENDED = step(CommitmentEnd, "e", NOW + 2 * HOUR, commitment_id="com_a", outcome="kept")
NOTE = step(Note, "n", text="Prefiere que le llamen.")
NEED = step(Need, "d", topic="eSIM", text="¿tenéis eSIM?")
CONSENT = step(Consent, "c", purpose="news", given=False, evidence="escribió BAJA")
ALL: tuple[Step, ...] = (MADE, MOVED, ENDED, NOTE, NEED, CONSENT)


@pytest.fixture
def world() -> World:
    return World({})


def take(world: World, *taken: Step) -> None:
    for each in taken:
        casework.take(each, table=world.table, playbook=playbook, now=world.now)


def item(world: World, key: Key) -> Item:
    found = world.table.get(key)
    assert found is not None
    return found


def people(world: World) -> list[Item]:
    return [found for found in world.scan() if found["pk"]["S"].startswith("identity#")]


def test_a_step_that_is_journalled_is_shown_by_the_stream(world: World) -> None:
    for each in ALL:
        steps.keep(world.table, each)
    world.settle()
    head = CommitmentHead.model_validate_json(item(world, HEAD)["state"]["S"])
    assert (head.until, head.state(NOW)) == (UNTIL + 24 * HOUR, "kept")
    brief = Brief.model_validate_json(item(world, BRIEF)["state"]["S"])
    assert [note.text for note in brief.notes] == [NOTE.text]
    assert [(need.topic, need.text) for need in brief.needs] == [("eSIM", NEED.text)]
    assert brief.consents["news"].given is False


def test_a_step_that_nobody_could_show_is_left_behind_and_shown_in_the_end() -> None:
    refused: dict[str, set[int]] = {"PutItem": set()}
    world = World({}, refused=refused)
    steps.keep(world.table, NOTE)
    refused["PutItem"].add([name for name, _ in world.calls].count("PutItem") + 1)
    before = world.clock
    world.settle()
    assert world.clock > before, "it was shown at once, and nothing was left behind"
    assert Brief.model_validate_json(item(world, BRIEF)["state"]["S"]).notes[0].id == NOTE.id
    assert not item(world, steps.key(NOTE)).keys() & {"open", "open_at", "attempts"}


def test_any_order_comes_to_the_same_items() -> None:
    found = []
    for order in permutations(ALL[:3]):
        world = World({})
        take(world, *order, *ALL[3:])
        found.append(people(world))
        take(world, *order[::-1])
        found.append(people(world))
    assert all(each == found[0] for each in found)


def test_whoever_writes_and_whoever_comes_after_write_the_same_and_the_second_writes_nothing(world: World) -> None:
    for each in ALL:
        steps.keep(world.table, each)
    take(world, *ALL)
    before = people(world)
    world.clock += HOUR
    calls = len(world.calls)
    world.settle()
    assert people(world) == before
    assert {name for name, _ in world.calls[calls:] if name.startswith(("Put", "Update", "Delete"))} == set()


@pytest.mark.parametrize(
    ("each", "calls"),
    [
        (NOTE, ["GetItem", "PutItem"]),
        (MADE, ["GetItem", "PutItem"]),
        (ENDED, ["GetItem", "PutItem"]),
    ],
    ids=["a note", "a promise", "an end"],
)
def test_what_a_step_costs(world: World, each: Step, calls: list[str]) -> None:
    take(world, each)
    assert [name for name, _ in world.calls[-len(calls) :]] == calls
    taken = len(world.calls)
    take(world, each)
    assert [name for name, _ in world.calls[taken:]] == ["GetItem"]


def test_a_promise_with_a_term_is_listed_for_when_it_is_nearly_due_until_it_is_over(world: World) -> None:
    listed = {"open": {"S": keys.shard("promised", HEAD.pk)}}
    take(world, MADE)
    assert item(world, HEAD).items() >= (listed | {"open_at": {"S": keys.instant(UNTIL - NOTICE)}}).items()
    take(world, MOVED)
    again = keys.instant(UNTIL + 24 * HOUR - NOTICE)
    assert item(world, HEAD).items() >= (listed | {"open_at": {"S": again}}).items()
    take(world, ENDED)
    assert not item(world, HEAD).keys() & {"open", "open_at"}


@pytest.mark.parametrize(
    "taken",
    [
        [MOVED],
        [MADE.model_copy(update={"until": None})],
        [MADE.model_copy(update={"stance": "refusal"})],
        [ENDED, MADE],
    ],
    ids=["not known to be made", "without a term", "a refusal", "over before it is known"],
)
def test_what_is_not_to_be_kept_by_any_time_is_not_listed(world: World, taken: list[Step]) -> None:
    take(world, *taken)
    assert not item(world, HEAD).keys() & {"open", "open_at"}


def test_two_who_take_different_steps_at_once_both_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Table.replace
    others: list[Step] = [NEED]

    def replaced(self: Table, key: Key, **said: Any) -> bool:
        if others:
            take(world, others.pop())
        return replace(self, key, **said)

    monkeypatch.setattr(Table, "replace", replaced)
    take(world, NOTE)
    brief = Brief.model_validate_json(item(world, BRIEF)["state"]["S"])
    assert ([note.id for note in brief.notes], [need.topic for need in brief.needs]) == ([NOTE.id], ["eSIM"])


def test_settling_returns_what_stands_and_gives_up_when_others_never_stop(world: World) -> None:
    def extra(_: Brief) -> Item:
        return {}

    brief = Brief(identity=ANA)
    assert settle(world.table, BRIEF, None, Brief, lambda _: brief, extra) == brief
    assert settle(world.table, BRIEF, world.table.get(BRIEF), Brief, lambda found: found, extra) == brief
    assert settle(world.table, BRIEF, world.table.get(BRIEF), Brief, lambda _: None, extra) is None
    counted = iter(range(1000))
    with pytest.raises(StoreUnavailable):
        settle(world.table, BRIEF, None, Brief, lambda _: Brief(identity=str(next(counted))), extra)
