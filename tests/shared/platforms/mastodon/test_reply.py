"""Answers on Mastodon: to whoever is named, seen by the same people, once, and found again by their words."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import mastodon
from shared.casework.places import may_say
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import (
    ANA,
    ORDINARY,
    REPLY_ID,
    asked,
    before,
    found,
    place,
    port,
    presence,
    reply,
    said,
)
from tests.shared.platforms.mastodon.replying import ANA_THERE

PORT = port("mastodon_mention")
HOSTS = frozenset({mastodon.HOST})
READ = before("mastodon_mention")


def calls_of(what: Draft | str, *answers: Answer, where: Place | None = None) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    where = where or place("mastodon_mention")
    return asked(PORT.send(reply(where, what), presence(where.channel), NOW), api, HOSTS), calls


def read(**changed: Any) -> Answer:
    return Answer(200, orjson.dumps(orjson.loads(READ.body) | changed))


def became(status: int, headers: dict[str, str] | None = None, **said_back: Any) -> Any:
    return calls_of(ORDINARY, READ, Answer(status, orjson.dumps(said_back), headers=headers or {}))[0]


def standin(where: Place | None = None) -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(where or place("mastodon_mention"))
    return made


def test_what_is_answered_is_read_first_and_its_author_is_named() -> None:
    outcome, (reads, writes) = calls_of(ORDINARY, READ)
    assert (reads.method, reads.url) == ("GET", f"https://{mastodon.HOST}/api/v1/statuses/115240000000880101")
    assert (writes.method, writes.url) == ("POST", f"https://{mastodon.HOST}/api/v1/statuses")
    assert orjson.loads(writes.body) == {
        "status": f"@ana@vecinos.example {ORDINARY}",
        "in_reply_to_id": "115240000000880101",
        "visibility": "public",
    }
    assert {call.headers["authorization"] for call in (reads, writes)} == {f"Bearer {mastodon.TOKEN}"}
    assert writes.headers["idempotency-key"] == REPLY_ID
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("visibility", "asked_for"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("private", "private"),
        ("direct", "direct"),
        ("limited", "direct"),
        ("a new kind", "direct"),
    ],
)
def test_an_answer_is_seen_by_no_more_people_than_what_it_answers(visibility: str, asked_for: str) -> None:
    _, (_, writes) = calls_of(ORDINARY, read(visibility=visibility))
    assert orjson.loads(writes.body)["visibility"] == asked_for


def test_what_somebody_else_wrote_is_not_answered_as_if_it_were_the_customers() -> None:
    refused, calls = calls_of(ORDINARY, read(account=ANA_THERE | {"id": "77"}))
    assert (refused.outcome, refused.code, len(calls)) == ("refused", "not_reachable", 1)


@pytest.mark.parametrize(
    "things", [(), (Thing("host", "127.0.0.1"),), (Thing("host", "social"),), (Thing("page", mastodon.HOST),)]
)
def test_without_a_host_nobody_is_called(things: tuple[Thing, ...]) -> None:
    api = standin()
    refused = said(place("mastodon_mention"), to=api, things=things)
    assert (refused.outcome, refused.code, "playbook" in refused.sentence) == ("refused", "no_instance", True)
    assert PORT.find is not None
    asking = PORT.find(reply(place("mastodon_mention")), presence("mastodon_mention", things=things), NOW)
    assert isinstance(asked(asking, api.answer, HOSTS), Unknown)


@pytest.mark.parametrize(
    ("text", "is_short_enough"),
    [
        ("x" * 468, True),
        ("x" * 469, False),
        ("👨‍👩‍👧‍👦" * 468, True),
        ("e\u0301" * 468, True),
        (f"{'x' * 444} https://tienda.example/{'p' * 900}", True),
        (f"{'x' * 445} https://tienda.example/{'p' * 900}", False),
        (f"{'x' * 462} @pepe@un.servidor.muy.largo.example", True),
        (f"{'x' * 464} tienda.example/pedido", False),
    ],
)
def test_a_text_leaves_room_for_the_longest_name_and_is_counted_as_mastodon_does(
    text: str, is_short_enough: bool
) -> None:
    refusal = may_say(Draft(text=text), place("mastodon_mention"), NOW)
    assert (refusal is None) is is_short_enough
    assert isinstance(said(place("mastodon_mention"), text, to=standin()), Sent if is_short_enough else Refused)
    assert refusal is None or (refusal.code, "Mastodon counts" in refusal.sentence) == ("too_long", True)


@pytest.mark.parametrize(
    "changed",
    [
        {"thread": "direct"},
        {"identity": "mastodon:other:1511000001"},
        {"identity": "mastodon:latienda:ana@vecinos.example"},
        {"reply_to": "../accounts/1"},
        {"reply_to": ""},
    ],
)
def test_what_is_no_status_of_a_customers_is_not_answered(changed: dict[str, Any]) -> None:
    refusal = may_say(Draft(text=ORDINARY), place("mastodon_mention", **changed), NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(place("mastodon_mention", **changed), to=StandIn(lambda: NOW)).outcome == "refused"


def test_what_was_posted_has_its_id_and_its_instant() -> None:
    posted = orjson.loads(READ.body) | {"id": "115300000000000001", "created_at": "2026-11-22T12:00:05.123Z"}
    assert became(200, **posted) == Sent(
        external_id="115300000000000001", at=NOW + timedelta(seconds=5, milliseconds=123)
    )


@pytest.mark.parametrize(
    ("status", "error", "word"),
    [
        (401, "The access token is invalid", "infra.publish tokens"),
        (403, "This action is outside the authorized scopes", "write:statuses"),
        (404, "Record not found", "no longer there"),
        (422, "Validation failed: Text character limit of 400 exceeded", "shorten"),
        (422, "Validation failed: Text can't be blank", "write one"),
        (422, f"something about {ANA}", "as the company's account sees it"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, error: str, word: str) -> None:
    refused = became(status, error=error)
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence, ANA in refused.sentence) == (str(status), True, False)


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("2026-11-22T12:00:17.500000Z", 18),
        ("2026-11-22T11:00:00Z", 0),
        ("2036-11-22T11:00:00Z", 86_400),
        ("2026-11-22T12:00:17", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_limit_says_when_it_ends(reset: str, seconds: int | None) -> None:
    assert became(429, {"x-ratelimit-reset": reset}) == Later(seconds=seconds)


@pytest.mark.parametrize("answer", [Answer(500), Answer(0), Answer(200, b"<html>"), Answer(200, b'{"id":"1"}')])
def test_as_long_as_what_is_answered_cannot_be_read_nothing_is_posted(answer: Answer) -> None:
    outcome, calls = calls_of(ORDINARY, answer)
    assert (outcome, len(calls)) == (Later(), 1)


def test_who_has_blocked_the_company_is_not_there_to_be_answered() -> None:
    api = standin()
    api.block(place("mastodon_mention"))
    assert said(place("mastodon_mention"), to=api).code == "404"


# ---------------------------------------------------------------------------------------------------------- the search


def status(**changed: Any) -> dict[str, Any]:
    own = {
        "id": "115300000000000001",
        "created_at": (NOW + timedelta(seconds=5)).isoformat(),
        "account": {"id": "9", "username": "latienda", "acct": "latienda"},
        "visibility": "public",
        "in_reply_to_id": "115240000000880101",
        "mentions": [{"id": ANA, "acct": "ana@vecinos.example"}],
        "content": f'<p><span class="h-card"><a href="/@ana">@<span>ana</span></a></span> {ORDINARY}</p>',
    }
    return own | changed


def looked(*statuses: object, what: str = ORDINARY, others: tuple[str, ...] = ()) -> Any:
    assert PORT.find is not None
    asking = PORT.find(reply(place("mastodon_mention"), what), presence("mastodon_mention"), NOW, others=others)
    shown = Answer(200, orjson.dumps({"ancestors": [], "descendants": list(statuses)}))
    return asked(asking, lambda _: shown, HOSTS)


LINK = '<a href="https://a.example/x"><span class="invisible">https://</span><span>a.example/x</span></a>'


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        pytest.param([], NotThere, id="no answers"),
        pytest.param([status()], Sent, id="it"),
        pytest.param([status(account={"id": "9", "username": "Latienda", "acct": "Latienda"})], Sent, id="any case"),
        pytest.param(
            [status(account={"id": "8", "username": "latienda", "acct": "latienda@b.c"})], NotThere, id="other"
        ),
        pytest.param([status(in_reply_to_id="7")], NotThere, id="to something else"),
        pytest.param([status(mentions=[])], NotThere, id="to nobody"),
        pytest.param([status(content="<p>@ana Otra cosa</p>")], NotThere, id="other words"),
        pytest.param([status(created_at=(NOW - timedelta(minutes=5)).isoformat())], NotThere, id="before"),
        pytest.param([status(content="<p>@ana Otra cosa</p>"), status()], Sent, id="the second"),
        pytest.param([status(), {"id": "x"}], Unknown, id="another shape"),
        pytest.param([1], Unknown, id="no statuses"),
    ],
)
def test_a_reply_is_looked_for_among_the_answers_to_the_same_status(statuses: list[object], outcome: type) -> None:
    assert isinstance(looked(*statuses), outcome)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Uno\n\ny dos", "<p>@ana Uno</p><p>y dos</p>"),
        ("Uno\ny <dos> & tres", "<p>@ana Uno<br>y &lt;dos&gt; &amp; tres</p>"),
        ("Mira https://a.example/x", f"<p>@ana Mira {LINK}</p>"),
        ("Con @luis@otro.example", "<p>@ana Con @luis</p>"),
        ("👍", "<p>@ana 👍</p>"),
    ],
)
def test_what_mastodon_makes_of_a_text_is_still_that_text(text: str, content: str) -> None:
    assert isinstance(looked(status(content=content), what=text), Sent)


def test_what_is_another_replys_is_not_this_one() -> None:
    assert looked(status(), others=("115300000000000001",)) == NotThere()


@pytest.mark.parametrize("channel", ["mastodon_mention", "mastodon_dm"])
def test_in_the_stand_in_it_is_found_and_whatever_comes_twice_is_one_status(channel: str) -> None:
    where = place(channel)
    api = standin(where)
    assert found(where, in_=api) == NotThere()
    first, second = (said(where, "Uno <y> dos\ny @luis@otro.example", to=api) for _ in range(2))
    assert (first.external_id, len(api.sent)) == (second.external_id, 1)
    assert (api.sent[0].to, api.sent[0].channel) == (ANA, channel)
    assert found(where, "Uno <y> dos\ny @luis@otro.example", in_=api).external_id == first.external_id
