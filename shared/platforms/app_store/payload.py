"""A customer review as App Store Connect has it (https://developer.apple.com/documentation/appstoreconnectapi/customerreview),
with the response to it, in the envelope of `shared/reviews.py`:

    {"data": {"type": "customerReviews", "id": "...", "attributes": {...}}, "response": {"attributes": {...}} or null}
"""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from shared.reviews import Answered, Review, Wire, split

__all__ = ["Response", "answered", "paired", "read", "split"]


class _Attributes(Wire):
    rating: Annotated[int, Field(ge=1, le=5)]
    title: str | None = None
    body: str | None = None
    nickname: str | None = Field(None, alias="reviewerNickname")
    created: AwareDatetime = Field(alias="createdDate")


class _Data(Wire):
    id: Annotated[str, Field(min_length=1)]
    attributes: _Attributes


class _Said(Wire):
    text: str = Field("", alias="responseBody")
    modified: AwareDatetime | None = Field(None, alias="lastModifiedDate")


class Response(Wire):
    attributes: _Said


class _Written(Wire):
    data: _Data
    response: Response | None = None


def read(raw: Any) -> Review:
    """Return a review as it stands; raises pydantic's `ValidationError`."""
    written = _Written.model_validate(raw)
    data, said = written.data, written.data.attributes
    return Review(
        id=data.id,
        person=data.id,
        name=said.nickname or None,
        rating=said.rating,
        title=said.title or None,
        text=said.body or "",
        written_at=said.created,
        answered=answered(written.response) if written.response else None,
    )


def answered(response: Response) -> Answered | None:
    """Return what a response says, be it published yet or not."""
    said = response.attributes
    return Answered(said.text, said.modified) if said.text else None


def paired(data: Any, included: Any) -> dict[str, Any]:
    """Return a review with the response that came beside it."""
    match data:
        case {"relationships": {"response": {"data": {"id": response_id}}}}:
            listed = included if isinstance(included, list) else []
            fitting = (each for each in listed if isinstance(each, dict) and each.get("id") == response_id)
            return {"data": data, "response": next(fitting, None)}
    return {"data": data, "response": None}
