"""What a blog's stand-in refuses that the port does not ask for, what it shows, and whom it lets in."""

from base64 import b64encode
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import wordpress
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import place

API = f"https://{wordpress.HOST}/wp-json/wp/v2"
KEY = {"authorization": f"Basic {b64encode(wordpress.TOKEN.encode()).decode()}"}
COMMENT = {"post": 47, "parent": 812, "content": "S&iacute; &lt;b&gt;"}


def standin() -> StandIn:
    made = StandIn(lambda: NOW)
    made.spoke(place("blog_comment"))
    return made


def posted(api: StandIn, said: Any, headers: dict[str, str] = KEY) -> Answer:
    return api.answer(Call("POST", f"{API}/comments", headers, orjson.dumps(said)))


def got(api: StandIn, path: str) -> Any:
    return orjson.loads(api.answer(Call("GET", f"{API}/{path}", KEY)).body)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({}, 400, "rest_comment_content_invalid"),
        (COMMENT | {"content": " "}, 400, "rest_comment_content_invalid"),
        (COMMENT | {"parent": 1}, 403, "rest_comment_invalid_parent"),
        (COMMENT | {"post": 1}, 403, "rest_comment_invalid_post_id"),
        (COMMENT | {"content": "x" * 65_526}, 400, "comment_content_column_length"),
    ],
)
def test_a_blog_refuses_in_its_own_words(said: Any, status: int, code: str) -> None:
    api = standin()
    answer = posted(api, said)
    assert (answer.status, answer.json()["code"], api.sent) == (status, code, ())


def test_it_takes_the_same_words_once_and_none_below_what_is_closed() -> None:
    api = standin()
    assert posted(api, COMMENT).status == 201
    assert posted(api, COMMENT).json()["code"] == "comment_duplicate"
    assert [each.text for each in api.sent] == ["Sí <b>"]
    api.block(place("blog_comment"))
    assert posted(api, COMMENT | {"content": "otra"}).json()["code"] == "rest_comment_closed"


@pytest.mark.parametrize("key", ["", "Basic x", f"Basic {b64encode(b'soporte:wrong').decode()}", "Bearer x"])
def test_it_lets_in_its_user_alone(key: str) -> None:
    api = standin()
    assert posted(api, COMMENT, {"authorization": key}).status == 401
    assert api.sent == ()


def test_it_shows_what_stands_below_a_comment_the_newest_first() -> None:
    api = standin()
    posted(api, COMMENT)
    ours, theirs = got(api, "comments?order=desc")
    assert (ours["author"], ours["parent"], ours["content"]["raw"]) == (2, 812, "Sí &lt;b&gt;")
    assert (theirs["id"], theirs["post"]) == (812, 47)
    assert got(api, "comments?parent=812&author=2") == [ours]
    assert got(api, "comments?after=2026-11-22T11:30:00Z") == [ours]
    assert got(api, f"comments/{ours['id']}") == ours
    assert got(api, "comments/9")["code"] == "rest_comment_invalid_id"
    assert got(api, "settings")["code"] == "rest_no_route"
    assert got(api, "users/me") == {"id": 2}
