"""What each situation in an inbox of Chatwoot's means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Edit, Ignored, Message
from shared.platforms import Unit
from shared.store import keys
from tests.shared.platforms.chatwoot.cases import CHATWOOT, MACHINE, MEANINGS, RECEIVED, SAMPLES, delivered, events
from tests.shared.platforms.chatwoot.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "chatwoot" / "README.md"


def changed(sample: str, **change: Any) -> bytes:
    return orjson.dumps({**orjson.loads(SAMPLES[sample]), **change})


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | {"unreadable"}


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^chatwoot message_created: ValidationError at conversation$"):
        events(SAMPLES["unreadable"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"message_created"',
        b'{"event": ""}',
        b'{"event": 7}',
        b'{"event": NaN}',
        b'{"event": "message_created"}',
        b'{"event": "\\ud800"}',
    ],
)
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"created_at": None},
        {"created_at": "yesterday"},
        {"created_at": "2026-09-21T14:13:20"},
        {"created_at": "2026-09-21 UTC"},
        {"message_type": None},
        {"message_type": "hologram"},
        {"message_type": 4},
        {"private": "perhaps"},
        {"conversation": {}},
        {"conversation": {"id": 4711}, "sender": None},
        {"content": ["La cafetera gotea"]},
        {"attachments": [{"id": 71}]},
    ],
)
def test_a_broken_part_is_never_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(changed("text", **change))
    assert not re.search(r"Torres|gotea|yesterday|perhaps|hologram|34600", str(refused.value))


@pytest.mark.parametrize("kind", ["agent_bot", "captain_assistant", "hologram"])
def test_whatever_sends_that_is_no_agent_is_a_machine(kind: str) -> None:
    (found,) = events(changed("own", sender={"id": 2, "name": "Robot", "type": kind}))
    assert isinstance(found, Ignored)
    assert found.reason == MACHINE


def test_an_agent_s_name_is_never_taken_for_the_customer_s() -> None:
    (found,) = events(changed("text", sender={"id": 9, "name": "Pepa", "type": "user"}))
    assert [found] == MEANINGS["text"]


@pytest.mark.parametrize("name", ["note", "activity", "greeting", "bot", "rule", "campaign", "call"])
def test_what_is_set_aside_stays_so_when_it_changes(name: str) -> None:
    deleted = orjson.loads(SAMPLES[name])["content_attributes"] | {"deleted": True}
    for change in ({}, {"content_attributes": deleted}):
        assert events(changed(name, event="message_updated", **change)) == MEANINGS[name]


def test_what_changes_a_message_names_it() -> None:
    (message,), (edit,) = events(SAMPLES["text"]), events(SAMPLES["edited"])
    assert isinstance(message, Message)
    assert isinstance(edit, Edit)
    assert (edit.target, edit.identity, edit.thread) == (message.external_id, message.identity, message.thread)


def test_every_other_text_is_an_edit_of_its_own_and_the_same_one_is_not() -> None:
    texts = ["gotea", "pita", "gotea", "", "huele"]
    found = [events(changed("edited", content=text))[0] for text in texts]
    assert len({keys.event(event) for event in found if isinstance(event, Edit)}) == 4


@pytest.mark.parametrize(
    "submitted", [None, [], {}, "", "azul", 7, [{"value": "azul"}], [{"title": ""}], {"csat_survey_response": None}]
)
def test_a_form_that_was_not_filled_in_says_nothing(submitted: Any) -> None:
    (found,) = events(changed("chosen", content_attributes={"submitted_values": submitted}))
    assert isinstance(found, Ignored)
    assert found.reason == MACHINE


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in CHATWOOT.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in CHATWOOT.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(sorted(found[name]))}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in CHATWOOT.events
    }


def reason(name: str) -> str:
    (event,) = CHATWOOT.read(Unit(name, {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"


@pytest.mark.parametrize("own", ["rpl_short", 7, None, {"id": "rpl_abcdefghijklmnopqrstuvwxyz"}])
def test_what_is_no_id_of_ours_makes_no_message_ours(own: object) -> None:
    by_an_agent = changed("own", content_attributes={"mostrador_reply_id": own})
    assert events(by_an_agent) == MEANINGS["own"]
    assert isinstance(events(changed("bot", content_attributes={"mostrador_reply_id": own}))[0], Ignored)


def test_a_customer_cannot_make_their_words_ours() -> None:
    theirs = changed("text", content_attributes={"mostrador_reply_id": "rpl_abcdefghijklmnopqrstuvwxyz"})
    assert events(theirs) == MEANINGS["text"]
