"""What LinkedIn posts to a webhook, as far as we read it.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

SOCIAL_ACTIONS = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
NAMELESS = "notification"

_COMMENT = re.compile(r"urn:li:comment:\((?:urn:li:)?([A-Za-z]+):([^,()]+),([^,()]+)\)")


def _milliseconds(since_1970: str | int) -> datetime:
    return datetime.fromtimestamp(int(since_1970) / 1000, UTC)


def comment_urn(urn: str) -> str:
    """Return a URN in one form: LinkedIn writes the post inside a comment's now with `urn:li:` before it and now
    without. Any other is returned as it is."""
    found = _COMMENT.fullmatch(urn)
    return f"urn:li:comment:(urn:li:{found[1]}:{found[2]},{found[3]})" if found else urn


Id = Annotated[str, Field(min_length=1)]
Urn = Annotated[str, Field(min_length=1), AfterValidator(comment_urn)]
Milliseconds = Annotated[datetime, BeforeValidator(_milliseconds)]


class Wire(BaseModel):
    """An object of LinkedIn's, which may hold more than we know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Words(Wire):
    text: str = ""


class Activity(Wire):
    """A comment or a share, as a notification is decorated with it: its author is a URN and nothing else."""

    entity: Urn | None = None
    owner: Id | None = None
    text: str | None = None
    message: Words | None = None
    parent_comment: Urn | None = Field(None, alias="parentComment")

    @property
    def words(self) -> str:
        return self.text or (self.message.text if self.message else "")


class Decoration(Wire):
    comment: Activity | None = None
    share: Activity | None = None


class Notification(Wire):
    id: Id = Field(alias="notificationId")
    page: Id = Field(alias="organizationalEntity")
    source_post: Urn | None = Field(None, alias="sourcePost")
    generated: Urn | None = Field(None, alias="generatedActivity")
    decoration: Decoration | None = Field(None, alias="decoratedGeneratedActivity")
    modified_at: Milliseconds | None = Field(None, alias="lastModifiedAt")

    @property
    def account(self) -> str:
        """The page's number, as in its address and in the subscription."""
        return self.page.rpartition(":")[2] or self.page

    @property
    def activity(self) -> Activity:
        found = self.decoration and (self.decoration.comment or self.decoration.share)
        return found or Activity()

    @property
    def what(self) -> str:
        """The comment or share that the notification is about."""
        if not (urn := self.generated or self.activity.entity):
            raise ValueError("a notification of nothing")
        return urn


def split(delivery: Delivery) -> list[Unit]:
    """Return the notifications of a delivery, each named by its action; a delivery of another type is one unit.

    A notification's account is still the URL's: `normalise` reads its page. Raises `UnreadableDelivery` for anything
    without a type, and for social actions that are no list.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("linkedin: not JSON") from error
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind:
        raise UnreadableDelivery("linkedin: no object with a type")
    if kind != SOCIAL_ACTIONS:
        return [Unit(kind, body, delivery.account, delivery.received_at)]
    if not isinstance(found := body.get("notifications"), list):
        raise UnreadableDelivery("linkedin: social actions without a list of notifications")
    return [Unit(_action(each), each, delivery.account, delivery.received_at) for each in found]


def _action(notification: Any) -> str:
    # A notification without an action spoils itself, not the others that came with it.
    action = notification.get("action") if isinstance(notification, dict) else None
    return action if isinstance(action, str) and action else NAMELESS
