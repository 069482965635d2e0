"""Answers in an inbox of Chatwoot's: to the contact whose conversation it is, while it may be, under our own id."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import chatwoot
from shared.casework.places import may_say
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, ORDINARY, REPLY_ID, asked, before, found, place, port, presence, reply, said

CHANNEL = "chatwoot_conversation"
PORT = port(CHANNEL)
HOSTS = frozenset({chatwoot.HOST})
READ = before(CHANNEL)
BASE = f"https://{chatwoot.HOST}/api/v1/accounts/3/conversations/4711"
HOST, ACCOUNT = Thing("host", chatwoot.HOST), Thing("account", "3")


def calls_of(*answers: Answer, **changed: Any) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    return asked(PORT.send(reply(place(CHANNEL, **changed)), presence(CHANNEL), NOW), api, HOSTS), calls


def became(status: int, headers: dict[str, str] | None = None, **said_back: Any) -> Any:
    return calls_of(READ, Answer(status, orjson.dumps(said_back), headers=headers or {}))[0]


def conversation(**changed: Any) -> Answer:
    return Answer(200, orjson.dumps(orjson.loads(READ.body) | changed))


def test_the_conversation_is_read_first_and_our_own_id_goes_along_twice() -> None:
    outcome, (reads, writes) = calls_of(READ)
    assert (reads.method, reads.url) == ("GET", BASE)
    assert (writes.method, writes.url) == ("POST", f"{BASE}/messages")
    assert orjson.loads(writes.body) == {
        "content": ORDINARY,
        "message_type": "outgoing",
        "private": False,
        "echo_id": REPLY_ID,
        "content_attributes": {"mostrador_reply_id": REPLY_ID, "in_reply_to": 880101},
    }
    assert {call.headers["api_access_token"] for call in (reads, writes)} == {chatwoot.TOKEN}
    assert isinstance(outcome, Unknown)


def test_no_message_has_a_source_id_since_chatwoot_would_not_deliver_it() -> None:
    _, (_, writes) = calls_of(READ)
    assert b"source_id" not in writes.body


@pytest.mark.parametrize("answered", [None, "880101:filled_in:0a1b", "file:7"])
def test_what_is_no_message_of_its_own_is_answered_without_a_quotation(answered: str | None) -> None:
    _, (_, writes) = calls_of(READ, reply_to=answered)
    assert "in_reply_to" not in orjson.loads(writes.body)["content_attributes"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"meta": {"sender": {"id": 77}}}, "not_reachable"),
        ({"can_reply": False}, "window_closed"),
    ],
)
def test_what_would_not_reach_the_customer_is_not_written(changed: dict[str, Any], code: str) -> None:
    refused, calls = calls_of(conversation(**changed))
    assert (refused.outcome, refused.code, len(calls)) == ("refused", code, 1)


@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(0), Answer(200, b"<html>"), conversation(meta=None), conversation(meta={"sender": {}})],
)
def test_as_long_as_the_conversation_cannot_be_read_nothing_is_written(answer: Answer) -> None:
    outcome, calls = calls_of(answer)
    assert (outcome, len(calls)) == (Later(), 1)


@pytest.mark.parametrize(
    "things",
    [(), (HOST,), (ACCOUNT,), (HOST, Thing("account", "../1")), (Thing("host", "10.0.0.1"), ACCOUNT)],
)
def test_without_a_host_and_a_number_nobody_is_called(things: tuple[Thing, ...]) -> None:
    api = StandIn(lambda: NOW)
    refused = said(place(CHANNEL), to=api, things=things)
    assert (refused.outcome, refused.code, "playbook" in refused.sentence) == ("refused", "no_inbox", True)
    assert PORT.find is not None
    asking = PORT.find(reply(place(CHANNEL)), presence(CHANNEL, things=things), NOW)
    assert isinstance(asked(asking, api.answer, HOSTS), Unknown)


@pytest.mark.parametrize(
    "changed",
    [
        {"thread": "direct"},
        {"thread": "../contacts"},
        {"identity": "chatwoot:buzon:buzon"},
        {"identity": "chatwoot:other:1511000001"},
    ],
)
def test_what_is_no_conversation_of_a_customers_is_not_written_in(changed: dict[str, Any]) -> None:
    refusal = may_say(Draft(text=ORDINARY), place(CHANNEL, **changed), NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(place(CHANNEL, **changed), to=StandIn(lambda: NOW)).outcome == "refused"


def test_what_was_written_has_its_id_and_its_second() -> None:
    assert became(200, id=900001, created_at=int(NOW.timestamp())) == Sent(external_id="900001", at=NOW)
    assert became(200, id=900001) == Sent(external_id="900001")
    assert isinstance(became(200, id="x"), Unknown)


@pytest.mark.parametrize(
    ("status", "message", "word"),
    [
        (401, "You need to sign in or sign up before continuing.", "infra.publish tokens"),
        (403, "", "inbox"),
        (404, "Resource could not be found", "account's number"),
        (422, "Content is too long (maximum is 150000 characters)", "shorten"),
        (422, "Content can't be blank", "write one"),
        (422, f"something about {ANA}", "what the token's user may do"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, message: str, word: str) -> None:
    refused = became(status, message=message)
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence, ANA in refused.sentence) == (str(status), True, False)


def test_a_limit_is_the_accounts_or_the_conversations_alone() -> None:
    assert became(429, {"retry-after": "17"}) == Later(seconds=17)
    assert became(422, message="Too many messages") == Later(account=False)


# ---------------------------------------------------------------------------------------------------------- the search


def message(
    number: int = 900_001, content: str | None = ORDINARY, *, seconds: int = 5, **changed: Any
) -> dict[str, Any]:
    at = int((NOW + timedelta(seconds=seconds)).timestamp())
    own = {"id": number, "content": content, "message_type": 1, "private": False, "created_at": at}
    return own | changed


def looked(*pages: list[Any], others: tuple[str, ...] = ()) -> tuple[Any, list[str]]:
    calls: list[str] = []

    def api(call: Call) -> Answer:
        calls.append(call.url.removeprefix(f"{BASE}/messages"))
        return Answer(200, orjson.dumps({"payload": pages[len(calls) - 1]}))

    assert PORT.find is not None
    asking = PORT.find(reply(place(CHANNEL)), presence(CHANNEL), NOW, others=others)
    return asked(asking, api, HOSTS), calls


OURS: dict[str, Any] = {"content_attributes": {"mostrador_reply_id": REPLY_ID}}
ANOTHERS: dict[str, Any] = {"content_attributes": {"mostrador_reply_id": "rpl_bbbbbbbbbbbbbbbbbbbbbbbbbb"}}


@pytest.mark.parametrize(
    ("messages", "outcome"),
    [
        pytest.param([], Unknown, id="nothing at all"),
        pytest.param([message(content="Otra", **OURS)], Sent, id="by our own id"),
        pytest.param([message()], Sent, id="by its words"),
        pytest.param([message(message_type="outgoing")], Sent, id="in words"),
        pytest.param([message(**ANOTHERS)], NotThere, id="another reply's id"),
        pytest.param([message(content="Otra")], NotThere, id="other words"),
        pytest.param([message(message_type=0)], NotThere, id="the customer's"),
        pytest.param([message(private=True)], NotThere, id="a note"),
        pytest.param([message(seconds=-300)], NotThere, id="before"),
        pytest.param([message(content=None)], NotThere, id="without words"),
        pytest.param([{"content": ORDINARY}], Unknown, id="without an id"),
        pytest.param([1], Unknown, id="no messages"),
    ],
)
def test_a_reply_is_looked_for_in_its_conversation(messages: list[Any], outcome: type) -> None:
    found_there, calls = looked(messages)
    assert isinstance(found_there, outcome)
    assert calls == [""]


def test_a_long_conversation_is_read_back_as_far_as_it_takes() -> None:
    newest = [message(number, "Otra") for number in range(900_100, 900_120)]
    older = [message(number, "Otra") for number in range(900_080, 900_099)]
    assert isinstance(looked(newest, [*older, message(900_099)])[0], Sent)
    there, calls = looked(newest, [message(900_079, "Otra", seconds=-300), *older])
    assert (there, calls) == (NotThere(), ["", "?before=900100"])
    assert isinstance(looked(*[newest] * 5)[0], Unknown), "not as far back as needed"


def test_what_is_another_replys_is_not_this_one() -> None:
    assert looked([message()], others=("900001",))[0] == NotThere()


def test_in_the_stand_in_it_is_found_and_a_closed_conversation_is_not_written_in() -> None:
    api = StandIn(lambda: NOW)
    api.spoke(place(CHANNEL))
    assert found(place(CHANNEL), in_=api) == NotThere()
    sent = said(place(CHANNEL), to=api)
    assert found(place(CHANNEL), in_=api).external_id == sent.external_id
    assert (api.sent[0].to, api.sent[0].reply_to, api.sent[0].reply_id) == (ANA, "880101", REPLY_ID)
    api.block(place(CHANNEL))
    assert said(place(CHANNEL), to=api).code == "window_closed"
