"""A stand-in that is made to fail, as networks and platforms do: what the port says of it, and what was done."""

from typing import get_args

import pytest

from infra.local.standin import FAILURES, Failure, StandIn, token
from shared.replying import Later, NotThere, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import CHANNELS, FOLDERS, READ_FIRST, found, place, port, said
from tests.speaking import SPOKEN

EACH = pytest.mark.parametrize("channel", CHANNELS)


def standin(channel: str) -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(place(channel))
    return made


def test_every_failure_has_a_name() -> None:
    assert get_args(Failure) == FAILURES


@EACH
@pytest.mark.parametrize(
    ("how", "outcome", "arrived"),
    [
        ("unreachable", Unknown, 0),
        ("cut", Unknown, 1),
        ("limited", Later, 0),
        ("broken_before", Unknown, 0),
        ("broken_after", Unknown, 1),
    ],
)
def test_a_failure_is_classified_as_what_can_be_known_of_it(
    channel: str, how: Failure, outcome: type, arrived: int
) -> None:
    api = standin(channel)
    api.fail(how, seconds=17)
    became = said(place(channel), to=api)
    assert isinstance(became, outcome)
    assert len(api.sent) == arrived
    if isinstance(became, Later):
        assert became.seconds == (17 if SPOKEN[channel].says_when else None)


@EACH
def test_a_failure_lasts_as_often_as_it_was_asked_for_and_is_over_then(channel: str) -> None:
    api = standin(channel)
    api.fail("unreachable", times=2)
    outcomes = [type(said(place(channel), to=api)) for _ in range(3)]
    assert outcomes == [Unknown, Unknown, Sent]


@EACH
def test_a_failure_of_one_platform_is_no_other_ones(channel: str) -> None:
    api = standin(channel)
    others = [name for name in sorted(set(FOLDERS.values())) if name != FOLDERS[channel]]
    for name in others:
        api.fail("unreachable", platform=name)
    assert isinstance(said(place(channel), to=api), Sent)
    api.forget()
    api.spoke(place(channel))  # a review has one answer
    api.fail("unreachable", platform=FOLDERS[channel])
    assert isinstance(said(place(channel), to=api), Unknown)


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if port(channel).find])
def test_what_only_reads_fails_when_that_is_asked_for(channel: str) -> None:
    api = standin(channel)
    api.fail("unreachable", method="GET", times=9)
    if channel in READ_FIRST:
        assert isinstance(said(place(channel), to=api), Later), "what cannot be read is not answered yet"
        assert api.sent == ()
    else:
        assert isinstance(said(place(channel), to=api), Sent), "writing does not fail"
    assert isinstance(found(place(channel), in_=api), Unknown)


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if port(channel).find and SPOKEN[channel].shows])
@pytest.mark.parametrize("how", ["unreachable", "cut", "broken_before", "broken_after"])
def test_after_a_failure_the_search_tells_what_was_done(channel: str, how: Failure) -> None:
    api = standin(channel)
    api.fail(how)
    assert isinstance(said(place(channel), to=api), Unknown)
    done = how in ("cut", "broken_after")
    assert isinstance(found(place(channel), in_=api), Sent if done else NotThere)


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if not port(channel).own_credentials])
def test_only_who_has_the_token_is_let_in(channel: str) -> None:
    api = standin(channel)
    refused = said(place(channel), to=api, token="nobodys")
    assert isinstance(refused, Refused)
    assert api.sent == ()
    assert isinstance(said(place(channel), to=api, token=token(FOLDERS[channel], place(channel).account)), Sent)


@EACH
def test_what_arrived_is_kept_as_it_came(channel: str) -> None:
    api, where = standin(channel), place(channel)
    sent = said(where, "Uno, y nada más que uno.", to=api)
    (arrived,) = api.sent
    assert isinstance(sent, Sent)
    assert (arrived.platform, arrived.channel) == (FOLDERS[channel], channel)
    assert (arrived.text, arrived.external_id, arrived.at) == ("Uno, y nada más que uno.", sent.external_id, NOW)
    assert arrived.to == SPOKEN[channel].person
    assert (arrived.reply_id is not None) is SPOKEN[channel].keeps_our_id
