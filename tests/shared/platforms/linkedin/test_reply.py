"""Answers on LinkedIn: the page's comment below a comment or a post, and found again by its words."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import linkedin
from shared.casework.places import may_say
from shared.platforms.linkedin.api import VERSION
from shared.ports import Answer, Call
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANAS, ORDINARY, asked, found, place, port, presence, reply, said

CHANNEL = "linkedin_comment"
PORT = port(CHANNEL)
HOSTS = frozenset({"api.linkedin.com"})
POST = "urn:li:activity:7230000000000000001"
COMMENT = f"urn:li:comment:({POST},7230000000000000101)"
SHARE = "urn:li:share:7230000000000000201"
MINE = f"urn:li:comment:({POST},7230000000000000901)"


def calls_of(*answers: Answer, where: Place | None = None, **who: Any) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    return asked(PORT.send(reply(where or place(CHANNEL)), presence(CHANNEL, **who), NOW), api, HOSTS), calls


def became(status: int, **said_back: Any) -> Any:
    return calls_of(Answer(status, orjson.dumps(said_back)))[0]


@pytest.mark.parametrize(
    ("answered", "about"),
    [(COMMENT, {"object": POST, "parentComment": COMMENT}), (SHARE, {"object": SHARE})],
)
def test_the_page_comments_below_what_it_answers(answered: str, about: dict[str, str]) -> None:
    outcome, (call,) = calls_of(where=place(CHANNEL, reply_to=answered))
    assert (call.method, call.url) == (
        "POST",
        f"https://api.linkedin.com/rest/socialActions/{quote(answered, safe='')}/comments",
    )
    assert orjson.loads(call.body) == {
        "actor": "urn:li:organization:4400001",
        "message": {"text": ORDINARY},
        **about,
    }
    assert call.headers["authorization"] == f"Bearer {linkedin.TOKEN}"
    assert (call.headers["linkedin-version"], call.headers["x-restli-protocol-version"]) == (VERSION, "2.0.0")
    assert isinstance(outcome, Unknown)


def test_a_page_may_have_a_token_of_its_own() -> None:
    _, (call,) = calls_of(tokens={"4400001": "the page's", "4400002": "another's"})
    assert call.headers["authorization"] == "Bearer the page's"


@pytest.mark.parametrize(
    "changed",
    [
        {"identity": "linkedin:4400001:4400001"},
        {"account": "pagina"},
        {"reply_to": "urn:li:person:aNa51500x1"},
        {"reply_to": f"{COMMENT}/../likes"},
        {"reply_to": "urn:li:comment:(urn:li:activity:1,x)"},
        {"reply_to": ""},
    ],
)
def test_what_is_no_comment_of_somebody_elses_is_not_answered(changed: dict[str, Any]) -> None:
    refusal = may_say(Draft(text=ORDINARY), place(CHANNEL, **changed), NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(place(CHANNEL, **changed), to=StandIn(lambda: NOW)).outcome == "refused"


def test_without_anything_to_answer_nothing_is_said() -> None:
    refused, calls = calls_of(where=place(CHANNEL, reply_to=None))
    assert (refused.code, calls) == ("nothing_to_answer", [])


def test_an_author_whom_linkedin_does_not_name_is_answered_all_the_same() -> None:
    where = place(CHANNEL, f"author-of-{COMMENT}")
    assert may_say(Draft(text=ORDINARY), where, NOW) is None


@pytest.mark.parametrize(
    ("said_back", "urn"),
    [
        ({"commentUrn": MINE}, MINE),
        ({"commentUrn": "urn:li:comment:(activity:7230000000000000001,7230000000000000901)"}, MINE),
        ({"id": "7230000000000000901", "object": POST}, MINE),
        ({"id": "7230000000000000901"}, None),
    ],
)
def test_a_comment_has_its_urn_in_the_form_that_webhooks_have(said_back: dict[str, Any], urn: str | None) -> None:
    outcome = became(201, **said_back, created={"time": int(NOW.timestamp() * 1000)})
    assert outcome == Sent(external_id=urn, at=NOW) if urn else isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("status", "message", "word"),
    [
        (400, "Comments are disabled on this post", "closed"),
        (400, "The comment length exceeds the limit", "1250"),
        (409, "Duplicate comment", "these very words"),
        (401, "", "infra.publish tokens"),
        (403, "", "w_organization_social_feed"),
        (404, "", "no longer there"),
        (426, "NONEXISTENT_VERSION", "raise VERSION"),
        (422, f"something about {ANAS[CHANNEL]}", "as the page sees it"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, message: str, word: str) -> None:
    refused = became(status, message=message)
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence, ANAS[CHANNEL] in refused.sentence) == (str(status), True, False)


def test_a_limit_is_a_limit() -> None:
    assert became(429, message="throttle limit is reached") == Later()


# ---------------------------------------------------------------------------------------------------------- the search


def comment(text: str = ORDINARY, *, seconds: int = 5, **changed: Any) -> dict[str, Any]:
    at = int((NOW + timedelta(seconds=seconds)).timestamp() * 1000)
    own = {"actor": "urn:li:organization:4400001", "message": {"text": text}, "created": {"time": at}}
    return own | {"commentUrn": MINE} | changed


def looked(*comments: object, total: object = None, others: tuple[str, ...] = ()) -> Any:
    assert PORT.find is not None
    paging = {"total": len(comments) if total is None else total}
    shown = Answer(200, orjson.dumps({"elements": list(comments), "paging": paging}))
    return asked(PORT.find(reply(place(CHANNEL)), presence(CHANNEL), NOW, others=others), lambda _: shown, HOSTS)


@pytest.mark.parametrize(
    ("comments", "outcome"),
    [
        pytest.param([], NotThere, id="none"),
        pytest.param([comment()], Sent, id="it"),
        pytest.param([comment("Otra"), comment()], Sent, id="the second"),
        pytest.param([comment(created={})], Sent, id="without an instant"),
        pytest.param([comment(commentUrn=None)], Unknown, id="without a name"),
        pytest.param([comment("Otra")], NotThere, id="other words"),
        pytest.param([comment(message=None)], NotThere, id="without words"),
        pytest.param([comment(actor="urn:li:person:aNa51500x1")], NotThere, id="another's"),
        pytest.param([comment(seconds=-300)], NotThere, id="before"),
        pytest.param([comment("Otra"), 7], Unknown, id="another shape"),
    ],
)
def test_a_reply_is_looked_for_below_what_it_answers(comments: list[object], outcome: type) -> None:
    assert isinstance(looked(*comments), outcome)


@pytest.mark.parametrize(("total", "outcome"), [(101, Unknown), (1, NotThere), ("many", NotThere)])
def test_where_not_all_are_shown_nobody_can_tell(total: object, outcome: type) -> None:
    assert isinstance(looked(comment("Otra"), total=total), outcome)
    assert isinstance(looked(*[comment("Otra")] * 100, total="many"), Unknown)


def test_what_is_another_replys_is_not_this_one() -> None:
    assert looked(comment(), others=(MINE,)) == NotThere()


def test_in_the_stand_in_it_is_found_and_comments_may_be_closed() -> None:
    api = StandIn(lambda: NOW)
    api.spoke(place(CHANNEL))
    assert found(place(CHANNEL), in_=api) == NotThere()
    sent = said(place(CHANNEL), to=api)
    assert found(place(CHANNEL), in_=api) == sent
    assert (api.sent[0].to, api.sent[0].reply_to) == (ANAS[CHANNEL], COMMENT)
    api.block(place(CHANNEL))
    refused = said(place(CHANNEL), "Y los festivos", to=api)
    assert (refused.outcome, refused.code) == ("refused", "403")
