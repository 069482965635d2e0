"""X's objects, as far as we read them; those of API v2 and of API v1.1 differ mostly in where things are.

Sources: https://docs.x.com/x-api/activity/event-payloads (v2, and the direct messages that kept the shape of v1.1),
https://docs.x.com/openapi.json (v2, with what may be null), and https://docs.x.com/x-api/account-activity/introduction
(v1.1).
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from shared.models import Attachment

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SNOWFLAKE_EPOCH = 1288834974657
_FIRST_SNOWFLAKE = 29_700_859_247


def _milliseconds(value: str | int) -> datetime:
    return _UNIX_EPOCH + timedelta(milliseconds=int(value))


def _written(value: str) -> datetime:
    if value[:1].isdigit():
        return datetime.fromisoformat(value)
    return datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y")


def snowflake_time(number: str) -> datetime:
    """Ids say when they were made (https://docs.x.com/fundamentals/x-ids), but for those from before November 2010."""
    if int(number) < _FIRST_SNOWFLAKE:
        raise ValueError("neither created_at nor an id that holds a time")
    return _milliseconds((int(number) >> 22) + _SNOWFLAKE_EPOCH)


def _unescaped(text: str) -> str:
    """X escapes these three in what people write (samples: https://docs.x.com/x-api/fundamentals/data-dictionary)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _present(value: Any) -> Any:
    match value:
        case dict():
            return {name: _present(held) for name, held in value.items() if held is not None}
        case list():
            return [_present(held) for held in value]
        case _:
            return value


def _path(dotted: str) -> AliasPath:
    first, *rest = dotted.split(".")
    return AliasPath(first, *(int(step) if step.isdigit() else step for step in rest))


def at(*dotted: str) -> AliasChoices:
    """The first of these places that the object has."""
    return AliasChoices(*map(_path, dotted))


def id_at(*holders: str) -> AliasChoices:
    """The id of the object in one of these places: v1.1 has it as text beside a number that JavaScript may have
    rounded, and v2 may wrap a user in `data`."""
    return at(*(f"{holder}.{name}" for holder in holders for name in ("id_str", "id", "data.id")))


Id = Annotated[str, Field(min_length=1)]
Text = Annotated[str, AfterValidator(_unescaped)]
UnixMilliseconds = Annotated[AwareDatetime, BeforeValidator(_milliseconds)]
Written = Annotated[AwareDatetime, BeforeValidator(_written)]


class Wire(BaseModel):
    """An object of X's: it may hold more than we know, and null for what it does not have."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )

    null_is_absent = model_validator(mode="before")(_present)


class User(Wire):
    name: Text | None = None
    username: str | None = Field(None, validation_alias=at("username", "screen_name"))
    followers: int | None = Field(None, validation_alias=at("public_metrics.followers_count", "followers_count"))


class Variant(Wire):
    url: str
    content_type: str | None = None
    bit_rate: int = Field(0, validation_alias=at("bit_rate", "bitrate"))


class Media(Wire):
    """A photo, a video or an animation. `link` is the short link that X adds to the text for it (v1.1)."""

    id: str | None = Field(None, validation_alias=at("media_key", "id_str", "id"))
    type: Id
    picture: str | None = Field(None, validation_alias=at("media_url_https", "url", "preview_image_url"))
    link: str | None = Field(None, validation_alias="url")
    description: str | None = Field(None, validation_alias=at("alt_text", "ext_alt_text"))
    variants: tuple[Variant, ...] = Field((), validation_alias=at("variants", "video_info.variants"))

    @property
    def attachment(self) -> Attachment:
        best = max(self.variants, key=lambda variant: variant.bit_rate, default=None)
        return Attachment(
            type=self.type,
            id=self.id,
            url=best.url if best else self.picture,
            mime_type=best.content_type if best else None,
            text=self.description or None,
        )


class Choice(Wire):
    label: str


class Poll(Wire):
    id: Id
    options: tuple[Choice, ...] = ()

    @property
    def attachment(self) -> Attachment:
        return Attachment(type="poll", id=self.id, text="\n".join(option.label for option in self.options) or None)


class Relation(Wire):
    """What one user did to another: follow, mute or block them, or stop doing so. XAA does not date it."""

    source_id: Id = Field(validation_alias=id_at("source"))
    target_id: Id = Field(validation_alias=id_at("target"))
    created_timestamp: UnixMilliseconds | None = None


class ProfileUpdate(Wire):
    before: str | None = None
    after: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ProfileUpdate":
        if self.before is None and self.after is None:
            raise ValueError("neither before nor after")
        return self


class DirectAttachment(Wire):
    type: Id
    media: Media | None = None
    longitude: float | None = Field(None, validation_alias=at("location.shared_coordinate.coordinates.coordinates.0"))
    latitude: float | None = Field(None, validation_alias=at("location.shared_coordinate.coordinates.coordinates.1"))
    place: str | None = Field(
        None, validation_alias=at("location.shared_place.place.full_name", "location.shared_place.place.name")
    )

    @property
    def attachment(self) -> Attachment:
        if self.media:
            return self.media.attachment
        point = f"{self.latitude}, {self.longitude}" if self.latitude is not None else None
        return Attachment(type=self.type, text=self.place or point)


class DirectMessage(Wire):
    id: Id
    created_timestamp: UnixMilliseconds
    sender_id: Id = Field(validation_alias=at("message_create.sender_id"))
    recipient_id: Id = Field(validation_alias=at("message_create.target.recipient_id"))
    text: Text = Field(validation_alias=at("message_create.message_data.text"))
    attachment: DirectAttachment | None = Field(None, validation_alias=at("message_create.message_data.attachment"))


class DirectMessageRead(Wire):
    """Who read, and the last message that they have read."""

    sender_id: Id
    last_read_event_id: Id
    created_timestamp: UnixMilliseconds


class ChatEvent(Wire):
    """A message of XChat, of which X itself knows no more than who sent it."""

    id: Id
    created_at_msec: UnixMilliseconds
    sender_id: Id
    conversation_id: Id
    encoded_event: Id
