"""What Amazon Connect tells, as far as we read it: contact events (EventBridge) and contact records (Kinesis).

https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html

The names are written in camelCase in most events, in PascalCase in some and in all records, and both stand side by side
in one page of AWS's: they are read in small letters.
"""

import re
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Instant
from shared.platforms import Unit

RECORD = "record"

_WORD = re.compile(r"[A-Za-z_]{1,40}")
_FIRST_YEAR = 1971


def _reached(at: datetime | None) -> datetime | None:
    # What has not happened is left out, is null, or happened at 1970-01-01T00:00:00.001Z.
    return at if at and at.year >= _FIRST_YEAR else None


def _plain(name: str) -> str:
    return name.replace("_", "")


Id = Annotated[str, Field(min_length=1)]
Reached = Annotated[Instant | None, AfterValidator(_reached)]
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant, config=ConfigDict(hide_input_in_errors=True, defer_build=True))


class Wire(BaseModel):
    """An object of Connect's with its names in small letters, which may hold more than we know."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
        defer_build=True,
        alias_generator=_plain,
    )


class Agent(Wire):
    arn: Id = Field(validation_alias=AliasChoices("agentarn", "arn"))
    connected_to_agent_timestamp: Reached = None

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2] or self.arn


class Queue(Wire):
    enqueue_timestamp: Reached = None
    dequeue_timestamp: Reached = None
    duration: int | None = None


class Endpoint(Wire):
    type: str | None = None
    address: str | None = None


class Recording(Wire):
    location: str | None = None


class Contact(Wire):
    """A contact, or one of those that a call is made of: each transfer begins another, and names the first."""

    contact_id: Id
    initial_contact_id: str | None = None
    initiation_method: Id
    initiation_timestamp: Reached = None
    connected_to_system_timestamp: Reached = None
    disconnect_timestamp: Reached = None
    disconnect_reason: str | None = None
    answering_machine_detection_status: str | None = None
    customer_endpoint: Endpoint | None = None
    transferred_to_endpoint: Endpoint | None = None
    agent: Agent | None = Field(None, validation_alias=AliasChoices("agentinfo", "agent"))
    queue: Queue | None = Field(None, validation_alias=AliasChoices("queueinfo", "queue"))
    recording: Recording | None = None


def split(delivery: Delivery) -> list[Unit]:
    """Return the one thing that a delivery tells, named `<channel>.<event type>`, `<channel>.record`, or
    `agent.<event type>`; its account is the instance's id.

    An event's instant is the one that EventBridge dates it with, a record's our door's. Raises `UnreadableDelivery` for
    anything that is none of these, and for a contact that names no channel.
    """
    try:
        body = _in_small_letters(orjson.loads(delivery.body))
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("connect: not JSON") from error
    if not isinstance(body, dict):
        raise UnreadableDelivery("connect: no object")
    if isinstance(event := body.get("detail"), dict):
        at = _dated(body.get("time")) or delivery.received_at
        return [Unit(f"{_channel(event)}.{_word(event.get('eventtype'))}", event, _instance(event, delivery), at)]
    if "agentarn" in body and "contactid" not in body:
        name = f"agent.{_word(body.get('eventtype'))}"
        return [Unit(name, body, _instance(body, delivery), delivery.received_at)]
    name = f"{_channel(body)}.{RECORD}"
    return [Unit(name, body, _instance(body, delivery), delivery.received_at)]


def _in_small_letters(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): _in_small_letters(inner) for name, inner in value.items()}
    return [_in_small_letters(inner) for inner in value] if isinstance(value, list) else value


def _channel(contact: dict[str, Any]) -> str:
    channel = contact.get("channel")
    if not isinstance(channel, str) or not _WORD.fullmatch(channel):
        raise UnreadableDelivery("connect: a contact without a channel")
    return channel.lower()


def _word(kind: object) -> str:
    return kind if isinstance(kind, str) and _WORD.fullmatch(kind) else "?"


def _instance(told: dict[str, Any], delivery: Delivery) -> str:
    arn = told.get("instancearn")
    return (arn.rpartition("/")[2] if isinstance(arn, str) else "") or delivery.account


def _dated(time: object) -> datetime | None:
    with suppress(ValueError):
        return _INSTANT.validate_python(time) if isinstance(time, str) else None
    return None
