"""A mail as it came: whose it is, where it belongs, what it says, however broken it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.errors import UnreadableDelivery
from shared.models import Message
from tests.shared.platforms.ses.cases import AT_SES, WRITTEN, events
from tests.shared.platforms.ses.letters import mail, received


def one(raw: bytes, **receipt: Any) -> Message:
    (event,) = events(received(raw, **receipt))
    assert isinstance(event, Message), event
    return event


# -------------------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("written", "address", "name", "is_proven"),
    [
        ("Ana <ana@example.org>", "ana@example.org", "Ana", True),
        ("ana@example.org", "ana@example.org", None, True),
        ("<ANA@Example.ORG>", "ana@example.org", None, True),
        ('"Torres, Ana" <ana@example.org>', "ana@example.org", "Torres, Ana", True),
        ("=?utf-8?q?Ana=2C_evil=40example=2Enet?= <ana@example.org>", "ana@example.org", "Ana, evil@example.net", True),
        ("ana@example.org (Ana)", "ana@example.org", None, True),
        ("evil@example.net, Ana <ana@example.org>", "evil@example.net", None, False),
        ("ana@example.org <evil@example.net>", "evil@example.net", "ana@example.org", True),
        ("ana@example.org <ana@example.org>", "ana@example.org", None, True),
        ("Ana <ana@example.org> <evil@example.net>", "ana@example.org", "Ana", False),
        ("Group: ana@example.org, luis@example.org;", "ana@example.org", None, False),
    ],
)
def test_whose_a_mail_is_and_whether_that_is_proven(
    written: str, address: str, name: str | None, is_proven: bool
) -> None:
    event = one(mail(From=written))
    assert event.author is not None
    (point,) = event.author.contacts
    assert (point.value, point.proof == "dmarc") == (address, is_proven)
    assert event.identity == f"email:ayuda@example.com:{address}"
    if name:
        assert event.author.name == name


def test_two_from_headers_prove_nothing() -> None:
    raw = b"From: ana@example.org\r\nFrom: evil@example.net\r\nSubject: x\r\n\r\nHola"
    assert one(raw).author == one(raw, dmarcVerdict={"status": "FAIL"}).author


@pytest.mark.parametrize("verdict", ["FAIL", "GRAY", "PROCESSING_FAILED", "", "pass"])
def test_no_other_verdict_proves_an_address(verdict: str) -> None:
    author = one(mail(), dmarcVerdict={"status": verdict}).author
    assert author is not None
    assert [point.proof for point in author.contacts] == [None]


@pytest.mark.parametrize(
    ("headers", "thread", "reply_to"),
    [
        ({}, "<1@example.org>", None),
        ({"In_Reply_To": "<0@x>"}, "<0@x>", "<0@x>"),
        ({"In_Reply_To": "<0@x> <9@x>"}, "<0@x>", "<0@x>"),
        ({"References": "<a@x> <b@x>", "In_Reply_To": "<b@x>"}, "<a@x>", "<b@x>"),
        ({"References": "<a@x>\r\n <b@x>\r\n\t<c@x>"}, "<a@x>", None),
        ({"References": "a@x"}, "<a@x>", None),
        ({"References": "", "In_Reply_To": ""}, "<1@example.org>", None),
        ({"References": "<>", "In_Reply_To": "<<>>"}, "<1@example.org>", None),
    ],
)
def test_a_thread_is_named_by_its_first_mail(headers: dict[str, str], thread: str, reply_to: str | None) -> None:
    event = one(mail(**headers))
    assert (event.thread, event.reply_to) == (thread, reply_to)


@pytest.mark.parametrize("written", [None, "", "<>", " "])
def test_a_mail_without_an_id_of_its_own_has_that_of_ses(written: str | None) -> None:
    event = one(mail(Message_ID=written))
    assert (event.external_id, event.thread) == ("ses-1", "ses-1")


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Mon, 21 Sep 2026 12:00:00 +0200", WRITTEN),
        ("Mon, 21 Sep 2026 10:00:00 -0000", WRITTEN),
        ("21 Sep 2026 10:00 GMT", WRITTEN),
        ("Mon, 14 Sep 2026 10:00:01 +0000", AT_SES - timedelta(days=7)),
        ("Mon, 14 Sep 2026 10:00:00 +0000", AT_SES),
        ("Mon, 21 Sep 2026 10:15:01 +0000", AT_SES + timedelta(minutes=15)),
        ("Mon, 21 Sep 2026 10:15:02 +0000", AT_SES),
        ("Fri, 31 Dec 9999 23:59:59 -1400", AT_SES),
        ("yesterday", AT_SES),
        ("", AT_SES),
        (None, AT_SES),
        ("Mon, 99 Sep 2026 99:99:99 +9999", AT_SES),
    ],
)
def test_a_date_is_believed_if_it_can_be_true(date: str | None, at: datetime) -> None:
    assert one(mail(Date=date)).occurred_at == at


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (None, None),
        ("", None),
        ("Hola\r\n mundo", "Hola mundo"),
        ("=?utf-8?q?=C2=BFQu=C3=A9=3F?=", "¿Qué?"),
        ("=?utf-8?q?=C2=BFQu?= =?utf-8?q?=C3=A9=3F?=", "¿Qué?"),
        ("=?no-such-charset?q?a?=", "a"),
        ("=?utf-8?b?!!!?=", None),
        ("Garant\udceda", "Garantía"),
        ("a\0b", "ab"),
        ("x" * 5000, "x" * 998),
    ],
)
def test_subjects_as_people_read_them(written: str | None, title: str | None) -> None:
    found = one(mail(Subject=written)).title
    assert found == title or (title is None and found is not None and "\0" not in found)


# -------------------------------------------------------------------------------------------------------------- content


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (mail("Hola", Content_Type=None), "Hola"),
        (mail("Hola", Content_Type="text/plain; charset=no-such"), "Hola"),
        (mail("Hola", Content_Type="text/plain; charset=punycode"), "Hola"),
        (mail("Hola", Content_Type="text/plain; charset="), "Hola"),
        (mail("Hola", Content_Type="nonsense"), "Hola"),
        (mail("caf\udce9", Content_Type="text/plain; charset=us-ascii"), "café"),
        (mail("caf\udce9", Content_Type="text/plain; charset=utf-8"), "café"),
        (mail("a\0b"), "ab"),
        (mail("SG9sYQ==", Content_Transfer_Encoding="base64"), "Hola"),
        (mail("SG9sYQ", Content_Transfer_Encoding="base64"), "Hola"),
        (mail("Hola=", Content_Transfer_Encoding="quoted-printable"), "Hola"),
        (mail("<p>Uno<p>Dos<script>x</script>", Content_Type="text/html"), "Uno\nDos"),
        (mail("&#xD800;&eacute;", Content_Type="text/html"), "\ufffdé"),
        (mail("Hola", Content_Type="multipart/mixed"), ""),
        (mail("--b\r\n\r\nHola", Content_Type="multipart/mixed; boundary=b"), "Hola"),
        (mail("", Content_Type="text/plain"), ""),
    ],
)
def test_broken_mail_is_read_as_well_as_can_be(raw: bytes, text: str) -> None:
    assert one(raw).text == text


def test_what_nobody_writes_is_cut() -> None:
    assert len(one(mail("a b " * 30_000)).text) == 50_000


def test_a_mail_of_too_many_parts_is_read_in_part() -> None:
    parts = "--b\r\nContent-Type: image/png; name=x.png\r\n\r\nx\r\n" * 500
    assert len(one(mail(f"{parts}--b--", Content_Type="multipart/mixed; boundary=b")).attachments) == 100


def test_a_mail_that_is_too_deep_is_unreadable_and_no_crash() -> None:
    deep = "".join(
        f"Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n" for number in range(3000)
    )
    with pytest.raises(UnreadableDelivery):
        events(received(b"From: ana@example.org\r\n" + deep.encode()))
