"""What each sample means, and that the papers say the same."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Event, Message
from shared.platforms import Unit
from tests.shared.platforms.meta.cases import META, SAMPLES, SENT, delivered, events, told
from tests.shared.platforms.meta.meanings import MEANINGS

UNREADABLE = {"unreadable", "unreadable_parts"}


def test_every_sample_has_its_meaning_and_its_origin() -> None:
    assert set(MEANINGS) | UNREADABLE == set(SAMPLES)
    origin = (Path(__file__).parent / "samples" / "ORIGIN.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \| .+ \|$", origin, re.MULTILINE)) == set(SAMPLES)


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert [told(event) for event in events(SAMPLES[name])] == MEANINGS[name]


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_a_known_kind_of_another_shape_is_refused_and_not_guessed(name: str) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(SAMPLES[name])
    assert "Hola" not in str(refused.value)


def test_a_part_that_cannot_be_read_takes_none_of_the_others_down_with_it() -> None:
    outcomes = []
    for unit in META.units(delivered(SAMPLES["unreadable_parts"])):
        try:
            outcomes += [told(event) for event in META.read(unit)]
        except UnreadableDelivery as error:
            outcomes.append(str(error))
    assert outcomes == [
        "meta entry: TypeError",
        "meta entry: TypeError",
        "meta messaging: TypeError",
        "meta messaging: TypeError",
        'message | messenger | messenger:page:ana | #m_50 | 0s | "Bien"',
        "meta changes: TypeError",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'{"object": "page"}',
        b'{"entry": []}',
        b'{"object": "page", "entry": {}}',
        b'{"object": 1, "entry": []}',
        b'{"object": "page", "entry": [], "time": NaN}',
        b'{"object": "page", "entry": ["\\ud800"]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_envelope_of_metas_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


def whatsapp(field: str, value: object) -> bytes:
    return orjson.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}
    )


@pytest.mark.parametrize(
    "body",
    [
        whatsapp("messages", {"messages": [{"from": "34600000001", "id": "wamid.1", "timestamp": "1793700000"}]}),
        whatsapp("messages", {"messages": ["x"]}),
        whatsapp("messages", {"messages": "x"}),
        whatsapp("messages", {"contacts": []}),
        whatsapp("messages", {"statuses": [{"id": "wamid.1", "timestamp": "1793700000", "status": "read"}]}),
        whatsapp(
            "messages", {"messages": [{"id": "w", "timestamp": "1793700000", "type": "text", "text": {"body": "x"}}]}
        ),
        whatsapp("messages", {"messages": [{"from": "34600000001", "id": "w", "timestamp": "soon", "type": "text"}]}),
        whatsapp(
            "messages", {"messages": [{"from": "34600000001", "id": "w", "timestamp": "1793700000", "type": "text"}]}
        ),
        whatsapp(
            "calls", {"calls": [{"id": "w", "from": "34600000001", "timestamp": "1793700000", "event": "connect"}]}
        ),
        b'{"object": "page", "entry": [{"id": "1", "messaging": [{"message": {"mid": "m"}}]}]}',
        b'{"object": "page", "entry": [{"id": "1", "messaging": [{"sender": {"id": "2"}, "postback": {}}]}]}',
        b'{"object": "page", "entry": [{"id": "1", "messaging": [{"sender": {"id": "2"}, "read": {}}]}]}',
        b'{"object": "whatsapp_business_account", "entry": [{"id": "1", "messaging": [{"message": {"mid": "m"}}]}]}',
        b'{"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "post", "verb": "add"}}]}]}',
        b'{"object": "instagram", "entry": [{"id": "1", "changes": [{"field": "comments", "value": {"text": "x"}}]}]}',
    ],
)
def test_broken_shapes_of_known_kinds_are_refused(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


def test_a_name_is_made_of_plain_words_only() -> None:
    value = {"item": "Ana Torres <ana@example.com>", "verb": "add"}
    body = orjson.dumps({"object": "page", "entry": [{"id": "1", "changes": [{"field": "feed", "value": value}]}]})
    assert [told(event).split(": ", 1)[1] for event in events(body)] == ["unknown kind: feed.add"]
    body = orjson.dumps({"object": "¡Hola, Ana!", "entry": [{"id": "1", "changes": [{}]}]})
    assert [told(event).split(": ", 1)[1] for event in events(body)] == ["unknown kind: unnamed"]


def test_the_account_of_the_url_counts_only_where_the_payload_names_none() -> None:
    item = {"sender": {"id": "2"}, "recipient": {"id": "1"}, "timestamp": 1793700000000, "message": {"mid": "m"}}
    named = orjson.dumps({"object": "page", "entry": [{"id": "1", "messaging": [item]}]})
    unnamed = orjson.dumps({"object": "page", "entry": [{"messaging": [item]}]})
    assert [event.account for event in events(named) if event.kind == "message"] == ["1"]
    assert [event.account for event in events(unnamed) if event.kind == "message"] == ["tienda"]


# --- The README's table against the code ------------------------------------------------------------------------------

README = Path(__file__).parents[4] / "shared" / "platforms" / "meta" / "README.md"


def expanded(cell: str) -> Iterator[str]:
    """Return the names in a cell: `feed.{comment,post}.add` is two."""
    for pattern in re.findall(r"`([^`]+)`", cell):
        parts = [part.strip("{}").split(",") for part in re.split(r"(\{[^}]*\})", pattern) if part]
        yield from ("".join(chosen) for chosen in product(*parts))


def documented() -> dict[str, set[str]]:
    table = README.read_text().split("## What becomes of each kind")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \| (.+?) \|", table, re.MULTILINE)
    named = [(name, outcome) for cell, outcome in rows for name in expanded(cell)]
    assert len({name for name, _ in named}) == len(named), "a name stands in two rows"
    return {name: set(re.split(r" or (?=ignored: |\w+$)", outcome)) for name, outcome in named}


def outcome(unit: Unit) -> set[str]:
    try:
        found: list[Event] = META.read(unit)
    except UnreadableDelivery:
        return {"unreadable"}
    return {f"ignored: {event.reason}" if event.kind == "ignored" else event.kind for event in found}


def examples() -> Iterator[Unit]:
    """Return the units of the samples; the messages among them as the company's own; and each word for a Page."""
    for body in (body for name, body in SAMPLES.items() if name not in UNREADABLE):
        for unit in META.units(delivered(body)):
            yield unit
            if unit.name.startswith("messages."):
                yield unit._replace(name=unit.name.replace("messages", "message_echoes"), value=addressed(unit.value))
            if unit.name == "messages.text":
                tomorrow = {**unit.value, "type": "hologram", "hologram": {"depth": 3}}
                yield unit._replace(name="messages.*", value=tomorrow)
                yield unit._replace(name="message_echoes.*", value=addressed(tomorrow))
    said = {"comment_id": "5_6", "post_id": "1_5", "from": {"id": "2"}, "message": "Hola", "open_graph_story_id": "9"}
    for name in META.events:
        match name.split("."):
            case ["feed" | "mention" | "ratings", item, verb]:
                yield Unit(name, {**said, "item": item, "verb": verb}, "1", SENT)


