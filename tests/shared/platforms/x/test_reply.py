"""Replies on X: in whose name, to which post or person, what X refuses, and how a lost answer is found again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import x as standin_x
from shared.models import Delivery, Message
from shared.platforms import load
from shared.platforms.x.authority import Keys, call, signature
from shared.ports import Answer, Call
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, REPLY_ID, asked, found, place, port, presence, reply, said

PORT = port("x_mention")
BOTH = pytest.mark.parametrize("channel", ["x_mention", "x_dm"])
ACCOUNT = "2244000001"


def x(*where: Place) -> StandIn:
    standin = StandIn(lambda: NOW)
    for each in where:
        standin.spoke(each)
    return standin


def answered(answer: Answer, channel: str = "x_mention") -> Any:
    return asked(PORT.send(reply(place(channel)), presence(channel), NOW), lambda _: answer, PORT.hosts)


# ---------------------------------------------------------------------------------------------------------- authority


def test_a_request_is_signed_as_the_documentation_does() -> None:
    """https://docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature: the keys are none now."""
    keys = Keys(
        "xvz1evFS4wEEPTGEFPHBog",
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    fields = {
        "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
        "oauth_consumer_key": keys.consumer_key,
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    url = "https://api.x.com/1.1/statuses/update.json?include_entities=true"
    assert signature("POST", url, keys, fields.items()) == "Ls93hJiZbQ3akF3HF3x1Bz8/zU4="


@BOTH
def test_an_account_is_let_in_with_its_four_keys(channel: str) -> None:
    where = place(channel)
    standin = x(where)
    keys: dict[str, Any] = {"token": standin_x.APP_TOKEN, "tokens": {ACCOUNT: standin_x.keys(ACCOUNT)}}
    assert isinstance(said(where, to=standin, **keys), Sent)
    assert PORT.find is not None
    asking = PORT.find(reply(where), presence(channel, **keys), NOW - timedelta(hours=1), NOW)
    assert isinstance(asked(asking, standin.answer, PORT.hosts), Sent), "the query is signed as well"


@pytest.mark.parametrize("wrong", range(4))
def test_with_one_key_wrong_it_is_not(wrong: int) -> None:
    where = place("x_mention")
    keys = standin_x.keys(ACCOUNT).split(":")
    keys[wrong] += "x"
    refused = said(where, to=x(where), token=":".join(keys))
    assert isinstance(refused, Refused)
    assert refused.code == "401"


def test_a_signature_is_of_its_instant() -> None:
    where = place("x_mention")
    for off in (timedelta(minutes=6), timedelta(minutes=-6)):
        outcome = said(where, to=x(where), now=NOW + off, token=standin_x.keys(ACCOUNT))
        assert isinstance(outcome, Refused)


def test_no_two_requests_carry_the_same_nonce() -> None:
    keys = standin_x.keys(ACCOUNT)
    made = [
        call(keys, path, at, said=what, seed=seed).headers["authorization"].split('nonce="')[1][:32]
        for path in ("/2/tweets", "/2/users/1/tweets?a=b")
        for at in (NOW, NOW + timedelta(seconds=1))
        for what in (None, {"text": "Sí"})
        for seed in (REPLY_ID, "rpl_other")
    ]
    assert len(set(made)) == len(made)


def test_a_users_token_of_oauth_2_is_sent_as_it_is() -> None:
    assert call("AAA%2B", "/2/tweets", NOW).headers == {"authorization": "Bearer AAA%2B"}


def test_the_apps_own_token_is_no_users() -> None:
    where = place("x_mention")
    refused = said(where, to=x(where), token=standin_x.APP_TOKEN)
    assert isinstance(refused, Refused)
    assert "no user's" in refused.sentence
    assert "README" in refused.sentence


# ------------------------------------------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    ("channel", "path", "body"),
    [
        ("x_mention", "/2/tweets", {"text": "Sí", "reply": {"in_reply_to_tweet_id": "2102038473467756545"}}),
        ("x_dm", f"/2/dm_conversations/with/{ANA}/messages", {"text": "Sí"}),
    ],
)
def test_a_reply_names_what_it_answers(channel: str, path: str, body: dict[str, Any]) -> None:
    calls: list[Call] = []

    def api(made: Call) -> Answer:
        calls.append(made)
        return Answer(0)

    asked(PORT.send(reply(place(channel), "Sí"), presence(channel), NOW), api, PORT.hosts)
    (made,) = calls
    assert made.url == f"https://api.x.com{path}"
    assert orjson.loads(made.body) == body


def test_in_private_a_post_is_answered_by_a_message_to_its_author_and_found_among_those() -> None:
    where, privately = place("x_mention", summoned=False), Draft(text=TEXT, privately=True)
    assert PORT.check(privately, where, NOW) is None
    standin = x(where)
    standin.fail("cut")
    assert isinstance(said(where, privately, to=standin), Unknown)
    (arrived,) = standin.sent
    assert (arrived.channel, arrived.to, arrived.text) == ("x_dm", ANA, TEXT)
    standin.forward(timedelta(minutes=1))
    sent = found(where, privately, in_=standin)
    assert isinstance(sent, Sent)
    assert sent.external_id == arrived.external_id


def test_below_a_broadcast_its_author_can_still_be_written_to_in_private() -> None:
    where = place("x_mention", thread="broadcast:1vOGw", reply_to="77")
    assert PORT.check(Draft(text="Sí", privately=True), where, NOW) is None


@pytest.mark.parametrize(
    ("channel", "changed"),
    [
        ("x_mention", {"thread": "broadcast:1vOGw", "reply_to": "77"}),
        ("x_mention", {"reply_to": "not-a-number"}),
        ("x_dm", {"thread": "g1530000000000000000"}),
        ("x_dm", {"identity": f"x:{ACCOUNT}:{ACCOUNT}"}),
        ("x_dm", {"identity": f"x:{ACCOUNT}:ana"}),
    ],
)
def test_where_x_lets_no_app_write_nothing_is_sent(channel: str, changed: dict[str, Any]) -> None:
    where = place(channel, **changed)
    refusal = PORT.check(Draft(text="Sí"), where, NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    standin = x(where)
    assert isinstance(said(where, to=standin), Refused)
    assert standin.sent == ()


def test_without_a_post_to_answer_nothing_is_published() -> None:
    where = place("x_mention", reply_to=None)
    assert isinstance(said(where, to=x()), Refused)


def test_a_post_is_dated_by_its_id_to_the_second() -> None:
    where = place("x_mention")
    standin = StandIn(lambda: NOW + timedelta(milliseconds=718))
    standin.spoke(where)
    sent = said(where, to=standin)
    assert isinstance(sent, Sent)
    assert sent.at == NOW
    assert answered(Answer(201, b'{"data":{"id":"1"}}')) == Sent(external_id="1")
    assert answered(Answer(201, b'{"data":{"dm_event_id":"1"}}'), "x_dm") == Sent(external_id="1")


# --------------------------------------------------------------------------------------------------------- refusals


def test_who_did_not_call_is_not_answered() -> None:
    where = place("x_mention", summoned=False)
    refused = said(where, to=x(where))
    assert isinstance(refused, Refused)
    assert refused.code == "not_summoned"


def test_the_same_words_twice_are_refused_and_not_published_twice() -> None:
    where = place("x_mention")
    standin = x(where)
    assert isinstance(said(where, to=standin), Sent)
    refused = said(where, to=standin)
    assert isinstance(refused, Refused)
    assert refused.code == "duplicate"
    assert len(standin.sent) == 1
    assert isinstance(said(where, "Otra cosa", to=standin), Sent)


@BOTH
def test_x_limits_each_user(channel: str) -> None:
    where, most = place(channel), {"x_mention": 100, "x_dm": 15}[channel]
    standin = x(where)
    for number in range(most):
        assert isinstance(said(where, f"Parte {number}", to=standin), Sent)
    assert said(where, "Una más", to=standin) == Later(seconds=15 * 60, account=True)
    standin.forward(timedelta(minutes=15))
    assert isinstance(said(where, "Una más", to=standin), Sent)


def test_whoever_takes_no_direct_messages_is_asked_to_write_first() -> None:
    where = place("x_dm")
    standin = x(where)
    standin.block(where)
    refused = said(where, to=standin)
    assert isinstance(refused, Refused)
    assert refused.code == "closed"


@pytest.mark.parametrize(
    ("status", "detail", "kind", "code", "word"),
    [
        (401, "Unauthorized", "", "401", "authorise"),
        (402, "does not have any credits", "credits", "402", "credits"),
        (403, "Your client app is not configured", "oauth1-permissions", "403", "may not write"),
        (403, "You attempted to reply to a Tweet that is deleted or not visible to you.", "", "gone", "deleted"),
        (403, "You are not permitted to perform this action.", "", "403", "longer"),
        (403, "Your Tweet text is too long.", "", "too_long", "shorten"),
        (404, "Not Found", "", "404", "deleted"),
        (400, "One or more parameters", "invalid-request", "400", "refused"),
    ],
)
def test_what_x_says_is_told_as_what_to_do(status: int, detail: str, kind: str, code: str, word: str) -> None:
    problem = {"detail": detail, "type": f"https://api.twitter.com/2/problems/{kind}" if kind else "about:blank"}
    refused = answered(Answer(status, orjson.dumps(problem)))
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert word in refused.sentence


# ---------------------------------------------------------------------------------------------------------- finding

TEXT = "Sí & <no>: mira https://tienda.example/pedido?n=1 o tienda.es, ¿vale? 👍🏽"


@BOTH
def test_what_was_taken_without_an_answer_is_found(channel: str) -> None:
    where = place(channel)
    standin = x(where)
    standin.fail("cut")
    assert isinstance(said(where, TEXT, to=standin), Unknown)
    standin.forward(timedelta(minutes=1))
    sent = found(where, TEXT, in_=standin)
    assert isinstance(sent, Sent)
    assert [sent.external_id] == [each.external_id for each in standin.sent]


@BOTH
def test_what_never_came_is_not_there(channel: str) -> None:
    where = place(channel)
    standin = x(where)
    assert isinstance(said(where, "Otra cosa", to=standin), Sent)
    standin.fail("unreachable")
    assert isinstance(said(where, TEXT, to=standin), Unknown)
    assert found(where, TEXT, in_=standin) == NotThere()


def test_the_same_words_to_another_post_are_another_reply() -> None:
    one, other = place("x_mention"), place("x_mention", "1511000009", reply_to="2102038473467756599")
    standin = x(one, other)
    assert isinstance(said(other, TEXT, to=standin), Sent)
    assert found(one, TEXT, in_=standin) == NotThere()


def test_an_old_message_with_the_same_words_is_another_one() -> None:
    where = place("x_dm")
    standin = x(where)
    assert isinstance(said(where, TEXT, to=standin), Sent)
    standin.forward(timedelta(hours=1))
    assert found(where, TEXT, in_=standin, since=NOW + timedelta(hours=1)) == NotThere()


@BOTH
def test_a_reply_is_found_behind_a_page_of_others(channel: str) -> None:
    where = place(channel)
    standin = x(where)
    assert isinstance(said(where, TEXT, to=standin), Sent)
    for number in range(250):
        if number % (14 if channel == "x_dm" else 99) == 0:
            standin.forward(timedelta(minutes=16))
        assert isinstance(said(where, f"Parte {number}", to=standin), Sent)
    assert isinstance(found(where, TEXT, in_=standin), Sent)


def test_what_the_customer_says_is_not_taken_for_ours() -> None:
    where = place("x_dm")
    assert PORT.find is not None

    def asked_of(sender: Any) -> Any:
        event = {"id": "9", "text": "Gracias", "created_at": f"{NOW.isoformat()}", "sender_id": sender}
        answer = Answer(200, orjson.dumps({"data": [event], "meta": {"result_count": 1}}))
        assert PORT.find is not None
        return asked(PORT.find(reply(where, "Gracias"), presence("x_dm"), NOW, NOW), lambda _: answer, PORT.hosts)

    assert asked_of(ANA) == NotThere()
    assert asked_of(ACCOUNT) == Sent(external_id="9")
    assert isinstance(asked_of(None), Unknown)


def test_what_is_another_replys_is_not_this_one() -> None:
    where = place("x_dm")
    standin = x(where)
    sent = said(where, TEXT, to=standin)
    assert found(where, TEXT, in_=standin, others={sent.external_id}) == NotThere()
    again = said(where, TEXT, to=standin)
    assert found(where, TEXT, in_=standin, others={sent.external_id}).external_id == again.external_id
    post = place("x_mention")
    standin = x(post)
    sent = said(post, TEXT, to=standin)
    assert found(post, TEXT, in_=standin, others={sent.external_id}) == NotThere()


USED_UP, LEFT = {"remaining": "0"}, {"remaining": "7"}


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ({}, None),
        ({"x-rate-limit": USED_UP | {"reset": 600}}, 600),
        ({"x-rate-limit": {"reset": 600}}, 600),
        ({"x-rate-limit": USED_UP | {"reset": -5}}, None),
        ({"x-rate-limit": USED_UP | {"reset": 10**6}}, 86_400),
        ({"x-rate-limit": LEFT | {"reset": 600}}, None),
        ({"x-rate-limit": LEFT | {"reset": 600}, "x-user-limit-24hour": USED_UP | {"reset": 40_000}}, 40_000),
        ({"x-rate-limit": USED_UP | {"reset": 600}, "x-app-limit-24hour": USED_UP | {"reset": 40_000}}, 40_000),
        ({"x-rate-limit": USED_UP | {"reset": 600}, "x-app-limit-24hour": LEFT | {"reset": 40_000}}, 600),
    ],
)
def test_it_is_known_when_the_limit_is_over_that_is_used_up(limits: dict[str, Any], seconds: int | None) -> None:
    headers = {
        f"{limit}-{name}": str(int(NOW.timestamp()) + value if name == "reset" else value)
        for limit, said_so in limits.items()
        for name, value in said_so.items()
    }
    assert answered(Answer(429, b"", headers=headers)) == Later(seconds=seconds)


