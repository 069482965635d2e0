"""The reviews of Google Business Profile (https://developers.google.com/my-business/content/review-data)."""

from datetime import timedelta
from typing import Any

from infra.local.standin import reviews
from infra.local.standin.reviews import Kept, ReviewApi, listed, stamp
from infra.local.standin.state import Limit, Response


def _reply(kept: Kept) -> dict[str, Any] | None:
    return {"comment": kept.answer.text, "updateTime": stamp(kept.answer.at)} if kept.answer else None


def _shown(kept: Kept) -> dict[str, Any]:
    own, reply = kept.review, _reply(kept)
    at = {"createTime": stamp(own.at), "updateTime": stamp(own.at)}
    shown = {"reviewId": kept.id, "reviewer": {"displayName": "Ana"}, "starRating": "TWO", "comment": "¿Y mi pedido?"}
    return {**shown, **at, **({"reviewReply": reply} if reply else {})}


_PLACE = r"/v4/accounts/[^/]+/locations/[^/]+/reviews/([^/]+)"

API = ReviewApi(
    platform="google_business",
    channel="google_review",
    host="mybusiness.googleapis.com",
    path=_PLACE,
    every=r"/v4/accounts/[^/]+/locations/([^/]+)/reviews",
    answering=("PUT", f"{_PLACE}/reply"),
    said=lambda body: (None, body.get("comment")),
    shown=_shown,
    listed=listed,
    taken=lambda kept: Response(200, _reply(kept)),
    fits=lambda words: len(words.encode()) <= 4096,
    limit=Limit(300, timedelta(minutes=1)),
)

HOSTS, TOKEN = API.hosts, reviews.TOKEN
know, block, answer, limited = API.know, API.block, API.answer, API.limited
