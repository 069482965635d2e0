"""Meta's files: WhatsApp's by their id and with the token, the others' where they are."""

from typing import Any

import pytest

from shared.media.places import Gone, Later, Place, is_at
from shared.ports import Answer
from tests.shared.media.asking import answer, files, located, port_of, presence, wanted
from tests.shared.platforms.meta.cases import SAMPLES, events

IMAGE = wanted("whatsapp", "106", type="image", id="1479537139650973", url="https://lookaside.fbsbx.com/old")
LOOKASIDE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=3"
BEARER = {"authorization": "Bearer secret"}


def error(code: int, status: int = 400) -> Answer:
    return answer({"error": {"code": code, "message": "m"}}, status)


def test_a_file_of_whatsapps_is_asked_for_by_its_id_and_had_with_the_token() -> None:
    place, (call,) = located("meta", IMAGE, answer({"url": LOOKASIDE, "mime_type": "image/jpeg"}), token="secret")
    assert call.url.startswith("https://graph.facebook.com/v")
    assert call.url.endswith("/1479537139650973?phone_number_id=106")
    assert (call.headers, place) == (BEARER, Place(LOOKASIDE, BEARER))


def test_the_numbers_own_token_comes_before_the_accounts() -> None:
    place, _ = located("meta", IMAGE, answer({"url": LOOKASIDE}), token="other", tokens={"106": "secret"})
    assert isinstance(place, Place)
    assert place.headers == BEARER


@pytest.mark.parametrize(
    "url", ["https://thief.example/a", "https://lookaside.fbsbx.com.thief.example/", "https://scontent.xx.fbcdn.net/a"]
)
def test_the_token_goes_to_no_other_host(url: str) -> None:
    place, _ = located("meta", IMAGE, answer({"url": url}), token="secret")
    assert place == Place(url)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (error(100), Gone),
        (error(190, 401), Later),
        (error(10, 403), Later),
        (error(4), Later),
        (Answer(0), Later),
        (Answer(500), Later),
        (Answer(200), Gone),
        (answer({"url": None}), Gone),
        (answer({"error": "?"}, 400), Later),
    ],
)
def test_what_graph_says_instead(said: Answer, expected: type) -> None:
    place, _ = located("meta", IMAGE, said, token="secret")
    assert type(place) is expected


def test_without_a_token_whatsapp_is_not_even_asked() -> None:
    place, calls = located("meta", IMAGE)
    assert isinstance(place, Gone)
    assert calls == []


@pytest.mark.parametrize("channel", ["messenger", "instagram_dm", "facebook_comment"])
def test_any_other_file_is_where_the_payload_says_and_needs_no_token(channel: str) -> None:
    url = "https://scontent.xx.fbcdn.net/v/t1.15752-9/a.jpg?_nc_ht=b"
    assert located("meta", wanted(channel, type="image", url=url), token="secret") == (Place(url), [])
    assert is_at(url, port_of("meta").places_of(presence("meta")))


def test_the_samples_have_files() -> None:
    found = [each.attachment.type for body in SAMPLES.values() for each in files("meta", _events(body))]
    assert {"image", "photo"} <= set(found)


def _events(body: bytes) -> list[Any]:
    from shared.errors import UnreadableDelivery

    try:
        return list(events(body))
    except UnreadableDelivery:
        return []


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "fallback", "url": "https://example.com/"},
        {"type": "location", "url": "geo:40.4,-3.7"},
        {"type": "quick_reply", "id": "YES"},
        {"type": "referral", "id": "1", "url": "https://fb.me/1"},
        {"type": "link", "url": "https://example.com/"},
        {"type": "image"},
    ],
)
def test_links_places_and_buttons_are_no_files(attachment: dict[str, Any]) -> None:
    for channel in ("messenger", "whatsapp", "facebook_comment"):
        assert not port_of("meta").has(wanted(channel, **attachment))
