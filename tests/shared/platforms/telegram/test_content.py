"""Everything that a message can hold, and everything that says nothing."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Attachment, Message
from shared.platforms.telegram.content import CONTENT, Entity
from shared.platforms.telegram.fields import ENVELOPE, SERVICE
from tests.shared.platforms.telegram.cases import SAMPLES, author, events, held, nothing


def test_every_service_field_is_a_notice_and_no_field_is_two_things() -> None:
    for notice in SERVICE:
        update = orjson.loads(SAMPLES["unsupported"])
        update["message"][notice] = {}
        assert events(orjson.dumps(update)) == [nothing("message", f"service message: {notice}")]
    assert not SERVICE & ENVELOPE
    assert not CONTENT.keys() & (SERVICE | ENVELOPE)


@pytest.mark.parametrize("written", ["34600111222", "+34600111222"])
def test_ones_own_number_is_told_in_e164(written: str) -> None:
    update = orjson.loads(SAMPLES["own_contact"])
    update["message"]["contact"]["phone_number"] = written
    (event,) = events(orjson.dumps(update))
    assert isinstance(event, Message)
    assert event.author == author("Ana Torres", handle="anatorres", language="es", phone="+34600111222")


VALUES = {
    "checklist": {"title": "Lista", "tasks": [{"id": 1, "text": "Pan"}]},
    "dice": {"emoji": "🎲", "value": 2},
    "game": {"title": "Ruleta", "description": "x", "photo": []},
    "gift": {"gift": {"id": "g"}, "text": "Gracias"},
    "invoice": {"title": "Pedido 7", "description": "x", "currency": "EUR", "total_amount": 100},
    "location": {"latitude": 40.5, "longitude": -3.5},
    "chat_shared": {"request_id": 1, "chat_id": -5, "title": "Mi grupo"},
}
WORDS = {
    "checklist": "Lista\nPan",
    "dice": "🎲 2",
    "game": "Ruleta",
    "gift": "Gracias",
    "invoice": "Pedido 7",
    "location": "40.5, -3.5",
    "chat_shared": "Mi grupo",
}


@pytest.mark.parametrize("kind", VALUES)
def test_content_without_a_file_is_told_in_words(kind: str) -> None:
    update = orjson.loads(SAMPLES["unsupported"])
    update["message"][kind] = VALUES[kind]
    assert events(orjson.dumps(update)) == [held(58, Attachment(type=kind, text=WORDS[kind]))]


@pytest.mark.parametrize("kind", ["audio", "live_photo", "sticker", "video", "video_note"])
def test_content_with_a_file_has_its_id(kind: str) -> None:
    update = orjson.loads(SAMPLES["unsupported"])
    update["message"][kind] = {"file_id": "f1", "title": "Bolero", "emoji": "😀"}
    assert events(orjson.dumps(update)) == [held(58, Attachment(type=kind, id="f1", name="Bolero", text="😀"))]


@pytest.mark.parametrize(
    "kind", ["giveaway", "giveaway_winners", "paid_media", "passport_data", "unique_gift", "users_shared"]
)
def test_content_that_tells_nothing_is_named(kind: str) -> None:
    update = orjson.loads(SAMPLES["unsupported"])
    update["message"][kind] = {"anything": 1}
    assert events(orjson.dumps(update)) == [held(58, Attachment(type=kind))]


def test_a_story_is_known_by_its_chat_and_number() -> None:
    update = orjson.loads(SAMPLES["unsupported"])
    update["message"]["story"] = {"chat": {"id": -100, "type": "channel"}, "id": 2}
    assert events(orjson.dumps(update)) == [held(58, Attachment(type="story", id="-100:2"))]


TEXT = st.text(st.characters(codec="utf-8"))


@given(before=TEXT, words=TEXT, following=TEXT)
def test_entities_are_counted_in_utf_16(before: str, words: str, following: str) -> None:
    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    entity = Entity(type="text_link", offset=units(before), length=units(words))
    assert entity.of(before + words + following) == words
