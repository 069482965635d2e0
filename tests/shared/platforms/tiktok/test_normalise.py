"""What each situation on TikTok means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored
from shared.platforms import Unit
from shared.platforms.tiktok.payload import COMMENT
from tests.shared.platforms.tiktok.cases import (
    BUSINESS,
    MEANINGS,
    RECEIVED,
    SAMPLES,
    TIKTOK,
    UNREADABLE,
    delivered,
    events,
)
from tests.shared.platforms.tiktok.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "tiktok" / "README.md"


def changed(sample: str, **change: Any) -> bytes:
    """Return a sample with something else in its content."""
    body = orjson.loads(SAMPLES[sample])
    return orjson.dumps({**body, "content": orjson.dumps({**orjson.loads(body["content"]), **change}).decode()})


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^tiktok im_receive_msg: ValidationError at content.message_id, "):
        events(SAMPLES["unreadable"])
    with pytest.raises(UnreadableDelivery, match=r"^tiktok im_receive_msg: ValidationError at content$"):
        events(SAMPLES["unreadable_content"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"im_receive_msg"',
        b'{"event": ""}',
        b'{"event": 7}',
        b'{"event": NaN}',
        b'{"event": "im_receive_msg"}',
        b'{"event": "im_receive_msg", "content": {}}',
        b'{"event": "im_receive_msg", "content": "null"}',
        b'{"event": "im_receive_msg", "content": "{\\"text\\": NaN}"}',
        b'{"event": "comment.update"}',
        b'{"event": "comment.update.insert", "content": "[]"}',
        b'{"event": "\\ud800"}',
    ],
)
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    ("sample", "change"),
    [
        ("comment", {"comment_action": None}),
        ("text", {"message_id": None}),
        ("text", {"message_id": ""}),
        ("text", {"conversation_id": None}),
        ("text", {"timestamp": None}),
        ("text", {"timestamp": "yesterday"}),
        ("text", {"timestamp": 10**19}),
        ("text", {"from_user": None}),
        ("text", {"from_user": {"id": ""}}),
        ("text", {"to_user": {}}),
        ("text", {"type": None}),
        ("text", {"text": "¿Tienen la talla 40?"}),
        ("image", {"image": "media-1"}),
        ("read", {"from_user": {}}),
        ("comment", {"comment_id": None}),
        ("comment", {"video_id": None}),
        ("comment", {"unique_identifier": None}),
        ("comment", {"timestamp": None}),
    ],
)
def test_a_broken_part_is_never_guessed(sample: str, change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(changed(sample, **change))
    assert not re.search(r"anatorres|talla|media-1|yesterday|Cuánto", str(refused.value))


def test_a_text_beside_another_type_is_kept_with_it() -> None:
    (found,) = events(changed("image", text={"body": "Llegó rota"}))
    (meant,) = MEANINGS["image"]
    assert found == meant.model_copy(update={"text": "Llegó rota"})


@pytest.mark.parametrize("event", ["im_receive_msg", "im_receive_msg_eu", "im_send_msg"])
def test_who_speaks_is_what_the_message_says_and_not_the_event(event: str) -> None:
    for name in ("text", "own"):
        body = orjson.loads(SAMPLES[name])
        assert events(orjson.dumps({**body, "event": event})) == MEANINGS[name]


def test_without_its_account_a_message_is_whose_the_event_says() -> None:
    for name, direction in (("text", "inbound"), ("own", "outbound")):
        body = orjson.loads(SAMPLES[name])
        (found,) = events(orjson.dumps({**body, "user_openid": None}))
        assert found.model_dump()["direction"] == direction
        assert found.model_dump()["identity"] == f"tiktok:{ACCOUNT}:uid-anatorres-0001"


def test_an_event_without_its_account_is_the_url_s() -> None:
    body = orjson.loads(SAMPLES["comment"])
    (found,) = events(orjson.dumps({**body, "user_openid": None}))
    assert found.model_dump()["identity"] == f"tiktok:{ACCOUNT}:uid-anatorres-0001"
    assert events(SAMPLES["comment"])[0].model_dump()["account"] == BUSINESS


def test_what_changes_a_comment_names_it() -> None:
    (message,), (deletion,) = events(SAMPLES["comment"]), events(SAMPLES["comment_deleted"])
    assert deletion.model_dump()["target"] == message.external_id
    assert deletion.model_dump()["identity"] == message.model_dump()["identity"]


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in TIKTOK.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in TIKTOK.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(sorted(found[name]))}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in TIKTOK.events
        if name != COMMENT
    }


def reason(name: str) -> str:
    (event,) = TIKTOK.read(Unit(name.replace("*", "anything"), {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([A-Za-z_.*]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"
