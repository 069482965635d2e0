"""What an instance of Mastodon posts to an administrator's webhook, as far as we read it: an event and its object.

Sources: https://docs.joinmastodon.org/admin/webhooks/, https://docs.joinmastodon.org/entities/Status/
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

Id = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    """An object of Mastodon's, which may hold more than we know: forks add fields of their own."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Mention(Wire):
    """Somebody who is named; `acct` is the user name alone for the instance's own members."""

    id: Id
    acct: Id

    def is_called(self, username: str) -> bool:
        return self.acct.casefold() == username.casefold()


class Member(Mention):
    username: Id
    display_name: str | None = None
    url: str | None = None
    followers_count: int | None = None

    @property
    def reach(self) -> int | None:
        """The number of followers; Mastodon writes -1 for one that is hidden."""
        return self.followers_count if self.followers_count is not None and self.followers_count >= 0 else None

    @property
    def handle(self) -> str | None:
        """The name with its server, by which all servers know somebody; none where that is not told."""
        if "@" in self.acct:
            return self.acct
        with suppress(ValueError):
            if host := urlsplit(self.url or "").hostname:
                return f"{self.username}@{host}"
        return None


class Media(Wire):
    id: Id
    type: Id
    url: str | None = None
    description: str | None = None


class Status(Wire):
    """What somebody wrote, in HTML."""

    id: Id
    created_at: AwareDatetime
    edited_at: AwareDatetime | None = None
    account: Member
    content: str = ""
    spoiler_text: str | None = None
    visibility: Id
    language: str | None = None
    url: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    mentions: list[Mention] = Field(default_factory=list)
    media_attachments: list[Media] = Field(default_factory=list)
    reblog: Any = None

    @property
    def is_direct(self) -> bool:
        return self.visibility == "direct"

    @property
    def is_public(self) -> bool:
        return self.visibility in ("public", "unlisted")

    @property
    def spoken_to(self) -> Iterator[str]:
        """The ids of those to whom it is said, but for its author: whoever is answered first."""
        answered = [self.in_reply_to_account_id] if self.in_reply_to_account_id else []
        for person in (*answered, *(mention.id for mention in self.mentions)):
            if person != self.account.id:
                yield person


def split(delivery: Delivery) -> list[Unit]:
    """Return the one event of a delivery, its value the object.

    Its instant is the event's `created_at`, else the one at our door. Raises `UnreadableDelivery` for anything without
    an event, as what a template of an administrator's own makes of it.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("mastodon: not JSON") from error
    event = body.get("event") if isinstance(body, dict) else None
    if not isinstance(event, str) or not event:
        raise UnreadableDelivery("mastodon: no object with an event: has the webhook a template?")
    return [Unit(event, body.get("object"), delivery.account, _told(body) or delivery.received_at)]


_instant: TypeAdapter[datetime] = TypeAdapter(AwareDatetime, config=ConfigDict(defer_build=True))


def _told(body: dict[str, Any]) -> datetime | None:
    with suppress(ValueError):
        return _instant.validate_python(body.get("created_at"))
    return None
