"""What each type of event means, sample by sample, and what holds for all of them."""

import json
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored, Message, ProfileChange
from shared.projection.about import fold
from tests.shared.platforms.standard_webhooks.cases import APP, MEANINGS, RECEIVED, SAMPLES, delivered, events

README = Path(__file__).parents[4] / "shared" / "platforms" / "standard_webhooks" / "README.md"
UNREADABLE = {"unreadable", "batch_with_a_broken_event"}


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_an_event_without_its_id_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^standard_webhooks message.received: ValidationError at data\.id$"):
        events(SAMPLES["unreadable"])


def test_a_broken_event_spoils_itself_and_not_its_batch() -> None:
    units = APP.units(delivered(SAMPLES["batch_with_a_broken_event"]))
    assert [unit.name for unit in units] == ["message.received", "batch", "message.received", "message.received"]
    read: list[str] = []
    for unit in units:
        with suppress(UnreadableDelivery):
            read += [event.text for event in APP.read(unit) if isinstance(event, Message)]
    assert read == ["Antes", "Después"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type": null}',
        b'{"type": ""}',
        b'{"type": ["message.received"]}',
        b'{"type": "batch"}',
        b'{"type": "batch", "data": []}',
        b'{"type": "batch", "data": {"events": {}}}',
        b'{"type": "batch", "data": {"events": [{"type": "batch", "data": {"events": []}}]}}',
        b'{"type": "x", "data": NaN}',
        b'{"type": "x", "data": "\\ud800"}',
        b'{"type": "x", "data": "\xff"}',
        b'{"type": "x"} {"type": "x"}',
    ],
)
def test_what_is_not_ours_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


def changed(name: str, path: str, value: Any) -> bytes:
    body = orjson.loads(SAMPLES[name])
    *way, last = path.split(".")
    holder = body
    for step in way:
        holder = holder[step]
    holder[last] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("sample", "path", "value"),
    [
        ("text", "timestamp", None),
        ("text", "timestamp", 1790000000),
        ("text", "data", None),
        ("text", "data.id", ""),
        ("text", "data.id", None),
        ("text", "data.id", True),
        ("text", "data.id", 1.5),
        ("text", "data.occurred_at", "2026-09-21T14:13:19"),
        ("text", "data.occurred_at", "2026-09-21 14:13:19Z"),
        ("text", "data.occurred_at", "2026-13-21T14:13:19Z"),
        ("text", "data.occurred_at", "2026-09-21T14:13:19Z\n"),
        ("text", "data.occurred_at", "1790000000"),
        ("text", "data.occurred_at", 1790000000),
        ("text", "data.customer", "u-1001"),
        ("text", "data.customer.id", None),
        ("text", "data.customer.phone", "+34600111222"),
        ("text", "data.customer.phone.value", "600 111 222"),
        ("text", "data.customer.phone.value", "+34600111222\n"),
        ("text", "data.customer.phone.verified", "yes"),
        ("text", "data.customer.email.value", "Ana"),
        ("text", "data.text", 5),
        ("text", "data.visibility", "secret"),
        ("text", "data.thread", ""),
        ("photo_caption", "data.attachments", {"type": "photo"}),
        ("photo_caption", "data.attachments", [{"id": "f-1"}]),
        ("edited", "data.target", None),
        ("reaction", "data.emoji", ""),
        ("receipt", "data.status", "seen"),
        ("receipt_failed", "data.target", None),
        ("profile", "data.field", None),
        ("call", "data.duration", -1),
        ("call", "data.duration", "187"),
        ("call_outbound", "data.direction", "out"),
    ],
)
def test_a_broken_part_is_never_guessed(sample: str, path: str, value: Any) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(changed(sample, path, value))
    assert path.removesuffix(".verified").removesuffix(".value").split(".")[-1] in str(refused.value)
    assert not re.search(r"u-1001|Torres|600|mañana|m-1\b", str(refused.value))


def test_not_all_messages_until_an_instant_can_have_failed() -> None:
    with pytest.raises(UnreadableDelivery, match=r"receipt.updated: ValidationError at data\.target$"):
        events(changed("receipt_watermark", "data.status", "failed"))


