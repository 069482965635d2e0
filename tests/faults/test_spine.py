"""Every call of door, projector and watch fails in every way, and the run still comes to what a calm run comes to."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from shared.errors import StoreUnavailable
from tests.conftest import NOW
from tests.faults.harness import MODES, Call, Fault, Mode, World
from tests.shared.platforms.meta import sender as meta
from tests.shared.platforms.telegram import sender as telegram

PLATFORMS = Path(__file__).parents[1] / "shared" / "platforms"
SENDERS = {"telegram": telegram, "meta": meta}
SECRETS = {f"{name}/{sender.ACCOUNT}": {"signing": list(sender.SECRETS)} for name, sender in SENDERS.items()}


def call(platform: str, sample: str, *, noise: int = 0) -> Call:
    """Return a platform's sample, signed; noise are so many characters that mean nothing and cannot be compressed."""
    sender = SENDERS[platform]
    body = (PLATFORMS / platform / "samples" / f"{sample}.json").read_bytes()
    if noise:
        unread = Random(noise).randbytes(noise // 2).hex()
        body = orjson.dumps({**orjson.loads(body), "unread": unread})
    return Call(platform, sender.ACCOUNT, sender.sign(body, sender.SECRETS[0], NOW), body)


ONE_COMPLAINT = (call("telegram", "complaint"),)
A_BATCH = (call("meta", "batch"),)
STORIES: dict[str, Sequence[Call]] = {
    "one complaint": ONE_COMPLAINT,
    "a batch": A_BATCH,
    "a complaint, a text, an edit": (
        call("telegram", "complaint"),
        call("telegram", "text"),
        call("telegram", "edited"),
    ),
    "something unreadable": (call("meta", "unreadable"), call("telegram", "text")),
    "only things to ignore": (call("telegram", "unknown_kind"),),
}


def _people(picture: dict[str, Any]) -> list[Any]:
    """Return a picture without the deliveries and the references to them, which tell by which way things came."""
    items = [item for item in picture["table"] if not item["pk"]["S"].startswith("delivery#")]
    return [{name: value for name, value in item.items() if name not in ("delivery", "packed")} for item in items]


def run(calls: Sequence[Call], *faults: Fault, settle_between: bool = False) -> World:
    world = World(SECRETS, *faults)
    for each in calls:
        world.deliver(each)
        if settle_between:
            world.settle()
    world.settle()
    return world


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("story", STORIES)
def test_any_single_fault_leaves_what_a_calm_run_leaves(story: str, mode: Mode) -> None:
    with mock_aws():
        calm = run(STORIES[story])
        calls, expected = list(calm.faults.calls), calm.picture()
    assert calls, "a run without calls proves nothing"
    for number, name in enumerate(calls, start=1):
        with mock_aws():
            faulty = run(STORIES[story], Fault(number, mode))
            assert faulty.picture() == expected, f"{mode} at call {number} ({name}) of {calls}"


@pytest.mark.parametrize("mode", MODES)
def test_any_pair_of_faults_on_one_complaint(mode: Mode) -> None:
    with mock_aws():
        calm = run(ONE_COMPLAINT)
        points, expected = len(calm.faults.calls), calm.picture()
    for first in range(1, points + 1):
        for second in range(first + 1, points + 3):
            with mock_aws():
                faulty = run(ONE_COMPLAINT, Fault(first, mode), Fault(second, mode))
                assert faulty.picture() == expected, f"{mode} at calls {first} and {second}"


def test_any_order_and_any_repetition_leave_the_same() -> None:
    calls = [call("telegram", "complaint"), call("telegram", "text"), call("telegram", "edited"), *A_BATCH]
    with mock_aws():
        expected = run(calls).picture()
    for order in permutations(calls):
        for settle_between in (False, True):
            with mock_aws():
                assert run([*order, order[0]], settle_between=settle_between).picture() == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    faults=st.lists(st.builds(Fault, st.integers(1, 40), st.sampled_from(MODES)), max_size=6, unique_by=lambda f: f.at)
)
def test_any_handful_of_faults(faults: list[Fault]) -> None:
    calls = [*STORIES["a complaint, a text, an edit"], *A_BATCH]
    with mock_aws():
        expected = run(calls).picture()
    with mock_aws():
        assert run(calls, *faults).picture() == expected


def test_when_the_table_refuses_the_spill_queue_keeps_it() -> None:
    with mock_aws():
        expected = run(ONE_COMPLAINT).picture()
    with mock_aws():
        world = World(SECRETS, Fault(2, "refused"), Fault(3, "refused"))
        outcome = world.door().answer(platform="telegram", account=telegram.ACCOUNT, request=ONE_COMPLAINT[0].request())
        assert outcome == "spilled"
        world.settle()
        assert world.picture() == expected


@pytest.mark.parametrize("mode", ["refused", "answer lost"])
def test_when_both_stores_refuse_the_platform_is_told_to_come_again(mode: Mode) -> None:
    with mock_aws():
        world = World(SECRETS, Fault(2, mode), Fault(3, mode), Fault(4, mode))
        with pytest.raises(StoreUnavailable):
            world.door().answer(platform="telegram", account=telegram.ACCOUNT, request=ONE_COMPLAINT[0].request())


def test_what_no_item_can_hold_is_kept_whole_and_comes_out_the_same() -> None:
    with mock_aws():
        expected = run(A_BATCH).picture()
    large = call("meta", "batch", noise=5_000_000)
    with mock_aws():
        world = run([large, large])
        assert [found["Size"] for found in world.objects()] == [len(large.body)]
        assert _people(world.picture()) == _people(expected)
