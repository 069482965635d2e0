"""What Google is asked about a place, and what is made of its answers."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import platforms
from shared.models import Delivery
from shared.ports import Answer, Presence, Thing
from tests.conftest import NOW
from tests.reviews import told
from tests.shared.platforms.google_business.test_normalise import GOOGLE

ALL = ("complaint", "text", "stars_only", "anonymous")


def ok(*reviews: object, **more: object) -> Answer:
    return Answer(200, orjson.dumps({"reviews": list(reviews), "averageRating": 3.5, **more}))


def test_a_place_is_asked_through_its_account_for_what_was_changed_last() -> None:
    found, (call,) = GOOGLE.polled(ok(*(GOOGLE.raw(name) for name in ALL)))
    target = urlsplit(call.url)
    assert target.netloc == "mybusiness.googleapis.com"
    assert target.path == "/v4/accounts/100200300400500600700/locations/7700100200300400500/reviews"
    assert parse_qs(target.query) == {"pageSize": ["50"], "orderBy": ["updateTime desc"]}
    assert call.headers["authorization"] == "Bearer a-token"
    assert (found.failing, sorted(told(found))) == (False, ["answer"] + ["review"] * 4)
    assert GOOGLE.polled(ok(GOOGLE.raw()), cursor=found.cursor)[0].bodies == ()


def test_what_is_found_again_is_the_same_bytes() -> None:
    once, _ = GOOGLE.polled(ok(GOOGLE.raw("text")))
    backwards = dict(reversed(GOOGLE.raw("text").items()))
    assert GOOGLE.polled(ok(backwards))[0].bodies == once.bodies


def test_a_change_and_an_answer_are_told_once_each() -> None:
    first, _ = GOOGLE.polled(ok(GOOGLE.raw("text")))
    changed, _ = GOOGLE.polled(ok(GOOGLE.raw("edited")), cursor=first.cursor)
    assert told(changed) == ["edit"]
    answered, _ = GOOGLE.polled(ok(GOOGLE.raw("answered")), cursor=first.cursor)
    assert told(answered) == ["answer"]
    assert GOOGLE.polled(ok(GOOGLE.raw("answered")), cursor=answered.cursor)[0].bodies == ()


def test_a_review_that_is_seen_late_comes_whole() -> None:
    found, _ = GOOGLE.polled(ok(GOOGLE.raw("edited") | {"reviewReply": GOOGLE.raw("answered")["reviewReply"]}))
    assert told(found) == ["review", "edit", "answer"]


def test_an_old_review_that_is_changed_is_found_by_its_change() -> None:
    old = GOOGLE.raw("edited") | {"createTime": "2024-01-01T00:00:00Z"}
    assert told(GOOGLE.polled(ok(old))[0]) == ["review", "edit"]
    untouched = old | {"updateTime": "2024-01-01T00:00:00Z"}
    assert GOOGLE.polled(ok(untouched))[0].bodies == ()


def test_a_review_that_we_cannot_read_is_brought_with_its_bytes_and_the_others_too() -> None:
    odd = GOOGLE.raw("text") | {"createTime": None}
    found, _ = GOOGLE.polled(ok(odd, GOOGLE.raw("complaint")))
    assert told(found) == ["review", "review"]
    assert orjson.loads(found.bodies[1])["review"] == odd
    assert GOOGLE.polled(ok(odd), cursor=found.cursor)[0].bodies == ()


def test_the_next_page_is_asked_for_by_its_token() -> None:
    _, calls = GOOGLE.polled(ok(GOOGLE.raw("text"), nextPageToken="a+b/c"), ok())
    assert parse_qs(urlsplit(calls[1].url).query)["pageToken"] == ["a+b/c"]


def test_a_refresh_token_is_exchanged_first_and_what_google_says_is_said_to_operators() -> None:
    who = GOOGLE.presence("id:secret:refresh")
    found, (sign_in, call) = GOOGLE.polled(Answer(200, b'{"access_token": "ya29"}'), ok(GOOGLE.raw()), who=who)
    assert (sign_in.signs_in, call.headers["authorization"], told(found)) == (True, "Bearer ya29", ["review", "answer"])
    found, _ = GOOGLE.polled(Answer(400, b'{"error": "invalid_grant"}'), cursor="c", who=who)
    assert (found.failing, found.cursor) == (True, "c")
    assert "python -m infra.publish tokens" in found.sentence
    found, _ = GOOGLE.polled(Answer(503, headers={"retry-after": "60"}), cursor="c", who=who)
    assert (found.failing, found.not_before) == (True, NOW + timedelta(minutes=1))
    found, calls = GOOGLE.polled(cursor="c", who=GOOGLE.presence("a:b"))
    assert (found.failing, calls) == (True, [])


@pytest.mark.parametrize("status", [0, 400, 401, 403, 404, 418, 429, 500, 503])
def test_a_refusal_leaves_the_cursor_and_says_what_to_do(status: int) -> None:
    first, _ = GOOGLE.polled(ok(GOOGLE.raw()))
    found, _ = GOOGLE.polled(Answer(status, headers={"retry-after": "60"}), cursor=first.cursor)
    assert (found.bodies, found.cursor, found.failing) == ((), first.cursor, True)
    assert found.sentence.startswith("Google ")
    assert found.not_before == (NOW + timedelta(minutes=1) if status in (429, 503) else None)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"reviews": {}}', b'{"reviews": null}'])
def test_another_shape_is_a_failure(body: bytes) -> None:
    found, _ = GOOGLE.polled(Answer(200, body), cursor="as it was")
    assert (found.failing, found.cursor) == (True, "as it was")


def test_a_place_without_reviews_has_no_list() -> None:
    assert GOOGLE.polled(Answer(200, b"{}"))[0].failing is False


def test_an_account_without_a_place_says_so() -> None:
    for things in ((), (Thing("page", "7"),)):
        found, calls = GOOGLE.polled(who=Presence("google_business", "tiendas", "t", things=things), cursor="c")
        assert (found.failing, found.cursor, calls) == (True, "c", [])


def test_it_is_asked_every_five_minutes_with_a_token_and_by_place() -> None:
    port = platforms.poll("google_business")
    assert port
    assert (port.every, port.things, port.needs_token) == (timedelta(minutes=5), ("location",), True)


answers = st.builds(
    Answer,
    st.sampled_from([0, 200, 200, 200, 400, 404, 429, 500]),
    st.sampled_from(
        [
            b"",
            b"[]",
            ok(GOOGLE.raw("text"), nextPageToken="b").body,
            ok(GOOGLE.raw("edited"), GOOGLE.raw("answered"), {}).body,
            ok("", {"reviewId": "1"}, nextPageToken=7).body,
        ]
    )
    | st.binary(max_size=30),
    headers=st.dictionaries(st.just("retry-after"), st.text(max_size=9)),
)


@given(st.lists(answers, min_size=2, max_size=2), st.text(max_size=30))
def test_no_answer_breaks_a_poll_and_all_that_it_brings_is_a_delivery(said: list[Answer], cursor: str) -> None:
    port = platforms.poll("google_business")
    assert port
    asking = port.poll(GOOGLE.presence(), cursor, NOW)
    next(asking)
    try:
        for answer in said:
            asking.send(answer)
    except StopIteration as ended:
        for body in ended.value.bodies:
            platforms.load("google_business").units(Delivery("google_business", "tiendas", body, {}, NOW))
    else:
        raise AssertionError("it asks without end")
