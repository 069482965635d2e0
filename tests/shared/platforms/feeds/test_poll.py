"""What is asked of a feed's host and what is made of its answers; the port alone, played."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Delivery, Edit, Message
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.feeds import poll as feeds
from shared.ports import Answer, Call, Found, Presence, Thing
from tests.conftest import NOW

FOLDER = Path(__file__).parent / "documents"
URL = "https://blog.example.com/our-new-shop/feed/"
RSS = (FOLDER / "rss2.xml").read_bytes()
PORT = port_of("feeds")
PLATFORM = load("feeds")
assert PORT


def presence(*urls: str) -> Presence:
    return Presence("feeds", "prensa", "", things=tuple(Thing("feed", url) for url in urls or (URL,)))


def polled(*answers: Answer, cursor: str = "", who: Presence | None = None) -> tuple[Found, list[Call]]:
    """Return what a poll found, given these answers, and what it asked."""
    assert PORT
    asking = PORT.poll(who or presence(), cursor, NOW)
    calls: list[Call] = []
    left = list(answers)
    try:
        calls.append(next(asking))
        while True:
            calls.append(asking.send(left.pop(0)))
    except StopIteration as ended:
        found: Found = ended.value
        assert not left, "it asked for less"
        return found, calls


def ok(body: bytes = RSS, **headers: str) -> Answer:
    return Answer(200, body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def names(found: Found) -> list[tuple[str, str]]:
    said = [orjson.loads(body) for body in found.bodies]
    return [(each["as"], each["entry"]["title"]) for each in said]


def test_the_first_look_takes_what_is_young_and_remembers_the_rest() -> None:
    found, (call,) = polled(ok())
    assert names(found) == [("new", "By: Luis"), ("new", "By: Ana Peña")], "in the order in which they were said"
    assert (found.failing, found.sentence, found.not_before) == (False, "", None)
    assert (call.method, call.url) == ("GET", URL)
    assert "if-none-match" not in call.headers
    again, _ = polled(ok(), cursor=found.cursor)
    assert (again.bodies, again.cursor) == ((), found.cursor)


def test_what_has_no_date_is_history_at_the_first_look_and_news_later() -> None:
    atom = (FOLDER / "atom.xml").read_bytes()
    first, _ = polled(ok(atom))
    assert [title for _, title in names(first)] == ["<b>Tienda</b> never answers &amp; never calls back"]
    later, _ = polled(ok(atom.replace(b"entry-8", b"entry-10")), cursor=first.cursor)
    assert names(later) == [("new", "Without a word of when")]


def test_what_is_old_is_news_when_it_comes_to_a_feed_that_is_known() -> None:
    first, _ = polled(ok(b"<rss version='2.0'><channel/></rss>"))
    assert first.bodies == ()
    later, _ = polled(ok(), cursor=first.cursor)
    assert len(later.bodies) == 3


def test_a_change_is_told_and_what_only_looks_otherwise_is_not() -> None:
    first, _ = polled(ok())
    changed, _ = polled(ok(RSS.replace(b"Nice shop", b"Ugly shop")), cursor=first.cursor)
    assert names(changed) == [("changed", "By: Luis")]
    recounted, _ = polled(ok(RSS.replace(b"<slash:comments>3", b"<slash:comments>4")), cursor=first.cursor)
    assert recounted.bodies == ()


def test_what_left_the_feed_and_comes_back_is_brought_again_by_the_same_bytes() -> None:
    first, _ = polled(ok())
    gone, _ = polled(ok(b"<rss version='2.0'><channel/></rss>"), cursor=first.cursor)
    back, _ = polled(ok(), cursor=gone.cursor)
    assert set(first.bodies) < set(back.bodies)


def test_it_asks_by_what_the_host_gave_and_an_unchanged_feed_changes_nothing() -> None:
    first, _ = polled(ok(etag='W/"7"', last_modified="Sun, 22 Nov 2026 11:00:00 GMT"))
    found, (call,) = polled(Answer(304), cursor=first.cursor)
    assert (call.headers["if-none-match"], call.headers["if-modified-since"]) == (
        'W/"7"',
        "Sun, 22 Nov 2026 11:00:00 GMT",
    )
    assert found == Found((), first.cursor)


@pytest.mark.parametrize("status", [0, 400, 401, 403, 404, 410, 418, 429, 500, 503])
def test_a_refusal_leaves_the_cursor_and_says_what_to_do(status: int) -> None:
    first, _ = polled(ok())
    found, _ = polled(Answer(status, b"<html>", headers={"retry-after": "60"}), cursor=first.cursor)
    assert (found.bodies, found.cursor, found.failing) == ((), first.cursor, True)
    assert found.sentence.startswith("blog.example.com/our-new-shop/feed/ ")
    assert found.not_before == (NOW + timedelta(minutes=1) if status in (429, 503) else None)


def test_a_page_is_no_feed_and_leaves_the_cursor() -> None:
    first, _ = polled(ok())
    found, _ = polled(ok(b"<!doctype html><html><p>We are moving</p></html>"), cursor=first.cursor)
    assert (found.bodies, found.cursor, found.failing) == ((), first.cursor, True)
    assert "is no feed that can be read" in found.sentence


@pytest.mark.parametrize("location", ["/new/feed/", "https://blog.example.com/new/feed/"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed_once(status: int, location: str) -> None:
    found, calls = polled(Answer(status, headers={"location": location}), ok())
    assert [call.url for call in calls] == [URL, "https://blog.example.com/new/feed/"]
    assert len(found.bodies) == 2
    lost, calls = polled(*[Answer(status, headers={"location": location})] * 2)
    assert (lost.failing, len(calls)) == (True, 2)


@pytest.mark.parametrize(
    "location",
    [
        "https://thief.example/",
        "http://blog.example.com/feed",
        "https://blog.example.com@thief.example/",
        "https://blog.example.com:8443/",
        "//thief.example/feed",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/hostname",
        "https://[::1",
        "",
    ],
)
def test_a_redirect_to_anybody_else_is_not_followed(location: str) -> None:
    found, calls = polled(*[Answer(301, headers={"location": location})] * (2 if location == "" else 1))
    assert {call.url for call in calls} == {URL}
    assert found.failing
    assert "moved" in found.sentence


def test_hosts_are_those_of_the_account_and_over_tls_alone() -> None:
    assert PORT
    assert PORT.hosts(presence(URL)) == {"blog.example.com"}
    for url in ("http://blog.example.com/feed", "file:///etc/hostname", "12", "shop@example.com"):
        assert PORT.hosts(presence(url)) == frozenset()


def test_an_account_without_a_feed_says_so() -> None:
    for who in (Presence("feeds", "prensa", ""), presence("12")):
        found, calls = polled(who=who, cursor="as it was")
        assert (found.failing, found.cursor, calls) == (True, "as it was", [])
        assert "names no feed" in found.sentence


def test_a_password_in_an_address_is_not_repeated() -> None:
    found, _ = polled(Answer(404), who=presence(f"{URL}?token=hush"))
    assert "hush" not in found.sentence


def test_a_feed_that_is_longer_than_is_read_says_so() -> None:
    items = "".join(f"<item><guid>urn:{number}</guid><title>{number}</title></item>" for number in range(2001))
    found, _ = polled(ok(f"<rss version='2.0'><channel>{items}</channel></rss>".encode()))
    assert "more than 2000 entries" in found.sentence
    assert len(found.cursor) < 100_000, "an item holds 400 KB"


@pytest.mark.parametrize("cursor", ["[]", "{", "null", "{}", '{"seen": 7}', '{"seen": null, "etag": 3}'])
def test_a_cursor_that_is_none_is_a_first_look(cursor: str) -> None:
    found, _ = polled(ok(), cursor=cursor)
    assert len(found.bodies) == 2


@given(st.lists(st.sets(st.integers(0, 6)), max_size=6))
def test_whatever_comes_and_goes_all_is_told_and_nothing_that_stayed_twice(versions: list[set[int]]) -> None:
    cursor = polled(ok(b"<rss version='2.0'><channel/></rss>"))[0].cursor
    before: set[int] = set()
    for entries in versions:
        items = "".join(f"<item><guid>urn:{number}</guid><title>{number}</title></item>" for number in entries)
        found, _ = polled(ok(f"<rss version='2.0'><channel>{items}</channel></rss>".encode()), cursor=cursor)
        assert {int(title) for _, title in names(found)} == entries - before
        cursor, before = found.cursor, entries


answers = st.builds(
    Answer,
    st.sampled_from([0, 200, 301, 304, 404, 429, 503]),
    st.sampled_from([b"", RSS, b"{}", b"<html>", RSS[:700]]) | st.binary(max_size=50),
    headers=st.dictionaries(
        st.sampled_from(["etag", "last-modified", "location", "retry-after", "content-type"]), st.text(max_size=30)
    ),
)


@given(st.lists(answers, min_size=2, max_size=2), st.text(max_size=30) | st.sampled_from([polled(ok())[0].cursor]))
def test_no_answer_breaks_a_poll_and_a_failure_leaves_the_cursor(said: list[Answer], cursor: str) -> None:
    assert PORT
    asking = PORT.poll(presence(), cursor, NOW)
    call = next(asking)
    try:
        for answer in said:
            assert PORT.hosts(presence()) == {call.url.removeprefix("https://").partition("/")[0]}
            call = asking.send(answer)
    except StopIteration as ended:
        found: Found = ended.value
        assert not found.failing or (found.cursor, found.bodies) == (cursor, ())
        assert all(PLATFORM.normalise(Delivery("feeds", "prensa", body, {}, NOW)) for body in found.bodies)
    else:
        raise AssertionError("it asks without end")


def test_the_cursor_knows_no_words() -> None:
    found, _ = polled(ok())
    assert "Ana" not in found.cursor
    assert "example.com" not in found.cursor


def test_the_cadence_is_a_quarter_of_an_hour_and_no_token_is_needed() -> None:
    assert PORT
    assert (PORT.every, PORT.things, PORT.needs_token) == (
        timedelta(minutes=15),
        (feeds.KIND, feeds.LISTENING),
        False,
    )


def test_of_a_feed_in_which_we_only_listen_every_entry_says_so_and_of_another_none() -> None:
    said = ok()
    (first, *_), (own, *_) = (
        polled(said, who=Presence("feeds", "prensa", "", things=(Thing(kind, URL),)))[0].bodies
        for kind in (feeds.LISTENING, feeds.KIND)
    )
    assert orjson.loads(first) == {**orjson.loads(own), "overheard": True}
    for body, overheard in ((first, True), (own, False)):
        (message,) = PLATFORM.normalise(Delivery("feeds", "prensa", body, {}, NOW))
        assert isinstance(message, Message)
        assert (message.overheard, message.summons) == (overheard, None)
    changed = orjson.loads(first) | {"as": "changed"}
    (edit,) = PLATFORM.normalise(Delivery("feeds", "prensa", orjson.dumps(changed), {}, NOW))
    assert isinstance(edit, Edit)
    assert edit.overheard
