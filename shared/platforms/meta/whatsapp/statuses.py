"""What became of the company's messages and calls on their way to the customer.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from functools import partial
from typing import Any, Literal

from pydantic import AliasChoices, AwareDatetime, Field

from shared.ids import returned_reply_id
from shared.models import Call, Event, Receipt
from shared.platforms import Handler, Unit
from shared.platforms.meta.reading import Id, Wire, ignore
from shared.platforms.meta.whatsapp import people


class _Error(Wire):
    code: str
    title: str = Field("", validation_alias=AliasChoices("title", "message"))


class _Status(Wire):
    """Meta's pages spell a recipient's parent id in three ways, and a participant's number in two."""

    id: str
    timestamp: AwareDatetime
    recipient_type: str = "individual"
    recipient_id: Id = None
    recipient_user_id: Id = None
    recipient_parent_user_id: Id = Field(
        None, validation_alias=AliasChoices("recipient_parent_user_id", "parent_recipient_user_id", "parent_user_id")
    )
    participant_id: Id = Field(
        None, validation_alias=AliasChoices("recipient_participant_id", "participant_recipient_id")
    )
    participant_user_id: Id = Field(None, alias="recipient_participant_user_id")
    participant_parent_user_id: Id = Field(None, alias="recipient_participant_parent_user_id")
    errors: tuple[_Error, ...] = ()
    biz_opaque_callback_data: Any = None


def _received(unit: Unit, *, status: Literal["sent", "delivered", "read", "played", "failed"]) -> list[Event]:
    found = _Status.model_validate(unit.value)
    group = found.recipient_id if found.recipient_type == "group" else None
    errors = "; ".join(f"{error.code} {error.title}".strip() for error in found.errors)
    return [
        Receipt(
            **people.frame(unit, _recipient(unit, found), found.timestamp, thread=group),
            external_id=f"{found.id}:{status}",
            target=found.id,
            status=status,
            error=errors or None,
            reply_id=returned_reply_id(found.biz_opaque_callback_data),
        )
    ]


def _rang(unit: Unit, *, status: Literal["ringing", "answered", "rejected"]) -> list[Event]:
    found = _Status.model_validate(unit.value)
    frame = people.frame(unit, _recipient(unit, found), found.timestamp)
    return [Call(**frame, external_id=f"{found.id}:{status}", direction="outbound", status=status)]


def _recipient(unit: Unit, found: _Status) -> people.Person:
    """Return whom a status speaks of: in a group the participant, or the group where it speaks of all."""
    participant = found.participant_parent_user_id or found.participant_user_id or found.participant_id
    if participant:
        return people.find(
            unit.context,
            parent=found.participant_parent_user_id,
            user=found.participant_user_id,
            number=found.participant_id,
        )
    return people.find(
        unit.context,
        parent=found.recipient_parent_user_id,
        user=found.recipient_user_id,
        number=found.recipient_id,
    )


EVENTS: dict[str, Handler] = {
    "statuses.sent": partial(_received, status="sent"),
    "statuses.delivered": partial(_received, status="delivered"),
    "statuses.read": partial(_received, status="read"),
    "statuses.played": partial(_received, status="played"),
    "statuses.failed": partial(_received, status="failed"),
    "call_statuses.RINGING": partial(_rang, status="ringing"),
    "call_statuses.ACCEPTED": partial(_rang, status="answered"),
    "call_statuses.REJECTED": partial(_rang, status="rejected"),
    "errors": ignore("WhatsApp reports a fault of the account or the app, and no message"),
}
