"""Replies through a bot: where they go, what Telegram refuses, and that a customer's private words stay private."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from shared.ports import Answer, Call
from shared.replying import Draft, Later, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, DAY, asked, place, port, presence, reply, said

GROUP, CHANNEL_CHAT = "-1001700000001", "-1001700000004"
PORT = port("telegram")


def body_of(where: Place) -> dict[str, Any]:
    """Return what is asked of Telegram for a reply."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return Answer(0)

    asked(PORT.send(reply(where, "Sí"), presence("telegram")), api, PORT.hosts)
    (call,) = calls
    body: dict[str, Any] = orjson.loads(call.body)
    return body


def telegram(*where: Place) -> StandIn:
    standin = StandIn(lambda: NOW)
    for each in where:
        standin.spoke(each)
    return standin


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, {"chat_id": 1511000001, "reply_parameters": {"message_id": 70, "allow_sending_without_reply": True}}),
        ({"reply_to": None}, {"chat_id": 1511000001}),
        ({"reply_to": "callback:17"}, {"chat_id": 1511000001}),
        ({"reply_to": "999:70"}, {"chat_id": 1511000001}),
        (
            {"thread": f"bc-1:{ANA}", "reply_to": f"bc-1:{ANA}:70"},
            {
                "chat_id": 1511000001,
                "business_connection_id": "bc-1",
                "reply_parameters": {"message_id": 70, "allow_sending_without_reply": True},
            },
        ),
        (
            {"thread": f"{GROUP}:5", "visibility": "public", "reply_to": f"{GROUP}:71"},
            {
                "chat_id": -1001700000001,
                "message_thread_id": 5,
                "reply_parameters": {"message_id": 71, "allow_sending_without_reply": True},
            },
        ),
        (
            {"thread": CHANNEL_CHAT, "reply_to": f"{CHANNEL_CHAT}:73"},
            {
                "chat_id": -1001700000004,
                "direct_messages_topic_id": 1511000001,
                "reply_parameters": {"message_id": 73, "allow_sending_without_reply": True},
            },
        ),
        (
            {"thread": GROUP, "reply_to": f"{GROUP}:ephemeral-3"},
            {"chat_id": -1001700000001, "ephemeral_message_parameters": {"receiver_user_id": 1511000001}},
        ),
    ],
    ids=["private", "no message", "a button", "another chat's", "business", "topic", "channel's", "ephemeral"],
)
def test_a_thread_is_taken_apart_again_into_where_it_is(changed: dict[str, Any], body: dict[str, Any]) -> None:
    assert body_of(place("telegram", **changed)) == {"text": "Sí", **body}


@pytest.mark.parametrize(
    "changed",
    [{"thread": GROUP, "reply_to": None}, {"thread": GROUP, "reply_to": "callback:1"}],
    ids=["nothing", "a button"],
)
def test_in_a_chat_of_many_nothing_private_is_said_without_knowing_how(changed: dict[str, Any]) -> None:
    where = place("telegram", **changed)
    found = PORT.check(Draft(text="Su tarjeta"), where, NOW)
    assert found is not None
    assert found.code == "nothing_to_answer"
    standin = telegram(where)
    assert isinstance(said(where, "Su tarjeta", to=standin), Refused)
    assert standin.sent == ()


@pytest.mark.parametrize("thread", ["guest:5150003", "guest:-100123"])
def test_where_the_bot_was_a_guest_it_cannot_come_back(thread: str) -> None:
    where = place("telegram", thread=thread)
    found = PORT.check(Draft(text="Sí"), where, NOW)
    assert found is not None
    assert found.code == "not_reachable"
    assert isinstance(said(where, to=telegram(where)), Refused)


def test_the_platforms_id_is_the_one_that_an_echo_would_have() -> None:
    where = place("telegram", thread=f"bc-1:{ANA}", reply_to=f"bc-1:{ANA}:70")
    standin = telegram(where)
    assert said(where, to=standin) == Sent(external_id=f"bc-1:{ANA}:1", at=NOW)
    assert said(place("telegram"), to=telegram(place("telegram"))) == Sent(external_id=f"{ANA}:1", at=NOW)


def test_in_a_business_accounts_name_the_window_is_a_day() -> None:
    thread = {"thread": f"bc-1:{ANA}", "reply_to": f"bc-1:{ANA}:70"}
    late = place("telegram", last_inbound_at=NOW - DAY, **thread)
    found = PORT.check(Draft(text="Sí"), late, NOW)
    assert found is not None
    assert (found.code, found.expired_at) == ("window_closed", NOW)
    refused = said(late, to=telegram(late))
    assert isinstance(refused, Refused)
    assert "24 hours" in refused.sentence
    assert PORT.check(Draft(text="Sí"), place("telegram", last_inbound_at=NOW - 99 * DAY), NOW) is None