def test_what_a_newer_app_adds_is_passed_over() -> None:
    body = orjson.loads(SAMPLES["text"])
    body["data"] |= {"mood": "cross"}
    body["data"]["customer"]["loyalty"] = {"points": 3}
    assert events(orjson.dumps(body | {"trace": "t"})) == MEANINGS["text"]


@pytest.mark.parametrize("name", sorted(MEANINGS))
def test_a_redelivery_is_the_same(name: str) -> None:
    assert events(SAMPLES[name], at=RECEIVED + timedelta(days=1)) == events(SAMPLES[name])


def test_a_later_attempt_with_a_new_timestamp_is_the_same() -> None:
    assert events(changed("text", "timestamp", "2026-09-22T00:00:00Z")) == MEANINGS["text"]


@pytest.mark.parametrize("path", ["data.id", "data.target", "data.customer.id"])
def test_ids_may_come_as_numbers(path: str) -> None:
    assert events(changed("edited", path, 1234567890123456789)) == events(
        changed("edited", path, "1234567890123456789")
    )


@pytest.mark.parametrize("sample", ["edited", "deleted", "reaction", "call"])
def test_what_the_company_did_is_outbound(sample: str) -> None:
    before, after = MEANINGS[sample][0], events(changed(sample, "data.direction", "outbound"))[0]
    assert after == before.model_copy(update={"direction": "outbound"}) != before


@pytest.mark.parametrize("timestamp", [None, 5, "soon", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_an_unknown_type_without_a_usable_time_has_that_of_the_door(timestamp: Any) -> None:
    (event,) = events(changed("unknown_kind", "timestamp", timestamp))
    assert event.occurred_at == RECEIVED


SINGLES = [name for name, meaning in MEANINGS.items() if len(meaning) == 1]


@given(st.lists(st.sampled_from(SINGLES), max_size=6))
def test_a_batch_is_its_events(names: list[str]) -> None:
    batch = {"type": "batch", "data": {"events": [orjson.loads(SAMPLES[name]) for name in names]}}
    assert events(orjson.dumps(batch)) == [event for name in names for event in MEANINGS[name]]


def test_what_answers_or_changes_a_message_names_it() -> None:
    named = {name: found[0].model_dump() for name, found in MEANINGS.items() if found}
    message, answer = MEANINGS["text"][0].external_id, MEANINGS["echo"][0].external_id
    assert message == named["echo"]["reply_to"] == named["edited"]["target"] == named["deleted"]["target"]
    assert answer == named["reaction"]["target"] == named["reaction_removed"]["target"] == named["receipt"]["target"]


TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(body=JSON | st.fixed_dictionaries({"type": st.sampled_from(sorted(APP.events)) | TEXT, "data": JSON}))
def test_any_json_is_read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(event, Event) for event in events(orjson.dumps(body)))


def test_the_readme_lists_what_becomes_of_every_type() -> None:
    outcomes: dict[str, str] = {}
    example = README.parents[2] / "contracts" / "standard-webhooks-1.example.json"
    for unit in APP.units(delivered(example.read_bytes())):
        (event,) = APP.read(unit)
        assert not isinstance(event, Ignored)
        outcomes[unit.name] = f"`{event.kind}`"
    assert outcomes.keys() | {"batch"} == APP.events.keys()
    rows = re.findall(r"^\| `([a-z_.]+)` \| (`[a-z_]+`)", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} |" for name, outcome in outcomes.items())
    assert dict(rows) == outcomes, f"the table should be:\n{table}"


@pytest.mark.parametrize("known", ["anatorres", None])
def test_a_changed_handle_is_a_claim_as_every_handle_of_the_apps_is(known: str | None) -> None:
    value = orjson.loads(SAMPLES["profile"])
    value["data"] |= {"field": "handle", "previous": "anatorres", "current": "ana.torres"}
    value["data"]["customer"] |= {"handle": known}
    (event,) = events(orjson.dumps(value))
    assert isinstance(event, ProfileChange)
    handles = [contact for contact in fold(None, event).contacts if contact.kind == "handle"]
    assert [(contact.value, contact.proof) for contact in handles] == [("ana.torres", None), ("anatorres", None)]


def test_only_what_the_app_has_proof_of_is_verified() -> None:
    (event,) = events(SAMPLES["text"])
    assert isinstance(event, Message)
    assert {contact.kind: contact.proof for contact in fold(None, event).contacts} == {
        "phone": "app_session",
        "email": None,
        "handle": None,
    }
