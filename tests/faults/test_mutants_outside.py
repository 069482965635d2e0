"""The matrix of connectors, media, calls and greeting can fail: each of their designs that is worse is caught by it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults import company, figures, mutants_outside, test_acting, test_calling, test_connecting, test_copying
from tests.faults.lab import on_the_double
from tests.faults.mutants import Patch
from tests.faults.sequential import Difference
from tests.faults.test_greeting import greeted


def each(found: tuple[tuple[Patch, str], ...]) -> pytest.MarkDecorator:
    ids = [f"{design.__name__}, {where}" for design, where in found]
    return pytest.mark.parametrize(("design", "where"), found, ids=ids)


_BY_A_FAULT = r"^\['"
"""That a difference is told with what befell a call, or with whose call came first."""


@contextmanager
def caught(design: Patch, error: type[AssertionError] = Difference, match: str = _BY_A_FAULT) -> Iterator[None]:
    """Make the product worse for a while, in which the matrix finds it out: not in a calm run, but by a fault."""
    with pytest.MonkeyPatch.context() as patch:
        design(patch)
        with pytest.raises(error, match=match):
            yield
    figures.of("mutants of what is connected").mutants += 1


# One lab at a time: each stands in the place of AWS for all of the process.


@each(mutants_outside.GIVING)
def test_a_bad_way_of_giving_is_caught(design: Patch, where: str) -> None:
    with test_acting.with_a_tool() as shop, caught(design):
        test_connecting.told(shop, "given", where, faults=2)


@each(mutants_outside.AT_ONCE)
def test_a_bad_way_of_giving_at_once_is_caught(design: Patch, where: str) -> None:
    with test_acting.with_a_tool() as shop, caught(design):
        test_connecting.given_at_once(shop, where, deaths=0)


@each(mutants_outside.IN_A_TOOL)
def test_a_bad_way_of_taking_back_is_caught(design: Patch, where: str) -> None:
    with test_acting.with_a_tool() as shop, caught(design):
        test_acting.done(shop, where)


@each(mutants_outside.BY_A_QUEUE)
def test_a_bad_way_of_acting_by_a_queue_is_caught(design: Patch, where: str) -> None:
    with company.company(company.BY_ITS_QUEUE) as shop, caught(design):
        test_acting.acted(shop, where)


@each(mutants_outside.COPYING)
def test_a_bad_way_of_copying_is_caught(design: Patch, where: str) -> None:
    with test_copying.with_files() as lab, caught(design):
        test_copying.copied(lab, where)


@each(mutants_outside.CALLING)
def test_a_bad_way_of_keeping_calls_is_caught(design: Patch, where: str) -> None:
    with test_calling.with_an_instance() as lab, caught(design):
        test_calling.kept(lab, where, faults=2)


@pytest.mark.parametrize("design", mutants_outside.GREETING, ids=lambda design: design.__name__)
def test_a_bad_greeting_is_caught(design: Patch) -> None:
    with on_the_double() as lab, caught(design, AssertionError, " at "):
        greeted(lab, verified=True)
