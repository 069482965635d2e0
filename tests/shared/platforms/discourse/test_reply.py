"""Answers in a forum: in the topic or in private, to the forum that the playbook names alone, and found again."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import discourse
from shared.casework.places import may_say, options
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, ORDINARY, REPLY_ID, asked, before, found, place, port, presence, reply, said

PORT = port("forum")
HOST, USER = Thing("host", discourse.HOST), Thing("user", discourse.USER)
PRIVATELY = Draft(text=ORDINARY, privately=True)
HOSTS = frozenset({discourse.HOST})


def calls_of(what: Draft | str = ORDINARY, *answers: Answer, where: Place | None = None) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1] if len(calls) <= len(answers) else Answer(0)

    return asked(PORT.send(reply(where or place("forum"), what), presence("forum"), NOW), api, HOSTS), calls


def became(status: int, **said_back: Any) -> Any:
    return calls_of(ORDINARY, before("forum"), Answer(status, orjson.dumps(said_back)))[0]


def standin() -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(place("forum"))
    return made


# -------------------------------------------------------------------------------------------------------- the request


def test_what_is_answered_is_read_first_and_answered_by_its_number() -> None:
    outcome, (reads, writes) = calls_of(ORDINARY, before("forum"))
    assert (reads.method, reads.url) == ("GET", f"https://{discourse.HOST}/posts/81.json")
    assert (writes.method, writes.url) == ("POST", f"https://{discourse.HOST}/posts.json")
    assert orjson.loads(writes.body) == {"topic_id": 4711, "raw": ORDINARY, "reply_to_post_number": 82}
    for call in (reads, writes):
        assert (call.headers["api-key"], call.headers["api-username"]) == (discourse.TOKEN, "soporte")
    assert isinstance(outcome, Unknown)


def test_a_post_that_was_moved_is_answered_where_it_is() -> None:
    post = orjson.loads(before("forum").body) | {"topic_id": 900, "post_number": 3}
    _, (_, writes) = calls_of(ORDINARY, Answer(200, orjson.dumps(post)))
    assert orjson.loads(writes.body) == {"topic_id": 900, "raw": ORDINARY, "reply_to_post_number": 3}


def test_in_private_its_author_gets_a_message_with_our_own_id() -> None:
    _, (_, writes) = calls_of(PRIVATELY, before("forum"))
    assert orjson.loads(writes.body) == {
        "title": "Re: Pedido 4711",
        "raw": ORDINARY,
        "archetype": "private_message",
        "target_recipients": "ana",
        "external_id": REPLY_ID,
    }


@pytest.mark.parametrize(("title", "over_it"), [(None, "Re: 4711"), ("x" * 400, "Re: " + "x" * 251)])
def test_a_private_answer_always_has_a_title_that_is_short_enough(title: str | None, over_it: str) -> None:
    _, (_, writes) = calls_of(PRIVATELY, before("forum"), where=place("forum", title=title))
    assert orjson.loads(writes.body)["title"] == over_it


@pytest.mark.parametrize("changed", [{"user_id": 17}, {"user_id": None}, {"username": None}, {"username": ""}])
def test_nobody_else_gets_what_was_meant_for_the_author(changed: dict[str, Any]) -> None:
    post = Answer(200, orjson.dumps(orjson.loads(before("forum").body) | changed))
    refused, calls = calls_of(PRIVATELY, post)
    assert (refused.outcome, len(calls)) == ("refused", 1)


# ------------------------------------------------------------------------------------------------------ whom it calls


def test_only_the_host_of_the_playbook_is_called() -> None:
    assert PORT.hosts == frozenset()
    assert PORT.hosts_of(presence("forum")) == HOSTS
    assert PORT.hosts_of(presence("forum", things=(USER, Thing("page", "evil.example")))) == frozenset()
    assert (
        port("telegram").hosts_of(presence("telegram", things=(Thing("", "evil.example"),))) == port("telegram").hosts
    )


@pytest.mark.parametrize(
    "things",
    [
        (),
        (HOST,),
        (USER,),
        *((Thing("host", host), USER) for host in ("localhost", "127.0.0.1", "10.0.0.1", "foro", "foro.example:8443")),
        *((Thing("host", host), USER) for host in ("a@foro.example", "foro.example/x", "-a.example", "foro.example.")),
        *((Thing("host", host), USER) for host in ("Foro.example", "[::1]", "foro.example\n", "a..example", "x.y1")),
        (HOST, Thing("user", "a\r\nb")),
        (HOST, Thing("user", "ana torres")),
    ],
)
def test_without_a_host_and_a_user_nobody_is_called(things: tuple[Thing, ...]) -> None:
    api = standin()
    refused = said(place("forum"), to=api, things=things)
    assert isinstance(refused, Refused)
    assert (refused.code, "playbook" in refused.sentence) == ("no_forum", True)
    assert PORT.find is not None
    asking = PORT.find(reply(place("forum")), presence("forum", things=things), NOW)
    assert isinstance(asked(asking, api.answer, HOSTS), Unknown)


@pytest.mark.parametrize("host", ["foro.example.com", "a.b.c.d.example", "xn--ao-fka.example", "foro.xn--p1ai"])
def test_a_host_is_any_name_below_a_top_level_domain(host: str) -> None:
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return Answer(0)

    us = presence("forum", things=(Thing("host", host), USER))
    asked(PORT.send(reply(place("forum")), us, NOW), api, PORT.hosts_of(us))
    assert [call.url for call in calls] == [f"https://{host}/posts/81.json"]


# --------------------------------------------------------------------------------------------------------- what may be


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"thread": "direct"}, "not_reachable"),
        ({"thread": "../admin"}, "not_reachable"),
        ({"identity": "discourse:foro:foro"}, "not_reachable"),
        ({"identity": "discourse:other:1511000001"}, "not_reachable"),
        ({"identity": "discourse:foro:-1"}, "not_reachable"),
        ({"reply_to": "81/../../admin/users"}, "not_reachable"),
        ({"reply_to": "0"}, "not_reachable"),
        ({"reply_to": None}, "nothing_to_answer"),
    ],
)
def test_what_is_no_post_of_a_customers_is_not_answered(changed: dict[str, Any], code: str) -> None:
    where = place("forum", **changed)
    refusal = may_say(Draft(text=ORDINARY), where, NOW)
    assert refusal is not None
    assert refusal.code == code
    assert said(where, to=StandIn(lambda: NOW)) == Refused(code=code, sentence=refusal.sentence)


@pytest.mark.parametrize(
    ("text", "least", "is_enough"),
    [
        ("x" * 20, 20, True),
        ("x" * 19, 20, False),
        (f"  {'x' * 18}\n\n", 20, False),
        (f"<!-- {'x' * 30} -->Sí", 20, False),
        (f"{'x' * 18}:+1:", 20, True),
        (f"{'x' * 18}:ok_hand:t2:", 20, False),
        (f"{'x' * 18}....", 20, False),
        (f"{'x' * 18}.,,,", 20, True),
        ("diez y diez", 20, False),
        ("diez y diez", 10, True),
        ("diez: :ok:", 10, False),
    ],
)
def test_a_text_is_as_short_as_a_forum_takes_it_and_no_shorter(text: str, least: int, is_enough: bool) -> None:
    draft = Draft(text=text, privately=least == 10)
    refusal = may_say(draft, place("forum"), NOW)
    assert (refusal is None) is is_enough
    outcome = said(place("forum"), draft, to=standin())
    assert isinstance(outcome, Sent if is_enough else Refused)
    if refusal:
        assert (refusal.code, f"less than {least}" in refusal.sentence) == ("too_short", True)


def test_a_post_may_be_answered_in_private_for_ever_and_as_often_as_need_be() -> None:
    ways = {option.way: option for option in options(place("forum"), NOW + timedelta(days=3000))}
    assert {way: (each.open, each.until) for way, each in ways.items()} == {
        "text": (True, None),
        "privately": (True, None),
    }
    assert may_say(PRIVATELY, place("forum", answered_privately=True), NOW) is None


def test_a_private_message_is_answered_where_it_is() -> None:
    api, where = StandIn(lambda: NOW), place("forum", thread="4712", visibility="private", reply_to="90")
    api.spoke(where)
    sent = said(where, "diez y diez", to=api)
    assert isinstance(sent, Sent)
    assert [(each.to, each.tag, each.title) for each in api.sent] == [(ANA, "4712", None)]
    assert found(where, "diez y diez", in_=api).external_id == sent.external_id


# --------------------------------------------------------------------------------------------------- what comes back


def test_what_was_posted_has_its_id_and_its_instant() -> None:
    post = orjson.loads(before("forum").body) | {"id": 90001, "created_at": "2026-11-22T12:00:05.123Z"}
    assert became(200, **post) == Sent(external_id="90001", at=NOW + timedelta(seconds=5, milliseconds=123))


def test_what_waits_for_moderators_is_not_sent_again_by_itself() -> None:
    refused = became(200, success=True, action="enqueued", pending_post={"id": 3})
    assert isinstance(refused, Refused)
    assert (refused.code, "do not send it again" in refused.sentence) == ("enqueued", True)


@pytest.mark.parametrize(
    ("status", "error", "word"),
    [
        (403, "You are not permitted. The API username or key is invalid.", "infra.publish tokens"),
        (403, "You are not permitted to view the requested resource.", "closed"),
        (404, "The requested URL or resource could not be found.", "deleted"),
        (422, "Body is too short (minimum is 50 characters)", "whole sentence"),
        (422, "Body is limited to 1000 characters; it is too long", "shorten"),
        (422, "Body seems unclear, is it a complete sentence?", "small letters"),
        (422, "Body is too similar to what you recently posted", "very words"),
        (422, "Sorry, you cannot send a private message to that user.", "answer in public"),
        (422, f"something about {ANA}", "look into the topic"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, error: str, word: str) -> None:
    refused = became(status, errors=[error], error_type="x")
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence) == (str(status), True)
    assert ANA not in refused.sentence


@pytest.mark.parametrize("extras", [None, [], {}, {"wait_seconds": "8"}, {"wait_seconds": True}, {"wait_seconds": -1}])
def test_a_limit_that_does_not_say_how_long_says_nothing(extras: object) -> None:
    assert became(429, extras=extras) == Later()
    assert became(429, extras={"wait_seconds": 8}) == Later(seconds=8)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(429, b'{"extras":{"wait_seconds":8}}'), Later(seconds=8)),
        (Answer(500), Later()),
        (Answer(0), Later()),
        (Answer(302), Later()),
        (Answer(200, b"<html>"), Later()),
        (Answer(200, b'{"id":1}'), Later()),
    ],
)
def test_as_long_as_what_is_answered_cannot_be_read_nothing_is_posted(answer: Answer, outcome: Later) -> None:
    found, calls = calls_of(ORDINARY, answer)
    assert (found, len(calls)) == (outcome, 1)


def test_a_post_that_is_gone_is_not_answered() -> None:
    refused, calls = calls_of(ORDINARY, Answer(404, b"{}"))
    assert (refused.outcome, refused.code, len(calls)) == ("refused", "404", 1)


def test_who_takes_no_private_messages_is_answered_in_public() -> None:
    api = standin()
    api.block(place("forum"))
    assert said(place("forum"), PRIVATELY, to=api).outcome == "refused"
    assert isinstance(said(place("forum"), to=api), Sent)


# ---------------------------------------------------------------------------------------------------------- the search


def post(number: int, raw: str | None = ORDINARY, *, user: str = "soporte", seconds: int = 5) -> dict[str, Any]:
    at = (NOW + timedelta(seconds=seconds)).isoformat()
    own = {"id": 9000 + number, "topic_id": 4711, "post_number": number, "username": user, "created_at": at}
    return own | ({} if raw is None else {"raw": raw})


def topic(*posts: dict[str, Any], last: int | None = None, count: int | None = None, **more: Any) -> Answer:
    about = {"highest_post_number": last or (posts[-1]["post_number"] if posts else 0)}
    about |= {"posts_count": count if count is not None else len(posts)}
    return Answer(200, orjson.dumps({"post_stream": {"posts": posts}} | about | more))


def looked(what: Draft | str, *answers: Answer) -> tuple[Any, list[str]]:
    calls: list[str] = []

    def api(call: Call) -> Answer:
        calls.append(call.url.removeprefix(f"https://{discourse.HOST}"))
        return answers[len(calls) - 1]

    assert PORT.find is not None
    asking = PORT.find(reply(place("forum"), what), presence("forum"), NOW, NOW + timedelta(minutes=5))
    return asked(asking, api, HOSTS), calls


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(topic(post(1)), Sent, id="it"),
        pytest.param(topic(post(1, user="Soporte")), Sent, id="whatever the letters of the name"),
        pytest.param(topic(post(1, f" {ORDINARY}\r\n")), Sent, id="spaces around it"),
        pytest.param(topic(post(1, user="ana")), NotThere, id="another's"),
        pytest.param(topic(post(1, "Otra cosa")), NotThere, id="other words"),
        pytest.param(topic(post(1, seconds=-300)), NotThere, id="before"),
        pytest.param(topic(post(1, None)), Unknown, id="without what was written"),
        pytest.param(topic(post(1, None, user="ana")), NotThere, id="another's, without what was written"),
        pytest.param(topic(), Unknown, id="no posts"),
        pytest.param(topic(post(1) | {"created_at": "?"}), Unknown, id="another shape"),
        pytest.param(Answer(404), Unknown, id="no topic"),
        pytest.param(Answer(200, b"[]"), Unknown, id="no object"),
    ],
)
def test_in_a_short_topic_all_posts_are_looked_at(answer: Answer, outcome: type) -> None:
    found, calls = looked(ORDINARY, answer)
    assert isinstance(found, outcome)
    assert calls == ["/t/4711.json?include_raw=true"]


THEIRS = {"id": 81, "topic_id": 4711, "post_number": 7, "username": "ana", "created_at": NOW.isoformat()}


@pytest.mark.parametrize(
    ("posts", "outcome"),
    [
        pytest.param([THEIRS, post(9) | {"reply_to_post_number": 7}], Sent, id="to the customer"),
        pytest.param([THEIRS, post(9) | {"reply_to_post_number": 5}], NotThere, id="to somebody else"),
        pytest.param([THEIRS, post(9)], Sent, id="to the topic"),
        pytest.param([post(9) | {"reply_to_post_number": 7}], Unknown, id="nobody can tell to whom"),
    ],
)
def test_the_same_words_to_another_post_of_the_topic_are_another_reply(
    posts: list[dict[str, Any]], outcome: type
) -> None:
    found, _ = looked(ORDINARY, topic(*posts))
    assert isinstance(found, outcome)


def test_what_is_another_replys_is_not_this_one() -> None:
    assert PORT.find is not None
    asking = PORT.find(reply(place("forum")), presence("forum"), NOW, others={"9001"})
    assert asked(asking, lambda _: topic(post(1)), HOSTS) == NotThere()


@pytest.mark.parametrize(
    ("newest", "outcome"),
    [
        pytest.param([post(90, "Otra", seconds=-300), post(91)], Sent, id="it"),
        pytest.param([post(90, "Otra", seconds=-300), post(91, "Otra")], NotThere, id="as far back as needed"),
        pytest.param([post(90, "Otra"), post(91, "Otra")], Unknown, id="not as far back as needed"),
        pytest.param([post(90, "Otra"), post(91)], Sent, id="it, though not as far back as needed"),
        pytest.param([], Unknown, id="nothing"),
    ],
)
def test_of_a_long_topic_the_newest_are_looked_at(newest: list[dict[str, Any]], outcome: type) -> None:
    first = topic(post(1, "Otra", seconds=-9000), post(2, "Otra", seconds=-9000), last=91, count=91)
    found, calls = looked(ORDINARY, first, topic(*newest, count=91))
    assert isinstance(found, outcome)
    assert calls[1:] == ["/t/4711/91.json?include_raw=true"]


def sent_list(*titles: str, more: bool = False, bumped: object = None) -> Answer:
    topics = [{"id": number, "title": title, "bumped_at": bumped} for number, title in enumerate(titles, start=50)]
    further = {"more_topics_url": "/topics/private-messages-sent/soporte?page=1"} if more else {}
    return Answer(200, orjson.dumps({"topic_list": {"topics": topics, **further}}))


BEFORE, SINCE = (NOW - timedelta(hours=1)).isoformat(), NOW.isoformat()


OURS = "Re: pedido 4711"
"""A title as Discourse makes it prettier."""


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param((sent_list(),), NotThere, id="nothing was sent"),
        pytest.param((sent_list("Re: Otra", "Otra"),), NotThere, id="other titles"),
        pytest.param((sent_list(OURS), topic(post(1, "Otra"), external_id=REPLY_ID)), Sent, id="with our own id"),
        pytest.param((sent_list(OURS), topic(post(1))), Sent, id="by its words"),
        pytest.param((sent_list(OURS), topic(post(1, "Otra"), post(2))), NotThere, id="not what was said in it later"),
        pytest.param((sent_list("Otra", OURS, OURS), topic(post(1, "Otra")), topic(post(1))), Sent, id="the second"),
        pytest.param((sent_list(OURS), Answer(500)), Unknown, id="a topic that is not shown"),
        pytest.param((sent_list(*[OURS] * 6), *[topic(post(1, "Otra"))] * 5), Unknown, id="too many"),
        pytest.param((sent_list("Otra", more=True, bumped=BEFORE),), NotThere, id="as far back as needed"),
        pytest.param((sent_list("Otra", more=True, bumped=SINCE),), Unknown, id="not as far back as needed"),
        pytest.param((sent_list("Otra", more=True),), Unknown, id="who knows how far back"),
        pytest.param((sent_list("Otra", more=True, bumped="2026"),), Unknown, id="who can tell how far back"),
        pytest.param((sent_list(more=True),), Unknown, id="more than nothing"),
        pytest.param((Answer(403),), Unknown, id="not let in"),
        pytest.param(
            (Answer(200, b'{"topic_list":{"topics":[1,{"title":"x"},{"id":"1"}]}}'),), NotThere, id="no topics"
        ),
    ],
)
def test_a_private_answer_is_looked_for_among_what_the_user_sent(answers: tuple[Answer, ...], outcome: type) -> None:
    found, calls = looked(PRIVATELY, *answers)
    assert isinstance(found, outcome)
    assert (calls[0], len(calls)) == ("/topics/private-messages-sent/soporte.json", len(answers))


def test_in_the_stand_in_both_are_found_and_a_private_one_is_taken_once() -> None:
    api = standin()
    for what in (Draft(text=ORDINARY), PRIVATELY):
        assert found(place("forum"), what, in_=api) == NotThere()
        sent = said(place("forum"), what, to=api)
        assert isinstance(sent, Sent)
        assert found(place("forum"), what, in_=api).external_id == sent.external_id
    assert said(place("forum"), PRIVATELY, to=api).outcome == "unknown", "it is there, and not there twice"
    assert len(api.sent) == 2
