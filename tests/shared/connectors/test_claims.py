"""How far a hand-off has got: whatever happens in whatever order, what may be there is asked for first."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.connectors import Given, NotGiven, Outcome, Unsure
from shared.connectors.claims import LEASE, begun, claimed, ended, is_busy
from tests.conftest import NOW
from tests.shared.connectors.giving import giving

CLAIM = claimed(giving().hand_off, "slack", NOW)


def test_one_attempt_has_it_to_itself_for_a_while() -> None:
    attempt = begun(CLAIM, "slack", NOW)
    assert is_busy(attempt, NOW + LEASE - timedelta(seconds=1))
    assert not is_busy(attempt, NOW + LEASE)
    assert not is_busy(ended(attempt, NotGiven("x")), NOW)
    assert (attempt.tries, attempt.since) == (1, NOW)


OUTCOMES = st.sampled_from([NotGiven("x"), Unsure("x"), None])
"""What may come of an attempt before the last; none where the process died."""


@given(st.lists(OUTCOMES, max_size=6))
def test_it_may_be_there_as_soon_as_one_attempt_left_no_word(outcomes: list[Outcome | None]) -> None:
    claim = CLAIM
    for outcome in outcomes:
        claim = begun(claim, "slack", NOW)
        claim = ended(claim, outcome) if outcome else claim
    claim = begun(claim, "slack", NOW)
    assert claim.may_be_there is any(not isinstance(outcome, NotGiven) for outcome in outcomes)
    assert claim.tries == len(outcomes) + 1
    assert ended(claim, Given("here")).place == "here"
    assert not ended(claim, Given("here")).may_be_there


def test_another_tool_than_before_cannot_have_it() -> None:
    unsure = ended(begun(CLAIM, "slack", NOW), Unsure("x"))
    assert begun(unsure, "slack", NOW).may_be_there
    assert not begun(unsure, "jira", NOW).may_be_there
