"""Telephone calls: how far they got, who took them, and how long they stood in a queue.

https://www.twilio.com/docs/voice/twiml#request-parameters
https://www.twilio.com/docs/voice/api/call-resource#statuscallback
https://www.twilio.com/docs/voice/twiml/dial#action
https://www.twilio.com/docs/voice/twiml/enqueue#attributes-action-parameters
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

from pydantic import Field

from shared.models import Author, Call, Direction, Event
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

QUEUED: Mapping[str, tuple[Status, bool]] = {
    "bridged": ("completed", False),
    "redirected-from-bridged": ("answered", False),
    "bridging-in-process": ("answered", True),
    "redirected": ("answered", True),
    "hangup": ("missed", False),
    "leave": ("missed", False),
    "queue-full": ("missed", False),
    "error": ("missed", False),
    "system-error": ("missed", False),
}
"""By `QueueResult`, the status, and whether all that has the call is still a machine: who is redirected goes on
elsewhere. Whoever leaves the queue does not, since Twilio asks us what comes next and our answer is nothing."""

DEVICE = "a leg to or from a device of the company's own: the customer's leg is told by itself"


class Told(Wire):
    """What a request says of the call that it is about."""

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
    queue: str = Field("", alias="QueueSid")
    queued_for: int | None = Field(None, alias="QueueTime")
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


class At(NamedTuple):
    """When something happened, and whether Twilio says so."""

    occurred_at: datetime
    dated: bool


def call(unit: Unit) -> list[Event]:
    """How far a call got.

    What comes in is `in-progress` as soon as the number's TwiML begins, and `completed` when it ends, be it a menu or a
    voice that asks to wait: that a person took it, only what was dialled shows.
    """
    told = Told.model_validate(unit.value)
    word = unit.name.partition(".")[2]
    status = STATUSES[word]
    is_taken = status in ("answered", "completed")
    by_machine = is_taken and (told.answered_by.startswith(("machine", "fax")) if told.by_us else True)
    return made(unit, told, f"{told.sid}:{word}", status=status, duration=told.duration, by_machine=by_machine)


def dial(unit: Unit) -> list[Event]:
    """Whether somebody took a call that was put through to them; a call may be put through several times."""
    told = Told.model_validate(unit.value)
    word = unit.name.partition(".")[2]
    external_id = f"{told.sid}:dial:{told.dialled}:{word}"
    return made(unit, told, external_id, status=DIALLED[word], duration=told.dialled_for)


def queue(unit: Unit) -> list[Event]:
    """How a caller came out of a queue; one who was put through is told of when they have spoken."""
    told = Told.model_validate(unit.value)
    word = unit.name.partition(".")[2]
    status, by_machine = QUEUED[word]
    external_id = f"{told.sid}:queue:{told.queue}:{word}"
    return made(unit, told, external_id, status=status, by_machine=by_machine, waited=told.queued_for)


def made(unit: Unit, told: Told, external_id: str, *, at: At | None = None, **said: Any) -> list[Event]:
    """Return the event of a call of a customer's, with the fields of `Call` that are said of it.

    It happened when the request says, by its `Timestamp`, where `at` does not.
    """
    if people.is_device(told.customer):
        return [ignored(unit, DEVICE)]
    direction: Direction = "outbound" if told.by_us else "inbound"
    fields = {"recording": told.recording, **said}
    return [
        Call(
            **people.called(told.customer, told.company, told.sid),
            **(at or dated(unit, told.timestamp))._asdict(),
            **fields,
            external_id=external_id,
            author=author(told),
            direction=direction,
        )
    ]


def author(told: Told) -> Author | None:
    """Return what the network says of the customer."""
    return people.claimed(told.customer, None if told.by_us else told.caller_name)


def dated(unit: Unit, said: str) -> At:
    """Return when it happened, where Twilio says so (RFC 2822, in UTC)."""
    try:
        at = parsedate_to_datetime(said)
        return At(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), dated=True)
    except (ValueError, OverflowError):
        return At(unit.at, dated=False)


EVENTS: dict[str, Handler] = {
    **{f"call.{word}": call for word in STATUSES},
    **{f"dial.{word}": dial for word in DIALLED},
    **{f"queue.{word}": queue for word in QUEUED},
}
