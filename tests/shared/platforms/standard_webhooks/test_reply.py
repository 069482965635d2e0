"""What the company's own app is told, and what its answers mean."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin.platforms import standard_webhooks
from shared.models import Delivery, Message, Request
from shared.platforms import load
from shared.platforms.standard_webhooks.reply import PORT
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, ORDINARY, REPLY_ID, asked, place, presence, reply
from tests.shared.platforms.standard_webhooks.replying import NAME, token

URL = f"https://{standard_webhooks.HOST}{standard_webhooks.PATH}"
RETRY = {"retry-after": "17"}


def became(answer: Answer, where: Place | None = None, **who: Any) -> tuple[Any, list[Call]]:
    """Return what became of a reply that is answered so, and the calls."""
    calls: list[Call] = []

    def app(call: Call) -> Answer:
        calls.append(call)
        return answer

    us = presence("app", **who)
    return asked(PORT.send(reply(where or place("app")), us, NOW), app, PORT.hosts_of(us)), calls


@pytest.mark.parametrize(
    "where",
    [
        place("app"),
        place("app", thread="order 4711", visibility="public"),
        place("app", "ana:torres/1", reply_to=None),
    ],
)
def test_the_app_is_told_in_the_contract_in_which_it_tells_us_and_with_the_same_proof(where: Place) -> None:
    _, (call,) = became(Answer(0), where, token=token("ours"))
    request = Request(call.method, call.url, call.headers, {}, call.body)
    door = load("standard_webhooks")
    door.verify(request, [token("ours")], NOW)
    assert (call.url, call.headers["webhook-id"]) == (URL, REPLY_ID)
    (event,) = door.normalise(Delivery("standard_webhooks", where.account, call.body, {}, NOW))
    assert isinstance(event, Message)
    assert (event.direction, event.external_id, event.occurred_at) == ("outbound", REPLY_ID, NOW)
    there = ("channel", "account", "identity", "thread", "visibility", "reply_to")
    assert {name: getattr(event, name) for name in there} == {name: getattr(where, name) for name in there}
    assert event.text == ORDINARY


def test_an_attempt_later_has_the_same_id_and_a_proof_of_its_own() -> None:
    us, calls = presence("app"), []

    def app(call: Call) -> Answer:
        calls.append(call)
        return Answer(0)

    for at in (NOW, NOW + timedelta(minutes=5)):
        asked(PORT.send(reply(place("app")), us, at), app, PORT.hosts_of(us))
    first, second = (call.headers for call in calls)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] != second["webhook-signature"]


def test_every_attempt_tells_of_the_same_event_and_only_the_timestamp_is_its_own() -> None:
    us, bodies = presence("app"), []

    def app(call: Call) -> Answer:
        bodies.append(orjson.loads(call.body))
        return Answer(0)

    wanted = reply(place("app")).model_copy(update={"asked_at": NOW - timedelta(minutes=3)})
    for at in (NOW, NOW + timedelta(minutes=5)):
        asked(PORT.send(wanted, us, at), app, PORT.hosts_of(us))
    first, second = bodies
    assert first["data"] == second["data"]
    assert datetime.fromisoformat(first["data"]["occurred_at"]) == NOW - timedelta(minutes=3)
    assert [datetime.fromisoformat(each["timestamp"]) - NOW for each in bodies] == [timedelta(0), timedelta(minutes=5)]


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(("named", "known_as"), [("m-9", "m-9"), (9, "9"), (REPLY_ID, REPLY_ID)])
def test_it_is_taken_under_the_id_that_the_app_gives_it(status: int, named: object, known_as: str) -> None:
    assert became(Answer(status, orjson.dumps({"id": named})))[0] == Sent(external_id=known_as)


@pytest.mark.parametrize("body", [b"", b"OK", b"{}", b'{"id":null}', b'{"id":""}', b'{"id":true}', b'{"id":{}}'])
def test_what_answers_without_an_id_may_be_any_page(body: bytes) -> None:
    outcome, _ = became(Answer(200, body))
    assert isinstance(outcome, Unknown)
    assert '{"id": ...}' in outcome.sentence


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(429), Later()),
        (Answer(429, headers=RETRY), Later(seconds=17)),
        (Answer(503, headers=RETRY), Later(seconds=17)),
    ],
)
def test_it_comes_again_when_the_app_says_so(answer: Answer, outcome: Later) -> None:
    assert became(answer)[0] == outcome


@pytest.mark.parametrize("answer", [Answer(503), Answer(502, headers=RETRY), Answer(500), Answer(301), Answer(408)])
def test_of_what_else_fails_nobody_knows(answer: Answer) -> None:
    assert isinstance(became(answer)[0], Unknown)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "publish the secret"),
        (403, "publish the secret"),
        (404, "no such customer"),
        (410, "takes no messages any more"),
        (413, "shorten it"),
        (422, "the app's own log"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, remedy: str) -> None:
    outcome, _ = became(Answer(status, b'{"error":"ana"}'))
    assert isinstance(outcome, Refused)
    assert outcome.code == str(status)
    assert remedy in outcome.sentence


@pytest.mark.parametrize(
    "url",
    [
        *("http://app.teleprado.example/a", "https://127.0.0.1/a", "https://localhost/a", "https:///a"),
        *("https://user@app.teleprado.example/a", "https://app.teleprado.example:8443/a", "app.teleprado.example"),
    ],
)
def test_nothing_goes_anywhere_but_to_a_host_on_the_internet_over_tls(url: str) -> None:
    outcome, calls = became(Answer(200), things=(Thing("endpoint", url),))
    assert (outcome.code, calls) == ("no_endpoint", [])
    assert 'kind = "endpoint"' in outcome.sentence


def test_an_app_that_the_playbook_says_nothing_of_is_told_nothing() -> None:
    outcome, calls = became(Answer(200), things=(Thing("files", "files.example.com"),))
    assert (outcome.code, calls) == ("no_endpoint", [])


@pytest.mark.parametrize("secret", ["whsec_", "whsec_ñ", "not-base64", "whsec_AAAA"])
def test_nothing_is_signed_with_what_is_no_secret(secret: str) -> None:
    outcome, calls = became(Answer(200), token=secret)
    assert (outcome.code, calls) == ("no_secret", [])
    assert "whsec_ before it" in outcome.sentence


@pytest.mark.parametrize("identity", [f"app:{NAME}:", f"app:another:{ANA}", f"telegram:{NAME}:{ANA}"])
def test_whom_this_app_does_not_know_it_is_not_told_of(identity: str) -> None:
    where = place("app", identity=identity)
    refusal = PORT.check(Draft(text=ORDINARY), where, NOW)
    assert refusal is not None
    outcome, calls = became(Answer(200), where)
    assert (refusal.code, outcome.code, calls) == ("not_reachable", "not_reachable", [])
