"""What a port says of a draft beforehand is what its platform's stand-in says to it, and the other way round."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from infra.local.standin import StandIn
from shared.replying import Draft, Refused, Sent
from tests.conftest import NOW
from tests.likely_replies import drafts, places
from tests.replying import CHANNELS, ORDINARY, place, port, said, template_of


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=150)
@given(data=st.data())
def test_what_is_let_through_is_taken_and_what_is_not_is_refused(channel: str, data: st.DataObject) -> None:
    where, what = data.draw(places(channel)), data.draw(drafts(channel))
    standin = StandIn(lambda: NOW)
    standin.spoke(where)
    refusal = port(channel).check(what, where, NOW)
    event(refusal.code if refusal else "let through")
    outcome = said(where, what, to=standin)
    if refusal is None:
        assert isinstance(outcome, Sent), outcome
        (arrived,) = standin.sent
        assert (arrived.external_id, arrived.channel) == (outcome.external_id, arrived.channel)
        assert arrived.text == ("" if what.template else what.text)
    else:
        assert isinstance(outcome, Refused), (refusal, outcome)
        assert standin.sent == ()


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=100)
@given(data=st.data())
def test_an_alternative_that_is_named_is_let_through_as_far_as_that_reason_goes(
    channel: str, data: st.DataObject
) -> None:
    where, what = data.draw(places(channel)), data.draw(drafts(channel))
    refusal = port(channel).check(what, where, NOW)
    for alternative in refusal.alternatives if refusal else ():
        changed: dict[str, dict[str, Any]] = {
            "template": {"template": {"name": template_of(channel), "language": "es"}},
            "by_a_person": {"by_a_person": True},
            "publicly": {"privately": False},
            "privately": {"privately": True},
            "shorter": {"text": "Sí"},
        }
        otherwise = type(what).model_validate(what.model_dump() | changed[alternative])
        again = port(channel).check(otherwise, where, NOW)
        assert refusal is not None
        assert again is None or again.code != refusal.code
    if refusal and refusal.expired_at is not None:
        before = refusal.expired_at - timedelta(microseconds=1)
        earlier = port(channel).check(what, where, before)
        assert earlier is None or earlier.code != "window_closed"
        at = port(channel).check(what, where, refusal.expired_at)
        assert at is not None
        assert at.code == "window_closed"


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_ordinary_answer_arrives_on_every_channel(channel: str) -> None:
    standin = StandIn(lambda: NOW)
    where = place(channel)
    standin.spoke(where)
    assert port(channel).check(Draft(text=ORDINARY), where, NOW) is None
    outcome = said(where, to=standin)
    assert isinstance(outcome, Sent)
    (arrived,) = standin.sent
    assert (arrived.channel, arrived.account, arrived.external_id) == (channel, where.account, outcome.external_id)
