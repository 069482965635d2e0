"""The same at small size on engines of others: moto in process, and the local engine over HTTP."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import chain, cycle, product
from typing import NamedTuple

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


class Ran(NamedTuple):
    """What a run came to, who made each of its calls, which of them took the short way, and how many went wrong."""

    picture: Picture
    calls: list[tuple[str, str]]
    short: list[str]
    befell: int


def run(engine: Engine, story: str, plan: Plan = calm) -> Ran:
    """Run a story. The plan counts the calls of the whole run."""
    with engine() as lab:
        world, befell = lab.world(STORIES[story]), 0
        made: list[tuple[str, str]] = []
        while step := world.step(_from(len(made), plan)):
            made += [(step.name.split()[0], call.operation) for call in step.invocation.calls]
            befell += len(step.invocation.befell)
        return Ran(picture(world), made, lab.short, befell)


def _from(made: int, plan: Plan) -> Plan:
    return lambda number, call: plan(made + number, call)


def _only(at: int, mode: str) -> Plan:
    return lambda number, _: mode if number == at else None


def one_call_after_the_other(engine: Engine, story: str, part: str, *, every: int = 1) -> None:
    """Let every n-th call go wrong, each in the next of the ways."""
    calm_run = run(engine, story)
    assert len(calm_run.calls) > 10, "a run of so few calls proves nothing"
    all_leave_the_same(
        engine, story, part, calm_run, zip(range(1, len(calm_run.calls) + 1, every), cycle(EVENT_MODES), strict=False)
    )


def all_leave_the_same(engine: Engine, story: str, part: str, calm_run: Ran, faults: Iterable[tuple[int, str]]) -> None:
    told = figures.of(part)
    for number, mode in faults:
        found = run(engine, story, _only(number, mode))
        assert found.befell == 1, "a planned fault did not happen"
        try:
            same(found.picture, calm_run.picture)
        except AssertionError as error:
            raise AssertionError(f"{mode} at call {number} of {len(calm_run.calls)}: {error}") from error
        told.runs += 1
        told.faults += found.befell


def test_on_moto(moto: Engine) -> None:
    one_call_after_the_other(moto, "one complaint", "moto", every=3)


def test_the_desk_on_moto(moto: Engine) -> None:
    """Its first queries go wrong in every way, all else that it calls in the next one; the queries take the short
    way."""
    story = "a note, the same a day apart"
    calm_run = run(moto, story)
    ours = [number for number, (who, _) in enumerate(calm_run.calls, start=1) if who == "DeskFunction"]
    queries = [number for number in ours if calm_run.calls[number - 1] == ("DeskFunction", "Query")]
    assert calm_run.short.count("Query") == len(queries) > 0
    others = zip(sorted({*ours} - {*queries[:2]}), cycle(EVENT_MODES), strict=False)
    all_leave_the_same(moto, story, "the desk on moto", calm_run, chain(product(queries[:2], EVENT_MODES), others))


@pytest.mark.engine
def test_on_the_local_engine(local: Engine) -> None:
    one_call_after_the_other(local, "one complaint", "the local engine", every=3)
