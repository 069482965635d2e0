"""What reviews of a place and Google's notifications mean, sample by sample."""

from base64 import b64encode
from datetime import UTC, datetime

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Author
from shared.platforms import load
from shared.ports import Thing
from tests.reviews import Played, outcomes, rows

PLACE = "7700100200300400500"
GOOGLE = Played("google_business", "tiendas", Thing("location", PLACE, through="100200300400500600700"))
REVIEW = "AbFvOqk7TiendaCentro01"

BY_KIND = {
    "review": "text",
    "edit": "edited",
    "answer": "answered",
    "NEW_REVIEW": "new_review",
    "UPDATED_REVIEW": "updated_review",
    "NEW_QUESTION": "new_question",
    "UPDATED_QUESTION": "updated_question",
    "NEW_ANSWER": "new_answer",
    "UPDATED_ANSWER": "updated_answer",
    "NEW_CUSTOMER_MEDIA": "new_photo",
    "GOOGLE_UPDATE": "google_update",
    "DUPLICATE_LOCATION": "duplicate",
    "LOSS_OF_VOICE_OF_MERCHANT": "voice_lost",
    "VOICE_OF_MERCHANT_UPDATED": "voice",
}


def test_a_review_is_said_in_public_with_its_stars_by_somebody_of_whom_there_is_only_a_name() -> None:
    found = GOOGLE.message("text")
    assert found.identity == f"google_business:{PLACE}:{REVIEW}"
    assert (found.account, found.channel, found.thread, found.external_id) == (PLACE, "google_review", REVIEW, REVIEW)
    assert (found.visibility, found.direction, found.rating) == ("public", "inbound", 4)
    assert found.text == "Buen trato, aunque la cola era larga."
    assert found.author == Author(name="Ana Peña")
    assert found.occurred_at == datetime(2026, 11, 22, 10, 15, 30, 123000, tzinfo=UTC)


def test_stars_without_a_word_are_said_all_the_same_and_neither_is_nothing() -> None:
    found = GOOGLE.message("stars_only")
    assert (found.text, found.rating) == ("", 2)
    assert GOOGLE.event("says_nothing").kind == "ignored"


def test_an_anonymous_reviewer_has_no_name() -> None:
    assert GOOGLE.message("anonymous").author is None


def test_a_change_is_dated_and_has_the_stars_as_they_are_now() -> None:
    before, after = GOOGLE.message("text"), GOOGLE.edit()
    assert (after.target, after.identity, after.rating) == (before.external_id, before.identity, 2)
    assert (after.dated, after.occurred_at) == (True, datetime(2026, 11, 22, 11, 40, tzinfo=UTC))


def test_our_answer_is_said_by_us_in_the_same_conversation() -> None:
    found, review = GOOGLE.message("answered"), GOOGLE.message("text")
    assert (found.direction, found.visibility, found.reply_to) == ("outbound", "public", review.external_id)
    assert (found.identity, found.thread, found.rating) == (review.identity, review.thread, None)
    assert found.text == "Gracias, Ana. Hemos abierto otra caja."
    assert found.occurred_at == datetime(2026, 11, 22, 11, 5, tzinfo=UTC)


def test_the_same_answer_in_other_spaces_is_the_same_and_another_is_another() -> None:
    body = GOOGLE.sample("answered")
    ids = set()
    for text in ("Gracias,  Ana.\nHemos abierto otra caja.", "Gracias, Ana.  Hemos abierto otra caja. ", "Gracias."):
        body["review"]["reviewReply"]["comment"] = text
        (found,) = GOOGLE.events(orjson.dumps(body))
        ids.add(found.external_id)
    assert len(ids) == 2
    assert GOOGLE.message("answered").external_id in ids


def test_a_kind_of_tomorrow_is_kept_and_said_to_be_unknown() -> None:
    for name, reason in (
        ("notification_of_tomorrow", "unknown kind: NEW_VIDEO_CALL"),
        ("unknown_kind", "unknown kind: withdrawn"),
    ):
        found = GOOGLE.event(name)
        assert found.kind == "ignored"
        assert found.reason == reason


def test_a_notification_has_the_instant_of_its_publishing() -> None:
    assert GOOGLE.event("new_review").occurred_at == datetime(2026, 11, 22, 10, 15, 31, 400000, tzinfo=UTC)


def pushed(data: str) -> bytes:
    return orjson.dumps({"message": {"data": data, "messageId": "1"}, "subscription": "projects/p/subscriptions/s"})


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"message": null}',
        b'{"message": {}}',
        pushed(""),
        pushed("soon"),
        pushed("ñ"),
        pushed(b64encode(b"soon").decode()),
        pushed(b64encode(b"[]").decode()),
        pushed(b64encode(b'{"notificationType": ""}').decode()),
        b'{"as": "review", "of": "", "review": {}}',
        b'{"as": "review", "of": "7", "review": {"reviewId": "soon"}}',
        b'{"as": "review", "of": "7", "review": []}',
    ],
)
def test_what_is_neither_a_notification_nor_a_review_is_unreadable_and_nothing_of_it_is_repeated(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        GOOGLE.events(body)
    assert "soon" not in str(refused.value)


def test_the_kind_is_read_under_both_names() -> None:
    (found,) = GOOGLE.events(pushed(b64encode(b'{"type": "NEW_REVIEW"}').decode()))
    assert found.kind == "ignored"
    assert found.reason.startswith("there is news of a review")


def test_the_readme_lists_what_becomes_of_every_event() -> None:
    assert BY_KIND.keys() == load("google_business").events.keys()
    assert rows(GOOGLE.readme) == outcomes(GOOGLE, BY_KIND)
