"""What is attached to a mail, cut out of it: the bytes that were attached, and nothing of what only says so."""

from base64 import b64encode
from email.message import EmailMessage
from email.policy import SMTP
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.media.places import Enclosed, Gone
from shared.models import Message
from tests.shared.media.asking import files, located, port_of, wanted
from tests.shared.platforms.ses.cases import SAMPLES, delivered, events
from tests.shared.platforms.ses.letters import mail, received

MIXED = "multipart/mixed; boundary=b"


def cut(body: bytes, part: str) -> bytes | Gone:
    port = port_of("ses")
    assert port.cut is not None
    return port.cut(delivered(body), part)


def attached(content: str, headers: str = "Content-Type: application/octet-stream") -> bytes:
    """Return SES's word of a mail to which one thing is attached, as its second part."""
    parts = f"--b\r\n\r\nHola\r\n--b\r\n{headers}\r\n\r\n{content}\r\n--b--\r\n"
    return received(mail(parts, Content_Type=MIXED))


@pytest.mark.parametrize(
    "number",
    ["", "0", "1", "4.1", "5", "-1", "2.1", "1.2.2.1", "1.2.2.", ".2", "2 ", "\u0662", "02", "2\n", "9" * 5000],
)
def test_a_part_that_is_not_there_is_none(number: str) -> None:
    assert isinstance(cut(SAMPLES["attachments"], number), Gone)


def test_each_attachment_is_found_again_by_its_number() -> None:
    found = files("ses", events(SAMPLES["attachments"]))
    places = [located("ses", each)[0] for each in found]
    assert places == [Enclosed("1.2.2"), Enclosed("2"), Enclosed("3")]
    image, document, inner = (cut(SAMPLES["attachments"], each.part) for each in places if isinstance(each, Enclosed))
    assert image == b"\x89PNG\r\n\x1a\n"
    assert document == b"%PDF-1.7\n"
    assert inner == b"Subject: Su pedido\r\nFrom: ayuda@example.com\r\n\r\nEn camino."


def test_a_mail_that_is_nothing_but_a_file_has_it_as_its_first_part() -> None:
    (image,) = files("ses", events(SAMPLES["no_text"]))
    assert located("ses", image) == (Enclosed("1"), [])
    assert isinstance(cut(SAMPLES["no_text"], "1"), bytes)
    assert isinstance(cut(SAMPLES["no_text"], "2"), Gone)


def test_what_has_no_number_is_no_file() -> None:
    assert not port_of("ses").has(wanted("email", type="inline", url="https://thief.example/a"))


@pytest.mark.parametrize(
    ("headers", "content", "file"),
    [
        ("Content-Transfer-Encoding: base64", "SG9s\r\n YQ==", b"Hola"),
        ("Content-Transfer-Encoding: BASE64", "SG9sYQ", b"Hola"),
        ("Content-Transfer-Encoding: quoted-printable", "caf=E9=\r\n!", b"caf\xe9!"),
        ("Content-Transfer-Encoding: 8bit", "caf\udce9", b"caf\xe9"),
        ("Content-Transfer-Encoding: no-such", "Hola", b"Hola"),
        ("Content-Type: text/plain; charset=punycode", "caf\udce9", b"caf\xe9"),
        ("Content-Type: text/csv; charset=utf-16\r\nContent-Transfer-Encoding: base64", "//5h", b"\xff\xfea"),
        ("Content-Disposition: attachment; filename=a.bin; size=99999999999", "Hola", b"Hola"),
        ("Content-Type: multipart/mixed", "--c\r\nHola", b"--c\r\nHola\r\n"),
        ("Content-Length: 1", "Hola", b"Hola"),
        ("X-Nothing: said", "", b""),
    ],
)
def test_it_is_decoded_and_no_more_than_that(headers: str, content: str, file: bytes) -> None:
    assert cut(attached(content, headers), "2") == file


def test_a_mail_that_is_attached_is_the_mail_as_it_came() -> None:
    lines = [
        *("Received: from a", "\tby b;", "  Mon, 21 Sep 2026 12:00:00 +0200", "Subject: " + "Garant\udceda " * 30),
        *("From: =?utf-8?q?=C3=81ngela?= <angela@example.org>", "Broken: =?x?q?"),
        *("Content-Type: multipart/mixed; boundary=c", "", "preamble", "--c", "", "caf\udce9"),
        *("--c", "Content-Transfer-Encoding: base64", "", "SG9sYQ==", "--c--", ""),
    ]
    inner = "\r\n".join(lines)
    assert cut(attached(inner, "Content-Type: message/rfc822"), "2") == inner.encode("utf-8", "surrogateescape")


# -------------------------------------------------------------------------------------------------------------- hostile


def nested(depth: int) -> str:
    opened = (f"Content-Type: multipart/mixed; boundary=c{each}\r\n\r\n--c{each}\r\n" for each in range(depth))
    return f"{''.join(opened)}\r\nHola"


def test_a_mail_too_deep_for_the_library_is_no_crash() -> None:
    assert isinstance(cut(received(b"From: ana@example.org\r\n" + nested(3000).encode()), "1"), Gone)


@pytest.mark.parametrize(("depth", "is_had"), [(15, True), (25, False), (200, False)])
def test_a_mail_is_not_attached_with_more_in_one_another_than_people_send(depth: int, is_had: bool) -> None:
    found = cut(attached(nested(depth), "Content-Type: message/rfc822"), "2")
    assert isinstance(found, bytes) is is_had


def test_thousands_of_parts_take_no_longer_than_to_read_them() -> None:
    parts = "".join(f"--b\r\nContent-Type: image/png; name=x.png\r\n\r\n{each}\r\n" for each in range(1500))
    body = received(mail(f"{parts}--b--", Content_Type=MIXED))
    (event,) = events(body)
    assert isinstance(event, Message)
    assert [each.id for each in event.attachments] == [str(each) for each in range(1, 101)]
    start = process_time()
    assert cut(body, "100") == b"99"
    assert process_time() - start < 5


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.sampled_from(["base64", "quoted-printable"]))
def test_what_was_attached_is_what_is_cut_out(attachments: list[bytes], encoding: str) -> None:
    written = EmailMessage(policy=SMTP)
    written["From"] = "ana@example.org"
    written.set_content("Adjunto")
    for each in attachments:
        written.add_attachment(each, "application", "octet-stream", filename="a.bin", cte=encoding)
    body = received(written.as_bytes())
    (event,) = events(body)
    assert isinstance(event, Message)
    assert [cut(body, each.id or "") for each in event.attachments] == attachments


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=1000), st.from_regex(r"[0-9]?(\.[0-9])?", fullmatch=True))
def test_whatever_comes_as_a_mail_something_is_cut_out_or_nothing(raw: bytes, number: str) -> None:
    kinds = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n"
    for each in (raw, kinds + raw, kinds + b"Content-Transfer-Encoding: " + b64encode(raw) + raw):
        assert isinstance(cut(received(each), number), bytes | Gone)
