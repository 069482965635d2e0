"""What each entry means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Attachment, Author, ContactPoint, Delivery, Edit, Event, Ignored, Message
from shared.platforms import load
from tests.conftest import NOW
from tests.shared.platforms.feeds.sender import ACCOUNT

FEEDS = load("feeds")
FOLDER = Path(__file__).parent / "samples"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.json"))}
README = Path(__file__).parents[4] / "shared" / "platforms" / "feeds" / "README.md"


def delivered(body: bytes) -> Delivery:
    return Delivery("feeds", ACCOUNT, body, {}, NOW)


def events(body: bytes) -> list[Event]:
    return FEEDS.normalise(delivered(body))


def message(name: str) -> Message:
    (found,) = events(SAMPLES[name])
    assert isinstance(found, Message)
    assert (found.channel, found.account, found.direction, found.visibility) == ("blog", ACCOUNT, "inbound", "public")
    assert found.thread == found.external_id
    return found


def edit(name: str) -> Edit:
    (found,) = events(SAMPLES[name])
    assert isinstance(found, Edit)
    return found


def test_a_comment_on_a_blog_is_of_its_author_within_that_host() -> None:
    found = message("complaint")
    assert found.identity == "feeds:prensa:blog.example.com/Ana Peña"
    assert found.external_id == "https://blog.example.com/?p=7#comment-12"
    assert (found.occurred_at.isoformat(), found.dated) == ("2026-11-22T11:40:00+00:00", True)
    assert found.title == "By: Ana Peña"
    assert found.text == "La factura de marzo \u2013 me la han cobrado dos veces.\n¿Quién lo mira?"
    assert found.author == Author(name="Ana Peña")
    assert found.permalink == "https://blog.example.com/our-new-shop/#comment-12"
    assert found.attachments == (
        Attachment(type="application", url="https://blog.example.com/recibo.pdf", mime_type="application/pdf"),
    )


def test_a_mail_address_in_a_feed_is_a_claim_and_an_id_that_is_none_is_the_feeds_own() -> None:
    found = message("text")
    assert found.identity == "feeds:prensa:blog.example.com/luis@example.com"
    assert found.author == Author(name="Luis Gil", contacts=(ContactPoint(kind="email", value="luis@example.com"),))
    assert found.external_id == "https://blog.example.com/our-new-shop/feed/#11"


def test_who_has_a_page_of_their_own_is_known_by_it_on_every_feed() -> None:
    found = message("own_page")
    assert found.identity == "feeds:prensa:https://marta.example.com/"
    assert found.title == "Tienda never answers & never calls back"
    assert found.text == "I wrote to them three times.\n> We call you."
    assert found.permalink == "https://alerts.example.com/posts/9"
    assert found.occurred_at.isoformat() == "2026-11-22T10:30:00+00:00"


def test_an_entry_of_nobody_without_a_date_is_the_feeds_and_not_dated() -> None:
    found = message("undated")
    assert found.identity == "feeds:prensa:https://alerts.example.com/feeds/1"
    assert (found.author, found.dated, found.occurred_at) == (None, False, NOW)
    assert found.text == found.title == "Without a word of when", "its title is all that it says"


def test_other_dialects_mean_the_same() -> None:
    assert message("non_ascii").text == "Lleva dos días sin contestar."
    assert message("non_ascii").identity == "feeds:prensa:news.example.com/Eva"
    found = message("json_feed")
    assert (found.text, found.title) == ("The parcel came open.", "Two stars")
    assert found.external_id == "https://reviews.example.com/feed.json#41"
    assert message("plain_text").text == "a < b & c"


def test_a_change_names_what_it_changes_and_is_dated_only_by_a_date_of_its_own() -> None:
    before, after = message("text"), edit("changed")
    assert (after.target, after.identity, after.thread) == (before.external_id, before.identity, before.thread)
    assert after.external_id.startswith(f"{before.external_id}:edit:")
    assert (after.dated, after.occurred_at) == (False, NOW)
    dated = edit("changed_dated")
    assert (dated.dated, dated.occurred_at.isoformat()) == (True, "2026-11-22T10:45:00+00:00")


def test_two_changes_are_two_and_the_same_one_is_one() -> None:
    body = orjson.loads(SAMPLES["changed"])
    body["entry"]["summary_detail"]["value"] = "Ugly shop"
    (other,), (again,) = events(orjson.dumps(body)), events(SAMPLES["changed"])
    assert other.external_id != edit("changed").external_id == again.external_id


def test_what_says_nothing_or_is_unknown_is_ignored() -> None:
    for name, reason in (("says_nothing", "says nothing"), ("unknown_kind", "unknown kind: withdrawn")):
        (found,) = events(SAMPLES[name])
        assert isinstance(found, Ignored)
        assert found.reason == reason


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"link": "javascript:alert(1)"}, None),
        ({"link": "//elsewhere.example.com/a"}, "https://elsewhere.example.com/a"),
        ({"link": "https://[::1"}, None),
        ({"link": ""}, None),
        ({"link": "mailto:a@example.com"}, None),
    ],
)
def test_only_addresses_on_the_web_are_shown(change: dict[str, Any], expected: str | None) -> None:
    body = orjson.loads(SAMPLES["text"])
    body["entry"] |= change
    (found,) = events(orjson.dumps(body))
    assert isinstance(found, Message)
    assert found.permalink == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<rss/>",
        b'{"as": "new"}',
        b'{"as": "", "entry": {}}',
        b'{"as": "new", "entry": {}}',
        b'{"as": "new", "id": "1", "feed": {"url": ""}, "entry": {}}',
        b'{"as": "new", "id": "1", "feed": {"url": "u"}, "published": "soon", "entry": {}}',
        b'{"as": "new", "id": "1", "feed": {"url": "u"}, "entry": {"authors": [1]}}',
        SAMPLES["unreadable"],
    ],
)
def test_what_is_no_envelope_is_unreadable_and_nothing_of_it_is_repeated(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(body)
    assert "soon" not in str(refused.value)


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    shown = {"new": message("text").kind, "changed": edit("changed").kind}
    assert shown.keys() == FEEDS.events.keys()
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    assert dict(rows) == {name: f"`{kind}`" for name, kind in shown.items()}
