"""A mail as it came, read as far as it concerns us (RFC 5322, RFC 3834)."""

from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr
from typing import NamedTuple

from shared.connectors.mail.words import own_words
from shared.letters.html import as_text

_BY_MACHINES = frozenset({"bulk", "junk", "list", "auto_reply"})
_MARKS_OF_MACHINES = ("X-Autoreply", "X-Autorespond", "List-Id")
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "no-reply", "noreply"})


class Letter(NamedTuple):
    """`sender` is the one address of the From header, in small letters, or none. `machine` is whether no person wrote
    it: an automatic answer, a bounce, a mailing list. `words` are their own, without what they quote."""

    sender: str | None
    message_id: str | None
    subject: str
    machine: bool
    attachments: int
    words: str


def read(raw: bytes) -> Letter:
    """Return a mail; one that cannot be read has no sender."""
    try:
        mail = message_from_bytes(raw, policy=default)
        return Letter(
            sender=_sender(mail),
            message_id=_header(mail, "Message-ID") or None,
            subject=_header(mail, "Subject"),
            machine=_is_by_a_machine(mail),
            attachments=sum(part.get_content_disposition() == "attachment" for part in mail.walk()),
            words=own_words(_text(mail)),
        )
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):  # what `email` raises for broken mail
        return Letter(None, None, "", machine=False, attachments=0, words="")


def _header(mail: EmailMessage, name: str) -> str:
    return " ".join(str(mail.get(name, "")).split())


def _sender(mail: EmailMessage) -> str | None:
    found = getaddresses([str(value) for value in mail.get_all("From", [])])
    addresses = {address.lower() for _, address in found if "@" in address}
    return addresses.pop() if len(addresses) == 1 and len(found) == 1 else None


def _is_by_a_machine(mail: EmailMessage) -> bool:
    returns_to = mail.get("Return-Path")
    return (
        _header(mail, "Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no")
        or _header(mail, "Precedence").lower() in _BY_MACHINES
        or any(name in mail for name in _MARKS_OF_MACHINES)
        or (returns_to is not None and not parseaddr(str(returns_to))[1])
        or mail.get_content_type() == "multipart/report"
        or (_sender(mail) or "").partition("@")[0] in _DAEMONS
    )


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    content = str(part.get_content())
    return content if part.get_content_subtype() == "plain" else as_text(content)
