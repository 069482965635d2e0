"""What is asked of Bluesky and what is made of its answers; the port alone, played."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.standin import StandIn
from infra.local.standin.platforms import bluesky
from shared.models import Delivery, Message
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.bluesky.cursor import Cursor, Walk
from shared.ports import Answer, Call, Found, Presence, Thing
from tests.conftest import NOW
from tests.replying import asked, place
from tests.shared.platforms.bluesky.test_normalise import ANA, HERS, OURS, US

PLATFORM = load("bluesky")
PORT = port_of("bluesky")
assert PORT
QUERY = Thing("query", "Teleprado")
CHAT = "did:web:api.bsky.chat#bsky_chat"

type Said = Mapping[str, Any] | Answer


def presence(*things: Thing) -> Presence:
    return Presence("bluesky", "teleprado.example", "abcd-efgh", things=things)


def uri(key: str, author: str = ANA) -> str:
    return f"at://{author}/app.bsky.feed.post/{key}"


def post(key: str, minutes_ago: float = 5, author: str = ANA, **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    record = {"$type": "app.bsky.feed.post", "text": f"hola {key}", "createdAt": at}
    person = {"did": author, "handle": "ana.example", "viewer": {"muted": False}}
    own = {"uri": uri(key, author), "cid": "bafy", "author": person, "record": record, "indexedAt": at, "likeCount": 3}
    return own | more


def told(key: str, minutes_ago: float = 5, reason: str = "mention", author: str = ANA) -> dict[str, Any]:
    return post(key, minutes_ago, author, reason=reason, isRead=False)


SESSION: Said = {"did": US, "handle": "teleprado.example", "accessJwt": "jwt", "refreshJwt": "again"}
QUIET: Mapping[str, Said] = {
    "com.atproto.server.createSession": SESSION,
    "app.bsky.notification.listNotifications": {"notifications": []},
    "app.bsky.feed.searchPosts": {"posts": []},
    "com.atproto.repo.listRecords": {"records": []},
    "chat.bsky.convo.listConvos": {"convos": []},
    "chat.bsky.convo.getLog": {"logs": []},
}
NOTICES, SEARCH, OWN, LOG, CONVOS = list(QUIET)[1], list(QUIET)[2], list(QUIET)[3], list(QUIET)[5], list(QUIET)[4]


def name_of(call: Call) -> str:
    return urlsplit(call.url).path.removeprefix("/xrpc/")


def query_of(call: Call) -> dict[str, list[str]]:
    return parse_qs(urlsplit(call.url).query)


def polled(
    said: Mapping[str, Said | Callable[[Call], Said]] | None = None,
    *,
    cursor: str = "",
    who: Presence | None = None,
    now: datetime = NOW,
) -> tuple[Found, list[Call]]:
    """Return what a poll found of a Bluesky that says this and is quiet else, and what it asked."""
    assert PORT
    calls: list[Call] = []
    says = {**QUIET, **(said or {})}

    def api(call: Call) -> Answer:
        calls.append(call)
        found = says[name_of(call)]
        answer = found(call) if callable(found) else found
        return answer if isinstance(answer, Answer) else Answer(200, orjson.dumps(answer))

    own = who or presence()
    return asked(PORT.poll(own, cursor, now), api, PORT.hosts(own)), calls


def keys_of(found: Found) -> list[tuple[str, str]]:
    bodies = map(orjson.loads, found.bodies)
    return [(each["as"], each["post"]["uri"].rpartition("/")[2]) for each in bodies if "post" in each]


# ------------------------------------------------------------------------------------------------------------ the round


def test_one_session_is_enough_for_all_and_nothing_of_it_is_kept() -> None:
    found, calls = polled({NOTICES: {"notifications": [told("a")]}}, who=presence(QUERY))
    assert [name_of(call) for call in calls] == ["com.atproto.server.createSession", NOTICES, SEARCH, OWN, CONVOS]
    sign_in, *others = calls
    assert sign_in.signs_in
    assert orjson.loads(sign_in.body) == {"identifier": "teleprado.example", "password": "abcd-efgh"}
    assert {call.headers["authorization"] for call in others} == {"Bearer jwt"}
    assert [call.headers.get("atproto-proxy") for call in others] == [None, None, None, CHAT]
    assert all("jwt" not in call.url and "abcd" not in call.url for call in calls)
    for secret in ("jwt", "again", "abcd-efgh", "hola", ANA):
        assert secret not in found.cursor


def test_what_is_asked_for_is_who_speaks_to_us_whatever_the_account_shows_first() -> None:
    _, calls = polled(who=presence(QUERY))
    notices, search = query_of(calls[1]), query_of(calls[2])
    assert notices == {"reasons": ["mention", "reply", "quote"], "priority": ["false"], "limit": ["100"]}
    assert search["q"] == ["Teleprado"]
    assert search["since"] == ["2026-11-19T12:00:00Z"]


def test_each_word_that_is_listened_for_is_searched_for_and_several_as_a_phrase() -> None:
    _, calls = polled(who=presence(QUERY, Thing("query", "Tele Prado"), QUERY))
    assert [query_of(call)["q"] for call in calls if name_of(call) == SEARCH] == [['"Tele Prado"'], ["Teleprado"]]


def test_it_is_the_accounts_own_server_that_is_asked_and_no_other() -> None:
    assert PORT
    own = presence(Thing("host", "pds.teleprado.example"), Thing("handle", "tele.example"))
    _, calls = polled(who=own)
    assert {urlsplit(call.url).netloc for call in calls} == {"pds.teleprado.example"} == PORT.hosts(own)
    assert orjson.loads(calls[0].body)["identifier"] == "tele.example"
    for host in ("localhost", "10.0.0.1", "pds.example:8443", "https://pds.example/", "a@b.example"):
        assert PORT.hosts(presence(Thing("host", host))) == {"bsky.social"}


def test_the_first_look_takes_what_is_young_and_the_next_ones_what_is_new() -> None:
    old = told("old", 4 * 24 * 60)
    first, _ = polled({NOTICES: {"notifications": [told("b", 3), told("a", 200), old]}})
    assert keys_of(first) == [("mention", "a"), ("mention", "b")], "in the order in which they were said"
    again, _ = polled({NOTICES: {"notifications": [told("b", 3), told("a", 200), old]}}, cursor=first.cursor)
    assert again.bodies == ()
    later = NOW + timedelta(minutes=15)
    third, _ = polled({NOTICES: {"notifications": [told("c", -10), told("b", 3)]}}, cursor=again.cursor, now=later)
    assert keys_of(third) == [("mention", "c")]


def test_what_comes_late_into_the_last_hour_is_found_and_nothing_twice() -> None:
    first, _ = polled({NOTICES: {"notifications": [told("b", 3)]}})
    later = NOW + timedelta(minutes=15)
    said = {NOTICES: {"notifications": [told("b", 3), told("late", 40)]}}
    second, _ = polled(said, cursor=first.cursor, now=later)
    assert keys_of(second) == [("mention", "late")]


def test_the_same_post_by_two_ways_is_one() -> None:
    found, _ = polled(
        {NOTICES: {"notifications": [told("a")]}, SEARCH: {"posts": [post("a"), post("b"), post("c", author=US)]}},
        who=presence(QUERY),
    )
    assert keys_of(found) == [("mention", "a"), ("words", "b")]


def test_a_page_after_the_other_is_read_as_far_as_it_is_new() -> None:
    pages = {
        "": {"notifications": [told("c", 1)], "cursor": "1"},
        "1": {"notifications": [told("b", 2), told("old", 9999)], "cursor": "2"},
    }
    found, calls = polled({NOTICES: lambda call: pages[query_of(call).get("cursor", [""])[0]]})
    assert keys_of(found) == [("mention", "b"), ("mention", "c")]
    assert sum(name_of(call) == NOTICES for call in calls) == 2


def answered(key: str, minutes_ago: float = 5) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    reply = {"root": {"uri": HERS, "cid": "c"}, "parent": {"uri": HERS, "cid": "c"}}
    return {"uri": uri(key, US), "cid": "c", "value": {"text": key, "createdAt": at, "reply": reply}}


def paged(key: str, items: list[dict[str, Any]]) -> Callable[[Call], Said]:
    """Return a list that is told by the page, and whose cursor is a place in it: what is new moves all others."""

    def page(call: Call) -> Said:
        start = int(query_of(call).get("cursor", ["0"])[0])
        more = {"cursor": str(start + 100)} if start + 100 < len(items) else {}
        return {key: items[start : start + 100], **more}

    return page


LISTS = pytest.mark.parametrize(
    ("name", "key", "item"), [(NOTICES, "notifications", told), (SEARCH, "posts", post), (OWN, "records", answered)]
)


@LISTS
def test_what_is_more_than_is_read_at_a_time_is_read_on_at_the_next_polls(
    name: str, key: str, item: Callable[[str, float], dict[str, Any]]
) -> None:
    who, now = presence(QUERY), NOW
    items = [item(f"n{number}", number / 60) for number in range(2450)]
    cursor, taken = polled(who=who, now=NOW - timedelta(minutes=50))[0].cursor, list[str]()
    for times in range(10):
        found, calls = polled({name: paged(key, items)}, cursor=cursor, who=who, now=now)
        assert not found.failing
        assert "more was said" in found.sentence or times > 1
        assert sum(name_of(call) == name for call in calls) <= 10
        taken += [of for _, of in keys_of(found)]
        cursor, now = found.cursor, now + timedelta(minutes=15)
        if times < 2:
            items.insert(0, item(f"new{len(taken)}", (NOW - now) / timedelta(minutes=1)))
    assert sorted(taken) == sorted(each["uri"].rpartition("/")[2] for each in items), "all of it, and once"
    assert found.sentence == "", "once the hour is over that is read again each time"


@LISTS
def test_a_walk_that_is_cut_off_goes_on_from_there_and_anew_where_that_page_is_gone(
    name: str, key: str, item: Callable[[str, float], dict[str, Any]]
) -> None:
    who, items = presence(QUERY), [item(f"n{number}", number / 60) for number in range(500)]
    whole, gone = paged(key, items), Answer(400, b'{"error":"InvalidRequest","message":"bad cursor"}')
    cut: Mapping[str, Said | Callable[[Call], Said]] = {
        name: lambda call: gone if query_of(call).get("cursor") == ["300"] else whole(call)
    }
    first, _ = polled(cut, who=who)
    assert (len(first.bodies), first.failing) == (300, True)
    healed, calls = polled({name: whole}, cursor=first.cursor, who=who)
    assert query_of(next(call for call in calls if name_of(call) == name))["cursor"] == ["300"]
    assert (len(healed.bodies), healed.failing) == (200, False)

    later = NOW + timedelta(days=2)
    dropped, _ = polled(cut, cursor=first.cursor, who=who, now=later)
    assert (dropped.bodies, dropped.failing) == ((), True)
    anew, calls = polled({name: whole}, cursor=dropped.cursor, who=who, now=later)
    assert "cursor" not in query_of(next(call for call in calls if name_of(call) == name))
    assert sorted(anew.bodies) == sorted(healed.bodies), "down to where it had still to go, and nothing twice"


def test_a_post_of_ours_that_is_dated_back_hides_none_that_stands_below_it() -> None:
    records = [answered("a", 1), answered("imported", 99_999), *(answered(f"n{number}", 2) for number in range(150))]
    found, _ = polled({OWN: paged("records", records)})
    assert len(found.bodies) == 151


def test_a_cursor_of_before_walks_were_kept_is_still_one() -> None:
    kept = Cursor({"own": NOW}, {"digest": 7}, "3b", None)
    said = orjson.loads(kept.to_json())
    del said["rest"]
    assert Cursor.of(orjson.dumps(said).decode()) == kept


INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(
    st.dictionaries(st.text(max_size=5), INSTANTS, max_size=3),
    st.dictionaries(st.text(max_size=5), st.builds(Walk, st.text(max_size=9), INSTANTS, INSTANTS), max_size=3),
    st.none() | st.text(max_size=5),
    st.none() | INSTANTS,
)
def test_a_cursor_survives_being_kept(
    read: Mapping[str, datetime], rest: Mapping[str, Walk], chat: str | None, shut: datetime | None
) -> None:
    cursor = Cursor(read, {"digest": 7}, chat, shut, rest)
    assert Cursor.of(cursor.to_json()) == cursor


def test_what_we_have_answered_elsewhere_is_found_and_what_speaks_to_nobody_is_not() -> None:
    def record(key: str, parent: str | None, at: str = "2026-11-22T11:50:00Z") -> dict[str, Any]:
        reply = {"reply": {"root": {"uri": HERS, "cid": "c"}, "parent": {"uri": parent, "cid": "c"}}} if parent else {}
        return {"uri": uri(key, US), "cid": "c", "value": {"text": key, "createdAt": at, **reply}}

    records = [
        record("answer", HERS),
        record("to-ourselves", OURS),
        record("alone", None),
        record("old", HERS, "2026-01-01T00:00:00Z"),
        record("ahead", HERS, "2031-01-01T00:00:00Z"),
        record("undated", HERS, "soon"),
    ]
    found, _ = polled({OWN: {"records": records}})
    assert keys_of(found) == [("own", "answer")]
    (event,) = PLATFORM.normalise(Delivery("bluesky", "x", found.bodies[0], {}, NOW))
    assert isinstance(event, Message)
    assert (event.direction, event.identity) == ("outbound", f"bluesky:x:{ANA}")
    assert polled({OWN: {"records": records}}, cursor=found.cursor)[0].bodies == ()


def test_what_changes_from_one_look_to_the_next_is_no_part_of_a_find() -> None:
    one, _ = polled({NOTICES: {"notifications": [told("a")]}})
    other, _ = polled({NOTICES: {"notifications": [{**told("a"), "isRead": True, "likeCount": 9}]}})
    assert one.bodies == other.bodies


# ------------------------------------------------------------------------------------------------------------ the chat


def entry(rev: str, name: str = "logCreateMessage", sender: str = ANA, **more: Any) -> dict[str, Any]:
    at = "2026-11-22T11:50:00Z"
    message = {"id": f"m{rev}", "rev": rev, "text": "hola", "sender": {"did": sender}, "sentAt": at, "reactions": [1]}
    return {"$type": f"chat.bsky.convo.defs#{name}", "rev": rev, "convoId": "c1", "message": message, **more}


CONVO = {"id": "c1", "rev": "3b", "members": [{"did": US, "avatar": "x"}, {"did": ANA, "displayName": "Ana"}]}


def test_the_log_is_read_on_from_where_it_was() -> None:
    first, _ = polled({CONVOS: {"convos": [CONVO]}})
    assert first.bodies == ()
    pages = {"3b": {"logs": [entry("3c"), entry("3d", "logReadConvo")]}, "3d": {"logs": [entry("3b")]}}
    said: dict[str, Any] = {
        LOG: lambda call: pages[query_of(call)["cursor"][0]],
        CONVOS: {"convos": [CONVO]},
    }
    second, calls = polled(said, cursor=first.cursor)
    (body,) = map(orjson.loads, second.bodies)
    assert (body["as"], body["log"]["message"]["id"], "reactions" in body["log"]["message"]) == (
        "logCreateMessage",
        "m3c",
        False,
    )
    assert body["convo"]["members"] == [{"did": US}, {"did": ANA, "displayName": "Ana"}]
    assert {call.headers.get("atproto-proxy") for call in calls if name_of(call).startswith("chat.")} == {CHAT}
    third, _ = polled({LOG: {"logs": []}}, cursor=second.cursor)
    assert third.bodies == ()
    (event,) = PLATFORM.normalise(Delivery("bluesky", "x", second.bodies[0], {}, NOW))
    assert isinstance(event, Message)
    assert (event.thread, event.identity) == ("direct", f"bluesky:x:{ANA}")


def test_whoever_has_no_messages_yet_begins_at_the_first() -> None:
    first, _ = polled()
    found, calls = polled({LOG: {"logs": []}}, cursor=first.cursor)
    assert [query_of(call) for call in calls if name_of(call) == LOG] == [{}]
    assert not found.failing


@pytest.mark.parametrize("status", [400, 401, 403])
def test_without_the_right_to_messages_all_else_is_heard_and_they_are_asked_for_once_a_day(status: int) -> None:
    refusal = Answer(status, b'{"error":"InvalidToken","message":"Bad token scope"}')
    found, _ = polled({CONVOS: refusal, NOTICES: {"notifications": [told("a")]}})
    assert (len(found.bodies), found.failing) == (1, False)
    assert "Allow access to your direct messages" in found.sentence
    again, calls = polled({CONVOS: refusal}, cursor=found.cursor, now=NOW + timedelta(hours=23))
    assert not any(name_of(call).startswith("chat.") for call in calls)
    assert "Allow access" in again.sentence
    last, calls = polled({}, cursor=again.cursor, now=NOW + timedelta(hours=25))
    assert any(name_of(call).startswith("chat.") for call in calls)
    assert last.sentence == ""


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(400, b'{"error":"ExpiredToken","message":"Token has expired"}'),
        Answer(400, b'{"error":"InvalidToken","message":"Token could not be verified"}'),
        Answer(400, b'{"error":"InvalidRequest","message":7}'),
        Answer(401, b'{"error":"AuthMissing","message":"Authentication Required"}'),
        Answer(403, b"<html>"),
    ],
)
def test_a_refusal_for_another_reason_is_a_failure_and_shuts_no_messages_out(refusal: Answer) -> None:
    first, _ = polled({CONVOS: {"convos": [CONVO]}})
    found, _ = polled({LOG: refusal}, cursor=first.cursor)
    assert found.failing
    assert "direct messages cannot be had now" in found.sentence
    assert "Allow access" not in found.sentence
    news: dict[str, Any] = {
        LOG: lambda call: {"logs": [entry("3c")] if query_of(call)["cursor"] == ["3b"] else []},
        CONVOS: {"convos": [CONVO]},
    }
    again, _ = polled(news, cursor=found.cursor, now=NOW + timedelta(minutes=15))
    assert (len(again.bodies), again.failing, again.sentence) == (1, False, "")


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer(0), "0"),
        (Answer(401, b'{"error":"AuthenticationRequired"}'), "app password"),
        (Answer(401, b'{"error":"AuthFactorTokenRequired"}'), "own password"),
        (Answer(401, b'{"error":"AccountTakedown"}'), "suspended"),
        (Answer(404, b"<html>"), "no server"),
        (Answer(200, b"{}"), "200"),
        (Answer(200, orjson.dumps({**dict(SESSION), "active": False})), "200"),  # type: ignore[arg-type]
        (Answer(200, orjson.dumps({"did": "nobody", "accessJwt": "jwt"})), "200"),
        (Answer(200, orjson.dumps({"did": US, "accessJwt": "jwt\u20ac"})), "200"),
    ],
)
def test_who_cannot_sign_in_asks_nothing_and_says_why(answer: Answer, word: str) -> None:
    first, _ = polled()
    found, calls = polled({"com.atproto.server.createSession": answer}, cursor=first.cursor)
    assert (len(calls), found.bodies, found.cursor, found.failing) == (1, (), first.cursor, True)
    assert word in found.sentence
    assert "jwt" not in found.sentence


def test_when_sessions_are_used_up_it_is_waited_as_long_as_the_server_says() -> None:
    headers = {"ratelimit-reset": str(int(NOW.timestamp()) + 4000)}
    found, _ = polled({"com.atproto.server.createSession": Answer(429, b"", headers=headers)})
    assert found.not_before == NOW + timedelta(seconds=4000)
    for said in ("soon", "", "-1", "1", "9" * 30):
        found, _ = polled({"com.atproto.server.createSession": Answer(429, b"", headers={"ratelimit-reset": said})})
        assert (found.failing, found.not_before) == (True, None)


@pytest.mark.parametrize("name", [NOTICES, SEARCH, OWN, LOG, CONVOS])
@pytest.mark.parametrize("answer", [Answer(0), Answer(500), Answer(502, b"<html>"), Answer(200, b"[]"), Answer(429)])
def test_a_list_that_cannot_be_had_holds_up_no_other_and_is_read_on_from_where_it_was(
    name: str, answer: Answer
) -> None:
    who, quiet = presence(QUERY), polled({}, who=presence(QUERY))[0].cursor
    news: dict[str, Any] = {
        NOTICES: {"notifications": [told("a")]},
        SEARCH: {"posts": [post("b")]},
        LOG: lambda call: {"logs": [] if "cursor" in query_of(call) else [entry("3c")]},
        CONVOS: {"convos": [CONVO]},
    }
    whole, _ = polled(news, cursor=quiet, who=who)
    found, _ = polled({**news, name: answer}, cursor=quiet, who=who)
    assert found.failing
    assert set(found.bodies) <= set(whole.bodies)
    then, _ = polled(news, cursor=found.cursor, who=who)
    assert not then.failing
    assert {*found.bodies, *then.bodies} == set(whole.bodies)
    assert not set(found.bodies) & set(then.bodies)


@pytest.mark.parametrize(
    "cursor", ["[]", "{", "null", '{"read": 7}', '{"read":{},"seen":{},"chat":7,"chat_shut":null}']
)
def test_a_cursor_that_is_none_is_a_first_look(cursor: str) -> None:
    assert keys_of(polled({NOTICES: {"notifications": [told("a")]}}, cursor=cursor)[0]) == [("mention", "a")]


NAMES = """
    did accessJwt notifications posts records convos logs uri author record indexedAt reason value reply parent
    rev convoId message $type id cursor createdAt members relatedProfiles error
    """.split()  # noqa: SIM905 - words are read as words
VALUES = st.recursive(
    st.none() | st.integers(-5, 5) | st.sampled_from(["", "x", HERS, ANA, "2026-11-22T11:50:00Z", "3c", "🙂"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=15,
)
ANSWERS = st.builds(Answer, st.sampled_from([0, 200, 200, 200, 400, 429, 500]), VALUES.map(orjson.dumps) | st.binary())


@settings(max_examples=60)
@given(st.lists(ANSWERS, min_size=6, max_size=6), st.text(max_size=20) | st.just(polled()[0].cursor), st.booleans())
def test_no_answer_breaks_a_poll(answers: list[Answer], cursor: str, signs_in: bool) -> None:
    left = iter(answers)

    def api(call: Call) -> Answer:
        return Answer(200, orjson.dumps(SESSION)) if call.signs_in and signs_in else next(left, Answer(500))

    assert PORT
    found = asked(PORT.poll(presence(QUERY), cursor, NOW), api, PORT.hosts(presence(QUERY)))
    assert "jwt" not in found.cursor + found.sentence
    assert "🙂" not in found.sentence


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 59), max_size=3), max_size=6), st.integers(1, 50))
def test_what_comes_into_the_last_hour_wherever_is_told_and_told_once(polls: list[list[int]], pause: int) -> None:
    cursor, now, told_of, listed = polled()[0].cursor, NOW, list[str](), list[dict[str, Any]]()
    for minutes in polls:
        # As old as somebody says who wrote since the last poll.
        ages = [age - (now - NOW) / timedelta(minutes=1) for age in minutes]
        listed += [told(f"k{len(listed) + number}", age) for number, age in enumerate(ages)]
        listed.sort(key=lambda each: str(each["indexedAt"]), reverse=True)
        now += timedelta(minutes=pause)
        found, _ = polled({NOTICES: {"notifications": listed}}, cursor=cursor, now=now)
        told_of += [key for _, key in keys_of(found)]
        cursor = found.cursor
    assert sorted(told_of) == sorted(each["uri"].rpartition("/")[2] for each in listed)


def test_the_stand_in_is_polled_as_bluesky_is() -> None:
    assert PORT
    standin = StandIn(lambda: NOW)
    standin.spoke(place("bluesky_mention"))
    who = Presence("bluesky", "teleprado.example", bluesky.TOKEN, things=(QUERY,))
    found = asked(PORT.poll(who, "", NOW), standin.answer, PORT.hosts(who))
    assert (keys_of(found), found.failing, found.sentence) == ([("mention", "3lbqmz5ns7k2a")], False, "")


def test_the_cadence_leaves_sessions_for_answers() -> None:
    assert PORT
    assert timedelta(days=1) / PORT.every <= 100
    assert (PORT.things, PORT.also, PORT.needs_token) == ((), ("host", "handle", "query"), True)
