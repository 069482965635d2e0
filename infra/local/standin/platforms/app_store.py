"""The reviews of the App Store (https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from infra.local.standin import reviews
from infra.local.standin.reviews import Kept, ReviewApi, stamp
from infra.local.standin.state import Limit, Response


def _response(kept: Kept) -> dict[str, Any] | None:
    if kept.answer is None:
        return None
    said = {"responseBody": kept.answer.text, "lastModifiedDate": stamp(kept.answer.at), "state": "PENDING_PUBLISH"}
    return {"type": "customerReviewResponses", "id": f"response-{kept.id}", "attributes": said}


def _shown(kept: Kept) -> dict[str, Any]:
    said = {"rating": 2, "title": "Dos estrellas", "body": "¿Y mi pedido?", "reviewerNickname": "ana"}
    response = _response(kept)
    named = {"type": "customerReviewResponses", "id": response["id"]} if response else None
    data = {
        "type": "customerReviews",
        "id": kept.id,
        "attributes": {**said, "createdDate": stamp(kept.review.at)},
        "relationships": {"response": {"data": named}},
    }
    return {"data": data, "included": [response] if response else []}


def _together(shown: list[Any]) -> Any:
    return {"data": [each["data"] for each in shown], "included": [one for each in shown for one in each["included"]]}


def _responding(body: Mapping[str, Any]) -> tuple[str | None, object]:
    match body:
        case {
            "data": {
                "type": "customerReviewResponses",
                "attributes": {"responseBody": words},
                "relationships": {"review": {"data": {"type": "customerReviews", "id": str(review)}}},
            }
        }:
            return review, words
    return None, None


API = ReviewApi(
    platform="app_store",
    channel="appstore_review",
    host="api.appstoreconnect.apple.com",
    path=r"/v1/customerReviews/([^/]+)",
    every=r"/v1/apps/([^/]+)/customerReviews",
    answering=("POST", "/v1/customerReviewResponses"),
    said=_responding,
    shown=_shown,
    listed=_together,
    taken=lambda kept: Response(201, {"data": _response(kept)}),
    fits=lambda words: len(words) <= 5970,
    limit=Limit(3600, timedelta(hours=1)),
)

HOSTS, TOKEN = API.hosts, reviews.TOKEN
know, block, answer, limited = API.know, API.block, API.answer, API.limited
