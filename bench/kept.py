"""What is promised of replies and of cases, counted while things go wrong: replies that are doubled or lost, and cases
that are nobody's.

The suites ask the same of more stories (`tests/faults/test_sending.py`, `tests/services/watch/`); here the counts stand
beside the other figures.
"""

from collections.abc import Iterator
from contextlib import suppress

from bench.figures import Figure
from tests.faults import figures
from tests.faults.figures import Figures
from tests.faults.test_sending import EVERYTHING, explore
from tests.services.watch.test_three_departments import WORDS, run, unaccounted

_PART = "the bench"


def measure() -> Iterator[Figure]:
    """Yield how many replies and cases were not kept as promised, in simulated companies."""
    found = send()
    against = f"{found.runs:,} runs over {sum(found.points.values()):,} fault points of {len(EVERYTHING)} stories"
    yield Figure("replies doubled, whatever call on their way fails", found.doubled, "replies", against, 0)
    yield Figure("replies lost, whatever call on their way fails", found.lost, "replies", against, 0)
    for last_resort in WORDS:
        company, _ = run(last_resort)
        against = f"{len(company.cases())} cases of three departments, {company.deaths} deaths"
        name = f"cases unaccounted for, the {last_resort} department the last resort"
        yield Figure(name, len(unaccounted(company)), "cases", against, 0)


def send() -> Figures:
    """Return what was counted over every call of every story, each failing in each of its ways."""
    for name, channel in EVERYTHING:
        with suppress(AssertionError):  # it is counted before it is asserted
            explore(name, channel, _PART, lambda _: True)
    return figures.of(_PART)
