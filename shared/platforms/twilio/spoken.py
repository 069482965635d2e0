"""What is said in telephone calls: on an answering machine, in a talk that is recorded, and in words while it is said.

https://www.twilio.com/docs/voice/twiml/record#attributes
https://www.twilio.com/docs/voice/twiml/recording
https://www.twilio.com/docs/voice/twiml/transcription

Of recordings and of words as they are said, Twilio names the call and not who calls whom. The URL that it is told to
call may say that: it is signed with the rest.
"""

from collections.abc import Mapping
from typing import Literal

import orjson
from pydantic import Field

from shared.models import Attachment, Event, Message
from shared.platforms import Handler, Unit, ignored
from shared.platforms.twilio import calls, people, streams
from shared.platforms.twilio.calls import At, Told
from shared.platforms.twilio.payload import Id, Wire

SPEAKERS: Mapping[str, Literal["customer", "company"]] = {"inbound_track": "customer", "outbound_track": "company"}
"""By `Track`: what Twilio hears on a call, whoever began it, and what it lets be heard there, be it a person or a
voice of its own."""

NAMELESS = "what was heard in a call, and nobody says whose: the URL can"
OF_A_CONFERENCE = "a recording of a conference, which is of no one call"
BEING_SAID = "words that may yet be understood otherwise: they are told once more when they are final"
NO_WORDS = "a transcript without a word"


class _Recorded(Wire):
    url: Id | None = Field(None, alias="RecordingUrl")
    sid: Id = Field(alias="RecordingSid")
    source: str = Field("RecordVerb", alias="RecordingSource")
    started: str = Field("", alias="RecordingStartTime")
    conference: str = Field("", alias="ConferenceSid")
    transcription: Id | None = Field(None, alias="TranscriptionSid")
    text: str = Field("", alias="TranscriptionText")


class _Words(Wire):
    sid: Id = Field(alias="TranscriptionSid")
    number: Id = Field(alias="SequenceId")
    track: str = Field(alias="Track")
    timestamp: str = Field("", alias="Timestamp")
    data: str = Field(alias="TranscriptionData")


def recording(unit: Unit) -> list[Event]:
    """What a caller left on the answering machine, as a message, which waits for an answer, and its words may follow;
    or where a talk can be heard, as a part of its call."""
    recorded = _Recorded.model_validate(unit.value)
    if recorded.conference:
        return [ignored(unit, OF_A_CONFERENCE)]
    if (told := _told(unit)) is None:
        return [ignored(unit, NAMELESS)]
    if recorded.source == "RecordVerb":
        return _left(unit, told, recorded, recorded.sid)
    name, at = f"{told.sid}:recording:{recorded.sid}", calls.dated(unit, recorded.started)
    # That there was something to record says nothing of whether anybody took the call.
    return calls.made(unit, told, name, at=at, status="completed", by_machine=True)


def transcript(unit: Unit) -> list[Event]:
    """What a caller left on the answering machine, in words."""
    recorded = _Recorded.model_validate(unit.value)
    told = Told.model_validate(unit.value)
    return _left(unit, told, recorded, recorded.transcription or recorded.sid)


def words(unit: Unit) -> list[Event]:
    """What somebody says in a call, as a part of it: each utterance by itself, once it is final."""
    if unit.value.get("Final") != "true":
        return [ignored(unit, BEING_SAID)]
    if (told := _told(unit)) is None:
        return [ignored(unit, NAMELESS)]
    said = _Words.model_validate(unit.value)
    text = orjson.loads(said.data)["transcript"].replace("\0", "").strip()
    if not text:
        return [ignored(unit, NO_WORDS)]
    at = streams.instant(said.timestamp)
    return calls.made(
        unit,
        told,
        f"{told.sid}:said:{said.sid}:{said.number}",
        at=At(at, dated=True) if at else At(unit.at, dated=False),
        status="answered",
        by_machine=True,
        transcript=text,
        speaker=SPEAKERS[said.track],
    )


def _told(unit: Unit) -> Told | None:
    """Return whose call it is that something was heard in, by the request or else by its URL."""
    said = {**unit.context.whose, **unit.value}
    return Told.model_validate(said) if said.get("Direction") and said.get("CallSid") else None


def _left(unit: Unit, told: Told, recorded: _Recorded, external_id: str) -> list[Event]:
    if people.is_device(told.customer):
        return [ignored(unit, calls.DEVICE)]
    return [
        Message(
            **people.called(told.customer, told.company, told.sid),
            external_id=external_id,
            occurred_at=unit.at,
            dated=False,
            author=calls.author(told),
            text=recorded.text,
            attachments=(Attachment(type="recording", id=recorded.sid, url=recorded.url),),
        )
    ]


def _nothing(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


EVENTS: dict[str, Handler] = {
    "recording.completed": recording,
    "recording.in-progress": _nothing("a recording that has only begun"),
    "recording.absent": _nothing("a recording in which nobody spoke"),
    "recording.failed": _nothing("a recording that failed: the call itself has its own events"),
    "transcription.completed": transcript,
    "transcription.failed": recording,
    "transcription.transcription-content": words,
    "transcription.*": _nothing("that a transcript is being made: what is said in it is told by itself"),
}
