"""What each situation on Telegram means, sample by sample."""

import json
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored
from shared.platforms import Unit
from tests.shared.platforms.telegram.cases import MEANINGS, RECEIVED, SAMPLES, TELEGRAM, delivered, events
from tests.shared.platforms.telegram.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "telegram" / "README.md"


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | {"unreadable"}


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^telegram message: ValidationError at chat$"):
        events(SAMPLES["unreadable"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"update"',
        b'{"message": {}}',
        b'{"update_id": null}',
        b'{"update_id": 1.5}',
        b'{"update_id": NaN}',
        b'{"update_id": 1, "message": {"text": "\\ud800"}}',
        b'{"update_id": 1} trailing',
        b'{"update_id": 1, "message": "\xff"}',
        b'{"update_id":1,"x":' + b"[" * 2000 + b"]" * 2000 + b"}",
    ],
)
def test_what_is_no_update_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    ("sample", "kind", "change"),
    [
        ("text", "message", {"message_id": None}),
        ("text", "message", {"message_id": ""}),
        ("text", "message", {"date": None}),
        ("text", "message", {"date": "yesterday"}),
        ("text", "message", {"date": 10**20}),
        ("text", "message", {"date": 1790000000000000}),
        ("text", "message", {"from": None}),
        ("text", "message", {"text": {"plain": "x"}}),
        ("text", "message", {"entities": [{"type": "text_link", "offset": -1, "length": 1, "url": "x"}]}),
        ("photo_caption", "message", {"photo": []}),
        ("photo_caption", "message", {"photo": [{"width": 1, "height": 1}]}),
        ("document", "message", {"document": {"file_id": ""}}),
        ("callback", "callback_query", {"data": None}),
        ("callback", "callback_query", {"id": ""}),
        ("reaction", "message_reaction", {"new_reaction": None}),
        ("deleted", "deleted_business_messages", {"message_ids": []}),
        ("blocked", "my_chat_member", {"new_chat_member": {"status": "kicked"}}),
    ],
)
def test_a_broken_part_is_never_guessed(sample: str, kind: str, change: dict[str, Any]) -> None:
    update = orjson.loads(SAMPLES[sample])
    update[kind] |= change
    with pytest.raises(UnreadableDelivery) as refused:
        events(json.dumps(update).encode())
    assert not re.search(r"5150001|Torres|anatorres|mañana|yesterday|ret:1", str(refused.value))


def test_what_answers_or_changes_a_message_names_it() -> None:
    def external_id(name: str) -> str:
        return events(SAMPLES[name])[0].external_id

    named = {name: found[0].model_dump() for name, found in MEANINGS.items() if found}
    assert named["edited"]["target"] == external_id("text")
    assert named["echo"]["reply_to"] == external_id("business")
    assert named["edited_echo"]["target"] == external_id("echo")
    assert named["deleted"]["target"] == external_id("business")
    assert named["reaction"]["target"] == external_id("group")
    assert named["channel_direct_answer"]["reply_to"] == external_id("channel_direct")
    assert named["group_hidden_admin_answers"]["reply_to"] == external_id("group")


def outcomes() -> dict[str, str]:
    """What becomes of each kind of update: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in TELEGRAM.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in TELEGRAM.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(found[name])}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in TELEGRAM.events
    }


def reason(name: str) -> str:
    (event,) = TELEGRAM.read(Unit(name, {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"
