"""What is asked of a blog and what is made of its answers; the port alone, played."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.standin import StandIn
from infra.local.standin.platforms import wordpress
from shared.models import Delivery, Message
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.ports import Answer, Call, Found, Presence, Thing
from tests.conftest import NOW
from tests.replying import asked, place

PLATFORM = load("wordpress")
PORT = port_of("wordpress")
assert PORT
HOST = "blog.teleprado.example"
STAFF = 2


def presence(*things: Thing) -> Presence:
    return Presence("wordpress", "diario", "soporte:abcd efgh", things=things or (Thing("host", HOST),))


def comment(number: int, minutes_ago: float = 5, **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%S")
    said = more.pop("said", f"hola {number}")
    own = {
        **{"id": number, "post": 47, "parent": 0, "author": 0, "author_name": "Ana", "author_email": "ana@example.com"},
        **{"author_ip": "192.0.2.77", "author_user_agent": "Netscape", "date_gmt": at, "status": "approved"},
        **{"content": {"raw": said, "rendered": f"<p>{said}</p>"}, "link": f"https://{HOST}/?p=47#{number}"},
        "_embedded": {"up": [{"title": {"rendered": "Nueva tienda"}}]},
    }
    return own | more


def list_of(items: Sequence[Mapping[str, Any]], pages: int = 1) -> Answer:
    return Answer(200, orjson.dumps(items), headers={"x-wp-totalpages": str(pages)})


def polled(
    *items: Mapping[str, Any],
    cursor: str = "",
    now: datetime = NOW,
    who: Presence | None = None,
    staff: Answer | None = None,
    says: Answer | None = None,
    one: Mapping[int, Mapping[str, Any]] | None = None,
) -> tuple[Found, list[Call]]:
    """Return what a poll found of a blog that has these comments, and what it asked."""
    assert PORT
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        path = urlsplit(call.url).path.rpartition("/wp/v2/")[2]
        if path == "users":
            return staff or list_of([{"id": STAFF}])
        if path == "comments":
            return says or list_of(items)
        found = (one or {}).get(int(path.rpartition("/")[2]))
        return Answer(200, orjson.dumps(found)) if found else Answer(404, b'{"code":"rest_comment_invalid_id"}')

    own = who or presence()
    return asked(PORT.poll(own, cursor, now), api, PORT.hosts(own)), calls


def told(found: Found) -> list[tuple[str, int, int]]:
    bodies = map(orjson.loads, found.bodies)
    return [(each["as"], each["comment"]["id"], each["version"]) for each in bodies]


# ------------------------------------------------------------------------------------------------------------ the round


def test_it_asks_for_all_of_the_last_days_as_the_user_and_keeps_nothing_of_whoever_wrote() -> None:
    found, (staff, comments) = polled(comment(1))
    assert b64decode(comments.headers["authorization"].removeprefix("Basic ")) == b"soporte:abcd efgh"
    assert parse_qs(urlsplit(staff.url).query)["who"] == ["authors"]
    assert parse_qs(urlsplit(comments.url).query) == {
        **{"after": ["2026-11-15T12:00:00Z"], "status": ["any"], "context": ["edit"], "_embed": ["up"]},
        **{"orderby": ["date_gmt"], "order": ["desc"], "per_page": ["100"], "page": ["1"]},
    }
    for private in (b"192.0.2.77", b"Netscape"):
        assert private not in found.bodies[0]
    for word in ("hola", "Ana", "abcd", "example"):
        assert word not in found.cursor


def test_the_first_look_takes_what_is_young_and_remembers_the_rest() -> None:
    old = comment(1, 4 * 24 * 60)
    first, _ = polled(comment(3, 5), comment(2, 60), old)
    assert told(first) == [("new", 2, 1), ("new", 3, 1)], "in the order in which they were said"
    again, _ = polled(comment(4, 1), comment(3, 5), comment(2, 60), old, cursor=first.cursor)
    assert told(again) == [("new", 4, 1)]
    changed, _ = polled({**old, "content": {"raw": "otra cosa"}}, cursor=again.cursor)
    assert told(changed) == [("changed", 1, 2)]


def test_what_changes_goes_and_comes_back_is_told_each_time() -> None:
    cursor, seen = polled()[0].cursor, []
    for now_is in (
        comment(1),
        comment(1),
        comment(1, said="otra cosa"),
        comment(1, said="otra cosa", status="trash"),
        comment(1, said="otra cosa", status="spam"),
        comment(1, said="otra cosa"),
        comment(1, said="otra cosa", status="trash"),
        comment(1),
    ):
        found, _ = polled(now_is, cursor=cursor)
        seen += told(found)
        cursor = found.cursor
    assert seen == [
        ("new", 1, 1),
        ("changed", 1, 2),
        ("removed", 1, 3),
        ("changed", 1, 4),
        ("removed", 1, 5),
        ("changed", 1, 6),
    ]


def test_spam_is_never_told_unless_it_was_none() -> None:
    first, _ = polled(comment(1, status="spam"))
    assert first.bodies == ()
    held, _ = polled(comment(1, status="hold"), cursor=first.cursor)
    assert told(held) == [("new", 1, 1)]
    approved, _ = polled(comment(1), cursor=held.cursor)
    assert approved.bodies == (), "it says the same"


def test_what_plugins_add_when_it_is_shown_is_no_change() -> None:
    first, _ = polled(comment(1))
    shown = comment(1)
    shown["content"]["rendered"] += "<div>7 likes</div>"
    assert polled(shown, cursor=first.cursor)[0].bodies == ()


def test_after_an_outage_all_of_it_is_asked_for() -> None:
    first, _ = polled()
    _, calls = polled(cursor=first.cursor, now=NOW + timedelta(days=30))
    assert parse_qs(urlsplit(calls[1].url).query)["after"] == ["2026-11-22T11:00:00Z"]


def test_our_own_are_marked_with_whom_they_answer_near_or_far() -> None:
    near = comment(5, 1, author=STAFF, parent=1)
    far = comment(6, 1, author=STAFF, parent=900)
    lost = comment(7, 1, author=STAFF, parent=901)
    to_nobody = comment(8, 1, author=STAFF)
    one = {900: comment(900, 99_999, author_email="luis@example.com")}
    found, calls = polled(to_nobody, lost, far, near, comment(1, 2), one=one)
    said = {each["comment"]["id"]: each for each in map(orjson.loads, found.bodies)}
    assert {number: each["staff"] for number, each in said.items()} == {1: False, 5: True, 6: True, 7: True, 8: True}
    assert [said[number]["answered"] and said[number]["answered"]["id"] for number in (5, 6, 7, 8)] == [
        1,
        900,
        None,
        None,
    ]
    assert [urlsplit(call.url).path for call in calls[2:]] == [f"/wp-json/wp/v2/comments/{n}" for n in (900, 901)]
    events = [PLATFORM.normalise(Delivery("wordpress", "diario", body, {}, NOW))[0] for body in found.bodies]
    outbound = {each.external_id: each.identity for each in events if isinstance(each, Message) and each.author is None}
    assert outbound == {"5": "wordpress:diario:comment:1", "6": "wordpress:diario:comment:900"}


def test_a_page_after_the_other_is_read() -> None:
    assert PORT
    pages = {1: [comment(3, 1)], 2: [comment(2, 2), comment(3, 1)]}

    def api(call: Call) -> Answer:
        query = parse_qs(urlsplit(call.url).query)
        return list_of([{"id": 2}]) if "who" in query else list_of(pages[int(query["page"][0])], pages=2)

    found = asked(PORT.poll(presence(), "", NOW), api, PORT.hosts(presence()))
    assert told(found) == [("new", 2, 1), ("new", 3, 1)]


def test_a_list_without_end_ends_and_says_so() -> None:
    assert PORT
    numbers = iter(range(1, 10_000))

    def api(call: Call) -> Answer:
        if "who=" in call.url:
            return list_of([])
        return list_of([comment(next(numbers)) for _ in range(100)], pages=999)

    found = asked(PORT.poll(presence(), "", NOW), api, PORT.hosts(presence()))
    assert len(found.bodies) == 2000
    assert "more than 2000 comments" in found.sentence
    assert len(found.cursor) < 200_000, "an item holds 400 KB"


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("where", ["staff", "says"])
@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer(0), "does not answer"),
        (Answer(401, b'{"code":"incorrect_password"}'), "application password"),
        (Answer(401, b"<html>"), "application password"),
        (Answer(403, b'{"code":"rest_forbidden_context"}'), "*Editor*"),
        (Answer(403, b"<html>"), "firewall"),
        (Answer(404, b'{"code":"rest_no_route"}'), "REST API"),
        (Answer(404, b"<html>"), "permalinks"),
        (Answer(200, b"<html>"), "do not know"),
        (Answer(200, b'{"code":"x"}'), "do not know"),
        (Answer(500), "do not know"),
    ],
)
def test_a_refusal_leaves_the_cursor_and_says_what_to_do(where: str, answer: Answer, word: str) -> None:
    first, _ = polled(comment(1))
    found, _ = polled(comment(2), cursor=first.cursor, **{where: answer})  # type: ignore[arg-type]
    assert (found.bodies, found.cursor, found.failing, found.not_before) == ((), first.cursor, True, None)
    assert word in found.sentence


def test_who_asks_to_be_left_alone_is_left_alone() -> None:
    found, _ = polled(says=Answer(429, headers={"retry-after": "600"}))
    assert found.not_before == NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    "things",
    [
        (Thing("page", "1"),),
        *(
            (Thing("host", host),)
            for host in ("localhost", "127.0.0.1", "blog.example:8443", "a@blog.example", "Blog.es")
        ),
        (Thing("host", HOST), Thing("folder", "../..")),
        (Thing("host", HOST), Thing("folder", "a/b")),
    ],
)
def test_without_a_blog_nobody_is_called(things: tuple[Thing, ...]) -> None:
    assert PORT
    found, calls = polled(who=presence(*things), cursor="as it was")
    assert (calls, found.cursor, found.failing, PORT.hosts(presence(*things))) == ([], "as it was", True, frozenset())
    assert "playbook" in found.sentence


def test_below_a_folder_it_is_asked_there() -> None:
    _, calls = polled(who=presence(Thing("host", HOST), Thing("folder", "blog")))
    assert {urlsplit(call.url).path for call in calls} == {
        f"/blog/wp-json/wp/v2/{name}" for name in ("users", "comments")
    }


@pytest.mark.parametrize(
    "cursor", ["[]", "{", "null", '{"at": 7}', '{"at": "soon", "seen": {}}', '{"at":"2026-11-22","seen":{"1":3}}']
)
def test_a_cursor_that_is_none_is_a_first_look(cursor: str) -> None:
    assert told(polled(comment(1), cursor=cursor)[0]) == [("new", 1, 1)]


def test_what_cannot_be_read_is_brought_all_the_same() -> None:
    found, _ = polled({"id": 7, "status": "approved"})
    assert told(found) == [("new", 7, 1)]


VALUES = st.recursive(
    st.none() | st.integers(-3, 3) | st.sampled_from(["", "x", "approved", "trash", "2026-11-22T11:50:00", "🙂"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "status", "content", "raw", "date_gmt", "author", "parent", "code"]), inner
        )
    ),
    max_leaves=12,
)
ANSWERS = st.builds(
    Answer,
    st.sampled_from([0, 200, 200, 200, 401, 429, 500]),
    VALUES.map(orjson.dumps) | st.binary(),
    headers=st.fixed_dictionaries({"x-wp-totalpages": st.sampled_from(["", "1", "2", "x", "\u0663"])}),
)


@settings(max_examples=60)
@given(st.lists(ANSWERS, min_size=4, max_size=4), st.text(max_size=20) | st.just(polled(comment(1))[0].cursor))
def test_no_answer_breaks_a_poll_and_a_failure_leaves_the_cursor(answers: list[Answer], cursor: str) -> None:
    assert PORT
    left = iter(answers)
    found = asked(PORT.poll(presence(), cursor, NOW), lambda _: next(left, list_of([])), PORT.hosts(presence()))
    assert not found.failing or (found.cursor, found.bodies) == (cursor, ())
    assert "🙂" not in found.sentence


@settings(max_examples=60)
@given(st.lists(st.dictionaries(st.integers(1, 4), st.sampled_from(["a", "b", "trash"]), max_size=4), max_size=6))
def test_whatever_comes_and_goes_the_journal_ends_as_the_blog_does(versions: list[dict[int, str]]) -> None:
    cursor, journal = polled()[0].cursor, dict[int, str]()
    shown: dict[int, str] = {}
    for version in versions:
        shown |= version
        blog = [
            comment(number, status="trash" if said == "trash" else "approved", said=said)
            for number, said in shown.items()
        ]
        found, _ = polled(*blog, cursor=cursor)
        for body in map(orjson.loads, found.bodies):
            gone = body["as"] == "removed"
            journal[body["comment"]["id"]] = "trash" if gone else body["comment"]["content"]["raw"]
        cursor = found.cursor
    visible = {number: said for number, said in shown.items() if said != "trash"}
    assert {number: said for number, said in journal.items() if said != "trash"} == visible


def test_the_stand_in_is_polled_as_a_blog_is() -> None:
    assert PORT
    standin = StandIn(lambda: NOW)
    standin.spoke(place("blog_comment"))
    who = Presence("wordpress", "diario", wordpress.TOKEN, things=(Thing("host", wordpress.HOST),))
    found = asked(PORT.poll(who, "", NOW), standin.answer, PORT.hosts(who))
    assert (told(found), found.failing) == ([("new", 812, 1)], False)


def test_the_cadence_is_five_minutes() -> None:
    assert PORT
    assert (PORT.every, PORT.things, PORT.also, PORT.needs_token) == (
        timedelta(minutes=5),
        (),
        ("host", "folder"),
        True,
    )
