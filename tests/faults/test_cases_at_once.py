"""Several do something with one case at once, and anyone may die: one is first, and the others learn of it.

Which of them it is depends on the schedule, so what it comes to is no single picture; it must be one of a few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.casework.cases import fold
from shared.casework.steps import OURSELVES, CaseMove
from shared.escalation import Escalation
from shared.store import steps
from shared.store.keys import CONVERSATION_PREFIX, ESCALATION_PREFIX, STEP_PREFIX
from tests.conftest import NOW
from tests.faults import figures
from tests.faults.arrivals import Arriving
from tests.faults.interleaving import Run, Scheduler
from tests.faults.lab import Lab
from tests.faults.picture import Picture, picture
from tests.faults.stories import ASKS, COMPLAINS, acts, one, unit
from tests.faults.test_interleavings import come, door, later, projector, settled, watch
from tests.faults.world import World

_LATE, _LONG = 7, 16
"""After so many days an offer has run out, and a customer has waited for too long."""

ACCEPTS = acts("accepted", days=_LATE)
RETURNS = acts("returned", who="paul", to="technical", days=_LATE)
_ANSWER = unit("message.sent", "m-8", second=_LONG * 24 * 3600, text="Perdone la espera")


@dataclass
class Seen:
    """What schedules came to: the acts that were first, what each of the runs was answered, and how it ended."""

    outcomes: set[Any] = field(default_factory=set)
    answers: dict[str, int | None] = field(default_factory=dict)

    def told(self, make: Callable[[World], Run]) -> Callable[[World], Run]:
        """Return the same run, of which the answer is noted."""

        def made(world: World) -> Run:
            run = make(world)

            def ends(after: World, answer: Any) -> None:
                self.answers[run.name] = answer and answer.get("statusCode")
                run.ends(after, answer)

            return replace(run, ends=ends)

        return made


def follow(
    lab: Lab,
    arrivals: Sequence[Arriving],
    before: Callable[[World], None],
    runs: Sequence[Callable[[World], Run]],
    check: Callable[[Picture], None],
) -> None:
    """Follow all schedules of the runs, with up to one death, and check what each comes to in the end."""
    told = figures.of(f"{len(runs)} at once with one case, 1 dying")
    world = lab.world(arrivals)
    world.run()
    expected = picture(world)
    world = lab.world(arrivals)
    before(world)
    made = [run(world) for run in runs]
    told.schedules += Scheduler(
        world, lab.engine, made, expected, lambda found, _: check(found), told, deaths=1
    ).explore()


def case_of(found: Picture) -> tuple[Any, list[Any]]:
    """Return the one case as JSON, and all that was done with it in its order; both as a picture has them."""
    (item,) = (item for key, item in found["table"].items() if key[1].startswith(ESCALATION_PREFIX))
    moves = [orjson.loads(item["state"]["S"]) for key, item in sorted(found["table"].items()) if _is_a_move(key[1])]
    assert [move["number"] for move in moves] == list(range(1, len(moves) + 1))
    return {"state": "offered"} | orjson.loads(item["state"]["S"]) | {
        "listed": item.get("open", {}).get("S", "").partition("#")[0]
    }, moves


def _is_a_move(name: str) -> bool:
    return name.startswith(f"{STEP_PREFIX}esc_")


def offers(found: Picture, queue: str) -> list[int]:
    return sorted(orjson.loads(body)["offer"] for body in found["departments"][queue])


def test_an_offer_may_run_out_at_the_moment_at_which_it_is_accepted(lab: Lab) -> None:
    seen = Seen()

    def check(found: Picture) -> None:
        case, moves = case_of(found)
        ((act, who),) = [(move["act"], move["by"]["subject"]) for move in moves]
        seen.outcomes.add((act, seen.answers["door 1"]))
        if act == "accepted":
            assert (who, case["state"], case["department"], case["listed"]) == (
                "lena",
                "accepted",
                "billing",
                "accepted",
            )
            assert offers(found, "CareQueue") == []
            assert seen.answers["door 1"] != 409
        else:
            assert (act, who, case["department"], case["listed"]) == ("expired", OURSELVES, "care", "offered")
            assert offers(found, "CareQueue") == [1]
            assert seen.answers["door 1"] != 200

    follow(lab, (one(COMPLAINS), ACCEPTS), later(days=_LATE), (seen.told(door(1)), watch), check)
    assert seen.outcomes == {("accepted", 200), ("accepted", None), ("expired", 409), ("expired", None)}


def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told(lab: Lab) -> None:
    seen = Seen()

    def check(found: Picture) -> None:
        case, moves = case_of(found)
        ((act, who),) = [(move["act"], move["by"]["subject"]) for move in moves]
        assert (act, case["held_by"]["subject"], case["listed"]) == ("accepted", who, "accepted")
        first, other = ("door 1", "door 2") if who == "lena" else ("door 2", "door 1")
        assert seen.answers[first] in (200, None)
        assert seen.answers[other] in (409, None)
        seen.outcomes.add((who, seen.answers[first], seen.answers[other]))

    runs = (seen.told(door(1)), seen.told(door(2)))
    follow(lab, (one(COMPLAINS), acts("accepted"), acts("accepted", who="ida")), settled(1, then=come(0)), runs, check)
    assert seen.outcomes >= {("lena", 200, 409), ("ida", 200, 409)}


def test_an_offer_may_run_out_at_the_moment_at_which_it_is_handed_back(lab: Lab) -> None:
    seen = Seen()

    def check(found: Picture) -> None:
        case, moves = case_of(found)
        done = tuple((move["act"], move["to"]) for move in moves)
        seen.outcomes.add(done)
        last = moves[-1]
        assert (case["state"], case["department"], case["listed"]) == ("offered", last["to"], "offered")
        queue = {"technical": "TechnicalQueue", "care": "CareQueue"}[last["to"]]
        assert offers(found, queue)[-1] == last["number"], "whoever has it now has it on their queue"

    follow(lab, (one(COMPLAINS), RETURNS), later(days=_LATE), (seen.told(door(1)), watch), check)
    assert seen.outcomes == {(("returned", "technical"),), (("expired", "care"),)}


def test_a_customer_may_be_answered_at_the_moment_at_which_somebody_is_asked_to(lab: Lab) -> None:
    """Whoever is first, nobody has on their list in the end what asks them to answer."""
    seen = Seen()

    def check(found: Picture) -> None:
        raised = [item for key, item in found["table"].items() if key[1].startswith(ESCALATION_PREFIX)]
        states = [orjson.loads(item["state"]["S"])["state"] for item in raised if "open" not in item]
        assert states == ["withdrawn"] * len(raised)
        (head,) = (item for key, item in found["table"].items() if key[1].startswith(CONVERSATION_PREFIX))
        assert "open" not in head
        seen.outcomes.add(len(raised))

    arrivals = (one(ASKS), one(_ANSWER, at=timedelta(days=_LONG)))
    answered = settled(1, then=come(1))
    follow(lab, arrivals, answered, (projector(skip=1), watch), check)
    assert seen.outcomes == {0, 1}


def test_an_offer_may_run_out_before_its_hand_off_has_gone_out(lab: Lab) -> None:
    seen = Seen()

    def before(world: World) -> None:
        come(1)(world)
        world.step()  # the projector makes the offer
        world.progress = replace(world.progress, clock=NOW + timedelta(days=_LATE))

    def check(found: Picture) -> None:
        case, moves = case_of(found)
        assert [(move["act"], move["to"]) for move in moves] == [("expired", "care")]
        assert (case["department"], case["listed"], offers(found, "CareQueue")) == ("care", "offered", [1])
        seen.outcomes.add(tuple(offers(found, "BillingQueue")))

    follow(lab, (one(COMPLAINS),), before, (projector(skip=1), watch), check)
    assert seen.outcomes == {(), (0,)}, "billing has heard of it, or not"


@pytest.mark.parametrize("story", [(one(COMPLAINS), ACCEPTS)])
def test_a_case_is_what_was_done_with_it(lab: Lab, story: Sequence[Arriving]) -> None:
    """What these tests compare with is the fold itself: the item says nothing else than its steps do."""
    world = lab.world(story)
    world.run()
    items = {item["sk"]["S"]: item for item in world.stores.items(world.stack.table)}
    (state,) = (item["state"]["S"] for name, item in items.items() if name.startswith(ESCALATION_PREFIX))
    moves = [
        step for name, item in items.items() if _is_a_move(name) and isinstance(step := steps.read(item), CaseMove)
    ]
    case = Escalation.model_validate_json(state)
    assert fold(case.as_first_offered, moves) == case
