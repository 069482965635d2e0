"""What is kept of a file: under one name for ever, which tells nobody whose it is."""

from hypothesis import given
from hypothesis import strategies as st

from shared.media.copies import APART, KEPT, Copy, attached, files, object_name, spoken_of
from shared.models import Attachment, Call, Edit, Message, Receipt
from tests.conftest import NOW

COMMON = {"external_id": "1", "occurred_at": NOW, "identity": "counter:shop:ana", "account": "shop", "channel": "c"}


def message(*attachments: Attachment) -> Message:
    return Message.model_validate(COMMON | {"attachments": attachments})


def test_an_event_with_a_file_says_how_many_attachments_it_has() -> None:
    button, photo = Attachment(type="button", text="Sí"), Attachment(type="photo", id="p")
    link = Attachment(type="image", url="https://cdn.example/a")
    assert files(message(button, photo)) == {"files": {"N": "2"}}
    assert files(message(link)) == {"files": {"N": "1"}}


def test_an_event_without_one_says_nothing() -> None:
    assert files(message()) == files(message(Attachment(type="button", text="Sí"))) == {}
    assert files(Receipt.model_validate(COMMON | {"status": "read"})) == {}


def test_a_calls_recording_is_its_one_file() -> None:
    call = Call.model_validate(COMMON | {"status": "completed"})
    assert (attached(call), files(call)) == ((), {})
    recorded = call.model_copy(update={"recording": "https://api.example/r"})
    assert attached(recorded) == (Attachment(type="recording", url="https://api.example/r"),)
    assert files(recorded) == {"files": {"N": "1"}}


def test_the_files_of_an_edit_are_those_of_the_message_that_it_edits() -> None:
    assert spoken_of(message()) == "1"
    assert spoken_of(Edit.model_validate(COMMON | {"target": "0"})) == "0"


texts = st.text(min_size=1, max_size=40)


places = st.tuples(texts, texts, st.integers(0, 20))


@given(places, places)
def test_two_files_have_two_names_and_one_has_one(one: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    names = [object_name(KEPT, partition=pk, event_key=sk, number=number) for pk, sk, number in (one, other)]
    assert (names[0] == names[1]) is (one == other)


def test_a_name_says_nothing_of_whose_it_is() -> None:
    whose = {"partition": "identity#whatsapp:1:34600111222", "event_key": "event#2026-11-22#34600111222"}
    name = object_name(KEPT, **whose, number=3)
    assert "34600111222" not in name
    assert name.startswith(KEPT)
    assert object_name(APART, **whose, number=3) == APART + name.removeprefix(KEPT)
    assert name.isascii()
    assert len(name) < 100


def test_a_file_is_settled_when_nothing_more_will_become_of_it() -> None:
    def copy(state: str, verdict: str | None = None) -> Copy:
        return Copy.model_validate({"state": state, "at": NOW, "verdict": verdict})

    assert not copy("later").is_settled
    assert not copy("copied", "awaited").is_settled
    assert all(copy(state).is_settled for state in ("refused", "gone"))
    assert all(copy("copied", verdict).is_settled for verdict in ("not_scanned", "clean", "unscannable"))
