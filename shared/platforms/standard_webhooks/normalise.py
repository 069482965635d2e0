"""What each type of event means: our own words, so that little is left to do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypedDict

from shared.errors import UnreadableDelivery
from shared.models import (
    Attachment,
    Author,
    Call,
    ContactPoint,
    Deletion,
    Direction,
    Edit,
    Event,
    Message,
    ProfileChange,
    Proof,
    Reaction,
    Receipt,
)
from shared.platforms import Handler, Unit
from shared.platforms.standard_webhooks import contract
from shared.platforms.standard_webhooks.payload import BATCH

CHANNEL = "app"

DIRECTIONS: Mapping[str, Direction] = {"message.received": "inbound", "message.sent": "outbound"}

CallStatus = Literal["ringing", "answered", "missed", "rejected", "completed", "failed"]
CALLS: Mapping[str, CallStatus] = {
    "call.ringing": "ringing",
    "call.answered": "answered",
    "call.missed": "missed",
    "call.rejected": "rejected",
    "call.completed": "completed",
    "call.failed": "failed",
}


class _Common(TypedDict):
    external_id: str
    occurred_at: datetime
    identity: str
    account: str
    channel: str
    thread: str
    author: Author


def _common(unit: Unit, data: contract.Data) -> _Common:
    return _Common(
        external_id=data.id,
        occurred_at=data.occurred_at,
        identity=f"{CHANNEL}:{unit.account}:{data.customer.id}",
        account=unit.account,
        channel=CHANNEL,
        thread=data.thread,
        author=_author(data.customer),
    )


def _author(customer: contract.Customer) -> Author:
    """The sender is the company's own app, and proved it: what it calls verified is verified."""
    phone, email, handle = customer.phone, customer.email, customer.handle
    return Author(
        name=customer.name,
        handle=handle,
        language=customer.language,
        contacts=(
            *([ContactPoint(kind="phone", value=phone.value, proof=_proof(phone.verified))] if phone else []),
            *([ContactPoint(kind="email", value=email.value, proof=_proof(email.verified))] if email else []),
            *([ContactPoint(kind="handle", value=handle)] if handle else []),
        ),
    )


def _proof(verified: bool) -> Proof | None:
    return "app_session" if verified else None


def _attachments(sent: tuple[contract.Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple(Attachment(**attachment.model_dump()) for attachment in sent)


def message(unit: Unit) -> list[Event]:
    event = contract.MessageEvent.model_validate(unit.value)
    said = event.data
    return [
        Message(
            **_common(unit, said),
            direction=DIRECTIONS[event.type],
            visibility=said.visibility,
            text=said.text,
            attachments=_attachments(said.attachments),
            reply_to=said.reply_to,
            permalink=said.permalink,
        )
    ]


def edit(unit: Unit) -> list[Event]:
    edited = contract.EditEvent.model_validate(unit.value).data
    return [
        Edit(
            **_common(unit, edited),
            direction=edited.direction,
            target=edited.target,
            text=edited.text,
            attachments=_attachments(edited.attachments),
        )
    ]


def deletion(unit: Unit) -> list[Event]:
    deleted = contract.DeletionEvent.model_validate(unit.value).data
    return [Deletion(**_common(unit, deleted), direction=deleted.direction, target=deleted.target)]


def reaction(unit: Unit) -> list[Event]:
    event = contract.ReactionEvent.model_validate(unit.value)
    return [
        Reaction(
            **_common(unit, event.data),
            direction=event.data.direction,
            target=event.data.target,
            emoji=event.data.emoji,
            removed=event.type == "reaction.removed",
        )
    ]


def receipt(unit: Unit) -> list[Event]:
    shown = contract.ReceiptEvent.model_validate(unit.value).data
    return [Receipt(**_common(unit, shown), target=shown.target, status=shown.status, error=shown.error)]


def profile(unit: Unit) -> list[Event]:
    changed = contract.ProfileEvent.model_validate(unit.value).data
    common = _common(unit, changed)
    if changed.field == "handle":
        # Named as contact points of nobody's proof, or they would be taken for what a platform attests.
        handles = [ContactPoint(kind="handle", value=each) for each in (changed.previous, changed.current) if each]
        author = common["author"]
        new = [each for each in handles if each not in author.contacts]
        common["author"] = author.model_copy(update={"contacts": (*author.contacts, *new)})
    return [ProfileChange(**common, field=changed.field, previous=changed.previous, current=changed.current)]


def call(unit: Unit) -> list[Event]:
    event = contract.CallEvent.model_validate(unit.value)
    return [
        Call(
            **_common(unit, event.data),
            direction=event.data.direction,
            status=CALLS[event.type],
            duration=event.data.duration,
        )
    ]


def _nameless(unit: Unit) -> list[Event]:  # noqa: ARG001 - nothing in it can be read
    raise UnreadableDelivery("an event without a type, or a batch within a batch")


EVENTS: Mapping[str, Handler] = {
    **dict.fromkeys(DIRECTIONS, message),
    "message.edited": edit,
    "message.deleted": deletion,
    "reaction.added": reaction,
    "reaction.removed": reaction,
    "receipt.updated": receipt,
    "profile.changed": profile,
    **dict.fromkeys(CALLS, call),
    BATCH: _nameless,
}
