"""What a forum posts to a webhook, as far as we read it: one event, `{"<type>": {...}}`.

Sources: discourse/discourse, app/jobs/regular/emit_web_hook_event.rb and app/serializers/web_hook_post_serializer.rb.
"""

import re
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

Id = Annotated[str, Field(min_length=1)]

_EVENT, _INSTANCE = "x-discourse-event", "x-discourse-instance"
_NAME = re.compile(r"[a-z0-9_]{1,100}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]{0,200})?")

_USUAL = {"post": "post_created", "topic": "topic_created", "like": "post_liked", "solved": "accepted_solution"}


class Wire(BaseModel):
    """An object of Discourse's serializers, to which plugins add fields of their own."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Member(Wire):
    id: Id
    username: str | None = None
    name: str | None = None


class Post(Wire):
    """A post, with what stands there of its author and its topic."""

    id: Id
    user_id: Id | None = None
    username: str | None = None
    name: str | None = None
    admin: bool | None = None
    moderator: bool | None = None
    staff: bool | None = None
    post_number: Id
    post_type: str = "1"
    reply_to_post_number: str | None = None
    topic_id: Id
    topic_slug: str | None = None
    topic_title: str | None = None
    topic_archetype: str | None = None
    raw: str | None = None
    cooked: str | None = None
    version: str = "1"
    created_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None

    @property
    def is_staff(self) -> bool:
        return bool(self.staff or self.admin or self.moderator)

    @property
    def is_private(self) -> bool:
        return self.topic_archetype == "private_message"

    @property
    def place(self) -> str:
        """Where it stands, as in its address: the topic, and its number in there."""
        return f"{self.topic_id}/{self.post_number}"


class PostEvent(Wire):
    post: Post


class Like(Wire):
    post: Post
    user: Member


class LikeEvent(Wire):
    like: Like


def split(delivery: Delivery) -> list[Unit]:
    """Return the one event of a delivery: its name is the header's, its value the whole body, its context the forum's
    address where that is told.

    Nothing dates the event itself, so its instant is the one at our door. Raises `UnreadableDelivery` for anything but
    an object with something in it.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("discourse: not JSON") from error
    if not isinstance(body, dict) or not body:
        raise UnreadableDelivery("discourse: no object of an event")
    said = delivery.headers.get(_EVENT, "")
    name = said if _NAME.fullmatch(said) else _event_of(body)
    address = delivery.headers.get(_INSTANCE, "")
    instance = address.rstrip("/") if _ADDRESS.fullmatch(address) else None
    return [Unit(name, body, delivery.account, delivery.received_at, instance)]


def _event_of(body: dict[str, Any]) -> str:
    """Return what the body alone says of the event: Discourse leaves the header out where the event has no name, and
    whatever stands between us may drop it."""
    match body:
        case {"post": {"deleted_at": str()}}:
            return "post_destroyed"
        case {"post": {"version": int(version)}} if version > 1:
            return "post_edited"
    kind = next(iter(body))
    return _USUAL.get(kind, kind)
