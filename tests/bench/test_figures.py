"""The statistics behind a ratio, and the form in which figures are written down."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.__main__ import MEASUREMENTS, RESULTS
from bench.figures import Comparison, Figure, by_turns, to_json, to_table

seconds = st.floats(1e-6, 1e3)


def test_a_ratio_is_the_median_of_the_turns() -> None:
    assert Comparison([2, 4, 100], [1, 1, 1]).ratio == 4
    assert Comparison([2, 4], [1, 1]).ratio == 3


def test_a_disturbance_that_hits_both_changes_nothing() -> None:
    assert Comparison([3, 3, 30, 3], [1, 1, 10, 1]).ratio == 3


@given(st.lists(st.tuples(seconds, seconds), min_size=2))
def test_the_ratio_lies_between_its_quartiles(turns: list[tuple[float, float]]) -> None:
    compared = Comparison([one for one, _ in turns], [other for _, other in turns])
    low, high = compared.spread
    slack = 1e-9 * compared.ratio
    assert low - slack <= compared.ratio <= high + slack


@given(seconds, seconds, st.integers(2, 9))
def test_steady_times_give_their_ratio(one: float, other: float, turns: int) -> None:
    compared = by_turns(lambda: one, lambda: other, turns=turns)
    assert compared.ratio == pytest.approx(one / other)
    assert compared.spread == pytest.approx((one / other, one / other))


def test_turns_alternate_and_so_does_who_goes_first() -> None:
    asked: list[str] = []

    def measured(name: str, value: float) -> float:
        asked.append(name)
        return value

    compared = by_turns(lambda: measured("a", 1), lambda: measured("b", 2), turns=4)
    assert "".join(asked) == "abbaabba"
    assert (compared.ones, compared.others) == ([1] * 4, [2] * 4)


def test_turns_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        _ = Comparison([1, 2], [1]).ratio


FIGURES = [
    Figure("within", 1, "calls", "a trace", 1),
    Figure("beyond", 4.25, "times", "a bare handler", 4),
    Figure("told only", 304, "bytes", "a unit"),
]


def test_the_table_says_which_goals_are_met() -> None:
    head, within, beyond, told = to_table(FIGURES).splitlines()
    assert head.split() == ["value", "goal", "what", "against"]
    assert within.split()[:5] == ["1", "calls", "<=", "1", "met"]
    assert beyond.split()[:5] == ["4.25", "times", "<=", "4", "MISSED"]
    assert told.split()[:3] == ["304", "bytes", "told"]


def has_the_declared_shape(written: bytes) -> bool:
    found = orjson.loads(written)
    return all(
        list(figure) == ["name", "value", "unit", "against", "goal"]
        and all(isinstance(figure[name], str) and figure[name] for name in ("name", "unit", "against"))
        and isinstance(figure["value"], int | float)
        and isinstance(figure["goal"], int | float | None)
        for figure in found
    ) and len({figure["name"] for figure in found}) == len(found)


def test_results_have_the_declared_shape() -> None:
    assert has_the_declared_shape(to_json(FIGURES))
    assert orjson.loads(to_json(FIGURES))[2]["goal"] is None
    assert not has_the_declared_shape(to_json(FIGURES * 2)), "names are told apart"


@pytest.mark.skipif(not RESULTS.exists(), reason="nothing was measured yet: make bench")
def test_the_results_that_are_here_have_it_too() -> None:
    assert has_the_declared_shape(RESULTS.read_bytes())


def test_every_measurement_is_in_the_readme() -> None:
    readme = RESULTS.with_name("README.md").read_text()
    assert all(f"`{name}`" in readme for name in MEASUREMENTS)
