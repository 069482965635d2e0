"""Telephone calls: how far they got, who took them, and what was left on the answering machine.

https://www.twilio.com/docs/voice/twiml#request-parameters
https://www.twilio.com/docs/voice/api/call-resource#statuscallback
https://www.twilio.com/docs/voice/twiml/dial#action
https://www.twilio.com/docs/voice/twiml/record#attributes
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

from pydantic import Field

from shared.models import Attachment, Author, Call, Direction, Event, Message
from shared.platforms import Handler, Unit, ignored
from shared.platforms.twilio import people
from shared.platforms.twilio.payload import Id, Wire

type Status = Literal["ringing", "answered", "missed", "rejected", "completed", "failed"]

STATUSES: Mapping[str, Status] = {
    "queued": "ringing",
    "initiated": "ringing",
    "ringing": "ringing",
    "in-progress": "answered",
    "answered": "answered",
    "completed": "completed",
    "busy": "rejected",
    "no-answer": "missed",
    "canceled": "missed",
    "failed": "failed",
}
"""By `CallStatus`; `canceled` is a caller who hung up before anybody took it."""

DIALLED: Mapping[str, Status] = {
    "completed": "completed",
    "answered": "completed",
    "busy": "rejected",
    "no-answer": "missed",
    "canceled": "missed",
    "failed": "failed",
}
"""By `DialCallStatus`, which comes when the dialled call has ended."""

DEVICE = "a leg to or from a device of the company's own: the customer's leg is told by itself"
NAMELESS = "a recording of which Twilio does not say whose call it was: the verb that made it does"
OF_A_TALK = "a recording of a talk: the call itself has its own events"


class _Call(Wire):
    sid: Id = Field(alias="CallSid")
    direction: Literal["inbound", "outbound", "outbound-api", "outbound-dial"] = Field(alias="Direction")
    sender: str = Field("", alias="From")
    to: str = Field("", alias="To")
    caller_name: Id | None = Field(None, alias="CallerName")
    timestamp: str = Field("", alias="Timestamp")
    duration: int | None = Field(None, alias="CallDuration")
    answered_by: str = Field("", alias="AnsweredBy")
    dialled: str = Field("", alias="DialCallSid")
    dialled_for: int | None = Field(None, alias="DialCallDuration")
    recording: Id | None = Field(None, alias="RecordingUrl")

    @property
    def by_us(self) -> bool:
        return self.direction != "inbound"

    @property
    def customer(self) -> str:
        return self.to if self.by_us else self.sender

    @property
    def company(self) -> str:
        if number := self.sender if self.by_us else self.to:
            return number
        raise ValueError("a call without a number of the company's")


class _Recorded(Wire):
    url: Id | None = Field(None, alias="RecordingUrl")
    sid: Id = Field(alias="RecordingSid")
    source: str = Field("RecordVerb", alias="RecordingSource")
    direction: Id | None = Field(None, alias="Direction")
    transcription: Id | None = Field(None, alias="TranscriptionSid")
    text: str = Field("", alias="TranscriptionText")


class _At(NamedTuple):
    occurred_at: datetime
    dated: bool


def call(unit: Unit) -> list[Event]:
    """How far a call got.

    What comes in is `in-progress` as soon as the number's TwiML begins, and `completed` when it ends, be it a menu or a
    voice that asks to wait: that a person took it, only what was dialled shows.
    """
    told = _Call.model_validate(unit.value)
    word = unit.name.partition(".")[2]
    status = STATUSES[word]
    is_taken = status in ("answered", "completed")
    by_machine = is_taken and (told.answered_by.startswith(("machine", "fax")) if told.by_us else True)
    return _call(unit, told, f"{told.sid}:{word}", status, told.duration, by_machine=by_machine)


def dial(unit: Unit) -> list[Event]:
    """Whether somebody took a call that was put through to them; a call may be put through several times."""
    told = _Call.model_validate(unit.value)
    word = unit.name.partition(".")[2]
    external_id = f"{told.sid}:dial:{told.dialled}:{word}"
    return _call(unit, told, external_id, DIALLED[word], told.dialled_for, by_machine=False)


def _call(
    unit: Unit, told: _Call, external_id: str, status: Status, duration: int | None, *, by_machine: bool
) -> list[Event]:
    if people.is_device(told.customer):
        return [ignored(unit, DEVICE)]
    direction: Direction = "outbound" if told.by_us else "inbound"
    at = _at(unit, told)
    return [
        Call(
            **people.called(told.customer, told.company, told.sid),
            external_id=external_id,
            occurred_at=at.occurred_at,
            dated=at.dated,
            author=_author(told),
            direction=direction,
            status=status,
            duration=duration,
            by_machine=by_machine,
            recording=told.recording,
        )
    ]


def _author(told: _Call) -> Author | None:
    return people.claimed(told.customer, None if told.by_us else told.caller_name)


def _at(unit: Unit, told: _Call) -> _At:
    """Return when it happened, where Twilio says so (RFC 2822, in UTC)."""
    try:
        said = parsedate_to_datetime(told.timestamp)
        return _At(said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC), dated=True)
    except (ValueError, OverflowError):
        return _At(unit.at, dated=False)


def left(unit: Unit) -> list[Event]:
    """What a caller left on the answering machine, as a message: it waits for an answer. Its words may follow."""
    recorded = _Recorded.model_validate(unit.value)
    if recorded.source != "RecordVerb":
        return [ignored(unit, OF_A_TALK)]
    if recorded.direction is None:
        return [ignored(unit, NAMELESS)]
    return _said(unit, recorded, recorded.sid)


def transcript(unit: Unit) -> list[Event]:
    """What a caller left on the answering machine, in words."""
    recorded = _Recorded.model_validate(unit.value)
    return _said(unit, recorded, recorded.transcription or recorded.sid)


def _said(unit: Unit, recorded: _Recorded, external_id: str) -> list[Event]:
    told = _Call.model_validate(unit.value)
    if people.is_device(told.customer):
        return [ignored(unit, DEVICE)]
    return [
        Message(
            **people.called(told.customer, told.company, told.sid),
            external_id=external_id,
            occurred_at=unit.at,
            dated=False,
            author=_author(told),
            text=recorded.text,
            attachments=(Attachment(type="recording", id=recorded.sid, url=recorded.url),),
        )
    ]


def _nothing(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


EVENTS: dict[str, Handler] = {
    **{f"call.{word}": call for word in STATUSES},
    **{f"dial.{word}": dial for word in DIALLED},
    "recording.completed": left,
    "recording.in-progress": _nothing("a recording that has only begun"),
    "recording.absent": _nothing("a recording in which nobody spoke"),
    "recording.failed": _nothing("a recording that failed: the call itself has its own events"),
    "transcription.completed": transcript,
    "transcription.failed": left,
    "transcription.*": _nothing("a transcript while it is made: when it is whole, it is told by itself"),
}
