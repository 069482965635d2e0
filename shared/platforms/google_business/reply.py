"""The company answers a review of its place
(https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews/updateReply)."""

from urllib.parse import quote

import orjson
from pydantic import ValidationError

from shared.lengths import BYTES
from shared.oauth import GOOGLE_HOST
from shared.platforms.google_business.api import HOST, KIND, REFUSALS, headers, location, reviews, sign_in
from shared.platforms.google_business.normalise import CHANNEL
from shared.platforms.google_business.payload import Reply as Shown
from shared.platforms.google_business.payload import read
from shared.ports import Answer, Call, Presence
from shared.replying import Place, Reply
from shared.review_replies import ReviewApi, rules
from shared.reviews import Answered, Review

_LONGEST = 4096


def _url(presence: Presence, place: Place) -> str | None:
    own = location(presence, place.account)
    return f"{reviews(own)}/{quote(place.thread, safe='')}" if own else None


def _shown(token: str, presence: Presence, place: Place) -> Call | None:
    url = _url(presence, place)
    return Call("GET", url, headers(token)) if url else None


def _said(token: str, presence: Presence, reply: Reply) -> Call | None:
    url = _url(presence, reply.place)
    body = orjson.dumps({"comment": reply.draft.text})
    return Call("PUT", f"{url}/reply", {**headers(token), "content-type": "application/json"}, body) if url else None


def _read(answer: Answer) -> Review | None:
    try:
        return read(answer.json())
    except ValidationError:
        return None


def _taken(answer: Answer, reply: Reply) -> Answered | None:  # noqa: ARG001 - as all are asked
    try:
        return Shown.model_validate(answer.json()).answered
    except ValidationError:
        return None


_API = ReviewApi(
    platform="google_business",
    name="Google",
    channel=CHANNEL,
    rules=rules(_LONGEST, BYTES),
    sign_in=sign_in,
    shown=_shown,
    said=_said,
    read=_read,
    taken=_taken,
    sentences={401: REFUSALS[401], 403: REFUSALS[403]},
)

PORT = _API.port(HOST, GOOGLE_HOST, things=(KIND,))
