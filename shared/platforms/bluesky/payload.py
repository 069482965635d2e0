"""One post or one entry of the chat's log as a poll hands it over: an envelope of our own round what Bluesky says.

    {"as": "mention", "us": "did:plc:...", "post": {"uri": "at://...", "author": {...}, "record": {...}, ...}}
    {"as": "logCreateMessage", "us": "did:plc:...", "convo": {"id": "...", "members": [...]}, "log": {...}}

`as` is Bluesky's own word for why we are told: a notification's `reason`, or the type of an entry in the log; and ours
for what no word is known of: `words` for what a search found, `own` for what the company itself has written. `us` is
the company's account. Sources: the lexicons app.bsky.notification.listNotifications, app.bsky.feed.post and
chat.bsky.convo.defs (https://docs.bsky.app/docs/category/http-reference).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit
from shared.platforms.bluesky.addresses import DID, POST

Name = Annotated[str, Field(min_length=1)]
Did = Annotated[str, Field(pattern=f"^{DID.pattern}$")]
Uri = Annotated[str, Field(pattern=f"^{POST.pattern}$")]

_INVALID = "handle.invalid"
"""What stands in place of a handle that leads elsewhere by now."""


class Wire(BaseModel):
    """An object of Bluesky's, which may hold more than we know: every field of a lexicon may be added to."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Profile(Wire):
    did: Did
    handle: str | None = None
    name: str | None = Field(None, alias="displayName")

    @property
    def known_handle(self) -> str | None:
        return self.handle if self.handle and self.handle != _INVALID else None


class Ref(Wire):
    uri: Name


class Answered(Wire):
    """What a post answers, and the post at the head of its thread."""

    root: Ref
    parent: Ref


class Record(Wire):
    """A post as its author wrote it. `createdAt` is their own word; what is embedded and what stands out in the text
    comes in shapes that anybody may add to."""

    text: str = ""
    created: str | None = Field(None, alias="createdAt")
    languages: list[str] = Field(default_factory=list, alias="langs")
    reply: Answered | None = None
    embed: Any = None
    facets: Any = None
    labels: Any = None

    @property
    def created_at(self) -> datetime | None:
        with suppress(ValueError):
            return _instant.validate_python(self.created)
        return None


class Post(Wire):
    uri: Uri
    author: Profile
    record: Record
    indexed_at: AwareDatetime | None = Field(None, alias="indexedAt")
    labels: Any = None


class Told(Wire):
    us: Did
    post: Post


class Convo(Wire):
    id: Name
    members: list[Profile] = Field(default_factory=list)
    kind: Any = None

    @property
    def is_of_two(self) -> bool:
        named = self.kind.get("$type", "") if isinstance(self.kind, dict) else ""
        return len(self.members) == 2 and not named.endswith("#groupConvo")


class Sender(Wire):
    did: Did


class Said(Wire):
    """A direct message; one that was deleted meanwhile has no text."""

    id: Name
    text: str | None = None
    sender: Sender
    sent_at: AwareDatetime = Field(alias="sentAt")
    facets: Any = None
    embed: Any = None
    answered: Any = Field(None, alias="replyTo")


class Sign(Wire):
    value: Name
    sender: Sender
    created_at: AwareDatetime = Field(alias="createdAt")


class Entry(Wire):
    rev: Name
    convo: Name = Field(alias="convoId")
    message: Said
    reaction: Sign | None = None
    profiles: list[Profile] = Field(default_factory=list, alias="relatedProfiles")


class Logged(Wire):
    us: Did
    convo: Convo | None = None
    log: Entry

    def profile(self, did: str) -> Profile | None:
        members = self.convo.members if self.convo else []
        return next((each for each in (*members, *self.log.profiles) if each.did == did), None)


def objects(found: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of what should be a list of such."""
    yield from (each for each in (found if isinstance(found, list) else []) if isinstance(each, dict))


def split(delivery: Delivery) -> list[Unit]:
    """Return the one unit of a delivery; its instant is that of the poll.

    Raises `UnreadableDelivery` for anything but an envelope.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("bluesky: not JSON") from error
    match body:
        case {"as": str(name), "us": str(), "post": dict()} | {"as": str(name), "us": str(), "log": dict()} if name:
            return [Unit(name, body, delivery.account, delivery.received_at)]
    raise UnreadableDelivery("bluesky: no envelope of a post or of an entry in the log")


_instant: TypeAdapter[datetime] = TypeAdapter(AwareDatetime, config=ConfigDict(defer_build=True))
