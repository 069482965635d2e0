"""What Google Play is asked, what is made of its answers, and what a review of an app means."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from shared import platforms
from shared.models import Author
from shared.ports import Answer, Thing
from tests.conftest import NOW
from tests.reviews import Played, outcomes, rows, told

APP = "com.example.teleprado"
PLAY = Played("google_play", "android", Thing("app", APP))
BY_KIND = {"review": "text", "edit": "edited", "answer": "answered"}
REVIEW = "gp:AOqpTOH-teleprado-1"


def ok(*reviews: object, **more: object) -> Answer:
    return Answer(200, orjson.dumps({"reviews": list(reviews), **more}))


def test_a_review_is_said_by_somebody_of_whom_there_is_only_a_name() -> None:
    found = PLAY.message("text")
    assert found.identity == f"google_play:{APP}:{REVIEW}"
    assert (found.account, found.channel, found.thread, found.rating) == (APP, "play_review", REVIEW, 3)
    assert (found.title, found.text) == (None, "No está mal, pero se cierra sola.")
    assert found.author == Author(name="Ana Peña", language="es")
    assert found.occurred_at == datetime(2026, 11, 22, 10, 0, 0, 713000, tzinfo=UTC)


def test_what_stands_before_a_tab_is_a_title() -> None:
    found = PLAY.message("complaint")
    assert (found.title, found.text) == ("Fatal", "Me han cobrado dos veces. Es urgente.")


def test_a_change_and_an_answer_have_their_own_instants() -> None:
    after = PLAY.edit()
    assert (after.target, after.rating, after.text) == (REVIEW, 5, "Ya no se cierra. Gracias.")
    assert after.occurred_at == datetime(2026, 11, 22, 11, 30, 0, 713000, tzinfo=UTC)
    answer = PLAY.message("answered")
    assert (answer.direction, answer.reply_to) == ("outbound", REVIEW)
    assert answer.occurred_at == datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_an_app_is_asked_by_its_name_and_a_change_is_one_only_after_the_first_version() -> None:
    found, (call,) = PLAY.polled(ok(*(PLAY.raw(name) for name in ("text", "complaint", "non_ascii"))))
    target = urlsplit(call.url)
    assert target.netloc == "androidpublisher.googleapis.com"
    assert target.path == f"/androidpublisher/v3/applications/{APP}/reviews"
    assert parse_qs(target.query) == {"maxResults": ["100"]}
    assert told(found) == ["review"] * 3
    changed, _ = PLAY.polled(ok(PLAY.raw("edited")), cursor=found.cursor)
    assert told(changed) == ["edit"]
    assert PLAY.polled(ok(PLAY.raw("edited")), cursor=changed.cursor)[0].bodies == ()
    assert told(PLAY.polled(ok(PLAY.raw("edited")))[0]) == ["review"], "nobody knows that it was otherwise"
    assert told(PLAY.polled(ok(PLAY.raw("answered")), cursor=found.cursor)[0]) == ["answer"]


def test_counting_thumbs_changes_nothing() -> None:
    first, _ = PLAY.polled(ok(PLAY.raw("text")))
    liked = PLAY.raw("text")
    liked["comments"][0]["userComment"]["thumbsUpCount"] = 9
    assert PLAY.polled(ok(liked), cursor=first.cursor)[0].bodies == ()


def test_the_next_page_is_asked_for_by_its_token() -> None:
    found, calls = PLAY.polled(ok(PLAY.raw("text"), tokenPagination={"nextPageToken": "a=="}), ok())
    assert parse_qs(urlsplit(calls[1].url).query)["token"] == ["a=="]
    assert told(found) == ["review"]


def test_an_app_without_reviews_has_no_list_and_a_page_of_html_is_a_failure() -> None:
    assert PLAY.polled(Answer(200, b"{}"))[0].failing is False
    assert PLAY.polled(Answer(200, b"<html>"))[0].failing is True


@pytest.mark.parametrize("status", [0, 401, 403, 404, 429, 500])
def test_a_refusal_leaves_the_cursor_and_says_what_to_do(status: int) -> None:
    found, _ = PLAY.polled(Answer(status, headers={"retry-after": "60"}), cursor="c")
    assert (found.bodies, found.cursor, found.failing) == ((), "c", True)
    assert found.sentence.startswith("Google Play ")
    assert found.not_before == (NOW + timedelta(minutes=1) if status == 429 else None)


def test_the_cadence_stays_within_two_hundred_readings_an_hour_and_the_table() -> None:
    port = platforms.poll("google_play")
    assert port
    assert timedelta(hours=1) / port.every * 2 < 200 / 2, "the other half is for what answers"
    assert (port.things, port.needs_token) == (("app",), True)
    assert BY_KIND.keys() == platforms.load("google_play").events.keys()
    assert rows(PLAY.readme) == outcomes(PLAY, BY_KIND)
