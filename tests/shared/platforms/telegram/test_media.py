"""Telegram's files: what is one, and how it is come by."""

from typing import Any

import pytest

from shared.media.places import Gone, Later, Place, Refused
from shared.ports import Answer
from tests.shared.media.asking import answer, files, located, wanted
from tests.shared.platforms.telegram.cases import SAMPLES, events

TOKEN = "4711:secret"
PHOTO = wanted("telegram", type="photo", id="photo/large+1")


def test_the_largest_photo_is_the_file() -> None:
    (photo,) = files("telegram", events(SAMPLES["photo_caption"]))
    assert photo.attachment.id == "photo-large"


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "text_link", "url": "https://example.com/"},
        {"type": "story", "id": "5:1"},
        {"type": "location", "text": "40.4, -3.7"},
        {"type": "document"},
        {"type": "web_app_data", "name": "OK", "text": "{}"},
    ],
)
def test_links_places_and_buttons_are_no_files(attachment: dict[str, Any]) -> None:
    from tests.shared.media.asking import port_of

    assert not port_of("telegram").has(wanted("telegram", **attachment))


def test_a_file_is_asked_for_by_its_id_and_then_by_its_path() -> None:
    path = {"ok": True, "result": {"file_id": "x", "file_path": "photos/file 1.jpg"}}
    place, (call,) = located("telegram", PHOTO, answer(path), token=TOKEN)
    assert (call.method, call.url) == (
        "GET",
        "https://api.telegram.org/bot4711:secret/getFile?file_id=photo%2Flarge%2B1",
    )
    assert place == Place("https://api.telegram.org/file/bot4711:secret/photos/file%201.jpg")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer({"ok": False, "description": "Bad Request: file is too big"}, 400), Refused),
        (answer({"ok": False, "description": "Bad Request: wrong file_id"}, 400), Gone),
        (answer({"ok": False, "description": "Unauthorized"}, 401), Later),
        (answer({"ok": False, "description": "Not Found"}, 404), Later),
        (answer({"ok": False, "parameters": {"retry_after": 3}}, 429), Later),
        (Answer(0), Later),
        (Answer(502), Later),
        (Answer(200), Gone),
        (answer({"ok": True, "result": {"file_id": "x"}}), Gone),
        (answer({"ok": True, "result": []}), Gone),
    ],
)
def test_an_answer_without_a_path_says_why(said: Answer, expected: type) -> None:
    place, _ = located("telegram", PHOTO, said, token=TOKEN)
    assert type(place) is expected
    assert "secret" not in repr(place)
