"""What a forum's stand-in refuses that the port does not ask for, what it shows, and whom it lets in."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import discourse
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import ANA, place

FORUM = f"https://{discourse.HOST}"
FORUM_KEY = {"api-key": discourse.TOKEN, "api-username": "soporte"}
POST = {"topic_id": 4711, "reply_to_post_number": 82, "raw": "Sí, hasta las dos de la tarde."}
MESSAGE = {"archetype": "private_message", "target_recipients": f"user{ANA}", "title": "Re: 4711", "raw": POST["raw"]}


def told_forum(said: Any, headers: dict[str, str] = FORUM_KEY) -> tuple[StandIn, Answer]:
    standin = StandIn(lambda: NOW)
    standin.spoke(place("forum"))
    return standin, standin.answer(Call("POST", f"{FORUM}/posts.json", headers, orjson.dumps(said)))


@pytest.mark.parametrize(
    ("said", "status", "word"),
    [
        ({}, 400, "raw"),
        (POST | {"raw": " "}, 400, "raw"),
        (POST | {"raw": "Sí"}, 422, "too short"),
        (POST | {"raw": "x" * 32_001}, 422, "too long"),
        (POST | {"topic_id": 1}, 404, "not be found"),
        (POST | {"reply_to_post_number": 1}, 404, "not be found"),
        (MESSAGE | {"target_recipients": "user7"}, 422, "valid user"),
        (MESSAGE | {"title": "x" * 256}, 422, "Title"),
        (MESSAGE | {"raw": "Sí"}, 422, "too short"),
    ],
)
def test_a_forum_refuses_in_its_own_words(said: Any, status: int, word: str) -> None:
    standin, answer = told_forum(said)
    assert (answer.status, word in answer.body.decode()) == (status, True)
    assert standin.sent == ()


def test_a_forum_lets_in_its_user_with_their_key_sixty_times_a_minute() -> None:
    assert told_forum(POST, {})[1].status == 403
    assert told_forum(POST, FORUM_KEY | {"api-username": "ana"})[1].status == 403
    standin, answer = told_forum(POST)
    assert answer.status == 200
    call = Call("GET", f"{FORUM}/posts/81.json", FORUM_KEY)
    answers = [standin.answer(call) for _ in range(60)]
    assert [each.status for each in answers] == [200] * 59 + [429]
    assert answers[-1].json()["extras"]["wait_seconds"] == 60
    assert standin.answer(Call("GET", f"{FORUM}/admin/users.json", FORUM_KEY)).status == 429
    standin.forward(timedelta(minutes=1))
    assert standin.answer(Call("GET", f"{FORUM}/admin/users.json", FORUM_KEY)).status == 404


def test_a_forum_shows_what_was_written_only_where_that_is_asked_for_and_the_newest_of_a_long_topic() -> None:
    standin, _ = told_forum(POST)
    for number in range(25):
        standin.answer(
            Call("POST", f"{FORUM}/posts.json", FORUM_KEY, orjson.dumps(POST | {"raw": f"{'x' * 20} {number}"}))
        )
    seen = standin.answer(Call("GET", f"{FORUM}/t/4711.json", FORUM_KEY)).json()
    assert (len(seen["post_stream"]["posts"]), seen["posts_count"]) == (20, 27)
    assert not any("raw" in post for post in seen["post_stream"]["posts"])
    last = seen["highest_post_number"]
    near = standin.answer(Call("GET", f"{FORUM}/t/4711/{last}.json?include_raw=true", FORUM_KEY)).json()
    assert near["post_stream"]["posts"][-1]["raw"].endswith(" 24")
    assert standin.answer(Call("GET", f"{FORUM}/t/9.json", FORUM_KEY)).status == 404


def test_what_other_platforms_know_breaks_no_forum() -> None:
    standin, _ = told_forum(POST)
    for channel in ("linkedin_comment", "mastodon_mention", "zendesk_ticket", "facebook_comment"):
        standin.spoke(place(channel))
    answer = standin.answer(Call("POST", f"{FORUM}/posts.json", FORUM_KEY, orjson.dumps(POST | {"raw": "x" * 20})))
    assert answer.status == 200
    assert standin.answer(Call("GET", f"{FORUM}/posts/9.json", FORUM_KEY)).status == 404
