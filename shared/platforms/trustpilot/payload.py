"""A service review as Trustpilot has it (https://developers.trustpilot.com/service-reviews-api), in the envelope of
`shared/reviews.py`.

Its instants are in UTC, and have no zone in some answers.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from shared.models import Attachment
from shared.reviews import Answered, Review, Wire, split

__all__ = ["read", "split"]


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)


_Instant = Annotated[datetime, AfterValidator(_in_utc)]


class _Consumer(Wire):
    id: Annotated[str, Field(min_length=1)]
    name: str | None = Field(None, alias="displayName")


class _Reply(Wire):
    text: str | None = None
    created_at: _Instant | None = Field(None, alias="createdAt")
    updated_at: _Instant | None = Field(None, alias="updatedAt")


class _Written(Wire):
    id: Annotated[str, Field(min_length=1)]
    consumer: _Consumer
    stars: Annotated[int, Field(ge=1, le=5)]
    title: str | None = None
    text: str | None = None
    language: str | None = None
    created_at: _Instant = Field(alias="createdAt")
    updated_at: _Instant | None = Field(None, alias="updatedAt")
    reference: str | None = Field(None, alias="referenceId")
    reply: _Reply | None = Field(None, alias="companyReply")


def read(raw: Any) -> Review:
    """Return a review as it stands; raises pydantic's `ValidationError`."""
    said = _Written.model_validate(raw)
    reply = said.reply
    # What the company itself called the order when it invited its customer: the one hint at which one it was.
    reference = (Attachment(type="reference", text=said.reference),) if said.reference else ()
    return Review(
        id=said.id,
        person=said.consumer.id,
        name=said.consumer.name or None,
        language=said.language or None,
        rating=said.stars,
        title=said.title or None,
        text=said.text or "",
        written_at=said.created_at,
        changed_at=said.updated_at,
        answered=Answered(reply.text, reply.updated_at or reply.created_at) if reply and reply.text else None,
        permalink=f"https://www.trustpilot.com/reviews/{said.id}",
        attachments=reference,
    )
