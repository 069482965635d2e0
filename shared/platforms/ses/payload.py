"""What SES tells through SNS, cut out of its envelope, as far as we read it.

- mail that came: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
- what became of mail that left: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
- the envelope: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Identifier, Instant
from shared.platforms import Unit

RECEIVED = "Received"
TOPIC_VALIDATED = "TopicValidated"

_NOTIFICATION = "Notification"
_OF_SUBSCRIPTIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
_VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."
"""What SES publishes, as plain text, when a configuration set is told of a topic."""


class Wire(BaseModel):
    """An object of SES's: it may hold more than we know."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Verdict(Wire):
    """`PASS`, `FAIL`, `GRAY` or `PROCESSING_FAILED`."""

    status: str = ""


class Action(Wire):
    """What the receipt rule did with the mail: `S3` has put it into a bucket, `SNS` sends it along."""

    type: str
    encoding: str = "UTF-8"
    bucket: str | None = Field(default=None, alias="bucketName")
    name: str | None = Field(default=None, alias="objectKey")


class Receipt(Wire):
    """`recipients` are those of the envelope that the rule is for, and so mailboxes of the company's."""

    recipients: tuple[Identifier, ...] = Field(min_length=1)
    action: Action
    spam: Verdict = Field(default=Verdict(), alias="spamVerdict")
    virus: Verdict = Field(default=Verdict(), alias="virusVerdict")
    dmarc: Verdict = Field(default=Verdict(), alias="dmarcVerdict")


class Mail(Wire):
    """A mail as SES counts it: `number` is SES's own id, `source` the sender of the envelope.

    `tags` are those with which it was sent, in configuration sets alone.
    """

    number: Identifier = Field(alias="messageId")
    source: str = ""
    source_arn: str = Field(default="", alias="sourceArn")
    at: Instant | None = Field(default=None, alias="timestamp")
    destination: tuple[str, ...] = ()
    tags: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Received(Wire):
    mail: Mail
    receipt: Receipt
    content: str | None = None


class Envelope(NamedTuple):
    """What a unit cannot be read without: the topic it came through, and the mail, where it was fetched."""

    topic: str
    content: bytes | None


def split(delivery: Delivery) -> list[Unit]:
    """Return the one thing that a message of SNS's tells, in SES's word for it.

    Raises `UnreadableDelivery` for what is no such message, and for one that holds nothing of SES's.
    """
    kind, at, topic, said = _opened(delivery)
    if kind in _OF_SUBSCRIPTIONS:
        return [Unit(kind, None, delivery.account, at)]
    if isinstance(said, str):
        if said.strip() == _VALIDATED:
            return [Unit(TOPIC_VALIDATED, None, delivery.account, at)]
        raise UnreadableDelivery("ses: the message is no JSON")
    name = said.get("notificationType") or said.get("eventType")
    if not isinstance(name, str):
        raise UnreadableDelivery("ses: the message has neither a notificationType nor an eventType")
    return [Unit(name, said, delivery.account, at, Envelope(topic, delivery.content))]


def mail(told: Received, envelope: Envelope) -> bytes:
    """Return the mail itself as it came, be it in what SES told or fetched.

    Raises `UnreadableDelivery` where it is neither.
    """
    if told.content is not None:
        as_base64 = told.receipt.action.encoding.upper() == "BASE64"
        return b64decode(told.content, validate=True) if as_base64 else told.content.encode()
    if envelope.content is None:
        raise UnreadableDelivery("the mail itself is not here, but in the bucket")
    return envelope.content


def elsewhere(delivery: Delivery) -> tuple[str, str] | None:
    """Return the bucket and the name of the mail that a delivery tells of, where a rule of SES's has put it into one.

    Raises `UnreadableDelivery` as `split` does.
    """
    kind, _, _, said = _opened(delivery)
    if kind != _NOTIFICATION or isinstance(said, str) or said.get("notificationType") != RECEIVED:
        return None
    if isinstance(said.get("content"), str):
        return None
    try:
        action = Action.model_validate(said["receipt"]["action"])
    except (LookupError, TypeError, ValueError):
        return None
    return (action.bucket, action.name) if action.bucket and action.name else None


def _opened(delivery: Delivery) -> tuple[str, datetime, str, Any]:
    """Return a message's type, instant and topic, and what it says: an object, or text that is none."""
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("ses: not JSON") from error
    kind = body.get("Type") if isinstance(body, dict) else None
    if kind not in (_NOTIFICATION, *_OF_SUBSCRIPTIONS):
        raise UnreadableDelivery("ses: no message of SNS's")
    topic, text = body.get("TopicArn"), body.get("Message")
    if not isinstance(text, str) or not isinstance(topic, str):
        raise UnreadableDelivery("ses: a message without a text or a topic")
    return kind, _published(body.get("Timestamp")) or delivery.received_at, topic, _said(text)


def _said(text: str) -> Any:
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return said if isinstance(said, dict) else text


def _published(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
