"""Answers on Bluesky: a post under a key of our own, a direct message to one alone, and both found again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.standin import StandIn
from infra.local.standin.platforms import bluesky
from shared.platforms.bluesky.finding import key_of
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Place, Refused, Reply, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ORDINARY, asked, before, found, place, port, presence, reply, said

PORT = port("bluesky_mention")
PUBLIC, DIRECT = "bluesky_mention", "bluesky_dm"
HOSTS = frozenset({"bsky.social"})
EACH = pytest.mark.parametrize("channel", [PUBLIC, DIRECT])


def calls_of(where: Place, what: Draft | str = ORDINARY, *answers: Answer) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls that write are answered so, and the calls."""
    calls: list[Call] = []
    left = iter(answers)

    def api(call: Call) -> Answer:
        calls.append(call)
        return before(where.channel) if call.reads else next(left, Answer(0))

    return asked(PORT.send(reply(where, what), presence(where.channel), NOW), api, HOSTS), calls


def became(channel: str, status: int, **said_back: Any) -> Any:
    return calls_of(place(channel), ORDINARY, Answer(status, orjson.dumps(said_back)))[0]


def standin(where: Place) -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(where)
    return made


# -------------------------------------------------------------------------------------------------------- the request


def test_an_answer_names_the_version_of_what_it_answers_and_stands_under_our_own_key() -> None:
    where = place(PUBLIC)
    outcome, (sign_in, reads, writes) = calls_of(where)
    assert (sign_in.signs_in, reads.method, writes.method) == (True, "GET", "POST")
    assert parse_qs(urlsplit(reads.url).query) == {"uris": [where.reply_to]}
    body = orjson.loads(writes.body)
    parent = {"uri": where.reply_to, "cid": "bafyreione"}
    assert (body["repo"], body["collection"]) == (bluesky.US, "app.bsky.feed.post")
    assert body["record"] == {
        "$type": "app.bsky.feed.post",
        "text": ORDINARY,
        "createdAt": f"{NOW:%Y-%m-%dT%H:%M:%S}.000Z",
        "reply": {"root": parent, "parent": parent},
        "facets": [],
    }
    assert isinstance(outcome, Unknown)
    _, (*_, repeated) = calls_of(where)
    assert orjson.loads(repeated.body)["rkey"] == body["rkey"]


def test_in_a_thread_the_post_at_its_head_is_named_as_the_answered_post_names_it() -> None:
    where, head = place(PUBLIC), {"uri": "at://did:plc:x/app.bsky.feed.post/head", "cid": "bafyhead"}
    record = {"text": "¿Abrís?", "reply": {"root": head, "parent": head}}
    posts = {"posts": [{"uri": where.reply_to, "cid": "bafyown", "record": record}]}
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return Answer(200, orjson.dumps(posts)) if "getPosts" in call.url else before(PUBLIC)

    asked(PORT.send(reply(where), presence(PUBLIC), NOW), api, HOSTS)
    assert orjson.loads(calls[-1].body)["record"]["reply"] == {
        "root": head,
        "parent": {"uri": where.reply_to, "cid": "bafyown"},
    }


INSTANTS = st.datetimes(datetime(1960, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26), INSTANTS)
def test_a_key_is_an_identifier_of_the_time_at_which_was_written_what_is_answered(own: str, at: datetime) -> None:
    made = Reply(id=f"rpl_{own}", place=place(PUBLIC, reply_to_at=at), draft=Draft(text="Sí"))
    key = key_of(made)
    assert re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key)
    number = 0
    for sign in key:
        number = number << 5 | "234567abcdefghijklmnopqrstuvwxyz".index(sign)
    said_at = max(at, datetime(1970, 1, 1, tzinfo=UTC)).replace(microsecond=0)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=(number >> 10) // 10**6 * 10**6) == said_at


def test_two_answers_to_one_post_have_two_keys() -> None:
    keys = {key_of(reply(place(PUBLIC)).model_copy(update={"id": f"rpl_{number:026}"})) for number in range(500)}
    assert len(keys) == 500


