"""What a measurement says, and the statistics behind it.

Machines differ and are busy with other things, so what matters is a ratio of two things measured in one run, by turns:
a disturbance that lasts hits both. The median of the turns' ratios forgets those that it hit on one side only.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, smaller is better: in what unit, against what, and the goal where there is one."""

    name: str
    value: float
    unit: str
    against: str
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things measured by turns, each turn's values side by side, in one unit."""

    ones: Sequence[float]
    others: Sequence[float]

    @property
    def ratio(self) -> float:
        """How many times the other the one is: the median over all turns."""
        return median(self._ratios())

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles around that ratio: how much this run is to be trusted."""
        low, _, high = quantiles(self._ratios(), n=4, method="inclusive")
        return low, high

    def _ratios(self) -> list[float]:
        return [one / other for one, other in zip(self.ones, self.others, strict=True)]


def by_turns(one: Callable[[], float], other: Callable[[], float], *, turns: int) -> Comparison:
    """Measure two things by turns, the one that goes first changing each time."""
    ones, others = [], []
    for turn in range(turns):
        if turn % 2:
            others.append(other())
            ones.append(one())
        else:
            ones.append(one())
            others.append(other())
    return Comparison(ones, others)


def to_json(figures: Sequence[Figure]) -> bytes:
    """Return the content of `results.json`."""
    return orjson.dumps([asdict(figure) for figure in figures], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def to_table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for people."""
    rows = [("value", "goal", "", "what", "against")]
    rows += [(_value(figure), _goal(figure), _verdict(figure), figure.name, figure.against) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join((*map(str.ljust, row, widths), row[4])).rstrip() for row in rows)


def _value(figure: Figure) -> str:
    return f"{figure.value:g} {figure.unit}"


def _goal(figure: Figure) -> str:
    return "" if figure.goal is None else f"<= {figure.goal:g}"


def _verdict(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return "met" if figure.value <= figure.goal else "MISSED"
