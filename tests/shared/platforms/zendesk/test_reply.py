"""Answers in a help desk: a public comment on the customer's ticket, as it was read, and found again."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import zendesk
from shared.casework.places import may_say
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, ORDINARY, REPLY_ID, asked, before, found, place, port, presence, reply, said

CHANNEL = "zendesk_ticket"
PORT = port(CHANNEL)
HOSTS = frozenset({zendesk.HOST})
READ = before(CHANNEL)
TICKET = f"https://{zendesk.HOST}/api/v2/tickets/4711"


def calls_of(*answers: Answer, **who: Any) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    return asked(PORT.send(reply(place(CHANNEL)), presence(CHANNEL, **who), NOW), api, HOSTS), calls


def ticket(**changed: Any) -> Answer:
    return Answer(200, orjson.dumps({"ticket": orjson.loads(READ.body)["ticket"] | changed}))


def became(status: int, headers: dict[str, str] | None = None, **said_back: Any) -> Any:
    return calls_of(READ, Answer(status, orjson.dumps(said_back), headers=headers or {}))[0]


def test_the_ticket_is_read_first_and_changed_only_as_it_was_read() -> None:
    outcome, (reads, writes) = calls_of(ticket(updated_at="2026-11-22T11:00:00Z"))
    assert (reads.method, reads.url) == ("GET", f"{TICKET}.json")
    assert (writes.method, writes.url) == ("PUT", f"{TICKET}.json")
    assert orjson.loads(writes.body) == {
        "ticket": {
            "comment": {"body": ORDINARY, "public": True},
            "metadata": {"mostrador_reply_id": REPLY_ID},
            "safe_update": True,
            "updated_stamp": "2026-11-22T11:00:00Z",
        }
    }
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("token", "written"),
    [
        ("a@b.example/token:secret", f"Basic {b64encode(b'a@b.example/token:secret').decode()}"),
        ("0auth", "Bearer 0auth"),
    ],
)
def test_an_api_token_and_one_of_oauth_let_in(token: str, written: str) -> None:
    _, calls = calls_of(READ, token=token)
    assert {call.headers["authorization"] for call in calls} == {written}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"requester_id": 77}, "not_reachable"),
        ({"status": "closed"}, "closed"),
        ({"via": {"channel": "native_messaging"}}, "not_reachable"),
        ({"via": {"channel": "sunshine_conversations_api"}}, "not_reachable"),
    ],
)
def test_what_would_not_reach_the_customer_is_not_written(changed: dict[str, Any], code: str) -> None:
    refused, calls = calls_of(ticket(**changed))
    assert (refused.outcome, refused.code, len(calls)) == ("refused", code, 1)


@pytest.mark.parametrize("copied", ["collaborator_ids", "email_cc_ids"])
def test_who_is_in_copy_is_reached_as_well(copied: str) -> None:
    _, calls = calls_of(ticket(requester_id=77, **{copied: [int(ANA)]}))
    assert len(calls) == 2


@pytest.mark.parametrize("answer", [Answer(500), Answer(0), Answer(200, b"<html>"), Answer(200, b'{"ticket":{}}')])
def test_as_long_as_the_ticket_cannot_be_read_nothing_is_written(answer: Answer) -> None:
    outcome, calls = calls_of(answer)
    assert (outcome, len(calls)) == (Later(), 1)


@pytest.mark.parametrize("things", [(), (Thing("host", "localhost"),), (Thing("host", "a.zendesk.com/x"),)])
def test_without_a_host_nobody_is_called(things: tuple[Thing, ...]) -> None:
    api = StandIn(lambda: NOW)
    refused = said(place(CHANNEL), to=api, things=things)
    assert (refused.outcome, refused.code, "playbook" in refused.sentence) == ("refused", "no_help_desk", True)
    assert PORT.find is not None
    asking = PORT.find(reply(place(CHANNEL)), presence(CHANNEL, things=things), NOW)
    assert isinstance(asked(asking, api.answer, HOSTS), Unknown)


@pytest.mark.parametrize(
    "changed",
    [
        {"thread": "direct"},
        {"thread": "../users/1"},
        {"identity": "zendesk:ayuda:ayuda"},
        {"identity": "zendesk:other:1511000001"},
    ],
)
def test_what_is_no_ticket_of_a_customers_is_not_written_in(changed: dict[str, Any]) -> None:
    refusal = may_say(Draft(text=ORDINARY), place(CHANNEL, **changed), NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(place(CHANNEL, **changed), to=StandIn(lambda: NOW)).outcome == "refused"


def test_the_comment_is_the_changes_event_of_that_kind() -> None:
    events = [{"id": 1, "type": "Change"}, {"id": 880_001, "type": "Comment", "public": True}]
    audit = {"id": 7, "created_at": "2026-11-22T12:00:05Z", "events": events}
    assert became(200, audit=audit) == Sent(external_id="880001", at=NOW + timedelta(seconds=5))
    assert isinstance(became(200, audit={"events": events[:1]}), Unknown)
    assert isinstance(became(200, ticket={"id": 4711}), Unknown)


def test_who_was_faster_is_looked_at_before_anything_is_said() -> None:
    assert became(409, error="UpdateConflict") == Later(account=False)


@pytest.mark.parametrize(
    ("status", "description", "word"),
    [
        (401, "", "infra.publish tokens"),
        (403, "", "role"),
        (404, "Not found", "merged"),
        (422, "Status: closed prevents ticket update", "follow-up"),
        (422, "Comment: is too long", "64 kB"),
        (422, "Comment: cannot be blank", "write one"),
        (422, "Kind of trouble: is required when solving a ticket", "filled in"),
        (422, f"something about {ANA}", "what the token's user may do"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, description: str, word: str) -> None:
    refused = became(status, error="RecordInvalid", details={"base": [{"description": description}]})
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence, ANA in refused.sentence) == (str(status), True, False)


def test_a_limit_says_how_long_it_lasts() -> None:
    assert became(429, {"retry-after": "17"}) == Later(seconds=17)
    assert became(429, {"retry-after": "soon"}) == Later()


# ---------------------------------------------------------------------------------------------------------- the search


def comment(number: int = 880_001, body: str = ORDINARY, *, seconds: int = 5, **changed: Any) -> dict[str, Any]:
    at = (NOW + timedelta(seconds=seconds)).isoformat()
    own = {"id": number, "body": body, "public": True, "created_at": at, "via": {"channel": "api"}}
    return own | changed


def looked(*comments: object, more: str | None = None, others: tuple[str, ...] = ()) -> Any:
    assert PORT.find is not None
    shown = Answer(200, orjson.dumps({"comments": list(comments), "next_page": more}))
    return asked(PORT.find(reply(place(CHANNEL)), presence(CHANNEL), NOW, others=others), lambda _: shown, HOSTS)


OURS: dict[str, Any] = {"metadata": {"system": {}, "custom": {"mostrador_reply_id": REPLY_ID}}}
ANOTHERS: dict[str, Any] = {"metadata": {"custom": {"mostrador_reply_id": "rpl_bbbbbbbbbbbbbbbbbbbbbbbbbb"}}}


@pytest.mark.parametrize(
    ("comments", "outcome"),
    [
        pytest.param([], Unknown, id="not even the first"),
        pytest.param([comment(body="Otra", **OURS)], Sent, id="by our own id"),
        pytest.param([comment()], Sent, id="by its words"),
        pytest.param([comment(body=f" {ORDINARY}\r\n")], Sent, id="spaces around it"),
        pytest.param([comment(**ANOTHERS)], NotThere, id="another reply's id"),
        pytest.param([comment(body="Otra")], NotThere, id="other words"),
        pytest.param([comment(public=False)], NotThere, id="a note"),
        pytest.param([comment(via={"channel": "web"})], NotThere, id="on Zendesk's own screens"),
        pytest.param([comment(via=None)], NotThere, id="nobody knows where"),
        pytest.param([comment(seconds=-300)], NotThere, id="before"),
        pytest.param([comment(), {"id": 1}], Unknown, id="another shape"),
    ],
)
def test_a_reply_is_looked_for_among_the_tickets_comments(comments: list[object], outcome: type) -> None:
    assert isinstance(looked(*comments), outcome)


def test_of_a_long_ticket_it_is_only_said_not_to_be_there_when_the_page_goes_back_far_enough() -> None:
    assert isinstance(looked(comment(body="Otra"), more="https://a.example/?page=2"), Unknown)
    assert looked(comment(body="Otra"), comment(body="Otra", seconds=-300), more="https://a.example/") == NotThere()


def test_what_is_another_replys_is_not_this_one() -> None:
    assert looked(comment(), others=("880001",)) == NotThere()


def test_in_the_stand_in_it_is_found_and_a_closed_ticket_is_not_written_in() -> None:
    api = StandIn(lambda: NOW)
    api.spoke(place(CHANNEL))
    assert found(place(CHANNEL), in_=api) == NotThere()
    sent = said(place(CHANNEL), to=api)
    assert found(place(CHANNEL), in_=api).external_id == sent.external_id
    assert (api.sent[0].to, api.sent[0].reply_id) == (ANA, REPLY_ID)
    api.block(place(CHANNEL))
    assert said(place(CHANNEL), to=api).code == "closed"
