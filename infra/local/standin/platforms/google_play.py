"""The reviews of Google Play (https://developers.google.com/android-publisher/reply-to-reviews)."""

from datetime import datetime, timedelta
from typing import Any

from infra.local.standin import reviews
from infra.local.standin.reviews import Kept, ReviewApi, listed
from infra.local.standin.state import Limit, Response


def _stamp(at: datetime) -> dict[str, Any]:
    return {"seconds": str(int(at.timestamp())), "nanos": at.microsecond * 1000}


def _shown(kept: Kept) -> dict[str, Any]:
    comments: list[dict[str, Any]] = [
        {"userComment": {"text": "\t¿Y mi pedido?", "lastModified": _stamp(kept.review.at), "starRating": 2}}
    ]
    if kept.answer:
        said = {"text": kept.answer.text, "lastModified": _stamp(kept.answer.at)}
        comments.append({"developerComment": said})
    return {"reviewId": kept.id, "authorName": "Ana", "comments": comments}


def _taken(kept: Kept) -> Response:
    assert kept.answer
    return Response(200, {"result": {"replyText": kept.answer.text, "lastEdited": _stamp(kept.answer.at)}})


_APP = r"/androidpublisher/v3/applications/[^/]+/reviews/([^/]+)"

API = ReviewApi(
    platform="google_play",
    channel="play_review",
    host="androidpublisher.googleapis.com",
    path=_APP,
    every=r"/androidpublisher/v3/applications/([^/]+)/reviews",
    answering=("POST", f"{_APP}:reply"),
    said=lambda body: (None, body.get("replyText")),
    shown=_shown,
    listed=listed,
    taken=_taken,
    fits=lambda words: len(words) <= 350,
    limit=Limit(3000, timedelta(minutes=1)),
)

HOSTS, TOKEN = API.hosts, reviews.TOKEN
know, block, answer, limited = API.know, API.block, API.answer, API.limited
