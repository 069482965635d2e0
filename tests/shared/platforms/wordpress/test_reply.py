"""Answers on a blog: below the comment, on the host that the playbook names alone, and found again."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import wordpress
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ORDINARY, asked, before, found, place, port, presence, reply, said

CHANNEL = "blog_comment"
PORT = port(CHANNEL)
HOSTS = frozenset({wordpress.HOST})


def calls_of(what: Draft | str = ORDINARY, *answers: Answer, where: Place | None = None) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    return asked(PORT.send(reply(where or place(CHANNEL), what), presence(CHANNEL), NOW), api, HOSTS), calls


def became(status: int, /, **said_back: Any) -> Any:
    return calls_of(ORDINARY, before(CHANNEL), Answer(status, orjson.dumps(said_back)))[0]


def standin() -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(place(CHANNEL))
    return made


def test_what_is_answered_is_read_first_and_answered_below_it() -> None:
    outcome, (reads, writes) = calls_of("1 < 2 & 3", before(CHANNEL))
    assert (reads.method, reads.url) == ("GET", f"https://{wordpress.HOST}/wp-json/wp/v2/comments/812?context=edit")
    assert (writes.method, writes.url) == ("POST", f"https://{wordpress.HOST}/wp-json/wp/v2/comments")
    assert orjson.loads(writes.body) == {"post": 47, "parent": 812, "content": "1 &lt; 2 &amp; 3"}
    assert isinstance(outcome, Unknown)


def test_what_is_written_is_read_as_it_was_meant() -> None:
    api = standin()
    assert isinstance(said(place(CHANNEL), "<b>1</b> < 2 &amp; 3", to=api), Sent)
    assert [each.text for each in api.sent] == ["<b>1</b> < 2 &amp; 3"]


@pytest.mark.parametrize(("text", "fits"), [("é" * 32_762, True), ("é" * 32_763, False), ("&" * 13_106, False)])
def test_a_comment_is_as_long_as_its_column_as_html(text: str, fits: bool) -> None:
    refusal = PORT.check(Draft(text=text), place(CHANNEL), NOW)
    assert (refusal is None) is fits
    assert refusal is None or (refusal.code, refusal.alternatives) == ("too_long", ("shorter",))


@pytest.mark.parametrize(
    ("status", "code"), [("hold", "held"), ("spam", "gone"), ("trash", "gone"), ("post-trashed", "gone")]
)
def test_below_what_nobody_sees_nothing_is_said(status: str, code: str) -> None:
    outcome, calls = calls_of(ORDINARY, Answer(200, orjson.dumps({"id": 812, "status": status})))
    assert (outcome.outcome, outcome.code, len(calls)) == ("refused", code, 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(0), Later),
        (Answer(500), Later),
        (Answer(200, b"<html>"), Later),
        (Answer(429), Later),
        (Answer(404, b'{"code":"rest_comment_invalid_id"}'), Refused),
        (Answer(401, b'{"code":"incorrect_password"}'), Refused),
    ],
)
def test_what_stands_in_the_way_before_anything_is_said_leaves_nothing_unknown(answer: Answer, outcome: type) -> None:
    became_, calls = calls_of(ORDINARY, answer)
    assert (isinstance(became_, outcome), len(calls)) == (True, 1)


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (403, "rest_comment_closed", "no more comments"),
        (400, "comment_content_column_length", "shorten"),
        (401, "rest_comment_login_required", "application password"),
        (403, "rest_cannot_read", "*Editor*"),
        (403, "rest_comment_invalid_post_id", "article is gone"),
        (400, "something_of_a_plugin_🙂", "do not know"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, code: str, word: str) -> None:
    outcome = became(status, code=code)
    assert (outcome.outcome, outcome.code, word in outcome.sentence) == ("refused", str(status), True)
    assert "🙂" not in outcome.sentence


def test_what_waits_for_a_moderator_is_not_sent_and_is_not_sent_again() -> None:
    own = {"id": 900, "post": 47, "date_gmt": "2026-11-22T12:00:00", "content": {"raw": ORDINARY}}
    assert became(201, **own, status="hold").code == "enqueued"
    assert became(201, **own, status="approved") == Sent(external_id="900", at=NOW)


def test_the_blog_itself_takes_no_answer_twice() -> None:
    api = standin()
    sent = said(place(CHANNEL), to=api)
    assert isinstance(sent, Sent)
    again = said(place(CHANNEL), to=api)
    assert isinstance(again, Refused)
    assert (again.code, len(api.sent)) == ("duplicate", 1)
    assert found(place(CHANNEL), in_=api) == sent


def test_only_the_users_own_words_below_that_comment_since_are_the_reply() -> None:
    api = standin()
    sent = said(place(CHANNEL), to=api)
    assert isinstance(sent, Sent)
    assert isinstance(found(place(CHANNEL), "Otra cosa.", in_=api), NotThere)
    assert isinstance(found(place(CHANNEL), in_=api, others=[sent.external_id]), NotThere)
    assert isinstance(found(place(CHANNEL), in_=api, since=NOW + timedelta(minutes=2)), NotThere)
    assert isinstance(found(place(CHANNEL, reply_to="811"), in_=api), NotThere)


def test_of_a_list_whose_end_is_not_seen_nothing_is_concluded() -> None:
    assert PORT.find

    def api(call: Call) -> Answer:
        if call.url.endswith("users/me?_fields=id"):
            return Answer(200, b'{"id":2}')
        assert parse_qs(urlsplit(call.url).query)["parent"] == ["812"]
        own = {"id": 9, "post": 47, "author": 2, "date_gmt": "2026-11-22T12:00:00", "content": {"raw": "otra cosa"}}
        return Answer(200, orjson.dumps([own]), headers={"x-wp-totalpages": "2"})

    assert isinstance(asked(PORT.find(reply(place(CHANNEL)), presence(CHANNEL), NOW, NOW), api, HOSTS), Unknown)


@pytest.mark.parametrize(
    "things",
    [
        (),
        (Thing("folder", "blog"),),
        *(
            (Thing("host", host),)
            for host in ("localhost", "10.0.0.1", "blog.example:8443", "blog.example/x", "a@b.es")
        ),
    ],
)
def test_without_a_host_nobody_is_called(things: tuple[Thing, ...]) -> None:
    api = standin()
    refused = said(place(CHANNEL), to=api, things=things)
    assert isinstance(refused, Refused)
    assert (refused.code, "playbook" in refused.sentence) == ("no_blog", True)
    assert PORT.hosts == frozenset()
    assert PORT.hosts_of(presence(CHANNEL)) == HOSTS
