"""What holds for every mail: what the library writes is read again, and what is broken breaks nothing."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Message
from tests.shared.platforms.ses.cases import AT_SES, MEANINGS, SAMPLES, WRITTEN, events
from tests.shared.platforms.ses.letters import mail, received
from tests.shared.platforms.ses.sender import SECRETS, enclose

WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="<>\x85"), min_size=1, max_size=30
)
LINES = (
    st.lists(WORDS, min_size=1, max_size=8).map("\n".join).filter(lambda text: not text.startswith((">", "|", "--")))
)
ATOMS = st.from_regex(r"[a-z0-9]{1,12}(\.[a-z0-9]{1,12})?", fullmatch=True)
CHARSETS = st.sampled_from(["utf-8", "iso-8859-15", "koi8-r", "shift_jis"])


def thread_of(number: int, *, references: list[int], answers: int | None) -> str:
    more: dict[str, Any] = {"References": " ".join(f"<{each}@x>" for each in references) or None}
    more |= {"In_Reply_To": None if answers is None else f"<{answers}@x>"}
    (event,) = events(received(mail(Message_ID=f"<{number}@x>", **more)))
    assert isinstance(event, Message)
    return event.thread


@settings(max_examples=50, deadline=None)
@given(chain=st.lists(st.sampled_from(["both", "answers alone"]), max_size=6), order=st.randoms())
def test_a_chain_of_mails_is_one_thread_until_a_program_forgets_what_was_before(
    chain: list[str], order: Random
) -> None:
    """References are built as RFC 5322, 3.6.4, says: the answered mail's, or its In-Reply-To, and its own id."""
    written: list[tuple[list[int], int | None]] = [([], None)]
    expected = [0]
    for number, kind in enumerate(chain, start=1):
        before, answered = written[-1]
        known = before or ([answered] if answered is not None else [])
        references = [*known, number - 1] if kind == "both" else []
        written.append((references, number - 1))
        expected.append(references[0] if references else number - 1)
    numbers = list(range(len(written)))
    order.shuffle(numbers)
    threads = {n: thread_of(n, references=written[n][0], answers=written[n][1]) for n in numbers}
    assert [threads[n] for n in sorted(threads)] == [f"<{each}@x>" for each in expected]
    if "answers alone" not in chain[1:]:
        assert set(threads.values()) == {"<0@x>"}


@settings(max_examples=150, deadline=None)
@given(
    text=LINES, title=WORDS, name=WORDS, local=ATOMS, domain=ATOMS, charset=CHARSETS, files=st.lists(WORDS, max_size=3)
)
def test_a_mail_is_read_as_it_was_written(
    text: str, title: str, name: str, local: str, domain: str, charset: str, files: list[str]
) -> None:
    written = EmailMessage(policy=SMTP)
    written["From"] = Address(name, local, f"{domain}.example")
    written["Subject"] = title
    written["Date"] = format_datetime(WRITTEN)
    written["Message-ID"] = f"<{local}@{domain}.example>"
    try:
        written.set_content(text, charset=charset)
    except UnicodeEncodeError:
        written.set_content(text)
    for file in files:
        written.add_attachment(b"\x00\xff", "application", "octet-stream", filename=file)
    (event,) = events(received(written.as_bytes()))
    assert isinstance(event, Message)
    assert event.author is not None
    assert [line.strip() for line in event.text.split("\n")] == [line.strip() for line in text.strip().split("\n")]
    assert event.title == " ".join(title.split())
    # The library puts a space between the words that it breaks a long name into.
    assert "".join((event.author.name or "").split()) == "".join(name.split())
    assert event.identity == f"email:ayuda@example.com:{local}@{domain}.example"
    assert (event.occurred_at, event.external_id) == (WRITTEN, f"<{local}@{domain}.example>")
    assert [attachment.name for attachment in event.attachments] == files


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_whatever_bytes_come_as_a_mail_they_are_a_message_or_ignored(raw: bytes) -> None:
    (event,) = events(received(raw))
    assert event.kind in ("message", "ignored")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(MEANINGS)), st.randoms(use_true_random=False))
def test_a_broken_mail_is_never_a_crash(name: str, chance: Random) -> None:
    raw = bytearray(mail("Hola", References="<a@x> <b@x>", Date="Mon, 21 Sep 2026 12:00:00 +0200") + SAMPLES[name])
    for _ in range(chance.randrange(1, 20)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    try:
        found = events(received(bytes(raw)))
    except UnreadableDelivery:
        return
    assert len(found) == 1
    assert found[0].external_id


@given(st.datetimes().map(lambda at: at.replace(tzinfo=AT_SES.tzinfo)))
def test_no_date_moves_a_mail_by_more_than_can_be_true(written: object) -> None:
    (event,) = events(received(mail(Date=format_datetime(written))))  # type: ignore[arg-type]
    assert -7 * 86_400 <= (event.occurred_at - AT_SES).total_seconds() <= 15 * 60


@pytest.mark.parametrize("name", MEANINGS)
def test_what_is_signed_again_means_the_same(name: str) -> None:
    again = enclose(SAMPLES[name], SECRETS[0], AT_SES)
    assert [event.model_copy(update={"occurred_at": AT_SES}) for event in events(again)] == [
        event.model_copy(update={"occurred_at": AT_SES}) for event in MEANINGS[name]
    ]
    assert enclose(again, SECRETS[0], AT_SES) == again
