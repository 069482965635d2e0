"""What comes of Google Business Profile: a notification through Pub/Sub, which says of what there is news, and a review
itself, which a poll brings in the envelope of `shared/reviews.py`.

https://docs.cloud.google.com/pubsub/docs/push#receive_push,
https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews
"""

from base64 import b64decode
from typing import Annotated, Any

import orjson
from pydantic import AliasChoices, AwareDatetime, Field, ValidationError

from shared import reviews
from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit, describe
from shared.reviews import Answered, Review, Wire

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}


class _Notification(Wire):
    """Which of the two names the kind has is not documented; the first is what is sent."""

    kind: Annotated[str, Field(min_length=1)] = Field(validation_alias=AliasChoices("notificationType", "type"))


class _Message(Wire):
    data: Annotated[str, Field(min_length=1)]
    published: AwareDatetime | None = Field(None, alias="publishTime")


class _Push(Wire):
    message: _Message


def split(delivery: Delivery) -> list[Unit]:
    """Return the one unit of a delivery: a notification's instant is that of its publishing.

    Raises `UnreadableDelivery` for anything but a notification or the envelope of a review.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("google_business: not JSON") from error
    if not isinstance(body, dict) or "message" not in body:
        return reviews.split(delivery)
    try:
        message = _Push.model_validate(body).message
        said = orjson.loads(b64decode(message.data, validate=True))
        kind = _Notification.model_validate(said).kind
    except ValidationError as error:
        raise UnreadableDelivery(f"google_business: no notification: {describe(error)}") from error
    except ValueError as error:
        raise UnreadableDelivery("google_business: the message's data is not JSON in base64") from error
    return [Unit(kind, said, delivery.account, message.published or delivery.received_at)]


class _Reviewer(Wire):
    name: str | None = Field(None, alias="displayName")
    is_anonymous: bool = Field(default=False, alias="isAnonymous")


class Reply(Wire):
    comment: str = ""
    updated: AwareDatetime | None = Field(None, alias="updateTime")

    @property
    def answered(self) -> Answered | None:
        return Answered(self.comment, self.updated) if self.comment else None


class _Written(Wire):
    id: Annotated[str, Field(min_length=1)] = Field(alias="reviewId")
    reviewer: _Reviewer = Field(default_factory=_Reviewer)
    stars: str = Field("STAR_RATING_UNSPECIFIED", alias="starRating")
    comment: str = ""
    created: AwareDatetime = Field(alias="createTime")
    updated: AwareDatetime | None = Field(None, alias="updateTime")
    reply: Reply | None = Field(None, alias="reviewReply")


def read(raw: Any) -> Review:
    """Return a review as it stands; raises pydantic's `ValidationError`."""
    said = _Written.model_validate(raw)
    return Review(
        id=said.id,
        # Google tells a reviewer's name, and of nobody an id: two Anas are two people.
        person=said.id,
        name=(said.reviewer.name or None) if not said.reviewer.is_anonymous else None,
        rating=_STARS.get(said.stars),
        text=said.comment,
        written_at=said.created,
        changed_at=said.updated,
        answered=said.reply.answered if said.reply else None,
    )
