"""Voice calls over WhatsApp.

https://developers.facebook.com/documentation/business-messaging/whatsapp/calling/reference
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from shared.models import Call, Event
from shared.platforms import Handler, Unit
from shared.platforms.meta.reading import Id, Wire, ignore
from shared.platforms.meta.whatsapp import people


class _Call(Wire):
    id: str
    timestamp: AwareDatetime
    direction: Literal["USER_INITIATED", "BUSINESS_INITIATED"]
    sender: Id = Field(None, alias="from")
    from_user_id: Id = None
    from_parent_user_id: Id = None
    to: Id = None
    to_user_id: Id = None
    to_parent_user_id: Id = None
    status: str = ""
    duration: int | None = None


def _connecting(unit: Unit) -> list[Event]:
    # One side offers its media: nobody has picked up yet.
    return [_call(unit, _Call.model_validate(unit.value), "connect", "ringing")]


def _hung_up(unit: Unit) -> list[Event]:
    call = _Call.model_validate(unit.value)
    if call.duration is not None:  # which only a call has that was picked up
        return [_call(unit, call, "terminate", "completed")]
    failed = call.status.upper() == "FAILED"  # `Failed` on some of the pages
    return [_call(unit, call, "terminate", "failed" if failed else "missed")]


def _call(unit: Unit, call: _Call, event: str, status: Literal["ringing", "missed", "completed", "failed"]) -> Call:
    by_us = call.direction == "BUSINESS_INITIATED"
    person = people.find(
        unit.context,
        parent=call.to_parent_user_id if by_us else call.from_parent_user_id,
        user=call.to_user_id if by_us else call.from_user_id,
        number=call.to if by_us else call.sender,
    )
    return Call(
        **people.frame(unit, person, call.timestamp),
        external_id=f"{call.id}:{event}",
        direction="outbound" if by_us else "inbound",
        status=status,
        duration=call.duration,
    )


_RECORDING = ignore("a recording or transcript can be fetched: the call itself has its own events")

EVENTS: dict[str, Handler] = {
    "calls.connect": _connecting,
    "calls.terminate": _hung_up,
    "calls.call_created": ignore("a call over SIP was attempted: what becomes of it has its own events"),
    "calls.call_recording_available": _RECORDING,
    "calls.call_transcription_available": _RECORDING,
}
