"""A reply as a mail: plain text that stands in the customer's own thread.

RFC 5322 (3.6.4 for what it answers), RFC 2047 (what is not ASCII in headers), RFC 3834 (answers that no person wrote).
The headers are written here, and not by `email.message`, which reads a value first, and so decodes whatever a customer
has put into a subject that looks like an encoded word.
"""

import re
import unicodedata
from collections.abc import Iterator
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr

from shared.replying import Draft, Place

_END = "\r\n"
_LINE = 76
_LONGEST_TITLE = 400

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,255}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_ANSWER = re.compile(
    r"\A(?:(?:re|aw|antw|sv|vs|rép|res|odp|ynt|回复|答复|返信)\.? ?(?:\[\d{1,3}\]|\(\d{1,3}\))? ?[:\uff1a] ?)+",
    re.IGNORECASE,
)
"""What mail programs put before the subject of what they answer, in their languages, as often as it stands there."""


def is_address(text: str) -> bool:
    """Return whether a text is a mail address that SES sends to: of ASCII
    (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html), and without quotation marks."""
    return _ADDRESS.fullmatch(text) is not None


def subject(title: str | None) -> str:
    """Return the subject of an answer to a mail of that subject: with one `Re:`, whatever stood before it."""
    own = _ANSWER.sub("", _one_line(title or ""))
    return f"Re: {own[:_LONGEST_TITLE]}".strip()


def compose(place: Place, draft: Draft, *, to: str, company: str = "") -> bytes:
    """Return the mail, from the account to an address, with `company` as the sender's name if there is one.

    `Message-ID` and `Date` are left out: SES sets its own.
    """
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(draft.text)
    return "".join(_headers(place, draft, to, company)).encode("ascii") + body.as_bytes()


def _headers(place: Place, draft: Draft, to: str, company: str) -> Iterator[str]:
    yield _field("From", _sender(place.account, _one_line(company)))
    yield _field("To", to)
    yield _field("Subject", _encoded("Subject", subject(place.title)))
    answered = _message_ids(place.reply_to)
    if answered:
        yield _field("In-Reply-To", *answered)
    if thread := _message_ids(place.thread, place.reply_to):
        yield _field("References", *thread)
    if not draft.by_a_person:
        yield _field("Auto-Submitted", "auto-replied")


def _field(name: str, *values: str) -> str:
    return f"{name}: {f'{_END} '.join(values)}{_END}"


def _sender(account: str, company: str) -> str:
    if company.isascii():
        return formataddr((company, account))
    return f"{_encoded('From', company)}{_END} <{account}>"


def _encoded(name: str, value: str) -> str:
    """Return a header's text as it is sent, folded; as it is where all that read mail take it for what it is."""
    is_plain = value.isascii() and "=?" not in value and len(f"{name}: {value}") <= _LINE
    return value if is_plain else Header(value, "utf-8", _LINE, name).encode(linesep=_END)


def _message_ids(*ids: str | None) -> list[str]:
    """Return those that are ids of mails, each once; what stands for a mail that had none is not."""
    return [each for each in dict.fromkeys(ids) if each and _MESSAGE_ID.fullmatch(each)]


def _one_line(text: str) -> str:
    """Return a text without anything that could end a header's line."""
    known = unicodedata.normalize("NFC", text)
    return " ".join("".join(" " if unicodedata.category(each) in _ENDS else each for each in known).split())


_ENDS = frozenset({"Cc", "Zl", "Zp"})
