"""Hostile feeds: whoever runs a site may answer a poll with anything."""

from itertools import pairwise
from time import monotonic

import pytest

from shared.models import Delivery
from shared.platforms import load
from shared.platforms.feeds.document import NoFeedError, read
from shared.platforms.feeds.poll import MOST_ENTRIES
from shared.store.journal import record
from tests.abuse.bodies import LITERALS, hostile
from tests.conftest import NOW
from tests.contract.platforms import EVERY

URL = "https://blog.example.com/feed"
FEEDS = next(found for found in EVERY if found.name == "feeds")


def rss(inside: bytes, head: bytes = b"") -> bytes:
    return head + b"<rss version='2.0'><channel><item><title>" + inside + b"</title></item></channel></rss>"


def _laughs() -> bytes:
    names = [b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h", b"i", b"j"]
    pairs = pairwise(names)
    tens = b"".join(b'<!ENTITY %s "%s">' % (name, b"&%s;" % before * 10) for before, name in pairs)
    return b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + tens + b"]>"


HOSTILE: dict[str, bytes] = {
    "a billion laughs": rss(b"&j;", _laughs()),
    "one large entity, often": rss(
        b"&x;" * 50_000, b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x "' + b"a" * 100_000 + b'">]>'
    ),
    "a file": rss(b"&x;", b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "a host": rss(b"&x;", b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "http://169.254.169.254/">]>'),
    "a parameter entity": rss(
        b"x", b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]>'
    ),
    "a document type elsewhere": rss(b"x", b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">'),
    "a style sheet": rss(b"x", b'<?xml version="1.0"?><?xml-stylesheet href="file:///etc/passwd"?>'),
    "deep tags": b"<rss version='2.0'><channel>" + b"<item>" * 20_000,
    "deep markup": rss(b"<div>" * 20_000),
    "never closed": b"<rss version='2.0'><channel><item><title>" + b"<![CDATA[" * 10_000,
    "a mile of attributes": b"<rss version='2.0' "
    + b"".join(b"a%d='x' " % n for n in range(20_000))
    + b"><channel/></rss>",
    "another encoding than it says": rss("ñ".encode(), b"<?xml version='1.0' encoding='utf-16'?>"),
    "no encoding there is": rss(b"x", b"<?xml version='1.0' encoding='no-such-thing'?>"),
    "NULs": rss(b"a\0b" * 1000),
    "lone surrogates": rss(b"&#xD800;&#xDFFF;&#x110000;&#0;"),
    "nested JSON": b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_costs_little_opens_nothing_and_grows_no_larger(name: str) -> None:
    body, begun = HOSTILE[name], monotonic()
    try:
        articles = read(body, url=URL, content_type="")
    except NoFeedError:
        articles = []
    size = sum(len(article.envelope("new")) for article in articles[:MOST_ENTRIES])
    assert monotonic() - begun < 20
    assert size < 6 * len(body) + 10_000
    for article in articles[:MOST_ENTRIES]:
        assert b"root:" not in article.envelope("new")
        load("feeds").normalise(Delivery("feeds", "prensa", article.envelope("new"), {}, NOW))


def test_hostile_values_in_an_envelope_are_read_or_kept() -> None:
    tried = 0
    for _, body in hostile(FEEDS.sample("complaint")):
        record(Delivery("feeds", "prensa", body, {}, NOW, "r"), load("feeds"))
        tried += 1
    assert tried > len(LITERALS)
