"""Everything that a message can hold, and everything that says nothing."""

from typing import Any

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


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"contact": {"phone_number": "34600333444", "first_name": "A", "user_id": 77}}, id="of another"),
        pytest.param({"contact": {"phone_number": "34600333444", "first_name": "Ana"}}, id="of nobody"),
        pytest.param({"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Ana"}}, id="passed on"),
    ],
)
def test_a_card_that_they_do_not_share_as_their_own_is_no_number_of_theirs(changes: dict[str, Any]) -> None:
    update = orjson.loads(SAMPLES["own_contact"])
    update["message"] |= changes
    (event,) = events(orjson.dumps(update))
    assert isinstance(event, Message)
    assert event.author == author("Ana Torres", handle="anatorres", language="es")


def test_the_companys_own_card_of_the_customer_proves_nothing() -> None:
    """On a business account the company writes in the customer's chat, and may send them their own card."""
    message = orjson.loads(SAMPLES["own_contact"])["message"]
    message |= {"business_connection_id": "b1", "from": {"id": 1000, "is_bot": False, "first_name": "Tienda"}}
    (event,) = events(orjson.dumps({"update_id": 1, "business_message": message}))
    assert isinstance(event, Message)
    assert (event.identity.rpartition(":")[2], event.direction) == ("5150001", "outbound")
    assert event.author is not None
    assert [contact.kind for contact in event.author.contacts] == ["handle"]


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
