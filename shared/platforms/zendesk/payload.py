"""What Zendesk posts to a webhook that is subscribed to events, as far as we read it: an envelope with the state of
what it concerns (`detail`) and what happened (`event`).

Sources: https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/, .../messaging-events/,
.../user-events/
"""

import re
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

TRIGGER = "trigger"
"""What a trigger or an automation sends: its body is the administrator's own and has no fixed shape."""

_PREFIX = "zen:event-type:"

OWN_TAG = "mostrador"
_CLAIM = re.compile(r"esc_[a-z2-7]{26}(-[0-9]+)?")
"""What our own connector to Zendesk puts on the tickets that it makes: the tag, and a hand-off's claim as external
id."""

_ROBOT = "-1"
"""The user in whose name Zendesk's own rules act."""

MESSAGING = ("native_messaging", "sunshine_conversations")
"""What the channels (`via.channel`) begin with whose tickets say nothing: what is said comes as messages."""

Id = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    """An object of Zendesk's, which may hold more than we know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Via(Wire):
    channel: str | None = None


class Ticket(Wire):
    """A ticket as it was when something happened to it; `description` is what its first comment says."""

    id: Id
    subject: str | None = None
    description: str | None = None
    requester_id: Id
    submitter_id: str | None = None
    actor_id: str | None = None
    external_id: str | None = None
    tags: list[str] | None = None
    via: Via | None = None
    created_at: AwareDatetime

    @property
    def is_ours(self) -> bool:
        """Whether our connector made it for a department: it is a hand-off, and no customer's."""
        return OWN_TAG in (self.tags or ()) or _CLAIM.fullmatch(self.external_id or "") is not None

    @property
    def was_opened_by_its_requester(self) -> bool:
        channel = (self.via.channel if self.via else None) or ""
        return self.submitter_id == self.requester_id and not channel.startswith(MESSAGING)


class Person(Wire):
    id: Id
    name: str | None = None
    is_staff: bool = False

    @property
    def is_robot(self) -> bool:
        return self.id == _ROBOT


class Comment(Wire):
    id: Id
    body: str = ""
    is_public: bool
    author: Person


class Commented(Wire):
    comment: Comment


class Reference(Wire):
    id: Id
    author: Person | None = None


class Withdrawn(Wire):
    """A comment that was made private or redacted, of which no more is sure than its id."""

    comment: Reference


class File(Wire):
    id: Id
    content_url: str | None = None
    content_type: str | None = None
    filename: str | None = None


class Attached(Wire):
    attachment: File
    comment: Reference | None = None


class Created(Wire):
    """A ticket is its own first comment."""


class TicketEvent[E: Wire](Wire):
    time: AwareDatetime
    ticket: Ticket = Field(alias="detail")
    event: E


class Actor(Wire):
    id: Id
    name: str | None = None
    type: Id


class Said(Wire):
    id: Id
    body: str = ""


class Spoken(Wire):
    actor: Actor
    message: Said


class Place(Wire):
    id: Id


class MessagingEvent(Wire):
    """A message in the ticket of a live conversation; of the ticket nothing is told but its id."""

    time: AwareDatetime
    ticket: Place = Field(alias="detail")
    event: Spoken


class User(Wire):
    id: Id
    email: str | None = None
    role: str | None = None


class Change(Wire):
    previous: str | None = None
    current: str | None = None


class UserEvent(Wire):
    id: Id
    time: AwareDatetime
    user: User = Field(alias="detail")


class Renamed(UserEvent):
    event: Change


def split(delivery: Delivery) -> list[Unit]:
    """Return the one event of a delivery, its value the whole envelope; what has no event's type is a trigger's.

    Its instant is Zendesk's `time`, else the one at our door. Raises `UnreadableDelivery` for anything but an object.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("zendesk: not JSON") from error
    if not isinstance(body, dict):
        raise UnreadableDelivery("zendesk: no object")
    said = body.get("type")
    known = isinstance(said, str) and said.startswith(_PREFIX)
    name = str(said).removeprefix(_PREFIX) if known else TRIGGER
    return [Unit(name, body, delivery.account, _told(body) or delivery.received_at)]


_instant: TypeAdapter[AwareDatetime] = TypeAdapter(AwareDatetime, config=ConfigDict(defer_build=True))


def _told(body: dict[str, Any]) -> datetime | None:
    with suppress(ValueError):
        return _instant.validate_python(body.get("time"))
    return None