@pytest.mark.parametrize("reset", ["", "soon", "-1", "1e9", "9" * 5000, "\u0663", "1790000000.5"])
def test_a_limit_that_cannot_be_read_is_one_without_an_end(reset: str) -> None:
    assert answered(Answer(429, b"", headers={"x-rate-limit-reset": reset})) == Later()


def test_more_than_can_be_read_is_not_taken_for_nothing() -> None:
    page = {"data": [{"id": "9", "text": "Otra", "created_at": NOW.isoformat(), "sender_id": ACCOUNT}]}
    answer = Answer(200, orjson.dumps(page | {"meta": {"next_token": "more"}}))
    for channel in ("x_mention", "x_dm"):
        assert PORT.find is not None
        asking = PORT.find(reply(place(channel)), presence(channel), NOW, NOW)
        assert isinstance(asked(asking, lambda _: answer, PORT.hosts), Unknown)


def test_ids_from_before_they_held_a_time_are_told_without_one() -> None:
    assert answered(Answer(201, orjson.dumps({"data": {"id": 2102038473467756545}}))) == Sent(
        external_id="2102038473467756545", at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    )


# ------------------------------------------------------------------------------------------------- who calls for it

NAMED = {"mentions": [{"start": 0, "end": 10, "username": "tiendasol", "id": ACCOUNT}]}
OTHERS = {"mentions": [{"start": 0, "end": 4, "username": "eva", "id": "1511000009"}]}
NAMELESS = {"mentions": [{"start": 0, "end": 4, "username": "eva"}]}
QUOTES = {"referenced_tweets": [{"type": "quoted", "id": "5"}]}