def test_links_are_marked_where_they_stand_in_bytes() -> None:
    text = "Año: mira https://tienda.example/año?n=1 y tienda.es."
    for channel in (PUBLIC, DIRECT):
        _, (*_, writes) = calls_of(place(channel), text)
        said_ = orjson.loads(writes.body)
        facets = (said_["record"] if channel == PUBLIC else said_["message"])["facets"]
        marked = [text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode() for each in facets]
        assert marked == ["https://tienda.example/año?n=1", "tienda.es"]
        assert [each["features"][0]["uri"] for each in facets] == [marked[0], "https://tienda.es"]


def test_a_direct_message_goes_through_the_chat_service_to_the_conversation_with_one() -> None:
    _, (_, reads, writes) = calls_of(place(DIRECT))
    assert parse_qs(urlsplit(reads.url).query) == {"members": [place(DIRECT).identity.split(":", 2)[2]]}
    assert {call.headers["atproto-proxy"] for call in (reads, writes)} == {"did:web:api.bsky.chat#bsky_chat"}
    assert orjson.loads(writes.body) == {"convoId": "3lbqconvo2aa2", "message": {"text": ORDINARY, "facets": []}}


@EACH
def test_only_the_accounts_own_server_is_called(channel: str) -> None:
    own = presence(channel, things=(Thing("host", "pds.teleprado.example"),))
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return before(channel) if call.reads else Answer(0)

    asked(PORT.send(reply(place(channel)), own, NOW), api, PORT.hosts_of(own))
    assert {urlsplit(call.url).netloc for call in calls} == {"pds.teleprado.example"}


# --------------------------------------------------------------------------------------------------- what may be said


@EACH
@pytest.mark.parametrize(
    ("text", "fits"), [("👨‍👩‍👧‍👦" * 120, True), ("👨‍👩‍👧‍👦" * 121, False), ("a" * 300, True), ("a" * 301, False)]
)
def test_a_post_has_three_hundred_signs_and_three_thousand_bytes(channel: str, text: str, fits: bool) -> None:
    refusal = PORT.check(Draft(text=text), place(channel), NOW)
    if channel == DIRECT:
        assert refusal is None
    else:
        assert (refusal is None) is fits
        assert refusal is None or (refusal.code, refusal.alternatives) == ("too_long", ("shorter",))
    assert PORT.check(Draft(text="👨‍👩‍👧‍👦" * 401), place(DIRECT), NOW) is not None


def test_a_program_answers_only_whom_it_was_spoken_to_by() -> None:
    overheard = place(PUBLIC, summoned=False)
    by_itself = Draft(text=ORDINARY, by_a_person=False)
    refusal = PORT.check(by_itself, overheard, NOW)
    assert refusal
    assert (refusal.code, refusal.alternatives) == ("not_summoned", ("by_a_person",))
    assert PORT.check(Draft(text=ORDINARY), overheard, NOW) is None
    assert PORT.check(by_itself, place(PUBLIC, summoned=None), NOW) is None
    api = standin(overheard)
    assert isinstance(said(overheard, by_itself, to=api), Refused)
    assert api.sent == ()


# ------------------------------------------------------------------------------------------------------------ answers


@EACH
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(0), Later),
        (Answer(500), Later),
        (Answer(200, b"{}"), Later),
        (Answer(401, b'{"error":"AuthenticationRequired"}'), Refused),
        (Answer(400, b'{"error":"AccountDeactivated"}'), Refused),
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_what_stands_in_the_way_before_anything_is_said_leaves_nothing_unknown(
    channel: str, at: int, answer: Answer, outcome: type
) -> None:
    answers = iter([before(channel)] * at + [answer])
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return next(answers)

    assert isinstance(asked(PORT.send(reply(place(channel)), presence(channel), NOW), api, HOSTS), outcome)
    assert all(call.reads for call in calls)


@EACH
def test_used_up_sessions_are_waited_for_as_long_as_the_server_says(channel: str) -> None:
    headers = {"ratelimit-reset": str(int(NOW.timestamp()) + 4000)}
    asking = PORT.send(reply(place(channel)), presence(channel), NOW)
    assert asked(asking, lambda _: Answer(429, b"", headers=headers), HOSTS) == Later(seconds=4000)


