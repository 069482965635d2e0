"""What each thing that SES tells means: mail that came, and what became of mail that left."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.letters.quotes import answer, unquoted
from shared.models import Author, ContactPoint, Event, Message
from shared.platforms import Handler, Unit, ignored
from shared.platforms.ses import receipts
from shared.platforms.ses.letter import Address, Letter
from shared.platforms.ses.marks import from_a_form, mailboxes, why_ignored
from shared.platforms.ses.payload import RECEIVED, TOPIC_VALIDATED, Received, mail

CHANNEL = receipts.CHANNEL

LONGEST_TEXT = 50_000
"""Characters of a message; an item of the table holds 400 KB. The whole is in the kept mail."""

_EARLIEST, _LATEST = timedelta(days=-7), timedelta(minutes=15)
"""How far a mail's `Date` may be from when SES received it, to be believed: servers try for days to hand a mail over
(RFC 5321, 4.5.4.1), and clocks of people's computers are wrong."""


def received(unit: Unit) -> list[Event]:
    """Return the message that a mail is, or why it is none.

    Raises `UnreadableDelivery` while the mail itself is not there.
    """
    told = Received.model_validate(unit.value)
    letter = Letter(mail(told, unit.context))
    reason = why_ignored(told, letter)
    if reason:
        return [ignored(unit, reason, told.mail.number)]
    account = mailboxes(told)[0]
    form = from_a_form(told, letter)
    who = form or letter.addresses("From")[0]
    is_proven = form is None and told.receipt.dmarc.status == "PASS" and letter.has_one_sender()
    text, attachments = letter.content()
    external_id = letter.message_id or told.mail.number
    return [
        Message(
            external_id=external_id,
            occurred_at=_written(letter, told.mail.at or unit.at),
            identity=f"{CHANNEL}:{account}:{who.address}",
            account=account,
            channel=CHANNEL,
            thread=letter.root or external_id,
            author=_author(who, letter, is_proven=is_proven),
            title=letter.subject,
            text=_own_words(letter, text),
            attachments=attachments,
            reply_to=letter.in_reply_to,
        )
    ]


def _author(who: Address, letter: Letter, *, is_proven: bool) -> Author:
    language = letter.header("Content-Language").partition(",")[0].strip()
    return Author(
        name=who.name or None,
        language=language if language.replace("-", "").isalnum() and language.isascii() else None,
        contacts=(ContactPoint(kind="email", value=who.address, proof="dmarc" if is_proven else None),),
    )


def _written(letter: Letter, received_at: datetime) -> datetime:
    date = letter.date
    return date if date and _EARLIEST <= date - received_at <= _LATEST else received_at


def _own_words(letter: Letter, text: str) -> str:
    """Return what somebody wrote now. Of a mail that answers nothing, and of one that is passed on, whose copy of
    another is what it is about, that is nearly all."""
    subject = (letter.subject or "").lower()
    is_answer = subject.startswith(_ANSWERS) or (letter.root and not subject.startswith(_PASSED_ON))
    return (answer(text) if is_answer else unquoted(text) or text.strip())[:LONGEST_TEXT]


_ANSWERS = ("re:", "aw:", "sv:", "rép:")
_PASSED_ON = ("fw:", "fwd:", "rv:", "wg:", "tr:", "enc:")
"""What mail programs put before the subject of what they answer and of what they pass on, in several languages."""


def _nothing(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


EVENTS: Mapping[str, Handler] = {
    RECEIVED: received,
    **receipts.EVENTS,
    "DeliveryDelay": _nothing("delayed: SES goes on trying"),
    "Click": _nothing("a click on a link: that it was opened is told by itself"),
    "Subscription": _nothing("a choice of what bulk mail somebody wants: we send none"),
    "SubscriptionConfirmation": _nothing("the topic's subscription, which the door has confirmed"),
    "UnsubscribeConfirmation": _nothing("the topic no longer brings anything: its subscription has ended"),
    "AmazonSnsSubscriptionSucceeded": _nothing("SES was told of the topic"),
    TOPIC_VALIDATED: _nothing("SES was told of the topic"),
}
