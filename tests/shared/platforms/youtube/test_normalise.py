"""What each delivery means, nastiest first."""

import re
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Edit, Ignored, Message
from shared.platforms import Unit
from shared.store import keys
from tests.shared.platforms.youtube.cases import MEANINGS, RECEIVED, SAMPLES, UNREADABLE, YOUTUBE, delivered, events
from tests.shared.platforms.youtube.sender import ACCOUNT, CHANNEL
from tests.template import ROOT

README = ROOT / "shared" / "platforms" / "youtube" / "README.md"


def changed(sample: str, *where: str, to: Any) -> bytes:
    body = orjson.loads(SAMPLES[sample])
    inner = body
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = to
    return orjson.dumps(body)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_unreadable(name: str) -> None:
    with pytest.raises(UnreadableDelivery):
        events(SAMPLES[name])


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"as": "comment"}',
        b'{"as": "", "comment": {}}',
        b'{"as": 7, "comment": {}}',
        b'{"as": "comment", "comment": null}',
        b'{"as": "unread", "unread": {}}',
        b'{"as": "comment", "comment": {}}',
        b' \n{"as": "comment", "comment": {}, "channel": "UC"}',
        b'{"xml": "<feed xmlns=\'http://www.w3.org/2005/Atom\'><entry/></feed>"}',
        b'{"xml": "<feed xmlns=\'http://www.w3.org/2005/Atom\'><entry><id/></entry></feed>"}',
    ],
)
def test_what_is_neither_a_feed_nor_a_comment_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    ("where", "to"),
    [
        (("channel",), ""),
        (("channel",), None),
        (("thread",), {}),
        (("comment", "id"), ""),
        (("comment", "snippet"), None),
        (("comment", "snippet", "publishedAt"), "yesterday"),
        (("comment", "snippet", "publishedAt"), "2026-11-20T09:00:00"),
        (("comment", "snippet", "updatedAt"), "later"),
        (("comment", "snippet", "textOriginal"), {"html": "La cafetera"}),
        (("comment", "snippet", "authorChannelId"), "UCana_torres_00000000001"),
    ],
)
def test_a_broken_part_is_never_guessed(where: tuple[str, ...], to: Any) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(changed("text", *where, to=to))
    assert not re.search(r"anatorres|cafetera|yesterday|UCana", str(refused.value))


@pytest.mark.parametrize("name", MEANINGS)
def test_each_sample_means_what_the_table_says(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_every_sample_is_in_the_table() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | set(UNREADABLE)


def test_a_redelivery_differs_in_nothing_and_two_things_never_share_a_key() -> None:
    later = RECEIVED.replace(day=25)
    said = [event for name in MEANINGS for event in events(SAMPLES[name]) if not isinstance(event, Ignored)]
    again = [event for name in MEANINGS for event in events(SAMPLES[name], at=later) if not isinstance(event, Ignored)]
    assert said == again
    found = [keys.event(event) for event in said]
    assert len(set(found)) == len(found)


def test_an_edit_is_of_the_message_that_it_changes_and_each_has_a_key_of_its_own() -> None:
    (message,), (edit,) = events(SAMPLES["text"]), events(SAMPLES["edited"])
    (again,) = events(changed("edited", "comment", "snippet", "updatedAt", to="2026-11-20T11:00:01Z"))
    assert isinstance(message, Message)
    assert isinstance(edit, Edit)
    assert isinstance(again, Edit)
    assert (edit.target, edit.identity, edit.thread) == (message.external_id, message.identity, message.thread)
    assert len({keys.event(event) for event in (message, edit, again)}) == 3


@pytest.mark.parametrize(
    ("text", "to_ana"),
    [
        ("Cámbiale la junta", True),
        ("@anatorres cámbiale la junta", True),
        ("  @ANATORRES: cámbiale la junta", True),
        ("@anatorresx cámbiale la junta", False),
        ("@ana torres", False),
        ("@@luis ya", False),
        ("ana@example.com es su correo", True),
        ("@ todos", True),
    ],
)
def test_the_company_answers_whoever_is_at_the_top_unless_it_names_another(text: str, to_ana: bool) -> None:
    (found,) = events(changed("own_reply", "comment", "snippet", "textOriginal", to=text))
    assert isinstance(found, Message)
    assert (found.direction, found.names_a_customer) == ("outbound", to_ana)


@pytest.mark.parametrize("video", [None, "", "a b", "x&lc=1", "é"])
def test_a_link_is_made_of_plain_ids_alone(video: str | None) -> None:
    (found,) = events(changed("text", "thread", "video", to=video))
    assert isinstance(found, Message)
    assert found.permalink is None


@pytest.mark.parametrize("name", [None, "", "@", "Ana Torres"])
def test_only_a_handle_is_a_contact(name: str | None) -> None:
    (found,) = events(changed("text", "comment", "snippet", "authorDisplayName", to=name))
    assert isinstance(found, Message)
    assert found.author is not None
    assert (found.author.handle, found.author.contacts) == (None, ())


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in YOUTUBE.units(delivered(SAMPLES[name])):
            found.setdefault(unit.name, set()).update({event.kind for event in YOUTUBE.read(unit)} - {"ignored"})
    return {
        name: f"`{', '.join(found[name])}`" if found[name] else f"ignored: {reason(name)}" for name in YOUTUBE.events
    }


def reason(name: str) -> str:
    (event,) = YOUTUBE.read(Unit(name, {"id": "yt:video:1", "ref": "yt:video:1"}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"


def test_the_samples_channel_is_one() -> None:
    assert re.fullmatch("UC[A-Za-z0-9_-]{22}", CHANNEL)
