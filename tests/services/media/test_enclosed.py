"""A mail's attachment: out of the mail itself or of the company's own bucket, with the checks that all files pass."""

from typing import Any

import httpx
import orjson
import pytest
from botocore.exceptions import ReadTimeoutError

from shared.media.copies import APART, KEPT, Copy
from shared.models import Delivery
from shared.store import keys
from shared.store.keys import Key
from tests.conftest import NOW, TABLE
from tests.services.media.darkroom import JPEG, MAIL, Darkroom
from tests.shared.platforms.ses.cases import SAMPLES
from tests.shared.platforms.ses.letters import mail, received

NAME = "mail/0123456789"


def nobody(_: httpx.Request) -> httpx.Response:
    raise AssertionError("nobody is asked")


def darkroom(**rest: Any) -> Darkroom:
    return Darkroom(platform=nobody, tokens={}, **rest)


def letter(body: bytes = JPEG, kind: str = "image/jpeg", name: str = "foto.jpg") -> bytes:
    parts = (
        b"--b\r\n\r\nHola\r\n--b\r\nContent-Type: %b; name=%b\r\nContent-Transfer-Encoding: binary\r\n\r\n%b\r\n--b--"
    )
    head = mail("", Content_Type="multipart/mixed; boundary=b")
    return head + parts % (kind.encode(), name.encode(), body)


def told(raw: bytes) -> Delivery:
    """Return SES's word of a mail, with the mail in it."""
    return Delivery("ses", "correo", received(raw), {}, NOW, "r")


def in_bucket(room: Darkroom, raw: bytes) -> Key:
    """Keep SES's word of a mail, and the mail in the bucket for it; return the event's key."""
    room.cloud.client("s3").put_object(Bucket=MAIL, Key=NAME, Body=raw)
    return room.expand(Delivery("ses", "correo", SAMPLES["in_the_bucket"], {}, NOW, "r"))


def developed(room: Darkroom, event: Key) -> Copy:
    room.wake()
    room.settle()
    found = room.copy(event)
    assert found is not None
    return found


def test_an_attachment_is_cut_out_of_the_mail_that_was_told() -> None:
    room = darkroom()
    copy = developed(room, room.journal(told(letter())))
    assert (copy.state, copy.type, copy.size) == ("copied", "image/jpeg", len(JPEG))
    assert room.objects() == {copy.object: JPEG}
    assert (copy.object or "").startswith(KEPT)


def test_an_attachment_is_cut_out_of_the_mail_in_the_bucket() -> None:
    room = darkroom()
    copy = developed(room, in_bucket(room, letter()))
    assert (copy.state, room.objects()) == ("copied", {copy.object: JPEG})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (letter(b"MZ" + bytes(60), "application/pdf", "factura.pdf"), "it is a program, or holds one"),
        (letter(b"Hola", "text/plain", "factura.pdf.exe"), "it is a program, or holds one"),
        (letter(b"%PDF-1.7", "image/png", "foto.png"), "it is said to be image/png, and is application/pdf"),
        (letter(b"<script>1</script>", "text/html", "a"), "it is a page or a drawing that may run scripts"),
    ],
)
def test_what_is_not_what_it_says_is_kept_apart(raw: bytes, reason: str) -> None:
    room = darkroom()
    copy = developed(room, in_bucket(room, raw))
    assert (copy.state, copy.reason) == ("refused", reason)
    assert (copy.object or "").startswith(APART)


def test_what_is_too_large_is_refused_whatever_it_says_of_its_size() -> None:
    room = darkroom(most_bytes=len(JPEG) - 1)
    copy = developed(room, in_bucket(room, letter(name="foto.jpg; size=1")))
    assert (copy.state, copy.object, room.objects()) == ("refused", None, {})
    assert copy.reason.startswith("it is larger than")
    enough = darkroom(most_bytes=len(JPEG))
    assert developed(enough, in_bucket(enough, letter())).state == "copied"


def test_a_mail_that_is_gone_has_no_files() -> None:
    room = darkroom()
    event = in_bucket(room, letter())
    room.cloud.client("s3").delete_object(Bucket=MAIL, Key=NAME)
    copy = developed(room, event)
    assert (copy.state, copy.reason) == ("gone", "ses: what it tells of is not there, or we may not read it")


def test_no_other_bucket_is_read_than_the_one_for_mail() -> None:
    room = darkroom()
    event = in_bucket(room, letter())
    room.elsewhere.places = {"ses": "another"}
    room.cloud.create_bucket("another")
    copy = developed(room, event)
    assert (copy.state, copy.reason) == ("gone", "ses: it lies in another bucket than the one that is read")


def test_what_brought_it_may_be_erased_first() -> None:
    room = darkroom()
    event = in_bucket(room, letter())
    (item,) = (each for each in room.cloud.look().items(TABLE) if each["sk"]["S"] == keys.DELIVERY)
    assert room.table.change(Key(item["pk"]["S"], item["sk"]["S"]), before=item, after=None)
    assert developed(room, event).state == "gone"


def test_a_part_that_the_mail_does_not_have_is_gone() -> None:
    room = darkroom()
    event = in_bucket(room, letter())
    room.cloud.client("s3").put_object(Bucket=MAIL, Key=NAME, Body=mail("Otra cosa"))
    copy = developed(room, event)
    assert (copy.state, copy.reason.partition(":")[0]) == (
        "gone",
        "the mail has no such part, or one that cannot be decoded",
    )


def test_when_s3_does_not_answer_it_is_tried_again() -> None:
    room = darkroom()
    event = in_bucket(room, letter())
    times = [1, 2]

    class Refuses:
        def before(self, _service: str, operation: str, *_: Any) -> None:
            if operation == "GetObject" and times:
                times.pop()
                raise ReadTimeoutError(endpoint_url="https://s3")

        def after(self, *_: Any) -> None: ...

    room.cloud.hooks.append(Refuses())
    assert (developed(room, event).state, times) == ("copied", [])


def test_each_attachment_of_a_mail_is_a_file_of_its_own_and_one_that_is_wrong_stops_no_other() -> None:
    room = darkroom()
    told_of = orjson.loads(SAMPLES["attachments"])
    event = room.journal(Delivery("ses", "correo", orjson.dumps(told_of), {}, NOW, "r"))
    room.wake()
    room.settle()
    copies = [room.copy(event, number) for number in range(3)]
    assert [each and (each.state, each.type) for each in copies] == [
        ("copied", "image/png"),
        ("copied", "application/pdf"),
        ("copied", "message/rfc822"),
    ]
