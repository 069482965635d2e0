"""TikTok's files: pictures and films of direct messages, by their ids, and with the account's token."""

from typing import Any

import orjson
import pytest

from shared.media.places import Gone, Later, Place, is_at
from shared.ports import Answer
from tests.shared.media.asking import answer, files, located, port_of, presence, wanted
from tests.shared.platforms.tiktok.cases import BUSINESS, SAMPLES, UNREADABLE, events

HELD = "https://p16-private.tiktokv.com/a~noop.image?x-expires=1&x-signature=2"


def given(url: object = HELD) -> Answer:
    return answer({"code": 0, "message": "OK", "data": {"download_url": url}})


def refused(code: int) -> Answer:
    return answer({"code": code, "message": "m", "data": {}})


def picture() -> Any:
    (found,) = files("tiktok", events(SAMPLES["image"]))
    return found


def test_a_picture_is_asked_for_by_its_ids_and_had_with_the_token() -> None:
    place, (call,) = located("tiktok", picture(), given(), token="secret")
    assert place == Place(HELD, {"x-user": "secret"})
    assert (call.method, call.headers["access-token"]) == ("POST", "secret")
    assert call.url == "https://business-api.tiktok.com/open_api/v1.3/business/message/media/download/"
    assert orjson.loads(call.body) == {
        "business_id": BUSINESS,
        "conversation_id": "conv-ana-1==",
        "message_id": "msg-106",
        "media_id": "media-1",
        "media_type": "IMAGE",
    }


def test_a_film_is_asked_for_as_one() -> None:
    film = wanted("tiktok_dm", BUSINESS, type="video", id="media-3")
    _, (call,) = located("tiktok", film, given(), token="secret")
    assert orjson.loads(call.body)["media_type"] == "VIDEO"


def test_the_accounts_own_token_comes_before_the_apps() -> None:
    place, (call,) = located("tiktok", picture(), given(), token="other", tokens={BUSINESS: "secret"})
    assert (call.headers["access-token"], place) == ("secret", Place(HELD, {"x-user": "secret"}))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (refused(40007), Gone),
        (refused(40002), Later),
        (refused(40001), Later),
        (refused(40100), Later),
        (refused(40105), Later),
        (refused(51065), Later),
        (given(None), Later),
        (given(""), Later),
        (answer([]), Later),
        (Answer(200, b"<html>"), Later),
        (Answer(401), Later),
        (Answer(429), Later),
        (Answer(500), Later),
        (Answer(0), Later),
    ],
)
def test_what_tiktok_says_instead(said: Answer, expected: type) -> None:
    place, _ = located("tiktok", picture(), said, token="secret")
    assert type(place) is expected


def test_a_token_whose_day_is_over_is_named() -> None:
    place, _ = located("tiktok", picture(), refused(40105), token="secret")
    assert isinstance(place, Later)
    assert "good for one day" in place.reason


def test_files_are_below_tiktoks_own_domain_and_where_the_playbook_says() -> None:
    port = port_of("tiktok")
    places = port.places_of(presence("tiktok", hosts=["p16.content.example"]))
    assert is_at(HELD, places)
    assert is_at("https://p16.content.example/a", places)
    for host in ("tiktokv.com.thief.example", "thief.example", "169.254.169.254"):
        assert not is_at(f"https://{host}/a", places)


def test_shared_posts_stickers_and_comments_have_no_file() -> None:
    found = {name for name, body in SAMPLES.items() if name not in UNREADABLE and files("tiktok", events(body))}
    assert found == {"image", "own_image"}
    assert not port_of("tiktok").has(wanted("tiktok_comment", BUSINESS, type="image", id="media-1"))
    assert not port_of("tiktok").has(wanted("tiktok_dm", BUSINESS, type="image"))


def test_without_a_token_nothing_is_to_be_had() -> None:
    assert port_of("tiktok").needs_token
