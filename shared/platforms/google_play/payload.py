"""A review of an app as Google Play has it (https://developers.google.com/android-publisher/api-ref/rest/v3/reviews),
in the envelope of `shared/reviews.py`.

It has one instant, that of its last version, and its title stands before a tab, where it has one.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from shared.reviews import Answered, Review, Wire, split

__all__ = ["Stamp", "read", "split"]

_1970 = datetime(1970, 1, 1, tzinfo=UTC)


class Stamp(Wire):
    """A protobuf timestamp as Google writes it in JSON here: seconds are text."""

    seconds: Annotated[int, Field(ge=0, lt=2**40)] = 0
    nanos: Annotated[int, Field(ge=0, lt=10**9)] = 0

    @property
    def at(self) -> datetime:
        return _1970 + timedelta(seconds=self.seconds, microseconds=self.nanos // 1000)


class _UserComment(Wire):
    text: str = ""
    last_modified: Stamp = Field(alias="lastModified")
    stars: Annotated[int, Field(ge=1, le=5)] = Field(alias="starRating")
    language: str | None = Field(None, alias="reviewerLanguage")


class _DeveloperComment(Wire):
    text: str = ""
    last_modified: Stamp | None = Field(None, alias="lastModified")


class _Comment(Wire):
    user: _UserComment | None = Field(None, alias="userComment")
    developer: _DeveloperComment | None = Field(None, alias="developerComment")


class _Written(Wire):
    id: Annotated[str, Field(min_length=1)] = Field(alias="reviewId")
    name: str | None = Field(None, alias="authorName")
    comments: tuple[_Comment, ...]


def read(raw: Any) -> Review:
    """Return a review as it stands; raises pydantic's `ValidationError`."""
    said = _Written.model_validate(raw)
    # Its author's comment is the first, and nobody else's but the developer's is shown.
    user = _UserComment.model_validate(next((comment.user for comment in said.comments if comment.user), None))
    developer = next((comment.developer for comment in said.comments if comment.developer), None)
    title, _, body = user.text.rpartition("\t")
    return Review(
        id=said.id,
        person=said.id,
        name=said.name or None,
        language=user.language or None,
        rating=user.stars,
        title=title.strip() or None,
        text=body.strip(),
        written_at=user.last_modified.at,
        changed_at=user.last_modified.at,
        answered=_answered(developer) if developer and developer.text else None,
    )


def _answered(developer: _DeveloperComment) -> Answered:
    return Answered(developer.text, developer.last_modified.at if developer.last_modified else None)
