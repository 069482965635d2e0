"""By what a mail shows that no customer wrote it to us, and so that nothing is to be done about it.

RFC 3834 (automatic answers), RFC 3464 and 8098 (reports), RFC 2919 (mailing lists). What is ignored restarts no clock.
"""

from collections.abc import Callable

from shared.platforms.ses.letter import Address, Letter
from shared.platforms.ses.payload import Received

_OWN = "x-mostrador-"
"""What the headers of our own mails to departments begin with."""

_REPORTS = {
    "delivery-status": "a bounce",
    "disposition-notification": "a read receipt",
    "feedback-report": "a complaint",
}
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply")

SPAM = "spam, by SES's verdict"
VIRUS = "a virus, by SES's verdict"
BOUNCE = "a bounce"
OWN_MAIL = "a mail of our own came back"
OWN_MAILBOX = "the mailbox's own mail came back"
AUTOMATIC = "an automatic answer"
MACHINE = "made by a machine"
BULK = "sent in bulk"
LIST = "from a mailing list"
NO_SENDER = "it has no sender"


def why_ignored(told: Received, letter: Letter) -> str | None:
    """Return why a mail is nothing that a customer wrote to us, or `None` when it is."""
    return next(filter(None, (mark(told, letter) for mark in _MARKS)), None)


def from_a_form(told: Received, letter: Letter) -> Address | None:
    """Return who wrote through a form on the company's own site: it sends from the mailbox to the mailbox, and
    `Reply-To` has the one address that somebody typed there. Nowhere else is `Reply-To` taken for who wrote."""
    if _is_ours(letter) or not _is_from_mailbox(told, letter) or _by(letter) not in ("", "no", "auto-generated"):
        return None
    asked = letter.addresses("Reply-To")
    return asked[0] if len(asked) == 1 and asked[0].address not in mailboxes(told) else None


def mailboxes(told: Received) -> tuple[str, ...]:
    """Return the mailboxes of ours that a mail was for, in small letters."""
    return tuple(recipient.lower() for recipient in told.receipt.recipients)


def _verdict(told: Received, _: Letter) -> str | None:
    if told.receipt.virus.status == "FAIL":
        return VIRUS
    return SPAM if told.receipt.spam.status == "FAIL" else None


def _report(_: Received, letter: Letter) -> str | None:
    return _REPORTS.get(letter.report, "a report") if letter.kind == "multipart/report" else None


def _bounce(told: Received, letter: Letter) -> str | None:
    without_return = letter.has("Return-Path") and letter.header("Return-Path") == "<>"
    senders = [told.mail.source.lower(), *(each.address for each in letter.addresses("From"))]
    by_a_daemon = any(sender.partition("@")[0].lstrip("<") in _DAEMONS for sender in senders)
    return BOUNCE if without_return or by_a_daemon else None


def _loop(told: Received, letter: Letter) -> str | None:
    if _is_ours(letter):
        return OWN_MAIL
    return OWN_MAILBOX if _is_from_mailbox(told, letter) and not from_a_form(told, letter) else None


def _automatic(told: Received, letter: Letter) -> str | None:
    by = _by(letter)
    if any(map(letter.has, _AUTOMATIC)) or by.startswith("auto-replied") or _precedence(letter) == "auto_reply":
        return AUTOMATIC
    return MACHINE if by not in ("", "no") and not from_a_form(told, letter) else None


def _list(told: Received, letter: Letter) -> str | None:
    """A group of the company's own, through which customers write to the mailbox, is no list to us."""
    domains = tuple(f".{mailbox.rpartition('@')[2]}" for mailbox in mailboxes(told))
    name = letter.header("List-Id").rpartition("<")[2].rstrip("> ").lower()
    if name and not name.endswith(domains):
        return LIST
    return BULK if _precedence(letter) in ("bulk", "junk", "list") and not name else None


def _nobody(_: Received, letter: Letter) -> str | None:
    return None if letter.addresses("From") else NO_SENDER


_MARKS: tuple[Callable[[Received, Letter], str | None], ...] = (
    _verdict,
    _report,
    _bounce,
    _loop,
    _automatic,
    _list,
    _nobody,
)


def _is_ours(letter: Letter) -> bool:
    return any(name.startswith(_OWN) for name in letter.names())


def _is_from_mailbox(told: Received, letter: Letter) -> bool:
    return any(each.address in mailboxes(told) for each in letter.addresses("From"))


def _by(letter: Letter) -> str:
    return letter.header("Auto-Submitted").partition(";")[0].partition("(")[0].strip().lower()


def _precedence(letter: Letter) -> str:
    return letter.header("Precedence").lower()
