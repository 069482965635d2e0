"""What the stand-ins of reviews refuse that the ports do not ask for, what they show, and what a poll makes of it."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn, reviews
from infra.local.standin.platforms import app_store, google_business, google_play, trustpilot
from shared import platforms
from shared.models import Delivery, Message
from shared.ports import Answer, Call
from shared.replying import Sent
from tests.conftest import NOW
from tests.replying import FOLDERS, ORDINARY, asked, place, presence, said

APIS = {api.channel: api for api in (google_business.API, google_play.API, trustpilot.API, app_store.API)}
EACH = pytest.mark.parametrize("channel", APIS)
BEARER = {"authorization": f"Bearer {reviews.TOKEN}", "content-type": "application/json"}
GOOGLE = "https://mybusiness.googleapis.com/v4/accounts/1/locations/7700100200300400500/reviews"
PLAY = "https://androidpublisher.googleapis.com/androidpublisher/v3/applications/com.example.teleprado/reviews"
TRUSTPILOT = "https://api.trustpilot.com/v1/private/reviews"
APPLE = "https://api.appstoreconnect.apple.com/v1"


def standin(*channels: str) -> StandIn:
    made = StandIn(lambda: NOW)
    for channel in channels or APIS:
        made.spoke(place(channel))
    return made


def responding(review: str = "review-1", words: Any = "Sí.") -> Any:
    named = {"review": {"data": {"type": "customerReviews", "id": review}}}
    data = {"type": "customerReviewResponses", "attributes": {"responseBody": words}, "relationships": named}
    return {"data": data}


@pytest.mark.parametrize(
    ("method", "url", "body", "status"),
    [
        ("PUT", f"{GOOGLE}/review-1/reply", {"comment": "Sí."}, 200),
        ("PUT", f"{GOOGLE}/review-1/reply", {"comment": " "}, 400),
        ("PUT", f"{GOOGLE}/review-1/reply", {"comment": "ñ" * 2049}, 400),
        ("PUT", f"{GOOGLE}/review-2/reply", {"comment": "Sí."}, 404),
        ("POST", f"{GOOGLE}/review-1/reply", {"comment": "Sí."}, 404),
        ("POST", f"{PLAY}/review-1:reply", {"replyText": "Sí."}, 200),
        ("POST", f"{PLAY}/review-1:reply", {"replyText": "x" * 351}, 400),
        ("POST", f"{PLAY}/review-1:reply", {}, 400),
        ("POST", f"{PLAY}/review-2:reply", {"replyText": "Sí."}, 404),
        ("POST", f"{TRUSTPILOT}/review-1/reply", {"message": "Sí.", "authorBusinessUserId": trustpilot.USER}, 201),
        ("POST", f"{TRUSTPILOT}/review-1/reply", {"message": "Sí."}, 400),
        ("POST", f"{TRUSTPILOT}/review-2/reply", {"message": "Sí.", "authorBusinessUserId": trustpilot.USER}, 404),
        ("POST", f"{APPLE}/customerReviewResponses", responding(), 201),
        ("POST", f"{APPLE}/customerReviewResponses", responding(words="x" * 5971), 400),
        ("POST", f"{APPLE}/customerReviewResponses", responding(review="review-2"), 404),
        ("POST", f"{APPLE}/customerReviewResponses", {}, 404),
        ("POST", f"{APPLE}/betaTesters", responding(), 404),
    ],
)
def test_an_answer_is_taken_where_there_is_a_review_and_words_that_fit(
    method: Any, url: str, body: Any, status: int
) -> None:
    api = standin()
    assert api.answer(Call(method, url, BEARER, orjson.dumps(body))).status == status
    assert len(api.sent) == (1 if status < 300 else 0)


@EACH
def test_nobody_else_is_let_in_and_nobody_too_often(channel: str) -> None:
    own = APIS[channel]
    api = standin(channel)
    assert api.answer(Call("GET", f"https://{own.host}/", {"authorization": "Bearer other"})).status == 401
    call = Call("GET", f"https://{own.host}/", BEARER)
    answers = [api.answer(call).status for _ in range(own.limit.most + 1)]
    assert answers == [404] * own.limit.most + [429]
    api.forward(own.limit.within)
    assert api.answer(call).status == 404


@EACH
def test_what_was_answered_here_comes_back_by_the_next_poll_under_the_same_id(channel: str) -> None:
    api, who = standin(channel), presence(channel)
    sent = said(place(channel), to=api)
    assert isinstance(sent, Sent)
    port = platforms.poll(FOLDERS[channel])
    assert port
    found = asked(port.poll(who, "", NOW + timedelta(minutes=5)), api.answer, port.hosts(who))
    assert not found.failing
    load = platforms.load(FOLDERS[channel])
    events = [
        event
        for body in found.bodies
        for event in load.normalise(Delivery(load.name, who.account, body, {}, NOW))
        if isinstance(event, Message)
    ]
    (answer,) = (event for event in events if event.direction == "outbound")
    assert (answer.external_id, answer.text, answer.reply_to) == (sent.external_id, ORDINARY, "review-1")
    assert {event.thread for event in events} == {"review-1"}
    again = asked(port.poll(who, found.cursor, NOW + timedelta(minutes=10)), api.answer, port.hosts(who))
    assert again.bodies == ()


@EACH
def test_where_nobody_has_written_there_is_nothing(channel: str) -> None:
    port = platforms.poll(FOLDERS[channel])
    assert port
    who = presence(channel)
    found = asked(port.poll(who, "", NOW), StandIn(lambda: NOW).answer, port.hosts(who))
    assert (found.failing, found.bodies) == (False, ())


def test_a_body_that_is_no_object_breaks_nothing() -> None:
    api = standin()
    for body in (b"", b"[]", b"\xff"):
        answer: Answer = api.answer(Call("PUT", f"{GOOGLE}/review-1/reply", BEARER, body))
        assert answer.status == 400
