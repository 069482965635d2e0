"""What the lines of the matrix say was found is counted, also of a run that fails."""

import pytest

from tests.faults import figures
from tests.faults.street import Street
from tests.faults.test_sending import accounted_for, one, told


def test_what_is_doubled_or_lost_is_counted_before_a_run_fails_of_it() -> None:
    street, of = told("one reply", "telegram"), figures.Figures()
    (arrived,) = street.standin.sent
    street.standin.state.arrived.append(arrived)
    with pytest.raises(AssertionError, match="doubled"):
        accounted_for(street, of)
    assert figures.line("sending", of).endswith(", 1 doubled, 0 lost")
    street.standin.state.arrived.clear()
    with pytest.raises(AssertionError, match="it was never sent"):
        accounted_for(street, of)
    assert figures.line("sending", of).endswith(", 1 doubled, 1 lost")


def test_a_reply_that_nothing_became_of_is_counted_as_lost() -> None:
    street, of = Street("telegram"), figures.Figures()
    street.replies = one(street)
    street.project()
    with pytest.raises(AssertionError, match="lost: it is queued"):
        accounted_for(street, of)
    assert (of.doubled, of.lost) == (0, 1)
