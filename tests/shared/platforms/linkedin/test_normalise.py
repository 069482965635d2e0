"""What each situation on a company's page means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored, Message
from shared.platforms import Unit
from shared.platforms.linkedin.payload import NAMELESS
from tests.shared.platforms.linkedin.cases import LINKEDIN, MEANINGS, RECEIVED, SAMPLES, UNREADABLE, delivered, events
from tests.shared.platforms.linkedin.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "linkedin" / "README.md"


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_comment_that_is_none_is_unreadable() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^linkedin COMMENT: ValueError$"):
        events(SAMPLES["unreadable"])


def test_a_notification_without_an_action_spoils_no_other() -> None:
    first, broken, last = LINKEDIN.units(delivered(SAMPLES["batch_with_unreadable"]))
    texts = [event.text for unit in (first, last) for event in LINKEDIN.read(unit) if isinstance(event, Message)]
    assert texts == ["Uno", "Tres"]
    with pytest.raises(UnreadableDelivery, match="a notification without an action"):
        LINKEDIN.read(broken)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type": ""}',
        b'{"type": 7}',
        b'{"type": NaN}',
        b'{"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"}',
        b'{"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": {}}',
        b'{"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [null]}',
        b'{"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [{"action": 1}]}',
        b'{"type": "\\ud800", "notifications": []}',
    ],
)
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    "change",
    [
        {"notificationId": None},
        {"notificationId": ""},
        {"organizationalEntity": None},
        {"generatedActivity": ["urn"]},
        {"lastModifiedAt": "yesterday"},
        {"lastModifiedAt": 10**19},
        {"decoratedGeneratedActivity": "¿La venden?"},
        {"decoratedGeneratedActivity": {"comment": {"owner": ""}}},
        {"decoratedGeneratedActivity": {"comment": {"text": ["¿La venden?"]}}},
    ],
)
def test_a_broken_part_is_never_guessed(change: dict[str, Any]) -> None:
    body = orjson.loads(SAMPLES["text"])
    body["notifications"][0] |= change
    with pytest.raises(UnreadableDelivery) as refused:
        events(orjson.dumps(body))
    assert not re.search(r"aNa51500x1|La venden|yesterday", str(refused.value))


def test_one_comment_told_to_two_administrators_has_one_key() -> None:
    first, second = events(SAMPLES["twice"])
    assert first.model_copy(update={"occurred_at": second.occurred_at}) == second
    assert not first.dated


def test_what_changes_a_comment_names_it() -> None:
    (message,), (edit,), (deletion,) = (events(SAMPLES[name]) for name in ("text", "edited", "deleted"))
    assert [edit.model_dump()["target"], deletion.model_dump()["target"]] == [message.external_id] * 2
    assert len({event.model_dump()["identity"] for event in (message, edit, deletion)}) == 1


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in LINKEDIN.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in LINKEDIN.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(sorted(found[name]))}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in LINKEDIN.events
        if name != NAMELESS
    }


def reason(name: str) -> str:
    (event,) = LINKEDIN.read(Unit(name, {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"
