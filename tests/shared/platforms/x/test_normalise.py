"""What each situation on X means, sample by sample."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored, Message, ProfileChange
from shared.platforms import Unit
from shared.projection.about import fold
from tests.shared.platforms.x.cases import (
    MEANINGS,
    RECEIVED,
    SAMPLES,
    UNREADABLE,
    X,
    after,
    delivered,
    events,
    post_id,
)
from tests.shared.platforms.x.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "x" / "README.md"


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_handle_that_was_changed_is_remembered_and_a_display_name_is_none() -> None:
    """X calls the display name `screenname`; whoever was @martag is found under it still, and under @martagil."""
    about = reduce(fold, (event for event in MEANINGS["profile"] if isinstance(event, ProfileChange)), None)
    assert about is not None
    known = [(contact.kind, contact.value, contact.proof, contact.until is None) for contact in about.contacts]
    assert known == [("handle", "martag", "platform", False), ("handle", "martagil", "platform", True)]
    assert {field: each.value for field, each in about.known.items()} == {"name": "Marta Gil", "handle": "martagil"}


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^x post\.mention\.create: ValidationError at author_id$"):
        events(SAMPLES["unreadable"])


def test_one_broken_unit_does_not_hide_the_others() -> None:
    good, broken = X.units(delivered(SAMPLES["batch_with_unreadable"]))
    assert [event.kind for event in X.read(good)] == ["message"]
    with pytest.raises(UnreadableDelivery):
        X.read(broken)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"data"',
        b'{"errors": [{"title": "operational-disconnect"}]}',
        b'{"data": NaN}',
        b'{"data": {"event_type": "dm.received", "payload": "\\ud800"}}',
        b'{"data": []} trailing',
        b'{"data": "\xff"}',
        b'{"data":' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"data": null}',
        b'{"data": {}}',
        b'{"data": {"event_type": null, "payload": {}}}',
        b'{"data": {"event_type": "", "payload": {}}}',
        b'{"data": {"event_type": {"secret": "name"}}}',
        b'{"data": [[]]}',
        b'{"data": {"event_type": "dm.received"}}',
        b'{"data": {"event_type": "dm.received", "payload": {"direct_message_events": []}}}',
        b'{"for_user_id": "1", "tweet_create_events": [null]}',
        b'{"for_user_id": "1", "tweet_create_events": "none"}',
    ],
)
def test_what_is_no_envelope_or_an_empty_one_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    ("sample", "change"),
    [
        ("text", {"id": None}),
        ("text", {"id": ""}),
        ("text", {"text": None}),
        ("text", {"text": ["x"]}),
        ("text", {"author_id": ""}),
        ("text", {"created_at": "yesterday"}),
        ("text", {"created_at": "2026-09-21"}),
        ("text", {"created_at": "2026-09-21T14:13:20"}),
        ("text", {"created_at": 1790000000}),
        ("text", {"created_at": None, "id": "29700859246"}),
        ("text", {"created_at": None, "id": "minus one"}),
        ("text", {"created_at": None, "id": "9" * 40}),
        ("text", {"edit_history_tweet_ids": "1"}),
        ("text", {"referenced_tweets": [{"type": "quoted"}]}),
        ("complaint", {"id": None}),
        ("complaint", {"created_timestamp": None}),
        ("complaint", {"created_timestamp": "9" * 30}),
        ("complaint", {"created_timestamp": "now"}),
        ("complaint", {"message_create": {"sender_id": "1"}}),
        ("complaint", {"message_create": {"sender_id": "1", "message_data": {"text": "x"}}}),
        ("deleted", {"id": None}),
        ("deleted", {"author_id": None}),
        ("like", {"liked_tweet_id": None}),
        ("like", {"timestamp_ms": "soon"}),
        ("encrypted", {"encoded_event": None}),
        ("encrypted", {"created_at_msec": None}),
        ("relations", {"source": None}),
        ("relations", {"target": {"data": {}}}),
        ("profile", {"before": ["x"]}),
        ("broadcast_chat", {"author": None}),
        ("receipt", {"last_read_event_id": None}),
    ],
)
def test_a_broken_part_is_never_guessed(sample: str, change: dict[str, Any]) -> None:
    unit = X.units(delivered(SAMPLES[sample]))[0]
    X.read(unit)
    broken = Unit(unit.name, unit.value | change, unit.account, unit.at, unit.context)
    with pytest.raises(UnreadableDelivery):
        X.read(broken)


def test_a_profile_event_needs_its_values() -> None:
    unit = X.units(delivered(SAMPLES["profile"]))[0]
    with pytest.raises(UnreadableDelivery):
        X.read(Unit(unit.name, {}, unit.account, unit.at, unit.context))


def read(sample: str, change: dict[str, Any]) -> Message:
    unit = X.units(delivered(SAMPLES[sample]))[0]
    (event,) = X.read(Unit(unit.name, unit.value | change, unit.account, unit.at, unit.context))
    assert isinstance(event, Message)
    return event


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("es", "es"),
        ("zh-CN", "zh-CN"),
        ("iw", "he"),
        ("in", "id"),
        ("und", None),
        ("qme", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_is_a_tag_or_none(code: str | None, tag: str | None) -> None:
    found = read("text", {"lang": code}).author
    assert found is not None
    assert found.language == tag


@pytest.mark.parametrize(
    ("id_", "created_at", "expected"),
    [
        # What X sends: the second in which the id was made.
        (post_id(0, ms=999), "2026-09-21T14:13:20.000Z", after(0)),
        (post_id(0, ms=999), "2026-09-21T14:13:20.999Z", after(0)),
        (post_id(0, ms=999), "2026-09-21T16:13:20+02:00", after(0)),
        (post_id(0, ms=999), "Mon Sep 21 14:13:20 +0000 2026", after(0)),
        (post_id(0, ms=999), None, after(0)),
        # Older than the ids that hold a time.
        ("20", "Tue Mar 21 20:50:14 +0000 2006", datetime.fromisoformat("2006-03-21T20:50:14Z")),
    ],
)
def test_a_post_has_one_instant_in_every_product(id_: str, created_at: str | None, expected: datetime) -> None:
    assert read("text", {"id": id_, "edit_history_tweet_ids": [id_], "created_at": created_at}).occurred_at == expected


def test_without_the_subscription_s_user_the_account_is_the_url_s() -> None:
    body = orjson.loads(SAMPLES["text"])
    nobody: list[Any] = [{}, None, [], {"user_id": ""}, {"user_id": None}]
    for asked in nobody:
        body["data"]["filter"] = asked
        assert events(orjson.dumps(body)) == MEANINGS["text"]
    body["data"]["filter"] = {"user_id": 77}
    (event,) = events(orjson.dumps(body))
    assert isinstance(event, Message)
    assert (event.account, event.identity) == ("77", "x:77:1511000001")


@pytest.mark.parametrize(
    "users",
    [
        {"apps": {"users": {"1511000001": {"id": 1511000001, "screen_name": "anatorres"}}}},
        {"apps": {"1511000001": {"id": "1511000001", "screen_name": "anatorres"}}, "users": []},
        {"users": {"1511000001": {"data": {"id": "1511000001", "username": "anatorres"}}}},
    ],
)
def test_users_are_found_wherever_they_are(users: dict[str, Any]) -> None:
    body = orjson.loads(SAMPLES["account_activity_direct_messages"])
    del body["apps"]
    first = events(orjson.dumps(body | users))[0]
    assert isinstance(first, Message)
    assert first.author is not None
    assert first.author.handle == "anatorres"


def test_a_broken_user_matters_only_when_they_speak() -> None:
    body = orjson.loads(SAMPLES["text"])
    speaker, account = body["data"]["includes"]["users"]
    account["public_metrics"] = {"followers_count": "many"}
    assert events(orjson.dumps(body)) == MEANINGS["text"]
    speaker["public_metrics"] = {"followers_count": "many"}
    with pytest.raises(UnreadableDelivery):
        events(orjson.dumps(body))


def test_one_object_is_as_good_as_a_list_of_one() -> None:
    body = orjson.loads(SAMPLES["text"])
    assert events(orjson.dumps({"data": [body["data"]]})) == MEANINGS["text"]


def outcomes() -> Iterator[tuple[str, str]]:
    """Each of X's words in the samples, with what it became."""
    for name in MEANINGS:
        for unit in X.units(delivered(SAMPLES[name])):
            for event in X.read(unit):
                yield unit.name, f"ignored: {event.reason}" if isinstance(event, Ignored) else event.kind


