"""What became of a mail of ours, as SES tells it: for each person to whom it went, if it is a reply of ours.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Literal

from pydantic import Field

from shared.models import Event, Instant, Receipt
from shared.platforms import Handler, Unit, ignored
from shared.platforms.ses.payload import Envelope, Mail, Wire
from shared.platforms.ses.regions import message_id

TAG = "reply_id"
CHANNEL = "email"

NOT_OURS = "about a mail that is no reply of ours"
TRANSIENT = "a transient bounce: mostly an automatic answer, or a mailbox that is away"
UNDETERMINED = "a bounce of which SES cannot tell the kind"

type Status = Literal["sent", "delivered", "read", "failed"]


class Recipient(Wire):
    address: str = Field(default="", alias="emailAddress")


class Happening(Wire):
    """What is told of a delivery, an opening, a bounce or a complaint."""

    at: Instant | None = Field(default=None, alias="timestamp")
    recipients: tuple[str, ...] = ()
    kind: str = Field(default="", alias="bounceType")
    which: str = Field(default="", alias="bounceSubType")
    bounced: tuple[Recipient, ...] = Field(default=(), alias="bouncedRecipients")
    complained: tuple[Recipient, ...] = Field(default=(), alias="complainedRecipients")
    complaint: str | None = Field(default=None, alias="complaintSubType")


_BOUNCES: Mapping[str, str] = {
    "NoEmail": "there is no such mailbox",
    "Suppressed": "SES no longer sends to this address, which has bounced before",
    "OnAccountSuppressionList": "the address is on the account's suppression list",
    "MailboxFull": "the mailbox is full",
    "MessageTooLarge": "the mail is too large for the recipient",
    "ContentRejected": "the recipient's provider refuses what is in it",
    "AttachmentRejected": "the recipient's provider refuses an attachment",
}
"""Sentences by `bounceSubType` (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types).
Those of transient bounces are among them: SES tells of one only when it does not try again."""


def send(unit: Unit) -> list[Event]:
    mail = _mail(unit)
    return _receipts(unit, mail, "sent", mail.destination, mail.at)


def delivery(unit: Unit) -> list[Event]:
    """The recipient's server has taken it, and may yet send it back: that bounce is told after this.

    https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
    """
    told = _happening(unit, "delivery")
    return _receipts(unit, _mail(unit), "sent", told.recipients, told.at)


def opened(unit: Unit) -> list[Event]:
    """Nobody says which of several opened it; our replies go to one."""
    mail = _mail(unit)
    return _receipts(unit, mail, "read", mail.destination, _happening(unit, "open").at)


def bounce(unit: Unit) -> list[Event]:
    told = _happening(unit, "bounce")
    if told.kind != "Permanent" and told.which not in _BOUNCES:
        return [ignored(unit, TRANSIENT if told.kind == "Transient" else UNDETERMINED)]
    error = _BOUNCES.get(told.which, "the recipient's provider refuses mail for this address")
    return _receipts(unit, _mail(unit), "failed", _addresses(told.bounced), told.at, error)


def complaint(unit: Unit) -> list[Event]:
    """Whoever calls a mail spam has it; but SES also tells so of what it did not send, since they once did.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Complaint.html
    """
    told = _happening(unit, "complaint")
    to, unsent = _addresses(told.complained), _BOUNCES.get(told.complaint or "")
    if unsent:
        return _receipts(unit, _mail(unit), "failed", to, told.at, unsent)
    error = "the recipient says that it is spam: write to them no more unless they write again"
    return _receipts(unit, _mail(unit), "delivered", to, told.at, error)


def reject(unit: Unit) -> list[Event]:
    mail = _mail(unit)
    return _receipts(unit, mail, "failed", mail.destination, mail.at, "SES found a virus in it, and did not send it")


def rendering_failure(unit: Unit) -> list[Event]:
    mail = _mail(unit)
    return _receipts(unit, mail, "failed", mail.destination, mail.at, "SES could not make the mail out of its template")


EVENTS: Mapping[str, Handler] = {
    "Send": send,
    "Delivery": delivery,
    "Open": opened,
    "Bounce": bounce,
    "Complaint": complaint,
    "Reject": reject,
    "Rendering Failure": rendering_failure,
}


def _mail(unit: Unit) -> Mail:
    return Mail.model_validate(unit.value.get("mail"))


def _happening(unit: Unit, name: str) -> Happening:
    return Happening.model_validate(unit.value.get(name))


def _addresses(recipients: Iterable[Recipient]) -> list[str]:
    return [each.address for each in recipients]


def _receipts(
    unit: Unit, mail: Mail, status: Status, to: Iterable[str], at: datetime | None, error: str | None = None
) -> list[Event]:
    (reply_id, *_), account = mail.tags.get(TAG) or ("",), parseaddr(mail.source)[1].lower()
    if not reply_id or not account:
        return [ignored(unit, NOT_OURS)]
    target = message_id(mail.number, _region(unit, mail))
    people = dict.fromkeys(parseaddr(each)[1].lower() for each in to)
    return [
        Receipt(
            external_id=f"{target}:{unit.name}:{person}",
            occurred_at=at or unit.at,
            identity=f"{CHANNEL}:{account}:{person}",
            account=account,
            channel=CHANNEL,
            target=target,
            status=status,
            error=error,
            reply_id=reply_id,
        )
        for person in people
        if person
    ]


def _region(unit: Unit, mail: Mail) -> str:
    """Return the region that the mail left from: that of the sender's identity, or that of the topic."""
    envelope: Envelope = unit.context
    arn = mail.source_arn if mail.source_arn.count(":") > 3 else envelope.topic
    return arn.split(":")[3] if arn.count(":") > 3 else ""
