"""The events that an app of the company's own may send, as a published and versioned contract.

`python -m shared.platforms.standard_webhooks.contract` prints it as JSON Schema; `shared/contracts` keeps that. What a
reader does not know it passes over, so that an app may send more than an older door reads; what it does know has to be
right: nothing is guessed from a wrong type.
"""

import json
import sys
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from shared.models import Direction, Visibility
from shared.platforms.standard_webhooks.payload import RFC_3339, instant


def _text(number: object) -> object:
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else number


Id = Annotated[
    str,
    Field(min_length=1),
    BeforeValidator(_text),
    WithJsonSchema({"type": ["string", "integer"], "minLength": 1}),
]
Instant = Annotated[
    datetime,
    BeforeValidator(instant),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": RFC_3339}),
]
Word = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Phone(_Part):
    value: str = Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164, with its plus sign.")
    verified: StrictBool = Field(False, description="True when you have proof that it is theirs, by a code sent there.")


class Email(_Part):
    value: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    verified: StrictBool = Field(False, description="True when you have proof that it is theirs, by a link sent there.")


class Customer(_Part):
    id: Id = Field(description="Their id in your app; it never changes and is never given to anybody else.")
    name: str | None = None
    handle: Word | None = Field(None, description="Their user name in your app, without @.")
    language: Word | None = Field(None, description="A BCP 47 tag, such as es-MX.")
    phone: Phone | None = None
    email: Email | None = None


class Attachment(_Part):
    type: Word = Field(description="Your word for it: photo, document, order ...")
    id: Id | None = None
    url: str | None = Field(None, description="Where it can be fetched.")
    mime_type: str | None = None
    name: str | None = Field(None, description="A file's name.")
    text: str | None = Field(None, description="What a person would read in it.")


class Data(_Part):
    id: Id = Field(
        description="The event's id: the same whenever you send it again, and of no other event of this customer."
    )
    occurred_at: Instant = Field(description="When it happened; the same whenever you send it again.")
    customer: Customer
    thread: Word = Field(
        "direct", description="Tells a customer's conversations apart; leave it out when there is one."
    )


class _Acted(Data):
    direction: Direction = Field(
        "inbound", description="inbound when the customer did it, outbound when the company did."
    )


class MessageData(Data):
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: Id | None = Field(None, description="The id of the message that this one answers.")
    visibility: Visibility = "private"
    permalink: str | None = Field(None, description="Opens the message in your app.")


class EditData(_Acted):
    target: Id = Field(description="The id of the message that was edited.")
    text: str = Field("", description="The whole text as it is now.")
    attachments: tuple[Attachment, ...] = ()


class DeletionData(_Acted):
    target: Id = Field(description="The id of the message that was deleted.")


class ReactionData(_Acted):
    target: Id = Field(description="The id of the message reacted to.")
    emoji: Word | None = Field(None, description="The sign; may be left out when one is taken off.")


class ReceiptData(Data):
    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["status"], "properties": {"status": {"const": "failed"}}},
            "then": {"required": ["target"], "properties": {"target": {"not": {"type": "null"}}}},
        }
    )

    status: Literal["sent", "delivered", "read", "played", "failed"]
    target: Id | None = Field(
        None,
        validate_default=True,
        description="The id of the message; left out, all messages until occurred_at. What failed is always named.",
    )
    error: str | None = Field(None, description="Why it failed; no personal data.")

    @field_validator("target")
    @classmethod
    def _names_what_failed(cls, target: str | None, read: ValidationInfo) -> str | None:
        if target is None and read.data.get("status") == "failed":
            raise ValueError("not all messages until an instant can have failed")
        return target


class ProfileData(Data):
    field: Word = Field(description="What changed: name, handle, phone, email, opt_in ...")
    previous: str | None = None
    current: str | None = None


class CallData(_Acted):
    duration: Annotated[StrictInt, Field(ge=0)] | None = Field(None, description="In seconds.")


class _Event(_Part):
    timestamp: Instant = Field(description="When you published the event.")


class MessageEvent(_Event):
    type: Literal["message.received", "message.sent"]
    data: MessageData


class EditEvent(_Event):
    type: Literal["message.edited"]
    data: EditData


class DeletionEvent(_Event):
    type: Literal["message.deleted"]
    data: DeletionData


class ReactionEvent(_Event):
    type: Literal["reaction.added", "reaction.removed"]
    data: ReactionData


class ReceiptEvent(_Event):
    type: Literal["receipt.updated"]
    data: ReceiptData


class ProfileEvent(_Event):
    type: Literal["profile.changed"]
    data: ProfileData


class CallEvent(_Event):
    type: Literal["call.ringing", "call.answered", "call.missed", "call.rejected", "call.completed", "call.failed"]
    data: CallData


type Event = MessageEvent | EditEvent | DeletionEvent | ReactionEvent | ReceiptEvent | ProfileEvent | CallEvent


class Events(_Part):
    events: tuple[Event, ...]


class Batch(_Part):
    """Many events in one delivery."""

    type: Literal["batch"]
    data: Events


def schema() -> dict[str, Any]:
    """Return the contract as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mostrador:standard-webhooks:1",
        "title": "What an app tells Mostrador",
        **TypeAdapter[Any](Event | Batch).json_schema(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
