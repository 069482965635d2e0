"""Published updates, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Event, Message
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.telegram.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

PUBLICATION = "ignored: the company's own publication in its channel: it has no customer"
BOOST = "ignored: a boost of a chat: nothing to answer"

EXPECTED = {
    "bottender.audioMessage.json": ["message"],
    "bottender.callbackQuery.json": ["message"],
    "bottender.channelPost.json": [PUBLICATION],
    "bottender.contactMessage.json": ["message"],
    "bottender.documentMessage.json": ["message"],
    "bottender.editedChannelPost.json": [PUBLICATION],
    "bottender.editedMessage.json": ["edit"],
    "bottender.groupCallbackQuery.json": ["message"],
    "bottender.groupEditedMessage.json": ["edit"],
    "bottender.groupMessage.json": ["message"],
    "bottender.locationMessage.json": ["message"],
    "bottender.photoMessage.json": ["message"],
    "bottender.replyToTextMessage.json": ["message"],
    "bottender.stickerMessage.json": ["message"],
    "bottender.textMessage.json": ["message"],
    "bottender.venueMessage.json": ["message"],
    # In a private chat, whoever is not the chat's person is the bot.
    "bottender.videoMessage.json": ["message>"],
    "bottender.videoNoteMessage.json": ["message"],
    "bottender.voiceMessage.json": ["message"],
    "teloxide.chat_boost_removed.json": [BOOST],
    "teloxide.chat_boost_updated.json": [BOOST],
    "teloxide.de_private_chat_text_message.json": ["message"],
    "teloxide.dice_works.json": ["message"],
    "teloxide.issue_1107.json": ["message"],
    "teloxide.message.json": ["message"],
    "teloxide.message_reaction_updated.json": ["reaction"],
    "teloxide.message_reaction_updated_1.json": ["ignored: a reaction of the group itself"],
    "teloxide.new_update_kind_error.json": ["ignored: unknown kind: new_update_kind"],
    "teloxide.paid_media_purchased_de.json": ["ignored: a purchase: nothing was said"],
    "vercelchat.followUp.json": ["message"],
    "vercelchat.mention.json": ["message"],
    "vercelchat.sample_0.json": ["message"],
}


def read(path: Path) -> list[Event]:
    # Some files hold the update without its number.
    body = orjson.dumps({"update_id": 1} | orjson.loads(path.read_bytes()))
    return load("telegram").normalise(Delivery("telegram", ACCOUNT, body, {}, datetime(2026, 9, 21, tzinfo=UTC)))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("telegram", partial(read, path)) for path in FILES} == EXPECTED


def test_what_people_said_is_all_there() -> None:
    for path in FILES:
        content = orjson.loads(path.read_bytes()).get("message")
        if content:
            (event,) = read(path)
            assert isinstance(event, Message)
            assert event.text == content.get("text", content.get("caption", ""))
            assert bool(event.attachments) == ("text" not in content)


def test_an_update_without_its_number_is_refused() -> None:
    body = next(path for path in FILES if path.name == "bottender.textMessage.json").read_bytes()
    with pytest.raises(UnreadableDelivery):
        load("telegram").normalise(Delivery("telegram", ACCOUNT, body, {}, datetime(2026, 9, 21, tzinfo=UTC)))