def test_what_is_gone_is_not_answered() -> None:
    for posts in ([], [{"uri": "at://another", "cid": "c", "record": {}}], [{"uri": place(PUBLIC).reply_to}], [None]):
        said_ = orjson.loads(before(PUBLIC).body) | {"posts": posts}
        asking = PORT.send(reply(place(PUBLIC)), presence(PUBLIC), NOW)
        outcome = asked(asking, lambda _, said_=said_: Answer(200, orjson.dumps(said_)), HOSTS)  # type: ignore[misc]
        assert isinstance(outcome, Refused)
        assert outcome.code == "gone"


@pytest.mark.parametrize(
    ("channel", "error", "word"),
    [
        (DIRECT, "BlockedActor", "blocked"),
        (DIRECT, "NotFollowedBySender", "takes no direct messages"),
        (DIRECT, "MessagesDisabled", "takes no direct messages"),
        (DIRECT, "RecipientNotFound", "gone"),
        (DIRECT, "InvalidToken", "Allow access"),
        (PUBLIC, "AccountTakedown", "taken down"),
    ],
)
def test_a_refusal_says_what_to_do(channel: str, error: str, word: str) -> None:
    outcome = became(channel, 400, error=error, message="🙂")
    assert (outcome.code, word in outcome.sentence, "🙂" in outcome.sentence) == ("400", True, False)


# --------------------------------------------------------------------------------------------------------- found again


def test_however_often_it_is_sent_it_is_one_post() -> None:
    where = place(PUBLIC)
    api = standin(where)
    assert isinstance(said(where, to=api), Sent)
    assert isinstance(said(where, to=api), Unknown), "the server has something under that key"
    (arrived,) = api.sent
    assert found(where, in_=api) == Sent(external_id=arrived.external_id)


def test_under_its_key_only_its_own_words_are_the_reply() -> None:
    where = place(PUBLIC)
    api = standin(where)
    said(where, to=api)
    other = found(where, "Otra cosa.", in_=api)
    assert isinstance(other, Unknown)
    assert other.for_good


def test_a_direct_message_is_found_by_its_words_and_is_nobody_elses() -> None:
    where = place(DIRECT)
    api = standin(where)
    sent = said(where, to=api)
    assert isinstance(sent, Sent)
    assert found(where, in_=api) == sent
    assert isinstance(found(where, "Otra cosa.", in_=api), NotThere)
    assert isinstance(found(where, in_=api, others=[sent.external_id]), NotThere)
    assert isinstance(found(where, in_=api, since=NOW + timedelta(minutes=2)), NotThere)


@pytest.mark.parametrize(
    "messages",
    [
        [{"id": "m1", "sentAt": NOW.isoformat(), "text": ORDINARY, "sender": {"did": "did:plc:another"}}],
        [{"id": "", "sentAt": NOW.isoformat(), "text": ORDINARY, "sender": {"did": bluesky.US}}],
        [{"id": "m1", "sentAt": "2026-11-22", "text": ORDINARY, "sender": {"did": bluesky.US}}],
        [None, 7],
    ],
)
def test_what_another_has_said_is_not_ours(messages: list[Any]) -> None:
    assert PORT.find
    said_ = Answer(200, orjson.dumps(orjson.loads(before(DIRECT).body) | {"messages": messages}))
    asking = PORT.find(reply(place(DIRECT)), presence(DIRECT), NOW, NOW)
    assert isinstance(asked(asking, lambda _: said_, HOSTS), NotThere)


def test_a_conversation_of_which_no_end_is_seen_tells_nothing() -> None:
    assert PORT.find
    newer = {"id": "m", "sentAt": (NOW + timedelta(minutes=1)).isoformat(), "text": "x", "sender": {"did": bluesky.US}}
    said_ = Answer(200, orjson.dumps(orjson.loads(before(DIRECT).body) | {"messages": [newer], "cursor": "more"}))
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return said_

    assert isinstance(asked(PORT.find(reply(place(DIRECT)), presence(DIRECT), NOW, NOW), api, HOSTS), Unknown)
    assert len(calls) == 7
