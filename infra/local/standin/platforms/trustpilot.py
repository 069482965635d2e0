"""The service reviews of Trustpilot (https://developers.trustpilot.com/service-reviews-api)."""

from datetime import timedelta
from typing import Any

from infra.local.standin import reviews
from infra.local.standin.reviews import Kept, ReviewApi, stamp
from infra.local.standin.state import Limit, Response

USER = "5e0000000000000000000001"
"""The user in whose name is answered."""


def _shown(kept: Kept) -> dict[str, Any]:
    consumer = {"id": kept.review.author, "displayName": "Ana"}
    shown = {"id": kept.id, "consumer": consumer, "stars": 2, "title": "Dos estrellas", "text": "¿Y mi pedido?"}
    reply = {"text": kept.answer.text, "createdAt": stamp(kept.answer.at)} if kept.answer else None
    return {**shown, "createdAt": stamp(kept.review.at), "updatedAt": None, "companyReply": reply}


_SERVICE_REVIEW = r"/v1/private/reviews/([^/]+)"

API = ReviewApi(
    platform="trustpilot",
    channel="trustpilot_review",
    host="api.trustpilot.com",
    path=_SERVICE_REVIEW,
    every=r"/v1/private/business-units/([^/]+)/reviews",
    answering=("POST", f"{_SERVICE_REVIEW}/reply"),
    said=lambda body: (None, body.get("message") if body.get("authorBusinessUserId") == USER else None),
    shown=_shown,
    listed=lambda shown: {"reviews": shown},
    taken=lambda _: Response(201, {}),  # what is answered is not documented
    fits=lambda words: len(words) <= 4096,
    limit=Limit(833, timedelta(minutes=5)),
)

HOSTS, TOKEN = API.hosts, reviews.TOKEN
know, block, answer, limited = API.know, API.block, API.answer, API.limited
