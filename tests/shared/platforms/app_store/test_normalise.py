"""What Apple is asked, what is made of its answers, and what a customer review means."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared import platforms
from shared.models import Author
from shared.ports import Answer, Thing
from tests.conftest import NOW
from tests.reviews import Played, outcomes, rows, told

APP = "1234567890"
APPLE = Played("app_store", "apple", Thing("app", APP))
BY_KIND = {"review": "text", "edit": "edited", "answer": "answered"}
REVIEW = "00000040-0000-0000-1111-222233334444"


def ok(*reviews: Any, **more: object) -> Answer:
    """Return an answer as Apple makes it, with the responses beside the reviews."""
    included = [each["response"] for each in reviews if each["response"]]
    return Answer(200, orjson.dumps({"data": [each["data"] for each in reviews], "included": included, **more}))


def test_a_review_is_said_under_a_nickname_with_a_title() -> None:
    found = APPLE.message("text")
    assert found.identity == f"app_store:{APP}:{REVIEW}"
    assert (found.account, found.channel, found.thread, found.rating) == (APP, "appstore_review", REVIEW, 3)
    assert (found.title, found.text) == ("Le falta algo", "Va bien, pero no avisa.")
    assert found.author == Author(name="anap")
    assert found.occurred_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_change_is_undated_and_a_response_is_ours_before_it_is_published() -> None:
    after = APPLE.edit()
    assert (after.target, after.rating, after.dated) == (REVIEW, 5, False)
    answer = APPLE.message("answered")
    assert (answer.direction, answer.reply_to, answer.text) == ("outbound", REVIEW, "Gracias: avisa desde la 3.1.")
    assert answer.occurred_at == datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_an_app_is_asked_for_its_newest_reviews_with_their_responses() -> None:
    found, (call,) = APPLE.polled(ok(*(APPLE.raw(name) for name in ("answered", "complaint", "non_ascii"))))
    target = urlsplit(call.url)
    assert (target.netloc, target.path) == ("api.appstoreconnect.apple.com", f"/v1/apps/{APP}/customerReviews")
    assert parse_qs(target.query) == {"sort": ["-createdDate"], "include": ["response"], "limit": ["200"]}
    assert sorted(told(found)) == ["answer", "review", "review", "review"]
    (body,) = (body for body in found.bodies if orjson.loads(body)["as"] == "answer")
    assert orjson.loads(body)["review"] == APPLE.raw("answered"), "each has its own response"


def test_a_change_is_told_where_the_first_version_was_seen() -> None:
    first, _ = APPLE.polled(ok(APPLE.raw("text")))
    changed, _ = APPLE.polled(ok(APPLE.raw("edited")), cursor=first.cursor)
    assert told(changed) == ["edit"]
    assert APPLE.polled(ok(APPLE.raw("edited")), cursor=changed.cursor)[0].bodies == ()


@pytest.mark.parametrize(
    "further",
    [
        "https://api.appstoreconnect.apple.com/v1/apps/1/customerReviews?cursor=Ag.x",
        "https://thief.example/?cursor=Ag.x",
    ],
)
def test_of_the_next_pages_address_only_the_cursor_is_taken(further: str) -> None:
    _, calls = APPLE.polled(ok(APPLE.raw("text"), links={"next": further}), ok())
    target = urlsplit(calls[1].url)
    assert (target.netloc, target.path) == ("api.appstoreconnect.apple.com", f"/v1/apps/{APP}/customerReviews")
    assert parse_qs(target.query)["cursor"] == ["Ag.x"]


@pytest.mark.parametrize("links", [None, {}, {"next": None}, {"next": "https://[::1"}, {"next": "nowhere"}, []])
def test_where_there_is_no_next_page_none_is_asked_for(links: object) -> None:
    assert len(APPLE.polled(ok(APPLE.raw("text"), links=links))[1]) == 1


def test_each_poll_makes_its_own_token_and_asks_nobody_for_it() -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    private = b64encode(own.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()
    _, (call,) = APPLE.polled(ok(), who=APPLE.presence(f"issuer:KEY1:{private}"))
    token = call.headers["authorization"].removeprefix("Bearer ")
    assert token.count(".") == 2
    assert private not in token
    found, calls = APPLE.polled(cursor="c", who=APPLE.presence("issuer:KEY1:nonsense"))
    assert (found.failing, found.cursor, calls) == (True, "c", [])


@pytest.mark.parametrize("status", [0, 401, 403, 404, 429, 500])
def test_a_refusal_leaves_the_cursor_and_says_what_to_do(status: int) -> None:
    found, _ = APPLE.polled(Answer(status, headers={"retry-after": "60"}), cursor="c")
    assert (found.bodies, found.cursor, found.failing) == ((), "c", True)
    assert found.sentence.startswith("The App Store ")
    assert found.not_before == (NOW + timedelta(minutes=1) if status == 429 else None)


def test_another_shape_is_a_failure() -> None:
    assert APPLE.polled(Answer(200, b"{}"), cursor="c")[0].failing


def test_the_cadence_and_the_table() -> None:
    port = platforms.poll("app_store")
    assert port
    assert (port.every, port.things, port.needs_token) == (timedelta(minutes=15), ("app",), True)
    assert BY_KIND.keys() == platforms.load("app_store").events.keys()
    assert rows(APPLE.readme) == outcomes(APPLE, BY_KIND)
