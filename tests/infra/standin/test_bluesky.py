"""What Bluesky's stand-in refuses that the port does not ask for, and whom it lets in."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import bluesky
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import ANAS, place

XRPC = f"https://{bluesky.HOST}/xrpc"
KEY = "3lbqmz5ns7k2a"
PUBLIC, DIRECT = place("bluesky_mention"), place("bluesky_dm")
REF = {"uri": PUBLIC.reply_to, "cid": bluesky._cid(str(PUBLIC.reply_to))}
RECORD = {"$type": "app.bsky.feed.post", "text": "Sí", "createdAt": "x", "reply": {"root": REF, "parent": REF}}
POST = {"repo": bluesky.US, "collection": "app.bsky.feed.post", "rkey": KEY, "record": RECORD}
CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}


def standin() -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(PUBLIC)
    made.spoke(DIRECT)
    return made


def sign_in(api: StandIn, password: str = bluesky.TOKEN) -> Answer:
    body = orjson.dumps({"identifier": "teleprado.example", "password": password})
    return api.answer(Call("POST", f"{XRPC}/com.atproto.server.createSession", {}, body, wants=("ratelimit-reset",)))


def asked(api: StandIn, name: str, said: Any = None, headers: dict[str, str] | None = None) -> Answer:
    bearer = {"authorization": f"Bearer {sign_in(api).json()['accessJwt']}", **(headers or {})}
    body = b"" if said is None else orjson.dumps(said)
    return api.answer(Call("GET" if said is None else "POST", f"{XRPC}/{name}", bearer, body))


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({}, 400, "InvalidRequest"),
        (POST | {"repo": "did:plc:another"}, 401, "AuthMissing"),
        (POST | {"rkey": "no-such-key"}, 400, "InvalidRequest"),
        (POST | {"rkey": "zzzzzzzzzzzzz"}, 400, "InvalidRequest"),
        (POST | {"record": RECORD | {"text": "x" * 301}}, 400, "InvalidRequest"),
        (POST | {"record": RECORD | {"text": "👨‍👩‍👧‍👦" * 121}}, 400, "InvalidRequest"),
        (POST | {"record": {**RECORD, "reply": {"root": REF}}}, 400, "InvalidRequest"),
        (POST | {"record": {**RECORD, "reply": {"root": REF, "parent": {**REF, "cid": "old"}}}}, 400, "InvalidRequest"),
    ],
)
def test_a_server_refuses_in_its_own_words(said: Any, status: int, error: str) -> None:
    api = standin()
    answer = asked(api, "com.atproto.repo.createRecord", said)
    assert (answer.status, answer.json()["error"], api.sent) == (status, error, ())


def test_under_one_key_there_is_one_post() -> None:
    api = standin()
    assert asked(api, "com.atproto.repo.createRecord", POST).status == 200
    assert asked(api, "com.atproto.repo.createRecord", POST).status == 500
    assert len(api.sent) == 1
    found = asked(api, f"com.atproto.repo.getRecord?rkey={KEY}").json()
    assert (found["uri"], found["value"]["text"]) == (api.sent[0].external_id, "Sí")
    assert asked(api, "com.atproto.repo.getRecord?rkey=3lbqmz5ns7k2b").json()["error"] == "RecordNotFound"
    assert len(asked(api, "com.atproto.repo.listRecords").json()["records"]) == 1


def test_it_lets_in_whoever_signed_in_so_often_and_no_more() -> None:
    api = standin()
    assert api.answer(Call("GET", f"{XRPC}/app.bsky.feed.getPosts")).status == 401
    assert sign_in(api, "wrong").status == 401
    assert [sign_in(api).status for _ in range(30)] == [200] * 29 + [429]
    assert sign_in(api).headers["ratelimit-reset"] == str(int(NOW.timestamp()) + 300)
    api.forward(timedelta(minutes=5))
    assert sign_in(api).status == 200


def test_the_chat_wants_to_be_named_and_knows_with_whom_it_is() -> None:
    api, ana = standin(), ANAS["bluesky_dm"]
    members = f"chat.bsky.convo.getConvoForMembers?members={ana}"
    assert asked(api, members).status == 501
    convo = asked(api, members, headers=CHAT).json()["convo"]["id"]
    assert asked(api, f"{members}x", headers=CHAT).json()["error"] == "RecipientNotFound"
    message = {"convoId": convo, "message": {"text": "x" * 1001}}
    assert asked(api, "chat.bsky.convo.sendMessage", message, CHAT).status == 400
    assert asked(api, "chat.bsky.convo.sendMessage", {"convoId": "another"}, CHAT).json()["error"] == "InvalidConvo"
    assert api.sent == ()
    api.block(DIRECT)
    assert asked(api, members, headers=CHAT).json()["error"] == "BlockedActor"


def test_who_is_blocked_is_not_shown() -> None:
    api = standin()
    posts = f"app.bsky.feed.getPosts?uris={PUBLIC.reply_to}"
    assert len(asked(api, posts).json()["posts"]) == 1
    api.block(PUBLIC)
    assert asked(api, posts).json()["posts"] == []
    assert asked(api, "app.bsky.feed.searchPosts").status == 400
    assert asked(api, "app.bsky.feed.nothing").status == 404
