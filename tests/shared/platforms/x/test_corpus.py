"""Published deliveries, read file by file; none of them is copied into the project."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Edit, Event, Ignored, Message
from shared.platforms import load
from shared.platforms.x.wire_posts import Post
from tests import corpus
from tests.shared.platforms.x.sender import ACCOUNT, CORPUS

FOLDERS = [Path(__file__).parents[4].parent / "shared" / "payloads" / name for name in CORPUS]

pytestmark = pytest.mark.skipif(
    not all(folder.exists() for folder in FOLDERS), reason="the published payloads are not beside this checkout"
)

REVOKED = "ignored: AUTHORISATION REVOKED: nothing more will come for this account"
TEMPLATE = "unreadable: a template with <placeholders> or ... for objects, so no JSON"

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
    "aaa_v2.tweet_delete_events.json": ["deletion"],
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


def outcome(event: Event) -> str:
    if isinstance(event, Ignored):
        return f"ignored: {event.reason}"
    return f"{event.kind}>" if isinstance(event, Message) and event.direction == "outbound" else event.kind


def read(body: bytes) -> list[Event]:
    return load("x").normalise(Delivery("x", ACCOUNT, body, {}, datetime(2026, 9, 21, tzinfo=UTC)))


def outcomes(body: bytes) -> list[str] | str:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        with pytest.raises(UnreadableDelivery):
            read(body)
        return TEMPLATE
    return [outcome(event) for event in read(body)]


def test_every_file_means_what_the_table_says() -> None:
    found = {path.name: outcomes(path.read_bytes()) for folder in FOLDERS for path in folder.iterdir()}
    for said in found.values():
        corpus.was_read("x", outcomes=["unreadable"] if isinstance(said, str) else said)
    assert found == EXPECTED


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("xaa.post.create.json", ("data", "payload")),
        ("captured.aaa_v1.tweet_create_self_reply.raw.json", ("tweet_create_events", 0)),
    ],
)
def test_a_post_was_sent_when_its_id_says(name: str, steps: tuple[str | int, ...]) -> None:
    """The promise behind one instant in all products; other files have ids that somebody made up."""
    post: Any = orjson.loads((FOLDERS[0] / name).read_bytes())
    for step in steps:
        post = post[step]
    dated, undated = Post.model_validate(post), Post.model_validate(post | {"created_at": None})
    assert dated.created_at is not None
    assert dated.sent_at == undated.sent_at


def test_a_long_post_is_read_to_its_end() -> None:
    """The published template, its one placeholder filled in."""
    path = FOLDERS[0] / "aaa_v2.tweet_create_longform_extended_tweet.template.txt"
    body = path.read_bytes().replace(b"{ ... }", b'{"id_str": "1"}')
    (event,) = read(body)
    assert isinstance(event, Message | Edit)
    assert event.text == orjson.loads(body)["tweet_create_events"][0]["extended_tweet"]["full_text"]