def test_whoever_blocked_the_bot_does_not_get_it() -> None:
    where = place("telegram")
    standin = telegram(where)
    standin.block(where)
    refused = said(where, to=standin)
    assert isinstance(refused, Refused)
    assert refused.code == "403"
    assert "blocked" in refused.sentence


def test_a_bot_writes_to_nobody_first() -> None:
    refused = said(place("telegram"), to=telegram())
    assert isinstance(refused, Refused)
    assert "write to it first" in refused.sentence


@pytest.mark.parametrize("token", ["4711:wrong", "nonsense"])
def test_a_token_that_is_not_the_bots_is_told_as_such(token: str) -> None:
    where = place("telegram")
    refused = said(where, to=telegram(where), token=token)
    assert isinstance(refused, Refused)
    assert "token" in refused.sentence
    assert refused.code in ("401", "404")


def test_emoji_count_as_one_each() -> None:
    """Measured against the real API: 4096 of them are taken, which are 8192 UTF-16 units."""
    where = place("telegram")
    assert PORT.check(Draft(text="😀" * 4096), where, NOW) is None
    assert isinstance(said(where, "😀" * 4096, to=telegram(where)), Sent)
    found = PORT.check(Draft(text="😀" * 4097), where, NOW)
    assert found is not None
    assert found.code == "too_long"
    assert isinstance(said(where, "😀" * 4097, to=telegram(where)), Refused)


@pytest.mark.parametrize(
    ("where", "times", "wait", "account"),
    [
        (place("telegram"), 1, 1, True),
        (place("telegram", thread=GROUP, visibility="public", reply_to=f"{GROUP}:71"), 1, 1, False),
    ],
    ids=["a chat", "a group"],
)
def test_limits_are_waited_for_as_telegram_says(where: Place, times: int, wait: int, account: bool) -> None:
    standin = telegram(where)
    for _ in range(times):
        assert isinstance(said(where, to=standin), Sent)
    assert said(where, to=standin) == Later(seconds=wait, account=account)
    standin.forward(timedelta(seconds=wait))
    assert isinstance(said(where, to=standin), Sent)


def test_a_group_takes_twenty_a_minute() -> None:
    where = place("telegram", thread=GROUP, visibility="public", reply_to=f"{GROUP}:71")
    standin = telegram(where)
    for _ in range(20):
        assert isinstance(said(where, to=standin), Sent)
        standin.forward(timedelta(seconds=1))
    later = said(where, to=standin)
    assert later == Later(seconds=40, account=False)


@pytest.mark.parametrize(
    ("description", "word"),
    [
        ("Forbidden: user is deactivated", "gone"),
        ("Forbidden: bot was kicked from the supergroup chat", "administrator"),
        ("Bad Request: group chat was upgraded to a supergroup chat", "new id"),
        ("Bad Request: message thread not found", "topic"),
        ("Bad Request: BUSINESS_CONNECTION_INVALID", "Chatbots"),
        ("Bad Request: something new", "look up"),
    ],
)
def test_what_telegram_says_is_told_as_what_to_do(description: str, word: str) -> None:
    code = 403 if description.startswith("Forbidden") else 400
    answer = Answer(code, orjson.dumps({"ok": False, "error_code": code, "description": description}))
    found = asked(PORT.send(reply(place("telegram")), presence("telegram")), lambda _: answer, PORT.hosts)
    assert isinstance(found, Refused)
    assert word in found.sentence


@pytest.mark.parametrize("retry_after", [-1, "5", None, 2.5])
def test_a_wait_that_is_none_is_not_believed(retry_after: Any) -> None:
    answer = Answer(429, orjson.dumps({"ok": False, "error_code": 429, "parameters": {"retry_after": retry_after}}))
    found = asked(PORT.send(reply(place("telegram")), presence("telegram")), lambda _: answer, PORT.hosts)
    assert found == Later(seconds=None, account=True)


def test_whether_a_lost_answer_meant_yes_nobody_can_ask() -> None:
    where = place("telegram")
    standin = telegram(where)
    standin.fail("cut")
    assert isinstance(said(where, to=standin), Unknown)
    assert len(standin.sent) == 1
    assert PORT.find is None


@pytest.mark.parametrize("date", [None, {}, 1e300, 10**18, "now"])
def test_a_time_that_is_none_does_not_hide_that_telegram_may_have_taken_it(date: Any) -> None:
    taken = {"message_id": 7, "chat": {"id": 1, "type": "private"}, "date": date}
    answer = Answer(200, orjson.dumps({"ok": True, "result": taken}))
    found = asked(PORT.send(reply(place("telegram")), presence("telegram")), lambda _: answer, PORT.hosts)
    assert isinstance(found, Unknown)
