"""Feeds of every make: dialects, dates, encodings, ids that are none, and what is no feed."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Delivery, Event, Message
from shared.platforms import load
from shared.platforms.feeds.document import Article, NoFeedError, read
from tests.conftest import NOW

FOLDER = Path(__file__).parent / "documents"
URL = "https://blog.example.com/feed"


def articles(body: bytes, content_type: str = "") -> list[Article]:
    return read(body, url=URL, content_type=content_type)


def rss(*items: str, head: str = "") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"{head}<rss version='2.0'><channel><title>t</title>{inside}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        (
            "rss2.xml",
            ["https://blog.example.com/?p=7#comment-12", f"{URL}#11", "https://blog.example.com/?p=7#comment-2"],
        ),
        ("rss1.xml", ["https://news.example.com/1"]),
        ("atom.xml", ["tag:alerts.example.com,2026:entry-9", "tag:alerts.example.com,2026:entry-8"]),
        ("feed.json", [f"{URL}#41", "https://reviews.example.com/40"]),
    ],
)
def test_every_dialect_is_read_whole(name: str, ids: list[str]) -> None:
    assert [article.id for article in articles((FOLDER / name).read_bytes())] == ids


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"\xff\xfe\x00",
        b"{}",
        b"{",
        b'{"version": "https://jsonfeed.org/version/1"}',
        b'{"version": 1, "items": []}',
        b"<!DOCTYPE html><html><body><p>Not found</p></body></html>",
        b"<error code='7'/>",
    ],
)
def test_what_is_no_feed_says_so(body: bytes) -> None:
    with pytest.raises(NoFeedError):
        articles(body)


def test_an_empty_feed_is_a_feed() -> None:
    assert articles(rss()) == []


@pytest.mark.parametrize("name", ["/etc/hostname", "https://blog.example.com/feed", "file:///etc/hostname"])
def test_what_reads_like_a_name_is_opened_by_nobody(name: str) -> None:
    with pytest.raises(NoFeedError):
        articles(name.encode())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Sun, 22 Nov 2026 12:40:00 +0100", datetime(2026, 11, 22, 11, 40, tzinfo=UTC)),
        ("22 Nov 26 12:40 EST", datetime(2026, 11, 22, 17, 40, tzinfo=UTC)),
        ("2026-11-22T12:40:00Z", datetime(2026, 11, 22, 12, 40, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("20261122", datetime(2026, 11, 22, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_dates_in_any_form(said: str, expected: datetime | None) -> None:
    (article,) = articles(rss(f"<title>a</title><pubDate>{said}</pubDate>"))
    assert article.published == expected


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss("<title>ñandú</title>", head="<?xml version='1.0' encoding='utf-8'?>"), ""),
        (rss("<title>ñandú</title>").decode().encode("iso-8859-1"), "application/rss+xml; charset=iso-8859-1"),
        (
            rss("<title>ñandú</title>", head="<?xml version='1.0' encoding='windows-1252'?>").decode().encode("cp1252"),
            "text/xml; charset=windows-1252",
        ),
        (rss("<title>ñandú</title>", head="<?xml version='1.0' encoding='utf-16'?>").decode().encode("utf-16"), ""),
        (rss("<title>&ntilde;and&uacute;</title>"), ""),
    ],
)
def test_encodings(body: bytes, content_type: str) -> None:
    (article,) = articles(body, content_type)
    assert article.said["title"] in ("ñandú", "&ntilde;and&uacute;")
    (event,) = normalised(article)
    assert isinstance(event, Message)
    assert event.title == "ñandú"


def normalised(article: Article, name: str = "new") -> list[Event]:
    return list(load("feeds").normalise(Delivery("feeds", "prensa", article.envelope(name), {}, NOW)))


def test_what_is_not_well_formed_is_read_as_far_as_it_goes() -> None:
    body = b"<rss version='2.0'><channel><item><title>a & b</title></item><item><title>c<br>d</title></item>"
    assert articles(body)[0].said["title"] == "a & b"


@pytest.mark.parametrize("reference", ["&#xD800;", "&#57343;", "&#x110000;", "&#99999999999999999999;", "&#0;"])
def test_a_character_that_there_is_not_spoils_no_other(reference: str) -> None:
    first, second = articles(rss(f"<title>a {reference} b</title>", "<title>c &#241;</title>"))
    assert second.said["title"] == "c ñ"
    assert "a" in first.said["title"]


def test_an_entry_without_an_id_is_known_by_its_link_and_without_one_by_what_it_says() -> None:
    by_link, by_words, other = articles(
        rss("<title>a</title><link>https://x.example.com/a</link>", "<title>b</title>", "<title>c</title>")
    )
    assert by_link.id == "https://x.example.com/a"
    assert by_words.id == f"{URL}#{by_words.digest}" != other.id


def test_entries_that_share_an_id_are_told_apart() -> None:
    one, two, own = articles(
        rss(
            "<guid>https://x.example.com/</guid><title>a</title>",
            "<guid>https://x.example.com/</guid><title>b</title>",
            "<guid>https://x.example.com/c</guid>",
        )
    )
    assert len({one.id, two.id, own.id}) == 3
    assert own.id == "https://x.example.com/c"


@pytest.mark.parametrize(
    ("change", "is_another"),
    [
        ("<title>a</title><description>b</description><pubDate>Sun, 22 Nov 2026 12:40:00 GMT</pubDate>", False),
        ("<title>a</title><description>&lt;p&gt;b&lt;img src='/?3'&gt;&lt;/p&gt;</description>", False),
        ("<title>a</title><description>b</description><comments>7</comments>", False),
        ("<title>a</title><description>c</description>", True),
        ("<title>A</title><description>b</description>", True),
    ],
)
def test_another_version_is_what_reads_otherwise(change: str, is_another: bool) -> None:
    ((before,), (after,)) = articles(rss("<title>a</title><description>b</description>")), articles(rss(change))
    assert (before.digest != after.digest) is is_another


def test_all_that_an_entry_says_is_in_its_envelope() -> None:
    article = articles((FOLDER / "rss2.xml").read_bytes())[0]
    said = orjson.loads(article.envelope("new"))
    assert said["feed"] == {"url": URL, "title": "Comments on: Our new shop"}
    assert said["entry"]["slash_comments"] == "3"
    assert "<script>alert(1)</script>" in said["entry"]["content"][0]["value"], (
        "it is text, and cleaned by no sanitiser"
    )
    assert said["published"] == "2026-11-22T11:40:00Z"
    assert article.envelope("new") == article.envelope("new") != article.envelope("changed")


@given(
    st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda inside: rss().replace(b"t<", inside + b"<")))
)
def test_no_bytes_break_it_and_each_entry_can_be_read(body: bytes) -> None:
    try:
        found = articles(body)
    except NoFeedError:
        return
    for article in found:
        assert normalised(article)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=6,
)
JSON_FEED_WORDS = ("id", "url", "title", "content_html", "content_text", "authors", "author", "attachments")
items = st.dictionaries(st.sampled_from([*JSON_FEED_WORDS, "date_published", "summary"]), json_values, max_size=5)


@given(st.lists(items | json_values, max_size=3))
def test_no_json_feed_breaks_it(found: list[object]) -> None:
    try:
        body = orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": found})
    except (TypeError, ValueError):
        return
    for article in articles(body):
        assert normalised(article)
