"""What holds for every delivery: redelivered, cut up, renumbered or broken."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Deletion, Edit, Event, Ignored, Message, Reaction
from tests.shared.platforms.meta.cases import META, RECEIVED, SAMPLES, delivered, events
from tests.shared.platforms.meta.meanings import MEANINGS

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def holders(value: Any) -> Iterator[tuple[Any, Any]]:
    """Return every place in a payload, as what holds it and the name or the number under which it is held."""
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, name
            yield from holders(inner)


def key(event: Event) -> tuple[str, datetime | None, str]:
    assert not isinstance(event, Ignored)
    return event.identity, event.occurred_at if event.dated else None, event.external_id


def personal(name: str, *, at: datetime = RECEIVED) -> list[Event]:
    return [event for event in events(SAMPLES[name], at=at) if not isinstance(event, Ignored)]


@pytest.mark.parametrize("name", MEANINGS)
def test_a_redelivery_is_the_same_thing(name: str) -> None:
    first, again = personal(name), personal(name, at=RECEIVED + timedelta(days=1))
    assert again == first
    assert len({key(event) for event in first}) == len(first), "two things share a key"


@pytest.mark.parametrize("name", MEANINGS)
def test_a_notification_sent_later_has_the_same_keys(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for entry in body["entry"]:
        if "time" in entry:
            entry["time"] += 3
    assert [key(event) for event in events(orjson.dumps(body)) if not isinstance(event, Ignored)] == [
        key(event) for event in personal(name)
    ]


@pytest.mark.parametrize("name", MEANINGS)
@pytest.mark.parametrize("kind", [int, str])
def test_ids_may_be_numbers_or_text(name: str, kind: type) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, field in list(holders(body)):
        if (str(field) == "id" or str(field).endswith("_id")) and str(holder[field]).isdecimal():
            holder[field] = kind(holder[field])
    assert events(orjson.dumps(body)) == events(SAMPLES[name])


def alone(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a delivery's entries, and the parts of each, as deliveries of their own."""
    for entry in body["entry"]:
        for part in ("messaging", "standby", "changes", "changed_fields"):
            for member in entry.get(part, []):
                yield {**body, "entry": [{**{k: v for k, v in entry.items() if k in {"id", "time"}}, part: [member]}]}


@pytest.mark.parametrize("name", MEANINGS)
def test_a_batch_means_what_its_parts_mean(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    parts = [event for part in alone(body) for event in events(orjson.dumps(part))]
    assert parts == events(SAMPLES[name])


@given(data=st.data())
def test_deliveries_put_together_mean_what_they_meant(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(MEANINGS)), max_size=4))
    bodies = [orjson.loads(SAMPLES[name]) for name in chosen]
    for kind in {body["object"] for body in bodies}:
        alike = [body for body in bodies if body["object"] == kind]
        together = {"object": kind, "entry": [entry for body in alike for entry in body["entry"]]}
        assert events(orjson.dumps(together)) == [event for body in alike for event in events(orjson.dumps(body))]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("messenger_text", "messenger_edited"),
        ("messenger_text", "messenger_unsent"),
        ("messenger_text", "messenger_reply"),
        ("messenger_text", "messenger_reactions"),
        ("echo", "messenger_receipts"),
        ("facebook_comment", "facebook_comment_ours"),
        ("facebook_comment", "facebook_comment_later"),
        ("facebook_review", "facebook_review_later"),
        ("instagram_comment", "instagram_comments"),
        ("instagram_echo", "instagram_seen"),
        ("whatsapp_media", "whatsapp_edit"),
        ("whatsapp_media", "whatsapp_revoke"),
        ("whatsapp_standby", "whatsapp_standby"),
        ("whatsapp_echo", "whatsapp_echo"),
    ],
)
def test_what_speaks_of_something_names_it_by_its_external_id(earlier: str, later: str) -> None:
    said = {event.external_id for event in personal(earlier) if isinstance(event, Message)}
    named = {getattr(event, "target", None) or getattr(event, "reply_to", None) for event in personal(later)}
    assert said & named


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("whatsapp_text", "whatsapp_status"),
        ("whatsapp_text", "whatsapp_echo"),
        ("whatsapp_text", "whatsapp_edit"),
        ("whatsapp_text", "whatsapp_calls"),
        ("whatsapp_text", "whatsapp_preferences"),
        ("whatsapp_no_phone", "whatsapp_bsuid_as_number"),
        ("messenger_text", "echo"),
        ("messenger_text", "messenger_receipts"),
        ("instagram_dm", "instagram_echo"),
        ("instagram_dm", "instagram_comment"),
        ("facebook_comment", "facebook_review"),
    ],
)
def test_whatever_concerns_a_person_lands_on_one_identity(one: str, other: str) -> None:
    first, second = personal(one)[0], personal(other)[0]
    assert not isinstance(first, Ignored)
    assert not isinstance(second, Ignored)
    assert first.identity == second.identity


def restated(text: str, sent_at: int = 1793700600) -> Event:
    body = orjson.loads(SAMPLES["facebook_comment_later"])
    entry = body["entry"][0]
    entry |= {"time": sent_at, "changes": entry["changes"][:1]}
    entry["changes"][0]["value"]["message"] = text
    return events(orjson.dumps(body))[0]


def test_each_version_of_a_comment_is_its_own_and_the_same_when_sent_again() -> None:
    assert key(restated("Uno")) != key(restated("Dos"))
    assert key(restated("Uno")) == key(restated("Uno", sent_at=1793700603))


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(event, Event) for event in events(orjson.dumps(body)))


OBJECTS = st.sampled_from(["page", "instagram", "whatsapp_business_account", "user"]) | TEXT
PARTS = st.sampled_from(["messaging", "standby", "changes", "changed_fields"])


@given(kind=OBJECTS, part=PARTS, value=JSON, field=st.sampled_from(sorted(META.events)) | TEXT)
def test_any_json_is_read_or_refused(kind: str, part: str, value: Any, field: str) -> None:
    read_or_refused(value)
    for entry in (
        value,
        {part: value},
        {part: [{field: value}]},
        {part: [{"field": field.split(".")[0], "value": value}]},
    ):
        read_or_refused({"object": kind, "entry": [entry]})


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    if places := list(holders(body)):
        holder, name = data.draw(st.sampled_from(places))
        if data.draw(st.booleans()):
            holder[name] = data.draw(JSON)
        else:
            del holder[name]
    read_or_refused(body)


@given(data=st.data())
def test_a_broken_part_hides_none_of_the_others(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES["batch"])
    broken = data.draw(st.integers(0, 2))
    body["entry"][broken] = data.draw(JSON)
    whole = [len(META.units(delivered(orjson.dumps({**body, "entry": [entry]})))) for entry in body["entry"]]
    assert len(META.units(delivered(orjson.dumps(body)))) == sum(whole)


def test_what_was_said_of_a_message_is_never_a_message() -> None:
    for name in MEANINGS:
        for event in personal(name):
            if isinstance(event, Edit | Deletion | Reaction):
                assert event.external_id != event.target