def test_a_type_that_whatsapp_adds_tomorrow_is_still_somebody_who_waits() -> None:
    body = orjson.loads(SAMPLES["whatsapp_text"])
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    message |= {"type": "hologram", "hologram": {"depth": 3}}
    (event,) = META.normalise(delivered(orjson.dumps(body)))
    assert isinstance(event, Message)
    assert (event.text, [(found.type, found.name) for found in event.attachments]) == (
        "",
        [("unsupported", "hologram")],
    )


def addressed(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "to": message.get("from"), "to_user_id": message.get("from_user_id")}


def test_the_readme_tells_what_the_code_does() -> None:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for unit in examples():
        seen[unit.name] |= outcome(unit)
    for name in META.events:
        # Without an example only what reads nothing has an outcome: a reason, or that there is nothing to read.
        seen[name] = seen[name] or outcome(Unit(name, {}, "1", SENT))
    assert {name: seen[name] for name in META.events} == documented()


def test_stars_are_a_rating_and_a_recommendation_is_none() -> None:
    given = [event for name in ("facebook_review", "facebook_review_later") for event in events(SAMPLES[name])]
    assert [event.rating for event in given if isinstance(event, Message)] == [None, 4, None]
    body = orjson.loads(SAMPLES["facebook_review_later"])
    for odd in ("6", "0", "4.5", "five", None):
        body["entry"][0]["changes"][0]["value"]["rating"] = odd
        assert all(event.rating is None for event in events(orjson.dumps(body)) if isinstance(event, Message))
