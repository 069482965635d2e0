"""What each situation on an instance of Mastodon means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Edit, Ignored, Message
from shared.platforms import Unit
from tests.shared.platforms.mastodon.cases import (
    ANA,
    MASTODON,
    MEANINGS,
    OTHERS,
    RECEIVED,
    SAMPLES,
    UNREADABLE,
    delivered,
    events,
)
from tests.shared.platforms.mastodon.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "mastodon" / "README.md"


def changed(sample: str, **change: Any) -> bytes:
    """Return a sample with something else in its status."""
    body = orjson.loads(SAMPLES[sample])
    return orjson.dumps({**body, "object": {**body["object"], **change}})


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^mastodon status.created: ValidationError at account$"):
        events(SAMPLES["unreadable"])
    with pytest.raises(UnreadableDelivery, match=r"has the webhook a template\?$"):
        events(SAMPLES["template"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"status.created"',
        b'{"event": ""}',
        b'{"event": 7}',
        b'{"event": NaN}',
        b'{"event": "status.created"}',
        b'{"event": "status.created", "object": null}',
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
        {"visibility": None},
        {"account": {"id": "3101"}},
        {"mentions": None},
        {"mentions": [{"id": "9000"}]},
        {"content": {"plain": "La cafetera gotea"}},
        {"media_attachments": [{"id": "71"}]},
    ],
)
def test_a_broken_part_is_never_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(changed("text", **change))
    assert not re.search(r"Torres|gotea|yesterday|anatorres", str(refused.value))


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct", "limited"])
def test_only_what_everybody_may_read_is_public(visibility: str) -> None:
    (found,) = events(changed("text", visibility=visibility))
    assert isinstance(found, Message)
    assert (found.visibility == "public") is (visibility in ("public", "unlisted"))
    assert (found.channel == "mastodon_dm") is (visibility == "direct")


@pytest.mark.parametrize("account", ["latienda", "LaTienda", "latienda@vecinos.example.com"])
def test_the_company_is_whom_the_url_names(account: str) -> None:
    for name, direction in (("text", "inbound"), ("own", "outbound")):
        (found,) = events(SAMPLES[name], account=account)
        assert isinstance(found, Message)
        assert (found.direction, found.identity) == (direction, f"mastodon:{account}:3101")


@pytest.mark.parametrize("account", ["otra", "latien", "latiendas", "", "@vecinos.example.com"])
def test_what_is_said_to_another_account_is_not_said_to_the_company(account: str) -> None:
    for name in ("text", "direct"):
        (found,) = events(SAMPLES[name], account=account)
        assert isinstance(found, Ignored)
        assert found.reason == OTHERS


def test_members_of_two_instances_are_not_taken_for_each_other() -> None:
    body = orjson.loads(SAMPLES["text"])
    body["object"]["account"]["url"] = "https://otros.example.com/@anatorres"
    (found,) = events(orjson.dumps(body))
    assert isinstance(found, Message)
    assert found.author
    assert found.author.contacts[0].value != ANA.contacts[0].value


def test_what_changes_a_status_names_it() -> None:
    (message,), (edit,) = events(SAMPLES["text"]), events(SAMPLES["edited"])
    assert isinstance(message, Message)
    assert isinstance(edit, Edit)
    assert (edit.target, edit.identity, edit.thread) == (message.external_id, message.identity, message.thread)


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in MASTODON.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in MASTODON.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(sorted(found[name]))}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in MASTODON.events
    }


def reason(name: str) -> str:
    (event,) = MASTODON.read(Unit(name.replace("*", "anything"), {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([a-z_.*]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"
