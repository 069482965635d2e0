"""What Amazon Connect tells, as far as we read it: contact events (EventBridge), contact records (Kinesis), and files
in which Contact Lens wrote down a call, of which S3 tells (EventBridge).

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
from shared.platforms.connect.files import MOST_BYTES, File, told_of

RECORD = "record"
ANALYSIS = "analysis"

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
    """Return the one thing that a delivery tells, named `<channel>.<event type>`, `<channel>.record`,
    `<channel>.analysis`, `file.?` (any other file) or `agent.<event type>`; its account is the instance's id.

    An event's instant is the one that EventBridge dates it with, a record's our door's. The analysis of a call is what
    the file says that the delivery tells of, and its context that `File`. Raises `UnreadableDelivery` for anything that
    is none of these, for a contact that names no channel, and for the analysis of a call that nobody has fetched.
    """
    body = _object(delivery.body)
    at = _dated(body.get("time")) or delivery.received_at
    if (file := told_of(body)) is not None:
        return [_of_file(file, delivery, at)]
    if isinstance(event := body.get("detail"), dict):
        return [Unit(f"{_channel(event)}.{_word(event.get('eventtype'))}", event, _instance(event, delivery), at)]
    if "agentarn" in body and "contactid" not in body:
        name = f"agent.{_word(body.get('eventtype'))}"
        return [Unit(name, body, _instance(body, delivery), delivery.received_at)]
    name = f"{_channel(body)}.{RECORD}"
    return [Unit(name, body, _instance(body, delivery), delivery.received_at)]


def elsewhere(delivery: Delivery) -> tuple[str, str] | None:
    """Return the bucket and the name of the file that a delivery tells of, where it says what was said in a call.

    Raises `UnreadableDelivery` as `split` does, and for a file that is too large to be read.
    """
    file = told_of(_object(delivery.body))
    if file is None or not file.is_read:
        return None
    if file.size > MOST_BYTES:
        raise UnreadableDelivery(f"connect: the file has more than {MOST_BYTES} bytes")
    return file.bucket, file.key


def _of_file(file: File, delivery: Delivery, at: datetime) -> Unit:
    name = f"{file.channel}.{ANALYSIS}" if file.channel else "file.?"
    if not file.is_read:
        return Unit(name, {"contactid": file.contact}, delivery.account, at)
    if delivery.content is None:
        raise UnreadableDelivery("connect: what was said is not here, but in the bucket")
    return Unit(name, _object(delivery.content), delivery.account, at, file)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = _in_small_letters(orjson.loads(raw))
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise UnreadableDelivery("connect: not JSON, or too deep") from error
    if not isinstance(found, dict):
        raise UnreadableDelivery("connect: no object")
    return found


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
