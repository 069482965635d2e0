"""Text messages and WhatsApp: what customers write, and what became of what was written to them.

https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import AliasChoices, Field

from shared.ids import returned_reply_id
from shared.models import Attachment, Author, Event, Message, ProfileChange, Receipt
from shared.platforms import Handler, Unit, ignored
from shared.platforms.twilio import people
from shared.platforms.twilio.payload import Context, Id, Wire

OUR_ID = "reply"
"""The parameter of a status callback's URL that has our own id of the message."""

type Status = Literal["sent", "delivered", "read", "failed"]

FILES_UNTOLD = "a message with files of which Event Streams do not say where they are: the number itself does"

_MEDIA_URL = re.compile(r"MediaUrl([0-9]{1,3})")
_A_NUMBER = re.compile("0*[1-9][0-9]*")


class _Parties(Wire):
    sid: Id = Field(validation_alias=AliasChoices("MessageSid", "SmsMessageSid", "SmsSid"))
    sender: Id | None = Field(None, alias="From")
    to: Id | None = Field(None, alias="To")
    service: Id | None = Field(None, alias="MessagingServiceSid")


class _Received(_Parties):
    sender: Id = Field(alias="From")
    body: str = Field("", alias="Body")
    kind: Id | None = Field(None, alias="MessageType")
    answers: Id | None = Field(None, alias="OriginalRepliedMessageSid")
    opt_out: Id | None = Field(None, alias="OptOutType")
    name: Id | None = Field(None, alias="ProfileName")
    username: Id | None = Field(None, alias="ProfileUsername")
    wa_id: Id | None = Field(None, alias="WaId")
    user_id: Id | None = Field(None, alias="ExternalUserId")
    parent_user_id: Id | None = Field(None, alias="ParentExternalUserId")
    button: str | None = Field(None, alias="ButtonText")
    button_id: Id | None = Field(None, alias="ButtonPayload")
    choice: str | None = Field(None, alias="ListTitle")
    choice_id: Id | None = Field(None, alias="ListId")
    latitude: Id | None = Field(None, alias="Latitude")
    longitude: Id | None = Field(None, alias="Longitude")
    label: str | None = Field(None, alias="Label")
    street: str | None = Field(None, alias="Address")
    ad: Id | None = Field(None, alias="ReferralSourceId")
    ad_url: Id | None = Field(None, alias="ReferralSourceUrl")
    ad_text: Id | None = Field(None, validation_alias=AliasChoices("ReferralHeadline", "ReferralBody"))


class _Delivery(_Parties):
    sender: Id | None = Field(None, alias="From")
    to: Id = Field(alias="To")
    code: Id | None = Field(None, alias="ErrorCode")
    why: Id | None = Field(None, alias="ErrorMessage")


def received(unit: Unit) -> list[Event]:
    """What somebody wrote. Of a keyword by which they opt out or in, only that they did: Twilio has answered it."""
    said, context = _Received.model_validate(unit.value), _context(unit)
    if context.is_streamed and _A_NUMBER.fullmatch(unit.value.get("NumMedia", "")):
        # under the same key it would keep out the one that says where the files are
        return [ignored(unit, FILES_UNTOLD)]
    whose = people.written_to(said.sender, _company(said.to, said))
    author = _author(said, whose["channel"])
    if said.opt_out in ("STOP", "START"):
        return [
            ProfileChange(
                **whose,
                external_id=f"{said.sid}:opt_in",
                occurred_at=unit.at,
                dated=False,
                author=author,
                field="opt_in",
                current=said.opt_out,
            )
        ]
    text = said.body or said.button or said.choice or ""
    attachments = tuple(_attachments(said, unit.value))
    if not text and not attachments:
        # There was something, and Twilio does not say what. Somebody has to look.
        attachments = (Attachment(type="unsupported", name=said.kind),)
    return [
        Message(
            **whose,
            external_id=said.sid,
            occurred_at=unit.at,
            dated=False,
            author=author,
            text=text,
            attachments=attachments,
            reply_to=said.answers,
        )
    ]


def _company(number: str | None, parties: _Parties) -> str:
    """Return the company's end: its number, or the service that has several and has not chosen yet."""
    if found := number or parties.service:
        return found
    raise ValueError("neither a number of the company's nor a messaging service")


def _author(said: _Received, channel: str) -> Author | None:
    if channel == "sms":
        return people.claimed(said.sender, said.name)
    return people.attested(
        people.address(said.sender),
        wa_id=said.wa_id,
        name=said.name,
        username=said.username,
        ids=[each for each in (said.user_id, said.parent_user_id) if each],
    )


def _attachments(said: _Received, form: Mapping[str, Any]) -> Iterator[Attachment]:
    # Counted by what is there: NumMedia is one more thing that could be wrong.
    for number in sorted((found[1] for found in map(_MEDIA_URL.fullmatch, form) if found), key=int):
        kind = form.get(f"MediaContentType{number}") or "media"
        mime_type = kind if "/" in kind else None
        yield Attachment(type=kind.partition("/")[0], url=form[f"MediaUrl{number}"] or None, mime_type=mime_type)
    if said.button and said.button_id:
        yield Attachment(type="button", id=said.button_id)
    if said.choice_id:
        yield Attachment(type="list", id=said.choice_id)
    if said.latitude and said.longitude:
        text = ", ".join(part for part in (said.label, said.street) if part)
        yield Attachment(type="location", url=f"geo:{said.latitude},{said.longitude}", text=text or None)  # RFC 5870
    if said.ad:
        yield Attachment(type="referral", id=said.ad, url=said.ad_url, text=said.ad_text)


RECEIPTS: Mapping[str, Status] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}


def receipt(unit: Unit) -> list[Event]:
    """What became of a message. By Event Streams it has a key of its own: it never has our id of the message, and may
    come before what has it."""
    told, context = _Delivery.model_validate(unit.value), _context(unit)
    word = unit.name.partition(".")[2]
    status = RECEIPTS[word]
    return [
        Receipt(
            **people.written_to(told.to, _company(told.sender, told)),
            external_id=f"{told.sid}:{word}:stream" if context.is_streamed else f"{told.sid}:{word}",
            occurred_at=unit.at,
            dated=False,
            target=told.sid,
            status=status,
            error=_error(told) if status == "failed" else None,
            reply_id=returned_reply_id(context.reply),
        )
    ]


def _context(unit: Unit) -> Context:
    context: Context = unit.context
    return context


def _error(told: _Delivery) -> str | None:
    if not told.code:
        return told.why
    return f"Twilio {told.code}: {told.why}" if told.why else f"Twilio {told.code}"


def _nothing(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


_ON_ITS_WAY = _nothing("on its way: Twilio tells when it was sent")

EVENTS: dict[str, Handler] = {
    "message.received": received,
    "message.receiving": received,
    **{f"message.{word}": receipt for word in RECEIPTS},
    **{f"message.{word}": _ON_ITS_WAY for word in ("accepted", "scheduled", "queued", "sending")},
    "message.canceled": _nothing("taken back before it was sent"),
}
