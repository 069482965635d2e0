"""Answers on TikTok: in the conversation for two days, below a comment for ever, and found again by their words."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import tiktok
from shared.casework.places import may_say, options
from shared.ports import Answer, Call
from shared.replying import Draft, Later, NotThere, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANAS, ORDINARY, asked, found, place, port, presence, reply, said

PORT = port("tiktok_dm")
HOSTS = frozenset({"business-api.tiktok.com"})
API = "https://business-api.tiktok.com/open_api/v1.3/business"
ANA, US = ANAS["tiktok_dm"], "biz-open-id-0001"
CHANNELS = ("tiktok_dm", "tiktok_comment")


def calls_of(channel: str, *answers: Answer, **who: Any) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    return asked(PORT.send(reply(place(channel)), presence(channel, **who), NOW), api, HOSTS), calls


def became(channel: str, code: object = 0, status: int = 200, **data: Any) -> Any:
    return calls_of(channel, Answer(status, orjson.dumps({"code": code, "message": "x", "data": data})))[0]


def test_a_message_goes_into_its_conversation() -> None:
    outcome, (call,) = calls_of("tiktok_dm")
    assert (call.method, call.url) == ("POST", f"{API}/message/send/")
    assert orjson.loads(call.body) == {
        "business_id": US,
        "recipient_type": "CONVERSATION",
        "recipient": "conv-ana-1==",
        "message_type": "TEXT",
        "text": {"body": ORDINARY},
    }
    assert call.headers["access-token"] == tiktok.TOKEN
    assert isinstance(outcome, Unknown)


def test_a_comment_is_answered_below_it() -> None:
    _, (call,) = calls_of("tiktok_comment", tokens={US: "the account's"})
    assert (call.method, call.url) == ("POST", f"{API}/comment/reply/create/")
    assert orjson.loads(call.body) == {
        "business_id": US,
        "video_id": "7229000000000000001",
        "comment_id": "7230000000000000201",
        "text": ORDINARY,
    }
    assert call.headers["access-token"] == "the account's"


def test_a_conversation_is_open_for_two_days_and_a_comment_for_ever() -> None:
    where = place("tiktok_dm")
    assert where.last_inbound_at is not None
    closes = where.last_inbound_at + timedelta(hours=48)
    (text,) = options(where, NOW)
    assert (text.open, text.until, text.longest) == (True, closes, 6000)
    late = may_say(Draft(text=ORDINARY), where, closes)
    assert late is not None
    assert (late.code, late.expired_at) == ("window_closed", closes)
    (text,) = options(place("tiktok_comment"), NOW)
    assert (text.open, text.until, text.longest) == (True, None, 150)


@pytest.mark.parametrize(
    ("channel", "changed"),
    [
        ("tiktok_dm", {"thread": "direct"}),
        ("tiktok_dm", {"thread": "conv ana"}),
        ("tiktok_dm", {"identity": f"tiktok:{US}:{US}"}),
        ("tiktok_comment", {"identity": f"tiktok:{US}:{US}"}),
        ("tiktok_comment", {"thread": "direct"}),
        ("tiktok_comment", {"reply_to": "msg-101"}),
    ],
)
def test_what_is_nobody_elses_is_not_answered(channel: str, changed: dict[str, Any]) -> None:
    refusal = may_say(Draft(text=ORDINARY), place(channel, **changed), NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(place(channel, **changed), to=StandIn(lambda: NOW)).outcome == "refused"


def test_what_was_said_has_its_id() -> None:
    assert became("tiktok_dm", message={"message_id": "msg-900"}) == Sent(external_id="msg-900")
    second = str(int(NOW.timestamp()))
    assert became("tiktok_comment", comment_id="7230000000000000900", create_time=second) == Sent(
        external_id="7230000000000000900", at=NOW
    )
    for channel in CHANNELS:
        assert isinstance(became(channel), Unknown)
        assert isinstance(became(channel, message={"message_id": ""}, comment_id=""), Unknown)


@pytest.mark.parametrize(
    ("code", "status", "expected", "word"),
    [
        (40_105, 200, "40105", "one day"),
        (40_102, 200, "40102", "one day"),
        (40_001, 200, "40001", "permissions"),
        (40_002, 200, "40002", "too long"),
        (40_007, 200, "40007", "no longer there"),
        (40_064, 200, "40064", "48 hours"),
        (40_999, 200, "40999", "answer there"),
        (None, 401, "401", "one day"),
        (None, 403, "403", "permissions"),
    ],
)
def test_a_refusal_says_what_to_do(code: object, status: int, expected: str, word: str) -> None:
    refused = became("tiktok_dm", code, status)
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence) == (expected, True)


@pytest.mark.parametrize("code", [40_100, 40_016, 40_132, 40_133])
def test_a_limit_comes_with_status_200(code: int) -> None:
    assert became("tiktok_comment", code) == Later()


@pytest.mark.parametrize("code", [50_000, 51_021, None, "0", True, 7])
def test_what_says_neither_is_unknown(code: object) -> None:
    assert isinstance(became("tiktok_dm", code, message={"message_id": "msg-900"}), Unknown)


# ---------------------------------------------------------------------------------------------------------- the search


def word(channel: str, text: str = ORDINARY, *, seconds: int = 5, author: str = US, **changed: Any) -> dict[str, Any]:
    at = int((NOW + timedelta(seconds=seconds)).timestamp())
    if channel == "tiktok_comment":
        own: dict[str, Any] = {"comment_id": "7230000000000000900", "create_time": str(at), "text": text}
        return own | {"unique_identifier": author} | changed
    own = {"message_id": "msg-900", "timestamp": at * 1000, "text": {"body": text}, "from_user": {"id": author}}
    return own | changed


def looked(channel: str, *words: object, more: bool = False, others: tuple[str, ...] = ()) -> tuple[Any, Call]:
    calls: list[Call] = []
    listed = {"messages": list(words), "comments": list(words), "has_more": more}

    def api(call: Call) -> Answer:
        calls.append(call)
        return Answer(200, orjson.dumps({"code": 0, "data": listed}))

    assert PORT.find is not None
    there = asked(PORT.find(reply(place(channel)), presence(channel), NOW, others=others), api, HOSTS)
    return there, calls[0]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        pytest.param({}, Sent, id="it"),
        pytest.param({"text": "Otra"}, NotThere, id="other words"),
        pytest.param({"author": ANA}, NotThere, id="the customer's"),
        pytest.param({"seconds": -300}, NotThere, id="before"),
        pytest.param({"timestamp": "?", "create_time": "?"}, Sent, id="without an instant"),
        pytest.param({"message_id": None, "comment_id": None}, NotThere, id="without an id"),
    ],
)
def test_a_reply_is_looked_for_where_it_would_be(channel: str, changed: dict[str, Any], outcome: type) -> None:
    assert isinstance(looked(channel, word(channel, **changed))[0], outcome)


def test_where_it_would_be_is_asked_for_by_its_ids() -> None:
    assert looked("tiktok_dm")[1].url == (
        f"{API}/message/content/list/?business_id={US}&conversation_id=conv-ana-1%3D%3D"
    )
    assert looked("tiktok_comment")[1].url == (
        f"{API}/comment/reply/list/?business_id={US}&video_id=7229000000000000001&comment_id=7230000000000000201"
        "&sort_field=create_time&sort_order=desc&max_count=30"
    )


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_not_shown_as_far_back_as_needed_may_be_there(channel: str) -> None:
    newest = [word(channel, "Otra")] * 20
    assert isinstance(looked(channel, *newest, more=True)[0], Unknown)
    assert looked(channel, *newest, word(channel, "Otra", seconds=-300), more=True)[0] == NotThere()
    assert isinstance(looked(channel, 7)[0], Unknown)


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_another_replys_is_not_this_one(channel: str) -> None:
    assert looked(channel, word(channel), others=("msg-900", "7230000000000000900"))[0] == NotThere()


@pytest.mark.parametrize("channel", CHANNELS)
def test_in_the_stand_in_it_is_found_and_who_takes_no_more_is_not_written_to(channel: str) -> None:
    api, where = StandIn(lambda: NOW), place(channel)
    api.spoke(where)
    assert found(where, in_=api) == NotThere()
    sent = said(where, to=api)
    assert found(where, in_=api).external_id == sent.external_id
    assert api.sent[0].to == ANA
    api.block(where)
    assert said(where, "Y los festivos", to=api).outcome == "refused"
