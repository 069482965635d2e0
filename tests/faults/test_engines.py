"""The same at small size on engines of others: moto in process, and the local engine over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import cycle

import pytest
from moto import mock_aws

from tests.engine import reset
from tests.faults import figures
from tests.faults.engines import EVENT_MODES
from tests.faults.lab import AwsLab, on_aws
from tests.faults.picture import Picture, picture
from tests.faults.sequential import same
from tests.faults.stories import STORIES
from tests.faults.wire import Plan, calm

type Engine = Callable[[], AbstractContextManager[AwsLab]]


@pytest.fixture
def moto() -> Engine:
    @contextmanager
    def engine() -> Iterator[AwsLab]:
        with mock_aws(), on_aws() as lab:
            yield lab

    return engine


@pytest.fixture
def local(ministack: str) -> Engine:
    @contextmanager
    def engine() -> Iterator[AwsLab]:
        reset(ministack)
        with on_aws(ministack) as lab:
            yield lab

    return engine


def run(engine: Engine, story: str, plan: Plan = calm) -> tuple[Picture, int, int]:
    """Return what a run comes to, and how many calls were made and how many of them went wrong. The plan counts the
    calls of the whole run."""
    with engine() as lab:
        world, made, befell = lab.world(STORIES[story]), 0, 0
        while step := world.step(_from(made, plan)):
            made += len(step.invocation.calls)
            befell += len(step.invocation.befell)
        return picture(world), made, befell


def _from(made: int, plan: Plan) -> Plan:
    return lambda number, call: plan(made + number, call)


def _only(at: int, mode: str) -> Plan:
    return lambda number, _: mode if number == at else None


def one_call_after_the_other(engine: Engine, story: str, part: str, *, every: int = 1) -> None:
    """Let every n-th call go wrong, each in the next of the ways."""
    expected, calls, _ = run(engine, story)
    assert calls > 10, "a run of so few calls proves nothing"
    told = figures.of(part)
    for number, mode in zip(range(1, calls + 1, every), cycle(EVENT_MODES), strict=False):
        found, _, befell = run(engine, story, _only(number, mode))
        assert befell == 1, "a planned fault did not happen"
        try:
            same(found, expected)
        except AssertionError as error:
            raise AssertionError(f"{mode} at call {number} of {calls}: {error}") from error
        told.runs += 1
        told.faults += befell


def test_on_moto(moto: Engine) -> None:
    one_call_after_the_other(moto, "one complaint", "moto", every=2)


def test_the_desk_on_moto(moto: Engine) -> None:
    one_call_after_the_other(moto, "a note, the same a day apart", "moto", every=5)


@pytest.mark.engine
def test_on_the_local_engine(local: Engine) -> None:
    one_call_after_the_other(local, "one complaint", "the local engine", every=3)
