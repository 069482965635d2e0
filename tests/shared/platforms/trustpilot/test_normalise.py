"""What Trustpilot is asked, what is made of its answers, and what a service review means."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from shared import platforms
from shared.models import Attachment, Author
from shared.ports import Answer, Thing
from tests.conftest import NOW
from tests.reviews import Played, outcomes, rows, told

UNIT = "5f0a1b2c3d4e5f6a7b8c9d0e"
TRUSTPILOT = Played("trustpilot", "opiniones", Thing("business_unit", UNIT))
BY_KIND = {"review": "text", "edit": "edited", "answer": "answered"}


def ok(*reviews: object) -> Answer:
    return Answer(200, orjson.dumps({"reviews": list(reviews), "links": []}))


def test_a_review_is_said_by_a_consumer_with_a_title_and_the_companys_own_reference() -> None:
    found = TRUSTPILOT.message("text")
    assert found.identity == f"trustpilot:{UNIT}:640000000000000000000001"
    assert (found.channel, found.thread) == ("trustpilot_review", "650000000000000000000001")
    assert (found.title, found.text, found.rating) == ("Bien, con peros", "El router llegó, pero tarde.", 3)
    assert found.author == Author(name="Ana Peña", language="es")
    assert found.attachments == (Attachment(type="reference", text="4711"),)
    assert found.permalink == "https://www.trustpilot.com/reviews/650000000000000000000001"


def test_an_instant_without_a_zone_is_in_utc() -> None:
    assert TRUSTPILOT.message("complaint").occurred_at == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_change_and_an_answer() -> None:
    after = TRUSTPILOT.edit()
    assert (after.target, after.rating, after.text) == ("650000000000000000000001", 5, "Al final lo han solucionado.")
    assert after.occurred_at == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    answer = TRUSTPILOT.message("answered")
    assert (answer.direction, answer.reply_to) == ("outbound", "650000000000000000000001")
    assert answer.identity == TRUSTPILOT.message("text").identity


def test_the_newest_are_asked_for_and_told_once() -> None:
    found, (call,) = TRUSTPILOT.polled(ok(*(TRUSTPILOT.raw(name) for name in ("text", "complaint", "non_ascii"))))
    target = urlsplit(call.url)
    assert (target.netloc, target.path) == ("api.trustpilot.com", f"/v1/private/business-units/{UNIT}/reviews")
    assert parse_qs(target.query) == {"page": ["1"], "perPage": ["100"], "orderBy": ["createdat.desc"]}
    assert told(found) == ["review"] * 3
    changed, _ = TRUSTPILOT.polled(ok(TRUSTPILOT.raw("edited")), cursor=found.cursor)
    assert told(changed) == ["edit"]
    answered, _ = TRUSTPILOT.polled(ok(TRUSTPILOT.raw("answered")), cursor=found.cursor)
    assert told(answered) == ["answer"]


def test_a_full_page_has_another_after_it() -> None:
    full = [TRUSTPILOT.raw("text") | {"id": str(number)} for number in range(100)]
    found, (_, call) = TRUSTPILOT.polled(ok(*full), ok())
    assert parse_qs(urlsplit(call.url).query)["page"] == ["2"]
    assert len(found.bodies) == 100


def test_a_key_and_its_secret_are_exchanged_first() -> None:
    who = TRUSTPILOT.presence("key:hush")
    _, (sign_in, call) = TRUSTPILOT.polled(Answer(200, b'{"access_token": "t"}'), ok(), who=who)
    assert sign_in.url == "https://api.trustpilot.com/v1/oauth/oauth-business-users-for-applications/accesstoken"
    assert call.headers["authorization"] == "Bearer t"


@pytest.mark.parametrize("status", [0, 401, 403, 404, 429, 500])
def test_a_refusal_leaves_the_cursor_and_says_what_to_do(status: int) -> None:
    found, _ = TRUSTPILOT.polled(Answer(status, headers={"retry-after": "60"}), cursor="c")
    assert (found.bodies, found.cursor, found.failing) == ((), "c", True)
    assert found.sentence.startswith("Trustpilot ")
    assert found.not_before == (NOW + timedelta(minutes=1) if status == 429 else None)


def test_another_shape_is_a_failure() -> None:
    assert TRUSTPILOT.polled(Answer(200, b"{}"), cursor="c")[0].failing


def test_the_cadence_and_the_table() -> None:
    port = platforms.poll("trustpilot")
    assert port
    assert (port.every, port.things, port.needs_token) == (timedelta(minutes=10), ("business_unit",), True)
    assert BY_KIND.keys() == platforms.load("trustpilot").events.keys()
    assert rows(TRUSTPILOT.readme) == outcomes(TRUSTPILOT, BY_KIND)