@pytest.mark.parametrize(
    ("word", "post", "included", "summons"),
    [
        ("post.mention.create", {}, {}, True),
        ("post.quote.create", QUOTES, {}, True),
        ("post.reply.create", {}, {}, None),
        ("post.reply.create", {"entities": NAMED}, {}, True),
        ("post.reply.create", {"entities": OTHERS}, {}, False),
        ("post.reply.create", {"entities": NAMELESS}, {}, None),
        ("post.reply.create", {"entities": {"urls": []}}, {}, False),
        ("post.reply.create", {"entities": OTHERS, **QUOTES}, {}, None),
        (
            "post.reply.create",
            {"entities": OTHERS, **QUOTES},
            {"tweets": [{"id": "5", "author_id": ACCOUNT}]},
            True,
        ),
        (
            "post.reply.create",
            {"entities": OTHERS, **QUOTES},
            {"tweets": [{"id": "5", "author_id": "1511000009"}]},
            False,
        ),
        ("post.reply.create", {"entities": OTHERS, **QUOTES}, {"tweets": [{"id": "5", "author_id": []}]}, None),
        ("post.reply.create", {"entities": "odd"}, {}, None),
        ("post.create", {"author_id": ACCOUNT, "in_reply_to_user_id": ANA, "entities": NAMED}, {}, None),
    ],
)
def test_a_post_says_whether_it_calls_the_account_as_far_as_x_tells(
    word: str, post: dict[str, Any], included: dict[str, Any], summons: bool | None
) -> None:
    known = {"id": "2102038473467756545", "author_id": ANA, "text": "¿Hola?", "created_at": "2026-09-21T14:13:20.000Z"}
    event = {"event_type": word, "filter": {"user_id": ACCOUNT}, "payload": known | post, "includes": included}
    (read,) = load("x").normalise(Delivery("x", ACCOUNT, orjson.dumps({"data": event}), {}, NOW))
    assert isinstance(read, Message)
    assert read.summons is summons
