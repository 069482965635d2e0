"""Copies of files in a timeline: with the message that they came with, and to nobody who may not read that."""

from itertools import count
from typing import Any

import pytest

from shared.ids import customer_id
from shared.media.scanning import Scanning
from shared.models import Attachment, Call, Message
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, Counter, ago, deleted, edited, said
from tests.services.customer360.rows import Rows

PHOTO, BUTTON, VOICE = (Attachment(type=kind, id=kind) for kind in ("photo", "button", "voice"))
APART = {"state": "refused", "reason": "it is a program, or holds one", "object": "refused/0", "verdict": None}
_requests = map(str, count())


def told(*attachments: Attachment, scanning: Scanning = "none") -> tuple[Counter, Message]:
    counter = Counter(Rows(), scanning=scanning)
    message = said("90", "La factura está mal", at=ago(hours=2), attachments=attachments)
    counter.hear(message)
    return counter, message


def shown(counter: Counter, external_id: str = "90", scope: str = "customers/read") -> list[dict[str, Any]]:
    path, claims = f"/customers/{customer_id(ANA)}/timeline", {"sub": "marta", "scope": scope}
    answer = counter.ask(path, "", claims=claims, request=next(_requests))
    assert answer.status == 200
    (entry,) = [each for each in answer.json["entries"] if (each["event"] or {}).get("external_id") == external_id]
    stored: list[dict[str, Any]] = entry["stored"]
    return stored


def test_a_copy_is_shown_at_its_attachments_place_with_a_link() -> None:
    counter, message = told(BUTTON, PHOTO, VOICE)
    assert shown(counter) == []
    counter.copied(message, 2, type="audio/ogg", size=900)
    counter.copied(message, 1)
    photo, voice = shown(counter)
    assert photo == {
        "attachment": 1,
        "state": "copied",
        "reason": "",
        "type": "image/jpeg",
        "size": 48_213,
        "verdict": "not_scanned",
        "url": "https://files.example/media/1?type=image/jpeg",
    }
    assert (voice["attachment"], voice["type"], voice["size"]) == (2, "audio/ogg", 900)


@pytest.mark.parametrize(
    ("changes", "scanning"),
    [
        (APART, "none"),
        ({"state": "gone", "reason": "the link is over", "object": None, "verdict": None, "size": None}, "none"),
        ({"state": "later", "since": NOW, "reason": "not yet", "object": None, "verdict": None}, "none"),
        ({"verdict": "awaited"}, "guardduty"),
        ({"verdict": "infected", "state": "refused"}, "guardduty"),
        ({"verdict": "unscannable"}, "guardduty"),
        ({"verdict": "not_scanned"}, "guardduty"),
    ],
)
def test_what_people_may_not_have_is_shown_without_a_link(changes: dict[str, Any], scanning: Scanning) -> None:
    counter, message = told(PHOTO, scanning=scanning)
    counter.copied(message, **changes)
    (stored,) = shown(counter)
    assert stored["url"] is None
    assert stored["state"] == changes.get("state", "copied")
    assert stored["reason"] == changes.get("reason", "")


def test_a_calls_recording_is_its_first_and_only_file() -> None:
    counter, _ = told()
    whose = {
        name: value for name, value in said("91", "").model_dump().items() if name in ("identity", "account", "channel")
    }
    call = Call(
        **whose, external_id="call", occurred_at=ago(hours=1), status="completed", recording="https://api.example/r"
    )
    counter.hear(call)
    counter.copied(call, type="audio/wav")
    (stored,) = shown(counter, "call")
    assert (stored["attachment"], stored["type"]) == (0, "audio/wav")
    assert stored["url"]


def test_what_was_looked_at_is_given_where_somebody_is_to_look() -> None:
    counter, message = told(PHOTO, scanning="guardduty")
    counter.copied(message, verdict="clean")
    assert shown(counter)[0]["url"] is not None


def test_a_message_that_was_taken_back_shows_no_file() -> None:
    counter, message = told(PHOTO)
    counter.copied(message)
    counter.hear(deleted("90", at=ago(hours=1)))
    assert shown(counter) == []


def test_what_a_token_does_not_reach_shows_no_file() -> None:
    counter, message = told(PHOTO)
    counter.copied(message)
    assert len(shown(counter, scope="customers/read department/billing")) == 1
    assert shown(counter, scope="customers/read department/technical") == []


def test_an_edit_without_attachments_leaves_those_of_the_message() -> None:
    counter, message = told(PHOTO)
    counter.copied(message)
    counter.hear(edited("90", "La factura está muy mal", at=ago(hours=1)))
    assert [each["size"] for each in shown(counter)] == [48_213]


def test_an_edits_own_file_is_shown_in_place_of_the_messages() -> None:
    counter, message = told(PHOTO)
    counter.copied(message, size=1)
    edit = edited("90", "Esta es", at=ago(hours=1), attachments=(VOICE,))
    counter.hear(edit)
    assert shown(counter) == []
    counter.copied(edit, size=2)
    assert [each["size"] for each in shown(counter)] == [2]


def test_without_files_nothing_more_is_read_and_with_some_it_is_one_call() -> None:
    def calls(*attachments: Attachment) -> int:
        counter, _ = told(*attachments)
        table = counter.table
        assert isinstance(table, Rows)
        table.calls = 0
        shown(counter)
        return table.calls

    assert calls(PHOTO, VOICE) - calls() == 1


def test_no_link_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    counter, message = told(PHOTO)
    counter.copied(message)
    assert shown(counter)[0]["url"]
    assert "files.example" not in " ".join(str(vars(each)) for each in caplog.records)


def test_what_was_only_overheard_has_the_platforms_own_link_and_no_copy() -> None:
    """The worker leaves no row of it."""
    counter = Counter(Rows())
    photo = Attachment(type="photo", id="1", url="https://platform.example/1.jpg")
    counter.hear(said("90", "Hoy Teleprado", at=ago(hours=2), attachments=(photo,), overheard=True))
    path, claims = f"/customers/{customer_id(ANA)}/timeline", {"sub": "marta", "scope": "customers/read"}
    (entry,) = counter.ask(path, "", claims=claims, request=next(_requests)).json["entries"]
    assert (entry["stored"], entry["event"]["attachments"][0]["url"]) == ([], photo.url)
