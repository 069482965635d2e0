"""What TikTok posts to a webhook, as far as we read it: an envelope whose `content` is JSON once more, as text.

Sources: https://developers.tiktok.com/doc/webhooks-overview and, for messages and comments,
https://business-api.tiktok.com/portal/docs?id=1759978319341570 and .../docs?id=1832190670631937
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

COMMENT = "comment.update"

_MILLISECONDS_FROM = 10**11
"""Seconds reach this in the year 5138, milliseconds had it in 1973."""


def unix_time(since_1970: str | int) -> datetime:
    """TikTok counts in seconds here and in milliseconds there."""
    number = int(since_1970)
    return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)


def _content(text: object) -> object:
    if not isinstance(text, str):
        raise ValueError("content is no text")
    return orjson.loads(text)


Id = Annotated[str, Field(min_length=1)]
UnixTime = Annotated[datetime, BeforeValidator(unix_time)]


class Wire(BaseModel):
    """An object of TikTok's, which may hold more than we know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class User(Wire):
    id: Id


class Text(Wire):
    body: str = ""


class Media(Wire):
    """What a message holds beside text, or instead of it; each type has a name of its own for it."""

    media_id: str | None = None
    video_id: str | None = None
    embed_url: str | None = None


class Reference(Wire):
    id: str | None = Field(None, alias="referenced_message_id")


class Direct(Wire):
    """A direct message, by whoever of the two."""

    conversation_id: Id
    message_id: Id
    timestamp: UnixTime
    type: Id
    sender: User = Field(alias="from_user")
    recipient: User = Field(alias="to_user")
    sender_name: str | None = Field(None, alias="from")
    recipient_name: str | None = Field(None, alias="to")
    text: Text | None = None
    referenced: Reference | None = Field(None, alias="referenced_message_info")


class Watermark(Wire):
    at: UnixTime | None = Field(None, alias="last_read_timestamp")


class Read(Wire):
    conversation_id: Id
    read: Watermark = Field(default_factory=Watermark)
    timestamp: UnixTime | None = None
    reader: User = Field(alias="from_user")


class Comment(Wire):
    comment_id: Id
    video_id: Id
    parent_comment_id: str | None = None
    timestamp: UnixTime
    author: Id = Field(alias="unique_identifier")
    text: str = ""


class Envelope[C: Wire](Wire):
    """An event of an account of ours, with what it holds."""

    content: Annotated[C, BeforeValidator(_content)]


def split(delivery: Delivery) -> list[Unit]:
    """Return the one event of a delivery, for the business account that it names.

    A comment's is named by its action too. Its instant is TikTok's `create_time`, else the one at our door. Raises
    `UnreadableDelivery` for anything without an event.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("tiktok: not JSON") from error
    event = body.get("event") if isinstance(body, dict) else None
    if not isinstance(event, str) or not event:
        raise UnreadableDelivery("tiktok: no object with an event")
    return [Unit(_named(event, body), body, _account(body) or delivery.account, _created(body) or delivery.received_at)]


def content_of(value: Any) -> dict[str, Any]:
    """Return what an event holds, or nothing where that is no object."""
    with suppress(ValueError, AttributeError):
        if isinstance(found := _content(value.get("content")), dict):
            return found
    return {}


def _named(event: str, body: dict[str, Any]) -> str:
    action = content_of(body).get("comment_action") if event == COMMENT else None
    return f"{event}.{action}" if isinstance(action, str) and action else event


def _account(body: dict[str, Any]) -> str | None:
    account = body.get("user_openid")
    return account if isinstance(account, str) and account else None


def _created(body: dict[str, Any]) -> datetime | None:
    with suppress(KeyError, TypeError, ValueError, OverflowError, OSError):
        return unix_time(body["create_time"])
    return None
