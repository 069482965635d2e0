"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
import pytest

from shared.models import Delivery, Edit, Event, Message
from shared.platforms import load
from shared.platforms.x.wire_posts import Post
from tests import corpus
from tests.shared.platforms.x.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)
NAMED = {path.name: path for path in FILES}

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

REVOKED = "ignored: AUTHORISATION REVOKED: nothing more will come for this account"
# A template, with <placeholders> or ... for objects.
TEMPLATE = ["unreadable: x: not JSON"]

EXPECTED = {
    "aaa_v1.direct_message_events.json": ["message"],
    "aaa_v1.direct_message_indicate_typing_events.json": ["ignored: somebody is typing"],
    "aaa_v1.follow_events.template.txt": TEMPLATE,
    "aaa_v1.mute_events.template.txt": TEMPLATE,
    "aaa_v1.unblock_events.template.txt": TEMPLATE,
    "aaa_v1.unfollow_events.template.txt": TEMPLATE,
    "aaa_v1.user_event.json": [REVOKED],
    "aaa_v2.replay_job_status_complete.json": ["ignored: a replay is complete"],
    "aaa_v2.replay_job_status_incomplete.json": ["ignored: A REPLAY IS INCOMPLETE: ask for it again"],
    "aaa_v2.tweet_create_longform_extended_tweet.template.txt": TEMPLATE,
    "aaa_v2.tweet_delete_events.json": ["deletion>"],
    "aaa_v2.user_event.json": [REVOKED],
    "captured.aaa_v1.tweet_create_self_reply.raw.json": ["ignored: own post to nobody in particular"],
    "captured.post.mention.create.json": ["message"],
    "chatwoot.tweet_create_event.json": ["message"],
    "xaa.broadcast.start.json": ["ignored: a broadcast started"],
    "xaa.chat.sent.json": ["message>"],
    "xaa.dm.received.json": ["message"],
    "xaa.follow.follow.json": ["profile_change"],
    "xaa.post.create.json": ["ignored: own post to nobody in particular"],
    "xaa.post.quote.create.json": ["message"],
    "xaa.profile.update.profile_picture.json": ["profile_change"],
    "xaa.profile.update.screenname.json": ["profile_change"],
    "xaa.spaces.start.json": ["ignored: a Space started"],
}


def read(body: bytes) -> list[Event]:
    return load("x").normalise(Delivery("x", ACCOUNT, body, {}, datetime(2026, 9, 21, tzinfo=UTC)))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("x", partial(read, path.read_bytes())) for path in FILES} == EXPECTED


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("xaa.post.create.json", ("data", "payload")),
        ("captured.aaa_v1.tweet_create_self_reply.raw.json", ("tweet_create_events", 0)),
    ],
)
def test_a_post_was_sent_when_its_id_says(name: str, steps: tuple[str | int, ...]) -> None:
    """The promise behind one instant in all products; other files have ids that somebody made up."""
    post: Any = orjson.loads(NAMED[name].read_bytes())
    for step in steps:
        post = post[step]
    dated, undated = Post.model_validate(post), Post.model_validate(post | {"created_at": None})
    assert dated.created_at is not None
    assert dated.sent_at == undated.sent_at


def test_a_long_post_is_read_to_its_end() -> None:
    """The published template, its one placeholder filled in."""
    path = NAMED["aaa_v2.tweet_create_longform_extended_tweet.template.txt"]
    body = path.read_bytes().replace(b"{ ... }", b'{"id_str": "1"}')
    (event,) = read(body)
    assert isinstance(event, Message | Edit)
    assert event.text == orjson.loads(body)["tweet_create_events"][0]["extended_tweet"]["full_text"]