def test_the_readme_says_what_every_kind_becomes() -> None:
    found = set(outcomes())
    assert {name for name, _ in found} >= X.events.keys()
    alike = {name: {other for other in X.events if X.events[other] is X.events[name]} for name in X.events}
    expected = {
        name: sorted({outcome for other, outcome in found if other in alike[name]}) for name in sorted(X.events)
    }
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", README.read_text(), re.MULTILINE)
    documented = {name: cell.split("; ") for name, cell in rows}
    table = "\n".join(f"| `{name}` | {'; '.join(cell)} |" for name, cell in expected.items())
    assert documented == expected, f"the table should be:\n{table}"


def test_no_reason_speaks_of_anybody() -> None:
    personal = re.compile(r"Ana|Luis|Marta|1511|2244|factura", re.IGNORECASE)
    reasons = {outcome for _, outcome in outcomes() if outcome.startswith("ignored")}
    assert not [reason for reason in reasons if personal.search(reason)]
    for sample in UNREADABLE:
        with pytest.raises(UnreadableDelivery) as refused:
            events(SAMPLES[sample])
        assert not personal.search(str(refused.value))


def test_units_carry_the_account_and_our_door_s_instant() -> None:
    (unit,) = X.units(delivered(SAMPLES["text"]))
    assert (unit.name, unit.account, unit.at) == ("post.mention.create", ACCOUNT, RECEIVED)
