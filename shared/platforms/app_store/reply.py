"""The company answers a customer review
(https://developer.apple.com/documentation/appstoreconnectapi/post-v1-customerreviewresponses)."""

from urllib.parse import quote

import orjson
from pydantic import ValidationError

from shared.platforms.app_store.api import HOST, KIND, REFUSALS, headers, sign_in
from shared.platforms.app_store.normalise import CHANNEL
from shared.platforms.app_store.payload import Response, answered, paired, read
from shared.ports import Answer, Call, Presence
from shared.replying import Place, Reply
from shared.review_replies import ReviewApi, rules
from shared.reviews import Answered, Review

_LONGEST = 5970
"""What App Store Connect itself lets people write; its API documents no end."""


def _is_named(presence: Presence, place: Place) -> bool:
    return any((thing.kind, thing.id) == (KIND, place.account) for thing in presence.things)


def _shown(token: str, presence: Presence, place: Place) -> Call | None:
    if not _is_named(presence, place):
        return None
    url = f"https://{HOST}/v1/customerReviews/{quote(place.thread, safe='')}?include=response"
    return Call("GET", url, headers(token))


def _said(token: str, presence: Presence, reply: Reply) -> Call | None:  # noqa: ARG001 - as all are asked
    review = {"data": {"type": "customerReviews", "id": reply.place.thread}}
    data = {
        "type": "customerReviewResponses",
        "attributes": {"responseBody": reply.draft.text},
        "relationships": {"review": review},
    }
    url = f"https://{HOST}/v1/customerReviewResponses"
    return Call("POST", url, {**headers(token), "content-type": "application/json"}, orjson.dumps({"data": data}))


def _read(answer: Answer) -> Review | None:
    said = answer.json()
    try:
        return read(paired(said.get("data"), said.get("included")))
    except ValidationError:
        return None


def _taken(answer: Answer, reply: Reply) -> Answered | None:  # noqa: ARG001 - as all are asked
    try:
        return answered(Response.model_validate(answer.json().get("data")))
    except ValidationError:
        return None


_API = ReviewApi(
    platform="app_store",
    name="The App Store",
    channel=CHANNEL,
    rules=rules(_LONGEST),
    sign_in=sign_in,
    shown=_shown,
    said=_said,
    read=_read,
    taken=_taken,
    sentences={401: REFUSALS[401], 403: REFUSALS[403]},
)

PORT = _API.port(HOST, things=(KIND,))
