"""A review has one answer: what stands there is read first, and nothing is replaced that should stay."""

from datetime import timedelta
from typing import Any

import pytest

from infra.local.standin import StandIn, reviews
from shared.ports import Answer, Call
from shared.replying import Later, NotThere, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ORDINARY, REVIEWS, asked, found, place, port, presence, reply, said

EACH = pytest.mark.parametrize("channel", REVIEWS)
MINUTE = timedelta(minutes=1)
SIGNING_IN = {"google_review": "id:secret:refresh", "play_review": "id:secret:refresh", "trustpilot_review": "key:hush"}


def standin(channel: str) -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(place(channel))
    return made


@EACH
def test_an_answer_is_not_replaced_before_the_customer_has_written_again(channel: str) -> None:
    api = standin(channel)
    assert isinstance(said(place(channel), to=api), Sent)
    second = said(place(channel), "Y por la tarde, también.", to=api)
    assert isinstance(second, Refused)
    assert second.code == "answered_already"
    assert [each.text for each in api.sent] == [ORDINARY]
    api.spoke(place(channel, reply_to_at=NOW + MINUTE))  # the review, as it is dated now
    api.forward(2 * MINUTE)
    assert isinstance(said(place(channel), "Y por la tarde, también.", to=api), Sent)
    assert len(api.sent) == 2


@EACH
def test_a_review_that_is_gone_is_refused_and_not_answered(channel: str) -> None:
    api = standin(channel)
    api.block(place(channel))
    refused = said(place(channel), to=api)
    assert isinstance(refused, Refused)
    assert refused.code == "404"
    assert isinstance(found(place(channel), in_=api), Unknown)


@EACH
def test_another_answer_is_not_taken_for_ours(channel: str) -> None:
    api = standin(channel)
    assert isinstance(found(place(channel), in_=api), NotThere)
    sent = said(place(channel), to=api)
    assert isinstance(found(place(channel), "Otra cosa.", in_=api), NotThere)
    assert found(place(channel), in_=api) == sent
    assert isinstance(found(place(channel), in_=api, others=[sent.external_id]), NotThere)
    assert isinstance(found(place(channel), in_=api, since=NOW + timedelta(hours=1)), NotThere)


@EACH
@pytest.mark.parametrize("changed", [{"thread": "another"}, {"reply_to": "review-1:answer:0a"}])
def test_only_the_review_itself_is_answered(channel: str, changed: dict[str, Any]) -> None:
    api = standin(channel)
    refused = said(place(channel, **changed), to=api)
    assert isinstance(refused, Refused)
    assert refused.code == "not_reachable"
    assert api.sent == ()


@EACH
def test_what_the_playbook_does_not_name_is_not_asked_for(channel: str) -> None:
    own, who = port(channel), presence(channel, things=())
    refused = asked(own.send(reply(place(channel)), who, NOW), standin(channel).answer, own.hosts_of(who))
    assert isinstance(refused, Refused)
    assert refused.code == "unnamed"


@EACH
def test_a_token_of_no_form_is_refused_without_a_call(channel: str) -> None:
    own, who = port(channel), presence(channel, token="a:b:c:d")

    def nobody(_: Call) -> Answer:
        raise AssertionError("it was sent somewhere")

    refused = asked(own.send(reply(place(channel)), who, NOW), nobody, own.hosts_of(who))
    assert isinstance(refused, Refused)
    assert refused.code == "no_token"
    assert own.find
    assert isinstance(asked(own.find(reply(place(channel)), who, NOW, NOW), nobody, own.hosts_of(who)), Unknown)


@pytest.mark.parametrize("channel", SIGNING_IN)
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(400, b'{"error": "invalid_grant"}'), Refused),
        (Answer(200, b"{}"), Later),
        (Answer(500), Later),
        (Answer(429, headers={"retry-after": "17"}), Later),
    ],
)
def test_who_is_not_let_in_says_nothing(channel: str, answer: Answer, outcome: type) -> None:
    own, who = port(channel), presence(channel, token=SIGNING_IN[channel])
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answer

    became = asked(own.send(reply(place(channel)), who, NOW), api, own.hosts_of(who))
    assert isinstance(became, outcome)
    assert [call.signs_in for call in calls] == [True]
    if isinstance(became, Later) and answer.status == 429:
        assert became.seconds == 17


@pytest.mark.parametrize("channel", SIGNING_IN)
def test_who_is_let_in_speaks_by_the_token_that_was_given(channel: str) -> None:
    api, own, who = standin(channel), port(channel), presence(channel, token=SIGNING_IN[channel])
    given = f'{{"access_token": "{reviews.TOKEN}"}}'.encode()

    def answer(call: Call) -> Answer:
        return Answer(200, given) if call.signs_in else api.answer(call)

    assert isinstance(asked(own.send(reply(place(channel)), who, NOW), answer, own.hosts_of(who)), Sent)


def test_what_trustpilot_does_not_say_of_an_answer_is_read() -> None:
    """Its answer to an answer is empty: the review then shows it, or nobody knows yet."""
    channel = "trustpilot_review"
    api, own, who = standin(channel), port(channel), presence(channel)
    calls: list[Call] = []

    def late(call: Call) -> Answer:
        calls.append(call)
        return api.answer(call) if len(calls) < 3 else Answer(503)

    assert isinstance(asked(own.send(reply(place(channel)), who, NOW), late, own.hosts_of(who)), Unknown)
    assert [call.method for call in calls] == ["GET", "POST", "GET"]
    assert isinstance(found(place(channel), in_=api), Sent)
